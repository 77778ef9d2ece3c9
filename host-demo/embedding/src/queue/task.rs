//! Taking what is due out of the queue, without taking it away.

use super::{Event, stored};
use crate::store::{StoreError, flag};
use crate::{Connection, EventKey, TenantId, Timestamp};
use sqlx::Row;
use sqlx::any::AnyRow;
use std::collections::HashSet;

/// An event that was claimed, as it stood then. Its attempt is counted already.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) seq: i64,
    pub(crate) key: EventKey,
    pub(crate) tenant: TenantId,
    pub(crate) order_key: String,
    pub(crate) event: Event,
    pub(crate) revision: i64,
    pub(crate) attempt: u32,
    pub(crate) faults: u32,
    pub(crate) conflicts: u32,
    pub(crate) occurred_at: Timestamp,
    pub(crate) user: Option<String>,
    pub(crate) cursor: Option<String>,
    pub(crate) is_long: bool,
    /// The guard holds it: only what restricts may be sent.
    pub(crate) is_held: bool,
    /// The guard has not judged it yet.
    pub(crate) is_unjudged: bool,
}

const COLUMNS: &str = "seq, id, tenant, order_key, payload, revision, attempt, faults, conflicts, \
     occurred_at, \"user\", cursor, long_work, \
     (SELECT g.state FROM koppel_guarded g WHERE g.seq = koppel_event.seq) AS guarded";

/// An event waits for earlier ones with its order key. Two exceptions, so that a
/// connection that does not work can always be mended: a tick keeps nobody
/// waiting, and saved settings wait for nobody (but for what is under way). And
/// what the guard holds (until the year 9999, `guard::HELD_UNTIL`) keeps nothing
/// waiting.
const NOT_BLOCKED: &str = "NOT EXISTS (SELECT 1 FROM koppel_event f
     WHERE f.tenant = e.tenant AND f.order_key = e.order_key AND f.seq < e.seq
       AND f.not_before < 253402300799000
       AND f.hook <> 'on-tick' AND e.hook <> 'on-settings-saved')";

const TENANTS: &str = "WITH RECURSIVE t (name) AS (
         SELECT min(tenant) FROM koppel_event
         UNION ALL
         SELECT (SELECT min(tenant) FROM koppel_event WHERE tenant > name) FROM t
         WHERE name IS NOT NULL)
     SELECT name FROM t WHERE name IS NOT NULL";

/// The tenants that have anything due, by skipping through the index: what waits for
/// later is not read.
pub(crate) async fn tenants_with_due(
    connection: &mut Connection,
    now: Timestamp,
) -> Result<Vec<String>, sqlx::Error> {
    let statement = format!(
        "{TENANTS} AND EXISTS (SELECT 1 FROM koppel_event e
             WHERE e.tenant = name AND e.long_work IN (0, 1) AND e.not_before <= $1)"
    );
    sqlx::query_scalar(sqlx::AssertSqlSafe(statement))
        .bind(stored(now))
        .fetch_all(connection)
        .await
}

/// The tenants that have long work due.
pub(crate) async fn tenants_with_long_work_due(
    connection: &mut Connection,
    now: Timestamp,
) -> Result<HashSet<String>, sqlx::Error> {
    let statement =
        "SELECT DISTINCT tenant FROM koppel_event WHERE long_work = 1 AND not_before <= $1";
    let tenants: Vec<String> = sqlx::query_scalar(statement)
        .bind(stored(now))
        .fetch_all(connection)
        .await?;
    Ok(tenants.into_iter().collect())
}

/// The tenants that have anything in the queue, and that no worker has leased yet;
/// with PostgreSQL.
pub(crate) async fn tenants_without_lease(
    connection: &mut Connection,
) -> Result<Vec<String>, sqlx::Error> {
    let statement = format!(
        "{TENANTS} AND NOT EXISTS (SELECT 1 FROM koppel_lease WHERE tenant = name) ORDER BY name"
    );
    sqlx::query_scalar(sqlx::AssertSqlSafe(statement))
        .fetch_all(connection)
        .await
}

/// What of a tenant is due: row and order key, those that wait longest first;
/// among long work, whose turn it is. Of a tenant that pauses, saved settings
/// only.
pub(crate) async fn due(
    connection: &mut Connection,
    tenant: &str,
    is_long: bool,
    now: Timestamp,
    only_settings: bool,
    limit: usize,
) -> Result<Vec<(i64, String)>, sqlx::Error> {
    let statement = format!(
        "SELECT e.seq, e.order_key FROM koppel_event e
         WHERE e.tenant = $1 AND e.long_work = $2 AND e.not_before <= $3 AND {NOT_BLOCKED}
           AND ($4 = 0 OR e.hook = 'on-settings-saved')
         ORDER BY e.not_before, e.turn LIMIT $5"
    );
    sqlx::query_as(sqlx::AssertSqlSafe(statement))
        .bind(tenant)
        .bind(i64::from(is_long))
        .bind(stored(now))
        .bind(i64::from(only_settings))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(connection)
        .await
}

/// When the next event is due that no earlier one keeps waiting.
pub(crate) async fn next_due(
    connection: &mut Connection,
) -> Result<Option<Timestamp>, sqlx::Error> {
    let statement = format!(
        "SELECT min(e.not_before) FROM koppel_event e
         WHERE e.not_before < 253402300799000 AND {NOT_BLOCKED}"
    );
    let next: Option<i64> = sqlx::query_scalar(sqlx::AssertSqlSafe(statement))
        .fetch_one(connection)
        .await?;
    Ok(next.map(i64::unsigned_abs))
}

