//! What exists in Spotler's newer API and is not publicly described, all in this
//! one place: listing automations, stopping them, and the key of their fields.
//! That they exist is documented; the paths and shapes here are **provisional**, and
//! a profile may name others (`provisional` in `docs/profiles.md`).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::journey::{Journey, JourneyKind, Trigger};

/// Paths below the prefix of the API, and keys. `{}` stands for a code or an id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Provisional {
    /// `GET`: all automations.
    pub automation_list: String,
    /// `POST`: stops all participations of a contact; `{}` is the trigger code.
    pub automation_stop_all: String,
    /// `POST`: stops one participation; `{}` is the automation contact id.
    pub automation_stop_one: String,
    /// The key of the fields in the body of a trigger.
    pub automation_fields_key: String,
}

impl Default for Provisional {
    fn default() -> Self {
        Self {
            automation_list: "/automation/list".to_owned(),
            automation_stop_all: "/automation/stop/{}".to_owned(),
            automation_stop_one: "/automation/participation/{}/stop".to_owned(),
            automation_fields_key: "automationFields".to_owned(),
        }
    }
}

/// Reads a list of automations: bare or in an object, with any of the names that
/// the rest of the API uses for an id or a code.
pub fn automations(list: &Value) -> Option<Vec<Journey>> {
    let rows = list
        .as_array()
        .or_else(|| list.get("automations")?.as_array())?;
    Some(rows.iter().filter_map(automation).collect())
}

fn automation(row: &Value) -> Option<Journey> {
    let triggers = ["triggers", "externalTriggers"]
        .iter()
        .find_map(|it| row.get(it)?.as_array());
    let trigger = |it: &Value| {
        let code = text(it, &["triggerCode", "code", "encryptedId", "id"])?;
        let name = text(it, &["name"]).unwrap_or_default();
        Some(Trigger { code, name })
    };
    Some(Journey {
        kind: JourneyKind::Automation,
        id: text(row, &["automationId", "id", "encryptedId"])?,
        name: text(row, &["name"]).unwrap_or_default(),
        active: row.get("active").and_then(Value::as_bool).unwrap_or(true),
        triggers: triggers.into_iter().flatten().filter_map(trigger).collect(),
    })
}

fn text(value: &Value, names: &[&str]) -> Option<String> {
    let found = names.iter().find_map(|it| value.get(it)?.as_str())?;
    (!found.is_empty()).then(|| found.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// AU-03
    #[test]
    fn a_list_is_read_bare_and_in_an_object_and_rows_without_an_id_are_passed_over() {
        let row = json!({ "automationId": "a", "name": "Welkom", "active": false,
            "triggers": [{ "triggerCode": "t", "name": "extern" }, { "name": "no code" }] });
        let other = json!({ "id": "b", "externalTriggers": [{ "code": "u" }] });
        let rows = json!([row, other, { "name": "no id" }]);
        let bare = automations(&rows).expect("a list");
        assert_eq!(
            automations(&json!({ "automations": rows })),
            Some(bare.clone())
        );
        assert_eq!(bare.len(), 2);
        assert!(!bare[0].active && bare[1].active);
        assert_eq!(bare[0].triggers[0].code, "t");
        assert_eq!(bare[1].triggers[0].code, "u");
        assert_eq!(automations(&json!("no list")), None);
    }
}
