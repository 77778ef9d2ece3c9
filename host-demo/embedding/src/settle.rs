//! What becomes of an event after a call: pure, one place, one table.

use crate::Timestamp;
use crate::backoff::pause_ms;
use crate::contract::outcomes::{Actor, Deferral, Outcome, Progress, Reason, Rejection};
use crate::contract::types::NamedValue;
use crate::guard;

/// After so many faults of the component in a row, the event is rejected.
pub(crate) const MOST_FAULTS: u32 = 8;

/// So often in a row an answer is thrown away only because the event's own
/// record was saved meanwhile.
pub(crate) const MOST_OWN_CONFLICTS: u32 = 3;

/// What the queue does with the row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Settled {
    /// It ends.
    Done,
    /// It ends, and is shown until somebody ends it.
    Rejected(Rejection),
    /// A step is done: the next one starts with this cursor, at the back.
    NextStep {
        cursor: String,
        not_before: Timestamp,
        reason: Reason,
        progress: Option<Progress>,
    },
    /// The same step again.
    Again {
        not_before: Timestamp,
        reason: Reason,
        progress: Option<Progress>,
        is_fault: bool,
    },
    /// The guard holds it until a person says so, or until it is saved again.
    Held(Reason),
}

/// Settles what the component answered for an event that the guard holds: what
/// restricts was sent, and the rest waits. Trouble is tried again.
pub(crate) fn held(outcome: &Outcome, before: Before<'_>, now: Timestamp, chance: f64) -> Settled {
    match outcome {
        Outcome::Deferred(it) if it.cursor.is_some() || it.reason.code != guard::WAITS => {
            deferred(it, before, now, chance)
        }
        Outcome::Deferred(it) => Settled::Held(it.reason.clone()),
        Outcome::Synced(_) | Outcome::Skipped(_) | Outcome::Rejected(_) => {
            Settled::Held(reason(guard::WAITS, &[]))
        }
    }
}

/// No event waits longer without being handed in again, in milliseconds:
/// “later” must not become “never”.
const LONGEST_WAIT_MS: u64 = 7 * 24 * 3_600_000;

/// What the call was handed in with.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Before<'a> {
    pub(crate) attempt: u32,
    pub(crate) cursor: Option<&'a str>,
    /// It has asked Spotler for something.
    pub(crate) has_asked: bool,
}

/// Settles what the component answered.
pub(crate) fn answered(
    outcome: &Outcome,
    before: Before<'_>,
    now: Timestamp,
    chance: f64,
) -> Settled {
    match outcome {
        Outcome::Synced(_) | Outcome::Skipped(_) => Settled::Done,
        Outcome::Rejected(rejection) => Settled::Rejected(rejection.clone()),
        Outcome::Deferred(deferral) => deferred(deferral, before, now, chance),
    }
}

fn deferred(deferral: &Deferral, before: Before<'_>, now: Timestamp, chance: f64) -> Settled {
    let Deferral {
        reason,
        not_before,
        cursor,
        progress,
    } = deferral.clone();
    let not_before = not_before.map(|it| it.min(now + LONGEST_WAIT_MS));
    match (cursor, not_before) {
        (Some(cursor), not_before) => {
            // A step that does nothing and leads to itself must not make a loop
            // without a pause.
            let stands = !before.has_asked && before.cursor == Some(cursor.as_str());
            let earliest = now + if stands { pause_ms(1, chance) } else { 0 };
            let not_before = not_before.unwrap_or(earliest).max(earliest);
            Settled::NextStep {
                cursor,
                not_before,
                reason,
                progress,
            }
        }
        (None, Some(named)) => {
            // A named moment that has passed must not make a loop without a pause.
            let not_before = if named > now {
                named
            } else {
                now + pause_ms(1, chance)
            };
            Settled::Again {
                not_before,
                reason,
                progress,
                is_fault: false,
            }
        }
        (None, None) => {
            let not_before = now + pause_ms(before.attempt, chance);
            Settled::Again {
                not_before,
                reason,
                progress,
                is_fault: false,
            }
        }
    }
}

