//! `contact` and `subscription`: writing and reading contacts.

use serde_json::{Value, json};

use super::incoming::{self, Incoming, Invalid};
use super::write::{self, Refused, Rest, Way};
use super::{Answer, ApiError, Call, feed, history, paging, view};
use crate::faults::Fault;
use crate::http::Response;
use crate::state::State;
use crate::world::KeepsId;
use crate::world::contact::{Contact, Reason};

/// Answers what lies under `contact`.
pub(crate) fn route(state: &mut State, call: &Call<'_>, rest: &[&str]) -> Option<Answer> {
    Some(match (call.method, rest) {
        ("POST", []) => add(state, call),
        ("POST", ["list"]) => add_list(state, call),
        ("GET", ["search"]) => search(state, call),
        ("GET", ["properties", "list"]) => properties(state),
        ("GET", ["updates", "list"]) => feed::updates(state, call),
        ("GET", ["bounces", "list"]) => feed::bounces(state, call),
        ("PUT", ["anonymize", external_id]) => anonymize(state, call, external_id),
        ("PUT", ["inactivate", external_id]) => inactivate(state, call, external_id),
        ("GET", [external_id, "mailings"]) => history::mailings(state, call, external_id),
        ("GET", [external_id, "campaign-mailings"]) => {
            history::campaign_mailings(state, call, external_id)
        }
        ("GET", [external_id, "forms"]) => history::forms(state, call, external_id),
        ("GET", [external_id]) => get(state, external_id),
        ("PUT", [external_id]) => put(state, call, external_id),
        _ => return None,
    })
}

/// Answers what lies under `subscription`.
pub(crate) fn route_subscription(
    state: &mut State,
    call: &Call<'_>,
    rest: &[&str],
) -> Option<Answer> {
    match (call.method, rest) {
        ("POST", ["subscribe"]) => Some(subscribe(state, call)),
        _ => None,
    }
}

/// The contact of this external id, inactive and blank ones included.
pub(crate) fn known(state: &State, external_id: &str) -> Option<Contact> {
    state.world.contacts.with_external_id(external_id).cloned()
}

fn flag(body: &Value, name: &str) -> bool {
    body.get(name).and_then(Value::as_bool).unwrap_or(false)
}

fn how(body: &Value) -> (Way, Rest) {
    let way = if flag(body, "update") {
        Way::Upsert
    } else {
        Way::Create
    };
    (
        way,
        if flag(body, "purge") {
            Rest::Purged
        } else {
            Rest::Kept
        },
    )
}

fn read_wrapped(state: &State, body: &Value) -> Result<Incoming, ApiError> {
    let contact = body.get("contact").filter(|it| it.is_object());
    let contact = contact.ok_or_else(|| ApiError::params("contact is missing"))?;
    incoming::read(state, contact).map_err(|it| Refused::from(it).into_error(state))
}

fn add(state: &mut State, call: &Call<'_>) -> Answer {
    let body = call.json()?;
    let incoming = read_wrapped(state, &body)?;
    if incoming.external_id.is_none() {
        return Err(ApiError::params("externalId is missing"));
    }
    match write::upsert(state, &incoming, how(&body), &call.stamp) {
        Ok(_) => Ok(Response::empty(204)),
        Err(refused) => Err(refused.into_error(state)),
    }
}

fn put(state: &mut State, call: &Call<'_>, external_id: &str) -> Answer {
    let body = call.json()?;
    let existing = known(state, external_id).ok_or_else(ApiError::no_contact)?;
    let incoming = read_wrapped(state, &body)?;
    let (_, rest) = how(&body);
    match write::update(state, &existing, &incoming, (Way::Put, rest), &call.stamp) {
        Ok(()) => Ok(Response::empty(204)),
        Err(refused) => Err(refused.into_error(state)),
    }
}

fn subscribe(state: &mut State, call: &Call<'_>) -> Answer {
    let body = call.json()?;
    let incoming =
        incoming::read(state, &body).map_err(|it| Refused::from(it).into_error(state))?;
    match write::upsert(state, &incoming, (Way::Subscribe, Rest::Kept), &call.stamp) {
        Ok(_) => Ok(Response::empty(204)),
        Err(refused) => Err(refused.into_error(state)),
    }
}

