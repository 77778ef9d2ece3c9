//! Mailings as people make them in Spotler's screens, and what recipients do with them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::stage::{Stage, list, text};

/// A message with three links: to the shop, to an offer, and to read on.
pub(crate) fn message(subject: &str) -> Value {
    let link = |id: u64, name: &str, kind: Option<&str>| json!({"id": id, "name": name, "url": format!("https://voorbeeld.example/{name}"), "type": kind});
    json!({
        "name": "Opmaak", "author": "Marit", "subject": subject, "from_name": "Voorbeeld",
        "from_email": "nieuws@voorbeeld.example", "body": "Beste lezer",
        "links": [link(1, "winkel", Some("webshop")), link(2, "aanbod", Some("conversion")), link(3, "lezen", None)],
    })
}

/// Makes an e-mail in its five parts: type and message, list, report, time, confirmation; answers Spotler's id of it.
pub(crate) fn schedule(stage: &Stage, name: &str, target: &Value, at: Timestamp) -> Result<String> {
    send_as(stage, ("EMAIL", name), target, Some(at))
}

/// Makes a mailing of a medium and a name; without a time it goes out now.
pub(crate) fn send_as(
    stage: &Stage,
    (medium, name): (&str, &str),
    target: &Value,
    at: Option<Timestamp>,
) -> Result<String> {
    let make = json!({"action": "make", "name": name, "medium": medium, "message": message(name)});
    let made = stage.in_spotler("mailings", &make)?;
    let id = made["id"]
        .as_str()
        .context("Spotler gave no id")?
        .to_owned();
    for part in [
        json!({"action": "choose_list", "mailing": id, "target": target}),
        json!({"action": "schedule", "mailing": id, "at": at.map(|it| it.to_string())}),
        json!({"action": "confirm", "mailing": id}),
    ] {
        stage.in_spotler("mailings", &part)?;
    }
    Ok(id)
}

/// Does what a recipient does with a message.
pub(crate) fn does(stage: &Stage, who: &str, mailing: &str, mut act: Value) -> Result<()> {
    act["who"] = who.into();
    act["mailing"] = mailing.into();
    stage.in_spotler("recipients", &act).map(drop)
}

/// Every message that went out.
pub(crate) fn sends(stage: &Stage) -> Result<Vec<Value>> {
    list(&stage.look("mailings")?, "sends")
}

/// The static lists by name, each with the external ids of those on it.
pub(crate) fn static_lists(stage: &Stage) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let lists = list(&stage.look("snapshot-of-effect")?, "static_lists")?;
    let mut named = BTreeMap::new();
    for it in lists {
        let members = list(&it, "members")?;
        let members = members
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        named.insert(text(&it, "name").to_owned(), members);
    }
    Ok(named)
}
