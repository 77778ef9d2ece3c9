//! A contact as Spotler shows it and as it is sent. The reader is tolerant:
//! what it does not know it passes over.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::crm::Timestamp;
use crate::spotler::property::PERMISSIONS;
use crate::spotler::time;

/// A contact as an answer showed it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SeenContact {
    /// Its external id; none if Spotler keeps none for our key.
    pub external_id: Option<String>,
    /// Its properties, without the permissions.
    pub properties: BTreeMap<String, Value>,
    /// Its permissions.
    pub permissions: BTreeMap<u32, bool>,
    /// Whether its e-mail channel is on; none if the answer does not say.
    pub email_channel: Option<bool>,
    /// When it was last changed; none if the answer does not say.
    pub last_changed: Option<Timestamp>,
}

impl SeenContact {
    /// Reads a contact; none if it is not an object.
    pub fn read(value: &Value) -> Option<Self> {
        let contact = value.as_object()?;
        let mut seen = Self {
            external_id: text(contact.get("externalId")),
            email_channel: email_channel(contact.get("channels")),
            last_changed: contact.get("lastChanged").and_then(time::read),
            ..Self::default()
        };
        if let Some(Value::Object(properties)) = contact.get("properties") {
            for (name, value) in properties {
                if name == PERMISSIONS {
                    seen.permissions = bits(value);
                } else {
                    seen.properties.insert(name.clone(), value.clone());
                }
            }
        }
        Some(seen)
    }

    /// Whether a permission is on.
    pub fn has(&self, bit: u32) -> bool {
        self.permissions.get(&bit).copied().unwrap_or(false)
    }

    /// The permissions that are on.
    pub fn permissions_on(&self) -> Vec<u32> {
        let on = self.permissions.iter().filter(|(_, on)| **on);
        on.map(|(bit, _)| *bit).collect()
    }

    /// Whether the record holds nothing: it was blanked (DA-20).
    pub fn is_blank(&self) -> bool {
        let nothing = |value: &Value| value.is_null() || value.as_str() == Some("");
        self.properties.values().all(nothing) && !self.permissions.values().any(|on| *on)
    }

    /// Whether a property has this value, however the number or text is written.
    pub fn shows(&self, name: &str, value: &Value) -> bool {
        match (self.properties.get(name), value) {
            (None | Some(Value::Null), Value::Null) => true,
            (Some(seen), Value::Null) => seen.as_str() == Some(""),
            (Some(Value::Array(seen)), Value::Array(_)) => bits_of(seen) == bits(value),
            (Some(seen), value) => as_text(seen) == as_text(value),
            (None, _) => false,
        }
    }
}

/// What is sent of a contact: an external id, and what is to be set.
#[derive(Clone, Debug, PartialEq)]
pub struct ContactBody {
    /// Under which id.
    pub external_id: String,
    /// Which properties; null empties one.
    pub properties: BTreeMap<String, Value>,
    /// Which permissions; those that are not named stay as they are.
    pub permissions: BTreeMap<u32, bool>,
}

impl ContactBody {
    /// Nothing but the id.
    pub fn nothing(external_id: &str) -> Self {
        Self {
            external_id: external_id.to_owned(),
            properties: BTreeMap::new(),
            permissions: BTreeMap::new(),
        }
    }

    /// The request's body. `update` says whether an existing contact may be
    /// changed; channels are never sent (C16), and nothing is purged.
    pub fn wrap(&self, update: bool) -> Value {
        json!({ "update": update, "purge": false, "contact": self.plain() })
    }

    /// The contact alone, as it stands in a request for many.
    pub fn plain(&self) -> Value {
        let mut properties: Map<String, Value> = self
            .properties
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if !self.permissions.is_empty() {
            let bits = |(bit, enabled): (&u32, &bool)| json!({ "bit": bit, "enabled": enabled });
            properties.insert(
                PERMISSIONS.into(),
                self.permissions.iter().map(bits).collect(),
            );
        }
        json!({ "externalId": self.external_id, "properties": properties })
    }

    /// Whether it switches a permission on.
    pub fn enables_something(&self) -> bool {
        self.permissions.values().any(|on| *on)
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.properties.is_empty() && self.permissions.is_empty()
    }
}

