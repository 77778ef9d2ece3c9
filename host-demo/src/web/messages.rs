//! Messages to the user (PV-20, PV-36), newest first; administrators also get those
//! that are meant for whoever administrates.

use askama::Template;
use axum::{
    extract::{Query, rejection::QueryRejection},
    response::Response,
};
use serde::Deserialize;

use super::{
    frame::Frame,
    links::{encoded, moment},
    subjects,
    trouble::Trouble,
    visit::Visit,
    words::words,
};
use crate::{contract::NamedValue, crm::outbox::Message};

/// Messages of a page.
const SHOWN: u32 = 50;

words! {
    struct MessageWords {
        hint: "Een mailserver verstuurt deze berichten ook; de demo toont ze alleen hier.",
            "A mail server would send these as well; the demo only shows them here.";
        to: "Aan", "To";
        to_you: "u", "you";
        to_administrators: "beheerders", "administrators";
        none_yet: "U hebt nog geen berichten.", "You have no messages yet.";
    }
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    /// The message after which the page starts.
    #[serde(default)]
    after: String,
}

#[derive(Template)]
#[template(path = "messages.html")]
struct Messages<'a> {
    frame: &'a Frame,
    w: &'static MessageWords,
    rows: Vec<Row>,
    next: Option<String>,
}

struct Row {
    at: String,
    to: &'static str,
    text: String,
    next_step: Option<String>,
}

pub(crate) async fn show(visit: Visit, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let asked = asked.map(|Query(it)| it).unwrap_or_default();
    visit.show(gather(&visit, &asked.after).await)
}

async fn gather<'a>(visit: &'a Visit, after: &str) -> Result<Messages<'a>, Trouble> {
    let (crm, w) = (visit.host.crm(), MessageWords::of(visit.language()));
    let user = visit.frame.user.as_ref().map_or("", |it| &it.user);
    let after = Some(after).filter(|it| !it.is_empty());
    let messages = crm.messages_to(user, visit.may(), after, SHOWN).await?;
    let full = u32::try_from(messages.len()).is_ok_and(|it| it == SHOWN);
    let next = messages.last().filter(|_| full);
    let row = |it: &Message, about: &[NamedValue]| Row {
        at: moment(it.at),
        to: match it.user {
            Some(_) => w.to_you,
            None => w.to_administrators,
        },
        text: visit.explainer.text(visit.language(), &it.code, about),
        next_step: visit.explainer.next_step(visit.language(), &it.code, about),
    };
    let mut rows = Vec::new();
    for it in &messages {
        rows.push(row(it, &subjects::titled(visit, &it.about).await?));
    }
    Ok(Messages {
        frame: &visit.frame,
        next: next.map(|it| format!("/messages?after={}", encoded(&it.key))),
        rows,
        w,
    })
}
