//! A person who is inactive in Spotler: the outcome, and what the CRM is asked to
//! change (C15).

use super::Settled;
use crate::change::{CrmChange, Task};
use crate::codes;
use crate::crm::{CrmRecord, Facts, Origin, RecordRef, Timestamp};
use crate::memory::{Link, LockKind};
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
    link: &Link,
    kind: LockKind,
    address: Option<&str>,
    now: Timestamp,
) -> Vec<CrmChange> {
    match kind {
        LockKind::OptOut => vec![opt_out(record, now, "contact-optout")],
        LockKind::Bounce => vec![bounce_task(record, link, address)],
        LockKind::Unknown => vec![CrmChange::Task(Task {
            key: inactive_key(&record.reference, link),
            code: codes::TASK_INACTIVE,
            owner: record.owner.clone(),
            target: Some(record.reference.clone()),
            about: Facts::new(),
            due: None,
        })],
    }
}

/// The task about somebody who is inactive for no known reason.
pub fn inactive_key(record: &RecordRef, link: &Link) -> String {
    key("inactive", record, link)
}

/// The task about an address that bounces.
pub fn bounce_key(record: &RecordRef, link: &Link) -> String {
    key("bounce", record, link)
}

/// One task for each record, and another one after the person was taken up again.
fn key(about: &str, record: &RecordRef, link: &Link) -> String {
    match link.taken_up {
        0 => format!("{about}-{}", record.key()),
        again => format!("{about}-{}-{again}", record.key()),
    }
}

/// The task about a bounce, with its kind and the address (DA-38).
pub fn bounce_task(record: &CrmRecord, link: &Link, address: Option<&str>) -> CrmChange {
    let bounce = match link.bounced_hard {
        Some(true) => "hard",
        Some(false) => "soft",
        None => "unknown",
    };
    CrmChange::Task(Task {
        key: bounce_key(&record.reference, link),
        code: codes::TASK_BOUNCE,
        owner: record.owner.clone(),
        target: Some(record.reference.clone()),
        about: vec![
            ("bounce".to_owned(), bounce.to_owned()),
            ("address".to_owned(), address.unwrap_or("?").to_owned()),
        ],
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
