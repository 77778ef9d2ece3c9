//! Tasks (DA-38, DA-39): one for each key, updated while it is open.

use koppel_embedding::Connection;
use koppel_embedding::store::flag;
use sqlx::Row;

use super::{codes::Code, desk::DemoCrm, error::StoreError, log, rows, statement::Statement};
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

    /// A page of the open tasks, oldest first, from after the task with this key: of
    /// one owner, or of everybody.
    pub async fn open_tasks(
        &self,
        owner: Option<&str>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<StoredTask>, StoreError> {
        let mut query = Statement::new(
            "SELECT key, code, owner, kind, id, about, due, open, created_at FROM crm_tasks
             WHERE open = 1 AND tenant = ",
        );
        query.push_bind(self.tenant.as_str().to_owned());
        if let Some(owner) = owner {
            query.push(" AND owner = ").push_bind(owner.to_owned());
        }
        if let Some(after) = after {
            query.push(
                " AND (created_at, key) > (SELECT created_at, key FROM crm_tasks WHERE tenant = ",
            );
            query.push_bind(self.tenant.as_str().to_owned());
            query.push(" AND key = ").push_bind(after.to_owned());
            query.push(")");
        }
        query
            .push(" ORDER BY created_at, key LIMIT ")
            .push_bind(i64::from(limit));
        let mut connection = self.store.readers().acquire().await?;
        let rows = query.fetch_all(&mut connection).await?;
        rows.iter().map(task_of_row).collect()
    }

    /// The tasks of a kind that have this fact, done ones too, oldest first.
    pub(crate) async fn tasks_about(
        &self,
        code: &str,
        fact: &NamedValue,
    ) -> Result<Vec<StoredTask>, StoreError> {
        let mut query = Statement::new(
            "SELECT key, code, owner, kind, id, about, due, open, created_at FROM crm_tasks
             WHERE open IN (0, 1) AND tenant = ",
        );
        query.push_bind(self.tenant.as_str());
        query.push(" AND code = ").push_bind(code);
        let written = log::facts_to_json(std::slice::from_ref(fact))?;
        let written = written.trim_matches(['[', ']']);
        query.push(" AND ").push_contains("about", written);
        query.push(" ORDER BY created_at, key");
        let mut connection = self.store.readers().acquire().await?;
        let rows = query.fetch_all(&mut connection).await?;
        let mut tasks = Vec::new();
        for row in &rows {
            let task = task_of_row(row)?;
            // The database compares without upper and lower case.
            if task.about.contains(fact) {
                tasks.push(task);
            }
        }
        Ok(tasks)
    }

    /// How many tasks are open, counted no further than `most`.
    pub async fn count_open_tasks(&self, most: u32) -> Result<u64, StoreError> {
        let number: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM
               (SELECT 1 FROM crm_tasks WHERE tenant = $1 AND open = 1 LIMIT $2) AS counted",
        )
        .bind(self.tenant.as_str())
        .bind(i64::from(most))
        .fetch_one(self.store.readers())
        .await?;
        Ok(number.unsigned_abs())
    }

    /// How many open tasks of a kind each owner has, counted no further than `most`;
    /// steps over the index from one owner to the next.
    pub async fn count_tasks_by_owner(
        &self,
        code: &str,
        most: u32,
    ) -> Result<Vec<(Option<String>, u64)>, StoreError> {
        let mut owners: Vec<Option<String>> = vec![None];
        let mut last = String::new();
        loop {
            let next: Option<String> = sqlx::query_scalar(
                "SELECT min(owner) FROM crm_tasks
                 WHERE tenant = $1 AND open = 1 AND code = $2 AND owner > $3",
            )
            .bind(self.tenant.as_str())
            .bind(code)
            .bind(&last)
            .fetch_one(self.store.readers())
            .await?;
            let Some(next) = next else { break };
            owners.push(Some(next.clone()));
            last = next;
        }
        let mut counts = Vec::new();
        for owner in owners {
            let number: i64 = sqlx::query_scalar(
                "SELECT count(*) FROM (SELECT 1 FROM crm_tasks WHERE tenant = $1 AND open = 1
                     AND code = $2 AND owner IS NOT DISTINCT FROM $3 LIMIT $4) AS counted",
            )
            .bind(self.tenant.as_str())
            .bind(code)
            .bind(&owner)
            .bind(i64::from(most))
            .fetch_one(self.store.readers())
            .await?;
            if number > 0 {
                counts.push((owner, number.unsigned_abs()));
            }
        }
        Ok(counts)
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
