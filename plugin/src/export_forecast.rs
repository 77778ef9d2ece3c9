//! What an export would do with a selection, counted before it is run: who would
//! be on the list, who would be left out and why, and how many requests it would
//! take (PV-19, C13).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::addressee::Standing;
use crate::spotler::batch::MOST_CONTACTS;

/// Requests of every export: one for the names of the lists, and two feeds that
/// are read twice.
const ALWAYS: u64 = 5;
/// Requests for somebody who has to be looked at, at least: a look and a write.
const FOR_A_LOOK: u64 = 2;

/// What was counted so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Counted {
    /// How many records were gone through.
    pub read: u64,
    /// How many would be on the list.
    pub listed: u64,
    /// How many of those are new in Spotler.
    pub created: u64,
    /// How many of those changed.
    pub changed: u64,
    /// How many have to be looked at one by one.
    pub looked_at: u64,
    /// How many would be left out, by the code of the reason.
    pub left_out: BTreeMap<String, u64>,
}

impl Counted {
    /// Counts one more record.
    pub fn note(&mut self, standing: &Standing) {
        self.read += 1;
        match standing {
            Standing::LeftOut(code) => {
                *self.left_out.entry((*code).to_owned()).or_default() += 1;
            }
            Standing::Current(_) => self.listed += 1,
            Standing::New(_) => {
                self.listed += 1;
                self.created += 1;
            }
            Standing::Changed(_) => {
                self.listed += 1;
                self.changed += 1;
            }
            Standing::ToBeLookedAt => self.looked_at += 1,
        }
    }

    /// How many requests it would take, at least, if a list takes so many members
    /// in one.
    pub fn requests(&self, most_members: usize) -> u64 {
        let of = |count: u64, size: usize| count.div_ceil(size.max(1) as u64);
        ALWAYS
            + of(self.created, MOST_CONTACTS)
            + of(self.changed, MOST_CONTACTS)
            + self.looked_at * FOR_A_LOOK
            + of(self.listed + self.looked_at, most_members)
    }
}

/// The counts, and where the next page starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportForecast {
    /// What was counted from the first page on.
    pub counted: Counted,
    /// How many requests that would take.
    pub requests: u64,
    /// Where the next page starts; none: this was everybody.
    pub next: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PV-19
    #[test]
    fn new_and_changed_people_go_in_requests_of_their_own() {
        let counted = Counted {
            read: 2_600,
            listed: 2_501,
            created: 2_401,
            changed: 100,
            looked_at: 1,
            left_out: [("bounced".to_owned(), 98)].into(),
        };
        assert_eq!(counted.requests(10_000), 5 + 25 + 1 + 2 + 1);
        assert_eq!(counted.requests(1_000), 5 + 25 + 1 + 2 + 3);
        assert_eq!(Counted::default().requests(10_000), 5);
    }
}
