//! Runs that are paused: opened by the guard, decided by a person.

use super::kind::GuardKind;
use super::{HELD_UNTIL, WAITS};
use crate::attempt;
use crate::contract::changes::{CrmChange, Notification, Task as CrmTask};
use crate::contract::outcomes::{Actor, Rejection};
use crate::contract::types::NamedValue;
use crate::crm::{ApplyError, Crm};
use crate::host::Host;
use crate::queue::{stored, task};
use crate::settle::{Settled, reason};
use crate::store::{StoreError, WriteError};
use crate::transaction::{CommitError, commit_failure};
use crate::{Connection, EventKey, TenantId, Timestamp};
use serde::Serialize;
use sqlx::Row;
use std::sync::Arc;

/// How many held events are ended in one transaction.
const AT_ONCE: i64 = 500;

/// The code of a rejection that a person made.
const REJECTED: &str = "rejected-by-a-person";

/// A run that waits for a person's word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GuardRun {
    /// Names it, to confirm or reject it.
    pub id: String,
    /// `taken-down`, `changed`, `mapping` or `action`.
    pub kind: String,
    /// How many records wait with it now.
    pub records: u64,
    /// When it was paused.
    pub opened_at: Timestamp,
}

/// A run that is to be paused.
pub(super) struct NewRun<'a> {
    pub(super) kind: GuardKind,
    pub(super) records: u64,
    /// The first records of long work.
    pub(super) list: &'a [String],
    pub(super) now: Timestamp,
}

/// The open run of a kind that further saves join.
pub(super) async fn open_run(
    connection: &mut Connection,
    tenant: &TenantId,
    kind: GuardKind,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT r.id FROM koppel_guard_run r
         WHERE r.tenant = $1 AND r.kind = $2 AND r.state = 'open'
           AND EXISTS (SELECT 1 FROM koppel_guarded g WHERE g.run = r.id AND g.state = 'held')
         ORDER BY r.opened_at DESC LIMIT 1",
    )
    .bind(tenant.as_str())
    .bind(kind.word())
    .fetch_optional(connection)
    .await
}

/// Pauses a run and tells the administrators.
pub(super) async fn open(
    connection: &mut Connection,
    crm: &dyn Crm,
    tenant: &TenantId,
    new: &NewRun<'_>,
) -> Result<String, StoreError> {
    let id = EventKey::fresh()
        .as_str()
        .chars()
        .take(8)
        .collect::<String>();
    let list = serde_json::to_string(new.list).unwrap_or_default();
    sqlx::query(
        "INSERT INTO koppel_guard_run (id, tenant, kind, state, records, list, opened_at)
         VALUES ($1, $2, $3, 'open', $4, $5, $6)",
    )
    .bind(&id)
    .bind(tenant.as_str())
    .bind(new.kind.word())
    .bind(stored(new.records))
    .bind(list)
    .bind(stored(new.now))
    .execute(&mut *connection)
    .await?;
    let fact = |name: &str, value: String| NamedValue {
        name: name.to_owned(),
        value,
    };
    let about = vec![
        fact("run", id.clone()),
        fact("kind", new.kind.word().to_owned()),
        fact("records", new.records.to_string()),
    ];
    let told = [
        CrmChange::Task(CrmTask {
            key: task_key(&id),
            code: "guard-paused".to_owned(),
            owner: None,
            target: None,
            about: about.clone(),
            due: None,
        }),
        CrmChange::Notify(Notification {
            key: task_key(&id),
            user: None,
            code: "guard-paused".to_owned(),
            about,
        }),
    ];
    let event = EventKey::from_stored(id.clone());
    crm.apply(tenant, connection, new.now, &event, &told)
        .await
        .map_err(apply_failed)?;
    Ok(id)
}

fn task_key(run: &str) -> String {
    format!("guard-{run}")
}

fn apply_failed(error: ApplyError) -> StoreError {
    match error {
        ApplyError::Storage(error) => StoreError::Database(error),
        ApplyError::Impossible(_) => StoreError::Unreadable("the CRM's tasks"),
    }
}

/// Holds all that wait of a kind.
pub(super) async fn hold_waiting(
    connection: &mut Connection,
    tenant: &TenantId,
    kind: GuardKind,
    run: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE koppel_guarded SET state = 'held', run = $1
         WHERE tenant = $2 AND kind = $3 AND state = 'waiting'",
    )
    .bind(run)
    .bind(tenant.as_str())
    .bind(kind.word())
    .execute(connection)
    .await?;
    Ok(())
}

