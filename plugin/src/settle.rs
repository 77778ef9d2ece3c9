//! How a saved record ends: the outcome, what the CRM is asked to change, and
//! what is remembered. The only place that turns trouble into an outcome.

mod locked;
mod troubles;

use crate::address::AddressState;
use crate::change::{CrmChange, LogLevel};
use crate::codes;
use crate::crm::{Facts, RecordRef, SyncStatus, Timestamp};
use crate::decide::Case;
use crate::memory::{DeferredAttempt, Intent, Link, Lock, LockKind};
use crate::outcome::{Actor, Answer, Deferral, Outcome, Reason};
use crate::spotler::trouble::Trouble;

pub use locked::{bounce_key, bounce_task, inactive_key, lock_changes};
use locked::{lock_outcome, opt_out};
pub use troubles::trouble_outcome;
use troubles::trouble_rule;

/// An answer, and what is to be remembered with it.
#[derive(Clone, Debug)]
pub struct Settled {
    /// The answer; the status is not among its changes yet.
    pub answer: Answer,
    /// The link as it is from now on; none: as it was.
    pub link: Option<Link>,
    /// The hash of an address to remember, and why it is inactive.
    pub tombstone: Option<(String, LockKind)>,
    /// Whether what a user wanted done is done, or cannot be.
    pub ends_wish: bool,
    /// A status that does not follow from the class of the outcome.
    pub status: Option<SyncStatus>,
}

impl Settled {
    /// An end with an outcome.
    pub fn of(outcome: Outcome, rule: &'static str) -> Self {
        let code = outcome.code();
        Self {
            answer: Answer::of(outcome).because(rule, code),
            link: None,
            tombstone: None,
            ends_wish: false,
            status: None,
        }
    }

    /// Nothing needed doing.
    pub fn skipped(code: &'static str, rule: &'static str) -> Self {
        Self::of(Outcome::Skipped(Reason::new(code)), rule)
    }

    /// Spotler has it.
    pub fn synced(code: &'static str, rule: &'static str, link: Link) -> Self {
        let link = Link {
            failed: false,
            unsure: false,
            intent: None,
            deferred: None,
            ..link
        };
        Self {
            link: Some(link),
            ends_wish: true,
            ..Self::of(Outcome::Synced(Reason::new(code)), rule)
        }
    }

    /// Later, without a request having been made.
    pub fn waiting(code: &'static str, rule: &'static str) -> Self {
        Self::of(Outcome::Deferred(deferral(Reason::new(code), None)), rule)
    }

    /// Somebody has to act.
    pub fn rejected(case: &Case<'_>, reason: Reason, who: Actor, rule: &'static str) -> Self {
        let link = case.link.clone().map(|link| Link {
            failed: true,
            ..link
        });
        Self {
            link,
            ends_wish: true,
            ..Self::of(Outcome::Rejected(reason, who), rule)
        }
    }

    /// Nothing changed; if the last word was a failure, this is the success
    /// that ends it.
    pub fn nothing_changed(case: &Case<'_>) -> Self {
        match &case.link {
            Some(link) if link.failed => Self::synced(codes::IN_STEP, "DA-75", link.clone()),
            _ => Self {
                ends_wish: true,
                ..Self::skipped(codes::NOTHING_CHANGED, "DA-18")
            },
        }
    }

    /// The person opted out in Spotler earlier. Where the CRM says by now that the
    /// person may be mailed, it is told again: only Spotler's side lifts it (C3).
    pub fn opt_out_stands(case: &Case<'_>) -> Self {
        let mut settled = Self::skipped(codes::OPTED_OUT, "DA-36");
        if case.record.mail.allowed {
            let opt_out = opt_out(case.record, case.event.occurred_at, "remembered");
            settled.answer.changes.push(opt_out);
            settled.answer = settled.answer.because("C3", codes::OPTED_OUT);
        }
        settled
    }

    /// The gate was closed on a linked record (C30).
    pub fn gate_closed(record: &RecordRef) -> Self {
        let mut settled = Self::skipped(codes::GATE_CLOSED, "PV-14");
        settled.answer.changes.push(CrmChange::Log {
            level: LogLevel::Warning,
            code: codes::LOG_GATE_CLOSED,
            about: vec![("record".to_owned(), record.key())],
        });
        settled
    }

    /// The person was inactive before the record was blanked (C31).
    pub fn tombstone_stands(case: &Case<'_>, kind: LockKind) -> Self {
        let mut settled = match kind {
            LockKind::OptOut => Self::skipped(codes::OPTED_OUT_EARLIER, "C31"),
            LockKind::Bounce | LockKind::Unknown => {
                let reason = Reason::new(codes::INACTIVE_EARLIER);
                Self::rejected(case, reason, Actor::Marketer, "C31")
            }
        };
        if kind == LockKind::OptOut {
            let opt_out = opt_out(case.record, case.event.occurred_at, "remembered");
            settled.answer.changes.push(opt_out);
            settled.status = Some(SyncStatus::OptOut);
        }
        settled.ends_wish = true;
        settled
    }

