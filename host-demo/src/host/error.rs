//! What can go wrong with the host as a whole.

use koppel_embedding::{
    ComponentError, QuestionError, WorkerError, contract::outcomes::QuestionFailed,
};

use crate::crm::{SaveError, StoreError};

/// The host could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// The database could not be opened.
    #[error("the database {database} cannot be opened")]
    Database {
        /// Which.
        database: koppel_embedding::store::Database,
        /// Why.
        #[source]
        source: koppel_embedding::store::StoreError,
    },
    /// The component cannot be used.
    #[error("the component cannot be used; `inspect FILE` shows what it wants")]
    Component(#[source] ComponentError),
    /// The embedding's tables failed.
    #[error("the queue's tables failed")]
    Embedding(#[from] koppel_embedding::store::StoreError),
    /// The CRM's tables failed.
    #[error(transparent)]
    Crm(#[from] StoreError),
    /// A record was not saved.
    #[error(transparent)]
    Save(#[from] SaveError),
    /// The user may not do this (PV-02).
    #[error("user `{user}` has no right `spotler`; an administrator of the CRM can give it")]
    Forbidden {
        /// Who it is.
        user: String,
    },
    /// The worker could not run.
    #[error(transparent)]
    Worker(#[from] WorkerError),
    /// The connection is not active.
    #[error("the connection is not active; activate it with `settings activate`")]
    NotActive,
    /// The component does not know the thing.
    #[error("the component knows nothing of it yet")]
    NotFound,
    /// A plan could not be made.
    #[error("the plan could not be made")]
    Plan(#[from] koppel_embedding::plan::PlanError),
    /// The component did not answer a question.
    #[error("the component did not answer")]
    Question(#[source] QuestionError),
}

impl From<QuestionError> for HostError {
    fn from(error: QuestionError) -> Self {
        match error {
            QuestionError::Refused(QuestionFailed::NotActive) => Self::NotActive,
            QuestionError::Refused(QuestionFailed::NotFound) => Self::NotFound,
            QuestionError::Refused(QuestionFailed::Unavailable(_) | QuestionFailed::Refused(_))
            | QuestionError::NotOffered(_)
            | QuestionError::Failed(_)
            | QuestionError::Store(_) => Self::Question(error),
        }
    }
}

impl From<sqlx::Error> for HostError {
    fn from(error: sqlx::Error) -> Self {
        Self::Crm(error.into())
    }
}
