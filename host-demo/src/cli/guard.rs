//! `guard`: runs that would take down or change unusually many records, and a
//! person's word on them.

use clap::{Args, Subcommand};
use koppel_embedding::guard::{GuardLimit, GuardRun, GuardSettings};
use serde_json::json;

use super::{
    output::{moment, table},
    session::Session,
};
use crate::host::DemoHost;

#[derive(Debug, Args)]
pub(crate) struct GuardArgs {
    #[command(subcommand)]
    command: Option<GuardCommand>,
}

#[derive(Debug, Subcommand)]
enum GuardCommand {
    /// Show the records that wait with a run.
    Show {
        run: String,
        /// How many at most.
        #[arg(long, default_value_t = 1_000)]
        limit: u32,
    },
    /// Confirm a run: what waits with it is handed in.
    Confirm {
        run: String,
        /// How many records the list had when you looked; refused if it has others
        /// by now.
        #[arg(long)]
        records: Option<u64>,
    },
    /// Reject a run: what waits with it ends, and nothing of it reaches Spotler.
    Reject { run: String },
    /// Show or change when a run is paused.
    Settings(SettingsArgs),
}

#[derive(Debug, Args)]
struct SettingsArgs {
    /// Switch the guard on.
    #[arg(long, conflicts_with = "off")]
    on: bool,
    /// Switch the guard off: nothing is paused any more.
    #[arg(long)]
    off: bool,
    /// Over how many minutes single saves are counted together.
    #[arg(long, value_name = "MINUTES")]
    window: Option<u64>,
    /// How many records may be deactivated or deleted.
    #[arg(long, value_name = "NUMBER")]
    taken_down: Option<u64>,
    /// What percentage of all records may be deactivated or deleted.
    #[arg(long, value_name = "PERCENT")]
    taken_down_share: Option<u8>,
    /// How many records may be changed.
    #[arg(long, value_name = "NUMBER")]
    changed: Option<u64>,
    /// What percentage of all records may be changed.
    #[arg(long, value_name = "PERCENT")]
    changed_share: Option<u8>,
}

/// Shows what is paused, or decides it.
pub(crate) async fn run(args: GuardArgs, session: &Session) -> anyhow::Result<()> {
    let host = session.host().await?;
    match args.command {
        None => list(&host, session).await,
        Some(GuardCommand::Show { run, limit }) => show(&run, limit, &host, session).await,
        Some(GuardCommand::Confirm { run, records }) => {
            if let Some(seen) = records {
                let now = known(&run, &host).await?.records;
                anyhow::ensure!(
                    now == seen,
                    "{now} records wait with run {run} by now; look with `guard show {run}`"
                );
            }
            let done = host.confirm_run(&run).await?;
            let done = done.ok_or_else(|| no_such(&run))?;
            session
                .output
                .show(&json!({"confirmed": run, "events": done}), || {
                    format!("confirmed; `work` hands {done} events in")
                })
        }
        Some(GuardCommand::Reject { run }) => {
            let done = host.reject_run(&run).await?;
            let done = done.ok_or_else(|| no_such(&run))?;
            session
                .output
                .show(&json!({"rejected": run, "events": done}), || {
                    format!("rejected; `queue` lists the {done} events until somebody ends them")
                })
        }
        Some(GuardCommand::Settings(args)) => settings(args, &host, session).await,
    }
}

fn no_such(run: &str) -> anyhow::Error {
    anyhow::anyhow!("no run `{run}` waits for a confirmation; `guard` lists those that do")
}

async fn known(run: &str, host: &DemoHost) -> anyhow::Result<GuardRun> {
    let runs = host.guard_runs().await?;
    runs.into_iter()
        .find(|it| it.id == run)
        .ok_or_else(|| no_such(run))
}

async fn list(host: &DemoHost, session: &Session) -> anyhow::Result<()> {
    let runs = host.guard_runs().await?;
    session.output.show(&json!({ "runs": runs }), || {
        let row = |it: &GuardRun| {
            vec![
                it.id.clone(),
                it.kind.clone(),
                it.records.to_string(),
                moment(it.opened_at),
            ]
        };
        table(
            &["run", "what", "records", "paused at (UTC)"],
            runs.iter().map(row).collect(),
        )
    })
}

async fn show(run: &str, limit: u32, host: &DemoHost, session: &Session) -> anyhow::Result<()> {
    let known = known(run, host).await?;
    let records = host.held_records(run, limit).await?;
    let json = json!({"run": known, "records": records});
    session.output.show(&json, || {
        let mut text = format!("run {run}: {} records, {}", known.records, known.kind);
        for record in &records {
            text.push_str("\n  ");
            text.push_str(record);
        }
        if known.records > records.len() as u64 {
            text.push_str("\n  …");
        }
        text
    })
}

async fn settings(args: SettingsArgs, host: &DemoHost, session: &Session) -> anyhow::Result<()> {
    let before = host.guard_settings().await?;
    let settings = GuardSettings {
        enabled: (before.enabled || args.on) && !args.off,
        window_minutes: args.window.unwrap_or(before.window_minutes),
        taken_down: limit(before.taken_down, args.taken_down, args.taken_down_share),
        changed: limit(before.changed, args.changed, args.changed_share),
    };
    if settings != before {
        host.save_guard_settings(settings).await?;
    }
    session.output.show(&json!({ "settings": settings }), || {
        let row = |what: &str, it: &GuardLimit| {
            vec![
                what.to_owned(),
                it.number.to_string(),
                format!("{} %", it.share * 100.0),
                it.always.to_string(),
            ]
        };
        format!(
            "the guard is {}; single saves are counted over {} minutes\n{}",
            if settings.enabled { "on" } else { "off" },
            settings.window_minutes,
            table(
                &["what", "at most", "at most of all", "always allowed"],
                vec![
                    row("taken down", &settings.taken_down),
                    row("changed", &settings.changed)
                ],
            )
        )
    })
}

/// A number that is set by hand is meant: fewer than it are always allowed too.
fn limit(before: GuardLimit, number: Option<u64>, share: Option<u8>) -> GuardLimit {
    let number = number.unwrap_or(before.number);
    GuardLimit {
        number,
        share: share.map_or(before.share, |it| f64::from(it) / 100.0),
        always: before.always.min(number),
    }
}
