//! `mailing` and `campaign-mailing`: what was sent, and what became of it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::feed::Period;
use super::{Answer, ApiError, Call, contact, paging, view};
use crate::http::Response;
use crate::state::State;
use crate::switches::Product;
use crate::world::mailing::{Link, Mailing, Medium, Message, Sending};

/// Which of the two resources is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// `mailing`.
    Mailing,
    /// `campaign-mailing`, whose rows name the participation.
    Journey,
}

/// Answers what lies under `mailing` or `campaign-mailing`.
pub(crate) fn route(state: &mut State, call: &Call<'_>, what: (Family, &[&str])) -> Option<Answer> {
    let (family, rest) = what;
    if call.method != "GET" {
        return None;
    }
    Some(match (family, rest) {
        (Family::Mailing, []) => list(state, call),
        (Family::Mailing, [id, "statistics"]) => statistics(state, id),
        (_, [id]) => details(state, family, id),
        (_, [id, "recipients"]) => rows(state, call, (family, id), Rows::Recipients),
        (_, [id, "opens"]) => rows(state, call, (family, id), Rows::Opens),
        (_, [id, "clicks"]) => rows(state, call, (family, id), Rows::Clicks),
        (_, [id, "bounces"]) => rows(state, call, (family, id), Rows::Bounces),
        (_, [id, "opens", whose]) => rows_of_one(state, call, (family, id, whose), Rows::Opens),
        (_, [id, "clicks", whose]) => rows_of_one(state, call, (family, id, whose), Rows::Clicks),
        _ => return None,
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rows {
    Recipients,
    Opens,
    Clicks,
    Bounces,
}

impl Rows {
    fn name(self) -> &'static str {
        match self {
            Rows::Recipients => "recipients",
            Rows::Opens => "opens",
            Rows::Clicks => "clicks",
            Rows::Bounces => "bounces",
        }
    }
}

fn list(state: &State, call: &Call<'_>) -> Answer {
    let period = Period::required(state, call)?;
    let sent = state
        .world
        .mailings
        .iter()
        .filter(|it| it.sent_ms.is_some());
    let sent = sent.filter(|it| {
        it.scheduled_ms
            .is_some_and(|at_ms| period.holds(state, at_ms))
    });
    Ok(Response::json(
        200,
        &sent.map(|it| summary(state, it)).collect::<Value>(),
    ))
}

/// A mailing as it stands in lists.
pub(super) fn summary(state: &State, mailing: &Mailing) -> Value {
    let at_ms = mailing.scheduled_ms.unwrap_or_default();
    let mut view = json!({
        "encryptedId": mailing.id,
        "name": mailing.name,
        "scheduledStartDate": view::iso_date(state, at_ms),
        "type": mailing.medium,
        "sentCount": state.world.sends_of(&mailing.id).count(),
    });
    if mailing.medium == Medium::Email {
        view["archiveLink"] = Value::from(archive_link(&mailing.id));
    }
    view
}

/// Where a mailing can be read online.
pub(super) fn archive_link(mailing: &str) -> String {
    format!("https://archive.spotler.example/{mailing}")
}

/// The medium of a mailing of this family; an id of the other family is of the wrong type.
fn medium(state: &State, family: Family, id: &str) -> Result<Medium, ApiError> {
    let mailing = state
        .world
        .mailing(id)
        .map(|it| (Family::Mailing, it.medium));
    let journey = state
        .world
        .journey_mailing(id)
        .map(|it| (Family::Journey, it.medium));
    match mailing.or(journey) {
        Some((it, medium)) if it == family => Ok(medium),
        Some(_) => Err(wrong_type("Mailing type invalid")),
        None => Err(ApiError::of(404, "MAILING_NOTFOUND", "mailing not found")),
    }
}

fn wrong_type(message: &str) -> ApiError {
    ApiError::of(400, "INVALID_MAILING", message)
}

fn details(state: &State, family: Family, id: &str) -> Answer {
    medium(state, family, id)?;
    let mut body = match state.world.mailing(id) {
        Some(mailing) => {
            let mut body = summary(state, mailing);
            body["sender"] = Value::from(mailing.sender.as_str());
            body["targetGroup"] = Value::from(mailing.target.as_ref().map_or("", |it| it.name()));
            body
        }
        None => {
            let mailing = state.world.journey_mailing(id);
            json!({"encryptedId": id, "name": mailing.map(|it| &it.name), "type": mailing.map(|it| it.medium)})
        }
    };
    let message = state.world.mailing(id).and_then(|it| it.message.as_ref());
    let message = message.or_else(|| state.world.journey_mailing(id).map(|it| &it.message));
    if let Some(message) = message {
        body["message"] = message_view(message);
        if !message.links.is_empty() {
            body["links"] = message.links.iter().map(link_view).collect();
        }
    }
    Ok(Response::json(200, &body))
}

fn message_view(message: &Message) -> Value {
    let mut view =
        json!({"name": message.name, "author": message.author, "fromName": message.from_name});
    for (name, text) in [
        ("subject", &message.subject),
        ("fromEmail", &message.from_email),
    ] {
        if let Some(text) = text {
            view[name] = Value::from(text.as_str());
        }
    }
    view
}

fn link_view(link: &Link) -> Value {
    let mut view = json!({"id": link.id, "name": link.name, "url": link.url});
    if let Some(kind) = &link.kind {
        view["type"] = Value::from(kind.as_str());
    }
    view
}

fn statistics(state: &State, id: &str) -> Answer {
    medium(state, Family::Mailing, id)?;
    let sends: Vec<&Sending> = state.world.sends_of(id).collect();
    let links = state
        .world
        .mailing(id)
        .and_then(|it| it.message.as_ref())
        .map(|it| it.links.as_slice());
    let of_kind = |kind: &str| -> BTreeSet<u64> {
        let links = links
            .unwrap_or_default()
            .iter()
            .filter(|it| it.kind.as_deref() == Some(kind));
        links.map(|it| it.id).collect()
    };
    let count = |test: &dyn Fn(&Sending) -> bool| sends.iter().filter(|it| test(it)).count();
    let clicked = |kind: &str| {
        let wanted = of_kind(kind);
        count(&|it| it.clicks.iter().any(|(_, link)| wanted.contains(link)))
    };
    let mut body = json!({
        "sentCount": sends.len(),
        "acceptedCount": count(&|it| it.bounce.is_none()),
        "openCount": count(&|it| !it.opens.is_empty() || !it.clicks.is_empty()),
        "openRenderedCount": count(&|it| !it.opens.is_empty()),
        "clickCount": count(&|it| !it.clicks.is_empty()),
        "hardbounceCount": count(&|it| it.bounce.is_some_and(|(_, hard)| hard)),
        "softbounceCount": count(&|it| it.bounce.is_some_and(|(_, hard)| !hard)),
        "notRetainedAfterBounceCount": count(&|it| it.not_retained),
        "conversionClickCount": clicked("conversion"),
        "unsubscribeCount": count(&|it| it.unsubscribed_ms.is_some()),
    });
    if state.switches.account.product == Product::ECommerce {
        body["toWebshopCount"] = Value::from(clicked("webshop"));
        body["shoppingcartCreatedCount"] = Value::from(count(&|it| it.cart_ms.is_some()));
        body["shoppingcartConvertedCount"] = Value::from(count(&|it| it.purchase.is_some()));
        let cents: i64 = sends
            .iter()
            .filter_map(|it| it.purchase)
            .map(|(_, cents)| cents)
            .sum();
        body["conversionValue"] = Value::from(cents);
    }
    Ok(Response::json(200, &body))
}

fn rows(state: &mut State, call: &Call<'_>, of: (Family, &str), rows: Rows) -> Answer {
    let (family, id) = of;
    let medium = medium(state, family, id)?;
    if medium == Medium::Sms && matches!(rows, Rows::Opens | Rows::Clicks) {
        return Err(wrong_type("Mailing type invalid"));
    }
    let period = if family == Family::Journey {
        Period::optional(state, call)?
    } else {
        None
    };
    let page = paging::page(state, call)?;
    let mut views = Vec::new();
    for send in state.world.sends_of(id) {
        let identifier = identifier(state, send.contact);
        for (at_ms, mut row) in events(state, send, rows) {
            if period.is_some_and(|it| !it.holds(state, at_ms)) {
                continue;
            }
            row["contactIdentifier"] = identifier.clone();
            if family == Family::Journey {
                row["campaignSubscriptionId"] = Value::from(send.participation);
                if rows == Rows::Recipients {
                    row["sendDate"] = Value::from(view::iso_date(state, at_ms));
                }
            }
            views.push(row);
        }
    }
    let (views, more) = page.cut(views);
    Ok(page.answer(state, call, (rows.name(), views, more)))
}

fn rows_of_one(state: &mut State, call: &Call<'_>, of: (Family, &str, &str), rows: Rows) -> Answer {
    let (family, id, whose) = of;
    let medium = medium(state, family, id)?;
    if medium == Medium::Sms {
        return Err(wrong_type("Invalid param: Mailing type invalid"));
    }
    let no_contact = || ApiError::of(400, "INVALID_PARAMS", "Invalid param: Contact not found");
    let is_meant: Box<dyn Fn(&&Sending) -> bool> = match family {
        Family::Mailing => {
            let contact = contact::known(state, whose).ok_or_else(no_contact)?;
            Box::new(move |it| it.contact == contact.id)
        }
        Family::Journey => {
            let known = state
                .world
                .participations
                .iter()
                .find(|it| it.id.to_string() == whose);
            let participation = known.ok_or_else(no_contact)?.id;
            Box::new(move |it| it.participation == Some(participation))
        }
    };
    let period = if family == Family::Journey {
        Period::optional(state, call)?
    } else {
        None
    };
    let page = paging::page(state, call)?;
    let sends = state.world.sends_of(id).filter(is_meant);
    let events = sends.flat_map(|it| events(state, it, rows));
    let events = events.filter(|(at_ms, _)| period.is_none_or(|it| it.holds(state, *at_ms)));
    let (views, more) = page.cut(events.map(|(_, row)| row).collect());
    Ok(page.answer(state, call, (rows.name(), views, more)))
}

/// Who it was; the external id may be absent.
fn identifier(state: &State, contact: u64) -> Value {
    let contact = state.world.contacts.get(contact);
    let mut view = json!({"encryptedId": contact.map(|it| &it.encrypted_id)});
    if let Some(external_id) = contact.and_then(|it| it.external_id.as_deref()) {
        view["externalId"] = Value::from(external_id);
    }
    view
}

/// The rows of one kind that a message gave, with their times.
fn events(state: &State, send: &Sending, rows: Rows) -> Vec<(i64, Value)> {
    let iso = |at_ms: i64| view::iso_date(state, at_ms);
    match rows {
        Rows::Recipients => vec![(send.at_ms, json!({}))],
        Rows::Opens => send
            .opens
            .iter()
            .map(|it| (*it, json!({"openDate": iso(*it)})))
            .collect(),
        Rows::Clicks => {
            let row = |(at_ms, link): &(i64, u64)| {
                (*at_ms, json!({"clickDate": iso(*at_ms), "linkId": link}))
            };
            send.clicks.iter().map(row).collect()
        }
        Rows::Bounces => {
            let row = |(at_ms, hard)| {
                (
                    at_ms,
                    json!({"bounceDate": iso(at_ms), "type": bounce_type(hard)}),
                )
            };
            send.bounce.into_iter().map(row).collect()
        }
    }
}

/// How a bounce is called.
pub(super) fn bounce_type(hard: bool) -> &'static str {
    if hard { "HARDBOUNCE" } else { "SOFTBOUNCE" }
}
