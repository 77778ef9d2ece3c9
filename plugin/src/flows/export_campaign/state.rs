//! Where an export stands between two steps: the cursor. It does not grow with
//! the selection.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::crm::Timestamp;
use crate::flows::feeds::Position;

/// What the next step does.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Phase {
    /// Waits for the evening, if it has to.
    #[default]
    Evening,
    /// Looks whether the name is free.
    Names,
    /// Reads what changed in Spotler.
    Feeds {
        /// Where to go on; none: at the beginning.
        position: Option<Position>,
        /// What comes after it.
        then: Then,
    },
    /// Makes sure that people are in Spotler and current.
    Prepare,
    /// Waits for those who are looked at.
    Wait,
    /// Makes the list and fills it.
    List,
    /// Looks once more whether all members may be there.
    Verify,
    /// Gives the attribute, and reports.
    Finish,
}

/// What comes after the feeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Then {
    /// Preparing people.
    Prepare,
    /// Making the list.
    List,
}

impl Then {
    pub(super) fn back_to(phase: &Phase) -> Self {
        if *phase == Phase::List {
            Self::List
        } else {
            Self::Prepare
        }
    }

    pub(super) fn phase(self) -> Phase {
        match self {
            Self::Prepare => Phase::Prepare,
            Self::List => Phase::List,
        }
    }
}

/// The cursor.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct State {
    pub(super) phase: Phase,
    /// Where the next page of the selection starts.
    pub(super) start: Option<String>,
    /// How many pieces of entries there are.
    pub(super) pieces: u32,
    /// How many pieces of records wait to be looked at.
    pub(super) waiting: u32,
    /// How many records of the selection were read.
    pub(super) read: u64,
    /// How many are left out, by the code of the reason.
    pub(super) reasons: BTreeMap<String, u64>,
    /// How many are in the list.
    pub(super) listed: u64,
    /// The progress that was shown last: it only grows.
    pub(super) shown: u64,
    /// The tenth of the progress that was logged last.
    pub(super) logged: u64,
    /// When the feeds were read last.
    pub(super) looked_at: Timestamp,
    /// Whether an attempt may have done what is not remembered.
    pub(super) unsure: bool,
    /// Where in the entries the next step goes on: piece, and place in it.
    pub(super) piece: u32,
    pub(super) offset: usize,
    /// How many members the next request names at most; none: as many as may be.
    pub(super) most: Option<usize>,
    /// Whether the list is there.
    pub(super) created: bool,
    /// How often the list was begun anew.
    pub(super) restarts: u32,
    /// Whether this round found somebody who still waits, or must go off again.
    pub(super) found: bool,
    /// How many rounds were waited, and since when.
    pub(super) rounds: u32,
    pub(super) waits_since: Timestamp,
}

impl State {
    /// Reads a cursor. One that cannot be read starts over, unsure of what was
    /// done before.
    pub(super) fn read(cursor: Option<&str>) -> Self {
        let Some(cursor) = cursor else {
            return Self::default();
        };
        serde_json::from_str(cursor).unwrap_or(Self {
            phase: Phase::Names,
            unsure: true,
            ..Self::default()
        })
    }

    /// Writes the cursor.
    pub(super) fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Counts somebody who is left out.
    pub(super) fn leave_out(&mut self, code: &str) {
        *self.reasons.entry(code.to_owned()).or_default() += 1;
    }

    /// How many are left out.
    pub(super) fn left_out(&self) -> u64 {
        self.reasons.values().sum()
    }

    /// Goes to another phase, at the beginning of the entries.
    pub(super) fn to(self, phase: Phase) -> Self {
        Self {
            phase,
            piece: 0,
            offset: 0,
            found: false,
            ..self
        }
    }
}
