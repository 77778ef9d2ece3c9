//! What a person received and filled in, as Spotler has it now: mailings (RE-25,
//! RE-26, YO-26), messages of journeys (RE-42, RE-43), forms (RE-27..RE-31).

use askama::Template;
use axum::{
    extract::{Path, Query, rejection::QueryRejection},
    response::Response,
};
use koppel_embedding::contract::card::{FilledInForm, SentMessage};
use serde::Deserialize;

use super::{Head, Tabs, found};
use crate::{
    contract::{Bounce, Happened, Medium, RecordRef},
    crm::codes::Code,
    host::HostError,
    web::{
        facts,
        frame::Frame,
        links::{encoded, moment, tail},
        trouble::Trouble,
        visit::Visit,
        words::words,
    },
};

words! {
    struct ReceivedWords {
        what: "Wat", "What";
        mailings: "Mailings", "Mailings";
        journeys: "Berichten van automations en campagnes", "Messages of automations and campaigns";
        forms: "Formulieren", "Forms";
        name: "Bericht", "Message";
        medium: "Soort", "Kind";
        email: "e-mail", "e-mail";
        sms: "sms", "text message";
        sent_at: "Verstuurd op (UTC)", "Sent at (UTC)";
        opened: "Geopend", "Opened";
        clicked: "Geklikt", "Clicked";
        bounced: "Teruggekomen", "Came back";
        hard: "hard bounce", "hard bounce";
        soft: "soft bounce", "soft bounce";
        not_applicable: "niet van toepassing", "does not apply";
        online: "Online versie", "Online version";
        form: "Formulier", "Form";
        form_kind: "Soort", "Kind";
        submitted: "Ingevuld op (UTC)", "Filled in at (UTC)";
        completed: "Helemaal ingevuld", "Filled in completely";
        answers: "Antwoorden", "Answers";
        not_linked: "Dit contact is niet met Spotler gekoppeld; er is niets te vragen.",
            "This contact is not linked with Spotler; there is nothing to ask.";
        no_mailings: "Dit contact heeft nog geen mailing gekregen.",
            "This contact has not been sent a mailing yet.";
        no_journeys: "Dit contact heeft nog geen bericht van een automation of campagne gekregen.",
            "This contact has not been sent a message of an automation or campaign yet.";
        no_forms: "Dit contact heeft nog geen formulier ingevuld.",
            "This contact has not filled in a form yet.";
    }
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    show: String,
    #[serde(default)]
    after: String,
}

#[derive(Template)]
#[template(path = "received.html")]
struct Received<'a> {
    frame: &'a Frame,
    w: &'static ReceivedWords,
    head: Head,
    tabs: Tabs,
    sets: Vec<(String, &'static str, bool)>,
    title: &'static str,
    /// What is said where there is none.
    nothing: &'static str,
    linked: bool,
    messages: Vec<Message>,
    forms: Option<Vec<FilledIn>>,
    next: Option<String>,
}

struct Message {
    name: String,
    link: String,
    medium: &'static str,
    sent_at: String,
    opened: &'static str,
    clicked: &'static str,
    bounced: &'static str,
    online: Option<String>,
}

struct FilledIn {
    name: String,
    kind: String,
    at: String,
    completed: &'static str,
    answers: String,
}

pub(crate) async fn show(
    visit: Visit,
    Path(path): Path<(String, String)>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let asked = asked.map(|Query(it)| it).unwrap_or_default();
    visit.show(gather(&visit, path, &asked).await)
}

/// One page of Spotler's.
#[derive(Default)]
struct Page {
    messages: Vec<SentMessage>,
    forms: Vec<FilledInForm>,
    next: Option<String>,
}

