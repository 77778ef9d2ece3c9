//! What a save of the CRM would queue, without saving it.

use super::PlanRequest;
use crate::crm::{Crm, CrmError};
use crate::queue::{self, Event, NewEvent};
use crate::store::{StoreError, WriteError};
use crate::{Connection, Store, TenantId, settings};
use futures::future::BoxFuture;
use std::sync::Arc;

/// What a save would queue could not be found out.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError<E> {
    /// The save itself says no.
    #[error("the save would be refused")]
    Work(#[source] E),
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] StoreError),
    /// The CRM failed.
    #[error("the CRM failed")]
    Crm(#[from] CrmError),
}

/// Why the transaction is rolled back: always.
enum Undo<T, E> {
    Captured(Box<(T, PlanRequest)>),
    Failed(CaptureError<E>),
}

/// Runs a save in a transaction, notes which events it queues and how the records
/// of them look then, and rolls everything back. What waits in the queue already
/// is left out: the request is of this save alone.
///
/// ```no_run
/// # use koppel_embedding::{plan, Crm, Host, Store, TenantId};
/// # use std::sync::Arc;
/// # async fn example(store: Store, crm: Arc<dyn Crm>, host: Host, tenant: TenantId) -> Result<(), Box<dyn std::error::Error>> {
/// let ((), request) = plan::capture(&store, crm, &tenant, |connection| Box::pin(async move {
///     // save the record, then `queue::enqueue` on the same connection
///     # let _ = connection;
///     Ok::<_, sqlx::Error>(())
/// })).await?;
/// let plan = host.plan(&tenant, request, 100).await?;
/// # Ok(()) }
/// ```
///
/// # Errors
/// [`CaptureError::Work`] with what the save says, or what fails besides.
pub async fn capture<T, E, F>(
    store: &Store,
    crm: Arc<dyn Crm>,
    tenant: &TenantId,
    work: F,
) -> Result<(T, PlanRequest), CaptureError<E>>
where
    T: Send + 'static,
    E: Send + 'static,
    F: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T, E>> + Send + 'static,
{
    let (within, of) = (store.clone(), tenant.clone());
    let written: Result<(), WriteError<Undo<T, E>>> = store
        .write_quietly(tenant, move |connection| {
            Box::pin(async move {
                let noted = note(connection, &within, crm.as_ref(), &of, work).await;
                Err(match noted {
                    Ok(noted) => Undo::Captured(Box::new(noted)),
                    Err(error) => Undo::Failed(error),
                })
            })
        })
        .await;
    match written {
        Err(WriteError::Work(Undo::Captured(noted))) => Ok(*noted),
        Err(WriteError::Work(Undo::Failed(error))) => Err(error),
        Err(WriteError::Commit(text)) => {
            Err(StoreError::Database(sqlx::Error::Protocol(text)).into())
        }
        Ok(()) | Err(WriteError::Ended) => {
            Err(StoreError::Database(sqlx::Error::WorkerCrashed).into())
        }
    }
}

async fn note<T, E, F>(
    connection: &mut Connection,
    store: &Store,
    crm: &dyn Crm,
    tenant: &TenantId,
    work: F,
) -> Result<(T, PlanRequest), CaptureError<E>>
where
    F: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T, E>> + Send,
{
    // A save joins one that waits; without those, what is queued is this save's.
    sqlx::query("DELETE FROM koppel_event WHERE tenant = $1")
        .bind(tenant.as_str())
        .execute(&mut *connection)
        .await
        .map_err(StoreError::from)?;
    let value = work(connection).await.map_err(CaptureError::Work)?;
    let mut request = PlanRequest::default();
    for waiting in queue::waiting(connection, tenant, u32::MAX).await? {
        if let Some(record) = waiting.event.saved_record()
            && let Some(read) = crm.read_record(tenant, connection, record).await?
        {
            request.records.push(read);
        }
        if waiting.event == Event::SettingsSaved {
            request.settings = settings::load(store, connection, tenant).await?;
        }
        request.events.push(NewEvent {
            event: waiting.event,
            occurred_at: waiting.occurred_at,
            user: waiting.user,
        });
    }
    Ok((value, request))
}
