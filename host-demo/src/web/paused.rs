//! Runs that would take down or change unusually many contacts: they wait here
//! for a person's word. Who they are is shown, no address.

use askama::Template;
use axum::response::Response;

use super::{
    form::{Fields, Posted},
    frame::Frame,
    links::moment,
    subjects::{self, Subject},
    trouble::{Trouble, shown},
    visit::Visit,
    words::words,
};

/// So many records of a run are shown.
const SHOWN: u32 = 200;

words! {
    struct PausedWords {
        title: "Wacht op uw woord", "Waiting for your word";
        hint: "Deze bewerkingen zouden ongewoon veel contacten wijzigen of weghalen. Een opt-out wacht nooit.",
            "These runs would change or take down unusually many contacts. An opt-out never waits.";
        what: "Wat", "What";
        records: "Contacten", "Contacts";
        since: "Sinds (UTC)", "Since (UTC)";
        confirm: "Bevestigen", "Confirm";
        reject: "Afwijzen", "Reject";
        taken_down: "buiten gebruik stellen of verwijderen", "deactivate or delete";
        changed: "wijzigen", "change";
        mapping: "een nieuwe mapping", "a new mapping";
        action: "een handeling", "an operation";
        others_now: "Er wachten intussen andere contacten; kijk opnieuw.",
            "Other contacts wait by now; look again.";
        none_waits: "Er wacht niets op een bevestiging.", "Nothing waits for a confirmation.";
    }
}

#[derive(Template)]
#[template(path = "paused.html")]
struct Paused<'a> {
    frame: &'a Frame,
    w: &'static PausedWords,
    may: bool,
    problem: Option<&'static str>,
    runs: Vec<Run>,
}

struct Run {
    id: String,
    what: &'static str,
    number: u64,
    since: String,
    records: Vec<Subject>,
}

pub(crate) async fn show(visit: Visit) -> Response {
    visit.show(gather(&visit, None).await)
}

async fn gather<'a>(
    visit: &'a Visit,
    problem: Option<&'static str>,
) -> Result<Paused<'a>, Trouble> {
    let w = PausedWords::of(visit.language());
    let mut runs = Vec::new();
    for it in visit.host.guard_runs().await? {
        let mut records = Vec::new();
        for record in visit.host.held_records(&it.id, SHOWN).await? {
            records.push(subjects::named(visit, Some(&record), "").await?);
        }
        runs.push(Run {
            what: match it.kind.as_str() {
                "taken-down" => w.taken_down,
                "changed" => w.changed,
                "mapping" => w.mapping,
                _ => w.action,
            },
            number: it.records,
            since: moment(it.opened_at),
            records,
            id: it.id,
        });
    }
    Ok(Paused {
        frame: &visit.frame,
        may: visit.may(),
        problem,
        runs,
        w,
    })
}

/// Confirms or rejects a run; refused without the right, and where other records
/// wait than were shown.
pub(crate) async fn decide(posted: Posted) -> Response {
    let Posted { visit, fields } = posted;
    match carry_out(&visit, &fields).await {
        Ok(Some(said)) => visit.go("/paused", said).await,
        Ok(None) => {
            let w = PausedWords::of(visit.language());
            visit.refuse(gather(&visit, Some(w.others_now)).await)
        }
        Err(trouble) => shown(&visit.frame, &trouble),
    }
}

async fn carry_out(visit: &Visit, fields: &Fields) -> Result<Option<&'static str>, Trouble> {
    visit.needs_right()?;
    let run = fields.get("run");
    let done = match fields.get("do") {
        "confirm" => {
            let runs = visit.host.guard_runs().await?;
            let now = runs.iter().find(|it| it.id == run).map(|it| it.records);
            if now.is_some_and(|now| now.to_string() != fields.get("records")) {
                return Ok(None);
            }
            visit.host.confirm_run(run).await?
        }
        "reject" => visit.host.reject_run(run).await?,
        _ => return Err(Trouble::NotFound),
    };
    Ok(Some(if done.is_some() { "done" } else { "unchanged" }))
}
