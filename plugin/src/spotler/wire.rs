//! What goes over the wire, without any protocol in it.

use crate::crm::Timestamp;

/// The method of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates or does.
    Post,
    /// Changes.
    Put,
    /// Removes.
    Delete,
}

impl Method {
    /// Its name in upper case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// A request, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The whole address, with the query.
    pub url: String,
    /// The value of the `Authorization` header.
    pub authorization: String,
    /// The JSON body, where there is one.
    pub body: Option<Vec<u8>>,
}

/// An answer as it came, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The header `Retry-After`, turned into a moment.
    pub retry_after: Option<Timestamp>,
    /// The body, at most what the host lets through.
    pub body: Vec<u8>,
}

/// Why no whole answer came. The request may have been carried out unless it
/// was never sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoReply {
    /// The host did not let it out: another address, or a limit of this call.
    NotSent,
    /// It could not be sent: no connection.
    Unreachable,
    /// It was sent, and no whole answer came back.
    Lost,
}