    /// The person is inactive in Spotler (C15). `link` is what is known of the
    /// record, `address` the hash of its address.
    pub fn locked(
        case: &Case<'_>,
        link: Link,
        kind: LockKind,
        address: Option<String>,
        now: Timestamp,
    ) -> Self {
        let mut settled = lock_outcome(kind);
        let bounced = match &case.address {
            AddressState::Present(address) => Some(address.as_sent()),
            AddressState::Missing | AddressState::Invalid => None,
        };
        let changes = lock_changes(case.record, &link, kind, bounced.as_deref(), now);
        settled.answer.changes.extend(changes);
        let address = link.address.clone().or(address);
        if kind == LockKind::OptOut {
            settled.status = Some(SyncStatus::OptOut);
            settled.tombstone = address.clone().map(|it| (it, kind));
            settled.answer = settled.answer.because("C31", codes::RULE_TOMBSTONE);
        }
        settled.link = Some(Link {
            lock: Some(Lock { kind, at: now }),
            address,
            unsure: false,
            intent: None,
            deferred: None,
            failed: matches!(settled.answer.outcome, Outcome::Rejected(..)),
            ..link
        });
        settled.ends_wish = true;
        settled
    }

    /// What is to be switched on is noted first, and the call made again.
    pub fn noted(link: Link, intent: Intent) -> Self {
        let deferral = Deferral {
            cursor: Some(codes::NOTED.to_owned()),
            ..deferral(Reason::new(codes::NOTED), None)
        };
        let link = Link {
            intent: Some(intent),
            ..link
        };
        Self {
            link: Some(link),
            ..Self::of(Outcome::Deferred(deferral), "C16")
        }
    }

    /// What Spotler has is kept first, and the call made again: before a value is
    /// lost that Spotler did not get from us (YO-03).
    pub fn kept_first(snapshot: CrmChange) -> Self {
        let mut settled = Self::of(Outcome::Deferred(kept()), "YO-03");
        settled.answer.changes.push(snapshot);
        settled
    }

    /// A request ended in trouble; `link` is what is known of the record.
    pub fn trouble(case: &Case<'_>, trouble: &Trouble, link: Option<Link>) -> Self {
        let mut settled = Self::of(trouble_outcome(trouble), trouble_rule(trouble.kind));
        let rejected = matches!(settled.answer.outcome, Outcome::Rejected(..));
        let attempt = DeferredAttempt {
            event: case.event.id.clone(),
            attempt: case.event.attempt,
        };
        settled.link = link.or_else(|| case.link.clone()).map(|link| Link {
            failed: rejected || link.failed,
            unsure: link.unsure || case.is_unsure(),
            deferred: (!rejected).then_some(attempt),
            ..link
        });
        settled.ends_wish = rejected;
        settled
    }

    /// Asks the CRM for these changes as well.
    #[must_use]
    pub fn with(mut self, changes: Vec<CrmChange>) -> Self {
        self.answer.changes.extend(changes);
        self
    }

    /// Adds a rule that had a say, before the one that ended it.
    #[must_use]
    pub fn after(mut self, rule: &'static str, led_to: &'static str, about: Facts) -> Self {
        self.answer.why.insert(
            0,
            crate::outcome::RuleApplied {
                rule,
                led_to,
                about,
            },
        );
        self
    }

    /// The answer, with the status that goes with it (C26).
    pub fn into_answer(self, record: &RecordRef) -> Answer {
        let by_class = match &self.answer.outcome {
            Outcome::Synced(_) => Some(SyncStatus::Succeeded),
            Outcome::Deferred(_) => Some(SyncStatus::Processing),
            Outcome::Rejected(..) => Some(SyncStatus::Failed),
            Outcome::Skipped(_) => None,
        };
        let Some(status) = self.status.or(by_class) else {
            return self.answer;
        };
        let reason = self.answer.outcome.code();
        self.answer.and(CrmChange::Status {
            target: record.clone(),
            status,
            reason,
        })
    }
}

fn deferral(reason: Reason, not_before: Option<Timestamp>) -> Deferral {
    Deferral {
        reason,
        not_before,
        cursor: None,
        progress: None,
    }
}

/// A step that keeps what Spotler has; the next one knows by the cursor that
/// what had to be noted first is.
fn kept() -> Deferral {
    Deferral {
        cursor: Some(codes::KEPT.to_owned()),
        ..deferral(Reason::new(codes::KEPT), None)
    }
}

#[cfg(test)]
mod tests;
