//! `tasks`: what is still to be done (DA-39).

use clap::Args;
use serde_json::json;

use super::{
    output::{moment, or_dash, table},
    session::Session,
};
use crate::{
    crm::{codes::Code, dump::facts, tasks::StoredTask},
    explain::Language,
};

#[derive(Debug, Args)]
pub(crate) struct TasksArgs {
    /// Those that were done too.
    #[arg(long)]
    all: bool,
    /// Mark the task with this key as done.
    #[arg(long, value_name = "KEY")]
    done: Option<String>,
}

/// Lists tasks, or ends one.
pub(crate) async fn run(args: TasksArgs, session: &Session) -> anyhow::Result<()> {
    if let Some(key) = args.done {
        let ended = session.crm().await?.end_task(&key).await?;
        anyhow::ensure!(ended, "there is no open task with the key `{key}`");
        return session
            .output
            .show(&json!({"ended": key}), || format!("task `{key}` is done"));
    }
    let host = session.host().await?;
    let explainer = host.explainer().await?;
    let tasks = host.crm().tasks(!args.all).await?;
    let target = |it: &StoredTask| {
        it.target
            .as_ref()
            .map(|to| format!("{}/{}", to.kind.code(), to.id))
    };
    let text = |it: &StoredTask| explainer.text(Language::English, &it.code, &it.about);
    let task = |it: &StoredTask| {
        json!({
            "key": it.key, "code": it.code, "text": text(it), "owner": it.owner,
            "target": target(it), "about": facts(&it.about), "due": it.due, "open": it.open,
            "created_at": it.created_at,
        })
    };
    let json = json!({"tasks": tasks.iter().map(task).collect::<Vec<_>>()});
    session.output.show(&json, || {
        let row = |it: &StoredTask| {
            vec![
                moment(it.created_at),
                or_dash(it.owner.as_deref()),
                or_dash(target(it).as_deref()),
                text(it),
                if it.open { "open" } else { "done" }.to_owned(),
                it.key.clone(),
            ]
        };
        let headers = ["made (UTC)", "owner", "record", "task", "", "key"];
        table(&headers, tasks.iter().map(row).collect())
    })
}