/// Holds the one row of long work.
pub(super) async fn hold_row(
    connection: &mut Connection,
    seq: i64,
    run: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE koppel_guarded SET state = 'held', run = $1 WHERE seq = $2")
        .bind(run)
        .bind(seq)
        .execute(&mut *connection)
        .await?;
    let why = serde_json::to_string(&reason(WAITS, &[("run", run)])).unwrap_or_default();
    sqlx::query("UPDATE koppel_event SET not_before = $1, attempt = 0, reason = $2 WHERE seq = $3")
        .bind(stored(HELD_UNTIL))
        .bind(why)
        .bind(seq)
        .execute(connection)
        .await?;
    Ok(())
}

/// The runs that wait for a person's word, oldest first.
///
/// # Errors
/// [`StoreError`].
pub async fn runs(
    connection: &mut Connection,
    tenant: &TenantId,
) -> Result<Vec<GuardRun>, StoreError> {
    let rows = sqlx::query(
        "SELECT r.id, r.kind, r.records, r.opened_at, count(g.seq) AS held
         FROM koppel_guard_run r JOIN koppel_guarded g ON g.run = r.id AND g.state = 'held'
         WHERE r.tenant = $1 AND r.state <> 'confirmed'
         GROUP BY r.id, r.kind, r.records, r.opened_at ORDER BY r.opened_at, r.id",
    )
    .bind(tenant.as_str())
    .fetch_all(connection)
    .await?;
    let run = |row: &sqlx::any::AnyRow| -> Result<GuardRun, StoreError> {
        let kind: String = row.try_get("kind")?;
        let long = GuardKind::named(&kind).is_some_and(GuardKind::is_long_work);
        let records: i64 = row.try_get(if long { "records" } else { "held" })?;
        Ok(GuardRun {
            id: row.try_get("id")?,
            kind,
            records: records.unsigned_abs(),
            opened_at: row.try_get::<i64, _>("opened_at")?.unsigned_abs(),
        })
    };
    rows.iter().map(run).collect()
}

/// The records that wait with a run, such as `contact/17`, at most `limit`; of
/// long work the first 1,000 that it is about.
///
/// # Errors
/// [`StoreError`].
pub async fn held_records(
    connection: &mut Connection,
    tenant: &TenantId,
    run: &str,
    limit: u32,
) -> Result<Vec<String>, StoreError> {
    let list: Option<String> =
        sqlx::query_scalar("SELECT list FROM koppel_guard_run WHERE tenant = $1 AND id = $2")
            .bind(tenant.as_str())
            .bind(run)
            .fetch_optional(&mut *connection)
            .await?;
    let list: Vec<String> = list
        .and_then(|it| serde_json::from_str(&it).ok())
        .unwrap_or_default();
    if !list.is_empty() {
        return Ok(list.into_iter().take(limit as usize).collect());
    }
    Ok(sqlx::query_scalar(
        "SELECT subject FROM koppel_guarded
         WHERE tenant = $1 AND run = $2 AND state = 'held' AND subject IS NOT NULL
         ORDER BY seq LIMIT $3",
    )
    .bind(tenant.as_str())
    .bind(run)
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?)
}

impl Host {
    /// A person confirms a run: all that waits with it is handed in, each once.
    /// Answers how many events that are; none: there is no such run open.
    ///
    /// # Errors
    /// [`StoreError`]: nothing was confirmed.
    pub async fn confirm_run(
        &self,
        tenant: &TenantId,
        run: &str,
        user: Option<&str>,
    ) -> Result<Option<u64>, StoreError> {
        let (crm, now) = (self.inner.crm.clone(), self.clock().now());
        let (of, run) = (tenant.clone(), run.to_owned());
        let user = user.map(str::to_owned);
        let confirmed = self
            .store()
            .write(tenant, move |connection| {
                Box::pin(async move {
                    if !decide(connection, &of, &run, "confirmed", user.as_deref(), now).await? {
                        return Ok(None);
                    }
                    let why = serde_json::to_string(&reason("confirmed-by-a-person", &[]));
                    sqlx::query(
                        "UPDATE koppel_event SET not_before = 0, reason = $1 WHERE seq IN
                             (SELECT seq FROM koppel_guarded WHERE run = $2 AND state = 'held')",
                    )
                    .bind(why.unwrap_or_default())
                    .bind(&run)
                    .execute(&mut *connection)
                    .await?;
                    let freed = sqlx::query(
                        "UPDATE koppel_guarded SET state = 'let-through'
                         WHERE run = $1 AND state = 'held'",
                    )
                    .bind(&run)
                    .execute(&mut *connection)
                    .await?;
                    end_task(connection, crm.as_ref(), &of, &run, now).await?;
                    Ok::<_, StoreError>(Some(freed.rows_affected()))
                })
            })
            .await;
        confirmed.map_err(WriteError::into_inner)
    }

