//! What becomes of an event: the same shapes as `wit/outcomes.wit`.

use crate::change::CrmChange;
use crate::crm::{Facts, Timestamp};

/// A code, and facts about it that hold no personal data.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// One of [`crate::codes`].
    pub code: &'static str,
    /// Facts for the text.
    pub about: Facts,
}

impl Reason {
    /// A reason with nothing to add.
    pub fn new(code: &'static str) -> Self {
        Self {
            code,
            about: Facts::new(),
        }
    }

    /// Adds a fact.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.about.push((name.to_owned(), value.into()));
        self
    }
}

/// How far a piece of long work is; the counts only grow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Finished so far.
    pub done: u64,
    /// How many there are, as far as known.
    pub total: u64,
    /// What is counted.
    pub unit: &'static str,
}

/// Not now.
#[derive(Clone, Debug, PartialEq)]
pub struct Deferral {
    /// Why.
    pub reason: Reason,
    /// Not before this moment; none: the host chooses.
    pub not_before: Option<Timestamp>,
    /// Set when this was a step.
    pub cursor: Option<String>,
    /// How far the work is.
    pub progress: Option<Progress>,
}

/// Who has to act on a rejection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A user who keeps the record.
    CrmUser,
    /// Who administers the connection.
    Administrator,
    /// A marketer in Spotler.
    Marketer,
    /// The vendor of the CRM.
    Vendor,
}

/// What became of one event.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Spotler has confirmed it.
    Synced(Reason),
    /// Nothing needed doing.
    Skipped(Reason),
    /// Later, or another step.
    Deferred(Deferral),
    /// Somebody has to act.
    Rejected(Reason, Actor),
}

impl Outcome {
    /// Its code, whatever its class.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Synced(reason) | Self::Skipped(reason) | Self::Rejected(reason, _) => reason.code,
            Self::Deferred(deferral) => deferral.reason.code,
        }
    }
}

/// A rule that had a say in the outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleApplied {
    /// The requirement's id.
    pub rule: &'static str,
    /// What it led to, one of [`crate::codes`].
    pub led_to: &'static str,
    /// Facts about it.
    pub about: Facts,
}

/// What a hook answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// What became of the event.
    pub outcome: Outcome,
    /// What the CRM is asked to change.
    pub changes: Vec<CrmChange>,
    /// Which rules decided.
    pub why: Vec<RuleApplied>,
}

impl Answer {
    /// An answer that changes nothing in the CRM.
    pub fn of(outcome: Outcome) -> Self {
        Self {
            outcome,
            changes: Vec::new(),
            why: Vec::new(),
        }
    }

    /// Adds a rule that had a say.
    #[must_use]
    pub fn because(mut self, rule: &'static str, led_to: &'static str) -> Self {
        self.why.push(RuleApplied {
            rule,
            led_to,
            about: Facts::new(),
        });
        self
    }

    /// Adds a change.
    #[must_use]
    pub fn and(mut self, change: CrmChange) -> Self {
        self.changes.push(change);
        self
    }
}