/// [`next_due`] for each tenant that has anything.
pub(crate) async fn next_due_of_each(
    connection: &mut Connection,
) -> Result<Vec<(String, Timestamp)>, sqlx::Error> {
    let statement = format!(
        "SELECT e.tenant, min(e.not_before) FROM koppel_event e WHERE {NOT_BLOCKED}
         GROUP BY e.tenant"
    );
    let rows: Vec<(String, i64)> = sqlx::query_as(sqlx::AssertSqlSafe(statement))
        .fetch_all(connection)
        .await?;
    let moments = rows
        .into_iter()
        .map(|(tenant, due)| (tenant, due.unsigned_abs()));
    Ok(moments.collect())
}

/// Counts the attempt of each row, before the component is called: a call that
/// is killed counts too. Answers with the rows as they are now.
pub(crate) async fn begin(
    connection: &mut Connection,
    rows: &[i64],
) -> Result<Vec<Task>, StoreError> {
    let statement =
        format!("UPDATE koppel_event SET attempt = attempt + 1 WHERE seq = $1 RETURNING {COLUMNS}");
    let mut tasks = Vec::with_capacity(rows.len());
    for seq in rows {
        let row = sqlx::query(sqlx::AssertSqlSafe(statement.clone()))
            .bind(seq)
            .fetch_optional(&mut *connection)
            .await?;
        if let Some(row) = row {
            tasks.push(task(&row)?);
        }
    }
    Ok(tasks)
}

/// A row as it stands; no attempt of it is counted.
pub(crate) async fn read(
    connection: &mut Connection,
    seq: i64,
) -> Result<Option<Task>, StoreError> {
    let statement = format!("SELECT {COLUMNS} FROM koppel_event WHERE seq = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(seq)
        .fetch_optional(connection)
        .await?;
    row.map(|it| task(&it)).transpose()
}

fn task(row: &AnyRow) -> Result<Task, StoreError> {
    let tenant: String = row.try_get("tenant")?;
    let guarded: Option<String> = row.try_get("guarded")?;
    Ok(Task {
        seq: row.try_get("seq")?,
        key: EventKey::from_stored(row.try_get::<String, _>("id")?),
        tenant: TenantId::new(tenant).map_err(|_| StoreError::Unreadable("koppel_event.tenant"))?,
        order_key: row.try_get("order_key")?,
        event: serde_json::from_str(row.try_get("payload")?)
            .map_err(|_| StoreError::Unreadable("koppel_event.payload"))?,
        revision: row.try_get("revision")?,
        attempt: count(row, "attempt")?,
        faults: count(row, "faults")?,
        conflicts: count(row, "conflicts")?,
        occurred_at: row.try_get::<i64, _>("occurred_at")?.unsigned_abs(),
        user: row.try_get("user")?,
        cursor: row.try_get("cursor")?,
        is_long: flag(row, "long_work")?,
        is_held: guarded.as_deref() == Some("held"),
        is_unjudged: guarded.as_deref() == Some("waiting"),
    })
}

fn count(row: &AnyRow, column: &'static str) -> Result<u32, StoreError> {
    u32::try_from(row.try_get::<i64, _>(column)?).map_err(|_| StoreError::Unreadable(column))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::contacts::Change;
    use crate::contract::types::{RecordKind, RecordRef};
    use crate::queue::{NewEvent, enqueue};
    use crate::secret::KeySource;
    use crate::store::Store;

    async fn due_hooks(connection: &mut Connection) -> Vec<String> {
        let rows = due(connection, "acme", false, 1, false, 100)
            .await
            .expect("the queue");
        let tasks = begin(connection, &rows.iter().map(|it| it.0).collect::<Vec<_>>())
            .await
            .expect("rows");
        tasks.iter().map(|it| it.event.hook().to_owned()).collect()
    }

    #[tokio::test]
    async fn events_of_one_record_wait_for_each_other_and_settings_wait_for_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("crm.db");
        let store = Store::open_with(path, KeySource::File)
            .await
            .expect("a store");
        let tenant = TenantId::new("acme").expect("a name");
        let mut connection = store.readers().acquire().await.expect("a connection");
        let record = RecordRef {
            kind: RecordKind::Contact,
            id: "1".into(),
        };
        let purchase = crate::contract::shop::Purchase {
            id: "o".into(),
            target: record.clone(),
            products: vec![],
            link: None,
            status: "completed".into(),
            values: vec![],
        };
        let saved = Event::ContactSaved {
            record,
            change: Change::Updated,
        };
        for event in [
            Event::OrderChanged(purchase),
            saved,
            Event::Tick,
            Event::MappingSaved(vec![]),
            Event::SettingsSaved,
        ] {
            let new = NewEvent {
                event,
                occurred_at: 1,
                user: None,
            };
            enqueue(&mut connection, &tenant, new)
                .await
                .expect("queued");
        }
        let first = due_hooks(&mut connection).await;
        assert_eq!(first, ["on-order-changed", "on-tick", "on-settings-saved"]);
        let ended = "DELETE FROM koppel_event WHERE hook = 'on-order-changed'";
        sqlx::query(ended)
            .execute(&mut *connection)
            .await
            .expect("deleted");
        assert!(
            due_hooks(&mut connection)
                .await
                .contains(&"on-contact-saved".to_owned())
        );
        assert_eq!(next_due(&mut connection).await.expect("the queue"), Some(0));
    }
}
