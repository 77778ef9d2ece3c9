//! A CRM that saves nothing: every save is made and rolled back, and what it
//! would queue is kept for a plan.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use koppel_embedding::{
    Connection, Crm, NewEvent, PlanRequest,
    plan::{CaptureError, capture},
    store,
};

use super::desk::DemoCrm;

/// What saves would have queued. Clones share it.
#[derive(Clone, Default)]
pub struct Rehearsal {
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    request: PlanRequest,
    left_out: usize,
}

/// A plan of more events than this is for nobody to read.
pub(crate) const MOST_EVENTS: usize = 10_000;

impl std::fmt::Debug for Rehearsal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rehearsal").finish_non_exhaustive()
    }
}

impl Rehearsal {
    /// What was noted since the last time, and how many events were too many.
    pub fn take(&self) -> (PlanRequest, usize) {
        let kept = std::mem::take(&mut *self.lock());
        (kept.request, kept.left_out)
    }

    /// Notes events that wait already, and how many more there are.
    pub(crate) fn note(&self, events: Vec<NewEvent>, left_out: usize) {
        let mut kept = self.lock();
        kept.request.events.extend(events);
        kept.left_out += left_out;
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a save, notes what it would queue, and rolls it back.
    pub(crate) async fn write<T, E, F>(&self, crm: &DemoCrm, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<sqlx::Error> + Send + 'static,
        F: for<'c> FnOnce(
                &'c mut Connection,
                String,
            )
                -> std::pin::Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'c>>
            + Send
            + 'static,
    {
        let tenant = crm.tenant.as_str().to_owned();
        let reader: Arc<dyn Crm> = Arc::new(crm.clone());
        let captured = capture(&crm.store, reader, &crm.tenant, move |connection| {
            work(connection, tenant)
        });
        let (value, request) = captured.await.map_err(told)?;
        let mut kept = self.lock();
        if kept.request.events.len() + request.events.len() > MOST_EVENTS {
            kept.left_out += request.events.len();
        } else {
            kept.request.extend(request);
        }
        Ok(value)
    }
}

fn told<E: From<sqlx::Error>>(error: CaptureError<E>) -> E {
    match error {
        CaptureError::Work(error) => error,
        CaptureError::Store(store::StoreError::Database(error)) => E::from(error),
        CaptureError::Store(error) => E::from(sqlx::Error::Protocol(error.to_string())),
        CaptureError::Crm(error) => E::from(sqlx::Error::Protocol(error.to_string())),
    }
}
