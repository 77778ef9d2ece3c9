//! How a job ends, with its status and its result code.

use koppel_embedding::Connection;
use sqlx::Row;

use crate::contract::{NamedValue, SyncStatus};
use crate::crm::{codes::Code, error::StoreError, log, rows};

/// The code of a job that worked for every record.
const RECORDS_DONE: &str = "records-done";
/// The code of a job that failed for some of its records.
const RECORDS_FAILED: &str = "records-failed";
/// Ends a job that waits for nothing any more.
pub(super) async fn end_if_done(
    connection: &mut Connection,
    tenant: &str,
    number: i64,
    at: u64,
) -> Result<(), StoreError> {
    let job = sqlx::query(
        "SELECT records, failed FROM crm_jobs
         WHERE tenant = $1 AND number = $2 AND open_events = 0 AND awaited = 0",
    )
    .bind(tenant)
    .bind(number)
    .fetch_optional(&mut *connection)
    .await?;
    let Some(job) = job else { return Ok(()) };
    let (records, failed): (i64, i64) = (job.try_get("records")?, job.try_get("failed")?);
    let (status, code, about) = verdict(connection, tenant, number, records, failed).await?;
    sqlx::query(
        "UPDATE crm_jobs SET status = $1, result_code = $2, about = $3, ended_at = $4,
             started_at = coalesce(started_at, $4)
         WHERE tenant = $5 AND number = $6",
    )
    .bind(status.code())
    .bind(code)
    .bind(about)
    .bind(rows::integer(at))
    .bind(tenant)
    .bind(number)
    .execute(connection)
    .await?;
    Ok(())
}

/// How a job ends: by an event that was rejected, by its only record, by its
/// records together, or, without records, by what its event said.
async fn verdict(
    connection: &mut Connection,
    tenant: &str,
    number: i64,
    records: i64,
    failed: i64,
) -> Result<(SyncStatus, String, String), StoreError> {
    let rejected = sqlx::query(
        "SELECT code, about FROM crm_job_events
         WHERE tenant = $1 AND number = $2 AND state = 'rejected' LIMIT 1",
    )
    .bind(tenant)
    .bind(number)
    .fetch_optional(&mut *connection)
    .await?;
    if let Some(row) = rejected {
        return Ok((
            SyncStatus::Failed,
            row.try_get("code")?,
            row.try_get("about")?,
        ));
    }
    if records == 1 {
        let row = sqlx::query(
            "SELECT status, code, about FROM crm_job_records WHERE tenant = $1 AND number = $2",
        )
        .bind(tenant)
        .bind(number)
        .fetch_one(connection)
        .await?;
        let status = rows::optional_code_of(&row, "status")?.unwrap_or(SyncStatus::Succeeded);
        return Ok((status, row.try_get("code")?, row.try_get("about")?));
    }
    if records > 1 {
        let fact = |name: &str, value: i64| NamedValue {
            name: name.to_owned(),
            value: value.to_string(),
        };
        let about = log::facts_to_json(&[fact("records", records), fact("failed", failed)])?;
        let (status, code) = if failed > 0 {
            (SyncStatus::Failed, RECORDS_FAILED)
        } else {
            (SyncStatus::Succeeded, RECORDS_DONE)
        };
        return Ok((status, code.to_owned(), about));
    }
    let row = sqlx::query(
        "SELECT code, about FROM crm_job_events WHERE tenant = $1 AND number = $2
         ORDER BY event LIMIT 1",
    )
    .bind(tenant)
    .bind(number)
    .fetch_optional(connection)
    .await?;
    Ok(match row {
        Some(row) => (
            SyncStatus::Succeeded,
            row.try_get::<Option<String>, _>("code")?
                .unwrap_or_default(),
            row.try_get("about")?,
        ),
        None => (
            SyncStatus::Succeeded,
            RECORDS_DONE.to_owned(),
            "[]".to_owned(),
        ),
    })
}
