//! Noting what an event would do when it is queued, and judging it when it is
//! claimed.

use super::kind::GuardKind;
use super::runs::{self, NewRun};
use super::settings;
use crate::crm::Crm;
use crate::queue::{Event, stored};
use crate::store::StoreError;
use crate::{Connection, TenantId, Timestamp};
use sqlx::Row;
use std::collections::BTreeMap;

const MINUTE_MS: Timestamp = 60_000;

/// Notes what a new event would do.
pub(crate) async fn note(
    connection: &mut Connection,
    tenant: &TenantId,
    seq: i64,
    event: &Event,
) -> Result<(), sqlx::Error> {
    let Some(kind) = GuardKind::of(event) else {
        return Ok(());
    };
    sqlx::query(
        "INSERT INTO koppel_guarded (seq, tenant, kind, subject, state)
         VALUES ($1, $2, $3, $4, 'waiting')
         ON CONFLICT (seq) DO UPDATE SET kind = excluded.kind, state = 'waiting', run = NULL",
    )
    .bind(seq)
    .bind(tenant.as_str())
    .bind(kind.word())
    .bind(event.subject())
    .execute(connection)
    .await?;
    Ok(())
}

/// Notes what has become of a waiting event that another one joined. One that is
/// held is handed in once more, because the other may restrict something; one
/// that has become something else is judged anew. What an answer of the component
/// asks for is a consequence of what was judged already.
pub(crate) async fn note_joined(
    connection: &mut Connection,
    tenant: &TenantId,
    seq: i64,
    merged: &Event,
    by_answer: bool,
) -> Result<(), sqlx::Error> {
    let noted: Option<(String, String)> =
        sqlx::query_as("SELECT kind, state FROM koppel_guarded WHERE seq = $1")
            .bind(seq)
            .fetch_optional(&mut *connection)
            .await?;
    let kind = GuardKind::of(merged).map(GuardKind::word);
    let (was, state) = match &noted {
        Some((was, state)) => (Some(was.as_str()), state.as_str()),
        None => (None, ""),
    };
    if state == "held" {
        sqlx::query("UPDATE koppel_event SET not_before = 0 WHERE seq = $1")
            .bind(seq)
            .execute(&mut *connection)
            .await?;
    }
    if kind.is_none() {
        sqlx::query("DELETE FROM koppel_guarded WHERE seq = $1")
            .bind(seq)
            .execute(connection)
            .await?;
    } else if !by_answer && (kind != was || state == "let-through") {
        note(connection, tenant, seq, merged).await?;
    }
    Ok(())
}

/// Judges the saves among these rows, in the transaction that claims them: too
/// many, and all that wait of the kind are held.
pub(crate) async fn judge(
    connection: &mut Connection,
    crm: &dyn Crm,
    now: Timestamp,
    rows: &[i64],
) -> Result<(), StoreError> {
    let mut groups: BTreeMap<(String, GuardKind), Vec<i64>> = BTreeMap::new();
    for seq in rows {
        let row = sqlx::query(
            "SELECT tenant, kind FROM koppel_guarded WHERE seq = $1 AND state = 'waiting'",
        )
        .bind(seq)
        .fetch_optional(&mut *connection)
        .await?;
        let Some(row) = row else { continue };
        let kind = GuardKind::named(row.try_get("kind")?);
        if let Some(kind) = kind.filter(|it| !it.is_long_work()) {
            groups
                .entry((row.try_get("tenant")?, kind))
                .or_default()
                .push(*seq);
        }
    }
    for ((tenant, kind), rows) in groups {
        let tenant =
            TenantId::new(tenant).map_err(|_| StoreError::Unreadable("koppel_guarded.tenant"))?;
        let group = Group {
            crm,
            now,
            tenant: &tenant,
            kind,
        };
        group.judge(connection, &rows).await?;
    }
    Ok(())
}

/// What is claimed of one tenant and one kind.
struct Group<'a> {
    crm: &'a dyn Crm,
    now: Timestamp,
    tenant: &'a TenantId,
    kind: GuardKind,
}

