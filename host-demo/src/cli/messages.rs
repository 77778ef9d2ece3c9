//! `messages`: what users were told (PV-20).

use clap::Args;
use serde_json::json;

use super::{
    output::{moment, or_dash, table},
    session::Session,
};
use crate::{
    crm::{dump::facts, outbox::Message},
    explain::Language,
};

#[derive(Debug, Args)]
pub(crate) struct MessagesArgs {
    /// Those to this user only.
    #[arg(long = "to", value_name = "USER")]
    to: Option<String>,
}

/// Lists the messages, in the order in which they were sent.
pub(crate) async fn run(args: MessagesArgs, session: &Session) -> anyhow::Result<()> {
    let host = session.host().await?;
    let explainer = host.explainer().await?;
    let mut messages = host.crm().messages().await?;
    messages.retain(|it| args.to.is_none() || it.user == args.to);
    let text = |it: &Message| explainer.text(Language::English, &it.code, &it.about);
    let message = |it: &Message| {
        json!({
            "key": it.key, "to": it.user, "code": it.code, "text": text(it),
            "about": facts(&it.about), "at": it.at,
        })
    };
    let json = json!({"messages": messages.iter().map(message).collect::<Vec<_>>()});
    session.output.show(&json, || {
        let row = |it: &Message| vec![moment(it.at), or_dash(it.user.as_deref()), text(it)];
        let headers = ["sent (UTC)", "to", "message"];
        table(&headers, messages.iter().map(row).collect())
    })
}
