//! The CRM's log (PV-21): codes and facts, no personal data.

use koppel_embedding::Connection;
use sqlx::Row;

use super::{codes::Code, desk::DemoCrm, error::StoreError, rows};
use crate::contract::{LogLevel, LogLine, NamedValue};

/// A line of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct LogEntry {
    /// Its number; the log is in this order.
    pub line: i64,
    /// When it was written.
    pub at: u64,
    /// How serious it is.
    pub level: LogLevel,
    /// Its code.
    pub code: String,
    /// Facts for the text.
    pub about: Vec<NamedValue>,
}

impl DemoCrm {
    /// The last lines, newest first.
    pub async fn log(&self, limit: u32) -> Result<Vec<LogEntry>, StoreError> {
        self.log_before(None, limit).await
    }

    /// The last lines before this one, newest first; before none: the last of all.
    pub async fn log_before(
        &self,
        line: Option<i64>,
        limit: u32,
    ) -> Result<Vec<LogEntry>, StoreError> {
        let rows = sqlx::query(
            "SELECT line, at, level, code, about FROM crm_log
             WHERE tenant = $1 AND line < $2 ORDER BY line DESC LIMIT $3",
        )
        .bind(self.tenant.as_str())
        .bind(line.unwrap_or(i64::MAX))
        .bind(i64::from(limit))
        .fetch_all(self.store.readers())
        .await?;
        let entry = |row: &sqlx::any::AnyRow| {
            Ok(LogEntry {
                line: row.try_get("line")?,
                at: rows::moment_of(row, "at")?,
                level: rows::code_of(row, "level")?,
                code: row.try_get("code")?,
                about: facts_of(row, "about")?,
            })
        };
        rows.iter().map(entry).collect()
    }
}

/// Writes a line.
pub(crate) async fn append(
    connection: &mut Connection,
    tenant: &str,
    at: u64,
    line: &LogLine,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO crm_log (tenant, at, level, code, about) VALUES ($1, $2, $3, $4, $5)")
        .bind(tenant)
        .bind(rows::integer(at))
        .bind(line.level.code())
        .bind(&line.code)
        .bind(facts_to_json(&line.about)?)
        .execute(connection)
        .await?;
    Ok(())
}

/// Facts as a column keeps them.
pub(crate) fn facts_to_json(facts: &[NamedValue]) -> Result<String, StoreError> {
    serde_json::to_string(facts).map_err(|_| StoreError::Unreadable("about"))
}

/// Facts as a column kept them.
pub(crate) fn facts_of(
    row: &sqlx::any::AnyRow,
    column: &'static str,
) -> Result<Vec<NamedValue>, StoreError> {
    let json: &str = row.try_get(column)?;
    serde_json::from_str(json).map_err(|_| StoreError::Unreadable(column))
}
