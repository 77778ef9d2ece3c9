//! The log (PV-21), newest line first, in pages.

use askama::Template;
use axum::{
    extract::{Query, rejection::QueryRejection},
    response::Response,
};
use serde::Deserialize;

use super::{frame::Frame, links::moment, subjects, trouble::Trouble, visit::Visit};
use crate::crm::{codes::Code, log::LogEntry};

/// Lines of a page.
const LINES: u32 = 100;

/// A line as it is shown.
pub(crate) struct Line {
    pub(crate) at: String,
    pub(crate) level: &'static str,
    pub(crate) text: String,
}

impl Line {
    /// The lines of these entries.
    pub(crate) async fn all(visit: &Visit, entries: Vec<LogEntry>) -> Result<Vec<Self>, Trouble> {
        let mut lines = Vec::new();
        for entry in entries {
            let about = subjects::titled(visit, &entry.about).await?;
            lines.push(Self {
                at: moment(entry.at),
                level: entry.level.code(),
                text: visit.explainer.text(visit.language(), &entry.code, &about),
            });
        }
        Ok(lines)
    }
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    before: Option<i64>,
}

#[derive(Template)]
#[template(path = "log.html")]
struct Log<'a> {
    frame: &'a Frame,
    log: Vec<Line>,
    first: bool,
    next: Option<i64>,
}

pub(crate) async fn show(visit: Visit, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let before = asked.map(|Query(it)| it.before).unwrap_or_default();
    visit.show(gather(&visit, before).await)
}

async fn gather(visit: &Visit, before: Option<i64>) -> Result<Log<'_>, Trouble> {
    let entries = visit.host.crm().log_before(before, LINES).await?;
    let full = u32::try_from(entries.len()).is_ok_and(|it| it == LINES);
    let next = entries.last().filter(|_| full).map(|it| it.line);
    Ok(Log {
        frame: &visit.frame,
        log: Line::all(visit, entries).await?,
        first: before.is_none(),
        next,
    })
}
