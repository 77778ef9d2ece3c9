//! What a paused run holds, to be looked at before a person decides.

use crate::queue::{NewEvent, task};
use crate::store::StoreError;
use crate::{Connection, TenantId};

/// The events that a run holds, as they would be handed in once it is confirmed:
/// the first `limit`, and how many there are besides.
///
/// # Errors
/// [`StoreError`].
pub async fn held_events(
    connection: &mut Connection,
    tenant: &TenantId,
    run: &str,
    limit: usize,
) -> Result<(Vec<NewEvent>, usize), StoreError> {
    let mut rows: Vec<i64> = sqlx::query_scalar(
        "SELECT seq FROM koppel_guarded
         WHERE tenant = $1 AND run = $2 AND state = 'held' ORDER BY seq",
    )
    .bind(tenant.as_str())
    .bind(run)
    .fetch_all(&mut *connection)
    .await?;
    let left = rows.len().saturating_sub(limit);
    rows.truncate(limit);
    let mut events = Vec::new();
    for seq in rows {
        if let Some(task) = task::read(connection, seq).await? {
            events.push(NewEvent {
                event: task.event,
                occurred_at: task.occurred_at,
                user: task.user,
            });
        }
    }
    Ok((events, left))
}
