//! Looking into the queue, and what a person does there.

use super::{Event, stored};
use crate::contract::outcomes::{Progress, Reason, RuleApplied};
use crate::contract::types::NamedValue;
use crate::store::StoreError;
use crate::{Connection, EventKey, TenantId, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::any::AnyRow;
use std::collections::BTreeMap;

/// An event that waits or is being worked on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Waiting {
    /// Its key.
    pub key: EventKey,
    /// The event.
    pub event: Event,
    /// How many attempts of the present step were started.
    pub attempt: u32,
    /// When it happened in the CRM.
    pub occurred_at: Timestamp,
    /// The user who caused it.
    pub user: Option<String>,
    /// It is not handed in before this moment; 0 for at once.
    pub not_before: Timestamp,
    /// Why it waits, where the component or the host said so.
    pub reason: Option<Reason>,
    /// How far long work is.
    pub progress: Option<Progress>,
}

/// A rejected event, shown until a later success or a person ends it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rejected {
    /// Its key.
    pub key: EventKey,
    /// The event.
    pub event: Event,
    /// What it is about: `contact/17`.
    pub subject: Option<String>,
    /// Why.
    pub reason: Reason,
    /// Who has to act: `crm-user`, `administrator`, `marketer`, `vendor`.
    pub who: String,
    /// How many attempts its last step had.
    pub attempts: u32,
    /// When it happened in the CRM.
    pub occurred_at: Timestamp,
    /// When it was rejected.
    pub rejected_at: Timestamp,
}

/// What became of one call. It holds no personal data.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HistoryEntry {
    /// Counts up; pass it as `before` to get the page before.
    pub id: i64,
    /// The event's key.
    pub key: EventKey,
    /// The hook.
    pub hook: String,
    /// What it is about: `contact/17`.
    pub subject: Option<String>,
    /// Which attempt of the step.
    pub attempt: u32,
    /// `synced`, `skipped`, `deferred`, `rejected`, `conflict` or `fault`.
    pub outcome: String,
    /// Code and facts.
    pub reason: Reason,
    /// Which rules decided.
    pub why: Vec<RuleApplied>,
    /// Requests to Spotler: method and path without ids, and how many.
    pub requests: BTreeMap<String, u32>,
    /// When the call started.
    pub started_at: Timestamp,
    /// When it was committed.
    pub ended_at: Timestamp,
}

/// What waits for a tenant, oldest first.
///
/// # Errors
/// [`StoreError`].
pub async fn waiting(
    connection: &mut Connection,
    tenant: &TenantId,
    limit: u32,
) -> Result<Vec<Waiting>, StoreError> {
    let rows = sqlx::query("SELECT * FROM koppel_event WHERE tenant = $1 ORDER BY seq LIMIT $2")
        .bind(tenant.as_str())
        .bind(i64::from(limit))
        .fetch_all(connection)
        .await?;
    rows.iter().map(waiting_row).collect()
}

/// What waits of one event; none where it has ended.
///
/// # Errors
/// [`StoreError`].
pub async fn waiting_event(
    connection: &mut Connection,
    tenant: &TenantId,
    key: &EventKey,
) -> Result<Option<Waiting>, StoreError> {
    let row = sqlx::query("SELECT * FROM koppel_event WHERE tenant = $1 AND id = $2")
        .bind(tenant.as_str())
        .bind(key.as_str())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(waiting_row).transpose()
}

/// What waits for one hook, such as `export-campaign`, in the order in which
/// their turn comes.
///
/// # Errors
/// [`StoreError`].
pub async fn waiting_for(
    connection: &mut Connection,
    tenant: &TenantId,
    hook: &str,
    limit: u32,
) -> Result<Vec<Waiting>, StoreError> {
    let rows = sqlx::query(
        "SELECT * FROM koppel_event WHERE tenant = $1 AND hook = $2
         ORDER BY not_before, turn, seq LIMIT $3",
    )
    .bind(tenant.as_str())
    .bind(hook)
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?;
    rows.iter().map(waiting_row).collect()
}

