//! Everything that only takes away: switching off, blanking, and the repair
//! after an opt-out that fell between look and write. None of it can enable
//! anything.

use std::collections::BTreeMap;

use crate::change::CrmChange;
use crate::codes;
use crate::consent::Verdict;
use crate::contact_snapshot::{self, Cause, ContactSnapshot};
use crate::crm::{Consent, Facts, Origin, RecordState};
use crate::draft::Draft;
use crate::flows::contact_saved::Visit;
use crate::look::{self, Presence};
use crate::memory::{BitMemory, Link, Lock, LockKind, Snapshot};
use crate::outcome::RuleApplied;
use crate::ports::Ports;
use crate::settle::Settled;
use crate::spotler::contact::{ContactBody, SeenContact};

/// The record has no address any more: nothing may be mailed to the old one.
pub(crate) async fn switch_off<P: Ports>(visit: &Visit<'_, P>, link: Link) -> Settled {
    let off = match look_and_turn_off(visit, &link, |_| true, |_| None).await {
        Ok(off) => off,
        Err(settled) => return *settled,
    };
    let mut link = Link {
        address: None,
        synced_at: Some(visit.now),
        ..off.link
    };
    let email = visit
        .case
        .connection
        .properties
        .iter()
        .find(|it| it.property_type == "email");
    if let Some(email) = email {
        link.fields.remove(&email.name);
    }
    Settled::synced(codes::PERMISSIONS_OFF, "C30", link).with(off.withdrawals)
}

/// The gate is closed, and the person said no in the CRM since: that goes
/// through, because it only restricts.
pub(crate) async fn restrict<P: Ports>(visit: &Visit<'_, P>, link: Link) -> Settled {
    let no = |bit| says_no(visit, &link, bit);
    let off = match look_and_turn_off(visit, &link, no, |_| None).await {
        Ok(off) => off,
        Err(settled) => return *settled,
    };
    let link = Link {
        synced_at: Some(visit.now),
        ..off.link
    };
    Settled::synced(codes::RESTRICTED, "DA-29", link).with(off.withdrawals)
}

fn says_no<P>(visit: &Visit<'_, P>, link: &Link, bit: u32) -> bool {
    visit.case.judge(bit, link.bit(bit), true) == Verdict::Disable
}

/// The record was deactivated or deleted: permissions off, then blank, with a
/// snapshot for a reactivation (C1, DA-05, DA-20).
pub(crate) async fn blank<P: Ports>(visit: &Visit<'_, P>, link: Link) -> Settled {
    let keep_first = |seen: &SeenContact| kept_before_blanking(visit, &link, seen);
    let off = match look_and_turn_off(visit, &link, |_| true, keep_first).await {
        Ok(off) => off,
        Err(settled) => return *settled,
    };
    let link = off.link;
    match visit.spotler.blank(&link.external_id).await {
        Ok(()) => {}
        Err(trouble) if trouble.kind == crate::spotler::trouble::Kind::NotFound => {}
        Err(trouble) => return visit.trouble(&trouble, None).await,
    }
    let lock = link.lock.as_ref().map(|it| it.kind);
    let tombstone = link.address.clone().zip(lock);
    let link = Link {
        address: None,
        fields: BTreeMap::new(),
        blanked: Some(Snapshot {
            permissions: off.had,
            at: visit.now,
        }),
        synced_at: Some(visit.now),
        ..link
    };
    let settled = Settled {
        tombstone,
        ..Settled::synced(codes::BLANKED, "DA-20", link)
    };
    settled
        .with(off.withdrawals)
        .after("DA-05", codes::PERMISSIONS_OFF, Facts::new())
}

/// What only Spotler has of somebody who was deactivated is kept before it is
/// emptied (YO-03). Of a deleted record nothing is kept.
fn kept_before_blanking<P: Ports>(
    visit: &Visit<'_, P>,
    link: &Link,
    seen: &SeenContact,
) -> Option<Settled> {
    let deactivated = visit.case.record.state == RecordState::Inactive;
    if !deactivated || visit.is_kept_first() {
        return None;
    }
    let loses = contact_snapshot::loses_foreign(&visit.case, Some(link), seen, |_| true);
    let target = Some(&visit.case.record.reference);
    let snapshot = || ContactSnapshot::of(seen, target, Some(link), Cause::Blanked, visit.now);
    loses.then(|| Settled::kept_first(snapshot().kept()))
}

/// What was to go off is off.
struct Off {
    /// What Spotler has now.
    link: Link,
    /// The permissions that were switched off.
    had: Vec<u32>,
    /// The permissions that the person had switched off before: the CRM is told
    /// (DA-82).
    withdrawals: Vec<CrmChange>,
}

impl Off {
    fn all(link: Link) -> Self {
        Self {
            link: all_off(link),
            had: Vec::new(),
            withdrawals: Vec::new(),
        }
    }
}

