//! Backups of what Spotler has of everybody (YO-02, YO-04): made at the press of a
//! button, downloaded as a file with the seven columns of Spotler's own list, and
//! put back as a whole (YO-03).

use askama::Template;
use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};

use super::{
    form::{Fields, Posted},
    frame::Frame,
    links::moment,
    trouble::{Trouble, shown},
    visit::Visit,
    words::words,
};
use crate::{
    contract::SyncStatus,
    crm::{backup_csv::BackupError, codes::Code, jobs::Job},
    host::Restore,
};

/// The operation of a backup's job.
const OPERATION: &str = "backup";
/// So many backups are shown.
const SHOWN: u32 = 20;

/// So many records an operation may name.
const MOST_NAMED: usize = 500;

words! {
    struct BackupWords {
        title: "Back-up van de contacten in Spotler", "Backup of the contacts in Spotler";
        advice: "Maak een back-up voordat u de synchronisatie voor het eerst gebruikt: zij overschrijft gegevens in Spotler. Uit de back-up zijn ze terug te zetten.",
            "Make a backup before you use the sync for the first time: it overwrites data in Spotler. They can be put back from the backup.";
        make: "Back-up maken", "Make a backup";
        made: "Gemaakt op (UTC)", "Made at (UTC)";
        by: "Door", "By";
        download: "Downloaden (CSV)", "Download (CSV)";
        restore: "Alles terugzetten", "Put everything back";
        restore_hint: "Terugzetten geldt voor contacten die met het CRM gekoppeld zijn, en heft geen opt-out op.",
            "Putting back concerns contacts that are linked with the CRM, and lifts no opt-out.";
        kept: "Een back-up wordt negentig dagen versleuteld bewaard.",
            "A backup is kept for ninety days, encrypted.";
        none_yet: "Er is nog geen back-up; maak hierboven de eerste.",
            "There is no backup yet; make the first one above.";
    }
}

#[derive(Template)]
#[template(path = "backups.html")]
struct Backups<'a> {
    frame: &'a Frame,
    w: &'static BackupWords,
    may: bool,
    rows: Vec<Row>,
}

struct Row {
    number: u64,
    made: String,
    by: String,
    status: &'static str,
    status_code: &'static str,
    text: String,
    ready: bool,
}

pub(crate) async fn show(visit: Visit) -> Response {
    visit.show(gather(&visit).await)
}

async fn gather(visit: &Visit) -> Result<Backups<'_>, Trouble> {
    let jobs = visit.host.crm().jobs_of(OPERATION, SHOWN).await?;
    Ok(Backups {
        frame: &visit.frame,
        w: BackupWords::of(visit.language()),
        may: visit.may(),
        rows: jobs.iter().map(|it| row(visit, it)).collect(),
    })
}

fn row(visit: &Visit, job: &Job) -> Row {
    let text = |it: &str| visit.explainer.text(visit.language(), it, &job.about);
    Row {
        number: job.number,
        made: moment(job.created_at),
        by: job.user.clone().unwrap_or_default(),
        status: visit.frame.words.status_of(Some(job.status)),
        status_code: job.status.code(),
        text: job.result_code.as_deref().map(text).unwrap_or_default(),
        ready: job.status == SyncStatus::Succeeded,
    }
}

/// Makes a backup, or puts one back; refused without the right.
pub(crate) async fn save(posted: Posted) -> Response {
    let Posted { visit, fields } = posted;
    match carry_out(&visit, &fields).await {
        Ok(()) => visit.go("/backups", "queued").await,
        Err(trouble) => shown(&visit.frame, &trouble),
    }
}

async fn carry_out(visit: &Visit, fields: &Fields) -> Result<(), Trouble> {
    visit.needs_right()?;
    match fields.get("do") {
        "backup" => visit.host.backup().await?,
        "restore" => {
            let number = fields.get("job").parse().map_err(|_| Trouble::NotFound)?;
            ready(visit, number).await?;
            visit.host.restore(whole(visit, number).await?).await?
        }
        _ => return Err(Trouble::NotFound),
    };
    Ok(())
}

/// Everything that a backup kept; while it is only tried, the first of it by name,
/// because the selection of all is saved only when it is carried out.
async fn whole(visit: &Visit, number: u64) -> Result<Restore, Trouble> {
    if visit.rehearsal.is_none() {
        return Ok(Restore::Run(number));
    }
    let mut records = visit.host.crm().records_of_run(number).await?;
    records.truncate(MOST_NAMED);
    Ok(Restore::Records(records, Some(number)))
}

/// Fails unless this job is a backup that was made.
async fn ready(visit: &Visit, number: u64) -> Result<(), Trouble> {
    let job = visit.host.crm().job(number).await?;
    let is_ready = |it: &Job| it.operation == OPERATION && it.status == SyncStatus::Succeeded;
    job.filter(is_ready).map(drop).ok_or(Trouble::NotFound)
}

/// The file. Personal data of everybody: only with the right, and kept by nobody on
/// the way.
pub(crate) async fn download(visit: Visit, Path(number): Path<u64>) -> Response {
    match file(&visit, number).await {
        Ok(file) => {
            let name = format!("attachment; filename=\"spotler-backup-{number}.csv\"");
            let headers = [
                (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
                (header::CONTENT_DISPOSITION, name),
                (header::CACHE_CONTROL, "no-store".to_owned()),
            ];
            (headers, file).into_response()
        }
        Err(trouble) => shown(&visit.frame, &trouble),
    }
}

async fn file(visit: &Visit, number: u64) -> Result<Vec<u8>, Trouble> {
    visit.needs_right()?;
    ready(visit, number).await?;
    let mut file = Vec::new();
    match visit.host.crm().write_backup(number, &mut file).await {
        Ok(_) => Ok(file),
        Err(BackupError::Store(error)) => Err(error.into()),
        Err(BackupError::File(error)) => {
            tracing::error!(%error, number, "a backup could not be written as a file");
            Err(Trouble::NotFound)
        }
    }
}
