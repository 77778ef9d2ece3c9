//! What Spotler had of a contact before it was overwritten (YO-03, C25): when and
//! why it was kept, put back at the press of a button, or deleted.

use askama::Template;
use axum::{extract::Path, response::Response};

use super::{Head, Tabs, found, named};
use crate::{
    contract::SnapshotCause,
    crm::contact_snapshots::SnapshotLine,
    host::Restore,
    web::{
        form::{Fields, Posted},
        frame::Frame,
        links::{moment, tail},
        trouble::{Trouble, shown},
        visit::Visit,
        words::words,
    },
};

words! {
    struct KeptWords {
        hint: "Voordat een synchronisatie in Spotler iets overschrijft, wordt bewaard wat er stond; negentig dagen, versleuteld. Terugzetten heft geen opt-out op.",
            "Before a sync overwrites something in Spotler, what was there is kept; for ninety days, encrypted. Putting it back lifts no opt-out.";
        taken_at: "Bewaard op (UTC)", "Kept at (UTC)";
        cause: "Waarom", "Why";
        job: "Opdracht", "Job";
        overwritten: "vóór het overschrijven", "before it was overwritten";
        blanked: "vóór het leegmaken", "before it was emptied";
        restored: "vóór het terugzetten", "before it was put back";
        backup: "back-up", "backup";
        restore: "Terugzetten wat er vóór het laatste overschrijven stond",
            "Put back what was there before it was last overwritten";
        restore_run: "Terugzetten", "Put back";
        forget: "Verwijderen wat bewaard is", "Delete what is kept";
        nothing: "Er is van dit contact niets bewaard.", "Nothing is kept of this contact.";
    }
}

#[derive(Template)]
#[template(path = "kept.html")]
struct Kept<'a> {
    frame: &'a Frame,
    w: &'static KeptWords,
    head: Head,
    tabs: Tabs,
    may: bool,
    can_restore: bool,
    rows: Vec<Row>,
}

struct Row {
    at: String,
    cause: &'static str,
    /// The job in which it was kept.
    job: Option<u64>,
}

pub(crate) async fn show(visit: Visit, Path(path): Path<(String, String)>) -> Response {
    visit.show(gather(&visit, path).await)
}

async fn gather(visit: &Visit, path: (String, String)) -> Result<Kept<'_>, Trouble> {
    let record = found(visit, path).await?;
    let kept = visit
        .host
        .crm()
        .contact_snapshots(&record.reference)
        .await?;
    let w = KeptWords::of(visit.language());
    let code = record.reason.as_deref();
    let reason = code.map(|it| visit.explainer.text_for_many(visit.language(), it));
    let row = |it: &SnapshotLine| Row {
        at: moment(it.taken_at),
        cause: match it.cause {
            SnapshotCause::Overwritten => w.overwritten,
            SnapshotCause::Blanked => w.blanked,
            SnapshotCause::Restored => w.restored,
            SnapshotCause::Backup => w.backup,
        },
        job: it.run,
    };
    let before = [SnapshotCause::Overwritten, SnapshotCause::Blanked];
    Ok(Kept {
        frame: &visit.frame,
        head: Head::of(&record, visit, reason.unwrap_or_default()),
        tabs: Tabs::at(visit, &record.reference, "kept"),
        may: visit.may(),
        can_restore: kept.iter().any(|it| before.contains(&it.cause)),
        rows: kept.iter().map(row).collect(),
        w,
    })
}

/// Puts back, or deletes what is kept; refused without the right.
pub(crate) async fn save(Path(path): Path<(String, String)>, posted: Posted) -> Response {
    let Posted { visit, fields } = posted;
    match carry_out(&visit, path, &fields).await {
        Ok((link, said)) => visit.go(&format!("/kept/{link}"), said).await,
        Err(trouble) => shown(&visit.frame, &trouble),
    }
}

async fn carry_out(
    visit: &Visit,
    path: (String, String),
    fields: &Fields,
) -> Result<(String, &'static str), Trouble> {
    visit.needs_right()?;
    let reference = named(path)?;
    let link = tail(&reference);
    match fields.get("do") {
        "restore" => {
            let run = fields.get("job").parse().ok();
            visit
                .host
                .restore(Restore::Records(vec![reference], run))
                .await?;
            Ok((link, "queued"))
        }
        "forget" => {
            let deleted = visit
                .host
                .crm()
                .forget_contact_snapshots(&reference)
                .await?;
            Ok((link, if deleted > 0 { "deleted" } else { "unchanged" }))
        }
        _ => Err(Trouble::NotFound),
    }
}
