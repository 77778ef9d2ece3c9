//! What a request may look like: the methods and headers that Spotler's API
//! needs, and no other. Pure.

use http::{HeaderMap, HeaderName, Method, header};

/// All that a request to the API needs. The client adds `host` itself.
const HEADERS: &[HeaderName] = &[
    header::ACCEPT,
    header::AUTHORIZATION,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
];

/// Why a request is not of the shape that the API needs.
pub(super) fn refusal(method: &Method, headers: &HeaderMap) -> Option<&'static str> {
    if !matches!(
        *method,
        Method::GET | Method::POST | Method::PUT | Method::DELETE
    ) {
        return Some("foreign-method");
    }
    let known = |name: &HeaderName| HEADERS.contains(name) || name == header::HOST;
    let once = |name: &HeaderName| headers.get_all(name).iter().count() == 1;
    if !headers.keys().all(|it| known(it) && once(it)) {
        return Some("foreign-header");
    }
    // Signed by the host, or not at all: no password, no token of anybody's.
    let signed = headers
        .get(header::AUTHORIZATION)
        .is_none_or(|it| it.as_bytes().starts_with(b"OAuth "));
    (!signed).then_some("foreign-header")
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn with(pairs: &[(&'static str, &'static str)]) -> Option<&'static str> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        refusal(&Method::GET, &headers)
    }

    #[test]
    fn a_request_carries_what_the_api_needs_and_nothing_else() {
        let plain = [
            ("accept", "application/json"),
            ("authorization", "OAuth oauth_nonce=\"1\""),
            ("content-type", "application/json"),
            ("content-length", "2"),
        ];
        assert_eq!(with(&plain), None);
        assert_eq!(with(&[]), None);
        for (name, value) in [
            ("cookie", "a=b"),
            ("x-forwarded-host", "evil.example"),
            ("expect", "100-continue"),
            ("te", "trailers"),
            ("authorization", "Basic YTpi"),
        ] {
            assert_eq!(with(&[(name, value)]), Some("foreign-header"), "{name}");
        }
        let twice = [("content-length", "1"), ("content-length", "2")];
        assert_eq!(with(&twice), Some("foreign-header"));
    }

    #[test]
    fn only_the_four_methods_of_the_api_go_out() {
        for method in [
            Method::CONNECT,
            Method::TRACE,
            Method::OPTIONS,
            Method::PATCH,
        ] {
            let refused = refusal(&method, &HeaderMap::new());
            assert_eq!(refused, Some("foreign-method"), "{method}");
        }
    }
}
