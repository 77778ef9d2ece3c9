//! `templist`: static lists.

use serde_json::{Value, json};

use super::{Answer, ApiError, Call, view};
use crate::http::Response;
use crate::state::State;
use crate::world::list::{ListKind, StaticList};
use crate::world::mailing::Target;

/// Answers what lies under `templist`.
pub(crate) fn route(state: &mut State, call: &Call<'_>, rest: &[&str]) -> Option<Answer> {
    Some(match (call.method, rest) {
        ("GET", []) => list(state),
        ("POST", []) => create(state, call),
        ("POST", [external_id]) => add(state, call, external_id),
        ("DELETE", [external_id]) => delete(state, external_id),
        _ => return None,
    })
}

fn list(state: &State) -> Answer {
    let row = |it: &StaticList| {
        let mut row = json!({"name": it.name, "createdAt": view::date(state, it.created_ms), "type": it.kind});
        if let Some(external_id) = &it.external_id {
            row["externalTemporaryListId"] = Value::from(external_id.as_str());
        }
        row
    };
    let rows: Vec<Value> = state.world.static_lists.iter().map(row).collect();
    Ok(Response::json(200, &Value::from(rows)))
}

fn create(state: &mut State, call: &Call<'_>) -> Answer {
    let body = call.json()?;
    let external_id = super::text(&body, "externalTemporaryListId")?;
    let name = super::text(&body, "name")?;
    if state.world.static_list(&external_id).is_some() {
        return Err(ApiError::of(
            400,
            "ID_NOTUNIQUE",
            "temporary list id already exists",
        ));
    }
    if state.world.static_list_named(&name).is_some() {
        return Err(ApiError::of(
            400,
            "NAME_ALREADY_IN_USE",
            "temporary list name already exists",
        ));
    }
    if state.world.static_lists.len() >= state.switches.limits.temporary_lists {
        return Err(ApiError::of(
            400,
            "INVALID_STATE",
            "too many temporary lists",
        ));
    }
    let contacts = named_contacts(state, &body)?;
    if !contacts.unknown.is_empty() {
        return Err(unknown_contacts());
    }
    state.world.static_lists.push(StaticList {
        external_id: Some(external_id),
        name: name.clone(),
        created_ms: call.stamp.at_ms,
        kind: ListKind::Api,
        members: Default::default(),
    });
    state
        .world
        .add_to_static_list(&name, &contacts.known, &call.stamp);
    Ok(Response::empty(204))
}

fn add(state: &mut State, call: &Call<'_>, external_id: &str) -> Answer {
    let list = state.world.static_list(external_id).ok_or_else(no_list)?;
    let name = list.name.clone();
    let contacts = named_contacts(state, &call.json()?)?;
    let refuses = !contacts.unknown.is_empty();
    if !refuses || !state.switches.account.lists_are_all_or_nothing {
        state
            .world
            .add_to_static_list(&name, &contacts.known, &call.stamp);
    }
    if refuses {
        Err(unknown_contacts())
    } else {
        Ok(Response::empty(204))
    }
}

fn delete(state: &mut State, external_id: &str) -> Answer {
    let name = state
        .world
        .static_list(external_id)
        .ok_or_else(no_list)?
        .name
        .clone();
    if is_in_use(state, &name) {
        return Err(ApiError::of(400, "INVALID_STATE", "temporary list in use"));
    }
    state.world.static_lists.retain(|it| it.name != name);
    Ok(Response::empty(204))
}

/// Whether a mailing still has to go to the list, or a dynamic list is derived from it.
fn is_in_use(state: &State, name: &str) -> bool {
    let world = &state.world;
    let target = Target::StaticList(name.to_owned());
    let derived = world
        .dynamic_lists
        .iter()
        .any(|it| it.from_static_list.as_deref() == Some(name));
    let mut waiting = world
        .mailings
        .iter()
        .filter(|it| it.confirmed && it.sent_ms.is_none());
    derived || waiting.any(|it| it.target.as_ref() == Some(&target))
}

/// The contacts that a request names by external id.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) known: Vec<u64>,
    pub(super) unknown: Vec<String>,
}

/// Sorts external ids into known and unknown ones.
pub(super) fn sort_contacts(state: &State, external_ids: &[String]) -> Named {
    let mut named = Named {
        known: Vec::new(),
        unknown: Vec::new(),
    };
    for external_id in external_ids {
        match state.world.contacts.with_external_id(external_id) {
            Some(contact) => named.known.push(contact.id),
            None => named.unknown.push(external_id.clone()),
        }
    }
    named
}

fn named_contacts(state: &State, body: &Value) -> Result<Named, ApiError> {
    let external_ids = super::texts(body, "contacts")?;
    if external_ids.len() > state.switches.limits.temporary_list_batch {
        return Err(ApiError::params("too many contacts"));
    }
    Ok(sort_contacts(state, &external_ids))
}

fn no_list() -> ApiError {
    ApiError::of(404, "RESOURCE_NOT_FOUND", "temporary list not found")
}

fn unknown_contacts() -> ApiError {
    ApiError::of(
        400,
        "CONTACT_NOT_FOUND",
        "one or more contacts could not be found",
    )
}
