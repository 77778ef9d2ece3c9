//! What is to be written after a look: only what changed, and for each
//! permission what the table of `consent` says. Nothing is left to choose when
//! it is carried out.

mod permissions;
mod unseen;

pub use unseen::{change_unseen, create_unseen};

use std::collections::BTreeMap;

use serde_json::Value;

use crate::change::CrmChange;
use crate::codes;
use crate::consent::Trust;
use crate::crm::{Facts, Origin, Timestamp};
use crate::decide::{Case, Wanted};
use crate::look::{self, Presence};
use crate::memory::{Intent, Link, LockKind, Wish};
use crate::outcome::{Actor, Reason, RuleApplied};
use crate::settle::{self, Settled};
use crate::spotler::contact::{ContactBody, SeenContact};

/// A write, and what is true once it is confirmed.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Whether the contact is created; otherwise it is changed.
    pub creates: bool,
    /// What is sent; nothing at all where both sides agree.
    pub body: ContactBody,
    /// The link as it is once the write is confirmed.
    pub link: Link,
    /// What the look tells the CRM.
    pub imports: Vec<CrmChange>,
    /// The permissions that the look showed on.
    pub seen_on: Vec<u32>,
    /// When the look showed that the contact had last changed.
    pub changed_before: Option<Timestamp>,
    /// The code of success.
    pub done: &'static str,
    /// Which rules had a say.
    pub why: Vec<RuleApplied>,
}

/// What follows from a look.
#[derive(Clone, Debug)]
pub enum Next {
    /// Nothing more: this is the end.
    End(Box<Settled>),
    /// Write this.
    Write(Box<Draft>),
}

impl Draft {
    /// What has to be noted before this is sent; none if it is noted already, or
    /// if nothing is switched on for somebody who is there.
    pub fn to_be_noted(&self, noted: Option<&Intent>) -> Option<Intent> {
        let on = self.body.permissions.iter().filter(|(_, on)| **on);
        let bits: Vec<u32> = on.map(|(bit, _)| *bit).collect();
        let intent = Intent {
            bits,
            changed_before: self.changed_before,
        };
        let needed = !self.creates && !intent.bits.is_empty() && noted != Some(&intent);
        needed.then_some(intent)
    }

    /// The link with what the look taught of permissions that neither this write nor
    /// the CRM is told to change: which of them are on, and which are off for a reason
    /// that is not known. That is committed with what is noted, because the note takes
    /// the place of an earlier one, and with it of what that one put in doubt.
    pub fn as_looked(&self, mut link: Link) -> Link {
        let is_imported = |bit: u32| {
            let of_bit = |it: &CrmChange| matches!(it, CrmChange::Permission { bit: its, .. } if *its == bit);
            self.imports.iter().any(of_bit)
        };
        for (bit, memory) in &self.link.permissions {
            let is_told = self.body.permissions.contains_key(bit) || is_imported(*bit);
            if !is_told && !link.bit(*bit).on {
                link.permissions.insert(*bit, *memory);
            }
        }
        link
    }
}

impl Next {
    fn end(settled: Settled) -> Self {
        Self::End(Box::new(settled))
    }
}

/// Decides what to write.
pub fn after_look(case: &Case<'_>, wanted: &Wanted, presence: Presence, now: Timestamp) -> Next {
    let locked = |kind, id: &str| {
        let link = case
            .link
            .clone()
            .unwrap_or_else(|| Link::to(id.to_owned(), false));
        Next::end(Settled::locked(
            case,
            link,
            kind,
            Some(wanted.address_hash.clone()),
            now,
        ))
    };
    let refused = |code, who| Next::end(Settled::rejected(case, Reason::new(code), who, "C30"));
    match presence {
        Presence::Locked(_) if case.is_reactivated() => {
            refused(codes::NOT_ACTIVE_THERE, Actor::Marketer)
        }
        Presence::Locked(kind) => locked(kind, external_id(case, wanted)),
        Presence::Several => refused(codes::SEVERAL, Actor::Marketer),
        Presence::AddressTaken => refused(codes::ADDRESS_TAKEN, Actor::Marketer),
        Presence::Absent => absent(case, wanted),
        Presence::One(seen) => {
            let Some(id) = seen
                .external_id
                .clone()
                .or_else(|| case.link.as_ref().map(|it| it.external_id.clone()))
            else {
                return refused(codes::NO_EXTERNAL_ID, Actor::Marketer);
            };
            if case.is_reactivated() && seen.email_channel != Some(true) {
                return refused(codes::NOT_ACTIVE_THERE, Actor::Marketer);
            }
            if let Some(kind) = shown_lock(case, &seen) {
                return locked(kind, &id);
            }
            Next::Write(Box::new(change(case, wanted, &seen, id, now)))
        }
    }
}

