//! Requests and responses as values.

use std::fmt;

use percent_encoding::percent_decode_str;
use serde_json::Value;

/// A request, read in full.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The method in capitals.
    pub method: String,
    /// The path as it was on the wire.
    pub path: String,
    /// What followed the question mark, as it was on the wire.
    pub query: String,
    /// Headers in order; names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// A request without headers and body; `target` may hold a query.
    pub fn new(method: &str, target: &str) -> Request {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Request {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            ..Request::default()
        }
    }

    /// The first header of this name (in lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut named = self.headers.iter().filter(|(it, _)| it == name);
        named.next().map(|(_, value)| value.as_str())
    }
}

/// A response.
#[derive(Clone)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// Headers in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl fmt::Debug for Response {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.body.len();
        write!(
            out,
            "Response {{ status: {}, body: {length} bytes }}",
            self.status
        )
    }
}

impl Response {
    /// A response without body.
    pub fn empty(status: u16) -> Response {
        Response {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// A JSON response.
    pub fn json(status: u16, body: &Value) -> Response {
        Response::text(status, "application/json", body.to_string())
    }

    /// A response of the media type given.
    pub fn text(status: u16, media_type: &str, body: impl Into<Vec<u8>>) -> Response {
        let headers = vec![("content-type".to_owned(), media_type.to_owned())];
        Response {
            status,
            headers,
            body: body.into(),
        }
    }

    /// The same response with a header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl fmt::Display) -> Response {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }
}

/// The decoded parameters of a query; an empty value counts as absent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn read(query: &str) -> Query {
        Query(form_pairs(query))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut named = self
            .0
            .iter()
            .filter(|(it, value)| it == name && !value.is_empty());
        named.next().map(|(_, value)| value.as_str())
    }
}

/// Names and values of a query or form body, decoded.
pub(crate) fn form_pairs(text: &str) -> Vec<(String, String)> {
    let decode = |it: &str| {
        percent_decode_str(&it.replace('+', " "))
            .decode_utf8_lossy()
            .into_owned()
    };
    let pairs = text.split('&').filter(|it| !it.is_empty());
    let pairs = pairs.map(|it| it.split_once('=').unwrap_or((it, "")));
    pairs
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}
