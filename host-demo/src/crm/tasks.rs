//! Tasks (DA-38, DA-39): one for each key, updated while it is open.

use koppel_embedding::Connection;
use koppel_embedding::store::flag;
use sqlx::Row;

use super::{codes::Code, desk::DemoCrm, error::StoreError, log, rows};
use crate::contract::{NamedValue, RecordRef, Task};

/// A task as the CRM keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredTask {
    /// Its key.
    pub key: String,
    /// What kind of task it is.
    pub code: String,
    /// Whose task it is; none: the administrators'.
    pub owner: Option<String>,
    /// The record that it is about.
    pub target: Option<RecordRef>,
    /// Facts for the text.
    pub about: Vec<NamedValue>,
    /// When it is due; none: at once.
    pub due: Option<u64>,
    /// Whether it is still to be done.
    pub open: bool,
    /// When it was made.
    pub created_at: u64,
}

impl DemoCrm {
    /// All tasks, or the open ones, oldest first (DA-39).
    pub async fn tasks(&self, only_open: bool) -> Result<Vec<StoredTask>, StoreError> {
        let rows = sqlx::query(
            "SELECT key, code, owner, kind, id, about, due, open, created_at FROM crm_tasks
             WHERE tenant = $1 AND (open = 1 OR $2 = 0) ORDER BY created_at, key",
        )
        .bind(self.tenant.as_str())
        .bind(i64::from(only_open))
        .fetch_all(self.store.readers())
        .await?;
        rows.iter().map(task_of_row).collect()
    }

    /// Marks a task as done; false where there is no open one with this key.
    pub async fn end_task(&self, key: &str) -> Result<bool, StoreError> {
        let (key, now) = (key.to_owned(), self.now());
        self.write(move |connection, tenant| {
            Box::pin(async move { close(connection, &tenant, now, &key).await })
        })
        .await
    }
}

fn task_of_row(row: &sqlx::any::AnyRow) -> Result<StoredTask, StoreError> {
    let due: Option<i64> = row.try_get("due")?;
    Ok(StoredTask {
        key: row.try_get("key")?,
        code: row.try_get("code")?,
        owner: row.try_get("owner")?,
        target: rows::reference_of(row)?,
        about: log::facts_of(row, "about")?,
        due: due.and_then(|it| u64::try_from(it).ok()),
        open: flag(row, "open")?,
        created_at: rows::moment_of(row, "created_at")?,
    })
}

/// Makes a task, or updates it while it is open; one that was done stays done.
pub(crate) async fn ensure(
    connection: &mut Connection,
    tenant: &str,
    at: u64,
    task: &Task,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO crm_tasks
             (tenant, key, code, owner, kind, id, about, due, open, created_at, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $9)
         ON CONFLICT (tenant, key) DO UPDATE SET code = $3, owner = $4, kind = $5, id = $6,
             about = $7, due = $8, changed_at = $9
         WHERE crm_tasks.open = 1",
    )
    .bind(tenant)
    .bind(&task.key)
    .bind(&task.code)
    .bind(&task.owner)
    .bind(task.target.as_ref().map(|it| it.kind.code()))
    .bind(task.target.as_ref().map(|it| &it.id))
    .bind(log::facts_to_json(&task.about)?)
    .bind(task.due.map(rows::integer))
    .bind(rows::integer(at))
    .execute(connection)
    .await?;
    Ok(())
}

/// Ends the open task with this key, if there is one.
pub(crate) async fn end(
    connection: &mut Connection,
    tenant: &str,
    at: u64,
    key: &str,
) -> Result<(), StoreError> {
    close(connection, tenant, at, key).await.map(|_| ())
}

async fn close(
    connection: &mut Connection,
    tenant: &str,
    at: u64,
    key: &str,
) -> Result<bool, StoreError> {
    let ended = sqlx::query(
        "UPDATE crm_tasks SET open = 0, changed_at = $1 WHERE tenant = $2 AND key = $3 AND open = 1",
    )
    .bind(rows::integer(at))
    .bind(tenant)
    .bind(key)
    .execute(connection)
    .await?;
    Ok(ended.rows_affected() > 0)
}