/// How many events wait for a tenant.
///
/// # Errors
/// [`StoreError`].
pub async fn count_waiting(
    connection: &mut Connection,
    tenant: &TenantId,
) -> Result<u64, StoreError> {
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM koppel_event WHERE tenant = $1")
        .bind(tenant.as_str())
        .fetch_one(connection)
        .await?;
    Ok(count.unsigned_abs())
}

/// What was rejected for a tenant and not ended yet, latest first.
///
/// # Errors
/// [`StoreError`].
pub async fn rejections(
    connection: &mut Connection,
    tenant: &TenantId,
    limit: u32,
) -> Result<Vec<Rejected>, StoreError> {
    let rows = sqlx::query(
        "SELECT * FROM koppel_rejection WHERE tenant = $1 ORDER BY rejected_at DESC, event LIMIT $2",
    )
    .bind(tenant.as_str())
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?;
    rows.iter().map(rejected_row).collect()
}

/// The history of a tenant, latest first: of one subject or one event where they
/// are given, and from before an entry.
///
/// # Errors
/// [`StoreError`].
pub async fn history(
    connection: &mut Connection,
    tenant: &TenantId,
    of: &Of<'_>,
    limit: u32,
) -> Result<Vec<HistoryEntry>, StoreError> {
    // A condition that may be left out would keep the index from being used.
    let statement = match (of.subject, of.event) {
        (Some(_), _) => {
            "SELECT * FROM koppel_history
             WHERE tenant = $1 AND subject = $2 AND ($3 IS NULL OR event = $3)
               AND ($4 IS NULL OR id < $4) ORDER BY id DESC LIMIT $5"
        }
        (None, Some(_)) => {
            "SELECT * FROM koppel_history
             WHERE tenant = $1 AND $2 IS NULL AND event = $3
               AND ($4 IS NULL OR id < $4) ORDER BY id DESC LIMIT $5"
        }
        (None, None) => {
            "SELECT * FROM koppel_history
             WHERE tenant = $1 AND $2 IS NULL AND $3 IS NULL
               AND ($4 IS NULL OR id < $4) ORDER BY id DESC LIMIT $5"
        }
    };
    let rows = sqlx::query(statement)
        .bind(tenant.as_str())
        .bind(of.subject)
        .bind(of.event.map(EventKey::as_str))
        .bind(of.before)
        .bind(i64::from(limit))
        .fetch_all(connection)
        .await?;
    rows.iter().map(history_row).collect()
}

/// Which entries of the history; by default all.
#[derive(Clone, Copy, Debug, Default)]
pub struct Of<'a> {
    /// Of one subject: `contact/17` ([`Event::subject`]).
    pub subject: Option<&'a str>,
    /// Of one event.
    pub event: Option<&'a EventKey>,
    /// From before the entry with this id.
    pub before: Option<i64>,
}

/// Puts a rejected event back into the queue, under the same key, with the step
/// that it had reached. A save of the record that waits already takes its place.
/// False: there is no such rejection. Call [`Store::wake`](crate::Store::wake).
///
/// # Errors
/// [`StoreError`].
pub async fn retry(
    connection: &mut Connection,
    tenant: &TenantId,
    key: &EventKey,
) -> Result<bool, StoreError> {
    let row =
        sqlx::query("DELETE FROM koppel_rejection WHERE tenant = $1 AND event = $2 RETURNING *")
            .bind(tenant.as_str())
            .bind(key.as_str())
            .fetch_optional(&mut *connection)
            .await?;
    let Some(row) = row else { return Ok(false) };
    let rejected = rejected_row(&row)?;
    sqlx::query(
        "INSERT INTO koppel_event (id, tenant, hook, order_key, coalesce, payload, attempt,
             occurred_at, \"user\", cursor, not_before, long_work, turn)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, $11,
             (SELECT coalesce(max(turn), 0) + 1 FROM koppel_event))
         ON CONFLICT DO NOTHING",
    )
    .bind(key.as_str())
    .bind(tenant.as_str())
    .bind(rejected.event.hook())
    .bind(rejected.event.order_key(key.as_str()))
    .bind(rejected.event.coalesce_key())
    .bind(row.try_get::<String, _>("payload")?)
    // What an earlier attempt sent is not known for sure: it goes on counting.
    .bind(i64::from(rejected.attempts))
    .bind(stored(rejected.occurred_at))
    .bind(row.try_get::<Option<String>, _>("user")?)
    .bind(row.try_get::<Option<String>, _>("cursor")?)
    .bind(i64::from(rejected.event.is_long_work()))
    .execute(connection)
    .await?;
    Ok(true)
}

