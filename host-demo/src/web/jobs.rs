//! Jobs (DA-61, DA-71, DA-80): what was started by hand, how it stands, and what
//! it came to for every record.

use askama::Template;
use axum::{
    extract::{Path, Query, rejection::QueryRejection},
    response::Response,
};
use serde::Deserialize;

use super::{
    frame::Frame,
    links::{moment, tail},
    operations,
    trouble::Trouble,
    visit::Visit,
    words::words,
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
        to_bulk: "Veel contacten tegelijk wijzigen", "Change many contacts at once";
    }
}

#[derive(Template)]
#[template(path = "jobs.html")]
struct Jobs<'a> {
    frame: &'a Frame,
    w: &'static JobsWords,
    jobs: Vec<Job>,
}

#[derive(Template)]
#[template(path = "job.html")]
struct JobPage<'a> {
    frame: &'a Frame,
    w: &'static JobsWords,
    job: Job,
    results: Vec<ResultRow>,
    only_failed: bool,
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
    records: u64,
    through: u64,
    failed: u64,
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
        Self {
            number: job.number,
            operation: operations::operation(visit.language(), &job.operation).to_owned(),
            user: job.user.clone().unwrap_or_default(),
            made: moment(job.created_at),
            ended: job.ended_at.map(moment).unwrap_or_default(),
            status: visit.frame.words.status_of(Some(job.status)),
            status_code: job.status.code(),
            under_way: job.status == SyncStatus::Processing,
            records: job.records,
            through: job.records.saturating_sub(job.awaited),
            failed: job.failed,
            result: code.map(text).unwrap_or_default(),
        }
    }
}

/// The list, newest first.
pub(crate) async fn show(visit: Visit) -> Response {
    visit.show(list(&visit).await)
}

async fn list(visit: &Visit) -> Result<Jobs<'_>, Trouble> {
    let jobs = visit.host.crm().jobs(SHOWN).await?;
    Ok(Jobs {
        frame: &visit.frame,
        w: JobsWords::of(visit.language()),
        jobs: jobs.iter().map(|it| Job::of(it, visit)).collect(),
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
    let mut results = Vec::new();
    for it in found {
        let record = crm.record(&it.reference).await?;
        let name = record.map(|it| it.name()).filter(|it| !it.is_empty());
        results.push(ResultRow {
            link: tail(&it.reference),
            name: name.unwrap_or(it.reference.id),
            status: it
                .status
                .map_or("–", |status| visit.frame.words.status_of(Some(status))),
            status_code: it.status.map_or("none", Code::code),
            text: visit.explainer.text(visit.language(), &it.code, &it.about),
        });
    }
    Ok(JobPage {
        frame: &visit.frame,
        w: JobsWords::of(visit.language()),
        job: Job::of(&job, visit),
        results,
        only_failed,
        next,
    })
}
