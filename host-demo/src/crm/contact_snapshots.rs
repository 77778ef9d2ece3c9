//! What Spotler had of contacts: sealed, kept for a while, and forgotten with the
//! record (YO-02, YO-03, C25).

use koppel_embedding::{Connection, EventKey, Store, TenantId};
use sqlx::{Row, any::AnyRow};

use super::{codes::Code, desk::DemoCrm, error::StoreError, rows};
use crate::contract::{ContactSnapshot, CrmChange, RecordRef, RecordState, SnapshotCause};

/// How long a snapshot is kept: long enough to notice that something went wrong,
/// short enough to be no second address book. 90 days.
pub const KEPT_MS: u64 = 90 * 24 * 3_600_000;

/// A snapshot without what is sealed in it.
#[derive(Clone, Debug, PartialEq)]
pub struct SnapshotLine {
    /// Its number.
    pub id: u64,
    /// The job in which it was taken; none for a save.
    pub run: Option<u64>,
    /// Why it was taken.
    pub cause: SnapshotCause,
    /// The record that it is about.
    pub target: Option<RecordRef>,
    /// When it was taken.
    pub taken_at: u64,
}

impl DemoCrm {
    /// The snapshots that are kept of a record, latest first; no values.
    pub async fn contact_snapshots(&self, of: &RecordRef) -> Result<Vec<SnapshotLine>, StoreError> {
        let found = sqlx::query(
            "SELECT id, run, cause, kind, record_id, taken_at FROM crm_contact_snapshots
             WHERE tenant = $1 AND kind = $2 AND record_id = $3 ORDER BY id DESC",
        )
        .bind(self.tenant.as_str())
        .bind(of.kind.code())
        .bind(&of.id)
        .fetch_all(self.store.readers())
        .await?;
        let line = |row: &AnyRow| {
            let run: Option<i64> = row.try_get("run")?;
            Ok(SnapshotLine {
                id: rows::moment_of(row, "id")?,
                run: run.and_then(|it| u64::try_from(it).ok()),
                cause: rows::code_of(row, "cause")?,
                target: Some(of.clone()),
                taken_at: rows::moment_of(row, "taken_at")?,
            })
        };
        found.iter().map(line).collect()
    }

    /// Deletes what is kept of a record; answers how many snapshots that were.
    pub async fn forget_contact_snapshots(&self, of: &RecordRef) -> Result<u64, StoreError> {
        let of = of.clone();
        self.write(move |connection, tenant| {
            Box::pin(async move { forget(connection, &tenant, &of).await })
        })
        .await
    }

    /// The records of which a run has snapshots, in the order in which they were
    /// taken, each once; those that were linked after the run as well.
    pub async fn records_of_run(&self, run: u64) -> Result<Vec<RecordRef>, StoreError> {
        let found = sqlx::query(
            "SELECT kind, id FROM (
                 SELECT kind, record_id AS id, min(id) AS first FROM crm_contact_snapshots
                 WHERE tenant = $1 AND run = $2 AND kind IS NOT NULL
                 GROUP BY kind, record_id
                 UNION
                 SELECT later.kind, later.record_id AS id, min(of_run.id) AS first
                 FROM crm_contact_snapshots AS of_run
                 JOIN crm_contact_snapshots AS later ON later.tenant = of_run.tenant
                     AND later.external_id = of_run.external_id
                 WHERE of_run.tenant = $1 AND of_run.run = $2 AND of_run.kind IS NULL
                     AND of_run.external_id <> '' AND later.kind IS NOT NULL
                     AND later.id = (SELECT max(latest.id) FROM crm_contact_snapshots AS latest
                         WHERE latest.tenant = later.tenant AND latest.kind = later.kind
                             AND latest.record_id = later.record_id)
                 GROUP BY later.kind, later.record_id
             ) AS taken GROUP BY kind, id ORDER BY min(first)",
        )
        .bind(self.tenant.as_str())
        .bind(rows::integer(run))
        .fetch_all(self.store.readers())
        .await?;
        let mut records = Vec::with_capacity(found.len());
        for row in &found {
            records.extend(rows::reference_of(row)?);
        }
        Ok(records)
    }

    /// A page of the snapshots of a run, with their values, from after a number.
    pub async fn contact_snapshots_of_run(
        &self,
        run: u64,
        after: u64,
        limit: u32,
    ) -> Result<Vec<(u64, ContactSnapshot)>, StoreError> {
        let found = sqlx::query(
            "SELECT id, sealed FROM crm_contact_snapshots
             WHERE tenant = $1 AND run = $2 AND id > $3 ORDER BY id LIMIT $4",
        )
        .bind(self.tenant.as_str())
        .bind(rows::integer(run))
        .bind(rows::integer(after))
        .bind(i64::from(limit))
        .fetch_all(self.store.readers())
        .await?;
        let opened = |row: &AnyRow| {
            let snapshot = open(&self.store, &self.tenant, row)?;
            Ok((rows::moment_of(row, "id")?, snapshot))
        };
        found.iter().map(opened).collect()
    }
}

/// Keeps the snapshots among the changes of an answer.
pub(crate) async fn keep_all(
    connection: &mut Connection,
    store: &Store,
    tenant: &TenantId,
    event: &EventKey,
    changes: &[CrmChange],
) -> Result<(), StoreError> {
    for change in changes {
        if let CrmChange::ContactSnapshot(snapshot) = change {
            keep(connection, store, tenant, event, snapshot).await?;
        }
    }
    Ok(())
}

