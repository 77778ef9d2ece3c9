//! `mapping`: which field of the CRM is which property in Spotler (YO-13..YO-21).

use anyhow::Context;
use clap::Subcommand;
use koppel_embedding::contract::connection::{MappingRow, Property};
use serde_json::json;

use super::{
    output::{or_dash, table},
    reference::{Setting, word},
    session::Session,
};
use crate::{contract::RecordKind, crm::codes::Code, host::DemoHost};

#[derive(Debug, Subcommand)]
pub(crate) enum MappingCommand {
    /// Show the mapping, and the properties that a field can be mapped to.
    Show,
    /// Map fields to properties and save. Linked records are synced again.
    Set {
        /// The kind of record.
        #[arg(long, default_value = "contact", value_parser = word::<RecordKind>)]
        kind: RecordKind,
        /// A field and its property, as `job_title=jobTitle`; without a
        /// property the field is not sent.
        #[arg(value_name = "FIELD=PROPERTY", required = true)]
        rows: Vec<Setting>,
    },
    /// Save the mapping as it stands, which lets the first sync begin.
    Save,
}

/// Carries the command out.
pub(crate) async fn run(command: MappingCommand, session: &Session) -> anyhow::Result<()> {
    let host = session.host().await?;
    let mut mapping = host.mapping().await.context("cannot read the mapping")?;
    match command {
        MappingCommand::Show => return show(&mapping, &host, session).await,
        MappingCommand::Set { kind, rows } => {
            for row in rows {
                set(&mut mapping, kind, row, &host).await?;
            }
        }
        MappingCommand::Save => {}
    }
    let event = host.save_mapping(mapping).await?;
    let json = json!({"event": event.to_string()});
    session.output.show(&json, || {
        "saved; `work` syncs the linked records again".to_owned()
    })
}

async fn set(
    mapping: &mut Vec<MappingRow>,
    kind: RecordKind,
    row: Setting,
    host: &DemoHost,
) -> anyhow::Result<()> {
    let catalogue = host.crm().catalogue().await?;
    anyhow::ensure!(
        catalogue.of(kind, &row.name).is_some(),
        "a {} has no field `{}`",
        kind.code(),
        row.name
    );
    let property = (!row.value.is_empty()).then_some(row.value);
    match mapping
        .iter_mut()
        .find(|it| it.kind == kind && it.field == row.name)
    {
        Some(found) => found.property = property,
        None => mapping.push(MappingRow {
            kind,
            field: row.name,
            property,
        }),
    }
    Ok(())
}

async fn show(mapping: &[MappingRow], host: &DemoHost, session: &Session) -> anyhow::Result<()> {
    let properties = host
        .properties()
        .await
        .context("cannot read the properties")?;
    let row = |it: &MappingRow| json!({"kind": it.kind.code(), "field": it.field, "property": it.property});
    let property = |it: &Property| {
        json!({
            "name": it.name, "label": it.label, "type": it.property_type,
            "fits": it.fits.iter().map(|it| it.code()).collect::<Vec<_>>(),
        })
    };
    let json = json!({
        "mapping": mapping.iter().map(row).collect::<Vec<_>>(),
        "properties": properties.iter().map(property).collect::<Vec<_>>(),
    });
    session.output.show(&json, || {
        let row = |it: &MappingRow| {
            vec![
                it.kind.code().to_owned(),
                it.field.clone(),
                or_dash(it.property.as_deref()),
            ]
        };
        let property =
            |it: &Property| vec![it.name.clone(), it.label.clone(), it.property_type.clone()];
        format!(
            "{}\n\n{}",
            table(
                &["kind", "field", "property"],
                mapping.iter().map(row).collect()
            ),
            table(
                &["property", "label", "type"],
                properties.iter().map(property).collect()
            ),
        )
    })
}