/// Settles a call that brought no answer. A fault of the component is tried
/// again a few times; one of the CRM or the database for ever.
pub(crate) fn failed(
    failure: &Failure,
    faults: u32,
    attempt: u32,
    now: Timestamp,
    chance: f64,
) -> Settled {
    let reason = reason(failure.code(), &[]);
    match failure {
        Failure::Component(_) if faults + 1 >= MOST_FAULTS => Settled::Rejected(Rejection {
            reason: self::reason("component-fault", &[("fault", failure.code())]),
            who: Actor::Vendor,
        }),
        Failure::Component(_) => {
            let not_before = now + pause_ms(faults + 1, chance);
            Settled::Again {
                not_before,
                reason,
                progress: None,
                is_fault: true,
            }
        }
        Failure::Host(_) => {
            let not_before = now + pause_ms(attempt, chance);
            Settled::Again {
                not_before,
                reason,
                progress: None,
                is_fault: false,
            }
        }
    }
}

/// Why a call brought no answer that could be committed, as a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The component trapped, took too long, used too much, or answered what
    /// cannot be.
    Component(&'static str),
    /// The CRM or the database failed.
    Host(&'static str),
}

impl Failure {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Component(code) | Self::Host(code) => code,
        }
    }
}

/// A reason of the host's own.
pub(crate) fn reason(code: &str, about: &[(&str, &str)]) -> Reason {
    let about = about
        .iter()
        .map(|(name, value)| NamedValue {
            name: (*name).to_owned(),
            value: (*value).to_owned(),
        })
        .collect();
    Reason {
        code: code.to_owned(),
        about,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deferral(not_before: Option<u64>, cursor: Option<&str>) -> Outcome {
        Outcome::Deferred(Deferral {
            reason: reason("r", &[]),
            not_before,
            cursor: cursor.map(str::to_owned),
            progress: None,
        })
    }

    fn attempt(attempt: u32) -> Before<'static> {
        Before {
            attempt,
            cursor: None,
            has_asked: false,
        }
    }

    fn when(settled: &Settled) -> Option<u64> {
        match settled {
            Settled::NextStep { not_before, .. } | Settled::Again { not_before, .. } => {
                Some(*not_before)
            }
            Settled::Done | Settled::Rejected(_) | Settled::Held(_) => None,
        }
    }

    #[test]
    fn a_deferral_waits_as_long_as_the_component_says_else_as_the_backoff_says() {
        assert_eq!(
            when(&answered(
                &deferral(Some(9_000), None),
                attempt(1),
                1_000,
                1.0
            )),
            Some(9_000)
        );
        assert_eq!(
            when(&answered(&deferral(None, None), attempt(3), 1_000, 1.0)),
            Some(9_000)
        );
        assert_eq!(
            when(&answered(&deferral(Some(10), None), attempt(9), 1_000, 1.0)),
            Some(3_000)
        );
    }

    #[test]
    fn a_step_goes_on_at_once_unless_it_names_a_moment() {
        assert_eq!(
            when(&answered(
                &deferral(None, Some("c")),
                attempt(7),
                1_000,
                1.0
            )),
            Some(1_000)
        );
        assert_eq!(
            when(&answered(
                &deferral(Some(5_000), Some("c")),
                attempt(7),
                1_000,
                1.0
            )),
            Some(5_000)
        );
    }

    #[test]
    fn a_step_that_leads_to_itself_pauses_and_later_never_becomes_never() {
        let before = Before {
            attempt: 1,
            cursor: Some("c"),
            has_asked: false,
        };
        let same = answered(&deferral(None, Some("c")), before, 1_000, 1.0);
        assert_eq!(when(&same), Some(3_000));
        let next = answered(&deferral(None, Some("d")), before, 1_000, 1.0);
        assert_eq!(when(&next), Some(1_000));
        let asked = Before {
            has_asked: true,
            ..before
        };
        let repeated = answered(&deferral(None, Some("c")), asked, 1_000, 1.0);
        assert_eq!(when(&repeated), Some(1_000), "the network is its pace");
        for cursor in [None, Some("d")] {
            let never = deferral(Some(u64::MAX), cursor);
            let settled = answered(&never, before, 1_000, 1.0);
            assert_eq!(when(&settled), Some(1_000 + LONGEST_WAIT_MS));
        }
    }

    #[test]
    fn only_faults_of_the_component_give_up() {
        let fault = Failure::Component("trap");
        assert!(matches!(
            failed(&fault, 6, 7, 0, 1.0),
            Settled::Again { is_fault: true, .. }
        ));
        assert!(matches!(failed(&fault, 7, 8, 0, 1.0), Settled::Rejected(_)));
        let host = Failure::Host("crm-unavailable");
        assert!(matches!(
            failed(&host, 0, 999, 0, 1.0),
            Settled::Again {
                is_fault: false,
                ..
            }
        ));
        assert!(matches!(
            answered(&deferral(None, None), attempt(999), 0, 1.0),
            Settled::Again { .. }
        ));
    }
}
