//! A contact, lead or account as the demo CRM keeps it.

use std::collections::BTreeMap;

use super::{codes::Code, value};
use crate::contract::{
    Consent, CrmRecord, Field, FieldValue, MailChoice, Origin, PermissionChoice, RecordKind,
    RecordRef, RecordState, SyncStatus,
};

/// Whether a person may be mailed at all, and how we know.
#[derive(Clone, Debug, PartialEq)]
pub struct Mail {
    /// False: opted out.
    pub allowed: bool,
    /// When it was last changed.
    pub changed_at: u64,
    /// On which side.
    pub origin: Origin,
    /// How we know.
    pub evidence: String,
}

impl Mail {
    /// Whether it is an opt-out that came from Spotler, which the CRM does not lift
    /// (C3, DA-31).
    pub fn opted_out_in_spotler(&self) -> bool {
        !self.allowed && self.origin == Origin::Spotler
    }
}

/// What a person said about one permission, and how we know.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// What was said.
    pub consent: Consent,
    /// When it was said.
    pub changed_at: u64,
    /// On which side.
    pub origin: Origin,
    /// How we know.
    pub evidence: String,
}

/// A record of the demo CRM.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its kind and id.
    pub reference: RecordRef,
    /// Counts up with every change of what the component may read.
    pub revision: u64,
    /// Whether it lives.
    pub state: RecordState,
    /// Whether it carries the “Spotler” attribute (PV-13).
    pub gate: bool,
    /// False while a user has switched synchronisation off (DA-74).
    pub sync_enabled: bool,
    /// Whether the person may be mailed at all.
    pub mail: Mail,
    /// What was said, by the number of the permission.
    pub permissions: BTreeMap<u32, Choice>,
    /// The user who owns it.
    pub owner: Option<String>,
    /// The relation that it belongs to.
    pub relation: Option<String>,
    /// The fields that are not empty.
    pub fields: BTreeMap<String, FieldValue>,
    /// The status that it shows; none: it was never synced.
    pub status: Option<SyncStatus>,
    /// The code that explains the status.
    pub reason: Option<String>,
}

impl Record {
    /// A record that is not stored yet: active, without a gate, without any
    /// opt-in, and not opted out either.
    pub fn fresh(reference: RecordRef, now: u64) -> Self {
        Self {
            reference,
            revision: 0,
            state: RecordState::Active,
            gate: false,
            sync_enabled: true,
            mail: Mail {
                allowed: true,
                changed_at: now,
                origin: Origin::Crm,
                evidence: "created".to_owned(),
            },
            permissions: BTreeMap::new(),
            owner: None,
            relation: None,
            fields: BTreeMap::new(),
            status: None,
            reason: None,
        }
    }

    /// The text of a text field; empty where it has none.
    pub fn text(&self, field: &str) -> &str {
        match self.fields.get(field) {
            Some(FieldValue::Text(text)) => text,
            _ => "",
        }
    }

    /// What a page calls the record.
    pub fn name(&self) -> String {
        let words = match self.reference.kind {
            RecordKind::Account => vec![self.text("organisation")],
            RecordKind::Contact | RecordKind::Lead => {
                let first = [self.text("first_name"), self.text("initials")];
                let first = first
                    .into_iter()
                    .find(|it| !it.is_empty())
                    .unwrap_or_default();
                vec![first, self.text("infix"), self.text("last_name")]
            }
        };
        let name = joined(&words);
        if name.is_empty() {
            joined(&[self.text("organisation")])
        } else {
            name
        }
    }

    /// What lists are sorted by: the last name first, small letters.
    pub fn sort_name(&self) -> String {
        let name = joined(&[self.text("last_name"), self.text("first_name")]);
        let name = match self.reference.kind {
            RecordKind::Account => String::new(),
            RecordKind::Contact | RecordKind::Lead => name,
        };
        let name = if name.is_empty() { self.name() } else { name };
        if name.is_empty() {
            self.reference.id.clone()
        } else {
            name.to_lowercase()
        }
    }

    /// What a search looks in, small letters.
    pub fn search_text(&self) -> String {
        let organisation = self.text("organisation");
        let id = &self.reference.id;
        joined(&[&self.name(), self.text("email"), organisation, id]).to_lowercase()
    }

    /// Whether it is marked as the primary contact of its relation (YO-45).
    pub fn is_primary(&self) -> bool {
        self.fields.get("primary") == Some(&FieldValue::Boolean(true))
    }

    /// The record as the component reads it.
    pub fn to_contract(&self) -> CrmRecord {
        let choice = |(bit, it): (&u32, &Choice)| PermissionChoice {
            bit: *bit,
            consent: it.consent,
            changed_at: it.changed_at,
            origin: it.origin,
        };
        let field = |(name, value): (&String, &FieldValue)| Field {
            name: name.clone(),
            value: Some(value.clone()),
        };
        CrmRecord {
            reference: self.reference.clone(),
            revision: self.revision,
            state: self.state,
            gate: self.gate,
            sync_enabled: self.sync_enabled,
            mail: MailChoice {
                allowed: self.mail.allowed,
                changed_at: self.mail.changed_at,
                origin: self.mail.origin,
            },
            permissions: self.permissions.iter().map(choice).collect(),
            owner: self.owner.clone(),
            relation: self.relation.clone(),
            fields: self.fields.iter().map(field).collect(),
            more: Vec::new(),
        }
    }

    /// The record as JSON, the shape of `contact show --json`.
    pub fn to_json(&self) -> serde_json::Value {
        let permission = |(bit, it): (&u32, &Choice)| {
            serde_json::json!({
                "bit": bit, "consent": it.consent.code(), "origin": it.origin.code(),
                "evidence": it.evidence, "changed_at": it.changed_at,
            })
        };
        let field = |(name, it): (&String, &FieldValue)| (name.clone(), value::to_json(it));
        serde_json::json!({
            "kind": self.reference.kind.code(),
            "id": self.reference.id,
            "revision": self.revision,
            "state": self.state.code(),
            "name": self.name(),
            "gate": self.gate,
            "sync_enabled": self.sync_enabled,
            "mail": {
                "allowed": self.mail.allowed, "origin": self.mail.origin.code(),
                "evidence": self.mail.evidence, "changed_at": self.mail.changed_at,
            },
            "permissions": self.permissions.iter().map(permission).collect::<Vec<_>>(),
            "owner": self.owner,
            "relation": self.relation,
            "fields": self.fields.iter().map(field).collect::<serde_json::Map<_, _>>(),
            "status": self.status.map(Code::code),
            "reason": self.reason,
        })
    }
}

fn joined(words: &[&str]) -> String {
    let words: Vec<&str> = words.iter().copied().filter(|it| !it.is_empty()).collect();
    words.join(" ")
}