fn external_id<'a>(case: &'a Case<'_>, wanted: &'a Wanted) -> &'a str {
    case.link
        .as_ref()
        .map_or(&wanted.external_id, |it| &it.external_id)
}

/// A blanked record has no address, so its channel says nothing.
fn shown_lock(case: &Case<'_>, seen: &SeenContact) -> Option<LockKind> {
    let link = case.link.as_ref();
    if link.is_some_and(|it| it.blanked.is_some()) && seen.is_blank() {
        return None;
    }
    look::lock_shown(seen, link.is_some_and(|it| it.bounced_hard.is_some()))
}

fn absent(case: &Case<'_>, wanted: &Wanted) -> Next {
    let confirmed = case
        .link
        .as_ref()
        .is_some_and(|it| it.synced_at.is_some() && it.blanked.is_none());
    if confirmed {
        let reason = Reason::new(codes::GONE);
        return Next::end(Settled::rejected(case, reason, Actor::Marketer, "C16"));
    }
    if let Some(kind) = case.tombstone {
        return Next::end(Settled::tombstone_stands(case, kind));
    }
    if case.wish == Some(Wish::Match) {
        let settled = Settled::skipped(codes::NOT_IN_SPOTLER, "YO-15");
        return Next::end(Settled {
            ends_wish: true,
            ..settled
        });
    }
    Next::Write(Box::new(create(case, wanted)))
}

/// A new contact, with the full set of permissions, on and off (PV-10).
fn create(case: &Case<'_>, wanted: &Wanted) -> Draft {
    let mut link = Link::to(wanted.external_id.clone(), true);
    link.permissions = permissions::of_new(case);
    let permissions = link.permissions.iter();
    let permissions: BTreeMap<u32, bool> = permissions.map(|(bit, it)| (*bit, it.on)).collect();
    let sent = wanted.values.iter().filter(|(_, value)| !value.is_null());
    let properties: BTreeMap<String, Value> = sent
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    confirm_values(case, wanted, &mut link);
    let mut why = left_out(wanted);
    why.push(rule("C16", codes::RULE_CREATED_ONLY));
    why.push(rule("PV-12", codes::RULE_EXPLICIT_CONSENT));
    let body = ContactBody {
        external_id: wanted.external_id.clone(),
        properties,
        permissions,
    };
    Draft {
        creates: true,
        body,
        link,
        imports: Vec::new(),
        seen_on: Vec::new(),
        changed_before: None,
        done: codes::CREATED,
        why,
    }
}

/// How a contact that is there stands to what we know of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meeting {
    /// It is linked.
    Known,
    /// We created it, and the answer was lost.
    CameThrough,
    /// We blanked it, and the record is active again.
    Restored,
    /// It was there before us, or has been filled in by somebody else.
    Found,
    /// It was inactive, and a user says that it is active again.
    TakenUp,
}

impl Meeting {
    fn of(case: &Case<'_>, link: &Link, seen: &SeenContact, id: &str) -> Self {
        let is_confirmed = link.synced_at.is_some();
        if case.is_reactivated() {
            Self::TakenUp
        } else if link.blanked.is_some() && seen.is_blank() {
            Self::Restored
        } else if link.ours && !is_confirmed && link.external_id == id {
            Self::CameThrough
        } else if is_confirmed && link.blanked.is_none() && link.external_id == id {
            Self::Known
        } else {
            Self::Found
        }
    }

    fn trust(self) -> Trust {
        match self {
            Self::Known | Self::Restored => Trust::Known,
            Self::CameThrough => Trust::Doubtful,
            Self::Found | Self::TakenUp => Trust::Found,
        }
    }

    fn done(self) -> &'static str {
        match self {
            Self::Known => codes::UPDATED,
            Self::CameThrough => codes::CREATED,
            Self::Restored => codes::RESTORED,
            Self::Found => codes::FOUND,
            Self::TakenUp => codes::REACTIVATED,
        }
    }
}

