//! Tasks, with the bounces by owner on top (DA-38, DA-39).

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
use crate::{
    contract::{NamedValue, RecordRef},
    crm::{names::Names, tasks::StoredTask},
};

/// Tasks of a page, oldest first.
const SHOWN: u32 = 200;
/// So many bounces of an owner are counted.
const COUNTED: u32 = 10_000;
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
        no_bounces: "Er komen geen e-mailadressen terug.", "No e-mail addresses bounce.";
        none_open: "Er zijn geen open taken.", "There are no open tasks.";
    }
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    owner: String,
    /// The task after which the page starts.
    #[serde(default)]
    after: String,
}

#[derive(Template)]
#[template(path = "tasks.html")]
struct Tasks<'a> {
    frame: &'a Frame,
    w: &'static TasksWords,
    owner: String,
    bounces: Vec<Bounces>,
    rows: Vec<Row>,
    next: Option<String>,
}

struct Bounces {
    owner: String,
    link: String,
    number: u64,
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
    let crm = visit.host.crm();
    let owner = Some(asked.owner.as_str()).filter(|it| !it.is_empty());
    let after = Some(asked.after.as_str()).filter(|it| !it.is_empty());
    let tasks = crm.open_tasks(owner, after, SHOWN).await?;
    let full = u32::try_from(tasks.len()).is_ok_and(|it| it == SHOWN);
    let next = tasks.last().filter(|_| full).map(|it| {
        let owner = encoded(&asked.owner);
        format!("/tasks?owner={owner}&after={}", encoded(&it.key))
    });
    let bounces = crm.count_tasks_by_owner(BOUNCE, COUNTED).await?;
    let targets: Vec<RecordRef> = tasks.iter().filter_map(|it| it.target.clone()).collect();
    let names = crm.names_of(&targets).await?;
    let called = |owner: Option<&String>| owner.cloned().unwrap_or_else(|| w.everybody.to_owned());
    let mut rows = Vec::new();
    for it in &tasks {
        let about = subjects::titled(visit, &it.about).await?;
        rows.push(row(visit, it, &about, called(it.owner.as_ref()), &names));
    }
    Ok(Tasks {
        frame: &visit.frame,
        bounces: bounces
            .into_iter()
            .map(|(owner, number)| Bounces {
                link: format!(
                    "/tasks?owner={}",
                    encoded(owner.as_deref().unwrap_or_default())
                ),
                owner: called(owner.as_ref()),
                number,
            })
            .collect(),
        rows,
        owner: asked.owner,
        next,
        w,
    })
}

fn row(
    visit: &Visit,
    task: &StoredTask,
    about: &[NamedValue],
    owner: String,
    names: &Names,
) -> Row {
    let record = task.target.as_ref().map(|it| (tail(it), names.of(it)));
    let language = visit.language();
    Row {
        key: task.key.clone(),
        text: visit.explainer.text(language, &task.code, about),
        next_step: visit.explainer.next_step(language, &task.code, about),
        owner,
        record,
        made: moment(task.created_at),
    }
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
