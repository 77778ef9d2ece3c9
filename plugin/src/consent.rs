//! What a person said, on both sides, and what follows for one permission. The
//! table of PV-12, DA-82 and C15, one row a case.

use crate::crm::{Consent, CrmRecord, Origin, PermissionChoice};
use crate::memory::BitMemory;

/// What is known about one permission of one person.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// What the CRM holds; none: nothing was said.
    pub choice: Option<&'a PermissionChoice>,
    /// What Spotler confirmed last.
    pub memory: BitMemory,
    /// What Spotler shows now.
    pub on: bool,
}

/// How sure we are of the person, for all permissions alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Linked, and nothing is in doubt.
    Known,
    /// Linked, and an answer was lost: what we switched on may have been
    /// switched off since.
    Doubtful,
    /// Found just now: Spotler's state counts (PV-10).
    Found,
}

/// What is to be done about one permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Both sides agree, or nothing may be done.
    Keep,
    /// Switch it on in Spotler.
    Enable,
    /// Switch it off in Spotler.
    Disable,
    /// It was switched off in Spotler: tell the CRM, and lock it.
    ImportWithdrawal,
    /// It was switched on in Spotler: tell the CRM.
    ImportOptIn,
    /// It is off, and who switched it off is not known: lock it, and leave the
    /// CRM as it is.
    Hold,
}

/// What follows for one permission of a person who may be looked at.
pub fn judge(record: &CrmRecord, known: Known<'_>, trust: Trust) -> Verdict {
    if !record.mail.allowed {
        return if known.on {
            Verdict::Disable
        } else {
            Verdict::Keep
        };
    }
    let consent = known.choice.map_or(Consent::Unset, |it| it.consent);
    match (consent, known.on) {
        (Consent::Given, true) | (Consent::Unset, false) | (Consent::Withdrawn, false) => {
            Verdict::Keep
        }
        (Consent::Given, false) => judge_missing(known, trust),
        (Consent::Withdrawn, true) if said_in_crm(known) => Verdict::Disable,
        (Consent::Unset, true) if known.memory.on && trust != Trust::Found => Verdict::Disable,
        (Consent::Unset | Consent::Withdrawn, true) => Verdict::ImportOptIn,
    }
}

/// The CRM has an opt-in, Spotler shows the permission off.
fn judge_missing(known: Known<'_>, trust: Trust) -> Verdict {
    let newer_than_lock = |lock| {
        known
            .choice
            .is_some_and(|it| said_in_crm(known) && it.changed_at > lock)
    };
    match (known.memory.on, known.memory.locked_at, trust) {
        (true, _, _) => Verdict::ImportWithdrawal,
        (false, Some(lock), _) if !newer_than_lock(lock) => Verdict::Keep,
        (false, None, Trust::Found) => Verdict::Hold,
        (false, _, Trust::Doubtful) => Verdict::Hold,
        (false, None | Some(_), Trust::Known | Trust::Found) => Verdict::Enable,
    }
}

