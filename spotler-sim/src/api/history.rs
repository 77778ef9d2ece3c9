//! What was sent to a contact, and which forms it filled in.

use serde_json::{Value, json};

use super::mailing::{bounce_type, summary};
use super::paging::{self, Page};
use super::{Answer, ApiError, Call, contact, form, view};
use crate::state::State;
use crate::world::mailing::Sending;

const PAGE_SIZE: usize = 50;

/// The mailings that a contact got.
pub(crate) fn mailings(state: &State, call: &Call<'_>, external_id: &str) -> Answer {
    let contact = contact::known(state, external_id).ok_or_else(ApiError::no_contact)?;
    let page = Page {
        size: PAGE_SIZE,
        ..paging::page(state, call)?
    };
    let mut rows = Vec::new();
    for send in state
        .world
        .sends
        .iter()
        .rev()
        .filter(|it| it.contact == contact.id)
    {
        if let Some(mailing) = state.world.mailing(&send.mailing) {
            let mut row = became(state, send);
            row["mailing"] = summary(state, mailing);
            rows.push(row);
        }
    }
    let (rows, more) = page.cut(rows);
    Ok(page.answer(state, call, ("mailingHistories", rows, more)))
}

/// The messages that a contact got from journeys.
pub(crate) fn campaign_mailings(state: &State, call: &Call<'_>, external_id: &str) -> Answer {
    let contact = contact::known(state, external_id).ok_or_else(ApiError::no_contact)?;
    let page = Page {
        size: PAGE_SIZE,
        ..paging::page(state, call)?
    };
    let mut rows = Vec::new();
    for send in state
        .world
        .sends
        .iter()
        .rev()
        .filter(|it| it.contact == contact.id)
    {
        if let Some(mailing) = state.world.journey_mailing(&send.mailing) {
            let mut row = became(state, send);
            row["campaignMailing"] =
                json!({"encryptedId": mailing.id, "name": mailing.name, "type": mailing.medium});
            row["campaignSubscriptionId"] = Value::from(send.participation);
            rows.push(row);
        }
    }
    let (rows, more) = page.cut(rows);
    Ok(page.answer(state, call, ("campaignMailingHistories", rows, more)))
}

fn became(state: &State, send: &Sending) -> Value {
    let mut row = json!({
        "sentDate": view::iso_date(state, send.at_ms),
        "opened": !send.opens.is_empty() || !send.clicks.is_empty(),
        "clicked": !send.clicks.is_empty(),
    });
    if let Some((_, hard)) = send.bounce {
        row["bounce"] = Value::from(bounce_type(hard));
    }
    row
}

/// The forms that a contact filled in.
pub(crate) fn forms(state: &State, call: &Call<'_>, external_id: &str) -> Answer {
    let contact = contact::known(state, external_id).ok_or_else(ApiError::no_contact)?;
    let page = paging::page(state, call)?;
    let results = state
        .world
        .form_results
        .iter()
        .filter(|it| it.contact == Some(contact.id));
    let mut rows = Vec::new();
    for result in results {
        let Some(form) = state.world.forms.iter().find(|it| it.id == result.form) else {
            continue;
        };
        rows.push(json!({
            "form": form::summary(form),
            "formResultId": result.id,
            "submitDate": view::iso_date(state, result.submitted_ms),
            "completed": result.completed,
        }));
    }
    let (rows, more) = page.cut(rows);
    Ok(page.answer(state, call, ("formHistories", rows, more)))
}
