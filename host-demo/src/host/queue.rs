//! What waits, what is retried, what was rejected; and what a person does there.

use koppel_embedding::{
    EventKey,
    contract::outcomes::{Progress, Reason},
    guard::HELD_UNTIL,
    queue::{self, HistoryEntry, Of, Rejected},
};

use super::HostError;
use crate::{
    contract::RecordRef,
    crm::{DemoCrm, codes::Code},
};

/// An event that waits.
#[derive(Clone, Debug, PartialEq)]
pub struct WaitingEvent {
    /// Its key.
    pub key: EventKey,
    /// The hook that it is for.
    pub hook: &'static str,
    /// What it is about: `contact/17`.
    pub subject: Option<String>,
    /// How many attempts of the present step were made.
    pub attempt: u32,
    /// Not before this moment; 0: at once.
    pub not_before: u64,
    /// Why it waits.
    pub reason: Option<Reason>,
    /// How far long work is.
    pub progress: Option<Progress>,
}

/// The queue of a tenant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QueueView {
    /// Events that were not handed in yet.
    pub waiting: Vec<WaitingEvent>,
    /// Events that were handed in and wait for another attempt or step.
    pub retrying: Vec<WaitingEvent>,
    /// Events for which somebody has to act.
    pub rejected: Vec<Rejected>,
    /// When the next one is due; none where nothing waits.
    pub next_due: Option<u64>,
}

impl DemoCrm {
    /// What waits, at most `limit` events, and what was rejected.
    pub async fn queue(&self, limit: u32) -> Result<QueueView, HostError> {
        let mut connection = self.store.readers().acquire().await?;
        let waiting = queue::waiting(&mut connection, &self.tenant, limit).await?;
        let due = waiting.iter().map(|it| it.not_before);
        let next_due = due.filter(|it| *it < HELD_UNTIL).min();
        let view = |it: queue::Waiting| WaitingEvent {
            hook: it.event.hook(),
            subject: it.event.subject(),
            key: it.key,
            attempt: it.attempt,
            not_before: it.not_before,
            reason: it.reason,
            progress: it.progress,
        };
        let (retrying, waiting) = waiting
            .into_iter()
            .map(view)
            .partition(|it: &WaitingEvent| it.attempt > 0 || it.reason.is_some());
        let rejected = queue::rejections(&mut connection, &self.tenant, limit).await?;
        Ok(QueueView {
            waiting,
            retrying,
            rejected,
            next_due,
        })
    }

    /// Puts a rejected event back into the queue; false where there is none.
    pub async fn retry(&self, key: &EventKey) -> Result<bool, HostError> {
        let (tenant, key) = (self.tenant.clone(), key.clone());
        self.write(move |connection, _| {
            Box::pin(async move { Ok(queue::retry(connection, &tenant, &key).await?) })
        })
        .await
    }

    /// Ends a rejection: a person has seen to it. False where there is none.
    pub async fn end_rejection(&self, key: &EventKey) -> Result<bool, HostError> {
        let (tenant, key) = (self.tenant.clone(), key.clone());
        self.write(move |connection, _| {
            Box::pin(async move { Ok(queue::end_rejection(connection, &tenant, &key).await?) })
        })
        .await
    }

    /// What became of the calls about a record, latest first (DA-73).
    pub async fn history(
        &self,
        reference: &RecordRef,
        limit: u32,
    ) -> Result<Vec<HistoryEntry>, HostError> {
        let subject = format!("{}/{}", reference.kind.code(), reference.id);
        let of = Of {
            subject: Some(&subject),
            ..Of::default()
        };
        self.history_of(&of, limit).await
    }

    /// What became of all calls, or of those of one event, latest first.
    pub async fn history_of(
        &self,
        of: &Of<'_>,
        limit: u32,
    ) -> Result<Vec<HistoryEntry>, HostError> {
        let mut connection = self.store.readers().acquire().await?;
        Ok(queue::history(&mut connection, &self.tenant, of, limit).await?)
    }
}
