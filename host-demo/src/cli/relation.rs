//! `relation`: organisations with contacts, and their module fields
//! (YO-43..YO-48).

use anyhow::Context;
use clap::Subcommand;
use serde_json::{Value, json};

use super::{output::table, session::Session};
use crate::crm::{
    relations::{RelationField, module_field_name, module_field_value},
    value,
};

/// Relations: organisations with contacts, and their module fields.
#[derive(Debug, Subcommand)]
pub(crate) enum RelationCommand {
    /// Add a relation, or rename it.
    Save {
        /// Its id, such as `R0029`.
        id: String,
        /// Its name.
        name: String,
    },
    /// Change a field; one whose name ends in the word “module” syncs the
    /// primary contact.
    Set {
        /// The relation.
        id: String,
        /// What users call the field, such as `Documenten module`.
        label: String,
        /// yes, no or a number; nothing empties the field.
        #[arg(default_value = "")]
        value: String,
    },
    /// Show a relation with its fields.
    Show { id: String },
}

/// Carries the command out.
pub(crate) async fn run(command: RelationCommand, session: &Session) -> anyhow::Result<()> {
    let crm = session.crm().await?;
    match command {
        RelationCommand::Save { id, name } => {
            crm.set_relation(&id, &name).await?;
            let json = json!({"relation": id, "name": name});
            session
                .output
                .show(&json, || format!("saved relation {id}: {name}"))
        }
        RelationCommand::Set { id, label, value } => {
            known(&id, session).await?;
            let parsed = module_field_value(&value);
            let value = parsed.with_context(|| format!("`{value}` is not yes, no or a number"))?;
            let name = module_field_name(&label);
            let event = crm.set_relation_field(&id, &name, &label, value).await?;
            let json = json!({"relation": id, "event": event.as_ref().map(ToString::to_string)});
            session.output.show(&json, || match event {
                Some(_) => format!("saved `{label}` of relation {id}; its event is queued"),
                None => format!("nothing differs: `{label}` was left as it is"),
            })
        }
        RelationCommand::Show { id } => {
            let relation = known(&id, session).await?;
            let field = |it: &RelationField| {
                let value = it.value.as_ref().map_or(Value::Null, value::to_json);
                json!({"name": it.name, "label": it.label, "value": value})
            };
            let fields: Vec<Value> = relation.fields.iter().map(field).collect();
            let json = json!({"relation": id, "name": relation.name, "fields": fields});
            session.output.show(&json, || {
                let row = |it: &RelationField| {
                    let value = it.value.as_ref().map(value::to_text);
                    vec![it.label.clone(), value.unwrap_or_default()]
                };
                let fields = relation.fields.iter().map(row).collect();
                format!(
                    "{id}: {}\n{}",
                    relation.name,
                    table(&["field", "value"], fields)
                )
            })
        }
    }
}

async fn known(id: &str, session: &Session) -> anyhow::Result<crate::crm::relations::Relation> {
    let relation = session.crm().await?.relation(id).await?;
    relation.with_context(|| format!("there is no relation `{id}`; make it with `relation save`"))
}
