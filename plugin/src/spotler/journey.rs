//! The requests of journeys, for both kinds (C7, C14), and what their answers
//! mean (AU-33).

use serde_json::{Map, Value, json};

use crate::journey::field::{FieldType, SentField};
use crate::journey::{Journey, JourneyKind, Trigger, TriggerRef};
use crate::ports::Ports;
use crate::spotler::client::{Spotler, garbled, read};
use crate::spotler::oauth::encode;
use crate::spotler::provisional::{self, Provisional};
use crate::spotler::trouble::{Kind, Trouble, check};
use crate::spotler::wire::{Method, Response};

/// What became of a trigger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Triggered {
    /// It began; an automation names the participations, a campaign none.
    Started(Vec<String>),
    /// It surely did not begin.
    Refused(Refusal),
    /// It surely did not begin, and may later: nothing was carried out.
    NotSent(Trouble),
    /// It is not known whether it began (C18).
    Unsure(Trouble),
}

/// Why a journey did not begin, or cannot be stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The journey is switched off in Spotler.
    Inactive,
    /// A step has no message.
    NoMessage,
    /// The contact takes part as often as allowed.
    LimitReached,
    /// The contact is in it, or has been through it.
    AlreadyIn,
    /// The contact is not in the journey's selection.
    NotInSelection,
    /// There is no such trigger.
    NoTrigger,
    /// Spotler does not know the contact.
    NoContact,
    /// Spotler does not know a product.
    NoProduct,
    /// The contact opted out.
    OptedOut,
    /// The contact takes no part, or not any more.
    NotIn,
    /// Another refusal.
    Other(Trouble),
}

impl<P: Ports> Spotler<'_, P> {
    /// All automations.
    pub async fn list_automations(&self, paths: &Provisional) -> Result<Vec<Journey>, Trouble> {
        let answer = self
            .call(Method::Get, &paths.automation_list, &[], None)
            .await?;
        provisional::automations(&read(&answer)?).ok_or_else(garbled)
    }

    /// All campaigns.
    pub async fn list_campaigns(&self) -> Result<Vec<Journey>, Trouble> {
        let answer = self.call(Method::Get, "/campaign/list", &[], None).await?;
        let rows: Vec<Value> = read(&answer)?;
        Ok(rows.iter().filter_map(campaign).collect())
    }

    /// Triggers a journey for a contact. What it answers is never to be tried
    /// again by itself where it is unsure.
    pub async fn trigger(
        &self,
        trigger: &TriggerRef,
        external_id: &str,
        fields: &[SentField],
        paths: &Provisional,
    ) -> Triggered {
        let (path, body) = match trigger.kind {
            JourneyKind::Automation => (
                format!("/automation/trigger/{}", encode(&trigger.code)),
                automation_body(external_id, fields, &paths.automation_fields_key),
            ),
            JourneyKind::Campaign => (
                format!("/campaign/trigger/{}", encode(&trigger.code)),
                campaign_body(external_id, fields),
            ),
        };
        match self.exchange(Method::Post, &path, &[], Some(body)).await {
            Err(trouble) if trouble.may_be_done() => Triggered::Unsure(trouble),
            Err(trouble) => Triggered::NotSent(trouble),
            Ok(response) => match trigger.kind {
                JourneyKind::Automation => automation_answer(response),
                JourneyKind::Campaign => campaign_answer(response),
            },
        }
    }

    /// Stops all participations of a contact (AU-12).
    pub async fn stop_all(
        &self,
        stop: &Stop<'_>,
        external_id: &str,
        paths: &Provisional,
    ) -> Result<(), StopFailed> {
        let path = match stop {
            Stop::Automation { code } => with_id(&paths.automation_stop_all, code),
            Stop::Campaign { id } => format!("/campaign/{}/stop", encode(id)),
        };
        let body = json!({ "externalContactId": external_id });
        self.stop(&path, Some(body)).await
    }

    /// Stops one participation in an automation (AU-13).
    pub async fn stop_one(
        &self,
        participation: &str,
        paths: &Provisional,
    ) -> Result<(), StopFailed> {
        let path = with_id(&paths.automation_stop_one, participation);
        self.stop(&path, None).await
    }

    async fn stop(&self, path: &str, body: Option<Value>) -> Result<(), StopFailed> {
        let response = self
            .exchange(Method::Post, path, &[], body)
            .await
            .map_err(StopFailed::Trouble)?;
        let refusal = refusal(&response);
        match (check(response), refusal) {
            (Ok(_), _) => Ok(()),
            (Err(_), Some(refusal)) => Err(StopFailed::Refused(refusal)),
            (Err(trouble), None) => Err(StopFailed::Trouble(trouble)),
        }
    }
}

/// What all participations are stopped by: the trigger code of an automation,
/// the id of a campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop<'a> {
    /// An automation.
    Automation {
        /// The trigger code.
        code: &'a str,
    },
    /// A campaign.
    Campaign {
        /// The campaign's own id, not its trigger's.
        id: &'a str,
    },
}

/// Why nothing was stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StopFailed {
    /// Spotler said why.
    Refused(Refusal),
    /// Trouble; a stop may be tried again, since it has one effect.
    Trouble(Trouble),
}

fn with_id(path: &str, id: &str) -> String {
    path.replace("{}", &encode(id))
}

fn campaign(row: &Value) -> Option<Journey> {
    let text = |value: &Value, name: &str| Some(value.get(name)?.as_str()?.to_owned());
    let trigger = |it: &Value| {
        let name = text(it, "name").unwrap_or_default();
        Some(Trigger {
            code: text(it, "encryptedId")?,
            name,
        })
    };
    let triggers = row.get("triggers").and_then(Value::as_array);
    Some(Journey {
        kind: JourneyKind::Campaign,
        id: text(row, "encryptedId")?,
        name: text(row, "name").unwrap_or_default(),
        active: row.get("active").and_then(Value::as_bool).unwrap_or(true),
        triggers: triggers.into_iter().flatten().filter_map(trigger).collect(),
    })
}