/// Ends a rejection: a person has seen to it. False: there is no such one.
///
/// # Errors
/// [`StoreError`].
pub async fn end_rejection(
    connection: &mut Connection,
    tenant: &TenantId,
    key: &EventKey,
) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM koppel_rejection WHERE tenant = $1 AND event = $2")
        .bind(tenant.as_str())
        .bind(key.as_str())
        .execute(connection)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Takes an event out of the queue: a person ends it. False: it is not there. A
/// call that is under way is not committed any more.
///
/// # Errors
/// [`StoreError`].
pub async fn cancel(
    connection: &mut Connection,
    tenant: &TenantId,
    key: &EventKey,
) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM koppel_event WHERE tenant = $1 AND id = $2")
        .bind(tenant.as_str())
        .bind(key.as_str())
        .execute(connection)
        .await?;
    Ok(done.rows_affected() > 0)
}

fn waiting_row(row: &AnyRow) -> Result<Waiting, StoreError> {
    let reason: Option<String> = row.try_get("reason")?;
    let done: Option<i64> = row.try_get("done")?;
    let progress = match done {
        Some(done) => Some(Progress {
            done: done.unsigned_abs(),
            total: row
                .try_get::<Option<i64>, _>("total")?
                .unwrap_or(0)
                .unsigned_abs(),
            unit: row
                .try_get::<Option<String>, _>("unit")?
                .unwrap_or_default(),
        }),
        None => None,
    };
    Ok(Waiting {
        key: EventKey::from_stored(row.try_get::<String, _>("id")?),
        event: json(row, "payload")?,
        attempt: count(row, "attempt")?,
        occurred_at: moment(row, "occurred_at")?,
        user: row.try_get("user")?,
        not_before: moment(row, "not_before")?,
        reason: match reason {
            Some(_) => Some(json(row, "reason")?),
            None => None,
        },
        progress,
    })
}

fn rejected_row(row: &AnyRow) -> Result<Rejected, StoreError> {
    Ok(Rejected {
        key: EventKey::from_stored(row.try_get::<String, _>("event")?),
        event: json(row, "payload")?,
        subject: row.try_get("subject")?,
        reason: Reason {
            code: row.try_get("reason")?,
            about: json(row, "about")?,
        },
        who: row.try_get("who")?,
        attempts: count(row, "attempts")?,
        occurred_at: moment(row, "occurred_at")?,
        rejected_at: moment(row, "rejected_at")?,
    })
}

fn history_row(row: &AnyRow) -> Result<HistoryEntry, StoreError> {
    let about: Vec<NamedValue> = json(row, "about")?;
    Ok(HistoryEntry {
        id: row.try_get("id")?,
        key: EventKey::from_stored(row.try_get::<String, _>("event")?),
        hook: row.try_get("hook")?,
        subject: row.try_get("subject")?,
        attempt: count(row, "attempt")?,
        outcome: row.try_get("outcome")?,
        reason: Reason {
            code: row.try_get("reason")?,
            about,
        },
        why: json(row, "why")?,
        requests: json(row, "requests")?,
        started_at: moment(row, "started_at")?,
        ended_at: moment(row, "ended_at")?,
    })
}

fn json<T: DeserializeOwned>(row: &AnyRow, column: &'static str) -> Result<T, StoreError> {
    serde_json::from_str(row.try_get(column)?).map_err(|_| StoreError::Unreadable(column))
}

fn moment(row: &AnyRow, column: &'static str) -> Result<Timestamp, StoreError> {
    Ok(row.try_get::<i64, _>(column)?.unsigned_abs())
}

fn count(row: &AnyRow, column: &'static str) -> Result<u32, StoreError> {
    u32::try_from(row.try_get::<i64, _>(column)?).map_err(|_| StoreError::Unreadable(column))
}
