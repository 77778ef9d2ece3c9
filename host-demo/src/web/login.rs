//! Logging in and out.

use askama::Template;
use axum::{
    body::Bytes,
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{
    Pages,
    form::{Fields, Posted},
    frame::Frame,
    language,
    trouble::{Trouble, shown},
    visit::{FORGET, keep, rendered},
    words::words,
};

words! {
    struct LoginWords {
        title: "Inloggen", "Log in";
        user: "Gebruiker", "User";
        password: "Wachtwoord", "Password";
        log_in: "Inloggen", "Log in";
        wrong: "Gebruiker en wachtwoord horen niet bij elkaar.",
            "User and password do not belong together.";
        wait: "Te veel pogingen. Wacht een minuut en probeer het opnieuw.",
            "Too many tries. Wait a minute and try again.";
        forgotten: "Wachtwoord vergeten? Een beheerder maakt een nieuw met:",
            "Forgotten the password? An administrator makes a new one with:";
    }
}

#[derive(Template)]
#[template(path = "login.html")]
struct Login<'a> {
    frame: &'a Frame,
    w: &'static LoginWords,
    next: String,
    problem: Option<&'static str>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    next: String,
}

/// The form.
pub(crate) async fn show(
    uri: Uri,
    headers: HeaderMap,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let frame = frame(&uri, &headers);
    let next = asked.map(|Query(it)| it.next).unwrap_or_default();
    rendered(&Login {
        w: LoginWords::of(frame.language),
        frame: &frame,
        next: own(&next).to_owned(),
        problem: None,
    })
}

/// Who sends the right password goes where they wanted to.
pub(crate) async fn log_in(
    State(pages): State<Pages>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let frame = frame(&uri, &headers);
    let fields = Fields::read(&body);
    let (user, next) = (fields.get("user"), own(fields.get("next")));
    let crm = pages.host.crm();
    let words = LoginWords::of(frame.language);
    let refuse = |status: StatusCode, problem| {
        let page = Login {
            frame: &frame,
            w: words,
            next: next.to_owned(),
            problem: Some(problem),
        };
        (status, rendered(&page)).into_response()
    };
    // A name is as long as an id; a longer one is nobody's.
    if user.len() > 200 || fields.get("password").len() > 1_000 {
        return refuse(StatusCode::UNAUTHORIZED, words.wrong);
    }
    if !pages.throttle.may_try(user, crm.now()) {
        return refuse(StatusCode::TOO_MANY_REQUESTS, words.wait);
    }
    let fits = {
        let Ok(_place) = pages.hashing.acquire().await else {
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        };
        crm.check_password(user, fields.get("password")).await
    };
    match fits {
        Err(error) => shown(&frame, &Trouble::from(error)),
        Ok(false) => refuse(StatusCode::UNAUTHORIZED, words.wrong),
        Ok(true) => {
            pages.throttle.right(user);
            match crm.open_session(user).await {
                Ok(token) => {
                    let cookie = AppendHeaders(keep(&token, pages.https));
                    (cookie, Redirect::to(next)).into_response()
                }
                Err(error) => shown(&frame, &Trouble::from(error)),
            }
        }
    }
}

/// Ends the session.
pub(crate) async fn log_out(posted: Posted) -> Response {
    let visit = posted.visit;
    match visit.host.crm().close_session(&visit.token).await {
        Ok(()) => {
            let forget = AppendHeaders([(header::SET_COOKIE, FORGET)]);
            (forget, Redirect::to("/login")).into_response()
        }
        Err(error) => shown(&visit.frame, &Trouble::from(error)),
    }
}

fn frame(uri: &Uri, headers: &HeaderMap) -> Frame {
    Frame::new(language::asked(uri, headers), uri, None, String::new())
}

/// The address if it is one of our own pages, else the first page.
fn own(next: &str) -> &str {
    let plain = next.bytes().all(|it| it.is_ascii_graphic() && it != b'\\');
    let ours = next.starts_with('/') && !next.starts_with("//");
    if ours && plain { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::own;

    #[test]
    fn nobody_is_sent_to_another_site() {
        assert_eq!(own("/records?search=a"), "/records?search=a");
        for elsewhere in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/\t/e",
        ] {
            assert_eq!(own(elsewhere), "/", "{elsewhere}");
        }
    }
}