/// The newer form: each field with `values` (C14).
fn automation_body(external_id: &str, fields: &[SentField], key: &str) -> Value {
    let field = |it: &SentField| json!({ "name": it.name, "type": it.field_type.word(), "values": it.values });
    body(external_id, key, fields.iter().map(field).collect())
}

/// The older form: `value` for one, `values` for a list of products (C14).
fn campaign_body(external_id: &str, fields: &[SentField]) -> Value {
    let field = |it: &SentField| {
        let mut sent = json!({ "name": it.name, "type": it.field_type.word() });
        match it.field_type {
            FieldType::ProductList => sent["values"] = json!(it.values),
            FieldType::Text | FieldType::Url => sent["value"] = json!(it.values.first()),
        }
        sent
    };
    body(
        external_id,
        "campaignFields",
        fields.iter().map(field).collect(),
    )
}

fn body(external_id: &str, key: &str, fields: Vec<Value>) -> Value {
    let mut body = Map::new();
    body.insert("externalContactId".to_owned(), external_id.into());
    if !fields.is_empty() {
        body.insert(key.to_owned(), fields.into());
    }
    Value::Object(body)
}

/// An automation answers with a verdict in its body, whatever the status.
fn automation_answer(response: Response) -> Triggered {
    let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    let result = body.get("result").and_then(Value::as_str);
    match (response.status, result) {
        (200..300, Some("OK")) => Triggered::Started(participations(&body)),
        (200..300, _) => Triggered::Unsure(garbled()),
        (404, Some("TRIGGER_NOTFOUND")) => Triggered::Refused(Refusal::NoTrigger),
        (404, Some("CONTACT_NOTFOUND")) => Triggered::Refused(Refusal::NoContact),
        (417, Some("NOT_TRIGGERED")) => Triggered::Refused(not_triggered(&body)),
        _ => refused_or_unsure(response),
    }
}

/// Why no automation began: the first reason that is known.
fn not_triggered(body: &Value) -> Refusal {
    let results = body.get("automationResults").and_then(Value::as_array);
    let known = |row: &Value| match row.get("result")?.as_str()? {
        "AUTOMATION_INACTIVE" => Some(Refusal::Inactive),
        "PARTICIPATION_LIMIT_REACHED" => Some(Refusal::LimitReached),
        _ => None,
    };
    let first = results.into_iter().flatten().find_map(known);
    first.unwrap_or_else(|| Refusal::Other(Trouble::of(Kind::Refused)))
}

fn participations(body: &Value) -> Vec<String> {
    let rows = ["publishedAutomationResults", "automationResults"]
        .iter()
        .filter_map(|it| body.get(it)?.as_array())
        .flatten();
    let mut ids: Vec<String> = Vec::new();
    for id in rows.filter_map(|it| it.get("automationContactId")?.as_str()) {
        if !ids.iter().any(|it| it == id) {
            ids.push(id.to_owned());
        }
    }
    ids
}

fn campaign_answer(response: Response) -> Triggered {
    if (200..300).contains(&response.status) {
        return Triggered::Started(Vec::new());
    }
    refused_or_unsure(response)
}

fn refused_or_unsure(response: Response) -> Triggered {
    let refusal = refusal(&response);
    match (check(response), refusal) {
        // A redirection or the like: neither done nor refused.
        (Ok(_), _) => Triggered::Unsure(garbled()),
        (Err(trouble), _) if trouble.may_be_done() => Triggered::Unsure(trouble),
        (Err(trouble), _) if matches!(trouble.kind, Kind::TooFast | Kind::NotAuthorised) => {
            Triggered::NotSent(trouble)
        }
        (Err(_), Some(refusal)) => Triggered::Refused(refusal),
        (Err(trouble), None) => match trouble.status {
            Some(400..500) => Triggered::Refused(Refusal::Other(trouble)),
            _ => Triggered::Unsure(trouble),
        },
    }
}

/// The refusals that are documented. Which error type goes with which is mostly
/// not, so the short messages are read as well; they are not kept.
fn refusal(response: &Response) -> Option<Refusal> {
    if !(400..500).contains(&response.status) {
        return None;
    }
    let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let by_type = match text("errorType") {
        "TRIGGER_NOTFOUND" | "CAMPAIGN_NOTFOUND" => Some(Refusal::NoTrigger),
        "CONTACT_NOT_FOUND" => Some(Refusal::NoContact),
        "PRODUCT_NOTFOUND" => Some(Refusal::NoProduct),
        "CONTACT_OPTOUT" => Some(Refusal::OptedOut),
        _ => None,
    };
    let message = text("message").to_lowercase();
    let by_message = || {
        [
            ("trigger not found", Refusal::NoTrigger),
            ("contact not found", Refusal::NoContact),
            ("product not found", Refusal::NoProduct),
            ("inactive", Refusal::Inactive),
            ("missing message", Refusal::NoMessage),
            ("not in selection", Refusal::NotInSelection),
            ("already finished", Refusal::NotIn),
            ("not triggered", Refusal::NotIn),
            ("participation not found", Refusal::NotIn),
            ("already", Refusal::AlreadyIn),
        ]
        .into_iter()
        .find(|(words, _)| message.contains(words))
        .map(|it| it.1)
    };
    by_type.or_else(by_message)
}

#[cfg(test)]
mod tests;
