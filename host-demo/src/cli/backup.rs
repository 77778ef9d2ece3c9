//! `backup`, `restore` and `snapshots`: what Spotler has is kept before it is
//! overwritten, and put back when a user says so (YO-02, YO-03, C25).

use std::{fs::File, path::PathBuf, time::Duration};

use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::json;

use super::{
    output::{moment, table},
    reference::Named,
    session::Session,
};
use crate::{
    contract::SyncStatus,
    crm::{codes::Code, contact_snapshots::SnapshotLine},
    host::{DemoHost, HostError, Restore},
};

#[derive(Debug, Args)]
pub(crate) struct BackupArgs {
    /// The CSV file that is written: e-mail, first name, last name, job title,
    /// company, e-mail status, external id.
    file: PathBuf,
    /// Write an earlier backup, by the number of its job, instead of making one.
    #[arg(long)]
    job: Option<u64>,
}

#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// The records, at most 500.
    records: Vec<Named>,
    /// A saved selection instead.
    #[arg(long, conflicts_with = "records")]
    selection: Option<String>,
    /// What there was before this job, or what this backup kept. Without records
    /// and selection: of all its records.
    #[arg(long)]
    job: Option<u64>,
}

/// What is kept of a record; no values are shown.
#[derive(Debug, Subcommand)]
pub(crate) enum SnapshotsCommand {
    /// List what is kept of a record.
    List { contact: Named },
    /// Delete what is kept of a record.
    Forget { contact: Named },
}

/// How long is waited for a worker of another process.
const DEADLINE: Duration = Duration::from_secs(3600);
/// How often is looked whether it has ended.
const POLL: Duration = Duration::from_millis(200);

/// Makes a backup, works until it has ended, and writes the file.
pub(crate) async fn backup(args: BackupArgs, session: &Session) -> anyhow::Result<()> {
    let host = session.host().await?;
    let number = match args.job {
        Some(number) => number,
        None => make(&host).await?,
    };
    let job = host.crm().job(number).await?;
    let job = job.with_context(|| format!("there is no job {number}; see `jobs`"))?;
    anyhow::ensure!(
        job.operation == "backup",
        "job {number} is no backup but `{}`; `jobs` lists them",
        job.operation
    );
    anyhow::ensure!(
        job.status == SyncStatus::Succeeded,
        "backup job {number} is {} and nothing was written; look with `jobs show {number}`, \
         then `backup FILE --job {number}`",
        job.status.code()
    );
    let path = args.file.display();
    let file = private_file(&args.file).with_context(|| format!("cannot write {path}"))?;
    let contacts = host.crm().write_backup(number, file).await?;
    let json = json!({"job": number, "contacts": contacts, "file": args.file});
    session.output.show(&json, || {
        format!(
            "{contacts} contacts in {path}; `restore --job {number}` puts back what is overwritten \
             of those that are linked, now or later"
        )
    })
}

/// A file that nobody but its owner reads: it holds personal data.
fn private_file(path: &PathBuf) -> std::io::Result<File> {
    let mut options = File::options();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

async fn make(host: &DemoHost) -> anyhow::Result<u64> {
    let key = host.backup().await?;
    let number = host
        .crm()
        .job_of(&key)
        .await?
        .context("a backup is a job")?;
    let began = std::time::Instant::now();
    loop {
        match host.run_until_idle().await {
            // `serve` or another `work` carries it out: wait for it.
            Err(HostError::Worker(koppel_embedding::WorkerError::AnotherWorker)) => {
                tokio::time::sleep(POLL).await;
            }
            other => {
                other?;
                return Ok(number);
            }
        }
        let job = host.crm().job(number).await?;
        let under_way = job.is_some_and(|it| it.status == SyncStatus::Processing);
        if !under_way || began.elapsed() > DEADLINE {
            return Ok(number);
        }
    }
}

/// Queues a restore.
pub(crate) async fn restore(args: RestoreArgs, session: &Session) -> anyhow::Result<()> {
    let host = session.host().await?;
    let what = match (args.records.is_empty(), args.selection, args.job) {
        (false, _, run) => Restore::Records(args.records.into_iter().map(|it| it.0).collect(), run),
        (true, Some(selection), run) => Restore::Selection(selection, run),
        (true, None, Some(run)) => Restore::Run(run),
        (true, None, None) => {
            anyhow::bail!("say what: records, `--selection`, or `--job` for a whole run")
        }
    };
    let key = host.restore(what).await?;
    let job = host.crm().job_of(&key).await?;
    let json = json!({"event": key.to_string(), "job": job});
    session.output.show(&json, || {
        let number = job.unwrap_or_default();
        format!("queued as job {number}: `work`, then `jobs show {number}`")
    })
}

/// Lists or deletes what is kept of a record.
pub(crate) async fn snapshots(command: SnapshotsCommand, session: &Session) -> anyhow::Result<()> {
    let crm = session.crm().await?;
    match command {
        SnapshotsCommand::List { contact } => {
            let kept = crm.contact_snapshots(&contact.0).await?;
            let line = |it: &SnapshotLine| json!({"snapshot": it.id, "job": it.run, "cause": it.cause.code(), "taken_at": it.taken_at});
            let json = json!({"snapshots": kept.iter().map(line).collect::<Vec<_>>()});
            session.output.show(&json, || {
                let row = |it: &SnapshotLine| {
                    vec![
                        it.id.to_string(),
                        moment(it.taken_at),
                        it.cause.code().to_owned(),
                        it.run.map_or_else(|| "–".to_owned(), |it| it.to_string()),
                    ]
                };
                let headers = ["snapshot", "taken (UTC)", "cause", "job"];
                table(&headers, kept.iter().map(row).collect())
            })
        }
        SnapshotsCommand::Forget { contact } => {
            let forgotten = crm.forget_contact_snapshots(&contact.0).await?;
            let json = json!({"forgotten": forgotten});
            session
                .output
                .show(&json, || format!("{forgotten} snapshots were deleted"))
        }
    }
}
