//! Putting an event into the queue.

use super::{EnqueueError, Event, NewEvent};
use crate::{Connection, EventKey, TenantId, guard};
use sqlx::Row;

/// Puts an event into the queue, on the connection of the transaction in which
/// the CRM saves: both are committed, or neither (transactional outbox).
///
/// A save of a record that already waits is taken together with it, and answers
/// with the key of the one that waits. Afterwards call [`Store::wake`], unless
/// the transaction runs in [`Store::write`].
///
/// [`Store::wake`]: crate::Store::wake
/// [`Store::write`]: crate::Store::write
///
/// # Errors
/// [`EnqueueError`]: roll the transaction back.
pub async fn enqueue(
    connection: &mut Connection,
    tenant: &TenantId,
    new: NewEvent,
) -> Result<EventKey, EnqueueError> {
    put(connection, tenant, new, false).await
}

/// [`enqueue`] for what an answer of the component asks for: the guard judged
/// what led to it.
pub(crate) async fn enqueue_again(
    connection: &mut Connection,
    tenant: &TenantId,
    new: NewEvent,
) -> Result<EventKey, EnqueueError> {
    put(connection, tenant, new, true).await
}

async fn put(
    connection: &mut Connection,
    tenant: &TenantId,
    new: NewEvent,
    by_answer: bool,
) -> Result<EventKey, EnqueueError> {
    if new
        .event
        .record()
        .is_some_and(|it| !(1..=200).contains(&it.id.len()))
    {
        return Err(EnqueueError::Unfit("the id of a record is 1 to 200 bytes"));
    }
    if let Some(key) = new.event.coalesce_key()
        && let Some(joined) = join_waiting(connection, tenant, &key, &new, by_answer).await?
    {
        return Ok(joined);
    }
    let (seq, key) = insert(connection, tenant, &new).await?;
    if !by_answer {
        guard::note(connection, tenant, seq, &new.event).await?;
    }
    Ok(key)
}

async fn join_waiting(
    connection: &mut Connection,
    tenant: &TenantId,
    key: &str,
    new: &NewEvent,
    by_answer: bool,
) -> Result<Option<EventKey>, EnqueueError> {
    let waiting = sqlx::query(
        "SELECT seq, id, payload FROM koppel_event WHERE tenant = $1 AND coalesce = $2",
    )
    .bind(tenant.as_str())
    .bind(key)
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = waiting else { return Ok(None) };
    let earlier: Event = serde_json::from_str(row.try_get("payload")?)
        .map_err(|_| EnqueueError::Unfit("the event that waits cannot be read"))?;
    let merged = earlier.merged_with(new.event.clone());
    let seq: i64 = row.try_get("seq")?;
    // The moment and the user of the latest save count, as its content does.
    sqlx::query(
        "UPDATE koppel_event
         SET payload = $1, revision = revision + 1, occurred_at = CASE WHEN occurred_at < $2 THEN $2 ELSE occurred_at END, \"user\" = $3
         WHERE seq = $4",
    )
    .bind(json(&merged)?)
    .bind(stored(new.occurred_at))
    .bind(&new.user)
    .bind(seq)
    .execute(&mut *connection)
    .await?;
    guard::note_joined(connection, tenant, seq, &merged, by_answer).await?;
    Ok(Some(EventKey::from_stored(row.try_get::<String, _>("id")?)))
}

async fn insert(
    connection: &mut Connection,
    tenant: &TenantId,
    new: &NewEvent,
) -> Result<(i64, EventKey), EnqueueError> {
    let key = EventKey::fresh();
    let seq: i64 = sqlx::query_scalar(
        "INSERT INTO koppel_event (id, tenant, hook, order_key, coalesce, payload, occurred_at,
             \"user\", not_before, long_work, turn)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9,
             (SELECT coalesce(max(turn), 0) + 1 FROM koppel_event))
         RETURNING seq",
    )
    .bind(key.as_str())
    .bind(tenant.as_str())
    .bind(new.event.hook())
    .bind(new.event.order_key(key.as_str()))
    .bind(new.event.coalesce_key())
    .bind(json(&new.event)?)
    .bind(stored(new.occurred_at))
    .bind(&new.user)
    .bind(i64::from(new.event.is_long_work()))
    .fetch_one(connection)
    .await?;
    Ok((seq, key))
}

fn json(event: &Event) -> Result<String, EnqueueError> {
    serde_json::to_string(event).map_err(|_| EnqueueError::Unfit("it has no JSON form"))
}

/// A moment as the tables keep it.
pub(crate) fn stored(at: u64) -> i64 {
    i64::try_from(at).unwrap_or(i64::MAX)
}
