//! `automation`: the newer kind of journey.
//!
//! Triggering is documented. Listing and stopping exist, but their paths and shapes are not
//! public: what is here is invented, and the paths are switches.

use serde_json::{Value, json};

use super::{Answer, ApiError, Call, contact, fields};
use crate::http::Response;
use crate::state::State;
use crate::switches::Product;
use crate::world::journey::{Journey, JourneyKind, Participation, Progress};

/// Answers triggering, and what is invented; its paths are compared before any other route.
pub(crate) fn route(state: &mut State, call: &Call<'_>) -> Option<Answer> {
    let invented = &state.switches.invented;
    let operation: Operation = if let Some(code) = under(call, "POST", "/automation/trigger/{}") {
        Operation::Trigger(code)
    } else if under(call, "GET", &invented.automation_list).is_some() {
        Operation::List
    } else if let Some(code) = under(call, "POST", &invented.automation_stop_all) {
        Operation::StopAll(code)
    } else if let Some(id) = under(call, "POST", &invented.automation_stop_one) {
        Operation::StopOne(id)
    } else {
        return None;
    };
    if state.switches.account.product < Product::Automation {
        return Some(Err(ApiError::of(
            403,
            "NOT_AUTHORIZED",
            "not in this product",
        )));
    }
    Some(match operation {
        Operation::Trigger(code) => trigger(state, call, &code),
        Operation::List => list(state),
        Operation::StopAll(code) => stop_all(state, call, &code),
        Operation::StopOne(id) => stop_one(state, call, &id),
    })
}

enum Operation {
    Trigger(String),
    List,
    StopAll(String),
    StopOne(String),
}

/// What stands for `{}` in the path, if the call has this method and path.
fn under(call: &Call<'_>, method: &str, pattern: &str) -> Option<String> {
    let parts: Vec<&str> = pattern.split('/').filter(|it| !it.is_empty()).collect();
    if call.method != method || parts.len() != call.segments.len() {
        return None;
    }
    let mut held = String::new();
    for (part, segment) in parts.iter().zip(&call.segments) {
        if *part == "{}" {
            held.clone_from(segment);
        } else if part != segment {
            return None;
        }
    }
    Some(held)
}

fn verdict(status: u16, result: &str, automations: Vec<Value>) -> Response {
    let mut body = json!({"result": result});
    if !automations.is_empty() {
        body["automationResults"] = Value::from(automations);
    }
    Response::json(status, &body)
}

fn trigger(state: &mut State, call: &Call<'_>, code: &str) -> Answer {
    let body = call.json()?;
    let automations = state
        .world
        .journeys_of_trigger(JourneyKind::Automation, code);
    if automations.is_empty() {
        return Ok(verdict(404, "TRIGGER_NOTFOUND", Vec::new()));
    }
    let external_id = super::text(&body, "externalContactId")?;
    let Some(contact) = contact::known(state, &external_id) else {
        return Ok(verdict(404, "CONTACT_NOTFOUND", Vec::new()));
    };
    let key = state.switches.invented.automation_fields_key.clone();
    let fields = fields::read(state, &body, &key)?;
    let mut results = Vec::new();
    let mut published = Vec::new();
    for automation in &automations {
        let result = allowed(state, automation, contact.id);
        results.push(json!({"automationId": automation.id, "result": result}));
        if result == "OK" {
            let entry = (code, contact.id, fields.clone());
            let entered = state.world.enter(automation, entry, &call.stamp);
            let id = entered.automation_contact_id;
            published.push(
                json!({"automationId": automation.id, "result": "OK", "automationContactId": id}),
            );
        }
    }
    if published.is_empty() {
        return Ok(verdict(417, "NOT_TRIGGERED", results));
    }
    let body = json!({"result": "OK", "automationResults": results, "publishedAutomationResults": published});
    Ok(Response::json(200, &body))
}

fn allowed(state: &State, automation: &Journey, contact: u64) -> &'static str {
    let participations = state.world.participations(&automation.id, contact);
    let running = participations
        .filter(|it| it.progress == Progress::Running)
        .count();
    if !automation.active {
        "AUTOMATION_INACTIVE"
    } else if automation
        .participation_limit
        .is_some_and(|it| running >= it)
    {
        "PARTICIPATION_LIMIT_REACHED"
    } else {
        "OK"
    }
}

fn list(state: &State) -> Answer {
    let automations = state
        .world
        .journeys
        .iter()
        .filter(|it| it.kind == JourneyKind::Automation);
    let row = |it: &Journey| {
        let triggers = it
            .triggers
            .iter()
            .map(|it| json!({"triggerCode": it.code, "name": it.name}));
        let triggers: Vec<Value> = triggers.collect();
        json!({"automationId": it.id, "name": it.name, "active": it.active, "triggers": triggers})
    };
    Ok(Response::json(
        200,
        &automations.map(row).collect::<Value>(),
    ))
}

fn stop_all(state: &mut State, call: &Call<'_>, code: &str) -> Answer {
    if state
        .world
        .journeys_of_trigger(JourneyKind::Automation, code)
        .is_empty()
    {
        return Err(ApiError::of(404, "TRIGGER_NOTFOUND", "trigger not found"));
    }
    let external_id = super::text(&call.json()?, "externalContactId")?;
    let contact = contact::known(state, &external_id).ok_or_else(ApiError::no_contact)?;
    let is_meant = |it: &Participation| it.trigger == code && it.contact == contact.id;
    state.world.stop(is_meant, &call.stamp);
    Ok(Response::empty(204))
}

fn stop_one(state: &mut State, call: &Call<'_>, id: &str) -> Answer {
    let no_participation = || ApiError::of(404, "RESOURCE_NOT_FOUND", "participation not found");
    let mut participations = state.world.participations.iter();
    participations
        .find(|it| it.automation_contact_id == id)
        .ok_or_else(no_participation)?;
    state
        .world
        .stop(|it| it.automation_contact_id == id, &call.stamp);
    Ok(Response::empty(204))
}
