//! What is done in a story, in the CRM and in Spotler.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::Story;
use crate::demo::spotler::SECRET;

/// Somebody whom a story types into the CRM.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Person {
    /// The id, as `C-1` or `lead/L-1`.
    pub(crate) id: &'static str,
    /// What is filled in, by field.
    pub(crate) fields: &'static [(&'static str, &'static str)],
}

impl Person {
    /// The address; empty without one.
    pub(crate) fn email(&self) -> &'static str {
        let mut fields = self.fields.iter();
        fields
            .find(|(field, _)| *field == "email")
            .map_or("", |(_, value)| value)
    }
}

impl Story {
    /// Types somebody in. `options` are further options of the command, such as `--gate`.
    pub(crate) fn add(&self, person: &Person, options: &[&str]) -> Result<()> {
        let (kind, id) = person.id.split_once('/').unwrap_or(("contact", person.id));
        let set: Vec<String> = person
            .fields
            .iter()
            .map(|(field, value)| format!("{field}={value}"))
            .collect();
        let mut arguments = vec!["contact", "add", "--kind", kind, "--id", id];
        arguments.extend(options);
        arguments.extend(set.iter().flat_map(|it| ["--set", it.as_str()]));
        self.ask(&arguments).map(drop)
    }

    /// Saves a field of a record.
    pub(crate) fn edit(&self, record: &str, value: &str) -> Result<()> {
        self.ask(&["contact", "edit", record, "--set", value])
            .map(drop)
    }

    /// Records that a person said yes to a permission, and how that is known.
    pub(crate) fn opt_in(&self, record: &str, permission: &str, evidence: &str) -> Result<()> {
        let said = ["contact", "permission", record, permission, "given"];
        self.ask(&[&said[..], &["--evidence", evidence]].concat())
            .map(drop)
    }

    /// Fills in key and secret and saves them.
    pub(crate) fn fill_in_credentials(&self, user: &str, secret: &str) -> Result<()> {
        let at = self.moment()?;
        let options = ["--at", &at, "--user", user];
        self.crm.fill_in(&options, &self.spotler.api(), secret)
    }

    /// Connects with the right key and secret.
    pub(crate) fn connect(&mut self, user: &str) -> Result<Vec<String>> {
        self.fill_in_credentials(user, SECRET)?;
        self.ask(&["--user", user, "settings", "activate"])?;
        self.work()
    }

    /// Does something in Spotler's screens: under contacts (``), `lists`, `mailings`, `journeys`, `forms`, or as a
    /// recipient (`recipients`).
    pub(crate) fn in_screens(&self, place: &str, action: &Value) -> Result<Value> {
        let path = match place {
            "" => "/_sim/ui".to_owned(),
            place => format!("/_sim/ui/{place}"),
        };
        self.spotler.control("POST", &path, action)
    }

    /// A mailing of Spotler goes through its five parts and is sent; answers its id.
    pub(crate) fn send_mailing(&self, name: &str, medium: &str, target: &Value) -> Result<String> {
        let link = |id: u64, name: &str| json!({"id": id, "name": name, "url": format!("https://voorbeeld.example/{name}")});
        let message = json!({
            "name": "Huisstijl", "author": "Marit", "subject": name, "from_name": "Voorbeeld",
            "from_email": "nieuws@voorbeeld.example", "body": "Beste lezer",
            "links": [link(1, "aanbod"), link(2, "lees-verder")],
        });
        let made = self.in_screens(
            "mailings",
            &json!({"action": "make", "name": name, "medium": medium, "message": message}),
        )?;
        let id = made["id"].as_str().context("the mailing has no id")?;
        let report = self.in_screens(
            "mailings",
            &json!({"action": "add_trend_report", "name": name}),
        )?;
        let report: u64 = report["id"]
            .as_str()
            .and_then(|it| it.parse().ok())
            .context("the report has no number")?;
        for part in [
            json!({"action": "choose_list", "mailing": id, "target": target}),
            json!({"action": "choose_report", "mailing": id, "report": report}),
            json!({"action": "schedule", "mailing": id}),
            json!({"action": "confirm", "mailing": id}),
        ] {
            self.in_screens("mailings", &part)?;
        }
        Ok(id.to_owned())
    }

    /// A recipient does something with a mailing: `open`, `unsubscribe` …
    pub(crate) fn recipient(&self, who: &str, mailing: &str, act: &Value) -> Result<()> {
        let mut action = act.clone();
        action["who"] = Value::from(who);
        action["mailing"] = Value::from(mailing);
        self.in_screens("recipients", &action).map(drop)
    }
}
