//! `inspect`: what a component imports, offers and may use.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use koppel_embedding::{Limits, inspect::Inspection};
use serde_json::json;

use super::{output::table, session::Session};
use crate::host::{Component, DemoConfig};

#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// The component; without it the one that the other commands use.
    file: Option<PathBuf>,
}

/// Shows imports, exports, size, hash and limits.
pub(crate) async fn run(args: InspectArgs, session: &Session) -> anyhow::Result<()> {
    let component = args
        .file
        .map_or_else(|| session.component(), Component::File);
    let config = DemoConfig {
        component,
        ..DemoConfig::new("")
    };
    let inspection = config
        .load_component()
        .context("cannot inspect the component")?
        .inspect();
    let json = json!({"component": inspection, "limits": config.limits});
    session
        .output
        .show(&json, || describe(&inspection, &config.limits))
}

fn describe(inspection: &Inspection, limits: &Limits) -> String {
    let mut rows = vec![
        vec!["sha256".to_owned(), inspection.sha256.clone()],
        vec![
            "size".to_owned(),
            format!("{} bytes", inspection.size_bytes),
        ],
        vec![
            "contract".to_owned(),
            inspection
                .contract
                .clone()
                .unwrap_or_else(|| "unknown".to_owned()),
        ],
        vec!["imports".to_owned(), inspection.imports.join("\n")],
    ];
    for offer in &inspection.offers {
        rows.push(vec![offer.interface.clone(), offer.functions.join("\n")]);
    }
    rows.push(vec![
        "memory of a call".to_owned(),
        format!("{} bytes", limits.memory_bytes),
    ]);
    rows.push(vec![
        "computing of a call".to_owned(),
        format!("{:?}", limits.compute),
    ]);
    rows.push(vec![
        "time of a call".to_owned(),
        format!("{:?}", limits.call),
    ]);
    rows.push(vec![
        "requests of a call".to_owned(),
        limits.requests.to_string(),
    ]);
    table(&["", ""], rows)
}