impl Group<'_> {
    async fn judge(&self, connection: &mut Connection, rows: &[i64]) -> Result<(), StoreError> {
        let settings = settings::settings(connection, self.tenant).await?;
        if !settings.enabled {
            return self.let_through(connection, rows, 0).await;
        }
        if let Some(run) = runs::open_run(connection, self.tenant, self.kind).await? {
            return runs::hold_waiting(connection, self.tenant, self.kind, &run).await;
        }
        let limit = self.kind.limit(&settings);
        let since = self.minute().saturating_sub(settings.window_minutes);
        let records =
            self.waiting(connection, limit.number).await? + self.passed(connection, since).await?;
        let mut all = None;
        if records > limit.always {
            let counted = self.crm.count_records(self.tenant, connection).await;
            // Those that are being deleted are not among the CRM's any more.
            all = counted.map_err(crm_failed)?.map(|it| it + records);
        }
        if limit.is_passed(records, all) {
            let run = NewRun {
                kind: self.kind,
                records,
                list: &[],
                now: self.now,
            };
            let run = runs::open(connection, self.crm, self.tenant, &run).await?;
            return runs::hold_waiting(connection, self.tenant, self.kind, &run).await;
        }
        self.let_through(connection, rows, since).await
    }

    fn minute(&self) -> u64 {
        self.now / MINUTE_MS
    }

    /// How many wait, counted no further than it matters.
    async fn waiting(&self, connection: &mut Connection, number: u64) -> Result<u64, sqlx::Error> {
        let count: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM (SELECT 1 FROM koppel_guarded
             WHERE tenant = $1 AND kind = $2 AND state = 'waiting' LIMIT $3) AS waiting",
        )
        .bind(self.tenant.as_str())
        .bind(self.kind.word())
        .bind(stored(number.saturating_add(1)))
        .fetch_one(connection)
        .await?;
        Ok(count.unsigned_abs())
    }

    async fn passed(&self, connection: &mut Connection, since: u64) -> Result<u64, sqlx::Error> {
        let passed: Vec<i64> = sqlx::query_scalar(
            "SELECT passed FROM koppel_guard_passed
             WHERE tenant = $1 AND kind = $2 AND minute > $3",
        )
        .bind(self.tenant.as_str())
        .bind(self.kind.word())
        .bind(stored(since))
        .fetch_all(connection)
        .await?;
        Ok(passed.into_iter().map(i64::unsigned_abs).sum())
    }

    async fn let_through(
        &self,
        connection: &mut Connection,
        rows: &[i64],
        since: u64,
    ) -> Result<(), StoreError> {
        for seq in rows {
            sqlx::query("UPDATE koppel_guarded SET state = 'let-through' WHERE seq = $1")
                .bind(seq)
                .execute(&mut *connection)
                .await?;
        }
        sqlx::query(
            "DELETE FROM koppel_guard_passed WHERE tenant = $1 AND kind = $2 AND minute <= $3",
        )
        .bind(self.tenant.as_str())
        .bind(self.kind.word())
        .bind(stored(since))
        .execute(&mut *connection)
        .await?;
        sqlx::query(
            "INSERT INTO koppel_guard_passed (tenant, kind, minute, passed)
             VALUES ($1, $2, $3, $4)
             ON CONFLICT (tenant, kind, minute)
             DO UPDATE SET passed = koppel_guard_passed.passed + excluded.passed",
        )
        .bind(self.tenant.as_str())
        .bind(self.kind.word())
        .bind(stored(self.minute()))
        .bind(stored(rows.len() as u64))
        .execute(connection)
        .await?;
        Ok(())
    }
}

pub(super) fn crm_failed(error: crate::CrmError) -> StoreError {
    match error {
        crate::CrmError::Storage(error) => StoreError::Database(error),
        crate::CrmError::Unfit(_) => StoreError::Unreadable("the CRM's count of records"),
    }
}