/// Looks, remembers an opt-out that the look shows, and switches off what is
/// on, as far as it is to go off, unless something has to be done before.
/// Somebody who is inactive is left alone, but for being blanked; then it ends here.
async fn look_and_turn_off<P: Ports>(
    visit: &Visit<'_, P>,
    link: &Link,
    goes_off: impl Fn(u32) -> bool,
    before: impl Fn(&SeenContact) -> Option<Settled>,
) -> Result<Off, Box<Settled>> {
    let looked = match Presence::of(visit.spotler.contact(&link.external_id).await) {
        Ok(looked) => looked,
        Err(trouble) => return Err(Box::new(visit.trouble(&trouble, None).await)),
    };
    let shown = looked.lock(link.bounced_hard.is_some());
    if let Some(kind) = link.lock.as_ref().map(|it| it.kind).or(shown) {
        return inactive(visit, link, kind);
    }
    let Presence::One(seen) = looked else {
        return Ok(Off::all(link.clone()));
    };
    if let Some(settled) = before(&seen) {
        return Err(Box::new(settled));
    }
    let mut off = seen.permissions_on();
    off.retain(|bit| goes_off(*bit));
    if !off.is_empty() {
        let body = turned_off(&link.external_id, &off);
        if let Err(trouble) = visit.spotler.change(&body).await {
            return match look::lock_of(&trouble) {
                Some(kind) => inactive(visit, link, kind),
                None => Err(Box::new(visit.trouble(&trouble, None).await)),
            };
        }
    }
    let (mut link, withdrawals) = with_withdrawals(visit, link, &seen);
    for (bit, memory) in &mut link.permissions {
        memory.on = seen.has(*bit) && !off.contains(bit);
    }
    Ok(Off {
        link,
        had: off,
        withdrawals,
    })
}

/// Somebody who is inactive gets no write but the blanking of a deleted record.
fn inactive<P: Ports>(
    visit: &Visit<'_, P>,
    link: &Link,
    kind: LockKind,
) -> Result<Off, Box<Settled>> {
    let at = visit.now;
    if visit.case.record.state == RecordState::Deleted {
        let lock = link.lock.clone().or(Some(Lock { kind, at }));
        let link = Link {
            lock,
            ..link.clone()
        };
        return Ok(Off::all(link));
    }
    let settled = Settled::locked(&visit.case, link.clone(), kind, None, at);
    Err(Box::new(settled))
}

fn turned_off(external_id: &str, bits: &[u32]) -> ContactBody {
    ContactBody {
        permissions: bits.iter().map(|bit| (*bit, false)).collect(),
        ..ContactBody::nothing(external_id)
    }
}

/// What we had seen on and is off now was switched off in Spotler: it is locked, and
/// where the CRM holds an opt-in, that is withdrawn there too (DA-82). Unless it may
/// have been a write of ours whose answer was lost: that is no word of the person's.
fn with_withdrawals<P: Ports>(
    visit: &Visit<'_, P>,
    link: &Link,
    seen: &SeenContact,
) -> (Link, Vec<CrmChange>) {
    let mut link = link.clone();
    let mut withdrawals = Vec::new();
    let record = &visit.case.record;
    let is_told = record.state != RecordState::Deleted && !visit.case.is_unsure();
    for (bit, memory) in &mut link.permissions {
        if !memory.on || seen.has(*bit) {
            continue;
        }
        *memory = BitMemory {
            on: false,
            locked_at: Some(visit.now),
        };
        let held = record.choice(*bit).map(|it| it.consent);
        if is_told && held == Some(Consent::Given) {
            withdrawals.push(withdrawal(visit, *bit));
        }
    }
    (link, withdrawals)
}

/// The person withdrew a permission in Spotler: so the CRM says too.
fn withdrawal<P>(visit: &Visit<'_, P>, bit: u32) -> CrmChange {
    CrmChange::Permission {
        target: visit.case.record.reference.clone(),
        bit,
        consent: Consent::Withdrawn,
        origin: Origin::Spotler,
        evidence: "switched-off-in-spotler",
        at: visit.now,
    }
}

fn all_off(mut link: Link) -> Link {
    for memory in link.permissions.values_mut() {
        memory.on = false;
    }
    link
}

/// After a write that enabled something: permissions that went off in the
/// meantime were switched off by the person. Then what this call enabled is
/// switched off again as well (C16).
pub(crate) async fn repair<P: Ports>(
    visit: &Visit<'_, P>,
    mut draft: Draft,
    seen: &SeenContact,
) -> Settled {
    let ours: Vec<u32> = draft
        .body
        .permissions
        .iter()
        .filter(|(_, on)| **on)
        .map(|(bit, _)| *bit)
        .collect();
    let meant_on = draft
        .seen_on
        .iter()
        .filter(|bit| draft.body.permissions.get(bit) != Some(&false));
    let withdrawn: Vec<u32> = meant_on
        .chain(&ours)
        .copied()
        .filter(|bit| !seen.has(*bit))
        .collect();
    let code = draft.done;
    if withdrawn.is_empty() {
        return visit.done(draft, code);
    }
    let still_on: Vec<u32> = ours.iter().copied().filter(|bit| seen.has(*bit)).collect();
    if !still_on.is_empty() {
        let body = turned_off(&draft.link.external_id, &still_on);
        if let Err(trouble) = visit.spotler.change(&body).await {
            return visit.trouble(&trouble, Some(draft.link)).await;
        }
    }
    for bit in withdrawn.iter().chain(&still_on) {
        draft.link.permissions.insert(
            *bit,
            BitMemory {
                on: false,
                locked_at: Some(visit.now),
            },
        );
        draft.imports.push(withdrawal(visit, *bit));
    }
    draft.why.push(RuleApplied {
        rule: "C16",
        led_to: codes::RULE_REPAIRED,
        about: Facts::new(),
    });
    visit.done(draft, code)
}
