//! `mapping`: which field of the CRM is which property in Spotler (YO-13..YO-21).

use anyhow::Context;
use clap::{Args, Subcommand};
use koppel_embedding::contract::connection::{MappingRow, Property};
use serde_json::{Value, json};

use super::{
    output::{or_dash, table},
    reference::{Setting, word},
    session::Session,
};
use crate::{
    contract::RecordKind,
    crm::{codes::Code, dump::facts},
    explain::{Explainer, Language},
    host::{DemoHost, MappingForecast},
};

#[derive(Debug, Subcommand)]
pub(crate) enum MappingCommand {
    /// Show the mapping, and the properties that a field can be mapped to.
    Show,
    /// Open the mapping and change rows of it, without saving yet.
    Edit(RowsArgs),
    /// Show what saving would do: how many linked records would change. Of rows
    /// that are named, else of what is being edited.
    WhatIf(RowsArgs),
    /// Throw away what is being edited; the mapping stays as it is.
    Cancel,
    /// Map fields to properties and save at once. Linked records are synced again.
    Set(RowsArgs),
    /// Save what is being edited, else the mapping as it stands, which lets the
    /// first sync begin. Linked records are synced again.
    Save,
}

#[derive(Debug, Args)]
pub(crate) struct RowsArgs {
    /// The kind of record.
    #[arg(long, default_value = "contact", value_parser = word::<RecordKind>)]
    kind: RecordKind,
    /// A field and its property, as `job_title=jobTitle`; without a property the
    /// field is not sent.
    #[arg(value_name = "FIELD=PROPERTY")]
    rows: Vec<Setting>,
}

/// Carries the command out.
pub(crate) async fn run(command: MappingCommand, session: &Session) -> anyhow::Result<()> {
    let host = session.host().await?;
    let stands = host.mapping().await.context("cannot read the mapping")?;
    let draft = host.mapping_draft().await?;
    let being_edited = draft.clone().unwrap_or_else(|| stands.clone());
    match command {
        MappingCommand::Show => show(&stands, draft.as_deref(), &host, session).await,
        MappingCommand::Edit(args) => {
            let mapping = with_rows(being_edited, args, &host).await?;
            host.keep_mapping_draft(mapping.clone()).await?;
            show(&stands, Some(&mapping), &host, session).await
        }
        MappingCommand::WhatIf(args) => {
            let mapping = with_rows(being_edited, args, &host).await?;
            let explainer = host.explainer().await?;
            let forecast = host.what_if(&mapping).await?;
            session
                .output
                .show(&forecast_json(&forecast, &explainer), || {
                    describe(&forecast, &explainer)
                })
        }
        MappingCommand::Cancel => {
            let was_open = host.cancel_mapping().await?;
            session
                .output
                .show(&json!({"cancelled": was_open}), || match was_open {
                    true => "cancelled; the mapping is as it was".to_owned(),
                    false => "nothing was being edited".to_owned(),
                })
        }
        MappingCommand::Set(args) => {
            anyhow::ensure!(!args.rows.is_empty(), "name at least one FIELD=PROPERTY");
            anyhow::ensure!(
                draft.is_none(),
                "the mapping is being edited; use `mapping save` or `mapping cancel` first"
            );
            let mapping = with_rows(stands, args, &host).await?;
            save(mapping, &host, session).await
        }
        MappingCommand::Save => save(being_edited, &host, session).await,
    }
}

/// Saves a mapping in which nothing is wrong, and says what follows.
async fn save(mapping: Vec<MappingRow>, host: &DemoHost, session: &Session) -> anyhow::Result<()> {
    let forecast = host.what_if(&mapping).await?;
    if !forecast.faults.is_empty() {
        let explainer = host.explainer().await?;
        anyhow::bail!("nothing was saved\n{}", describe(&forecast, &explainer));
    }
    let event = host.save_mapping(mapping).await?;
    let json = json!({
        "event": event.to_string(), "linked": forecast.linked, "changing": forecast.changing,
    });
    session.output.show(&json, || {
        format!(
            "saved; `work` looks through the {} linked records again, of which {} change",
            forecast.linked, forecast.changing
        )
    })
}

async fn with_rows(
    mut mapping: Vec<MappingRow>,
    args: RowsArgs,
    host: &DemoHost,
) -> anyhow::Result<Vec<MappingRow>> {
    let catalogue = host.crm().mappable_fields().await?;
    let kind = args.kind;
    for row in args.rows {
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
    }
    Ok(mapping)
}

fn forecast_json(forecast: &MappingForecast, explainer: &Explainer) -> Value {
    let faults = forecast.faults.iter().map(|it| {
        let text = |language| explainer.text(language, &it.reason.code, &it.reason.about);
        json!({
            "kind": it.kind.code(), "field": it.field, "code": it.reason.code,
            "about": facts(&it.reason.about),
            "nl": text(Language::Dutch), "en": text(Language::English),
        })
    });
    let records = forecast
        .records
        .iter()
        .map(|it| format!("{}/{}", it.kind.code(), it.id));
    json!({
        "faults": faults.collect::<Vec<_>>(), "linked": forecast.linked,
        "changing": forecast.changing, "requests": forecast.requests,
        "records": records.collect::<Vec<_>>(),
    })
}

fn describe(forecast: &MappingForecast, explainer: &Explainer) -> String {
    if !forecast.faults.is_empty() {
        let fault = |it: &koppel_embedding::contract::connection::MappingFault| {
            let text = explainer.text(Language::English, &it.reason.code, &it.reason.about);
            format!("{}: {text}", it.kind.code())
        };
        let faults: Vec<String> = forecast.faults.iter().map(fault).collect();
        return faults.join("\n");
    }
    let mut text = format!(
        "{} linked, {} would change, {} requests",
        forecast.linked, forecast.changing, forecast.requests
    );
    let shown = forecast.records.iter().take(20);
    for record in shown {
        text.push_str(&format!("\n  {}/{}", record.kind.code(), record.id));
    }
    if forecast.changing > 20 {
        text.push_str("\n  …");
    }
    text
}

async fn show(
    stands: &[MappingRow],
    draft: Option<&[MappingRow]>,
    host: &DemoHost,
    session: &Session,
) -> anyhow::Result<()> {
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
        "mapping": stands.iter().map(row).collect::<Vec<_>>(),
        "draft": draft.map(|it| it.iter().map(row).collect::<Vec<_>>()),
        "properties": properties.iter().map(property).collect::<Vec<_>>(),
    });
    session.output.show(&json, || {
        let row = |it: &MappingRow| {
            vec![
                it.kind.code().to_owned(),
                it.field.clone(),
                or_dash(it.property.as_deref()),
                if draft.is_some() && !stands.contains(it) {
                    "changed, not saved yet".to_owned()
                } else {
                    String::new()
                },
            ]
        };
        let property = |it: &Property| {
            let fits: Vec<&str> = it.fits.iter().map(|it| it.code()).collect();
            vec![
                it.name.clone(),
                it.label.clone(),
                it.property_type.clone(),
                fits.join(", "),
            ]
        };
        let shown = draft.unwrap_or(stands);
        format!(
            "{}\n\n{}",
            table(
                &["kind", "field", "property", ""],
                shown.iter().map(row).collect()
            ),
            table(
                &["property", "label", "type", "fields that fit"],
                properties.iter().map(property).collect()
            ),
        )
    })
}
