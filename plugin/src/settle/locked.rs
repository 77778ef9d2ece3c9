//! A person who is inactive in Spotler: the outcome, and what the CRM is asked to
//! change (C15).

use super::Settled;
use crate::change::{CrmChange, Task};
use crate::codes;
use crate::crm::{CrmRecord, Facts, Origin, Timestamp};
use crate::memory::LockKind;
use crate::outcome::{Actor, Outcome, Reason};

pub(super) fn lock_outcome(kind: LockKind) -> Settled {
    match kind {
        LockKind::OptOut => Settled::skipped(codes::OPTED_OUT, "DA-34"),
        LockKind::Bounce => Settled::of(
            Outcome::Rejected(Reason::new(codes::BOUNCED), Actor::CrmUser),
            "DA-38",
        ),
        LockKind::Unknown => Settled::of(
            Outcome::Rejected(Reason::new(codes::INACTIVE), Actor::Marketer),
            "C15",
        ),
    }
}

/// What the CRM is asked to change when a person turns out to be inactive.
pub fn lock_changes(
    record: &CrmRecord,
    kind: LockKind,
    hard: Option<bool>,
    now: Timestamp,
) -> Vec<CrmChange> {
    match kind {
        LockKind::OptOut => vec![opt_out(record, now, "contact-optout")],
        LockKind::Bounce => vec![bounce_task(record, hard)],
        LockKind::Unknown => vec![CrmChange::Task(Task {
            key: format!("inactive-{}", record.reference.key()),
            code: codes::TASK_INACTIVE,
            owner: record.owner.clone(),
            target: Some(record.reference.clone()),
            about: Facts::new(),
            due: None,
        })],
    }
}

/// The task about a bounce: one for each record (DA-38).
pub fn bounce_task(record: &CrmRecord, hard: Option<bool>) -> CrmChange {
    let bounce = match hard {
        Some(true) => "hard",
        Some(false) => "soft",
        None => "unknown",
    };
    CrmChange::Task(Task {
        key: format!("bounce-{}", record.reference.key()),
        code: codes::TASK_BOUNCE,
        owner: record.owner.clone(),
        target: Some(record.reference.clone()),
        about: vec![("bounce".to_owned(), bounce.to_owned())],
        due: None,
    })
}

pub(super) fn opt_out(record: &CrmRecord, at: Timestamp, evidence: &'static str) -> CrmChange {
    let target = record.reference.clone();
    CrmChange::Mail {
        target,
        allowed: false,
        origin: Origin::Spotler,
        evidence,
        at,
    }
}
