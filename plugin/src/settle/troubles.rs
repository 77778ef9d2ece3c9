//! What trouble with Spotler leads to: what is retried, and who acts.

use super::deferral;
use crate::codes;
use crate::outcome::{Actor, Outcome, Reason};
use crate::spotler::trouble::{Kind, Trouble};

/// The table of what is retried and who acts.
pub fn trouble_outcome(trouble: &Trouble) -> Outcome {
    let reason = |code| {
        let mut reason = Reason::new(code);
        if let Some(status) = trouble.status {
            reason = reason.with("status", status.to_string());
        }
        let error = trouble
            .error_type
            .clone()
            .unwrap_or_else(|| "unknown".to_owned());
        reason.with("error", error)
    };
    let later = |code| Outcome::Deferred(deferral(reason(code), trouble.retry_after));
    match trouble.kind {
        Kind::TooFast => later(codes::TOO_FAST),
        Kind::ServerFault => later(codes::SERVER_FAULT),
        Kind::Unreachable => later(codes::UNREACHABLE),
        Kind::Lost | Kind::Garbled => later(codes::LOST),
        Kind::NotSent => later(codes::NOT_SENT),
        // Looked at a moment ago, and gone; or an address that somebody has whom
        // Spotler does not show. Neither heals by itself.
        Kind::NotFound => Outcome::Rejected(reason(codes::GONE), Actor::Marketer),
        Kind::AlreadyExists => Outcome::Rejected(reason(codes::ADDRESS_TAKEN), Actor::Marketer),
        Kind::ValueRefused => Outcome::Rejected(reason(codes::VALUE_REFUSED), Actor::CrmUser),
        Kind::NotAuthorised => {
            Outcome::Rejected(reason(codes::NOT_IN_PRODUCT), Actor::Administrator)
        }
        Kind::OptedOut | Kind::NoActiveChannel | Kind::Refused => {
            Outcome::Rejected(reason(codes::REFUSED), Actor::Administrator)
        }
    }
}

pub(super) fn trouble_rule(kind: Kind) -> &'static str {
    match kind {
        Kind::NotAuthorised => "C21",
        Kind::ValueRefused => "YO-17",
        Kind::OptedOut | Kind::NoActiveChannel => "C15",
        Kind::NotFound
        | Kind::AlreadyExists
        | Kind::Refused
        | Kind::TooFast
        | Kind::ServerFault
        | Kind::Unreachable
        | Kind::Lost
        | Kind::Garbled
        | Kind::NotSent => "C16",
    }
}
