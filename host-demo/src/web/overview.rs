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

/// So far is counted: a page does not go through everything.
pub(crate) const COUNTED: u32 = 10_000;

/// A number that was counted no further than [`COUNTED`].
pub(crate) fn at_most(number: u64) -> String {
    if number < u64::from(COUNTED) {
        number.to_string()
    } else {
        format!("≥ {COUNTED}")
    }
}

words! {
    struct OverviewWords {
        active: "actief", "active";
        inactive: "niet actief", "not active";
        mapping_saved: "Mapping opgeslagen", "Mapping saved";
        no_records: "Er zijn nog geen contacten.", "There are no contacts yet.";
        by_status: "Contacten per status", "Contacts by status";
        first_steps: "Eerste stappen", "First steps";
        step_backup: "Maak eerst een back-up van de contacten in Spotler.",
            "Make a backup of the contacts in Spotler first.";
        step_connect: "Maak de verbinding.", "Make the connection.";
        step_mapping: "Bekijk de mapping en sla haar op; daarna begint de synchronisatie.",
            "Look at the mapping and save it; the sync begins after that.";
        waiting: "wacht in de wachtrij", "waiting in the queue";
        retrying: "wordt opnieuw geprobeerd", "being retried";
        rejected: "waarvoor iemand iets moet doen", "for which somebody has to act";
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
    tasks: String,
    log: Vec<Line>,
}

struct Count {
    status: &'static str,
    status_code: &'static str,
    /// Where the list shows these records; none: it cannot be filtered so.
    list: Option<String>,
    reason: String,
    records: String,
}

pub(crate) async fn show(visit: Visit) -> Response {
    visit.show(gather(&visit).await)
}

async fn gather(visit: &Visit) -> Result<Overview<'_>, Trouble> {
    let (frame, language) = (&visit.frame, visit.language());
    let crm = visit.host.crm();
    let connection = visit.host.connection().await?;
    let counts = crm.count_by_status_up_to(COUNTED).await?;
    let explain = |code: &str| visit.explainer.text_for_many(language, code);
    let count = |it: StatusCount| Count {
        status: frame.words.status_of(it.status),
        status_code: it.status.map_or("none", Code::code),
        list: it.status.map(|status| {
            let reason = encoded(it.reason.as_deref().unwrap_or_default());
            format!("/records?status={}&reason={reason}", status.code())
        }),
        reason: it.reason.as_deref().map(explain).unwrap_or_default(),
        records: at_most(it.records),
    };
    let lines = crm.log(LOG_LINES).await?;
    Ok(Overview {
        w: OverviewWords::of(language),
        active: connection.active,
        explanation: explain(&connection.reason),
        mapping_saved: connection.mapping_saved,
        counts: counts.into_iter().map(count).collect(),
        queue: crm.count_queue().await?,
        tasks: at_most(crm.count_open_tasks(COUNTED).await?),
        log: Line::all(visit, lines).await?,
        frame,
    })
}