    /// A person rejects a run: all that waits with it ends, each as a rejection
    /// that stays to be seen, and none of it reaches Spotler. Answers how many
    /// events that were; none: there is no such run open. After a kill, reject
    /// the run once more: it goes on where it was.
    ///
    /// # Errors
    /// [`StoreError`]: some events may have ended.
    pub async fn reject_run(
        &self,
        tenant: &TenantId,
        run: &str,
        user: Option<&str>,
    ) -> Result<Option<u64>, StoreError> {
        let now = self.clock().now();
        let (of, id, by) = (tenant.clone(), run.to_owned(), user.map(str::to_owned));
        let known = self.store().write(tenant, move |connection| {
            Box::pin(
                async move { decide(connection, &of, &id, "rejected", by.as_deref(), now).await },
            )
        });
        if !known.await.map_err(WriteError::into_inner)? {
            return Ok(None);
        }
        let mut ended = 0;
        loop {
            let (of, id, host) = (tenant.clone(), run.to_owned(), self.clone());
            let some = self.store().write(tenant, move |connection| {
                Box::pin(async move { end_some(connection, &host, &of, &id).await })
            });
            let some = some.await.map_err(WriteError::into_inner)?;
            ended += some;
            if some == 0 {
                return Ok(Some(ended));
            }
        }
    }
}

/// Writes a decision down. A run that was being rejected may be rejected on.
async fn decide(
    connection: &mut Connection,
    tenant: &TenantId,
    run: &str,
    state: &str,
    user: Option<&str>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE koppel_guard_run SET state = $1, decided_at = $2, decided_by = $3
         WHERE tenant = $4 AND id = $5 AND (state = 'open' OR (state = $1 AND state = 'rejected'))",
    )
    .bind(state)
    .bind(stored(now))
    .bind(user)
    .bind(tenant.as_str())
    .bind(run)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() > 0)
}

async fn end_task(
    connection: &mut Connection,
    crm: &dyn Crm,
    tenant: &TenantId,
    run: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let event = EventKey::from_stored(run);
    let ended = [CrmChange::EndTask(task_key(run))];
    crm.apply(tenant, connection, now, &event, &ended)
        .await
        .map_err(apply_failed)
}

/// Ends some of what a rejected run holds.
async fn end_some(
    connection: &mut Connection,
    host: &Host,
    tenant: &TenantId,
    run: &str,
) -> Result<u64, StoreError> {
    let rows: Vec<i64> = sqlx::query_scalar(
        "SELECT seq FROM koppel_guarded
         WHERE tenant = $1 AND run = $2 AND state = 'held' ORDER BY seq LIMIT $3",
    )
    .bind(tenant.as_str())
    .bind(run)
    .bind(AT_ONCE)
    .fetch_all(&mut *connection)
    .await?;
    let crm: Arc<dyn Crm> = host.inner.crm.clone();
    if rows.is_empty() {
        end_task(connection, crm.as_ref(), tenant, run, host.clock().now()).await?;
    }
    let rejection = Rejection {
        reason: reason(REJECTED, &[("run", run)]),
        who: Actor::CrmUser,
    };
    for seq in &rows {
        let Some(task) = task::read(connection, *seq).await? else {
            continue;
        };
        let call = attempt::empty(host, task, host.clock().now());
        let settled = Settled::Rejected(rejection.clone());
        commit_failure(connection, &call, &settled, REJECTED)
            .await
            .map_err(commit_failed)?;
    }
    Ok(rows.len() as u64)
}

fn commit_failed(error: CommitError) -> StoreError {
    match error {
        CommitError::Apply(error) => apply_failed(error),
        CommitError::Crm(error) => super::watch::crm_failed(error),
        CommitError::Enqueue(error) => StoreError::Enqueue(error),
        CommitError::Database(error) => StoreError::Database(error),
    }
}