/// The contacts of a page, paged or bare, and whether another page follows. A page is
/// large: it is taken apart, not copied.
pub fn page(body: Value, rows: &str, page_size: usize) -> Option<(Vec<Value>, bool)> {
    match body {
        Value::Array(bare) => {
            let more = bare.len() >= page_size;
            Some((bare, more))
        }
        Value::Object(mut paged) => {
            let Value::Array(list) = paged.remove(rows)? else {
                return None;
            };
            let next = paged.get("paging").and_then(|it| it.get("next"));
            let more = match next {
                Some(next) => next.as_str().is_some_and(|it| !it.is_empty()),
                None => list.len() >= page_size,
            };
            Some((list, more))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn bits(value: &Value) -> BTreeMap<u32, bool> {
    value.as_array().map(|it| bits_of(it)).unwrap_or_default()
}

fn bits_of(values: &[Value]) -> BTreeMap<u32, bool> {
    let bit = |entry: &Value| {
        let bit = u32::try_from(entry.get("bit")?.as_u64()?).ok()?;
        Some((bit, entry.get("enabled")?.as_bool()?))
    };
    values.iter().filter_map(bit).collect()
}

fn email_channel(channels: Option<&Value>) -> Option<bool> {
    let named = |it: &&Value| {
        it.get("name")
            .and_then(Value::as_str)
            .is_some_and(|name| name.eq_ignore_ascii_case("EMAIL"))
    };
    channels?
        .as_array()?
        .iter()
        .find(named)?
        .get("value")?
        .as_bool()
}

fn text(value: Option<&Value>) -> Option<String> {
    value
        .and_then(Value::as_str)
        .filter(|it| !it.is_empty())
        .map(str::to_owned)
}

fn as_text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), |it| it.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_read_with_and_without_what_may_be_left_out() {
        let seen = SeenContact::read(&json!({
            "externalId": "contact-1", "encryptedId": "x", "lastChanged": 5, "unknown": [1],
            "properties": { "firstName": "Zoë", "permissions": [
                { "bit": 1, "enabled": true, "description": "Nieuws" }, { "bit": 2, "enabled": false } ] },
            "channels": [ { "name": "EMAIL", "value": false }, { "name": "SMS", "value": true } ],
        }))
        .expect("a contact");
        assert_eq!(seen.external_id.as_deref(), Some("contact-1"));
        assert!(seen.has(1) && !seen.has(2) && !seen.has(3));
        assert_eq!(
            (seen.email_channel, seen.last_changed),
            (Some(false), Some(5))
        );

        let bare = SeenContact::read(&json!({})).expect("a contact");
        assert_eq!(bare, SeenContact::default());
        assert_eq!(SeenContact::read(&json!("text")), None);
    }

    #[test]
    fn a_number_that_comes_back_as_text_is_the_same_value() {
        let seen = SeenContact::read(&json!({ "properties": { "free": 12, "text": " a " } }))
            .expect("a contact");
        assert!(seen.shows("free", &json!("12")));
        assert!(seen.shows("text", &json!("a")));
        assert!(seen.shows("gone", &Value::Null));
        assert!(!seen.shows("free", &json!("13")));
    }

    /// C16
    #[test]
    fn what_is_sent_never_holds_channels_and_never_purges() {
        let body = ContactBody {
            external_id: "contact-1".into(),
            properties: [("firstName".to_owned(), json!("Zoë"))].into(),
            permissions: [(1, true)].into(),
        };
        assert_eq!(
            body.wrap(false),
            json!({ "update": false, "purge": false, "contact": {
                "externalId": "contact-1",
                "properties": { "firstName": "Zoë", "permissions": [{ "bit": 1, "enabled": true }] },
            }})
        );
    }

    #[test]
    fn both_shapes_of_a_page_are_read() {
        let row = json!({ "externalId": "a" });
        let bare = json!([row]);
        let last = json!({ "paging": {}, "contacts": [row] });
        let more = json!({ "paging": { "next": "https://x", "after": 1 }, "contacts": [row] });
        let more_follows = |body: &serde_json::Value, size| {
            let read = page(body.clone(), "contacts", size);
            read.map(|(rows, more)| (rows.len(), more))
        };
        assert_eq!(more_follows(&bare, 2), Some((1, false)));
        assert_eq!(more_follows(&bare, 1), Some((1, true)));
        assert_eq!(more_follows(&last, 2), Some((1, false)));
        assert_eq!(more_follows(&more, 2), Some((1, true)));
        assert_eq!(more_follows(&json!({ "contacts": 1 }), 2), None);
    }
}
