//! What is looked at in a story, in the CRM and in Spotler.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::Story;

impl Story {
    /// A contact as Spotler has it.
    pub(crate) fn in_spotler_is(&self, who: &str) -> Result<Value> {
        self.spotler.contact(who)
    }

    /// How many contacts Spotler has with this address; anonymised ones have none.
    pub(crate) fn count_in_spotler(&self, email: &str) -> Result<usize> {
        let all = self
            .spotler
            .control("GET", "/_sim/contacts", &Value::Null)?;
        let all = all.as_array().context("the contacts are no list")?;
        Ok(all
            .iter()
            .filter(|it| it["fields"]["email"] == email)
            .count())
    }

    /// Fails unless Spotler has the value in a property of a contact.
    pub(crate) fn check_property(&self, who: &str, property: &str, value: &str) -> Result<()> {
        let contact = self.in_spotler_is(who)?;
        let found = &contact["fields"][property];
        ensure!(
            found == value,
            "Spotler has {found} and not `{value}` as {property} of {who}"
        );
        Ok(())
    }

    /// The permissions that are on in Spotler.
    pub(crate) fn permissions_in_spotler(&self, who: &str) -> Result<Vec<u64>> {
        let contact = self.in_spotler_is(who)?;
        let bits = contact["sets"]["permissions"].as_array();
        Ok(bits
            .into_iter()
            .flatten()
            .filter_map(Value::as_u64)
            .collect())
    }

    /// Fails unless these permissions are on in Spotler, and no others.
    pub(crate) fn check_permissions(&self, who: &str, bits: &[u64]) -> Result<()> {
        let found = self.permissions_in_spotler(who)?;
        ensure!(
            found == bits,
            "in Spotler the permissions {found:?} of {who} are on; it should be {bits:?}"
        );
        Ok(())
    }

    /// A record as the CRM has it.
    pub(crate) fn record(&self, record: &str) -> Result<Value> {
        self.ask(&["contact", "show", record])
    }

    /// Fails unless the last call about a record ended for the reason; shows what the user reads.
    pub(crate) fn check_reason(&self, record: &str, name: &str, reason: &str) -> Result<()> {
        let why = self.ask(&["why", record])?;
        ensure!(
            why["reason"] == reason,
            "{name} should have ended as {reason}, and ended as {}: {}",
            why["reason"],
            text(&why["text"])
        );
        self.shown(&format!("{name}: {}", text(&why["text"])));
        Ok(())
    }

    /// Fails unless a record shows a reason, whoever found it out.
    pub(crate) fn check_reason_of_record(&self, record: &str, reason: &str) -> Result<()> {
        let found = self.record(record)?;
        ensure!(
            found["reason"] == reason,
            "{record} shows {} and not {reason}",
            found["reason"]
        );
        Ok(())
    }

    /// Fails unless a record shows a status and lets bulk mail through or not.
    pub(crate) fn check_status(&self, record: &str, status: &str, allowed: bool) -> Result<()> {
        let found = self.record(record)?;
        ensure!(
            found["status"] == status && found["mail"]["allowed"] == allowed,
            "{record} shows status {} and bulk mail {}; it should be {status} and {allowed}",
            found["status"],
            found["mail"]["allowed"]
        );
        Ok(())
    }

    /// What the CRM holds of a permission of a record.
    pub(crate) fn held(&self, record: &str, bit: u64) -> Result<Value> {
        let found = self.record(record)?;
        let held = rows(&found["permissions"])
            .iter()
            .find(|it| it["bit"] == bit);
        held.cloned()
            .with_context(|| format!("the CRM holds nothing about permission {bit} of {record}"))
    }

    /// The open tasks about a record.
    pub(crate) fn tasks_about(&self, record: &str) -> Result<Vec<Value>> {
        let tasks = self.ask(&["tasks"])?;
        let about = if record.contains('/') {
            record.to_owned()
        } else {
            format!("contact/{record}")
        };
        let mut tasks = rows(&tasks["tasks"]).to_vec();
        tasks.retain(|it| it["target"] == about.as_str());
        Ok(tasks)
    }

    /// The names of the permissions, in their order.
    pub(crate) fn permissions(&self) -> Result<Vec<(u64, String)>> {
        let settings = self.ask(&["settings", "show"])?;
        let row = |it: &Value| Some((it["bit"].as_u64()?, it["name"].as_str()?.to_owned()));
        Ok(rows(&settings["permissions"])
            .iter()
            .filter_map(row)
            .collect())
    }
}

/// The rows of a list; none where it is no list.
pub(crate) fn rows(list: &Value) -> &[Value] {
    list.as_array().map_or(&[], Vec::as_slice)
}

/// A text; empty where it is none.
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// How many of the requests are of a method and begin with a path.
pub(crate) fn count(requests: &[String], start: &str) -> usize {
    requests.iter().filter(|it| it.starts_with(start)).count()
}
