//! The overview: connection, first steps, records by status, queue, last log
//! lines.

use askama::Template;
use axum::response::Response;

use super::{
    frame::Frame, links::encoded, log::Line, trouble::Trouble, visit::Visit, words::words,
};
use crate::{
    crm::{codes::Code, find::StatusCount},
    host::QueueCounts,
};

/// So many lines of the log are shown.
const LOG_LINES: u32 = 10;

words! {
    struct OverviewWords {
        active: "actief", "active";
        inactive: "niet actief", "not active";
        mapping_saved: "Mapping opgeslagen", "Mapping saved";
        by_status: "Contacten per status", "Contacts by status";
        first_steps: "Eerste stappen", "First steps";
        step_backup: "Maak eerst een back-up van de contacten in Spotler.",
            "Make a backup of the contacts in Spotler first.";
        step_connect: "Maak de verbinding.", "Make the connection.";
        step_mapping: "Bekijk de mapping en sla haar op; daarna begint de synchronisatie.",
            "Look at the mapping and save it; the sync begins after that.";
        waiting: "wacht in de wachtrij", "waiting in the queue";
        retrying: "wordt opnieuw geprobeerd", "being retried";
        rejected: "iemand moet iets doen", "somebody has to act";
        open_tasks: "open taken", "open tasks";
        last_lines: "Laatste meldingen", "Last messages";
    }
}

#[derive(Template)]
#[template(path = "overview.html")]
struct Overview<'a> {
    frame: &'a Frame,
    w: &'static OverviewWords,
    active: bool,
    explanation: String,
    mapping_saved: bool,
    counts: Vec<Count>,
    queue: QueueCounts,
    tasks: usize,
    log: Vec<Line>,
}

struct Count {
    status: &'static str,
    status_code: &'static str,
    /// Where the list shows these records; none: it cannot be filtered so.
    list: Option<String>,
    reason: String,
    records: u64,
}

pub(crate) async fn show(visit: Visit) -> Response {
    visit.show(gather(&visit).await)
}

async fn gather(visit: &Visit) -> Result<Overview<'_>, Trouble> {
    let (frame, language) = (&visit.frame, visit.language());
    let crm = visit.host.crm();
    let status = visit.host.status().await?;
    let explain = |code: &str| visit.explainer.text_for_many(language, code);
    let count = |it: StatusCount| Count {
        status: frame.words.status_of(it.status),
        status_code: it.status.map_or("none", Code::code),
        list: it.status.map(|status| {
            let reason = encoded(it.reason.as_deref().unwrap_or_default());
            format!("/records?status={}&reason={reason}", status.code())
        }),
        reason: it.reason.as_deref().map(explain).unwrap_or_default(),
        records: it.records,
    };
    let lines = crm.log(LOG_LINES).await?;
    Ok(Overview {
        w: OverviewWords::of(language),
        active: status.connection.active,
        explanation: explain(&status.connection.reason),
        mapping_saved: status.connection.mapping_saved,
        counts: status.records.into_iter().map(count).collect(),
        queue: status.queue,
        tasks: crm.tasks(true).await?.len(),
        log: Line::all(visit, lines).await?,
        frame,
    })
}
