//! `log`: the CRM's log (PV-21).

use clap::Args;
use serde_json::json;

use super::{
    output::{moment, table},
    session::Session,
};
use crate::{
    crm::{codes::Code, dump::facts, log::LogEntry},
    explain::Language,
};

#[derive(Debug, Args)]
pub(crate) struct LogArgs {
    /// How many lines at most.
    #[arg(long, default_value_t = 50)]
    limit: u32,
}

/// Shows the last lines.
pub(crate) async fn run(args: LogArgs, session: &Session) -> anyhow::Result<()> {
    let host = session.host().await?;
    let explainer = host.explainer().await?;
    let lines = host.crm().log(args.limit).await?;
    let text = |it: &LogEntry| explainer.text(Language::English, &it.code, &it.about);
    let line = |it: &LogEntry| {
        json!({
            "line": it.line, "at": it.at, "level": it.level.code(), "code": it.code,
            "about": facts(&it.about), "text": text(it),
        })
    };
    let json = json!({"lines": lines.iter().map(line).collect::<Vec<_>>()});
    session.output.show(&json, || {
        let row = |it: &LogEntry| vec![moment(it.at), it.level.code().to_owned(), text(it)];
        table(
            &["moment (UTC)", "level", "message"],
            lines.iter().map(row).collect(),
        )
    })
}
