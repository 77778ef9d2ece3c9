//! `field`: the fields that records have, and new ones (DA-55).

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{output::table, reference::word, session::Session};
use crate::{
    contract::{FieldType, RecordKind},
    crm::{codes::Code, fields::Field},
};

#[derive(Debug, Subcommand)]
pub(crate) enum FieldCommand {
    /// Show the fields.
    List,
    /// Add a field; it can be mapped at once.
    Add(AddArgs),
}

#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    /// Its name.
    name: String,
    /// What a user calls it.
    #[arg(long)]
    label: Option<String>,
    /// Its type.
    #[arg(long = "type", default_value = "text", value_parser = word::<FieldType>)]
    field_type: FieldType,
    /// The kind of record that has it; may be given more than once.
    #[arg(long = "kind", default_value = "contact", value_parser = word::<RecordKind>)]
    kinds: Vec<RecordKind>,
}

/// Carries the command out.
pub(crate) async fn run(command: FieldCommand, session: &Session) -> anyhow::Result<()> {
    let crm = session.crm().await?;
    match command {
        FieldCommand::List => {
            let catalogue = crm.catalogue().await?;
            let kinds = |it: &Field| it.kinds.iter().map(|it| it.code()).collect::<Vec<_>>();
            let field = |it: &Field| json!({"name": it.name, "label": it.label, "type": it.field_type.code(), "kinds": kinds(it)});
            let json: Vec<Value> = catalogue.fields().iter().map(field).collect();
            session.output.show(&json!({ "fields": json }), || {
                let row = |it: &Field| {
                    vec![
                        it.name.clone(),
                        it.label.clone(),
                        it.field_type.code().to_owned(),
                        kinds(it).join(", "),
                    ]
                };
                table(
                    &["field", "label", "type", "kinds"],
                    catalogue.fields().iter().map(row).collect(),
                )
            })
        }
        FieldCommand::Add(args) => {
            let field = Field {
                label: args.label.unwrap_or_else(|| args.name.clone()),
                name: args.name.clone(),
                field_type: args.field_type,
                kinds: args.kinds,
                meaning: None,
                options: Vec::new(),
            };
            crm.add_field(field).await?;
            session.output.show(&json!({"field": args.name}), || {
                format!("field {} is there; `mapping edit` can map it", args.name)
            })
        }
    }
}
