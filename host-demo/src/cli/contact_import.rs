//! `contact import`: records from a CSV file.

use std::{fs::File, io::Read, path::PathBuf};

use anyhow::Context;
use clap::Args;
use serde_json::json;

use super::{output::table, session::Session};
use crate::{
    crm::DemoCrm,
    import::{ImportReport, RowError, import},
};

/// Most malformed rows that the table shows; JSON shows all.
const ROWS_SHOWN: usize = 50;

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The file; `-` reads standard input.
    file: PathBuf,
}

/// Imports, and says what became of the rows. Fails where a row was malformed.
pub(crate) async fn run(args: ImportArgs, session: &Session, crm: &DemoCrm) -> anyhow::Result<()> {
    let file: Box<dyn Read> = if args.file.as_os_str() == "-" {
        Box::new(std::io::stdin())
    } else {
        let opened = File::open(&args.file);
        Box::new(opened.with_context(|| format!("cannot open {}", args.file.display()))?)
    };
    let bar = session.output.progress(None, "rows read");
    let report = import(crm, file, |rows| bar.set_position(rows)).await;
    bar.finish_and_clear();
    let report = report.with_context(|| format!("cannot import {}", args.file.display()))?;
    session
        .output
        .show(&to_json(&report), || describe(&report))?;
    anyhow::ensure!(
        report.errors.is_empty(),
        "{} of {} rows were not imported; correct them and import the file again",
        report.errors.len(),
        report.rows
    );
    Ok(())
}

fn to_json(report: &ImportReport) -> serde_json::Value {
    let error = |it: &RowError| json!({"line": it.line, "column": it.column(), "problem": it.problem.to_string()});
    json!({
        "rows": report.rows,
        "created": report.created,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "opt_outs_kept": report.opt_outs_kept,
        "errors": report.errors.iter().map(error).collect::<Vec<_>>(),
    })
}

fn describe(report: &ImportReport) -> String {
    let mut text = format!(
        "{} rows: {} created, {} updated, {} unchanged, {} malformed",
        report.rows,
        report.created,
        report.updated,
        report.unchanged,
        report.errors.len()
    );
    if report.opt_outs_kept > 0 {
        text.push_str(&format!("; {} opt-outs were kept", report.opt_outs_kept));
    }
    if report.errors.is_empty() {
        return text;
    }
    let row = |it: &RowError| vec![it.line.to_string(), it.problem.to_string()];
    let rows = report.errors.iter().take(ROWS_SHOWN).map(row).collect();
    text.push('\n');
    text.push_str(&table(&["line", "problem"], rows));
    if report.errors.len() > ROWS_SHOWN {
        let more = report.errors.len() - ROWS_SHOWN;
        text.push_str(&format!("\nand {more} more: see `--json`"));
    }
    text
}
