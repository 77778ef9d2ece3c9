//! The queue: what waits, what is retried, and for what somebody has to act.

use askama::Template;
use axum::response::Response;
use koppel_embedding::{EventKey, contract::outcomes::Reason, guard::HELD_UNTIL, queue::Rejected};

use super::{
    form::Posted,
    frame::Frame,
    hooks,
    links::moment,
    subjects::{self, Subject},
    trouble::{Trouble, shown},
    visit::Visit,
    words::words,
};
use crate::host::WaitingEvent;

/// So many events of each sort are shown.
const SHOWN: u32 = 100;

words! {
    struct QueueWords {
        rejected: "Iemand moet iets doen", "Somebody has to act";
        retrying: "Wordt opnieuw geprobeerd", "Being retried";
        waiting: "Wacht", "Waiting";
        about: "Waarover", "About";
        hook: "Gebeurtenis", "Event";
        attempt: "Poging", "Attempt";
        due: "Aan de beurt (UTC)", "Due (UTC)";
        now: "nu", "now";
        confirmed: "na bevestiging", "when confirmed";
        progress: "Voortgang", "Progress";
        who: "Wie", "Who";
        crm_user: "gebruiker van het CRM", "user of the CRM";
        administrator: "beheerder", "administrator";
        marketer: "marketeer", "marketer";
        vendor: "leverancier van het CRM", "vendor of the CRM";
        retry: "Opnieuw proberen", "Try again";
        end: "Afgehandeld", "Dealt with";
        none_rejected: "Er is niets afgewezen; niemand hoeft iets te doen.",
            "Nothing was rejected; nobody has to act.";
        none_retrying: "Er wordt niets opnieuw geprobeerd.", "Nothing is being retried.";
        none_waiting: "Er wacht niets; alles is verwerkt.",
            "Nothing waits; everything has been dealt with.";
    }
}

#[derive(Template)]
#[template(path = "queue.html")]
struct Queue<'a> {
    frame: &'a Frame,
    w: &'static QueueWords,
    rejected: Vec<Refused>,
    /// What each sort is called, what is said where there is none, and all of it.
    sorts: Vec<(&'static str, &'static str, Vec<Waits>)>,
}

struct Waits {
    about: Subject,
    hook: String,
    attempt: u32,
    due: String,
    reason: String,
    progress: Option<(u64, u64)>,
}

struct Refused {
    event: String,
    about: Subject,
    reason: String,
    next_step: Option<String>,
    who: &'static str,
    at: String,
}

pub(crate) async fn show(visit: Visit) -> Response {
    visit.show(gather(&visit).await)
}

async fn gather(visit: &Visit) -> Result<Queue<'_>, Trouble> {
    let w = QueueWords::of(visit.language());
    let queue = visit.host.crm().queue(SHOWN).await?;
    let mut rejected = Vec::new();
    for it in &queue.rejected {
        rejected.push(refused(visit, it, w).await?);
    }
    let mut sorts = Vec::new();
    let all = [
        (w.retrying, w.none_retrying, &queue.retrying),
        (w.waiting, w.none_waiting, &queue.waiting),
    ];
    for (title, nothing, events) in all {
        let mut rows = Vec::new();
        for it in events {
            rows.push(waits(visit, it, w).await?);
        }
        sorts.push((title, nothing, rows));
    }
    Ok(Queue {
        frame: &visit.frame,
        rejected,
        sorts,
        w,
    })
}

fn text(visit: &Visit, reason: &Reason) -> String {
    visit
        .explainer
        .text(visit.language(), &reason.code, &reason.about)
}

async fn waits(visit: &Visit, event: &WaitingEvent, w: &QueueWords) -> Result<Waits, Trouble> {
    let progress = event.progress.as_ref();
    Ok(Waits {
        about: subjects::named(visit, event.subject.as_deref(), event.hook).await?,
        hook: hooks::name(visit.language(), event.hook).to_owned(),
        attempt: event.attempt,
        due: match event.not_before {
            0 => w.now.to_owned(),
            HELD_UNTIL.. => w.confirmed.to_owned(),
            at => moment(at),
        },
        reason: event
            .reason
            .as_ref()
            .map(|it| text(visit, it))
            .unwrap_or_default(),
        progress: progress.map(|it| (it.done, it.total)),
    })
}

async fn refused(visit: &Visit, rejected: &Rejected, w: &QueueWords) -> Result<Refused, Trouble> {
    let reason = &rejected.reason;
    let who = match rejected.who.as_str() {
        "crm-user" => w.crm_user,
        "administrator" => w.administrator,
        "marketer" => w.marketer,
        _ => w.vendor,
    };
    let subject = rejected.subject.as_deref();
    Ok(Refused {
        event: rejected.key.to_string(),
        about: subjects::named(visit, subject, rejected.event.hook()).await?,
        reason: text(visit, reason),
        next_step: visit
            .explainer
            .next_step(visit.language(), &reason.code, &reason.about),
        who,
        at: moment(rejected.rejected_at),
    })
}

/// Queues a rejected event again, or ends it.
pub(crate) async fn change(posted: Posted) -> Response {
    let Posted { visit, fields } = posted;
    let (crm, event) = (visit.host.crm(), EventKey::from_stored(fields.get("event")));
    let done = match fields.get("do") {
        "retry" => crm.retry(&event).await,
        "end" => crm.end_rejection(&event).await,
        _ => return shown(&visit.frame, &Trouble::NotFound),
    };
    match done {
        Ok(true) => visit.go("/queue", "done").await,
        Ok(false) => visit.go("/queue", "unchanged").await,
        Err(error) => shown(&visit.frame, &Trouble::from(error)),
    }
}
