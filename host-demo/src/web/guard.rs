//! What holds for every request and every answer: where a form may come from,
//! and what a browser may do with a page.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::language;

/// Nothing but our own style sheet, our own script file and our own forms.
pub(crate) const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; \
     script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'";

/// Refuses forms of other sites, and puts the headers on every answer.
pub(crate) async fn guard(request: Request, next: Next) -> Response {
    if request.method() != Method::GET && is_foreign(request.headers()) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let language = language::kept(request.uri());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Some(cookie) = language {
        headers.append(header::SET_COOKIE, cookie);
    }
    response
}

/// Whether a browser says that another site made the request.
fn is_foreign(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|it| it.to_str().ok());
    let site = text("sec-fetch-site");
    if site.is_some_and(|it| it != "same-origin" && it != "none") {
        return true;
    }
    let origin = text("origin").and_then(|it| it.split_once("://"));
    match (text("origin"), origin) {
        // A page that sends no referrer may say `null` of itself.
        (None | Some("null"), _) => false,
        (Some(_), Some((_, authority))) => Some(authority) != text("host"),
        (Some(_), None) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn foreign(pairs: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static("127.0.0.1:8080"));
        for (name, value) in pairs {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        is_foreign(&headers)
    }

    #[test]
    fn forms_of_other_sites_are_known_by_their_headers() {
        assert!(!foreign(&[]));
        assert!(!foreign(&[
            ("origin", "http://127.0.0.1:8080"),
            ("sec-fetch-site", "same-origin")
        ]));
        assert!(!foreign(&[
            ("origin", "null"),
            ("sec-fetch-site", "same-origin")
        ]));
        assert!(foreign(&[("origin", "https://elsewhere.example")]));
        assert!(foreign(&[("origin", "nonsense")]));
        assert!(foreign(&[
            ("origin", "null"),
            ("sec-fetch-site", "cross-site")
        ]));
    }
}
