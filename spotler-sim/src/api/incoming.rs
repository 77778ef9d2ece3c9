//! A contact as it comes in, checked against the account's properties.

use serde_json::{Map, Value};

use crate::state::State;
use crate::switches::NullValue;
use crate::world::property::{PropertyKind, can_hold};

/// A contact as it came in, checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Incoming {
    pub(crate) external_id: Option<String>,
    pub(crate) test_group: Option<bool>,
    /// Properties to set, or to clear.
    pub(crate) fields: Vec<(String, Option<Value>)>,
    /// Bits to switch: set, bit, on.
    pub(crate) bits: Vec<(String, u32, bool)>,
    /// What `channels` says about EMAIL.
    pub(crate) email_channel: Option<bool>,
}

impl Incoming {
    /// The e-mail address that the contact is to have.
    pub(crate) fn email(&self) -> Option<&str> {
        let email = self.fields.iter().find(|(name, _)| name == "email");
        email
            .and_then(|(_, value)| value.as_ref())
            .and_then(Value::as_str)
    }

    /// Whether a set property is mentioned.
    pub(crate) fn mentions(&self, set: &str, bit: u32) -> bool {
        self.bits
            .iter()
            .any(|(name, it, _)| name == set && *it == bit)
    }
}

/// Why a contact cannot be accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Invalid {
    /// The e-mail address is none.
    Email,
    /// A property does not exist or cannot hold the value.
    Property(String),
    /// The external id is too long or not text.
    ExternalId,
}

/// Reads a contact.
pub(crate) fn read(state: &State, contact: &Value) -> Result<Incoming, Invalid> {
    let mut incoming = Incoming {
        external_id: external_id(state, contact)?,
        test_group: contact.get("testGroup").and_then(Value::as_bool),
        email_channel: email_channel(contact),
        ..Incoming::default()
    };
    let nothing = Map::new();
    let properties = contact
        .get("properties")
        .and_then(Value::as_object)
        .unwrap_or(&nothing);
    for (name, value) in properties {
        read_property(state, &mut incoming, name, value)?;
    }
    Ok(incoming)
}

fn external_id(state: &State, contact: &Value) -> Result<Option<String>, Invalid> {
    let id = match contact.get("externalId") {
        None | Some(Value::Null) => return Ok(None),
        Some(it) if it.is_number() => it.to_string(),
        Some(it) => it.as_str().ok_or(Invalid::ExternalId)?.to_owned(),
    };
    if id.chars().count() > state.switches.limits.external_id_chars {
        return Err(Invalid::ExternalId);
    }
    Ok(Some(id).filter(|it| !it.is_empty()))
}

fn email_channel(contact: &Value) -> Option<bool> {
    let channels = contact.get("channels")?.as_array()?;
    let email = channels
        .iter()
        .find(|it| it.get("name").and_then(Value::as_str) == Some("EMAIL"))?;
    email.get("value")?.as_bool()
}

fn read_property(
    state: &State,
    incoming: &mut Incoming,
    name: &str,
    value: &Value,
) -> Result<(), Invalid> {
    let invalid = || Invalid::Property(name.to_owned());
    let property = state.world.property(name).ok_or_else(invalid)?;
    if value.is_null() {
        match state.switches.identity.null_value {
            NullValue::Ignored => {}
            NullValue::Refused => return Err(invalid()),
            NullValue::Clears if property.kind == PropertyKind::Set => {
                let off = property
                    .entries
                    .iter()
                    .map(|it| (name.to_owned(), it.bit, false));
                incoming.bits.extend(off);
            }
            NullValue::Clears => incoming.fields.push((name.to_owned(), None)),
        }
        return Ok(());
    }
    if property.kind == PropertyKind::Set {
        for entry in value.as_array().ok_or_else(invalid)? {
            let bit = entry
                .get("bit")
                .and_then(Value::as_u64)
                .and_then(|it| u32::try_from(it).ok());
            let known = bit.filter(|bit| property.entries.iter().any(|it| it.bit == *bit));
            let on = entry
                .get("enabled")
                .and_then(Value::as_bool)
                .ok_or_else(invalid)?;
            incoming
                .bits
                .push((name.to_owned(), known.ok_or_else(invalid)?, on));
        }
        return Ok(());
    }
    if value.as_str() == Some("") {
        incoming.fields.push((name.to_owned(), None));
        return Ok(());
    }
    if !can_hold(property.kind, value, state.switches.limits.property_chars) {
        return Err(if property.kind == PropertyKind::Email {
            Invalid::Email
        } else {
            invalid()
        });
    }
    incoming.fields.push((name.to_owned(), Some(value.clone())));
    Ok(())
}