/// Keeps a snapshot, for every job that it is taken in; nothing of a record that
/// was deleted.
async fn keep(
    connection: &mut Connection,
    store: &Store,
    tenant: &TenantId,
    event: &EventKey,
    snapshot: &ContactSnapshot,
) -> Result<(), StoreError> {
    let name = tenant.as_str();
    if let Some(target) = &snapshot.target {
        let record = rows::read(connection, name, target).await?;
        if record.is_some_and(|it| it.state == RecordState::Deleted) {
            return Ok(());
        }
    }
    let text = serde_json::to_string(snapshot).map_err(|_| StoreError::Unreadable("sealed"))?;
    let sealed = store
        .seal(tenant, &text)
        .map_err(|_| StoreError::Unreadable("sealed"))?;
    let runs = super::jobs::runs_of(connection, name, event, snapshot.target.as_ref()).await?;
    let runs = if runs.is_empty() {
        vec![None]
    } else {
        runs.into_iter().map(Some).collect()
    };
    for run in runs {
        insert(connection, name, run, snapshot, &sealed).await?;
    }
    Ok(())
}

async fn insert(
    connection: &mut Connection,
    tenant: &str,
    run: Option<i64>,
    snapshot: &ContactSnapshot,
    sealed: &[u8],
) -> Result<(), StoreError> {
    let target = snapshot.target.as_ref();
    sqlx::query(
        "INSERT INTO crm_contact_snapshots
             (tenant, id, run, cause, external_id, kind, record_id, taken_at, sealed)
         VALUES ($1, (SELECT coalesce(max(id), 0) + 1 FROM crm_contact_snapshots WHERE tenant = $1),
             $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(tenant)
    .bind(run)
    .bind(snapshot.cause.code())
    .bind(&snapshot.external_id)
    .bind(target.map(|it| it.kind.code()))
    .bind(target.map(|it| &it.id))
    .bind(rows::integer(snapshot.taken_at))
    .bind(sealed)
    .execute(connection)
    .await?;
    Ok(())
}

/// The snapshot that a restore starts from: the first of a run, which is what
/// there was before it. A run that came before the record was linked has it under
/// the id by which Spotler knows the contact; which one that is, the latest
/// snapshot of the record tells. Without a run the latest before something was overwritten
/// or emptied. What a restore itself keeps does not count, so that its second
/// attempt starts from where the first one did.
pub(crate) async fn read(
    connection: &mut Connection,
    store: &Store,
    tenant: &TenantId,
    of: &RecordRef,
    run: Option<&str>,
) -> Result<Option<ContactSnapshot>, StoreError> {
    let name = tenant.as_str();
    let found = match run {
        Some(run) => {
            let Ok(run) = run.parse::<i64>() else {
                return Ok(None);
            };
            sqlx::query(
                "SELECT sealed FROM crm_contact_snapshots
                 WHERE tenant = $1 AND run = $4 AND (
                     (kind = $2 AND record_id = $3)
                     OR (kind IS NULL AND external_id <> '' AND external_id = (
                         SELECT external_id FROM crm_contact_snapshots
                         WHERE tenant = $1 AND kind = $2 AND record_id = $3
                         ORDER BY id DESC LIMIT 1)))
                 ORDER BY id LIMIT 1",
            )
            .bind(name)
            .bind(of.kind.code())
            .bind(&of.id)
            .bind(run)
            .fetch_optional(connection)
            .await?
        }
        None => {
            sqlx::query(
                "SELECT sealed FROM crm_contact_snapshots
                 WHERE tenant = $1 AND kind = $2 AND record_id = $3
                     AND cause IN ('overwritten', 'blanked')
                 ORDER BY id DESC LIMIT 1",
            )
            .bind(name)
            .bind(of.kind.code())
            .bind(&of.id)
            .fetch_optional(connection)
            .await?
        }
    };
    found.map(|row| open(store, tenant, &row)).transpose()
}

fn open(store: &Store, tenant: &TenantId, row: &AnyRow) -> Result<ContactSnapshot, StoreError> {
    let sealed: &[u8] = row.try_get("sealed")?;
    let text = store
        .unseal(tenant, sealed)
        .map_err(|_| StoreError::Unreadable("sealed"))?;
    serde_json::from_str(&text).map_err(|_| StoreError::Unreadable("sealed"))
}

/// Deletes what is kept of a record.
pub(crate) async fn forget(
    connection: &mut Connection,
    tenant: &str,
    of: &RecordRef,
) -> Result<u64, StoreError> {
    // A backup has the person from before the record was linked.
    sqlx::query(
        "DELETE FROM crm_contact_snapshots
         WHERE tenant = $1 AND kind IS NULL AND external_id IN (
             SELECT external_id FROM crm_contact_snapshots
             WHERE tenant = $1 AND kind = $2 AND record_id = $3 AND external_id <> '')",
    )
    .bind(tenant)
    .bind(of.kind.code())
    .bind(&of.id)
    .execute(&mut *connection)
    .await?;
    let deleted = sqlx::query(
        "DELETE FROM crm_contact_snapshots WHERE tenant = $1 AND kind = $2 AND record_id = $3",
    )
    .bind(tenant)
    .bind(of.kind.code())
    .bind(&of.id)
    .execute(connection)
    .await?;
    Ok(deleted.rows_affected())
}

/// Deletes what has been kept long enough.
pub(crate) async fn forget_old(
    connection: &mut Connection,
    tenant: &str,
    now: u64,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM crm_contact_snapshots WHERE tenant = $1 AND taken_at < $2")
        .bind(tenant)
        .bind(rows::integer(now.saturating_sub(KEPT_MS)))
        .execute(connection)
        .await?;
    Ok(())
}
