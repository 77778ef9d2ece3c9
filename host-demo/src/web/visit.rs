//! A request of somebody who is logged in: who it is, in which language, and
//! what every page needs to be shown.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, StatusCode, Uri, header, request::Parts},
    response::{Html, IntoResponse, Redirect, Response},
};
use sha2::{Digest, Sha256};

use super::{
    Pages,
    cookies::cookie,
    frame::Frame,
    language, plan,
    trouble::{Trouble, chain, shown},
};
use crate::{
    crm::{Rehearsal, sessions::Session, users::SPOTLER_RIGHT},
    explain::{Explainer, Language},
    host::DemoHost,
};

/// The cookie that holds the session's token.
pub(crate) const SESSION_COOKIE: &str = "koppel_session";

/// A request of somebody who is logged in.
pub(crate) struct Visit {
    pub(crate) frame: Frame,
    /// The host, with this user at the desk.
    pub(crate) host: DemoHost,
    pub(crate) explainer: Arc<Explainer>,
    /// The session's token.
    pub(crate) token: String,
    /// What of an open page is fetched anew, by the ids of its parts; none where the
    /// whole page is asked for.
    pub(crate) refreshed: Option<Vec<String>>,
    /// Set while a form is only tried.
    pub(crate) rehearsal: Option<Rehearsal>,
}

impl FromRequestParts<Pages> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, pages: &Pages) -> Result<Self, Response> {
        let language = language::asked(&parts.uri, &parts.headers);
        let Some((token, session)) = session(pages, &parts.headers, language).await? else {
            return Err(log_in_first(&parts.uri));
        };
        let user = session.user.clone();
        let frame = Frame::new(language, &parts.uri, Some(session), secret_of_forms(&token));
        let explainer = match pages.explainer().await {
            Ok(explainer) => explainer,
            Err(error) => return Err(shown(&frame, &Trouble::from(error))),
        };
        Ok(Self {
            frame,
            host: pages.host.as_user(&user),
            explainer,
            token,
            refreshed: refreshed(&parts.headers),
            rehearsal: None,
        })
    }
}

impl Visit {
    /// The language of the page.
    pub(crate) fn language(&self) -> Language {
        self.frame.language
    }

    /// Answers with a page, or with what went wrong instead.
    pub(crate) fn show<T: Template>(&self, page: Result<T, Trouble>) -> Response {
        match page {
            Ok(page) => rendered(&page),
            Err(trouble) => shown(&self.frame, &trouble),
        }
    }

    /// Answers with a page whose form was not accepted.
    pub(crate) fn refuse<T: Template>(&self, page: Result<T, Trouble>) -> Response {
        match page {
            Ok(page) => (StatusCode::UNPROCESSABLE_ENTITY, rendered(&page)).into_response(),
            Err(trouble) => shown(&self.frame, &trouble),
        }
    }

    /// Goes to a page that says what was done; `said` is one of the words that
    /// [`Frame`] knows, or nothing. Where the form was only rehearsed, shows what
    /// it would have led to instead. The address is our own.
    pub(crate) async fn go(&self, address: &str, said: &str) -> Response {
        if let Some(rehearsal) = &self.rehearsal {
            return plan::show(self, rehearsal, address).await;
        }
        if said.is_empty() {
            return Redirect::to(address).into_response();
        }
        let mark = if address.contains('?') { '&' } else { '?' };
        Redirect::to(&format!("{address}{mark}said={said}")).into_response()
    }

    /// From here on the form is only tried: what it saves is rolled back.
    pub(crate) fn rehearse(&mut self) {
        let rehearsal = Rehearsal::default();
        self.host = self.host.rehearsing(&rehearsal);
        self.rehearsal = Some(rehearsal);
    }

    /// Fails unless the user has the right `spotler` (PV-02).
    pub(crate) fn needs_right(&self) -> Result<(), Trouble> {
        if self.may() {
            Ok(())
        } else {
            Err(Trouble::Forbidden)
        }
    }

    /// Whether the user has the right `spotler` (PV-02).
    pub(crate) fn may(&self) -> bool {
        let user = self.frame.user.as_ref();
        user.is_some_and(|it| it.has(SPOTLER_RIGHT))
    }
}

/// The ids that `live.js` names.
fn refreshed(headers: &HeaderMap) -> Option<Vec<String>> {
    let ids = headers.get("x-refresh")?.to_str().ok()?;
    Some(ids.split_whitespace().map(str::to_owned).collect())
}

/// Whose session the request shows.
async fn session(
    pages: &Pages,
    headers: &HeaderMap,
    language: Language,
) -> Result<Option<(String, Session)>, Response> {
    let Some(token) = cookie(headers, SESSION_COOKIE) else {
        return Ok(None);
    };
    match pages.host.crm().session(token).await {
        Ok(session) => Ok(session.map(|it| (token.to_owned(), it))),
        Err(error) => {
            tracing::error!(error = %chain(&error), "the sessions cannot be read");
            let frame = Frame::new(language, &Uri::default(), None, String::new());
            Err(shown(&frame, &Trouble::from(error)))
        }
    }
}

/// To the page where one logs in, and from there back to here.
fn log_in_first(uri: &Uri) -> Response {
    let here = uri.path_and_query().map_or("/", |it| it.as_str());
    let next: String = form_urlencoded::byte_serialize(here.as_bytes()).collect();
    Redirect::to(&format!("/login?next={next}")).into_response()
}

/// What the forms of a session carry, so that no other site can send one.
pub(crate) fn secret_of_forms(token: &str) -> String {
    let digest = Sha256::digest(format!("forms of {token}").as_bytes());
    let digest: &[u8] = digest.as_ref();
    digest.iter().map(|it| format!("{it:02x}")).collect()
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

/// The header that makes the browser forget the session.
pub(crate) const FORGET: &str = "koppel_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict";

/// The header that makes the browser keep the session.
pub(crate) fn keep(token: &str, https: bool) -> [(header::HeaderName, String); 1] {
    let secure = if https { "; Secure" } else { "" };
    let value = format!("{SESSION_COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict{secure}");
    [(header::SET_COOKIE, value)]
}
