//! `queue`: what waits, what is retried, and for what somebody has to act.

use clap::{Args, Subcommand};
use koppel_embedding::{EventKey, contract::outcomes::Reason, guard::HELD_UNTIL, queue::Rejected};
use serde_json::{Value, json};

use super::{
    output::{moment, or_dash, table},
    session::Session,
};
use crate::{
    crm::dump::facts,
    explain::{Explainer, Language},
    host::{QueueView, WaitingEvent},
};

#[derive(Debug, Args)]
pub(crate) struct QueueArgs {
    #[command(subcommand)]
    command: Option<QueueCommand>,
    /// How many of each sort at most.
    #[arg(long, default_value_t = 100)]
    limit: u32,
}

#[derive(Debug, Subcommand)]
enum QueueCommand {
    /// Put a rejected event back into the queue.
    Retry { event: String },
    /// End a rejection: somebody has seen to it.
    End { event: String },
}

/// Shows the queue, or changes a rejection.
pub(crate) async fn run(args: QueueArgs, session: &Session) -> anyhow::Result<()> {
    match args.command {
        None => show(args.limit, session).await,
        Some(QueueCommand::Retry { event }) => {
            let done = session
                .crm()
                .await?
                .retry(&EventKey::from_stored(&event))
                .await?;
            anyhow::ensure!(
                done,
                "no event `{event}` was rejected; `queue` lists those that were"
            );
            session.output.show(&json!({"queued": event}), || {
                format!("event {event} is queued again; `work` hands it in")
            })
        }
        Some(QueueCommand::End { event }) => {
            let done = session
                .crm()
                .await?
                .end_rejection(&EventKey::from_stored(&event))
                .await?;
            anyhow::ensure!(
                done,
                "no event `{event}` was rejected; `queue` lists those that were"
            );
            session.output.show(&json!({"ended": event}), || {
                format!("event {event} has ended")
            })
        }
    }
}

async fn show(limit: u32, session: &Session) -> anyhow::Result<()> {
    let host = session.host().await?;
    let explainer = host.explainer().await?;
    let queue = host.crm().queue(limit).await?;
    session.output.show(&to_json(&queue, &explainer), || {
        describe(&queue, &explainer)
    })
}

fn to_json(queue: &QueueView, explainer: &Explainer) -> Value {
    let reason = |it: &Reason| {
        json!({
            "code": it.code, "about": facts(&it.about),
            "text": explainer.text(Language::English, &it.code, &it.about),
        })
    };
    let waiting = |it: &WaitingEvent| {
        json!({
            "event": it.key.to_string(), "hook": it.hook, "subject": it.subject,
            "attempt": it.attempt, "not_before": it.not_before,
            "reason": it.reason.as_ref().map(reason),
            "progress": it.progress.as_ref()
                .map(|it| json!({"done": it.done, "total": it.total, "unit": it.unit})),
        })
    };
    let rejected = |it: &Rejected| {
        json!({
            "event": it.key.to_string(), "hook": it.event.hook(), "subject": it.subject,
            "reason": reason(&it.reason), "who": it.who, "attempts": it.attempts,
            "rejected_at": it.rejected_at, "retry": format!("queue retry {}", it.key),
            "next_step": explainer.next_step(Language::English, &it.reason.code, &it.reason.about),
        })
    };
    json!({
        "waiting": queue.waiting.iter().map(waiting).collect::<Vec<_>>(),
        "retrying": queue.retrying.iter().map(waiting).collect::<Vec<_>>(),
        "rejected": queue.rejected.iter().map(rejected).collect::<Vec<_>>(),
        "next_due": queue.next_due,
    })
}

fn describe(queue: &QueueView, explainer: &Explainer) -> String {
    let text = |it: &Reason| explainer.text(Language::English, &it.code, &it.about);
    let waiting = |it: &WaitingEvent| {
        let progress = it.progress.as_ref();
        vec![
            or_dash(it.subject.as_deref()),
            it.hook.to_owned(),
            it.attempt.to_string(),
            match it.not_before {
                0 => "now".to_owned(),
                HELD_UNTIL.. => "when it is confirmed".to_owned(),
                due => moment(due),
            },
            or_dash(it.reason.as_ref().map(text).as_deref()),
            or_dash(
                progress
                    .map(|it| format!("{} of {} {}", it.done, it.total, it.unit))
                    .as_deref(),
            ),
        ]
    };
    let rejected = |it: &Rejected| {
        let next = explainer.next_step(Language::English, &it.reason.code, &it.reason.about);
        vec![
            or_dash(it.subject.as_deref()),
            it.event.hook().to_owned(),
            text(&it.reason),
            it.who.clone(),
            or_dash(next.as_deref()),
            it.key.to_string(),
        ]
    };
    let headers = [
        "about",
        "hook",
        "attempt",
        "due (UTC)",
        "reason",
        "progress",
    ];
    let mut parts = vec![
        format!(
            "waiting\n{}",
            table(&headers, queue.waiting.iter().map(waiting).collect())
        ),
        format!(
            "retrying\n{}",
            table(&headers, queue.retrying.iter().map(waiting).collect())
        ),
        format!(
            "somebody has to act\n{}",
            table(
                &["about", "hook", "reason", "who", "what next", "event"],
                queue.rejected.iter().map(rejected).collect(),
            )
        ),
    ];
    if !queue.rejected.is_empty() {
        parts.push("`queue retry EVENT` tries one again, `queue end EVENT` ends it".to_owned());
    }
    parts.join("\n\n")
}
