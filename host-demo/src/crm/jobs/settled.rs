//! How a job moves on: its events end, its records get their results, and it
//! ends with them.

use koppel_embedding::{Connection, Event, EventKey, Settlement};
use sqlx::Row;

use super::{add_to, ended::end_if_done, status_code};
use crate::contract::{NamedValue, RecordRef, SyncStatus};
use crate::crm::{codes::Code, error::StoreError, log, rows};

/// The component's code for an operation that was passed over because the
/// connection is off: nothing was done, and an administrator has to act.
const NOT_ACTIVE: &str = "not-active";

/// A result of a record.
#[derive(Clone, Copy, Debug)]
struct Ended<'a> {
    status: Option<SyncStatus>,
    code: &'a str,
    about: &'a [NamedValue],
    awaited: bool,
}

/// Takes over what became of an event.
pub(crate) async fn settled(
    connection: &mut Connection,
    tenant: &str,
    at: u64,
    settlement: &Settlement<'_>,
) -> Result<(), StoreError> {
    if let Event::ContactSaved { record, .. } = settlement.event {
        return record_settled(connection, tenant, at, record, settlement).await;
    }
    let part =
        sqlx::query("SELECT number, state FROM crm_job_events WHERE tenant = $1 AND event = $2")
            .bind(tenant)
            .bind(settlement.key.as_str())
            .fetch_optional(&mut *connection)
            .await?;
    let Some(part) = part else { return Ok(()) };
    let (number, before): (i64, String) = (part.try_get("number")?, part.try_get("state")?);
    for record in settlement.queued {
        let waits = Ended {
            status: Some(SyncStatus::Processing),
            code: &settlement.reason.code,
            about: &[],
            awaited: true,
        };
        add_record(connection, tenant, number, at, record, waits).await?;
    }
    let not_active = settlement.outcome == "skipped" && settlement.reason.code == NOT_ACTIVE;
    let after = match settlement.outcome {
        "deferred" => "open",
        "rejected" => "rejected",
        _ if not_active => "rejected",
        _ => "done",
    };
    sqlx::query(
        "UPDATE crm_job_events SET state = $1, code = $2, about = $3
         WHERE tenant = $4 AND event = $5",
    )
    .bind(after)
    .bind(&settlement.reason.code)
    .bind(log::facts_to_json(&settlement.reason.about)?)
    .bind(tenant)
    .bind(settlement.key.as_str())
    .execute(&mut *connection)
    .await?;
    let opened = i64::from(after == "open") - i64::from(before == "open");
    add_to(connection, tenant, number, "open_events", opened).await?;
    under_way(connection, tenant, number, at, settlement).await?;
    end_if_done(connection, tenant, number, at).await
}

/// The job has begun, and how far it is.
async fn under_way(
    connection: &mut Connection,
    tenant: &str,
    number: i64,
    at: u64,
    settlement: &Settlement<'_>,
) -> Result<(), StoreError> {
    let named = |name: &str, value: String| NamedValue {
        name: name.to_owned(),
        value,
    };
    let about = settlement.progress.map_or_else(Vec::new, |it| {
        vec![
            named("done", it.done.to_string()),
            named("unit", it.unit.clone()),
        ]
    });
    sqlx::query(
        "UPDATE crm_jobs SET status = 'processing', result_code = NULL, ended_at = NULL,
             started_at = coalesce(started_at, $1), about = $2
         WHERE tenant = $3 AND number = $4",
    )
    .bind(rows::integer(at))
    .bind(log::facts_to_json(&about)?)
    .bind(tenant)
    .bind(number)
    .execute(connection)
    .await?;
    Ok(())
}

/// Keeps what an operation came to for a record, where that is over with the
/// operation itself.
pub(crate) async fn record_result(
    connection: &mut Connection,
    tenant: &str,
    at: u64,
    key: &EventKey,
    result: &crate::contract::RecordResult,
) -> Result<(), StoreError> {
    let number: Option<i64> =
        sqlx::query_scalar("SELECT number FROM crm_job_events WHERE tenant = $1 AND event = $2")
            .bind(tenant)
            .bind(key.as_str())
            .fetch_optional(&mut *connection)
            .await?;
    match number {
        Some(number) => refuse(connection, tenant, number, at, result).await,
        None => Ok(()),
    }
}

/// Keeps the result of a record that the CRM itself refused.
pub(crate) async fn refuse(
    connection: &mut Connection,
    tenant: &str,
    number: i64,
    at: u64,
    result: &crate::contract::RecordResult,
) -> Result<(), StoreError> {
    let over = Ended {
        status: result.status,
        code: &result.code,
        about: &result.about,
        awaited: false,
    };
    add_record(connection, tenant, number, at, &result.target, over).await
}

