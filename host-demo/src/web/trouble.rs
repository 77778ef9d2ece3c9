//! What a page says instead of itself.

use std::error::Error;

use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{frame::Frame, visit::rendered};
use crate::{
    crm::{SaveError, StoreError},
    host::HostError,
};

/// Why a page could not be shown, or an action not be done.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// There is no such thing.
    NotFound,
    /// The user lacks the right (PV-02).
    Forbidden,
    /// The connection is not active yet.
    NotActive,
    /// The form is not of this session.
    Stale,
    /// The form is too large or no form.
    Unreadable,
    /// Spotler did not answer, or refused; the sentence says why.
    Refused(String),
    /// A rule of the CRM forbids it; the sentence says which.
    Rule(String),
    /// The host or its storage failed.
    Failed(Box<HostError>),
}

impl From<HostError> for Trouble {
    fn from(error: HostError) -> Self {
        match error {
            HostError::Forbidden { .. } => Self::Forbidden,
            HostError::NotActive => Self::NotActive,
            HostError::NotFound | HostError::Save(SaveError::Unknown(_)) => Self::NotFound,
            other @ (HostError::Database { .. }
            | HostError::Component(_)
            | HostError::Embedding(_)
            | HostError::Crm(_)
            | HostError::Save(_)
            | HostError::Worker(_)
            | HostError::Plan(_)
            | HostError::Question(_)) => Self::Failed(Box::new(other)),
        }
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Failed(Box::new(error.into()))
    }
}

#[derive(Template)]
#[template(path = "message.html")]
struct Message<'a> {
    frame: &'a Frame,
    message: &'a str,
}

/// What went wrong, as a page.
pub(crate) fn shown(frame: &Frame, trouble: &Trouble) -> Response {
    let words = frame.words;
    let (status, message) = match trouble {
        Trouble::NotFound => (StatusCode::NOT_FOUND, words.not_found),
        Trouble::Forbidden => (StatusCode::FORBIDDEN, words.forbidden),
        Trouble::NotActive => (StatusCode::CONFLICT, words.not_active),
        Trouble::Stale => (StatusCode::FORBIDDEN, words.stale),
        Trouble::Unreadable => (StatusCode::BAD_REQUEST, words.too_large),
        Trouble::Refused(reason) => (StatusCode::SERVICE_UNAVAILABLE, reason.as_str()),
        Trouble::Rule(rule) => (StatusCode::UNPROCESSABLE_ENTITY, rule.as_str()),
        Trouble::Failed(error) => {
            tracing::error!(error = %chain(error.as_ref()), "a page could not be shown");
            (StatusCode::INTERNAL_SERVER_ERROR, words.failed)
        }
    };
    (status, rendered(&Message { frame, message })).into_response()
}

/// An error with its causes.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(it) = cause {
        text.push_str(": ");
        text.push_str(&it.to_string());
        cause = it.source();
    }
    text
}
