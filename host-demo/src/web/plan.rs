//! What a form would lead to, shown instead of carried out: which calls, which
//! requests, field by field. Nothing is saved and nothing sent, and the page is
//! kept nowhere: it shows a person's values to whoever asked.

use askama::Template;
use axum::response::Response;
use koppel_embedding::{
    contract::outcomes::{Outcome, Reason},
    plan::{Before, PlannedCall, PlannedWrite},
};
use serde_json::Value;

use super::{
    frame::Frame, hooks, subjects, trouble::Trouble, visit::Visit, words::fill, words::words,
};
use crate::crm::Rehearsal;

/// So many calls of the component are planned.
const MOST_CALLS: usize = 50;

words! {
    struct PlanWords {
        title: "Wat er zou gebeuren", "What would happen";
        nothing_done: "Er is niets opgeslagen en niets verstuurd. Ga terug om het echt te doen.",
            "Nothing was saved and nothing sent. Go back to do it for real.";
        nothing: "Spotler zou er niets van merken.", "Spotler would hear nothing of it.";
        back: "Terug", "Back";
        no_answer: "Het koppelstuk zou geen antwoord geven ({}).",
            "The component would give no answer ({}).";
        contact: "Contact", "Contact";
        field: "Veld", "Field";
        now: "Staat nu in Spotler", "Spotler has now";
        would_be: "Zou worden", "Would become";
        not_read: "(niet gelezen)", "(not read)";
        empty: "(leeg)", "(empty)";
        crm_changes: "wijzigingen in het CRM: {}", "changes in the CRM: {}";
        no_request: "Geen verzoek dat iets wijzigt.", "No request that changes anything.";
        more: "Daarna zouden er nog {} volgen.", "{} more would follow.";
        unforeseen: "Niet te voorzien, omdat een eerder verzoek het kan veranderen: {}.",
            "Cannot be foreseen, because an earlier request may change it: {}.";
    }
}

#[derive(Template)]
#[template(path = "plan.html")]
struct PlanPage<'a> {
    frame: &'a Frame,
    w: &'static PlanWords,
    back: String,
    calls: Vec<Call>,
    more: Option<String>,
    unforeseen: Option<String>,
}

struct Call {
    about: String,
    outcome: &'static str,
    text: String,
    changes: String,
    writes: Vec<Write>,
}

struct Write {
    request: String,
    rows: Vec<Row>,
}

struct Row {
    contact: String,
    field: String,
    now: String,
    would_be: String,
}

/// Shows what the form that was just rehearsed would lead to.
pub(crate) async fn show(visit: &Visit, rehearsal: &Rehearsal, address: &str) -> Response {
    visit.show(gather(visit, rehearsal, address).await)
}

async fn gather<'a>(
    visit: &'a Visit,
    rehearsal: &Rehearsal,
    address: &str,
) -> Result<PlanPage<'a>, Trouble> {
    let w = PlanWords::of(visit.language());
    let (request, left_out) = rehearsal.take();
    let plan = visit.host.plan(request, MOST_CALLS).await?;
    let left = plan.left + left_out;
    let mut calls = Vec::new();
    for it in &plan.calls {
        calls.push(call(visit, it, w).await?);
    }
    Ok(PlanPage {
        frame: &visit.frame,
        back: address.to_owned(),
        calls,
        more: (left > 0).then(|| fill(w.more, left)),
        unforeseen: (!plan.unforeseen.is_empty())
            .then(|| fill(w.unforeseen, plan.unforeseen.join(", "))),
        w,
    })
}

async fn call(visit: &Visit, call: &PlannedCall, w: &PlanWords) -> Result<Call, Trouble> {
    let text = |it: &Reason| visit.explainer.text(visit.language(), &it.code, &it.about);
    let (outcome, text) = match &call.answer {
        Ok(answer) => match &answer.outcome {
            Outcome::Synced(reason) => ("synced", text(reason)),
            Outcome::Skipped(reason) => ("skipped", text(reason)),
            Outcome::Deferred(deferral) => ("deferred", text(&deferral.reason)),
            Outcome::Rejected(rejection) => ("rejected", text(&rejection.reason)),
        },
        Err(code) => ("fault", fill(w.no_answer, code)),
    };
    let changes = call.answer.as_ref().map_or(0, |it| it.changes.len());
    let about = subjects::named(visit, call.subject.as_deref(), call.hook).await?;
    let event = hooks::name(visit.language(), call.hook);
    Ok(Call {
        about: if about.link.is_none() {
            event.to_owned()
        } else {
            format!("{event}: {}", about.name)
        },
        outcome: visit.frame.words.outcome_of(outcome),
        text,
        changes: fill(w.crm_changes, changes),
        writes: call.writes.iter().map(|it| write(it, w)).collect(),
    })
}

fn write(write: &PlannedWrite, w: &PlanWords) -> Write {
    let shown = |it: &Value| match it.as_str() {
        Some(text) => text.to_owned(),
        None if it.is_null() => w.empty.to_owned(),
        None => it.to_string(),
    };
    let rows = write.differences.iter().map(|it| Row {
        contact: it.contact.clone().unwrap_or_default(),
        field: it.field.clone(),
        now: match &it.before {
            Before::Unknown => w.not_read.to_owned(),
            Before::Nothing => w.empty.to_owned(),
            Before::Is(value) => shown(value),
        },
        would_be: shown(&it.after),
    });
    Write {
        request: format!("{} {}", write.method, write.path),
        rows: rows.collect(),
    }
}
