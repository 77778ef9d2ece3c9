//! What can go wrong with the demo CRM's own tables.

use koppel_embedding::{ApplyError, CrmError};

use super::edit::RuleBroken;
use crate::contract::RecordRef;

/// The CRM's storage failed, or holds what cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A statement failed.
    #[error("the CRM's database failed")]
    Database(#[from] sqlx::Error),
    /// The tables could not be made or brought up to date.
    #[error("the CRM's tables could not be brought up to date")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A column holds something that this version does not know.
    #[error("column `{0}` of the CRM cannot be read; was the file written by a later version?")]
    Unreadable(&'static str),
    /// The queue did not take the event.
    #[error("the event could not be queued")]
    Queue(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A save that was not made.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// A rule of the CRM forbids it.
    #[error("{} `{}` was not saved: {broken}", kind_of(.reference), .reference.id)]
    Rule {
        /// Which record.
        reference: RecordRef,
        /// Which rule.
        broken: RuleBroken,
    },
    /// There is no such record.
    #[error("there is no {} `{}`", kind_of(.0), .0.id)]
    Unknown(RecordRef),
    /// There is one with this id already.
    #[error("there is a {} `{}` already; change it with `edit`", kind_of(.0), .0.id)]
    Exists(RecordRef),
    /// The storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for SaveError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<StoreError> for CrmError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Database(error) => Self::Storage(error),
            StoreError::Migrate(_) | StoreError::Queue(_) | StoreError::Unreadable(_) => {
                Self::Unfit(error.to_string())
            }
        }
    }
}

impl From<StoreError> for ApplyError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Database(error) => Self::Storage(error),
            StoreError::Migrate(_) | StoreError::Queue(_) | StoreError::Unreadable(_) => {
                Self::Impossible(error.to_string())
            }
        }
    }
}

fn kind_of(reference: &RecordRef) -> &'static str {
    super::codes::Code::code(reference.kind)
}
