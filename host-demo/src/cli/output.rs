//! What a command prints: tables for people, JSON for programs.

pub(crate) use crate::moment::moment;
use std::io::{self, IsTerminal, Write};

use comfy_table::{ContentArrangement, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

/// Where and how a command prints.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    pub(crate) json: bool,
    /// In a dry run a command says nothing itself: the plan does.
    pub(crate) silent: bool,
}

impl Output {
    /// Prints JSON, or what `table` says.
    pub(crate) fn show(self, json: &Value, human: impl FnOnce() -> String) -> anyhow::Result<()> {
        if self.silent {
            return Ok(());
        }
        let text = if self.json {
            serde_json::to_string_pretty(json)?
        } else {
            human()
        };
        print(&text)
    }

    /// A progress bar on the terminal; a hidden one where nobody looks at it.
    pub(crate) fn progress(self, total: Option<u64>, what: &'static str) -> ProgressBar {
        if self.json || self.silent || !io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let (bar, style) = match total {
            Some(total) => (
                ProgressBar::new(total),
                "{msg} {wide_bar} {pos}/{len} {eta}",
            ),
            None => (
                ProgressBar::new_spinner(),
                "{spinner} {msg} {pos} {elapsed}",
            ),
        };
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        bar.with_message(what)
    }
}

/// Prints a text; whoever closed the pipe has read enough.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// A table; a line that says so where it is empty.
pub(crate) fn table(headers: &[&str], rows: Vec<Vec<String>>) -> String {
    if rows.is_empty() {
        return "nothing to show".to_owned();
    }
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic);
    if headers.iter().any(|it| !it.is_empty()) {
        table.set_header(headers.iter().copied());
    }
    table.add_rows(rows);
    table.to_string()
}

/// A text, or a dash.
pub(crate) fn or_dash(text: Option<&str>) -> String {
    text.unwrap_or("–").to_owned()
}
