//! Jobs: what a person started by hand, with its status, its result code and a
//! result for every record (DA-61, DA-62, DA-80, C11).
//!
//! A job is made in the transaction that queues its event, and changes its
//! status in the transactions that commit what became of its events.

mod ended;
mod settled;
mod view;

pub(crate) use settled::{record_result, refuse, settled};
pub use view::{Job, JobRecord};

use koppel_embedding::{Connection, Event, EventKey};
use serde_json::{Value, json};
use sqlx::Row;

use super::{codes::Code, error::StoreError, rows};
use crate::contract::{ManualAction, RecordRef};

/// The operation of a job that re-syncs after the mapping was saved.
const SAVE_MAPPING: &str = "save-mapping";

/// A job that is about to be made.
#[derive(Clone, Debug)]
pub(crate) struct NewJob {
    pub(crate) operation: String,
    pub(crate) user: Option<String>,
    /// What was asked for, without any person's data.
    pub(crate) asked: Value,
    /// Whether it queues events of its own later on, and says when it has done.
    pub(crate) queues_more: bool,
}

impl NewJob {
    /// The job of an event that a person started; none for any other event.
    pub(crate) fn of(event: &Event, user: Option<&str>) -> Option<Self> {
        let (operation, asked) = match event {
            Event::Action(action) => (action.operation.clone(), asked(action)),
            Event::MappingSaved(_) => (SAVE_MAPPING.to_owned(), json!({})),
            Event::ContactSaved { .. }
            | Event::SettingsSaved
            | Event::Tick
            | Event::ModuleFieldChanged(_)
            | Event::StageChanged(_)
            | Event::CampaignExport(_)
            | Event::ListChanged { .. }
            | Event::CartChanged(_)
            | Event::OrderChanged(_)
            | Event::JourneySettingsSaved(_)
            | Event::SignedUp(_) => return None,
        };
        Some(Self {
            operation,
            user: user.map(str::to_owned),
            asked,
            queues_more: false,
        })
    }
}

/// What an action asks for: names of fields, not their values.
fn asked(action: &ManualAction) -> Value {
    let permission = |on: bool| {
        let wishes = action.permissions.iter().filter(move |it| it.on == on);
        wishes.map(|it| it.bit).collect::<Vec<_>>()
    };
    let parameter = |it: &crate::contract::NamedValue| (it.name.clone(), json!(it.value));
    let parameters: serde_json::Map<String, Value> =
        action.parameters.iter().map(parameter).collect();
    json!({
        "records": action.records.len(),
        "selection": action.selection,
        "on": permission(true),
        "off": permission(false),
        "fields": action.fields.iter().map(|it| &it.name).collect::<Vec<_>>(),
        "parameters": parameters,
    })
}

/// Makes a job; answers its number.
pub(crate) async fn open(
    connection: &mut Connection,
    tenant: &str,
    at: u64,
    new: &NewJob,
) -> Result<i64, StoreError> {
    let number: i64 =
        sqlx::query_scalar("SELECT coalesce(max(number), 0) + 1 FROM crm_jobs WHERE tenant = $1")
            .bind(tenant)
            .fetch_one(&mut *connection)
            .await?;
    sqlx::query(
        "INSERT INTO crm_jobs (tenant, number, operation, user_id, asked, status, about,
             open_events, records, awaited, failed, created_at)
         VALUES ($1, $2, $3, $4, $5, 'processing', '[]', $6, 0, 0, 0, $7)",
    )
    .bind(tenant)
    .bind(number)
    .bind(&new.operation)
    .bind(&new.user)
    .bind(new.asked.to_string())
    .bind(i64::from(new.queues_more))
    .bind(rows::integer(at))
    .execute(connection)
    .await?;
    Ok(number)
}

/// Says that an event carries a job out.
pub(crate) async fn add_event(
    connection: &mut Connection,
    tenant: &str,
    number: i64,
    key: &EventKey,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO crm_job_events (tenant, event, number, state, about)
         VALUES ($1, $2, $3, 'open', '[]')",
    )
    .bind(tenant)
    .bind(key.as_str())
    .bind(number)
    .execute(&mut *connection)
    .await?;
    add_to(connection, tenant, number, "open_events", 1).await
}

/// Says that a job queues no more events, and ends it if nothing is left.
pub(crate) async fn all_queued(
    connection: &mut Connection,
    tenant: &str,
    number: i64,
    at: u64,
) -> Result<(), StoreError> {
    add_to(connection, tenant, number, "open_events", -1).await?;
    ended::end_if_done(connection, tenant, number, at).await
}

/// The operation of the job that an event carries out, and who started it.
pub(crate) async fn behind(
    connection: &mut Connection,
    tenant: &str,
    key: &EventKey,
) -> Result<Option<(String, Option<String>)>, StoreError> {
    let row = sqlx::query(
        "SELECT job.operation, job.user_id FROM crm_job_events AS part
         JOIN crm_jobs AS job ON job.tenant = part.tenant AND job.number = part.number
         WHERE part.tenant = $1 AND part.event = $2",
    )
    .bind(tenant)
    .bind(key.as_str())
    .fetch_optional(connection)
    .await?;
    row.map(|row| Ok((row.try_get("operation")?, row.try_get("user_id")?)))
        .transpose()
}

/// The jobs that a snapshot is taken in: the one whose event it is, or those that
/// wait for the record's own event.
pub(crate) async fn runs_of(
    connection: &mut Connection,
    tenant: &str,
    key: &EventKey,
    record: Option<&RecordRef>,
) -> Result<Vec<i64>, StoreError> {
    let (kind, id) = record.map_or(("", ""), |it| (it.kind.code(), it.id.as_str()));
    Ok(sqlx::query_scalar(
        "SELECT number FROM crm_job_events WHERE tenant = $1 AND event = $2
         UNION
         SELECT number FROM crm_job_records
         WHERE tenant = $1 AND kind = $3 AND id = $4 AND awaited = 1",
    )
    .bind(tenant)
    .bind(key.as_str())
    .bind(kind)
    .bind(id)
    .fetch_all(connection)
    .await?)
}

/// Counts one of a job's columns up or down.
async fn add_to(
    connection: &mut Connection,
    tenant: &str,
    number: i64,
    column: &'static str,
    by: i64,
) -> Result<(), StoreError> {
    let statement = match column {
        "open_events" => {
            "UPDATE crm_jobs SET open_events = open_events + $1 WHERE tenant = $2 AND number = $3"
        }
        "awaited" => "UPDATE crm_jobs SET awaited = awaited + $1 WHERE tenant = $2 AND number = $3",
        "records" => "UPDATE crm_jobs SET records = records + $1 WHERE tenant = $2 AND number = $3",
        _ => "UPDATE crm_jobs SET failed = failed + $1 WHERE tenant = $2 AND number = $3",
    };
    sqlx::query(statement)
        .bind(by)
        .bind(tenant)
        .bind(number)
        .execute(connection)
        .await?;
    Ok(())
}

/// A status as its column holds it.
fn status_code(status: Option<crate::contract::SyncStatus>) -> Option<&'static str> {
    status.map(Code::code)
}
