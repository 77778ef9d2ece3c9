//! Jobs (DA-61..DA-64, DA-71, DA-80): what was started by hand, with what was asked,
//! how it stands, and what it came to for every record; and a new one.

use askama::Template;
use axum::{
    extract::{Path, Query, rejection::QueryRejection},
    response::Response,
};
use serde::Deserialize;

use super::{
    form::{Fields, Posted},
    frame::Frame,
    journeys::{
        self,
        known::{Known, named as named_value},
    },
    links::{moment, tail},
    operations,
    records::Choice,
    trouble::{Trouble, shown},
    visit::Visit,
    words::{fill, words},
};
use crate::{
    contract::{RecordKind, RecordRef, SyncStatus},
    crm::{codes::Code, jobs},
};

/// Jobs of the list, and records of a page.
const SHOWN: u32 = 50;

words! {
    struct JobsWords {
        title: "Opdrachten", "Jobs";
        job: "Opdracht", "Job";
        operation: "Handeling", "Operation";
        user: "Door", "By";
        made: "Gemaakt (UTC)", "Made (UTC)";
        ended: "Klaar (UTC)", "Ended (UTC)";
        records: "Records", "Records";
        failed: "Mislukt", "Failed";
        result: "Resultaat", "Result";
        only_failed: "Alleen wat mislukte", "Only what failed";
        everything: "Alles", "Everything";
        record: "Record", "Record";
        new: "Nieuwe opdracht", "New job";
        trigger: "Automation (om te starten of te stoppen)", "Automation (to start or stop)";
        contacts: "Nummers van contacten", "Ids of contacts";
        contacts_hint: "meer dan één met een puntkomma ertussen; een lead als lead/nummer",
            "several with a semicolon between; a lead as lead/id";
        none: "geen", "none";
        start: "Starten", "Start";
        e_contact: "Er is geen contact {}.", "There is no contact {}.";
        e_who: "Noem een contact.", "Name a contact.";
        e_trigger: "Kies een automation.", "Choose an automation.";
        to_bulk: "Veel contacten tegelijk wijzigen", "Change many contacts at once";
        none_yet: "Er zijn nog geen opdrachten; start hieronder de eerste.",
            "There are no jobs yet; start the first one below.";
        uncounted: "nog niet geteld", "not counted yet";
        no_records: "geen", "none";
        nothing_failed: "Er is niets mislukt.", "Nothing failed.";
        no_results: "Deze opdracht heeft geen resultaten per record.",
            "This job has no results by record.";
        no_results_yet: "Er zijn nog geen resultaten.", "There are no results yet.";
    }
}

#[derive(Template)]
#[template(path = "jobs.html")]
struct Jobs<'a> {
    frame: &'a Frame,
    w: &'static JobsWords,
    jobs: Vec<Job>,
    next: Option<String>,
    problem: Option<String>,
    operations: Vec<Choice>,
    triggers: Vec<Choice>,
    contacts: String,
}

#[derive(Template)]
#[template(path = "job.html")]
struct JobPage<'a> {
    frame: &'a Frame,
    w: &'static JobsWords,
    job: Job,
    asked: Vec<(String, String)>,
    results: Vec<ResultRow>,
    only_failed: bool,
    /// What is said where there is no result.
    nothing: &'static str,
    next: Option<String>,
}

/// A job as it is shown.
struct Job {
    number: u64,
    operation: String,
    user: String,
    made: String,
    ended: String,
    status: &'static str,
    status_code: &'static str,
    under_way: bool,
    /// Through how many records it is, and of how many; none where none counts.
    progress: Option<(u64, u64)>,
    /// The same in words.
    records: String,
    failed: String,
    result: String,
}

struct ResultRow {
    link: String,
    name: String,
    status: &'static str,
    status_code: &'static str,
    text: String,
}

