//! A form that somebody sent: read whole, within limits, and of this session.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    response::Response,
};

use super::{
    Pages,
    trouble::{Trouble, shown},
    visit::Visit,
};

/// The field that carries the session's secret.
pub(crate) const SECRET_FIELD: &str = "form_secret";

/// The field of a form that is only to be tried.
const DRY_RUN_FIELD: &str = "dry-run";

/// A form of somebody who is logged in.
pub(crate) struct Posted {
    pub(crate) visit: Visit,
    pub(crate) fields: Fields,
}

impl FromRequest<Pages> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, pages: &Pages) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let mut visit = Visit::from_request_parts(&mut parts, pages).await?;
        let request = Request::from_parts(parts, body);
        let Ok(body) = Bytes::from_request(request, pages).await else {
            return Err(shown(&visit.frame, &Trouble::Unreadable));
        };
        let fields = Fields::read(&body);
        if !same(fields.get(SECRET_FIELD), &visit.frame.secret) {
            return Err(shown(&visit.frame, &Trouble::Stale));
        }
        if fields.ticked(DRY_RUN_FIELD) {
            visit.rehearse();
        }
        Ok(Self { visit, fields })
    }
}

/// Whether two secrets are the same, in a time that does not tell how far.
fn same(given: &str, wanted: &str) -> bool {
    let differ = given
        .bytes()
        .zip(wanted.bytes())
        .fold(0, |all, (a, b)| all | (a ^ b));
    !wanted.is_empty() && given.len() == wanted.len() && differ == 0
}

/// The fields of a form, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads a body of `application/x-www-form-urlencoded`.
    pub(crate) fn read(body: &[u8]) -> Self {
        let pairs = form_urlencoded::parse(body);
        Self(
            pairs
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        )
    }

    /// The value of a field, without blanks around it; empty where it was not sent.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.optional(name).unwrap_or_default()
    }

    /// The value of a field; none where it was not sent.
    pub(crate) fn optional(&self, name: &str) -> Option<&str> {
        let field = self.0.iter().find(|(key, _)| key == name);
        field.map(|(_, value)| value.trim())
    }

    /// Whether a box was ticked.
    pub(crate) fn ticked(&self, name: &str) -> bool {
        self.optional(name).is_some()
    }

    /// All values of a field that may be sent more than once.
    pub(crate) fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let pairs = self.0.iter();
        pairs
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.trim())
    }

    /// The fields whose names start so, with what follows.
    pub(crate) fn starting<'a>(
        &'a self,
        prefix: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        let pairs = self.0.iter();
        pairs.filter_map(move |(key, value)| Some((key.strip_prefix(prefix)?, value.trim())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_a_browser_sends_it() {
        let fields = Fields::read(b"name=+Anna+%2B+Bob+&box=on&bit=1&bit=2&map.email=e");
        assert_eq!(fields.get("name"), "Anna + Bob");
        assert!(fields.ticked("box") && !fields.ticked("other"));
        assert_eq!(
            fields.starting("map.").collect::<Vec<_>>(),
            [("email", "e")]
        );
    }

    #[test]
    fn only_the_whole_secret_is_the_secret() {
        assert!(same("abc", "abc"));
        assert!(!same("ab", "abc") && !same("abcd", "abc") && !same("abd", "abc"));
        assert!(!same("", ""));
    }
}
