//! What every page is made of, and what is shown instead of one.

use std::error::Error;

use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};

use super::{
    language::Asked,
    texts::{Texts, texts},
};
use crate::{explain::Language, host::HostError};

/// The language of a page, its words, and where it is shown in the other one.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) language: Language,
    pub(crate) texts: &'static Texts,
    /// The address of this page in the other language.
    pub(crate) other: String,
}

impl Frame {
    /// `address` ends where `lang=` can be put.
    pub(crate) fn new(language: Language, address: &str) -> Self {
        let other = match language {
            Language::Dutch => Language::English,
            Language::English => Language::Dutch,
        };
        let other = format!("{address}lang={}", other.tag());
        Self {
            language,
            texts: texts(language),
            other,
        }
    }

    pub(crate) fn tag(&self) -> &'static str {
        self.language.tag()
    }
}

#[derive(Template)]
#[template(path = "message.html")]
struct Message {
    frame: Frame,
    message: &'static str,
}

/// What a page says instead of itself.
pub(crate) enum Refusal {
    NotFound(Language),
    Failed(Language, HostError),
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, language) = match &self {
            Self::NotFound(language) => (StatusCode::NOT_FOUND, *language),
            Self::Failed(language, error) => {
                tracing::error!(error = %chain(error), "a page could not be shown");
                (StatusCode::INTERNAL_SERVER_ERROR, *language)
            }
        };
        let frame = Frame::new(language, "/?");
        let message = match self {
            Self::NotFound(_) => &frame.texts.not_found,
            Self::Failed(..) => &frame.texts.failed,
        };
        (status, rendered(&Message { message, frame })).into_response()
    }
}

/// A template as a page.
pub(crate) fn rendered(template: &impl Template) -> Response {
    match template.render() {
        Ok(page) => Html(page).into_response(),
        Err(error) => {
            tracing::error!(%error, "a template could not be filled in");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
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

pub(crate) async fn not_found(Asked(language): Asked) -> Refusal {
    Refusal::NotFound(language)
}

/// A moment in UTC.
pub(crate) fn moment(ms: u64) -> String {
    let moment = i64::try_from(ms)
        .ok()
        .and_then(|it| jiff::Timestamp::from_millisecond(it).ok());
    moment.map_or_else(
        || ms.to_string(),
        |it| it.strftime("%Y-%m-%d %H:%M:%S").to_string(),
    )
}