async fn gather<'a>(
    visit: &'a Visit,
    path: (String, String),
    asked: &Asked,
) -> Result<Received<'a>, Trouble> {
    let w = ReceivedWords::of(visit.language());
    let record = found(visit, path).await?;
    let link = tail(&record.reference);
    let set = match asked.show.as_str() {
        "journeys" => "journeys",
        "forms" => "forms",
        _ => "mailings",
    };
    let start = Some(asked.after.clone()).filter(|it| !it.is_empty());
    let page = match page(visit, &record.reference, set, start).await {
        Err(HostError::NotFound) => None,
        answer => Some(visit.told(answer)?),
    };
    let linked = page.is_some();
    let page = page.unwrap_or_default();
    let code = record.reason.as_deref();
    let reason = code.map(|it| visit.explainer.text_for_many(visit.language(), it));
    let all = [
        ("mailings", w.mailings),
        ("journeys", w.journeys),
        ("forms", w.forms),
    ];
    let (title, nothing) = match set {
        "journeys" => (w.journeys, w.no_journeys),
        "forms" => (w.forms, w.no_forms),
        _ => (w.mailings, w.no_mailings),
    };
    let forms = page.forms.iter().map(|it| form(visit, it)).collect();
    Ok(Received {
        frame: &visit.frame,
        head: Head::of(&record, visit, reason.unwrap_or_default()),
        tabs: Tabs::at(visit, &record.reference, "received"),
        sets: all
            .map(|(it, text)| (format!("/received/{link}?show={it}"), text, it == set))
            .into(),
        title,
        nothing,
        linked,
        messages: page
            .messages
            .iter()
            .map(|it| message(visit, w, it, &record.reference))
            .collect(),
        forms: (set == "forms").then_some(forms),
        next: page
            .next
            .map(|it| format!("/received/{link}?show={set}&after={}", encoded(&it))),
        w,
    })
}

async fn page(
    visit: &Visit,
    reference: &RecordRef,
    set: &str,
    start: Option<String>,
) -> Result<Page, HostError> {
    let (host, tenant) = (visit.host.embedding(), visit.host.crm().tenant());
    if set == "forms" {
        let page = host.list_form_history(tenant, reference, start).await?;
        return Ok(Page {
            forms: page.forms,
            next: page.next,
            ..Page::default()
        });
    }
    let page = if set == "journeys" {
        host.list_journey_history(tenant, reference, start).await?
    } else {
        host.list_mailing_history(tenant, reference, start).await?
    };
    Ok(Page {
        messages: page.messages,
        next: page.next,
        ..Page::default()
    })
}

fn message(visit: &Visit, w: &ReceivedWords, it: &SentMessage, record: &RecordRef) -> Message {
    let happened = |it: Happened| match it {
        Happened::Yes => visit.frame.words.yes,
        Happened::No => visit.frame.words.no,
        Happened::NotApplicable => w.not_applicable,
    };
    let set = if it.medium == Medium::Email {
        "opens"
    } else {
        "recipients"
    };
    let of = match &it.participation {
        Some(participation) => format!("participation={}", encoded(participation)),
        None => {
            let record = format!("{}/{}", record.kind.code(), record.id);
            format!("record={}", encoded(&record))
        }
    };
    Message {
        name: it.name.clone(),
        link: format!("/people/{set}/{}?{of}", encoded(&it.message)),
        medium: match it.medium {
            Medium::Email => w.email,
            Medium::Sms => w.sms,
        },
        sent_at: moment(it.sent_at),
        opened: happened(it.opened),
        clicked: happened(it.clicked),
        bounced: match it.bounced {
            Some(Bounce::Hard) => w.hard,
            Some(Bounce::Soft) => w.soft,
            None => visit.frame.words.no,
        },
        online: it
            .online_version
            .clone()
            .filter(|it| it.starts_with("https://")),
    }
}

fn form(visit: &Visit, it: &FilledInForm) -> FilledIn {
    FilledIn {
        name: it.name.clone(),
        kind: facts::form_type(visit, &it.form_type),
        at: moment(it.submitted_at),
        completed: visit.frame.words.yes_no(it.completed),
        answers: format!(
            "/form-answers/{}?result={}",
            encoded(&it.form),
            encoded(&it.form_result)
        ),
    }
}
