//! Spotler's world: all that is remembered, and the changes that a contact can undergo.

pub(crate) mod audience;
pub(crate) mod bounce;
pub(crate) mod contact;
pub(crate) mod contacts;
pub(crate) mod form;
pub(crate) mod journey;
pub(crate) mod ledger;
pub(crate) mod list;
pub(crate) mod mailing;
pub(crate) mod property;
pub(crate) mod shop;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use audience::Audience;
use bounce::Bounce;
use contact::{ChangeKind, Contact, PERMISSIONS, Reason, Status};
use contacts::{Contacts, email_key};
use form::{Form, FormResult};
use journey::{Journey, Participation};
use ledger::{Event, LedgerEntry, Stamp};
use list::{DynamicList, StaticList};
use mailing::{JourneyMailing, Mailing, Sending, TrendReport};
use property::{Property, PropertyKind};
use shop::{ShopOrder, ShopProduct};

/// All that Spotler remembers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct World {
    pub(crate) contacts: Contacts,
    pub(crate) properties: Vec<Property>,
    pub(crate) bounces: Vec<Bounce>,
    pub(crate) static_lists: Vec<StaticList>,
    pub(crate) dynamic_lists: Vec<DynamicList>,
    pub(crate) audiences: Vec<Audience>,
    pub(crate) mailings: Vec<Mailing>,
    pub(crate) trend_reports: Vec<TrendReport>,
    pub(crate) journeys: Vec<Journey>,
    pub(crate) journey_mailings: Vec<JourneyMailing>,
    pub(crate) participations: Vec<Participation>,
    pub(crate) sends: Vec<Sending>,
    pub(crate) forms: Vec<Form>,
    pub(crate) form_results: Vec<FormResult>,
    pub(crate) products: Vec<ShopProduct>,
    pub(crate) orders: Vec<ShopOrder>,
    pub(crate) ledger: Vec<LedgerEntry>,
}

impl World {
    /// Appends to the ledger.
    pub(crate) fn note(&mut self, id: u64, event: Event, stamp: &Stamp) {
        let Some(contact) = self.contacts.get(id) else {
            return;
        };
        self.ledger.push(LedgerEntry {
            number: self.ledger.len() as u64 + 1,
            at_ms: stamp.at_ms,
            contact: id,
            external_id: contact.external_id.clone(),
            email: contact.email().map(email_key),
            event,
            cause: stamp.cause.clone(),
        });
    }

    /// Makes an empty active contact.
    pub(crate) fn create(&mut self, external_id: Option<String>, stamp: &Stamp) -> u64 {
        let id = self.contacts.next_id();
        self.contacts.add(Contact {
            id,
            encrypted_id: encrypted_id("c", id),
            external_id,
            created_ms: stamp.at_ms,
            changed_ms: stamp.at_ms,
            test_group: false,
            temporary: false,
            fields: BTreeMap::new(),
            sets: BTreeMap::new(),
            status: Status::Active,
            soft_bounces_in_a_row: 0,
            tags: Default::default(),
            score: 0,
            changes: BTreeMap::new(),
        });
        self.note(id, Event::Created, stamp);
        self.touch(id, stamp);
        id
    }

    /// Sets or clears a property that is not a set.
    pub(crate) fn set_field(&mut self, id: u64, name: &str, value: Option<Value>, stamp: &Stamp) {
        let before = self
            .contacts
            .get(id)
            .and_then(|it| it.fields.get(name))
            .cloned();
        if before == value {
            return;
        }
        self.contacts.change(id, |contact| match value {
            Some(value) => contact.fields.insert(name.to_owned(), value),
            None => contact.fields.remove(name),
        });
        if name == "email" {
            let from = before.as_ref().and_then(Value::as_str).map(email_key);
            self.note(id, Event::EmailChanged { from }, stamp);
        }
        self.touch(id, stamp);
    }

