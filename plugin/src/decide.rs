//! What is to be done about a saved record before anything is asked of Spotler:
//! end here, switch off, blank, or look. The first rule that applies wins.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::address::{Address, AddressState, digest};
use crate::codes;
use crate::connection::{Activity, Connection, MappingRow};
use crate::consent::{self, Trust, Verdict};
use crate::crm::{CrmRecord, Event, Origin, RecordRef, RecordState, Timestamp};
use crate::look;
use crate::mapping;
use crate::memory::{BitMemory, Intent, Link, LockKind, Wish};
use crate::outcome::{Actor, Reason};
use crate::profile::{Gate, Reactivation, Starts};
use crate::settle::Settled;
use crate::spotler::property::EMAIL_TYPE;

/// Everything that is known when a saved record is judged.
#[derive(Clone, Debug)]
pub struct Case<'a> {
    /// The call.
    pub event: &'a Event,
    /// The record as it is now.
    pub record: &'a CrmRecord,
    /// The connection.
    pub connection: &'a Connection,
    /// The mapping.
    pub mapping: &'a [MappingRow],
    /// The salt of all hashes.
    pub salt: &'a [u8],
    /// What Spotler has of the record.
    pub link: Option<Link>,
    /// What a user wants done with it.
    pub wish: Option<Wish>,
    /// What it has for an address.
    pub address: AddressState,
    /// Another record that owns the address.
    pub owner: Option<RecordRef>,
    /// Why the address must not be added to Spotler again.
    pub tombstone: Option<LockKind>,
    /// Whether Spotler showed somebody inactive under the address with whom no
    /// record is linked, or several people: nobody is created there unseen.
    pub strangers: bool,
    /// The permissions that were switched off for the address in Spotler before
    /// its record was blanked.
    pub withdrawals: BTreeMap<u32, Timestamp>,
}

/// What Spotler should have of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// Under which id it is created, if it is.
    pub external_id: String,
    /// The address.
    pub address: Address,
    /// The hash of the address.
    pub address_hash: String,
    /// The values by property, the address among them; null for an empty field.
    pub values: BTreeMap<String, Value>,
    /// Properties left out because the value does not fit.
    pub unfit: Vec<String>,
}

/// What to do.
#[derive(Clone, Debug)]
pub enum Course {
    /// Nothing more: this is the end.
    End(Settled),
    /// The address is gone: switch all permissions off.
    SwitchOff(Link),
    /// The gate is closed, and the person said no since: switch that off.
    Restrict(Link),
    /// The record is gone: permissions off, then blank (C1).
    Blank(Link),
    /// Look at Spotler, then decide on.
    Look(Wanted),
}

impl Case<'_> {
    /// What follows for one permission of a person about whom nothing is in
    /// doubt, from what is remembered of it and whether it is on.
    pub fn judge(&self, bit: u32, memory: BitMemory, on: bool) -> Verdict {
        let choice = self.record.choice(bit);
        let known = consent::Known { choice, memory, on };
        consent::judge(self.record, known, Trust::Known)
    }

    /// Whether a write of ours may have been lost.
    pub fn is_unsure(&self) -> bool {
        look::is_unsure(self.link.as_ref(), self.event)
    }

    /// Whether a user says that the person was made active again in Spotler.
    pub fn is_reactivated(&self) -> bool {
        let is_locked = self.link.as_ref().is_some_and(|it| it.lock.is_some());
        is_locked && self.wish == Some(Wish::Reactivate)
    }

    /// What may have been switched on without our having been told. In the step
    /// after it was noted, on its first attempt, it cannot have been yet.
    pub fn intent(&self) -> Option<&Intent> {
        let is_after_note = self.event.cursor.as_deref() == Some(codes::NOTED);
        let just_noted = is_after_note && self.event.attempt == 1;
        let intent = self.link.as_ref().and_then(|it| it.intent.as_ref());
        intent.filter(|_| !just_noted)
    }

    /// Whether the address is to be another one than Spotler has.
    pub fn moves_to(&self, address_hash: &str) -> bool {
        self.link
            .as_ref()
            .is_some_and(|it| it.synced_at.is_some() && it.address.as_deref() != Some(address_hash))
    }

    /// The hash of a value of a property.
    pub fn value_hash(&self, property: &str, value: &Value) -> String {
        value_hash(self.salt, property, value)
    }
}

