//! A contact of Spotler as a planned write would leave it. Pure.

use super::{Before, Difference};
use serde_json::{Map, Value, json};

/// The contact after a write of `sent`, the `contact` of a request's body. A set
/// with bits changes bit by bit; any other property is replaced.
pub(super) fn written(before: Option<&Value>, id: &str, sent: &Value, now: u64) -> Value {
    let mut contact = before.cloned().unwrap_or_else(|| fresh(id, now));
    touch(&mut contact, now);
    let mut properties = properties_of(&contact);
    for (name, value) in properties_of(sent) {
        let value = match (bits(&value), properties.get(&name)) {
            (Some(sent), Some(known)) => with_bits(known, &sent),
            _ => value,
        };
        properties.insert(name, value);
    }
    contact["properties"] = Value::Object(properties);
    contact
}

/// The contact once it is blanked: no values, no permissions, no channel.
pub(super) fn blanked(before: Option<&Value>, id: &str, now: u64) -> Value {
    let mut contact = before.cloned().unwrap_or_else(|| fresh(id, now));
    touch(&mut contact, now);
    let emptied = properties_of(&contact)
        .into_iter()
        .map(|(name, value)| {
            let off = bits(&value).map(|bits| {
                let off: Vec<(u64, bool)> = bits.into_iter().map(|(bit, _)| (bit, false)).collect();
                with_bits(&value, &off)
            });
            (name, off.unwrap_or(Value::Null))
        })
        .collect();
    contact["properties"] = Value::Object(emptied);
    if contact.get("channels").is_some() {
        contact["channels"] = json!([{ "name": "EMAIL", "value": false }]);
    }
    contact
}

/// What a write of `sent` changes, field by field.
pub(super) fn differences(before: &Seen<'_>, id: &str, sent: &Value) -> Vec<Difference> {
    let mut differences = Vec::new();
    for (name, value) in properties_of(sent) {
        match bits(&value) {
            Some(sent) => {
                for (bit, on) in sent {
                    let field = format!("{name}.{bit}");
                    let was = before.bit(&name, bit);
                    differences.push(difference(id, field, was, Value::Bool(on)));
                }
            }
            None => differences.push(difference(id, name.clone(), before.property(&name), value)),
        }
    }
    differences
}

/// What blanking changes: every value that is known, and every bit that is on.
pub(super) fn differences_of_blanking(before: &Seen<'_>, id: &str) -> Vec<Difference> {
    let Seen::Is(contact) = before else {
        return vec![difference(id, "*".to_owned(), Before::Unknown, Value::Null)];
    };
    let mut differences = Vec::new();
    for (name, value) in properties_of(contact) {
        if let Some(bits) = bits(&value) {
            for (bit, _) in bits.into_iter().filter(|(_, on)| *on) {
                let field = format!("{name}.{bit}");
                let was = Before::Is(Value::Bool(true));
                differences.push(difference(id, field, was, Value::Bool(false)));
            }
        } else if !value.is_null() && value.as_str() != Some("") {
            differences.push(difference(id, name, Before::Is(value), Value::Null));
        }
    }
    differences
}

fn difference(id: &str, field: String, before: Before, after: Value) -> Difference {
    Difference {
        contact: Some(id.to_owned()),
        field,
        before,
        after,
    }
}

/// What the plan knows of a contact before a write.
pub(super) enum Seen<'a> {
    /// It was not read.
    No,
    /// It is not there.
    Absent,
    /// As it was read, with what the plan has written since.
    Is(&'a Value),
}

impl Seen<'_> {
    fn property(&self, name: &str) -> Before {
        match self {
            Self::No => Before::Unknown,
            Self::Absent => Before::Nothing,
            Self::Is(contact) => match contact.get("properties").and_then(|it| it.get(name)) {
                None | Some(Value::Null) => Before::Nothing,
                Some(value) => Before::Is(value.clone()),
            },
        }
    }

    fn bit(&self, name: &str, bit: u64) -> Before {
        match self.property(name) {
            Before::Is(value) => bits(&value)
                .and_then(|bits| bits.into_iter().find(|it| it.0 == bit))
                .map_or(Before::Nothing, |(_, on)| Before::Is(Value::Bool(on))),
            before @ (Before::Unknown | Before::Nothing) => before,
        }
    }
}