    /// Switches one bit of a set property.
    pub(crate) fn set_bit(&mut self, id: u64, set: &str, bit: (u32, bool), stamp: &Stamp) {
        let (bit, on) = bit;
        let changed = self.contacts.change(id, |contact| {
            let bits = contact.sets.entry(set.to_owned()).or_default();
            if on {
                bits.insert(bit)
            } else {
                bits.remove(&bit)
            }
        });
        if changed != Some(true) {
            return;
        }
        if set == PERMISSIONS {
            let event = if on {
                Event::PermissionEnabled { bit }
            } else {
                Event::PermissionDisabled { bit }
            };
            self.note(id, event, stamp);
        }
        self.touch(id, stamp);
    }

    /// Gives a contact another external id.
    pub(crate) fn set_external_id(&mut self, id: u64, external_id: Option<String>, stamp: &Stamp) {
        let from = self.contacts.get(id).and_then(|it| it.external_id.clone());
        if from == external_id {
            return;
        }
        self.contacts.change(id, |it| it.external_id = external_id);
        self.note(id, Event::ExternalIdChanged { from }, stamp);
        self.touch(id, stamp);
    }

    /// Changes the status.
    pub(crate) fn set_status(&mut self, id: u64, to: Status, stamp: &Stamp) {
        let Some(from) = self.contacts.get(id).map(|it| it.status) else {
            return;
        };
        if from == to {
            return;
        }
        self.contacts.change(id, |contact| {
            contact.status = to;
            if !stamp.is_api() {
                contact.changes.insert(ChangeKind::Status, stamp.at_ms);
            }
            if to == Status::Active {
                contact.soft_bounces_in_a_row = 0;
            }
        });
        self.note(id, Event::StatusChanged { from, to }, stamp);
        self.touch(id, stamp);
    }

    /// Empties every property and makes the record blank.
    pub(crate) fn blank(&mut self, id: u64, keeps_external_id: KeepsId, stamp: &Stamp) {
        for bit in self
            .contacts
            .get(id)
            .map(Contact::permissions)
            .unwrap_or_default()
        {
            self.set_bit(id, PERMISSIONS, (bit, false), stamp);
        }
        self.set_status(id, Status::Blank, stamp);
        self.note(id, Event::Blanked, stamp);
        self.contacts.change(id, |contact| {
            contact.fields.clear();
            contact.sets.clear();
            contact.tags.clear();
            contact.score = 0;
            contact.test_group = false;
        });
        if keeps_external_id == KeepsId::No {
            self.set_external_id(id, None, stamp);
        }
        self.touch(id, stamp);
    }

    /// Makes a person inactive; a stronger reason replaces a weaker one, never the other way.
    pub(crate) fn deactivate(&mut self, id: u64, reason: Reason, stamp: &Stamp) {
        let replaces = match self.contacts.get(id).map(|it| it.status) {
            None | Some(Status::Blank) => false,
            Some(Status::Active) => true,
            Some(Status::Inactive(now)) => reason.strength() > now.strength(),
        };
        if replaces {
            self.set_status(id, Status::Inactive(reason), stamp);
        }
    }

    /// The property of this name.
    pub(crate) fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|it| it.name == name)
    }

    /// The property of this name, to be changed.
    pub(crate) fn property_mut(&mut self, name: &str) -> Option<&mut Property> {
        self.properties.iter_mut().find(|it| it.name == name)
    }

    /// The properties that are sets.
    pub(crate) fn set_properties(&self) -> impl Iterator<Item = &Property> {
        self.properties
            .iter()
            .filter(|it| it.kind == PropertyKind::Set)
    }

    fn touch(&mut self, id: u64, stamp: &Stamp) {
        let kind = if stamp.is_api() {
            ChangeKind::Api
        } else {
            ChangeKind::Spotler
        };
        self.contacts.change(id, |contact| {
            contact.changed_ms = stamp.at_ms;
            contact.changes.insert(kind, stamp.at_ms);
        });
    }
}

/// Whether a blanked record keeps its external id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeepsId {
    Yes,
    No,
}

/// An id as Spotler gives them: opaque, and the same in every run.
pub(crate) fn encrypted_id(kind: &str, number: u64) -> String {
    // Spreads the numbers, so that nobody counts on their order.
    let mixed = (number.wrapping_mul(0x9E37_79B9_7F4A_7C15)).rotate_left(17);
    format!("{kind}{mixed:016x}")
}
