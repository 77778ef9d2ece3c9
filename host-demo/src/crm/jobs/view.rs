//! Jobs as a person looks at them.

use koppel_embedding::EventKey;
use serde_json::Value;
use sqlx::{Row, any::AnyRow};

use crate::contract::{NamedValue, RecordRef, SyncStatus};
use crate::crm::{desk::DemoCrm, error::StoreError, log, rows};

/// A job.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Its number, counted up from 1.
    pub number: u64,
    /// Which operation.
    pub operation: String,
    /// Who started it.
    pub user: Option<String>,
    /// What was asked for: how many records, which permissions, which fields.
    pub asked: Value,
    /// How it stands.
    pub status: SyncStatus,
    /// The code of its result; none while it is under way.
    pub result_code: Option<String>,
    /// Facts about the result, or how far it is.
    pub about: Vec<NamedValue>,
    /// For how many records it has a result, or waits for one.
    pub records: u64,
    /// For how many it waits.
    pub awaited: u64,
    /// For how many it failed.
    pub failed: u64,
    /// When it was made.
    pub created_at: u64,
    /// When it was begun.
    pub started_at: Option<u64>,
    /// When it ended.
    pub ended_at: Option<u64>,
}

/// What a job came to for one record.
#[derive(Clone, Debug, PartialEq)]
pub struct JobRecord {
    /// Which record.
    pub reference: RecordRef,
    /// How it ended; none where nothing needed doing.
    pub status: Option<SyncStatus>,
    /// The code that explains it.
    pub code: String,
    /// Facts about it.
    pub about: Vec<NamedValue>,
    /// When that was.
    pub at: u64,
}

impl DemoCrm {
    /// The latest jobs, newest first.
    pub async fn jobs(&self, limit: u32) -> Result<Vec<Job>, StoreError> {
        let found = sqlx::query(
            "SELECT number, operation, user_id, asked, status, result_code, about, records, awaited,
                 failed, created_at, started_at, ended_at
             FROM crm_jobs WHERE tenant = $1 ORDER BY number DESC LIMIT $2",
        )
        .bind(self.tenant.as_str())
        .bind(i64::from(limit))
        .fetch_all(self.store.readers())
        .await?;
        found.iter().map(job_of_row).collect()
    }

    /// The latest jobs of an operation, newest first.
    pub async fn jobs_of(&self, operation: &str, limit: u32) -> Result<Vec<Job>, StoreError> {
        let found = sqlx::query(
            "SELECT number, operation, user_id, asked, status, result_code, about, records, awaited,
                 failed, created_at, started_at, ended_at
             FROM crm_jobs WHERE tenant = $1 AND operation = $2 ORDER BY number DESC LIMIT $3",
        )
        .bind(self.tenant.as_str())
        .bind(operation)
        .bind(i64::from(limit))
        .fetch_all(self.store.readers())
        .await?;
        found.iter().map(job_of_row).collect()
    }

    /// A page of the jobs, newest first, from after this one.
    pub async fn jobs_after(&self, after: u64, limit: u32) -> Result<Vec<Job>, StoreError> {
        let found = sqlx::query(
            "SELECT number, operation, user_id, asked, status, result_code, about, records, awaited,
                 failed, created_at, started_at, ended_at
             FROM crm_jobs WHERE tenant = $1 AND number < $2 ORDER BY number DESC LIMIT $3",
        )
        .bind(self.tenant.as_str())
        .bind(rows::integer(after))
        .bind(i64::from(limit))
        .fetch_all(self.store.readers())
        .await?;
        found.iter().map(job_of_row).collect()
    }

    /// A job by its number.
    pub async fn job(&self, number: u64) -> Result<Option<Job>, StoreError> {
        let found = sqlx::query(
            "SELECT number, operation, user_id, asked, status, result_code, about, records, awaited,
                 failed, created_at, started_at, ended_at
             FROM crm_jobs WHERE tenant = $1 AND number = $2",
        )
        .bind(self.tenant.as_str())
        .bind(rows::integer(number))
        .fetch_optional(self.store.readers())
        .await?;
        found.as_ref().map(job_of_row).transpose()
    }

    /// The number of the job that an event carries out.
    pub async fn job_of(&self, key: &EventKey) -> Result<Option<u64>, StoreError> {
        let number: Option<i64> = sqlx::query_scalar(
            "SELECT number FROM crm_job_events WHERE tenant = $1 AND event = $2",
        )
        .bind(self.tenant.as_str())
        .bind(key.as_str())
        .fetch_optional(self.store.readers())
        .await?;
        Ok(number.and_then(|it| u64::try_from(it).ok()))
    }

    /// What a job came to for its records, in the order of their ids, at most
    /// `limit`, from after a record.
    pub async fn job_records(
        &self,
        number: u64,
        only_failed: bool,
        after: Option<&RecordRef>,
        limit: u32,
    ) -> Result<Vec<JobRecord>, StoreError> {
        use crate::crm::codes::Code;
        let (kind, id) = after.map_or(("", ""), |it| (it.kind.code(), it.id.as_str()));
        let found = sqlx::query(
            "SELECT kind, id, status, code, about, at FROM crm_job_records
             WHERE tenant = $1 AND number = $2 AND (kind > $3 OR (kind = $3 AND id > $4))
                 AND ($5 = 0 OR status = 'failed')
             ORDER BY kind, id LIMIT $6",
        )
        .bind(self.tenant.as_str())
        .bind(rows::integer(number))
        .bind(kind)
        .bind(id)
        .bind(i64::from(only_failed))
        .bind(i64::from(limit))
        .fetch_all(self.store.readers())
        .await?;
        let record = |row: &AnyRow| {
            Ok(JobRecord {
                reference: rows::reference_of(row)?.ok_or(StoreError::Unreadable("kind"))?,
                status: rows::optional_code_of(row, "status")?,
                code: row
                    .try_get::<Option<String>, _>("code")?
                    .unwrap_or_default(),
                about: log::facts_of(row, "about")?,
                at: rows::moment_of(row, "at")?,
            })
        };
        found.iter().map(record).collect()
    }
}

fn job_of_row(row: &AnyRow) -> Result<Job, StoreError> {
    let asked: &str = row.try_get("asked")?;
    let moment = |column: &'static str| -> Result<Option<u64>, StoreError> {
        let at: Option<i64> = row.try_get(column)?;
        at.map(|it| u64::try_from(it).map_err(|_| StoreError::Unreadable(column)))
            .transpose()
    };
    Ok(Job {
        number: rows::moment_of(row, "number")?,
        operation: row.try_get("operation")?,
        user: row.try_get("user_id")?,
        asked: serde_json::from_str(asked).map_err(|_| StoreError::Unreadable("asked"))?,
        status: rows::code_of(row, "status")?,
        result_code: row.try_get("result_code")?,
        about: log::facts_of(row, "about")?,
        records: rows::moment_of(row, "records")?,
        awaited: rows::moment_of(row, "awaited")?,
        failed: rows::moment_of(row, "failed")?,
        created_at: rows::moment_of(row, "created_at")?,
        started_at: moment("started_at")?,
        ended_at: moment("ended_at")?,
    })
}
