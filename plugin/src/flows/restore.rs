//! Puts back what Spotler had of a contact before it was overwritten (YO-03):
//! values only, for somebody who is active in Spotler as far as can be seen. The
//! next sync leaves them alone until the CRM changes a field.

use crate::change::CrmChange;
use crate::codes;
use crate::contact_snapshot::{Cause, ContactSnapshot, loses_foreign};
use crate::crm::{CrmRecord, Origin, RecordState};
use crate::flows::contact_saved::Visit;
use crate::look::{self, Presence};
use crate::memory::Link;
use crate::outcome::{Actor, Outcome, Reason};
use crate::ports::Ports;
use crate::settle::Settled;

/// Why a record cannot be restored as things stand; none if it can.
pub(crate) fn obstacle(record: &CrmRecord, link: Option<&Link>) -> Option<&'static str> {
    let Some(link) = link.filter(|it| it.synced_at.is_some()) else {
        return Some(codes::NOT_LINKED);
    };
    let opted_out = !record.mail.allowed && record.mail.origin == Origin::Spotler;
    match link.lock {
        _ if record.state != RecordState::Active || link.blanked.is_some() => {
            Some(codes::RECORD_NOT_ACTIVE)
        }
        _ if !record.sync_enabled => Some(codes::SYNC_DISABLED),
        Some(_) => Some(codes::OPTED_OUT_PERSON),
        None if opted_out => Some(codes::OPTED_OUT_PERSON),
        None => None,
    }
}

/// Whether a restore may be made now: not while something is in doubt that the
/// ordinary sync finds out first.
pub(crate) fn may_begin(record: &CrmRecord, link: Option<&Link>) -> bool {
    let certain = link.is_some_and(|it| !it.unsure && it.intent.is_none());
    certain && obstacle(record, link).is_none()
}

/// Restores a record, and queues it once more for what the CRM has changed since.
pub(crate) async fn restore<P: Ports>(
    visit: &Visit<'_, P>,
    snapshot: Option<ContactSnapshot>,
) -> Settled {
    let settled = put_back(visit, snapshot).await;
    let reference = &visit.case.record.reference;
    if matches!(settled.answer.outcome, Outcome::Deferred(_)) {
        return settled;
    }
    visit.memory.end_restore(reference);
    let mut settled = settled;
    settled
        .answer
        .changes
        .push(CrmChange::SyncAgain(vec![reference.clone()]));
    settled
}

async fn put_back<P: Ports>(visit: &Visit<'_, P>, snapshot: Option<ContactSnapshot>) -> Settled {
    let case = &visit.case;
    let (Some(snapshot), Some(link)) = (snapshot, case.link.clone()) else {
        let reason = Reason::new(codes::NO_SNAPSHOT);
        return Settled::rejected(case, reason, Actor::CrmUser, "YO-03");
    };
    let looked = match Presence::of(visit.spotler.contact(&link.external_id).await) {
        Ok(looked) => looked,
        Err(trouble) => return left_as_it_was(visit.trouble(&trouble, None).await),
    };
    if let Some(kind) = looked.lock(link.bounced_hard.is_some()) {
        return Settled::locked(case, link, kind, None, visit.now);
    }
    let Presence::One(seen) = looked else {
        return Settled::rejected(case, Reason::new(codes::GONE), Actor::Marketer, "C16");
    };
    let body = snapshot.to_put_back(&seen, &link, &case.connection.properties);
    if body.properties.is_empty() {
        return Settled::skipped(codes::NOTHING_TO_RESTORE, "YO-03");
    }
    let target = Some(&case.record.reference);
    let before = ContactSnapshot::of(&seen, target, Some(&link), Cause::Restored, visit.now);
    let kept_already = visit.is_kept_first();
    let loses = |name: &str| body.properties.contains_key(name);
    if !kept_already && loses_foreign(case, Some(&link), &seen, loses) {
        return Settled::kept_first(before.kept());
    }
    let written = visit.spotler.change(&body).await;
    let may_be_done = written.as_ref().err().is_none_or(|it| it.may_be_done());
    let count = body.properties.len().to_string();
    let mut settled = match written {
        Ok(()) => {
            let mut link = Link {
                synced_at: Some(visit.now),
                ..link
            };
            link.put_back.extend(body.properties.keys().cloned());
            let mut settled = Settled::synced(codes::DATA_RESTORED, "YO-03", link);
            settled.answer.outcome =
                Outcome::Synced(Reason::new(codes::DATA_RESTORED).with("properties", count));
            settled
        }
        Err(trouble) => match look::lock_of(&trouble) {
            Some(kind) => Settled::locked(case, link, kind, None, visit.now),
            None => left_as_it_was(visit.trouble(&trouble, None).await),
        },
    };
    if may_be_done && !kept_already {
        settled.answer.changes.push(before.kept());
    }
    settled
}

/// A lost answer of a restore leaves nothing in doubt: it is made again, and the
/// same values are written.
fn left_as_it_was(settled: Settled) -> Settled {
    Settled {
        link: None,
        ..settled
    }
}
