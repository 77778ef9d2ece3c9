//! The log of requests.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::faults::Fault;

/// A request in the log.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct LoggedRequest {
    /// Number, from 1.
    pub number: u64,
    /// When it came in, on the virtual clock.
    pub at_ms: i64,
    /// The method.
    pub method: String,
    /// The path as it was on the wire.
    pub path: String,
    /// The path after the prefix, decoded, without a trailing slash.
    pub route: String,
    /// The query as it was on the wire.
    pub query: String,
    /// The status of the answer that was made; absent while none was.
    pub status: Option<u16>,
    /// The `errorType` of that answer.
    pub error_type: Option<String>,
    /// The fault that was applied.
    pub fault: Option<Fault>,
    /// Whether the work was done.
    pub worked: bool,
    /// Whether the answer was sent in full and as it should be.
    pub delivered: bool,
    /// The body; empty if bodies are not kept. Not in `Debug` output.
    #[serde(skip)]
    pub body: Vec<u8>,
    /// The body of the answer; empty if bodies are not kept. Not in `Debug` output.
    #[serde(skip)]
    pub answer: Vec<u8>,
}

impl LoggedRequest {
    /// Method and route, as `POST /contact`.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.route)
    }

    /// Whether method and route have this pattern, see [`crate::FaultRule::on`].
    pub fn matches(&self, pattern: &str) -> bool {
        crate::faults::matches(pattern, &self.line(), &self.route)
    }

    /// The body as JSON.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The body of the answer as JSON.
    pub fn answer_json(&self) -> Option<Value> {
        serde_json::from_slice(&self.answer).ok()
    }
}

impl fmt::Debug for LoggedRequest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "#{} {} {}", self.number, self.method, self.route)?;
        match self.status {
            Some(status) => write!(out, " → {status}")?,
            None => write!(out, " → no answer")?,
        }
        if let Some(fault) = &self.fault {
            write!(out, " ({fault:?})")?;
        }
        Ok(())
    }
}
