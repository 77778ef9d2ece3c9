//! `card`: the Spotler block of one record, and its histories (YO-24..YO-27,
//! RE-25..RE-29, RE-42).

use clap::{Args, ValueEnum};
use koppel_embedding::contract::card::{
    BlockState, Card, FilledInForm, PermissionSwitch, SentMessage,
};
use serde_json::{Value, json};

use super::{
    output::{moment, or_dash, table},
    reference::Named,
    report::{Failed, explained},
    session::Session,
};
use crate::{
    contract::{Activity, RecordRef},
    crm::{codes::Code, dump::facts},
    explain::Language,
    host::{DemoHost, HostError, MessageHistory},
};

/// Whose card, and what of it.
#[derive(Debug, Args)]
pub(crate) struct CardArgs {
    contact: Named,
    /// Ask Spotler what it has at this moment.
    #[arg(long)]
    live: bool,
    /// A history instead of the block.
    #[arg(long, conflicts_with = "live")]
    history: Option<History>,
}

/// The histories of a person.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum History {
    /// The CRM's own timeline.
    Timeline,
    /// Mailings, from Spotler.
    Mailings,
    /// Messages of journeys, from Spotler.
    Journeys,
    /// Forms, from Spotler.
    Forms,
}

/// Shows the card.
pub(crate) async fn run(args: CardArgs, session: &Session) -> anyhow::Result<()> {
    let host = session.host().await?;
    let shown = show(args, session, &host).await;
    explained(&host, shown).await
}

async fn show(args: CardArgs, session: &Session, host: &DemoHost) -> Result<(), Failed> {
    let reference = &args.contact.0;
    match args.history {
        None => block(reference, args.live, session, host).await,
        Some(History::Timeline) => timeline(reference, session, host).await,
        Some(History::Mailings) => {
            let of = MessageHistory::Mailings;
            messages(host.message_history(reference, of).await?, session)
        }
        Some(History::Journeys) => {
            let of = MessageHistory::Journeys;
            messages(host.message_history(reference, of).await?, session)
        }
        Some(History::Forms) => forms(host.form_history(reference).await?, session),
    }
}

async fn block(
    reference: &RecordRef,
    live: bool,
    session: &Session,
    host: &DemoHost,
) -> Result<(), Failed> {
    let card = if live {
        let tenant = host.crm().tenant();
        let asked = host.embedding().read_live_card(tenant, reference);
        asked.await.map_err(HostError::from)?
    } else {
        host.card(reference).await?
    };
    let explainer = host.explainer().await?;
    let text = explainer.text(Language::English, &card.reason, &[]);
    let json = card_json(&card, &text);
    Ok(session.output.show(&json, || {
        let row = |it: &PermissionSwitch| {
            vec![
                it.bit.to_string(),
                it.name.clone(),
                if it.on { "on" } else { "off" }.to_owned(),
                if it.locked { "locked" } else { "" }.to_owned(),
                format!("{} ({})", it.consent.code(), it.origin.code()),
            ]
        };
        let headers = ["bit", "permission", "Spotler", "", "said"];
        let permissions = table(&headers, card.permissions.iter().map(row).collect());
        let id = or_dash(card.external_id.as_deref());
        format!("{} · {id}: {text}\n{permissions}", state(card.state))
    })?)
}

fn state(state: BlockState) -> &'static str {
    match state {
        BlockState::Synchronised => "synchronised",
        BlockState::NotSynchronised => "not-synchronised",
        BlockState::Inactive => "inactive",
    }
}

fn card_json(card: &Card, text: &str) -> Value {
    let switch = |it: &PermissionSwitch| {
        json!({
            "bit": it.bit, "name": it.name, "on": it.on, "locked": it.locked,
            "consent": it.consent.code(), "origin": it.origin.code(),
        })
    };
    json!({
        "state": state(card.state), "status": card.status.map(Code::code),
        "reason": card.reason, "text": text, "synced_at": card.synced_at,
        "external_id": card.external_id,
        "permissions": card.permissions.iter().map(switch).collect::<Vec<_>>(),
    })
}

async fn timeline(reference: &RecordRef, session: &Session, host: &DemoHost) -> Result<(), Failed> {
    let lines = host.crm().timeline(reference, 1000).await;
    let lines = lines.map_err(HostError::from)?;
    let as_json = |it: &Activity| {
        json!({
            "key": it.key, "kind": it.kind.code(), "at": it.at, "title": it.title,
            "facts": facts(&it.facts),
        })
    };
    let json = json!({"timeline": lines.iter().map(as_json).collect::<Vec<_>>()});
    Ok(session.output.show(&json, || {
        let row = |it: &Activity| {
            let fact = |it: &crate::contract::NamedValue| format!("{}: {}", it.name, it.value);
            let facts: Vec<String> = it.facts.iter().map(fact).collect();
            vec![
                moment(it.at),
                it.kind.code().to_owned(),
                it.title.clone(),
                facts.join("\n"),
            ]
        };
        let headers = ["moment (UTC)", "", "title", "facts"];
        table(&headers, lines.iter().map(row).collect())
    })?)
}

fn messages(messages: Vec<SentMessage>, session: &Session) -> Result<(), Failed> {
    let as_json = |it: &SentMessage| {
        json!({
            "message": it.message, "name": it.name, "medium": it.medium.code(),
            "sent_at": it.sent_at, "online_version": it.online_version,
            "participation": it.participation, "opened": it.opened.code(),
            "clicked": it.clicked.code(), "bounced": it.bounced.map(Code::code),
        })
    };
    let json = json!({"messages": messages.iter().map(as_json).collect::<Vec<_>>()});
    Ok(session.output.show(&json, || {
        let row = |it: &SentMessage| {
            vec![
                moment(it.sent_at),
                it.name.clone(),
                it.medium.code().to_owned(),
                it.opened.code().to_owned(),
                it.clicked.code().to_owned(),
                or_dash(it.bounced.map(Code::code)),
                or_dash(it.participation.as_deref()),
                or_dash(it.online_version.as_deref()),
            ]
        };
        let headers = [
            "sent (UTC)",
            "message",
            "as",
            "opened",
            "clicked",
            "bounced",
            "participation",
            "online version",
        ];
        table(&headers, messages.iter().map(row).collect())
    })?)
}

fn forms(forms: Vec<FilledInForm>, session: &Session) -> Result<(), Failed> {
    let as_json = |it: &FilledInForm| {
        json!({
            "form": it.form, "name": it.name, "type": it.form_type, "result": it.form_result,
            "submitted_at": it.submitted_at, "completed": it.completed,
        })
    };
    let json = json!({"forms": forms.iter().map(as_json).collect::<Vec<_>>()});
    Ok(session.output.show(&json, || {
        let row = |it: &FilledInForm| {
            vec![
                moment(it.submitted_at),
                it.name.clone(),
                it.form_type.clone(),
                if it.completed {
                    "completed"
                } else {
                    "not completed"
                }
                .to_owned(),
                it.form.clone(),
                it.form_result.clone(),
            ]
        };
        let headers = ["filled in (UTC)", "form", "type", "", "form id", "result"];
        table(&headers, forms.iter().map(row).collect())
    })?)
}
