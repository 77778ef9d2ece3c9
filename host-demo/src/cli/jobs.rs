//! `jobs`: what was started by hand, how it stands, and what it came to for
//! every record (DA-61, DA-71, DA-80).

use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
    output::{moment, or_dash, table},
    reference::Named,
    session::Session,
};
use crate::{
    crm::{
        codes::Code,
        dump::facts,
        jobs::{Job, JobRecord},
    },
    explain::{Explainer, Language},
};

#[derive(Debug, Args)]
pub(crate) struct JobsArgs {
    #[command(subcommand)]
    command: Option<JobsCommand>,
    /// How many jobs at most.
    #[arg(long, default_value_t = 20)]
    limit: u32,
}

#[derive(Debug, Subcommand)]
enum JobsCommand {
    /// Show a job with a result for every record.
    Show(ShowArgs),
}

#[derive(Debug, Args)]
struct ShowArgs {
    /// Its number.
    number: u64,
    /// Only the records for which it failed.
    #[arg(long)]
    failed: bool,
    /// How many records at most.
    #[arg(long, default_value_t = 100)]
    limit: u32,
    /// Go on after this record.
    #[arg(long)]
    after: Option<Named>,
}

/// Lists jobs, or shows one.
pub(crate) async fn run(args: JobsArgs, session: &Session) -> anyhow::Result<()> {
    let host = session.host().await?;
    let explainer = host.explainer().await?;
    if let Some(JobsCommand::Show(args)) = args.command {
        return show(args, session, host.crm(), &explainer).await;
    }
    let jobs = host.crm().jobs(args.limit).await?;
    let json = json!({
        "jobs": jobs.iter().map(|it| job_json(it, &explainer)).collect::<Vec<_>>(),
    });
    session.output.show(&json, || {
        let row = |it: &Job| {
            vec![
                it.number.to_string(),
                it.operation.clone(),
                or_dash(it.user.as_deref()),
                moment(it.created_at),
                it.status.code().to_owned(),
                format!("{}/{}", it.records - it.awaited, it.records),
                it.failed.to_string(),
                result_text(it, &explainer),
            ]
        };
        let headers = [
            "job",
            "operation",
            "user",
            "made (UTC)",
            "status",
            "records",
            "failed",
            "result",
        ];
        table(&headers, jobs.iter().map(row).collect())
    })
}

async fn show(
    args: ShowArgs,
    session: &Session,
    crm: &crate::crm::DemoCrm,
    explainer: &Explainer,
) -> anyhow::Result<()> {
    let job = crm.job(args.number).await?;
    let job = job.with_context(|| {
        let number = args.number;
        format!("there is no job {number}; `jobs` lists those that there are")
    })?;
    let after = args.after.map(|it| it.0);
    let records = crm
        .job_records(args.number, args.failed, after.as_ref(), args.limit)
        .await?;
    let mut json = job_json(&job, explainer);
    if let Value::Object(json) = &mut json {
        let records = records.iter().map(|it| record_json(it, explainer));
        json.insert("results".to_owned(), records.collect());
    }
    session.output.show(&json, || {
        let mut text = format!(
            "job {}: {} by {}, {}\n{}\n",
            job.number,
            job.operation,
            or_dash(job.user.as_deref()),
            job.status.code(),
            result_text(&job, explainer),
        );
        let row = |it: &JobRecord| {
            vec![
                name_of(it),
                it.status.map_or("–", Code::code).to_owned(),
                it.code.clone(),
                explainer.text(Language::English, &it.code, &it.about),
            ]
        };
        let headers = ["record", "status", "result code", ""];
        text.push_str(&table(&headers, records.iter().map(row).collect()));
        text
    })
}

fn name_of(record: &JobRecord) -> String {
    format!("{}/{}", record.reference.kind.code(), record.reference.id)
}

fn result_text(job: &Job, explainer: &Explainer) -> String {
    match &job.result_code {
        Some(code) => explainer.text(Language::English, code, &job.about),
        None => format!("{} records to go", job.awaited),
    }
}

fn job_json(job: &Job, explainer: &Explainer) -> Value {
    json!({
        "job": job.number,
        "operation": job.operation,
        "user": job.user,
        "asked": job.asked,
        "status": job.status.code(),
        "result_code": job.result_code,
        "about": facts(&job.about),
        "text": job.result_code.as_ref().map(|it| explainer.text(Language::English, it, &job.about)),
        "next_step": job.result_code.as_ref()
            .and_then(|it| explainer.next_step(Language::English, it, &job.about)),
        "records": job.records,
        "awaited": job.awaited,
        "failed": job.failed,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "ended_at": job.ended_at,
    })
}

fn record_json(record: &JobRecord, explainer: &Explainer) -> Value {
    json!({
        "record": name_of(record),
        "status": record.status.map(Code::code),
        "code": record.code,
        "about": facts(&record.about),
        "text": explainer.text(Language::English, &record.code, &record.about),
        "at": record.at,
    })
}
