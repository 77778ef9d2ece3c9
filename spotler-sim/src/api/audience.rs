//! `audience`: groups that the connected system keeps up to date.

use serde_json::{Value, json};

use super::templist::sort_contacts;
use super::{Answer, ApiError, Call, view};
use crate::http::Response;
use crate::state::State;
use crate::switches::Product;
use crate::world::audience::Audience;
use crate::world::mailing::Target;

const MAX_NAME_CHARS: usize = 255;

/// Answers what lies under `audience`.
pub(crate) fn route(state: &mut State, call: &Call<'_>, rest: &[&str]) -> Option<Answer> {
    let operation = match (call.method, rest) {
        ("POST", []) => create,
        ("GET", [_]) => get,
        ("PUT", [_]) => update,
        ("DELETE", [_]) => delete,
        ("POST", [_, "contact"]) => add_contacts,
        ("DELETE", [_, "contact"]) => remove_contacts,
        _ => return None,
    };
    if state.switches.account.product < Product::Automation {
        return Some(Err(refusal(
            state,
            403,
            "NOT_AUTHORIZED",
            "not in this product",
        )));
    }
    Some(operation(
        state,
        call,
        rest.first().copied().unwrap_or_default(),
    ))
}

/// A refusal; whether it has a body is a switch, since the documentation shows none.
fn refusal(state: &State, status: u16, error_type: &str, message: &str) -> ApiError {
    if state.switches.shape.audience_errors_have_body {
        ApiError::of(status, error_type, message)
    } else {
        ApiError::bare(status)
    }
}

fn known(state: &State, external_id: &str) -> Result<Audience, ApiError> {
    let no_audience = || refusal(state, 404, "RESOURCE_NOT_FOUND", "audience not found");
    state
        .world
        .audience(external_id)
        .cloned()
        .ok_or_else(no_audience)
}

fn shown(state: &State, audience: &Audience) -> Response {
    let mut body = json!({
        "externalId": audience.external_id,
        "name": audience.name,
        "createDate": view::date(state, audience.created_ms),
        "changeDate": view::date(state, audience.changed_ms),
    });
    if let Some(description) = &audience.description {
        body["description"] = Value::from(description.as_str());
    }
    let synced_ms = audience.added_ms.max(audience.removed_ms);
    let dates = [
        ("lastContactAddedAt", audience.added_ms),
        ("lastContactRemovedAt", audience.removed_ms),
        ("lastSyncDate", synced_ms),
    ];
    for (name, at_ms) in dates {
        if let Some(at_ms) = at_ms {
            body[name] = view::date(state, at_ms);
        }
    }
    Response::json(200, &body)
}

fn create(state: &mut State, call: &Call<'_>, _: &str) -> Answer {
    let body = call.json()?;
    let external_id = body
        .get("externalId")
        .and_then(Value::as_str)
        .unwrap_or_default();
    check_length(state, external_id)?;
    let name = checked_name(state, &body, None)?;
    if state.world.audience(external_id).is_some() {
        return Err(refusal(
            state,
            417,
            "ID_NOTUNIQUE",
            "audience id must be unique",
        ));
    }
    if state.world.audiences.len() >= state.switches.limits.audiences {
        return Err(refusal(state, 417, "INVALID_STATE", "too many audiences"));
    }
    let audience = Audience {
        external_id: external_id.to_owned(),
        name,
        description: body
            .get("description")
            .and_then(Value::as_str)
            .map(str::to_owned),
        created_ms: call.stamp.at_ms,
        changed_ms: call.stamp.at_ms,
        added_ms: None,
        removed_ms: None,
        members: Default::default(),
    };
    state.world.audiences.push(audience.clone());
    Ok(shown(state, &audience))
}

fn check_length(state: &State, text: &str) -> Result<(), ApiError> {
    let fits = (1..=MAX_NAME_CHARS).contains(&text.chars().count());
    fits.then_some(())
        .ok_or_else(|| refusal(state, 417, "INVALID_PARAMS", "empty or too long"))
}

fn checked_name(state: &State, body: &Value, of: Option<&str>) -> Result<String, ApiError> {
    let name = body.get("name").and_then(Value::as_str).unwrap_or_default();
    check_length(state, name)?;
    let taken = |it: &Audience| it.name == name && Some(it.external_id.as_str()) != of;
    if state.world.audiences.iter().any(taken) {
        return Err(refusal(
            state,
            417,
            "NAME_ALREADY_IN_USE",
            "audience name must be unique",
        ));
    }
    Ok(name.to_owned())
}

fn get(state: &mut State, _: &Call<'_>, external_id: &str) -> Answer {
    let audience = known(state, external_id)?;
    Ok(shown(state, &audience))
}

fn update(state: &mut State, call: &Call<'_>, external_id: &str) -> Answer {
    let body = call.json()?;
    known(state, external_id)?;
    if body.get("externalId").and_then(Value::as_str) != Some(external_id) {
        return Err(refusal(state, 400, "INVALID_PARAMS", "ids differ"));
    }
    let name = checked_name(state, &body, Some(external_id))?;
    if let Some(audience) = state.world.audience_mut(external_id) {
        audience.name = name;
        audience.description = body
            .get("description")
            .and_then(Value::as_str)
            .map(str::to_owned);
        audience.changed_ms = call.stamp.at_ms;
    }
    get(state, call, external_id)
}

fn delete(state: &mut State, _: &Call<'_>, external_id: &str) -> Answer {
    let target = Target::Audience(known(state, external_id)?.name);
    let mut waiting = state
        .world
        .mailings
        .iter()
        .filter(|it| it.confirmed && it.sent_ms.is_none());
    if waiting.any(|it| it.target.as_ref() == Some(&target)) {
        return Err(refusal(state, 417, "INVALID_STATE", "audience in use"));
    }
    state
        .world
        .audiences
        .retain(|it| it.external_id != external_id);
    Ok(Response::empty(204))
}

fn named(state: &State, body: &Value) -> Result<Vec<String>, ApiError> {
    let external_ids = super::texts(body, "contacts")?;
    if external_ids.len() > state.switches.limits.audience_batch {
        return Err(refusal(state, 413, "INVALID_PARAMS", "too many contacts"));
    }
    Ok(external_ids)
}

fn add_contacts(state: &mut State, call: &Call<'_>, external_id: &str) -> Answer {
    known(state, external_id)?;
    let contacts = sort_contacts(state, &named(state, &call.json()?)?);
    let refuses = !contacts.unknown.is_empty();
    if !refuses || !state.switches.account.lists_are_all_or_nothing {
        state
            .world
            .add_to_audience(external_id, &contacts.known, &call.stamp);
    }
    if refuses {
        let body = json!({
            "errorType": "CONTACT_NOT_FOUND",
            "message": "contacts not found",
            "externalContactIds": contacts.unknown,
        });
        return Ok(Response::json(404, &body));
    }
    Ok(Response::empty(204))
}

/// Without a body every contact is removed.
fn remove_contacts(state: &mut State, call: &Call<'_>, external_id: &str) -> Answer {
    known(state, external_id)?;
    if call.body.is_empty() {
        state
            .world
            .remove_from_audience(external_id, None, &call.stamp);
        return Ok(Response::empty(204));
    }
    let contacts = sort_contacts(state, &named(state, &call.json()?)?).known;
    state
        .world
        .remove_from_audience(external_id, Some(&contacts), &call.stamp);
    Ok(Response::empty(204))
}
