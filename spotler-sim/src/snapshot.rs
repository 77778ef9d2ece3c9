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
    strip(&mut dump);
    if let Some(contacts) = dump.get_mut("contacts").and_then(Value::as_array_mut) {
        contacts.sort_by_key(Value::to_string);
    }
    sorted(dump)
}

fn strip(value: &mut Value) {
    if let Some(parts) = value.as_object_mut() {
        let is_incidental =
            |name: &str| name.ends_with("_ms") || matches!(name, "id" | "encrypted_id" | "changes");
        parts.retain(|name, _| !is_incidental(name));
        parts.values_mut().for_each(strip);
    } else if let Some(rows) = value.as_array_mut() {
        rows.iter_mut().for_each(strip);
    }
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
