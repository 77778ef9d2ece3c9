//! In which language a page is shown: `?lang=`, else what the browser asks for.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};

use crate::explain::Language;

/// The language of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked(pub(crate) Language);

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        let accepted = parts.headers.get(header::ACCEPT_LANGUAGE);
        let accepted = accepted.and_then(|it| it.to_str().ok()).unwrap_or_default();
        Ok(Self(
            from_query(query).unwrap_or_else(|| from_header(accepted)),
        ))
    }
}

fn from_query(query: &str) -> Option<Language> {
    let value = query.split('&').find_map(|it| it.strip_prefix("lang="));
    value.and_then(Language::from_tag)
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

    #[test]
    fn the_address_wins_over_the_browser() {
        assert_eq!(from_query("search=x&lang=en"), Some(Language::English));
        assert_eq!(from_query("lang=fr"), None);
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