fn fresh(id: &str, now: u64) -> Value {
    json!({
        "externalId": id, "lastChanged": now, "properties": {},
        "channels": [{ "name": "EMAIL", "value": true }],
    })
}

/// A write moves `lastChanged`, where Spotler tells it as a number.
fn touch(contact: &mut Value, now: u64) {
    if contact.get("lastChanged").is_some_and(Value::is_number) {
        contact["lastChanged"] = now.into();
    }
}

fn properties_of(contact: &Value) -> Map<String, Value> {
    let properties = contact.get("properties").and_then(Value::as_object);
    properties.cloned().unwrap_or_default()
}

/// The bits of a set; none if the value is none.
fn bits(value: &Value) -> Option<Vec<(u64, bool)>> {
    let entries = value.as_array()?;
    let bit = |it: &Value| Some((it.get("bit")?.as_u64()?, it.get("enabled")?.as_bool()?));
    entries.iter().map(bit).collect()
}

fn with_bits(known: &Value, sent: &[(u64, bool)]) -> Value {
    let mut entries = known.as_array().cloned().unwrap_or_default();
    for (bit, on) in sent {
        let is_bit = |it: &&mut Value| it.get("bit").and_then(Value::as_u64) == Some(*bit);
        match entries.iter_mut().find(is_bit) {
            Some(entry) => entry["enabled"] = (*on).into(),
            None => entries.push(json!({ "bit": bit, "enabled": on })),
        }
    }
    Value::Array(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anna() -> Value {
        json!({
            "externalId": "contact-1", "lastChanged": 5,
            "properties": { "firstName": "Anna", "permissions": [
                { "bit": 1, "enabled": true, "description": "Nieuws" }, { "bit": 2, "enabled": false } ] },
            "channels": [{ "name": "EMAIL", "value": true }],
        })
    }

    #[test]
    fn a_write_changes_what_it_names_and_sets_change_bit_by_bit() {
        let sent = json!({ "properties": { "firstName": "Anne", "city": "Ede",
            "permissions": [{ "bit": 2, "enabled": true }] } });
        let after = written(Some(&anna()), "contact-1", &sent, 9);
        assert_eq!(after["properties"]["firstName"], "Anne");
        assert_eq!(after["properties"]["city"], "Ede");
        assert_eq!(after["properties"]["permissions"][0]["enabled"], true);
        assert_eq!(after["properties"]["permissions"][1]["enabled"], true);
        assert_eq!(after["lastChanged"], 9);
        let anna = anna();
        let changes = differences(&Seen::Is(&anna), "contact-1", &sent);
        let told: Vec<(&str, bool)> = changes
            .iter()
            .map(|it| (it.field.as_str(), it.before == Before::Nothing))
            .collect();
        assert_eq!(
            told,
            [
                ("city", true),
                ("firstName", false),
                ("permissions.2", false)
            ]
        );
    }

    #[test]
    fn blanking_empties_every_value_and_switches_every_bit_off() {
        let anna = anna();
        let after = blanked(Some(&anna), "contact-1", 9);
        assert_eq!(after["properties"]["firstName"], Value::Null);
        assert_eq!(after["properties"]["permissions"][0]["enabled"], false);
        assert_eq!(after["channels"][0]["value"], false);
        let changes = differences_of_blanking(&Seen::Is(&anna), "contact-1");
        let fields: Vec<&str> = changes.iter().map(|it| it.field.as_str()).collect();
        assert_eq!(fields, ["firstName", "permissions.1"]);
    }

    #[test]
    fn what_was_not_read_is_told_as_unknown() {
        let sent = json!({ "properties": { "firstName": "Anne" } });
        let unknown = differences(&Seen::No, "c", &sent);
        assert!(unknown[0].before == Before::Unknown);
        let new = differences(&Seen::Absent, "c", &sent);
        assert!(new[0].before == Before::Nothing);
    }
}
