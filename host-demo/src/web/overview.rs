//! The overview: connection, records by status, queue, last log lines.

use askama::Template;
use axum::{extract::State, response::Response};

use super::{
    Pages,
    language::Asked,
    page::{Frame, Refusal, moment, rendered},
};
use crate::{
    crm::{codes::Code, find::StatusCount, log::LogEntry},
    explain::Language,
    host::{HostError, QueueCounts},
};

/// So many lines of the log are shown.
const LOG_LINES: u32 = 20;

#[derive(Template)]
#[template(path = "overview.html")]
struct Overview {
    frame: Frame,
    active: bool,
    explanation: String,
    mapping_saved: bool,
    counts: Vec<Count>,
    queue: QueueCounts,
    next_due: Option<String>,
    log: Vec<Line>,
}

struct Count {
    status: String,
    /// The word by which the list is filtered; empty: it cannot be.
    filter: &'static str,
    reason: String,
    reason_code: String,
    records: u64,
}

struct Line {
    at: String,
    level: &'static str,
    text: String,
}

pub(crate) async fn show(
    State(pages): State<Pages>,
    Asked(language): Asked,
) -> Result<Response, Refusal> {
    let overview = gather(&pages, language).await;
    Ok(rendered(
        &overview.map_err(|error| Refusal::Failed(language, error))?,
    ))
}

async fn gather(pages: &Pages, language: Language) -> Result<Overview, HostError> {
    let frame = Frame::new(language, "/?");
    let status = pages.host.status().await?;
    let log = pages.host.crm().log(LOG_LINES).await?;
    let explain = |code: &str| pages.explainer.text_for_many(language, code);
    let count = |it: StatusCount| Count {
        status: frame.texts.status_of(it.status).to_owned(),
        filter: it.status.map_or("", Code::code),
        reason: it.reason.as_deref().map(explain).unwrap_or_default(),
        reason_code: it.reason.unwrap_or_default(),
        records: it.records,
    };
    let line = |it: LogEntry| Line {
        at: moment(it.at),
        level: it.level.code(),
        text: pages.explainer.text(language, &it.code, &it.about),
    };
    Ok(Overview {
        active: status.connection.active,
        explanation: explain(&status.connection.reason),
        mapping_saved: status.connection.mapping_saved,
        counts: status.records.into_iter().map(count).collect(),
        queue: status.queue,
        next_due: status.queue.next_due.filter(|it| *it > 0).map(moment),
        log: log.into_iter().map(line).collect(),
        frame,
    })
}
