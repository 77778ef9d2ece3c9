//! The durable queue: events, written in the CRM's own transaction.

mod enqueue;
mod event;
pub(crate) mod task;
mod view;

pub use enqueue::enqueue;
pub(crate) use enqueue::{enqueue_again, stored};
pub use event::{Event, NewEvent};
pub(crate) use event::{kind_name, subject_of};
pub use view::{
    HistoryEntry, Of, Rejected, Waiting, cancel, count_waiting, end_rejection, history, rejections,
    retry, waiting, waiting_event, waiting_for,
};

/// An event could not be queued; the CRM's transaction must not be committed
/// without it.
#[derive(Debug, thiserror::Error)]
pub enum EnqueueError {
    /// A statement failed.
    #[error("the event could not be written")]
    Database(#[from] sqlx::Error),
    /// The event does not fit the contract; the text names the part.
    #[error("the event does not fit the contract: {0}")]
    Unfit(&'static str),
}
