//! The list of contacts, leads and accounts: search, filter by status and
//! reason, pages by key, so that the last one is as fast as the first.

use askama::Template;
use axum::{
    extract::{Query, rejection::QueryRejection},
    response::Response,
};
use serde::Deserialize;

use super::{
    frame::Frame,
    links::{encoded, tail},
    trouble::Trouble,
    visit::Visit,
    words::words,
};
use crate::{
    contract::{RecordKind, SyncStatus},
    crm::{
        codes::Code,
        find::{Filter, Line, Position},
    },
};

/// Rows of a page.
const ROWS: u32 = 50;

words! {
    struct RecordsWords {
        title: "Contacten, leads en accounts", "Contacts, leads and accounts";
        search: "Zoeken", "Search";
        search_hint: "naam, e-mail, organisatie of nummer", "name, e-mail, organisation or id";
        show: "Tonen", "Show";
        new: "Nieuw:", "New:";
        to_bulk: "Veel contacten tegelijk wijzigen", "Change many contacts at once";
        none_yet: "Er zijn nog geen contacten, leads of accounts; maak hierboven de eerste.",
            "There are no contacts, leads or accounts yet; make the first one above.";
    }
}

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

impl Wanted {
    /// Whether nothing was searched for and nothing left out.
    fn everything(&self) -> bool {
        let all = [
            &self.search,
            &self.kind,
            &self.status,
            &self.reason,
            &self.after,
        ];
        all.iter().all(|it| it.is_empty())
    }

    /// The address of the list with these wishes, without a place in it.
    fn address(&self) -> String {
        format!(
            "/records?search={}&kind={}&status={}&reason={}",
            encoded(&self.search),
            encoded(&self.kind),
            encoded(&self.status),
            encoded(&self.reason),
        )
    }
}

#[derive(Template)]
#[template(path = "records.html")]
struct Records<'a> {
    frame: &'a Frame,
    w: &'static RecordsWords,
    wanted: Wanted,
    kinds: Vec<Choice>,
    statuses: Vec<Choice>,
    reasons: Vec<Choice>,
    rows: Vec<Row>,
    first: Option<String>,
    next: Option<String>,
}

/// An option of a list to choose from.
pub(crate) struct Choice {
    pub(crate) code: String,
    pub(crate) text: String,
    pub(crate) chosen: bool,
}

struct Row {
    link: String,
    kind: &'static str,
    name: String,
    email: String,
    state: &'static str,
    status: &'static str,
    status_code: &'static str,
    reason: String,
}

pub(crate) async fn show(visit: Visit, wanted: Result<Query<Wanted>, QueryRejection>) -> Response {
    let wanted = wanted.map(|Query(it)| it).unwrap_or_default();
    visit.show(gather(&visit, wanted).await)
}

async fn gather(visit: &Visit, wanted: Wanted) -> Result<Records<'_>, Trouble> {
    let (frame, words, crm) = (&visit.frame, visit.frame.words, visit.host.crm());
    let explain = |code: &str| visit.explainer.text_for_many(visit.language(), code);
    let filter = Filter {
        kind: RecordKind::from_code(&wanted.kind),
        text: wanted.search.clone(),
        status: SyncStatus::from_code(&wanted.status),
        reason: Some(wanted.reason.clone()).filter(|it| !it.is_empty()),
        deleted: false,
    };
    let after = Position::from_text(&wanted.after).filter(|_| !wanted.after.is_empty());
    let page = crm.find(&filter, after.as_ref(), ROWS).await?;
    let kind = |it: &RecordKind| Choice {
        code: it.code().to_owned(),
        text: words.kind_of(*it).to_owned(),
        chosen: filter.kind == Some(*it),
    };
    let status = |it: &SyncStatus| Choice {
        code: it.code().to_owned(),
        text: words.status_of(Some(*it)).to_owned(),
        chosen: filter.status == Some(*it),
    };
    let mut codes: Vec<String> = crm.reasons().await?;
    if !wanted.reason.is_empty() && !codes.contains(&wanted.reason) {
        codes.push(wanted.reason.clone());
    }
    let reason = |it: String| Choice {
        text: explain(&it),
        chosen: it == wanted.reason,
        code: it,
    };
    let row = |it: Line| Row {
        link: tail(&it.reference),
        kind: words.kind_of(it.reference.kind),
        name: if it.name.is_empty() {
            it.reference.id
        } else {
            it.name
        },
        email: it.email,
        state: words.state_of(it.state),
        status: words.status_of(it.status),
        status_code: it.status.map_or("none", Code::code),
        reason: it.reason.as_deref().map(explain).unwrap_or_default(),
    };
    let next = page
        .next
        .map(|it| format!("{}&after={}", wanted.address(), encoded(&it.to_text())));
    Ok(Records {
        frame,
        w: RecordsWords::of(visit.language()),
        kinds: RecordKind::ALL.iter().map(kind).collect(),
        statuses: SyncStatus::ALL.iter().map(status).collect(),
        reasons: codes.into_iter().map(reason).collect(),
        rows: page.lines.into_iter().map(row).collect(),
        first: after.map(|_| wanted.address()),
        next,
        wanted,
    })
}
