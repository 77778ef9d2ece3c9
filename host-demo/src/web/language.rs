//! In which language a page is shown: `?lang=`, else the choice that the browser
//! keeps, else what the browser asks for.

use axum::http::{HeaderMap, HeaderValue, Uri, header};

use super::cookies::cookie;
use crate::explain::Language;

const COOKIE: &str = "koppel_language";

/// The language of a request.
pub(crate) fn asked(uri: &Uri, headers: &HeaderMap) -> Language {
    let accepted = headers.get(header::ACCEPT_LANGUAGE);
    let accepted = accepted.and_then(|it| it.to_str().ok()).unwrap_or_default();
    chosen(uri)
        .or_else(|| cookie(headers, COOKIE).and_then(Language::from_tag))
        .unwrap_or_else(|| from_header(accepted))
}

/// The language that the address names.
fn chosen(uri: &Uri) -> Option<Language> {
    let query = uri.query().unwrap_or_default();
    let value = query.split('&').find_map(|it| it.strip_prefix("lang="));
    value.and_then(Language::from_tag)
}

/// The header that makes the browser keep the language that the address names.
pub(crate) fn kept(uri: &Uri) -> Option<HeaderValue> {
    let tag = chosen(uri)?.tag();
    let value = format!("{COOKIE}={tag}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Strict");
    HeaderValue::from_str(&value).ok()
}

/// The language of ours with the highest weight; Dutch where none is asked for.
fn from_header(accepted: &str) -> Language {
    let mut best: Option<(f32, Language)> = None;
    for part in accepted.split(',') {
        let (tag, weight) = part.split_once(';').unwrap_or((part, "q=1"));
        let weight: f32 = weight
            .trim()
            .strip_prefix("q=")
            .and_then(|it| it.parse().ok())
            .unwrap_or(0.0);
        if let Some(language) = Language::from_tag(tag)
            && weight > best.map_or(0.0, |(weight, _)| weight)
        {
            best = Some((weight, language));
        }
    }
    best.map_or(Language::Dutch, |(_, language)| language)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookie: &'static str, accepted: &'static str) -> HeaderMap {
        HeaderMap::from_iter([
            (header::COOKIE, HeaderValue::from_static(cookie)),
            (header::ACCEPT_LANGUAGE, HeaderValue::from_static(accepted)),
        ])
    }

    #[test]
    fn the_address_wins_over_the_kept_choice_and_that_over_the_browser() {
        let english = Uri::from_static("/records?search=x&lang=en");
        let plain = Uri::from_static("/records?search=x&lang=fr");
        let both = headers("a=b; koppel_language=nl", "en");
        assert_eq!(asked(&english, &both), Language::English);
        assert_eq!(asked(&plain, &both), Language::Dutch);
        assert_eq!(asked(&plain, &headers("a=b", "en")), Language::English);
    }

    #[test]
    fn only_a_choice_in_the_address_is_kept() {
        assert!(kept(&Uri::from_static("/?lang=en")).is_some());
        assert!(kept(&Uri::from_static("/?lang=xx")).is_none());
        assert!(kept(&Uri::from_static("/")).is_none());
    }

    #[test]
    fn the_browser_says_which_it_likes_best() {
        assert_eq!(from_header("en-GB,en;q=0.9,nl;q=0.8"), Language::English);
        assert_eq!(from_header("fr, nl;q=0.5, en;q=0.4"), Language::Dutch);
        assert_eq!(from_header("fr"), Language::Dutch);
        assert_eq!(from_header("en;q=0"), Language::Dutch);
        assert_eq!(from_header(""), Language::Dutch);
    }
}