/// A record that has a result, or waits for one, keeps it: a record counts once.
async fn add_record(
    connection: &mut Connection,
    tenant: &str,
    number: i64,
    at: u64,
    record: &RecordRef,
    result: Ended<'_>,
) -> Result<(), StoreError> {
    let added = sqlx::query(
        "INSERT INTO crm_job_records (tenant, number, kind, id, status, code, about, awaited, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (tenant, number, kind, id) DO NOTHING",
    )
    .bind(tenant)
    .bind(number)
    .bind(record.kind.code())
    .bind(&record.id)
    .bind(status_code(result.status))
    .bind(result.code)
    .bind(log::facts_to_json(result.about)?)
    .bind(i64::from(result.awaited))
    .bind(rows::integer(at))
    .execute(&mut *connection)
    .await?;
    if added.rows_affected() == 0 {
        return Ok(());
    }
    let failed = !result.awaited && is_failure(result.status);
    sqlx::query(
        "UPDATE crm_jobs SET records = records + 1, awaited = awaited + $1, failed = failed + $2
         WHERE tenant = $3 AND number = $4",
    )
    .bind(i64::from(result.awaited))
    .bind(i64::from(failed))
    .bind(tenant)
    .bind(number)
    .execute(connection)
    .await?;
    Ok(())
}

fn is_failure(status: Option<SyncStatus>) -> bool {
    status == Some(SyncStatus::Failed)
}

/// The event of a record has ended, or waits for another attempt: the jobs that
/// wait for it hear of it.
async fn record_settled(
    connection: &mut Connection,
    tenant: &str,
    at: u64,
    record: &RecordRef,
    settlement: &Settlement<'_>,
) -> Result<(), StoreError> {
    let waiting = sqlx::query(
        "SELECT number, status FROM crm_job_records
         WHERE tenant = $1 AND kind = $2 AND id = $3 AND awaited = 1",
    )
    .bind(tenant)
    .bind(record.kind.code())
    .bind(&record.id)
    .fetch_all(&mut *connection)
    .await?;
    if waiting.is_empty() {
        return Ok(());
    }
    let status = status_of(connection, tenant, record, settlement).await?;
    for row in waiting {
        let number: i64 = row.try_get("number")?;
        let done: Option<SyncStatus> = rows::optional_code_of(&row, "status")?;
        // A success after which there was nothing more to do stays the result.
        let stands = settlement.is_over
            && settlement.outcome == "skipped"
            && done == Some(SyncStatus::Succeeded);
        let status = if stands { done } else { status };
        if stands {
            end_waiting(connection, tenant, number, record).await?;
        } else {
            write_result(connection, tenant, at, number, record, status, settlement).await?;
        }
        if settlement.is_over {
            add_to(connection, tenant, number, "awaited", -1).await?;
            let failed = i64::from(is_failure(status));
            add_to(connection, tenant, number, "failed", failed).await?;
            end_if_done(connection, tenant, number, at).await?;
        }
    }
    Ok(())
}

async fn end_waiting(
    connection: &mut Connection,
    tenant: &str,
    number: i64,
    record: &RecordRef,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE crm_job_records SET awaited = 0
         WHERE tenant = $1 AND number = $2 AND kind = $3 AND id = $4",
    )
    .bind(tenant)
    .bind(number)
    .bind(record.kind.code())
    .bind(&record.id)
    .execute(connection)
    .await?;
    Ok(())
}

async fn write_result(
    connection: &mut Connection,
    tenant: &str,
    at: u64,
    number: i64,
    record: &RecordRef,
    status: Option<SyncStatus>,
    settlement: &Settlement<'_>,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE crm_job_records SET status = $1, code = $2, about = $3, awaited = $4, at = $5
         WHERE tenant = $6 AND number = $7 AND kind = $8 AND id = $9",
    )
    .bind(status_code(status))
    .bind(&settlement.reason.code)
    .bind(log::facts_to_json(&settlement.reason.about)?)
    .bind(i64::from(!settlement.is_over))
    .bind(rows::integer(at))
    .bind(tenant)
    .bind(number)
    .bind(record.kind.code())
    .bind(&record.id)
    .execute(connection)
    .await?;
    Ok(())
}

/// The status of a record's result. What was passed over has none, unless the
/// record itself shows that it is opted out or switched off.
async fn status_of(
    connection: &mut Connection,
    tenant: &str,
    record: &RecordRef,
    settlement: &Settlement<'_>,
) -> Result<Option<SyncStatus>, StoreError> {
    match settlement.outcome {
        "synced" => Ok(Some(SyncStatus::Succeeded)),
        _ if !settlement.is_over => Ok(Some(SyncStatus::Processing)),
        "rejected" => Ok(Some(SyncStatus::Failed)),
        _ => {
            let shown = rows::read(connection, tenant, record)
                .await?
                .and_then(|it| it.status);
            Ok(shown.filter(|it| matches!(it, SyncStatus::OptOut | SyncStatus::Disabled)))
        }
    }
}
