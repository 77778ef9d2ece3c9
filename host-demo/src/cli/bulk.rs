//! `bulk`: change many contacts at once, in two steps: choose contacts, then
//! values; look; save (YO-32..YO-36).

use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
    contact::{bit_of, read_fields},
    output::table,
    reference::{Named, Setting, word},
    session::Session,
};
use crate::{
    contract::{RecordKind, RecordRef},
    crm::{
        DemoCrm,
        bulk::{Bulk, BulkChange, BulkState, Keywords, Preview},
        codes::Code,
        edit::RuleBroken,
        selections::Selection,
    },
};

/// Change many contacts at once: `choose`, `set`, `preview`, `apply`.
#[derive(Debug, Subcommand)]
pub(crate) enum BulkCommand {
    /// Step 1: choose contacts, by id or by what they have in common.
    Choose(ChooseArgs),
    /// Step 2: choose values. What is not named stays as it is.
    Set(SetArgs),
    /// Show what would change; nothing is saved.
    Preview { number: u64 },
    /// Save it, and hand it to the connector; goes on after an interruption.
    Apply { number: u64 },
    /// List the bulk changes.
    List,
}

#[derive(Debug, Args)]
pub(crate) struct ChooseArgs {
    /// The records; or one of the options below.
    records: Vec<Named>,
    /// All of this kind: contact, lead or account.
    #[arg(long, value_parser = word::<RecordKind>)]
    kind: Option<RecordKind>,
    /// Of this kind, those whose name, address or id holds this text.
    #[arg(long, requires = "kind")]
    search: Option<String>,
    /// Of this kind, those who gave this permission.
    #[arg(long, requires = "kind", conflicts_with = "search")]
    permission: Option<String>,
    /// Of this kind, those with the attribute “Spotler”.
    #[arg(long, requires = "kind", conflicts_with_all = ["search", "permission"])]
    gated: bool,
    /// The contacts of a relation.
    #[arg(long, conflicts_with = "kind")]
    relation: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct SetArgs {
    number: u64,
    /// A field and its value, as `job_title=Buyer`; an empty value empties it.
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    fields: Vec<Setting>,
    /// A keyword to add.
    #[arg(long = "keyword", value_name = "WORD")]
    keywords: Vec<String>,
    /// Replace all existing keywords by the ones named.
    #[arg(long)]
    replace_keywords: bool,
    /// A permission to switch on, by number or name.
    #[arg(long = "on", value_name = "PERMISSION")]
    on: Vec<String>,
    /// A permission to switch off, by number or name.
    #[arg(long = "off", value_name = "PERMISSION")]
    off: Vec<String>,
    /// The trigger code of a journey to start.
    #[arg(long = "start", value_name = "TRIGGER")]
    starts: Vec<String>,
    /// The trigger code of a journey to stop.
    #[arg(long = "stop", value_name = "TRIGGER")]
    stops: Vec<String>,
}

/// Carries the command out.
pub(crate) async fn run(command: BulkCommand, session: &Session) -> anyhow::Result<()> {
    let crm = session.crm().await?;
    match command {
        BulkCommand::Choose(args) => {
            let bulk = crm.choose_for_bulk(whom(args, &crm).await?).await?;
            session.output.show(&bulk_json(&bulk), || {
                let Bulk { number, chosen, .. } = bulk;
                format!("bulk change {number}: {chosen} records chosen; say what with `bulk set {number}`")
            })
        }
        BulkCommand::Set(args) => set(args, session, &crm).await,
        BulkCommand::Preview { number } => preview(number, session, &crm).await,
        BulkCommand::Apply { number } => apply(number, session, &crm).await,
        BulkCommand::List => {
            let bulks = crm.bulks(50).await?;
            let json = json!({"bulk_changes": bulks.iter().map(bulk_json).collect::<Vec<_>>()});
            session.output.show(&json, || {
                let row = |it: &Bulk| {
                    vec![
                        it.number.to_string(),
                        it.chosen.to_string(),
                        state_word(it.state).to_owned(),
                        it.job.map_or_else(|| "–".to_owned(), |it| it.to_string()),
                        what_changes(&it.change),
                    ]
                };
                let headers = ["bulk change", "records", "state", "job", "changes"];
                table(&headers, bulks.iter().map(row).collect())
            })
        }
    }
}

async fn whom(args: ChooseArgs, crm: &DemoCrm) -> anyhow::Result<Selection> {
    let by_option = args.kind.is_some() || args.relation.is_some();
    anyhow::ensure!(
        args.records.is_empty() == by_option,
        "choose records by their ids, or by `--kind` or `--relation`, and not both"
    );
    if let Some(relation) = args.relation {
        return Ok(Selection::Relation(relation));
    }
    let Some(kind) = args.kind else {
        return Ok(Selection::Records(
            args.records.into_iter().map(|it| it.0).collect(),
        ));
    };
    Ok(match (args.search, args.permission) {
        (Some(text), _) => Selection::Search(kind, text),
        (None, Some(permission)) => Selection::Permission(kind, bit_of(&permission, crm).await?),
        (None, None) if args.gated => Selection::Gated(kind),
        (None, None) => Selection::All(kind),
    })
}

async fn set(args: SetArgs, session: &Session, crm: &DemoCrm) -> anyhow::Result<()> {
    let named = !args.keywords.is_empty() || args.replace_keywords;
    let mut change = BulkChange {
        fields: read_fields(args.fields, crm, None).await?,
        keywords: named.then_some(Keywords {
            words: args.keywords,
            replace: args.replace_keywords,
        }),
        starts: args.starts,
        stops: args.stops,
        ..BulkChange::default()
    };
    for permission in &args.on {
        change.on.push(bit_of(permission, crm).await?);
    }
    for permission in &args.off {
        change.off.push(bit_of(permission, crm).await?);
    }
    if let Some(both) = change.on.iter().find(|it| change.off.contains(it)) {
        anyhow::bail!("permission {both} cannot be switched on and off at once");
    }
    let bulk = crm.set_bulk(args.number, change).await?;
    session.output.show(&bulk_json(&bulk), || {
        let number = bulk.number;
        format!("bulk change {number} changes {}; look with `bulk preview {number}`, save with `bulk apply {number}`",
            what_changes(&bulk.change))
    })
}

async fn preview(number: u64, session: &Session, crm: &DemoCrm) -> anyhow::Result<()> {
    let (bulk, preview) = crm.preview_bulk(number).await?;
    let name = |it: &RecordRef| format!("{}/{}", it.kind.code(), it.id);
    let told = |why: Option<&RuleBroken>| {
        why.map_or_else(|| "there is no such record".to_owned(), ToString::to_string)
    };
    let refusal = |(record, why): &(RecordRef, Option<RuleBroken>)| json!({"record": name(record), "why": told(why.as_ref())});
    let json = json!({
        "bulk": bulk_json(&bulk),
        "changed": preview.changed,
        "unchanged": preview.unchanged,
        "refused": preview.refused,
        "examples": preview.examples.iter().map(name).collect::<Vec<_>>(),
        "refusals": preview.refusals.iter().map(refusal).collect::<Vec<_>>(),
    });
    session.output.show(&json, || {
        let Preview { changed, unchanged, refused, examples, refusals, .. } = &preview;
        let mut text = format!(
            "{} of {} records: {changed} would change, {unchanged} have the values already, {refused} are refused",
            what_changes(&bulk.change), bulk.chosen,
        );
        if !examples.is_empty() {
            let names: Vec<String> = examples.iter().map(name).collect();
            text.push_str(&format!("\nwould change: {}", names.join(", ")));
        }
        for (record, why) in refusals {
            let why = told(why.as_ref());
            text.push_str(&format!("\nrefused: {}: {why}", name(record)));
        }
        text
    })
}

async fn apply(number: u64, session: &Session, crm: &DemoCrm) -> anyhow::Result<()> {
    let total = crm.bulk(number).await?.chosen;
    let bar = session.output.progress(Some(total), "records saved");
    let bulk = crm
        .save_bulk(number, |saved| bar.set_position(saved))
        .await?;
    bar.finish_and_clear();
    let job = bulk.job.context("a bulk change that is saved has a job")?;
    session.output.show(&bulk_json(&bulk), || {
        format!("saved; job {job} tells what it comes to: `work`, then `jobs show {job}`")
    })
}

fn what_changes(change: &BulkChange) -> String {
    let mut parts = change.field_names();
    parts.extend(change.on.iter().map(|it| format!("permission {it} on")));
    parts.extend(change.off.iter().map(|it| format!("permission {it} off")));
    parts.extend(change.starts.iter().map(|it| format!("start {it}")));
    parts.extend(change.stops.iter().map(|it| format!("stop {it}")));
    if parts.is_empty() {
        return "nothing yet".to_owned();
    }
    parts.join(", ")
}

fn state_word(state: BulkState) -> &'static str {
    match state {
        BulkState::Draft => "draft",
        BulkState::UnderWay => "under-way",
        BulkState::Saved => "saved",
    }
}

fn bulk_json(bulk: &Bulk) -> Value {
    json!({
        "bulk": bulk.number,
        "records": bulk.chosen,
        "fields": bulk.change.field_names(),
        "on": bulk.change.on,
        "off": bulk.change.off,
        "state": state_word(bulk.state),
        "job": bulk.job,
    })
}