/// The hash of a value of a property.
pub(crate) fn value_hash(salt: &[u8], property: &str, value: &Value) -> String {
    digest(salt, &format!("{property}={value}"))
}

/// Whether Spotler confirmed these values already.
pub(crate) fn has_values(link: &Link, salt: &[u8], values: &BTreeMap<String, Value>) -> bool {
    values
        .iter()
        .all(|(name, value)| match link.fields.get(name) {
            Some(hash) => *hash == value_hash(salt, name, value),
            None => value.is_null(),
        })
}

/// Decides what to do.
pub fn before_look(case: &Case<'_>) -> Course {
    if case.event.restrict_only {
        return restrict_only(case);
    }
    connection_and_switch(case)
        .or_else(|| life_cycle(case))
        .or_else(|| lock(case))
        .or_else(|| gate(case))
        .unwrap_or_else(|| address_and_values(case))
}

fn skip(code: &'static str, rule: &'static str) -> Option<Course> {
    Some(Course::End(Settled::skipped(code, rule)))
}

fn connection_and_switch(case: &Case<'_>) -> Option<Course> {
    match case.connection.activity {
        Activity::Off => skip(codes::NOT_ACTIVE, "PV-04"),
        Activity::Stopped => Some(Course::End(Settled::waiting(
            codes::CONNECTION_STOPPED,
            "C21",
        ))),
        Activity::Active if !case.record.sync_enabled => skip(codes::SYNC_DISABLED, "DA-74"),
        Activity::Active => None,
    }
}

/// A person has still to confirm what was saved: an opt-out goes through, because
/// it only restricts, and all else waits.
fn restrict_only(case: &Case<'_>) -> Course {
    if let Some(end) = connection_and_switch(case) {
        return end;
    }
    let reachable = case
        .link
        .as_ref()
        .filter(|it| it.lock.is_none() && it.blanked.is_none());
    match reachable {
        Some(link) if said_no_since(case, link) => Course::Restrict(link.clone()),
        Some(_) | None => Course::End(Settled::waiting(codes::WAITS, "DA-29")),
    }
}

fn life_cycle(case: &Case<'_>) -> Option<Course> {
    let link = case.link.as_ref();
    match (case.record.state, link) {
        (RecordState::Active, Some(link)) if link.blanked.is_some() => {
            let never = case.connection.profile.reactivation == Reactivation::Never;
            never
                .then(|| skip(codes::NOT_REACTIVATABLE, "YO-25"))
                .flatten()
        }
        (RecordState::Active, _) => None,
        (RecordState::Inactive | RecordState::Deleted, None) => {
            skip(codes::RECORD_NOT_ACTIVE, "DA-19")
        }
        (RecordState::Inactive | RecordState::Deleted, Some(link)) if link.blanked.is_some() => {
            skip(codes::NOTHING_CHANGED, "DA-20")
        }
        (RecordState::Inactive, Some(link)) if link.lock.is_some() => None,
        (RecordState::Inactive | RecordState::Deleted, Some(link)) => {
            Some(Course::Blank(link.clone()))
        }
    }
}

fn lock(case: &Case<'_>) -> Option<Course> {
    if case.is_reactivated() {
        return None;
    }
    let opted_out_in_spotler =
        !case.record.mail.allowed && case.record.mail.origin == Origin::Spotler;
    match case
        .link
        .as_ref()
        .and_then(|it| it.lock.as_ref())
        .map(|it| it.kind)
    {
        Some(LockKind::OptOut) => Some(Course::End(Settled::opt_out_stands(case))),
        Some(LockKind::Bounce) => skip(codes::BOUNCED, "DA-38"),
        Some(LockKind::Unknown) => skip(codes::INACTIVE, "C15"),
        None if opted_out_in_spotler => skip(codes::OPTED_OUT, "C3"),
        None => None,
    }
}

