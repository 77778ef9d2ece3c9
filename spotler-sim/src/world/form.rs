//! Forms and what people answered.

use serde::{Deserialize, Serialize};

/// A form or survey.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Form {
    /// Number, from 1.
    pub id: u64,
    /// The name.
    pub name: String,
    /// `normal`, `subscribe`, `unSubscribe` or `editProfile`.
    pub sub_type: String,
    /// `draft`, `proof` or `final`.
    pub state: String,
    /// The questions, in order.
    pub questions: Vec<String>,
}

/// One time that a form was filled in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FormResult {
    /// Number, from 1.
    pub id: u64,
    /// Number of the form.
    pub form: u64,
    /// Number of the contact, if known.
    pub contact: Option<u64>,
    /// When.
    pub submitted_ms: i64,
    /// Whether every page was filled in.
    pub completed: bool,
    /// Whether it was a test.
    pub test: bool,
    /// The answers to each question, in order.
    pub answers: Vec<Vec<String>>,
}
