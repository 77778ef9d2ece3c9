//! Dumps of all that Spotler remembers, to compare two runs.

use serde_json::Value;

use crate::world::World;

/// The whole state, the same text in every run that went the same way.
pub(crate) fn whole(world: &World) -> Value {
    sorted(serde_json::to_value(world).unwrap_or_default())
}

/// What the state comes down to: without times, ledger, or the order of creation.
///
/// Two runs that took different ways (other retries, other moments) to the same end are equal.
pub(crate) fn effect(world: &World) -> Value {
    let mut dump = serde_json::to_value(world).unwrap_or_default();
    if let Some(parts) = dump.as_object_mut() {
        parts.remove("ledger");
    }
    strip(world, &mut dump);
    for part in [
        "contacts",
        "static_lists",
        "audiences",
        "products",
        "orders",
    ] {
        if let Some(rows) = dump.get_mut(part).and_then(Value::as_array_mut) {
            rows.sort_by_key(Value::to_string);
        }
    }
    sorted(dump)
}

/// Takes out what follows from time and order; contacts are named by what the outside knows.
fn strip(world: &World, value: &mut Value) {
    if let Some(parts) = value.as_object_mut() {
        parts.retain(|name, _| !is_incidental(name));
        for (name, part) in parts {
            match name.as_str() {
                "contact" => *part = label(world, part),
                "members" => {
                    let members = part.as_array().into_iter().flatten();
                    let mut members: Vec<Value> = members.map(|it| label(world, it)).collect();
                    members.sort_by_key(Value::to_string);
                    *part = Value::from(members);
                }
                _ => strip(world, part),
            }
        }
    } else if let Some(rows) = value.as_array_mut() {
        rows.iter_mut().for_each(|it| strip(world, it));
    }
}

fn is_incidental(name: &str) -> bool {
    let incidental = ["id", "encrypted_id", "changes", "automation_contact_id"];
    name.ends_with("_ms") || incidental.contains(&name)
}

/// A contact's external id, or else its address.
fn label(world: &World, number: &Value) -> Value {
    let contact = number.as_u64().and_then(|it| world.contacts.get(it));
    let label = contact.and_then(|it| it.external_id.as_deref().or_else(|| it.email()));
    label.map_or(Value::Null, Value::from)
}

/// The same value with the keys of every object in order.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(parts) => {
            let mut parts: Vec<(String, Value)> = parts.into_iter().collect();
            parts.sort_by(|(left, _), (right, _)| left.cmp(right));
            Value::Object(
                parts
                    .into_iter()
                    .map(|(name, it)| (name, sorted(it)))
                    .collect(),
            )
        }
        Value::Array(rows) => rows.into_iter().map(sorted).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}
