//! The timeline of a record: what Spotler sent, and what the person did.

use koppel_embedding::Connection;
use sqlx::Row;

use super::{codes::Code, desk::DemoCrm, error::StoreError, log, rows};
use crate::contract::{Activity, RecordRef};

impl DemoCrm {
    /// The timeline of a record, newest first.
    pub async fn timeline(
        &self,
        reference: &RecordRef,
        limit: u32,
    ) -> Result<Vec<Activity>, StoreError> {
        let rows = sqlx::query(
            "SELECT key, kind, id, activity_kind, at, title, facts FROM crm_activities
             WHERE tenant = ? AND kind = ? AND id = ? ORDER BY at DESC, key LIMIT ?",
        )
        .bind(self.tenant.as_str())
        .bind(reference.kind.code())
        .bind(&reference.id)
        .bind(limit)
        .fetch_all(self.store.readers())
        .await?;
        rows.iter().map(activity_of_row).collect()
    }
}

fn activity_of_row(row: &sqlx::sqlite::SqliteRow) -> Result<Activity, StoreError> {
    Ok(Activity {
        key: row.try_get("key")?,
        target: RecordRef {
            kind: rows::code_of(row, "kind")?,
            id: row.try_get("id")?,
        },
        kind: rows::code_of(row, "activity_kind")?,
        at: rows::moment_of(row, "at")?,
        title: row.try_get("title")?,
        facts: log::facts_of(row, "facts")?,
    })
}

/// Writes an activity, or updates the one with its key.
pub(crate) async fn write(
    connection: &mut Connection,
    tenant: &str,
    activity: &Activity,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT OR REPLACE INTO crm_activities
             (tenant, key, kind, id, activity_kind, at, title, facts)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(tenant)
    .bind(&activity.key)
    .bind(activity.target.kind.code())
    .bind(&activity.target.id)
    .bind(activity.kind.code())
    .bind(rows::integer(activity.at))
    .bind(&activity.title)
    .bind(log::facts_to_json(&activity.facts)?)
    .execute(connection)
    .await?;
    Ok(())
}
