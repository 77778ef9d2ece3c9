//! `history` and `why`: what became of a record, and which rules led to it.

use clap::Args;
use koppel_embedding::{
    contract::outcomes::RuleApplied,
    queue::{HistoryEntry, Of},
};
use serde_json::{Value, json};

use super::{
    output::{moment, or_dash, table},
    reference::Named,
    session::Session,
};
use crate::{
    crm::dump::facts,
    explain::{Explainer, Language},
};

#[derive(Debug, Args)]
pub(crate) struct HistoryArgs {
    /// The record; without it every call is shown, those about no record too.
    contact: Option<Named>,
    /// How many calls at most.
    #[arg(long, default_value_t = 50)]
    limit: u32,
}

#[derive(Debug, Args)]
pub(crate) struct WhyArgs {
    contact: Named,
}

/// Shows every call, or those about a record, latest first (DA-73).
pub(crate) async fn run(args: HistoryArgs, session: &Session) -> anyhow::Result<()> {
    let host = session.host().await?;
    let explainer = host.explainer().await?;
    let entries = match &args.contact {
        Some(contact) => host.crm().history(&contact.0, args.limit).await?,
        None => host.crm().history_of(&Of::default(), args.limit).await?,
    };
    let json = json!({
        "history": entries.iter().map(|it| entry_json(it, &explainer)).collect::<Vec<_>>(),
    });
    session.output.show(&json, || {
        let row = |it: &HistoryEntry| {
            let requests = it
                .requests
                .iter()
                .map(|(path, count)| format!("{count}× {path}"));
            vec![
                moment(it.ended_at),
                or_dash(it.subject.as_deref()),
                it.hook.clone(),
                it.attempt.to_string(),
                it.outcome.clone(),
                explainer.text(Language::English, &it.reason.code, &it.reason.about),
                requests.collect::<Vec<_>>().join("\n"),
            ]
        };
        let headers = [
            "moment (UTC)",
            "record",
            "hook",
            "attempt",
            "outcome",
            "reason",
            "requests",
        ];
        table(&headers, entries.iter().map(row).collect())
    })
}

/// Shows which rules led to the last outcome.
pub(crate) async fn why(args: WhyArgs, session: &Session) -> anyhow::Result<()> {
    let host = session.host().await?;
    let explainer = host.explainer().await?;
    let entries = host.crm().history(&args.contact.0, 1).await?;
    let Some(last) = entries.first() else {
        let nothing = || "nothing has been handed in about this record yet".to_owned();
        return session.output.show(&Value::Null, nothing);
    };
    session.output.show(&entry_json(last, &explainer), || {
        let row = |it: &RuleApplied| {
            let text = explainer.text(Language::English, &it.led_to, &it.about);
            vec![it.rule.clone(), it.led_to.clone(), text]
        };
        let reason = explainer.text(Language::English, &last.reason.code, &last.reason.about);
        let mut text = format!(
            "{} at {} UTC: {reason}\n",
            last.outcome,
            moment(last.ended_at)
        );
        text.push_str(&table(
            &["rule", "led to", ""],
            last.why.iter().map(row).collect(),
        ));
        let next = explainer.next_step(Language::English, &last.reason.code, &last.reason.about);
        if let Some(next) = next {
            text.push_str(&format!("\nwhat next: {next}"));
        }
        text
    })
}

fn entry_json(entry: &HistoryEntry, explainer: &Explainer) -> Value {
    let rule = |it: &RuleApplied| {
        json!({
            "rule": it.rule, "led_to": it.led_to, "about": facts(&it.about),
            "text": explainer.text(Language::English, &it.led_to, &it.about),
        })
    };
    json!({
        "id": entry.id,
        "event": entry.key.to_string(),
        "subject": entry.subject,
        "hook": entry.hook,
        "attempt": entry.attempt,
        "outcome": entry.outcome,
        "reason": entry.reason.code,
        "about": facts(&entry.reason.about),
        "text": explainer.text(Language::English, &entry.reason.code, &entry.reason.about),
        "next_step": explainer.next_step(Language::English, &entry.reason.code, &entry.reason.about),
        "why": entry.why.iter().map(rule).collect::<Vec<_>>(),
        "requests": entry.requests,
        "started_at": entry.started_at,
        "ended_at": entry.ended_at,
    })
}