impl Job {
    fn of(job: &jobs::Job, visit: &Visit) -> Self {
        let code = job.result_code.as_deref();
        let text = |it| visit.explainer.text(visit.language(), it, &job.about);
        let w = JobsWords::of(visit.language());
        let under_way = job.status == SyncStatus::Processing;
        let through = job.records.saturating_sub(job.awaited);
        let progress = (job.records > 0).then_some((through, job.records));
        Self {
            number: job.number,
            operation: operations::name(visit, &job.operation),
            user: job.user.clone().unwrap_or_default(),
            made: moment(job.created_at),
            ended: job.ended_at.map(moment).unwrap_or_default(),
            status: visit.frame.words.status_of(Some(job.status)),
            status_code: job.status.code(),
            under_way,
            progress,
            records: match progress {
                Some((through, records)) => format!("{through} / {records}"),
                None if under_way => w.uncounted.to_owned(),
                None => w.no_records.to_owned(),
            },
            failed: progress.map_or_else(|| "–".to_owned(), |_| job.failed.to_string()),
            result: code.map(text).unwrap_or_default(),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Page {
    /// The job after which the page starts.
    #[serde(default)]
    after: String,
    /// For whom a new job is meant.
    #[serde(default)]
    contact: String,
}

/// The list, newest first.
pub(crate) async fn show(visit: Visit, asked: Result<Query<Page>, QueryRejection>) -> Response {
    let asked = asked.map(|Query(it)| it).unwrap_or_default();
    let typed = Fields::default();
    let page = list(&visit, &asked.after, (&asked.contact, &typed), None);
    visit.show(page.await)
}

/// The operations that can be started here: what wants more than contacts and an
/// automation has a page of its own.
const OFFERED: [&str; 7] = [
    "sync-contact",
    "link",
    "start-journey",
    "stop-journey",
    "refresh-journeys",
    "match",
    "reactivate",
];

async fn list<'a>(
    visit: &'a Visit,
    after: &str,
    (contacts, typed): (&str, &Fields),
    problem: Option<String>,
) -> Result<Jobs<'a>, Trouble> {
    let crm = visit.host.crm();
    let jobs = match after.parse() {
        Ok(after) => crm.jobs_after(after, SHOWN).await?,
        Err(_) => crm.jobs(SHOWN).await?,
    };
    let full = u32::try_from(jobs.len()).is_ok_and(|it| it == SHOWN);
    let next = jobs.last().filter(|_| full);
    let choice = |code: &str| Choice {
        code: code.to_owned(),
        text: operations::name(visit, code),
        chosen: typed.get("operation") == code,
    };
    Ok(Jobs {
        frame: &visit.frame,
        w: JobsWords::of(visit.language()),
        next: next.map(|it| format!("/jobs?after={}", it.number)),
        jobs: jobs.iter().map(|it| Job::of(it, visit)).collect(),
        problem,
        operations: OFFERED.map(choice).into(),
        triggers: Known::of(visit).await?.choices(visit, typed.get("trigger")),
        contacts: contacts.to_owned(),
    })
}

/// Starts a job (DA-61, DA-62).
pub(crate) async fn start(posted: Posted) -> Response {
    let Posted { visit, fields } = posted;
    match carry_out(&visit, &fields).await {
        Ok(Ok(())) => visit.go("/jobs", "queued").await,
        Ok(Err(problem)) => {
            let typed = (fields.get("contacts"), &fields);
            visit.refuse(list(&visit, "", typed, Some(problem)).await)
        }
        Err(trouble) => shown(&visit.frame, &trouble),
    }
}

async fn carry_out(visit: &Visit, fields: &Fields) -> Result<Result<(), String>, Trouble> {
    let w = JobsWords::of(visit.language());
    let operation = fields.get("operation");
    if !OFFERED.contains(&operation) {
        return Err(Trouble::NotFound);
    }
    let named = fields.get("contacts").split(';').map(str::trim);
    let named = named.filter(|it| !it.is_empty()).map(reference);
    let records: Vec<RecordRef> = named.collect();
    for record in &records {
        if visit.host.crm().record(record).await?.is_none() {
            return Ok(Err(fill(w.e_contact, &record.id)));
        }
    }
    let of_journey = matches!(operation, "start-journey" | "stop-journey");
    let of_nobody = matches!(operation, "refresh-journeys" | "match");
    if records.is_empty() && !of_nobody {
        return Ok(Err(w.e_who.to_owned()));
    }
    let trigger = fields.get("trigger");
    if of_journey && trigger.is_empty() {
        return Ok(Err(w.e_trigger.to_owned()));
    }
    let parameters = of_journey.then(|| named_value("trigger", trigger));
    let parameters = parameters.into_iter().collect();
    let action = journeys::operation(operation, records, parameters);
    visit.host.run_action(action).await?;
    Ok(Ok(()))
}

/// A contact by its id, or any kind with its kind in front.
fn reference(text: &str) -> RecordRef {
    let with_kind = text.split_once('/').and_then(|(kind, id)| {
        let kind = RecordKind::from_code(kind)?;
        let id = id.to_owned();
        Some(RecordRef { kind, id })
    });
    with_kind.unwrap_or_else(|| RecordRef {
        kind: RecordKind::Contact,
        id: text.to_owned(),
    })
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    failed: String,
    #[serde(default)]
    after: String,
}

/// One job with its records.
pub(crate) async fn one(
    visit: Visit,
    Path(number): Path<u64>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let asked = asked.map(|Query(it)| it).unwrap_or_default();
    visit.show(gather(&visit, number, &asked).await)
}

async fn gather<'a>(visit: &'a Visit, number: u64, asked: &Asked) -> Result<JobPage<'a>, Trouble> {
    let crm = visit.host.crm();
    let job = crm.job(number).await?.ok_or(Trouble::NotFound)?;
    let only_failed = asked.failed == "yes";
    let after = asked.after.split_once('/').and_then(|(kind, id)| {
        let kind = RecordKind::from_code(kind)?;
        let id = id.to_owned();
        Some(RecordRef { kind, id })
    });
    let found = crm
        .job_records(number, only_failed, after.as_ref(), SHOWN)
        .await?;
    let full = u32::try_from(found.len()).is_ok_and(|it| it == SHOWN);
    let next = found.last().filter(|_| full).map(|it| {
        let after = format!("{}/{}", it.reference.kind.code(), it.reference.id);
        let failed = if only_failed { "yes" } else { "" };
        format!(
            "/jobs/{number}?failed={failed}&after={}",
            super::links::encoded(&after)
        )
    });
    let records: Vec<RecordRef> = found.iter().map(|it| it.reference.clone()).collect();
    let names = crm.names_of(&records).await?;
    let mut results = Vec::new();
    for it in found {
        results.push(ResultRow {
            link: tail(&it.reference),
            name: names.of(&it.reference),
            status: it
                .status
                .map_or("–", |status| visit.frame.words.status_of(Some(status))),
            status_code: it.status.map_or("none", Code::code),
            text: visit.explainer.text(visit.language(), &it.code, &it.about),
        });
    }
    let w = JobsWords::of(visit.language());
    let nothing = match (only_failed, job.status) {
        (true, _) => w.nothing_failed,
        (false, SyncStatus::Processing) => w.no_results_yet,
        (false, _) => w.no_results,
    };
    Ok(JobPage {
        frame: &visit.frame,
        w,
        nothing,
        asked: operations::asked(visit, &job).await?,
        job: Job::of(&job, visit),
        results,
        only_failed,
        next,
    })
}
