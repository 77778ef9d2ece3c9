//! One place that says what an answer of Spotler means: done, or which trouble,
//! and whether the request may have been carried out all the same.

use serde::Deserialize;

use crate::crm::Timestamp;
use crate::ports::Refusal;
use crate::spotler::wire::{NoReply, Response};

/// Why a request did not end as it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Which kind.
    pub kind: Kind,
    /// The HTTP status, where an answer came.
    pub status: Option<u16>,
    /// Spotler's own word for it; never its message, which may quote a person.
    pub error_type: Option<String>,
    /// When Spotler wants to be asked again.
    pub retry_after: Option<Timestamp>,
}

/// The kinds, by what is to be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The person opted out: nothing more is sent (C15).
    OptedOut,
    /// The person cannot be mailed: a bounce (C15).
    NoActiveChannel,
    /// There is no such thing.
    NotFound,
    /// It is there already: look instead (C16).
    AlreadyExists,
    /// A value was refused: a user has to mend it.
    ValueRefused,
    /// The credentials or the product are refused: probe (C21).
    NotAuthorised,
    /// Another refusal: somebody has to look.
    Refused,
    /// Too many requests: later.
    TooFast,
    /// Spotler failed: later. The request may have been carried out.
    ServerFault,
    /// No connection: later. Nothing was carried out.
    Unreachable,
    /// No whole answer: later. The request may have been carried out.
    Lost,
    /// An answer that cannot be read: later. It may have been carried out.
    Garbled,
    /// The host did not let the request out, or did not sign it.
    NotSent,
}

impl Trouble {
    /// Trouble without an answer to tell more about.
    pub fn of(kind: Kind) -> Self {
        Self {
            kind,
            status: None,
            error_type: None,
            retry_after: None,
        }
    }

    /// Whether a write that ended so may have been carried out.
    pub fn may_be_done(&self) -> bool {
        matches!(self.kind, Kind::ServerFault | Kind::Lost | Kind::Garbled)
    }
}

impl From<NoReply> for Trouble {
    fn from(reply: NoReply) -> Self {
        Self::of(match reply {
            NoReply::NotSent => Kind::NotSent,
            NoReply::Unreachable => Kind::Unreachable,
            NoReply::Lost => Kind::Lost,
        })
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Self::of(match refusal {
            Refusal::NoSecret => Kind::NotAuthorised,
            Refusal::ForeignAddress | Refusal::Malformed => Kind::NotSent,
        })
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ErrorResponse {
    error_type: String,
    message: String,
}

/// Tells a good answer from trouble.
pub fn check(response: Response) -> Result<Response, Trouble> {
    if (200..300).contains(&response.status) {
        return Ok(response);
    }
    let error: ErrorResponse = serde_json::from_slice(&response.body).unwrap_or_default();
    let known_type = error
        .error_type
        .bytes()
        .all(|it| it.is_ascii_uppercase() || it == b'_');
    Err(Trouble {
        kind: kind(response.status, &error),
        status: Some(response.status),
        error_type: (known_type && !error.error_type.is_empty()).then_some(error.error_type),
        retry_after: response.retry_after,
    })
}

fn kind(status: u16, error: &ErrorResponse) -> Kind {
    let by_type = match error.error_type.as_str() {
        "CONTACT_OPTOUT" => Some(Kind::OptedOut),
        "NO_ACTIVE_CHANNEL" => Some(Kind::NoActiveChannel),
        "CONTACT_ALREADY_EXISTS" => Some(Kind::AlreadyExists),
        "CONTACT_NOT_FOUND" | "RESOURCE_NOT_FOUND" => Some(Kind::NotFound),
        "INVALID_PROPERTY" => Some(Kind::ValueRefused),
        "AUTH_NOT_FOUND" | "NOT_AUTHORIZED" => Some(Kind::NotAuthorised),
        _ => None,
    };
    match (status, by_type) {
        (400..500, Some(kind)) => kind,
        (400, None) if names_a_value(&error.message) => Kind::ValueRefused,
        (401 | 403, None) => Kind::NotAuthorised,
        (404 | 410, None) => Kind::NotFound,
        (408 | 500.., _) => Kind::ServerFault,
        (429, None) => Kind::TooFast,
        _ => Kind::Refused,
    }
}

/// The documented messages about a value; which error type goes with them is
/// not publicly known.
fn names_a_value(message: &str) -> bool {
    ["Email is invalid", "Property is invalid"]
        .iter()
        .any(|it| message.contains(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of(status: u16, body: &str) -> Kind {
        let response = Response {
            status,
            retry_after: None,
            body: body.as_bytes().to_vec(),
        };
        check(response).map_or_else(
            |trouble| trouble.kind,
            |_| panic!("status {status} is fine"),
        )
    }

    #[test]
    fn every_documented_answer_has_one_meaning() {
        let typed = |it: &str| format!(r#"{{"errorType":"{it}","message":"m"}}"#);
        for (status, body, expected) in [
            (400, typed("CONTACT_OPTOUT"), Kind::OptedOut),
            (400, typed("NO_ACTIVE_CHANNEL"), Kind::NoActiveChannel),
            (400, typed("CONTACT_ALREADY_EXISTS"), Kind::AlreadyExists),
            (400, typed("INVALID_PROPERTY"), Kind::ValueRefused),
            (
                400,
                r#"{"errorType":"INVALID_PARAMS","message":"Email is invalid"}"#.into(),
                Kind::ValueRefused,
            ),
            (400, typed("INVALID_PARAMS"), Kind::Refused),
            (400, "garbage".into(), Kind::Refused),
            (401, String::new(), Kind::NotAuthorised),
            (403, typed("NOT_AUTHORIZED"), Kind::NotAuthorised),
            (404, typed("CONTACT_NOT_FOUND"), Kind::NotFound),
            (404, String::new(), Kind::NotFound),
            (429, String::new(), Kind::TooFast),
            (500, typed("CONTACT_OPTOUT"), Kind::ServerFault),
            (503, String::new(), Kind::ServerFault),
            (302, String::new(), Kind::Refused),
        ] {
            assert_eq!(kind_of(status, &body), expected, "{status} {body}");
        }
    }

    #[test]
    fn a_lost_answer_and_a_server_fault_may_hide_work_that_was_done() {
        for (kind, expected) in [
            (Kind::Lost, true),
            (Kind::ServerFault, true),
            (Kind::Garbled, true),
            (Kind::Unreachable, false),
            (Kind::TooFast, false),
            (Kind::NotSent, false),
        ] {
            assert_eq!(Trouble::of(kind).may_be_done(), expected, "{kind:?}");
        }
    }

    #[test]
    fn the_message_of_an_error_is_not_kept() {
        let body = br#"{"errorType":"jan@voorbeeld.example","message":"jan@voorbeeld.example"}"#;
        let response = Response {
            status: 400,
            retry_after: None,
            body: body.to_vec(),
        };
        let trouble = check(response).expect_err("trouble");
        assert!(!format!("{trouble:?}").contains("voorbeeld"), "{trouble:?}");
    }
}