fn said_in_crm(known: Known<'_>) -> bool {
    known.choice.is_some_and(|it| it.origin == Origin::Crm)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crm::{MailChoice, RecordKind, RecordRef, RecordState};

    fn record(allowed: bool) -> CrmRecord {
        CrmRecord {
            reference: RecordRef {
                kind: RecordKind::Contact,
                id: "1".into(),
            },
            revision: 1,
            state: RecordState::Active,
            gate: true,
            sync_enabled: true,
            mail: MailChoice {
                allowed,
                changed_at: 0,
                origin: Origin::Crm,
            },
            permissions: Vec::new(),
            owner: None,
            relation: None,
            fields: Vec::new(),
        }
    }

    fn said(consent: Consent, origin: Origin, changed_at: u64) -> PermissionChoice {
        PermissionChoice {
            bit: 1,
            consent,
            changed_at,
            origin,
        }
    }

    fn verdict(
        choice: Option<PermissionChoice>,
        memory: BitMemory,
        on: bool,
        trust: Trust,
    ) -> Verdict {
        judge(
            &record(true),
            Known {
                choice: choice.as_ref(),
                memory,
                on,
            },
            trust,
        )
    }

    const NEVER: BitMemory = BitMemory {
        on: false,
        locked_at: None,
    };
    const WAS_ON: BitMemory = BitMemory {
        on: true,
        locked_at: None,
    };
    const LOCKED: BitMemory = BitMemory {
        on: false,
        locked_at: Some(100),
    };

    /// PV-12
    #[test]
    fn nothing_is_enabled_without_an_opt_in_in_the_crm() {
        for choice in [
            None,
            Some(said(Consent::Withdrawn, Origin::Crm, 5)),
            Some(said(Consent::Withdrawn, Origin::Spotler, 5)),
        ] {
            for memory in [NEVER, WAS_ON, LOCKED] {
                for trust in [Trust::Known, Trust::Doubtful, Trust::Found] {
                    assert_eq!(verdict(choice.clone(), memory, false, trust), Verdict::Keep);
                }
            }
        }
    }

    /// PV-12
    #[test]
    fn an_opt_in_in_the_crm_is_carried_over() {
        assert_eq!(
            verdict(
                Some(said(Consent::Given, Origin::Crm, 5)),
                NEVER,
                false,
                Trust::Known
            ),
            Verdict::Enable
        );
    }

    /// DA-82
    #[test]
    fn what_was_switched_off_in_spotler_is_imported_and_only_a_newer_opt_in_lifts_it() {
        let opt_in = |at| Some(said(Consent::Given, Origin::Crm, at));
        assert_eq!(
            verdict(opt_in(50), WAS_ON, false, Trust::Known),
            Verdict::ImportWithdrawal
        );
        assert_eq!(
            verdict(opt_in(50), LOCKED, false, Trust::Known),
            Verdict::Keep
        );
        assert_eq!(
            verdict(opt_in(100), LOCKED, false, Trust::Known),
            Verdict::Keep
        );
        assert_eq!(
            verdict(opt_in(101), LOCKED, false, Trust::Known),
            Verdict::Enable
        );
        let imported = Some(said(Consent::Given, Origin::Spotler, 101));
        assert_eq!(
            verdict(imported, LOCKED, false, Trust::Known),
            Verdict::Keep
        );
    }

    /// DA-82
    #[test]
    fn what_was_switched_on_in_spotler_is_imported_unless_the_crm_said_no() {
        assert_eq!(
            verdict(None, NEVER, true, Trust::Known),
            Verdict::ImportOptIn
        );
        let from_spotler = Some(said(Consent::Withdrawn, Origin::Spotler, 5));
        assert_eq!(
            verdict(from_spotler, LOCKED, true, Trust::Known),
            Verdict::ImportOptIn
        );
        let from_crm = Some(said(Consent::Withdrawn, Origin::Crm, 5));
        assert_eq!(
            verdict(from_crm, NEVER, true, Trust::Known),
            Verdict::Disable
        );
    }

    /// PV-10
    #[test]
    fn a_person_who_is_found_keeps_what_spotler_has() {
        assert_eq!(
            verdict(
                Some(said(Consent::Given, Origin::Crm, 5)),
                NEVER,
                false,
                Trust::Found
            ),
            Verdict::Hold
        );
        assert_eq!(
            verdict(None, NEVER, true, Trust::Found),
            Verdict::ImportOptIn
        );
    }

    /// C15
    #[test]
    fn after_a_lost_answer_a_permission_that_is_off_stays_off() {
        assert_eq!(
            verdict(
                Some(said(Consent::Given, Origin::Crm, 5)),
                NEVER,
                false,
                Trust::Doubtful
            ),
            Verdict::Hold
        );
    }

    /// DA-29
    #[test]
    fn an_opt_out_in_the_crm_switches_everything_off() {
        let opt_in = said(Consent::Given, Origin::Crm, 5);
        for (on, expected) in [(true, Verdict::Disable), (false, Verdict::Keep)] {
            let known = Known {
                choice: Some(&opt_in),
                memory: WAS_ON,
                on,
            };
            assert_eq!(judge(&record(false), known, Trust::Known), expected);
        }
    }

    #[test]
    fn an_opt_in_that_was_taken_back_without_a_word_is_switched_off() {
        assert_eq!(verdict(None, WAS_ON, true, Trust::Known), Verdict::Disable);
    }
}