fn add_list(state: &mut State, call: &Call<'_>) -> Answer {
    let body = call.json()?;
    let contacts = body.get("contacts").and_then(Value::as_array);
    let contacts = contacts.ok_or_else(|| ApiError::params("contacts is missing"))?;
    let most = state.switches.limits.bulk_contacts;
    if contacts.len() > most {
        return Err(ApiError::params(&format!(
            "Too many contacts provided (max is {most})"
        )));
    }
    let has_id = |it: &Value| {
        it.get("externalId")
            .is_some_and(|id| !id.is_null() && id != "")
    };
    if !contacts.iter().all(has_id) {
        return Err(ApiError::params("Contact without externalId found"));
    }
    let mut answers: Vec<Value> = Vec::with_capacity(contacts.len());
    for (number, contact) in (1..).zip(contacts) {
        let (code, message) = add_one(state, call, (&body, contact), number);
        answers
            .push(json!({"externalId": contact["externalId"], "code": code, "message": message}));
    }
    if !state.switches.shape.bulk_answers_in_order {
        answers.reverse();
    }
    Ok(Response::json(200, &Value::from(answers)))
}

fn add_one(
    state: &mut State,
    call: &Call<'_>,
    item: (&Value, &Value),
    number: usize,
) -> (String, String) {
    let (body, contact) = item;
    if let Some(Fault::BulkItems { every_nth, code }) = &call.admitted.fault
        && *every_nth > 0
        && number.is_multiple_of(*every_nth)
    {
        return (code.clone(), "simulated".to_owned());
    }
    let written = incoming::read(state, contact)
        .map_err(Refused::from)
        .and_then(|it| write::upsert(state, &it, how(body), &call.stamp));
    match written {
        Ok(_) => ("OK".to_owned(), String::new()),
        Err(refused) => (refused.code().to_owned(), refused.message()),
    }
}

fn get(state: &mut State, external_id: &str) -> Answer {
    let contact = known(state, external_id).ok_or_else(ApiError::no_contact)?;
    if view::is_hidden(state, &contact) {
        return Err(ApiError::no_contact());
    }
    Ok(Response::json(200, &view::contact(state, &contact)))
}

fn search(state: &mut State, call: &Call<'_>) -> Answer {
    let page = paging::page(state, call)?;
    let query = call.query.get("MPSearchQuery").unwrap_or_default();
    let invalid = || ApiError::params("invalid MPSearchQuery");
    let (name, wanted) = query.split_once('=').ok_or_else(invalid)?;
    let (name, wanted) = (name.trim(), wanted.trim());
    let found: Vec<Contact> = match name {
        "email" => state.world.contacts.with_email(wanted).cloned().collect(),
        "externalId" => known(state, wanted).into_iter().collect(),
        _ => {
            state.world.property(name).ok_or_else(invalid)?;
            let has = |it: &&Contact| {
                it.fields
                    .get(name)
                    .is_some_and(|value| is_text(value, wanted))
            };
            state.world.contacts.iter().filter(has).cloned().collect()
        }
    };
    let visible: Vec<Contact> = found
        .into_iter()
        .filter(|it| !view::is_hidden(state, it))
        .collect();
    let (rows, more) = page.cut(visible);
    let rows = rows.iter().map(|it| view::contact(state, it)).collect();
    Ok(page.answer(state, call, ("contacts", rows, more)))
}

fn is_text(value: &Value, wanted: &str) -> bool {
    match value.as_str() {
        Some(text) => text == wanted,
        None => wanted.parse::<Value>().is_ok_and(|it| it == *value),
    }
}

fn properties(state: &State) -> Answer {
    let list = serde_json::to_value(&state.world.properties);
    Ok(Response::json(200, &list.unwrap_or_default()))
}

fn anonymize(state: &mut State, call: &Call<'_>, external_id: &str) -> Answer {
    if external_id.chars().count() > state.switches.limits.external_id_chars {
        let refused = Refused::from(Invalid::Property("externalId".to_owned()));
        return Err(refused.into_error(state));
    }
    let contact = known(state, external_id).ok_or_else(ApiError::no_contact)?;
    let keeps = if state.switches.identity.blank_keeps_external_id {
        KeepsId::Yes
    } else {
        KeepsId::No
    };
    state.world.blank(contact.id, keeps, &call.stamp);
    Ok(Response::empty(204))
}

fn inactivate(state: &mut State, call: &Call<'_>, external_id: &str) -> Answer {
    let contact = known(state, external_id).ok_or_else(ApiError::no_contact)?;
    state
        .world
        .deactivate(contact.id, Reason::Manual, &call.stamp);
    Ok(Response::empty(204))
}
