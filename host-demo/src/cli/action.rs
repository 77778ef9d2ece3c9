//! `action`: start an operation of the component by hand (DA-61, DA-80).

use anyhow::Context;
use clap::Args;
use koppel_embedding::{
    Event,
    contract::actions::{ManualAction, PermissionWish},
};
use serde_json::json;

use super::{
    reference::{Named, Setting},
    session::Session,
};
use crate::contract::NamedValue;

#[derive(Debug, Args)]
pub(crate) struct ActionArgs {
    /// The operation; `action help` shows those that the component has.
    operation: String,
    /// The records, at most 500.
    records: Vec<Named>,
    /// A saved selection instead.
    #[arg(long, conflicts_with = "records")]
    selection: Option<String>,
    /// A permission to switch on, by its number.
    #[arg(long = "on", value_name = "BIT")]
    on: Vec<u32>,
    /// A permission to switch off, by its number.
    #[arg(long = "off", value_name = "BIT")]
    off: Vec<u32>,
    /// What the operation wants to know besides, as `name=value`.
    #[arg(long = "with", value_name = "NAME=VALUE")]
    parameters: Vec<Setting>,
}

/// Queues the operation, or lists the operations.
pub(crate) async fn run(args: ActionArgs, session: &Session) -> anyhow::Result<()> {
    let host = session.host().await?;
    let operations = host
        .embedding()
        .describe()
        .await
        .context("cannot list operations")?
        .operations;
    if args.operation == "help" {
        let json = json!({"operations": operations});
        return session.output.show(&json, || operations.join("\n"));
    }
    anyhow::ensure!(
        operations.contains(&args.operation),
        "the component has no operation `{}`; it has {}",
        args.operation,
        operations.join(", ")
    );
    let wish = |on: bool| move |bit: u32| PermissionWish { bit, on };
    let wishes = args
        .on
        .into_iter()
        .map(wish(true))
        .chain(args.off.into_iter().map(wish(false)));
    let action = ManualAction {
        operation: args.operation.clone(),
        records: args.records.into_iter().map(|it| it.0).collect(),
        selection: args.selection,
        permissions: wishes.collect(),
        fields: Vec::new(),
        parameters: args
            .parameters
            .into_iter()
            .map(|it| NamedValue {
                name: it.name,
                value: it.value,
            })
            .collect(),
    };
    let event = host.enqueue(Event::Action(action)).await?;
    let job = host.crm().job_of(&event).await?;
    let json = json!({"event": event.to_string(), "operation": args.operation, "job": job});
    session.output.show(&json, || {
        let number = job.unwrap_or_default();
        format!(
            "queued {} as job {number}: `work` carries it out",
            args.operation
        )
    })
}
