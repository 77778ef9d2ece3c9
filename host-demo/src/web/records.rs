//! The list of records: search, filter by status and reason, pages by key.

use askama::Template;
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    response::Response,
};
use serde::Deserialize;

use super::{
    Pages,
    language::Asked,
    page::{Frame, Refusal, rendered},
};
use crate::{
    contract::{RecordKind, SyncStatus},
    crm::{
        codes::Code,
        find::{Filter, Line, Position},
    },
    explain::Language,
    host::HostError,
};

/// Rows of a page.
const ROWS: u32 = 50;

/// What the address of the list may say; what it says wrongly does not count.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    search: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    after: String,
}

#[derive(Template)]
#[template(path = "records.html")]
struct Records {
    frame: Frame,
    wanted: Wanted,
    kinds: Vec<Choice>,
    statuses: Vec<Choice>,
    rows: Vec<Row>,
    next: Option<String>,
}

/// An option of a list to choose from.
struct Choice {
    code: &'static str,
    text: &'static str,
    chosen: bool,
}

struct Row {
    kind: &'static str,
    kind_text: &'static str,
    id: String,
    name: String,
    email: String,
    state: &'static str,
    status: &'static str,
    status_code: &'static str,
    reason: String,
}

pub(crate) async fn show(
    State(pages): State<Pages>,
    Asked(language): Asked,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Refusal> {
    let wanted = wanted.map(|Query(it)| it).unwrap_or_default();
    let records = gather(&pages, language, wanted).await;
    Ok(rendered(
        &records.map_err(|error| Refusal::Failed(language, error))?,
    ))
}

async fn gather(pages: &Pages, language: Language, wanted: Wanted) -> Result<Records, HostError> {
    let frame = Frame::new(language, "/records?");
    let filter = Filter {
        kind: RecordKind::from_code(&wanted.kind),
        text: wanted.search.clone(),
        status: SyncStatus::from_code(&wanted.status),
        reason: Some(wanted.reason.clone()).filter(|it| !it.is_empty()),
        deleted: false,
    };
    let after = Position::from_text(&wanted.after);
    let page = pages.host.crm().find(&filter, after.as_ref(), ROWS).await?;
    let texts = frame.texts;
    let kind = |it: &RecordKind| Choice {
        code: it.code(),
        text: texts.kind_of(*it),
        chosen: filter.kind == Some(*it),
    };
    let status = |it: &SyncStatus| Choice {
        code: it.code(),
        text: texts.status_of(Some(*it)),
        chosen: filter.status == Some(*it),
    };
    let row = |it: Line| Row {
        kind: it.reference.kind.code(),
        kind_text: texts.kind_of(it.reference.kind),
        id: it.reference.id,
        name: it.name,
        email: it.email,
        state: texts.state_of(it.state),
        status: texts.status_of(it.status),
        status_code: it.status.map_or("none", Code::code),
        reason: it
            .reason
            .map(|it| pages.explainer.text_for_many(language, &it))
            .unwrap_or_default(),
    };
    Ok(Records {
        kinds: RecordKind::ALL.iter().map(kind).collect(),
        statuses: SyncStatus::ALL.iter().map(status).collect(),
        rows: page.lines.into_iter().map(row).collect(),
        next: page.next.map(|it| it.to_text()),
        wanted,
        frame,
    })
}
