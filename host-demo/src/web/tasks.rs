//! Tasks, with the bounces by owner on top (DA-38, DA-39).

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Query, rejection::QueryRejection},
    response::Response,
};
use serde::Deserialize;

use super::{
    form::Posted,
    frame::Frame,
    links::{encoded, moment, tail},
    subjects,
    trouble::{Trouble, shown},
    visit::Visit,
    words::words,
};
use crate::crm::tasks::StoredTask;

/// So many tasks are shown at once, oldest first.
const SHOWN: usize = 200;
/// The code of the tasks about bounces.
const BOUNCE: &str = "task-bounce";

words! {
    struct TasksWords {
        bounces: "Bounces", "Bounces";
        bounces_hint: "E-mailadressen die terugkomen, per eigenaar van het contact.",
            "E-mail addresses that bounce, by owner of the contact.";
        owner: "Eigenaar", "Owner";
        everybody: "beheerders", "administrators";
        task: "Taak", "Task";
        record: "Contact", "Contact";
        made: "Gemaakt (UTC)", "Made (UTC)";
        done: "Gedaan", "Done";
        open: "Open taken", "Open tasks";
        only: "Alleen van", "Only of";
        show: "Tonen", "Show";
        more: "De oudste 200 staan hier; daarna volgen de andere.",
            "These are the oldest 200; the others follow after them.";
    }
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    owner: String,
}

#[derive(Template)]
#[template(path = "tasks.html")]
struct Tasks<'a> {
    frame: &'a Frame,
    w: &'static TasksWords,
    owner: String,
    bounces: Vec<Bounces>,
    rows: Vec<Row>,
    more: bool,
}

struct Bounces {
    owner: String,
    link: String,
    number: usize,
}

struct Row {
    key: String,
    text: String,
    next_step: Option<String>,
    owner: String,
    record: Option<(String, String)>,
    made: String,
}

pub(crate) async fn show(visit: Visit, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let asked = asked.map(|Query(it)| it).unwrap_or_default();
    visit.show(gather(&visit, asked).await)
}

async fn gather(visit: &Visit, asked: Asked) -> Result<Tasks<'_>, Trouble> {
    let w = TasksWords::of(visit.language());
    let tasks = visit.host.crm().tasks(true).await?;
    let owner_of = |it: &StoredTask| it.owner.clone().unwrap_or_default();
    let mut bounces: BTreeMap<String, usize> = BTreeMap::new();
    for task in tasks.iter().filter(|it| it.code == BOUNCE) {
        *bounces.entry(owner_of(task)).or_default() += 1;
    }
    let called = |owner: String| {
        if owner.is_empty() {
            w.everybody.to_owned()
        } else {
            owner
        }
    };
    let wanted = |it: &&StoredTask| asked.owner.is_empty() || owner_of(it) == asked.owner;
    let mut rows = Vec::new();
    for it in tasks.iter().filter(wanted).take(SHOWN + 1) {
        rows.push(row(visit, it, called(owner_of(it))).await?);
    }
    let more = rows.len() > SHOWN;
    rows.truncate(SHOWN);
    Ok(Tasks {
        frame: &visit.frame,
        bounces: bounces
            .into_iter()
            .map(|(owner, number)| Bounces {
                link: format!("/tasks?owner={}", encoded(&owner)),
                owner: called(owner),
                number,
            })
            .collect(),
        owner: asked.owner,
        rows,
        more,
        w,
    })
}

async fn row(visit: &Visit, task: &StoredTask, owner: String) -> Result<Row, Trouble> {
    let record = match &task.target {
        Some(target) => {
            let record = visit.host.crm().record(target).await?;
            let name = record.map(|it| it.name()).unwrap_or_default();
            let name = if name.is_empty() {
                target.id.clone()
            } else {
                name
            };
            Some((tail(target), name))
        }
        None => None,
    };
    let (language, about) = (
        visit.language(),
        subjects::titled(visit, &task.about).await?,
    );
    Ok(Row {
        key: task.key.clone(),
        text: visit.explainer.text(language, &task.code, &about),
        next_step: visit.explainer.next_step(language, &task.code, &about),
        owner,
        record,
        made: moment(task.created_at),
    })
}

/// Marks a task as done.
pub(crate) async fn end(posted: Posted) -> Response {
    let Posted { visit, fields } = posted;
    match visit.host.crm().end_task(fields.get("key")).await {
        Ok(true) => visit.go("/tasks", "done").await,
        Ok(false) => visit.go("/tasks", "unchanged").await,
        Err(error) => shown(&visit.frame, &Trouble::from(error)),
    }
}
