//! How lists are shown: who is on them, and how they stand in Spotler (DA-53).

use anyhow::Context;
use koppel_embedding::queue::Of;
use serde_json::{Value, json};

use super::super::{
    output::{moment, or_dash, table},
    session::Session,
};
use crate::{
    contract::{RecordRef, SubjectChange},
    crm::{DemoCrm, Record, codes::Code, dump::facts, lists::StoredList},
    explain::{Explainer, Language},
};

/// Shows who is on a list now.
pub(crate) async fn members(
    id: &str,
    after: Option<&str>,
    limit: u32,
    session: &Session,
) -> anyhow::Result<()> {
    let crm = session.crm().await?;
    known(&crm, id).await?;
    let page = crm.list_members(id, after, limit).await?;
    let mut records = Vec::with_capacity(page.records.len());
    for member in &page.records {
        records.extend(crm.record(&member.reference).await?);
    }
    let record = |it: &Record| {
        json!({
            "kind": it.reference.kind.code(), "id": it.reference.id, "name": it.name(),
            "state": it.state.code(), "status": it.status.map(Code::code), "reason": it.reason,
        })
    };
    let json =
        json!({"members": records.iter().map(record).collect::<Vec<_>>(), "next": page.next});
    session.output.show(&json, || {
        let row = |it: &Record| {
            vec![
                format!("{}/{}", it.reference.kind.code(), it.reference.id),
                it.name(),
                it.state.code().to_owned(),
                or_dash(it.status.map(Code::code)),
                or_dash(it.reason.as_deref()),
            ]
        };
        let headers = ["record", "name", "state", "status", "reason"];
        let mut text = table(&headers, records.iter().map(row).collect());
        if let Some(next) = &page.next {
            text.push_str(&format!("\nmore: --after {next}"));
        }
        text
    })
}

/// Shows one list, with what became of its events.
pub(crate) async fn one(id: &str, session: &Session) -> anyhow::Result<()> {
    let host = session.host().await?;
    let explainer = host.explainer().await?;
    let crm = host.crm();
    let list = known(crm, id).await?;
    let stands = crm.subject("marketing-list", id).await?;
    let subject = format!("marketing-list/{id}");
    let of = Of {
        subject: Some(&subject),
        ..Of::default()
    };
    let history = crm.history_of(&of, 10).await?;
    let line = |it: &koppel_embedding::queue::HistoryEntry| {
        json!({
            "ended_at": it.ended_at, "hook": it.hook, "outcome": it.outcome,
            "reason": it.reason.code, "about": facts(&it.reason.about),
            "text": explainer.text(Language::English, &it.reason.code, &it.reason.about),
            "requests": it.requests,
        })
    };
    let mut json = list_json(&list, stands.as_ref(), &explainer);
    json["history"] = history.iter().map(line).collect();
    session.output.show(&json, || {
        let mut rows = vec![
            vec!["list".to_owned(), list.id.clone()],
            vec!["name".to_owned(), list.name.clone()],
            vec!["type".to_owned(), list.list_type.code().to_owned()],
            vec!["holds".to_owned(), format!("{}s", list.target.code())],
            vec!["state".to_owned(), list.state.code().to_owned()],
            vec![
                "Spotler".to_owned(),
                standing(&list, stands.as_ref(), &explainer),
            ],
        ];
        if let Some(stands) = &stands {
            rows.extend(
                stands
                    .facts
                    .iter()
                    .map(|it| vec![it.name.clone(), it.value.clone()]),
            );
        }
        let row = |it: &koppel_embedding::queue::HistoryEntry| {
            vec![
                moment(it.ended_at),
                it.hook.clone(),
                it.outcome.clone(),
                explainer.text(Language::English, &it.reason.code, &it.reason.about),
            ]
        };
        let headers = ["moment (UTC)", "hook", "outcome", "reason"];
        format!(
            "{}\n{}",
            table(&["", ""], rows),
            table(&headers, history.iter().map(row).collect())
        )
    })
}

/// Shows all lists.
pub(crate) async fn all(session: &Session) -> anyhow::Result<()> {
    let host = session.host().await?;
    let explainer = host.explainer().await?;
    let mut lists = Vec::new();
    for list in host.crm().lists().await? {
        let stands = host.crm().subject("marketing-list", &list.id).await?;
        lists.push((list, stands));
    }
    let json = |(list, stands): &(StoredList, Option<SubjectChange>)| {
        list_json(list, stands.as_ref(), &explainer)
    };
    let json = json!({"lists": lists.iter().map(json).collect::<Vec<_>>()});
    session.output.show(&json, || {
        let row = |(list, stands): &(StoredList, Option<SubjectChange>)| {
            vec![
                list.id.clone(),
                list.name.clone(),
                list.list_type.code().to_owned(),
                list.target.code().to_owned(),
                list.state.code().to_owned(),
                standing(list, stands.as_ref(), &explainer),
            ]
        };
        let headers = ["list", "name", "type", "holds", "state", "Spotler"];
        table(&headers, lists.iter().map(row).collect())
    })
}

/// Shows the static lists that a record is on.
pub(crate) async fn of(record: &RecordRef, session: &Session) -> anyhow::Result<()> {
    let crm = session.crm().await?;
    let ids = crm.lists_of(record).await?;
    session.output.show(&json!({"lists": ids}), || {
        table(&["list"], ids.iter().map(|it| vec![it.clone()]).collect())
    })
}

async fn known(crm: &DemoCrm, id: &str) -> anyhow::Result<StoredList> {
    let list = crm.list(id).await?;
    list.with_context(|| format!("there is no marketing list `{id}`; `list show` lists them"))
}

fn list_json(list: &StoredList, stands: Option<&SubjectChange>, explainer: &Explainer) -> Value {
    json!({
        "id": list.id,
        "name": list.name,
        "list_type": list.list_type.code(),
        "target": list.target.code(),
        "form": list.form.map(Code::code),
        "state": list.state.code(),
        "filter": list.filter,
        "status": stands.map(|it| it.status.code()),
        "facts": stands.map(|it| facts(&it.facts)),
        "text": standing(list, stands, explainer),
    })
}

/// How a list stands in Spotler, as a sentence: what was done last, and whether
/// the list was changed since.
fn standing(list: &StoredList, stands: Option<&SubjectChange>, explainer: &Explainer) -> String {
    let Some(stands) = stands else {
        return "never synced".to_owned();
    };
    let fact = |name: &str| {
        let found = stands.facts.iter().find(|it| it.name == name);
        found.map(|it| it.value.as_str())
    };
    let reason = fact("reason").unwrap_or_default();
    let mut text = format!(
        "{}: {}",
        stands.status.code(),
        explainer.text(Language::English, reason, &stands.facts)
    );
    if fact("in-spotler") == Some("yes") && fact("name").is_some_and(|it| it != list.name) {
        text.push_str(" Renamed since; sync it.");
    }
    text
}
