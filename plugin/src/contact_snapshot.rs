//! What Spotler had of a contact before we overwrote or emptied it, and what is
//! put back of it (YO-03, C25). The component keeps none of it: values leave
//! with the answer, and the host keeps them sealed.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::change::CrmChange;
use crate::crm::{Facts, RecordRef, Timestamp};
use crate::decide::Case;
use crate::memory::{Link, LockKind};
use crate::spotler::contact::{ContactBody, SeenContact};
use crate::spotler::property::{EMAIL_TYPE, Property};

/// Why a snapshot is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Values are about to be overwritten.
    Overwritten,
    /// The contact is about to be emptied.
    Blanked,
    /// Values are about to be put back.
    Restored,
    /// For a backup.
    Backup,
}

/// What Spotler had of a contact.
#[derive(Clone, Debug, PartialEq)]
pub struct ContactSnapshot {
    /// The record that it is about.
    pub target: Option<RecordRef>,
    /// Under which id Spotler knows the contact; empty if under none.
    pub external_id: String,
    /// Why it was taken.
    pub cause: Cause,
    /// When.
    pub taken_at: Timestamp,
    /// The properties, as a JSON object.
    pub properties: String,
    /// The permissions that were on.
    pub permissions: Vec<u32>,
    /// The e-mail status, as far as it is known.
    pub email_status: String,
    /// Which property holds which meaning.
    pub meanings: Facts,
}

impl ContactSnapshot {
    /// The snapshot of a contact that was looked at.
    pub fn of(
        seen: &SeenContact,
        target: Option<&RecordRef>,
        link: Option<&Link>,
        cause: Cause,
        now: Timestamp,
    ) -> Self {
        let linked_as = link.map(|it| it.external_id.clone());
        let properties: serde_json::Map<String, Value> =
            seen.properties.clone().into_iter().collect();
        Self {
            target: target.cloned(),
            external_id: seen.external_id.clone().or(linked_as).unwrap_or_default(),
            cause,
            taken_at: now,
            properties: Value::Object(properties).to_string(),
            permissions: seen.permissions_on(),
            email_status: email_status(seen.email_channel, link).to_owned(),
            meanings: Facts::new(),
        }
    }

    /// The change that asks the host to keep it.
    pub fn kept(self) -> CrmChange {
        CrmChange::ContactSnapshot(Box::new(self))
    }

    /// What has to be written so that Spotler has the values of the snapshot
    /// again. The address and the permissions are never among it: no opt-out and
    /// no withdrawn permission is undone by it, and nobody gets another address.
    /// A property that had no value is emptied only if we filled it.
    pub fn to_put_back(
        &self,
        seen: &SeenContact,
        link: &Link,
        properties: &[Property],
    ) -> ContactBody {
        let had: BTreeMap<String, Value> =
            serde_json::from_str(&self.properties).unwrap_or_default();
        let ours = properties
            .iter()
            .filter(|it| it.can_be_mapped() && it.property_type != EMAIL_TYPE);
        let value = |property: &Property| {
            let filled_by_us = link.fields.contains_key(&property.name);
            let value = match had.get(&property.name) {
                Some(value) => value.clone(),
                None if filled_by_us => Value::Null,
                None => return None,
            };
            let differs = !seen.shows(&property.name, &value);
            differs.then(|| (property.name.clone(), value))
        };
        ContactBody {
            external_id: link.external_id.clone(),
            properties: ours.filter_map(value).collect(),
            permissions: BTreeMap::new(),
        }
    }
}

/// Whether a write, or the emptying of a contact, would lose a value that Spotler
/// does not have from us: then the snapshot is committed before it is made.
pub fn loses_foreign(
    case: &Case<'_>,
    link: Option<&Link>,
    seen: &SeenContact,
    loses: impl Fn(&str) -> bool,
) -> bool {
    let is_address = |name: &str| {
        let properties = &case.connection.properties;
        properties
            .iter()
            .any(|it| it.name == name && it.property_type == EMAIL_TYPE)
    };
    let is_ours = |name: &String, value: &Value| {
        link.and_then(|it| it.fields.get(name))
            .is_some_and(|hash| *hash == case.value_hash(name, value))
    };
    let is_empty = |value: &Value| value.is_null() || value.as_str() == Some("");
    seen.properties.iter().any(|(name, value)| {
        loses(name) && !is_empty(value) && !is_address(name) && !is_ours(name, value)
    })
}

/// The e-mail status as Spotler's own list of contacts words it, as far as the
/// API and what was seen before tell it (YO-05, C25).
pub fn email_status(channel: Option<bool>, link: Option<&Link>) -> &'static str {
    let lock = link.and_then(|it| it.lock.as_ref()).map(|it| it.kind);
    match (lock, channel) {
        (Some(LockKind::OptOut), _) => "Inactive: opt-out",
        (Some(LockKind::Bounce), _) => "Inactive: bounce",
        (Some(LockKind::Unknown), _) | (None, Some(false)) => "Inactive",
        (None, Some(true)) => "Active",
        (None, None) => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::memory::Lock;

    fn property(name: &str, property_type: &str) -> Property {
        Property {
            name: name.into(),
            description: String::new(),
            property_type: property_type.into(),
            entries: Vec::new(),
        }
    }

    fn seen(properties: Value) -> SeenContact {
        SeenContact::read(&json!({ "externalId": "1", "properties": properties })).expect("one")
    }

    /// YO-03: the values of before come back, what we filled is emptied, and
    /// neither address nor permissions are touched.
    #[test]
    fn only_values_are_put_back_and_never_the_address_or_a_permission() {
        let before = seen(json!({ "email": "old@voorbeeld.nl", "firstName": "Anneke",
            "permissions": [{ "bit": 1, "enabled": true }] }));
        let now = seen(
            json!({ "email": "new@voorbeeld.nl", "firstName": "Anna", "city": "Utrecht",
            "score": 4 }),
        );
        let mut link = Link::to("1".into(), false);
        link.fields.insert("city".into(), "hash".into());
        let snapshot = ContactSnapshot::of(&before, None, None, Cause::Overwritten, 1);
        let properties = [
            property("email", "email"),
            property("firstName", "string"),
            property("city", "string"),
            property("score", "int"),
            property("permissions", "set"),
        ];
        let body = snapshot.to_put_back(&now, &link, &properties);
        let expected = [("city", Value::Null), ("firstName", json!("Anneke"))];
        assert_eq!(
            body.properties,
            expected.map(|(name, it)| (name.to_owned(), it)).into()
        );
        assert!(body.permissions.is_empty());
    }

    /// YO-05, C25: a status that is not known is said to be unknown.
    #[test]
    fn the_status_says_what_is_known_and_no_more() {
        let locked = |kind| Link {
            lock: Some(Lock { kind, at: 1 }),
            ..Link::to("1".into(), true)
        };
        let opted_out = locked(LockKind::OptOut);
        assert_eq!(email_status(None, Some(&opted_out)), "Inactive: opt-out");
        assert_eq!(email_status(Some(false), None), "Inactive");
        assert_eq!(email_status(Some(true), None), "Active");
        assert_eq!(email_status(None, None), "unknown");
    }
}