/// An existing contact: only what changed.
fn change(
    case: &Case<'_>,
    wanted: &Wanted,
    seen: &SeenContact,
    id: String,
    now: Timestamp,
) -> Draft {
    let link = base_link(case, wanted, &id);
    let meeting = Meeting::of(case, &link, seen, &id);
    let mut draft = Draft {
        creates: false,
        body: ContactBody {
            external_id: id.clone(),
            properties: BTreeMap::new(),
            permissions: BTreeMap::new(),
        },
        link: Link {
            ours: link.ours && link.external_id == id,
            external_id: id,
            ..link
        },
        imports: Vec::new(),
        seen_on: seen.permissions_on(),
        changed_before: seen.last_changed,
        done: meeting.done(),
        why: left_out(wanted),
    };
    draft.why.push(rule("C12", codes::RULE_LOOKED));
    if meeting.trust() == Trust::Found {
        draft.why.push(rule("YO-15", codes::RULE_FOUND));
    }
    if !case.record.mail.allowed {
        draft.why.push(rule("DA-28", codes::RULE_CRM_OPT_OUT));
    }
    change_values(case, wanted, seen, meeting.trust(), &mut draft);
    permissions::change(case, seen, meeting.trust(), now, &mut draft);
    draft.link.blanked = None;
    if meeting == Meeting::TakenUp {
        reactivate(case, now, &mut draft);
    }
    draft
}

/// The person is active in Spotler again: the lock goes, and with it the opt-out
/// and the task in the CRM (DA-79).
fn reactivate(case: &Case<'_>, now: Timestamp, draft: &mut Draft) {
    draft.link.lock = None;
    draft.link.bounced_hard = None;
    draft.why.push(rule("DA-79", codes::REACTIVATED));
    let target = case.record.reference.clone();
    let keys = [
        settle::inactive_key(&target, &draft.link),
        settle::bounce_key(&target, &draft.link),
    ];
    draft.imports.extend(keys.map(CrmChange::EndTask));
    draft.link.taken_up += 1;
    draft.imports.push(CrmChange::Mail {
        target,
        allowed: true,
        origin: Origin::Spotler,
        evidence: "active-in-spotler",
        at: now,
    });
}

/// The link to go on from. A contact under our own id that nobody confirmed is
/// a creation of ours whose answer was lost.
fn base_link(case: &Case<'_>, wanted: &Wanted, id: &str) -> Link {
    case.link.clone().unwrap_or_else(|| {
        let came_through = case.is_unsure() && id == wanted.external_id;
        Link::to(id.to_owned(), came_through)
    })
}

/// The values that the CRM changed and Spotler does not have. A person who is
/// found loses nothing to an empty field.
fn change_values(
    case: &Case<'_>,
    wanted: &Wanted,
    seen: &SeenContact,
    trust: Trust,
    draft: &mut Draft,
) {
    let certain = !case.is_unsure();
    for (name, value) in &wanted.values {
        let confirmed = draft.link.fields.get(name);
        let unchanged = match confirmed {
            Some(hash) => *hash == case.value_hash(name, value),
            None => value.is_null(),
        };
        let agrees = seen.shows(name, value) || names_same_address(wanted, seen, name);
        let erases_foreign = value.is_null() && trust == Trust::Found;
        let stays = certain || draft.link.put_back.contains(name);
        if !unchanged {
            draft.link.put_back.remove(name);
        }
        if !(agrees || erases_foreign || (unchanged && stays)) {
            draft.body.properties.insert(name.clone(), value.clone());
        }
    }
    confirm_values(case, wanted, &mut draft.link);
}

fn names_same_address(wanted: &Wanted, seen: &SeenContact, name: &str) -> bool {
    let wants_address =
        wanted.values.get(name).and_then(Value::as_str) == Some(&wanted.address.as_sent());
    let shown = seen.properties.get(name).and_then(Value::as_str);
    wants_address && shown.is_some_and(|it| wanted.address.is_same_as(it))
}

fn confirm_values(case: &Case<'_>, wanted: &Wanted, link: &mut Link) {
    for (name, value) in &wanted.values {
        if value.is_null() {
            link.fields.remove(name);
        } else {
            link.fields
                .insert(name.clone(), case.value_hash(name, value));
        }
    }
    link.address = Some(wanted.address_hash.clone());
}

fn left_out(wanted: &Wanted) -> Vec<RuleApplied> {
    let left_out = |property: &String| RuleApplied {
        rule: "YO-17",
        led_to: codes::RULE_LEFT_OUT,
        about: vec![("property".to_owned(), property.clone())],
    };
    wanted.unfit.iter().map(left_out).collect()
}

fn rule(rule: &'static str, led_to: &'static str) -> RuleApplied {
    RuleApplied {
        rule,
        led_to,
        about: Facts::new(),
    }
}