fn gate(case: &Case<'_>) -> Option<Course> {
    if case.wish.is_some() {
        return None;
    }
    let profile = &case.connection.profile;
    match (profile.gate, &case.link) {
        (Gate::Attribute, Some(link)) if !case.record.gate && said_no_since(case, link) => {
            Some(Course::Restrict(link.clone()))
        }
        (Gate::Attribute, Some(_)) if !case.record.gate => {
            Some(Course::End(Settled::gate_closed(&case.record.reference)))
        }
        (Gate::Attribute, None) if !case.record.gate => skip(codes::NOT_LINKED, "PV-14"),
        (Gate::Linked, None) => skip(codes::NOT_LINKED, "YO-11"),
        (Gate::Attribute | Gate::Linked | Gate::All, _) => {
            let waits = profile.starts == Starts::OnMappingSaved && !case.connection.mapping_saved;
            waits
                .then(|| skip(codes::MAPPING_NOT_SAVED, "YO-14"))
                .flatten()
        }
    }
}

/// Whether a permission that Spotler has on may not be on any more: an opt-out
/// in the CRM goes through a closed gate, since it only restricts.
fn said_no_since(case: &Case<'_>, link: &Link) -> bool {
    case.connection.permissions.iter().any(|permission| {
        let memory = link.bit(permission.bit);
        case.judge(permission.bit, memory, memory.on) == Verdict::Disable
    })
}

fn address_and_values(case: &Case<'_>) -> Course {
    let address = match (&case.address, &case.link) {
        (AddressState::Present(address), _) => address,
        (AddressState::Missing, Some(link)) if link.address.is_some() && link.blanked.is_none() => {
            return Course::SwitchOff(link.clone());
        }
        (AddressState::Missing, _) => {
            return Course::End(Settled::skipped(codes::NO_ADDRESS, "C30"));
        }
        (AddressState::Invalid, _) => {
            let reason = Reason::new(codes::BAD_ADDRESS);
            return Course::End(Settled::rejected(case, reason, Actor::CrmUser, "YO-52"));
        }
    };
    if let Some(owner) = &case.owner {
        let reason = Reason::new(codes::ADDRESS_IN_USE).with("owner", owner.key());
        return Course::End(Settled::rejected(case, reason, Actor::CrmUser, "DA-78"));
    }
    if let Some(kind) = case.tombstone {
        let hash = address.hash(case.salt);
        match case.link.as_ref().and_then(|it| it.address.as_deref()) {
            Some(own) if own == hash => {}
            Some(_) => {
                let reason = Reason::new(codes::ADDRESS_OPTED_OUT);
                return Course::End(Settled::rejected(case, reason, Actor::CrmUser, "C31"));
            }
            None => return Course::End(Settled::tombstone_stands(case, kind)),
        }
    }
    let wanted = wanted(case, address);
    if nothing_to_do(case, &wanted) {
        return Course::End(Settled::nothing_changed(case));
    }
    Course::Look(wanted)
}

/// What Spotler should have of the record.
fn wanted(case: &Case<'_>, address: &Address) -> Wanted {
    let properties = &case.connection.properties;
    let values = mapping::values(case.record, case.mapping, properties);
    let mut fitting = values.fitting;
    if let Some(email) = properties.iter().find(|it| it.property_type == EMAIL_TYPE) {
        fitting.insert(email.name.clone(), address.as_sent().into());
    }
    Wanted {
        external_id: case.connection.profile.external_id(&case.record.reference),
        address_hash: address.hash(case.salt),
        address: address.clone(),
        values: fitting,
        unfit: values.unfit,
    }
}

/// Whether Spotler has everything already, as far as it confirmed it: then no
/// request is made at all (DA-18, YO-19).
fn nothing_to_do(case: &Case<'_>, wanted: &Wanted) -> bool {
    let Some(link) = &case.link else { return false };
    // Whether somebody who is to be taken up again is active, only a look tells.
    let certain = !case.is_unsure()
        && link.lock.is_none()
        && link.intent.is_none()
        && link.blanked.is_none()
        && link.synced_at.is_some();
    let same_values = has_values(link, case.salt, &wanted.values);
    let same_permissions = case.connection.permissions.iter().all(|permission| {
        let memory = link.bit(permission.bit);
        case.judge(permission.bit, memory, memory.on) == Verdict::Keep
    });
    certain && same_values && same_permissions
}

#[cfg(test)]
mod tests;
