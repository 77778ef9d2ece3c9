//! The journal of a sync: what is done next, what was counted, and what is being
//! made. Committed with every step, so that a sync goes on wherever it ended.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::There;
use crate::crm::{Facts, RecordRef};
use crate::outcome::Progress;
use crate::profile::ListForm;

/// What a sync does next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Reads what changed in Spotler (C13).
    #[default]
    ReadFeed,
    /// Brings the members up to date, and notes who may be on the list.
    Gather,
    /// Waits for those who have to be looked at first.
    Settle,
    /// Compares with what Spotler has.
    Compare,
    /// Deletes what cannot be changed (C19).
    Delete,
    /// Renames an audience, and takes off who left.
    Remove,
    /// Makes the list, with the first members.
    Make,
    /// Adds the other members.
    Fill,
    /// Gives an audience its new name.
    Rename,
}

/// A sync under way: its journal. Committed with every step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The event that it belongs to.
    pub event: String,
    /// The name that the list is to have.
    pub name: String,
    /// As what.
    pub form: ListForm,
    /// What is next.
    pub phase: Phase,
    /// How many steps were taken: the cursor, which must differ from step to
    /// step, or the host takes it for a loop.
    pub steps: u64,
    /// Where the feed, the selection or the keys go on.
    pub next: Option<String>,
    /// Records that were kept back for a fuller request.
    pub pending: Vec<RecordRef>,
    /// Whether the selection was read to its end.
    pub all_read: bool,
    /// How many records were read.
    pub read: u64,
    /// How many of them may be on the list.
    pub fitting: u64,
    /// How many still wait to be looked at.
    pub waiting: u64,
    /// How often was waited.
    pub waits: u32,
    /// How many are to leave the list in Spotler.
    pub leavers: u64,
    /// How many are new on it.
    pub added: u64,
    /// How many were named to Spotler.
    pub sent: u64,
    /// How many were taken off it.
    pub removed: u64,
    /// How many members a request names after a refusal; 0: as many as may be.
    pub batch: usize,
    /// Whether all members have been named to Spotler.
    pub all_sent: bool,
    /// What is being made.
    pub making: Option<There>,
    /// The name of the list that was deleted for it.
    pub replaced_name: Option<String>,
    /// Whether an audience got its new name.
    pub renamed: bool,
    /// Whether the list had to keep its old name, because the new one is taken.
    pub kept_old_name: bool,
    /// What was done, as far as it goes beyond adding.
    pub course: Course,
    /// Who is left out, by the code of the reason.
    pub left_out: BTreeMap<String, u64>,
}

/// What a sync does about the list itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Course {
    /// Nothing beyond adding members.
    #[default]
    Extend,
    /// It is not in Spotler: make it.
    Make,
    /// It cannot be changed: delete it and make it anew (C19).
    Replace,
    /// An audience: rename it, take members off.
    Amend,
}

impl Course {
    /// What is to be done, from what stands and what is wanted.
    pub fn of(there: Option<&There>, run: &Run) -> Self {
        let Some(there) = there else {
            return Self::Make;
        };
        let same = there.form == run.form;
        match run.form {
            _ if !same => Self::Replace,
            ListForm::Audience => Self::Amend,
            ListForm::StaticList if run.leavers > 0 || there.name != run.name => Self::Replace,
            ListForm::StaticList => Self::Extend,
        }
    }
}

impl Run {
    /// The next thing to do, from its start.
    pub fn to(&mut self, phase: Phase) {
        self.phase = phase;
        self.next = None;
    }

    /// Where the keys go on.
    pub fn key(&self) -> Option<u64> {
        self.next.as_deref().and_then(|it| it.parse().ok())
    }

    /// How far the sync is: records that were read, and those that were named
    /// to Spotler.
    pub fn progress(&self) -> Progress {
        let done = self.read + self.sent;
        Progress {
            done,
            total: done.max(self.read + self.added),
            unit: "records",
        }
    }

    /// How many were left out.
    pub fn left_out(&self) -> u64 {
        self.left_out.values().sum()
    }

    /// Counts somebody who is left out.
    pub fn leave_out(&mut self, code: &str) {
        *self.left_out.entry(code.to_owned()).or_default() += 1;
    }

    /// What a report says of the members.
    pub fn facts(&self) -> Facts {
        let mut facts = vec![
            ("members".to_owned(), self.fitting.to_string()),
            ("added".to_owned(), self.added.to_string()),
            ("removed".to_owned(), self.removed.to_string()),
            ("left-out".to_owned(), self.left_out().to_string()),
        ];
        facts.extend(
            self.left_out
                .iter()
                .map(|(code, count)| (format!("left-out-{code}"), count.to_string())),
        );
        facts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roster::Roster;

    fn there(form: ListForm, name: &str) -> There {
        Roster::default().next_there("7", form, name)
    }

    fn run(form: ListForm, name: &str, leavers: u64) -> Run {
        Run {
            form,
            name: name.into(),
            leavers,
            ..Run::default()
        }
    }

    /// C19, DA-48
    #[test]
    fn a_static_list_is_replaced_for_a_name_or_a_leaver_and_an_audience_is_amended() {
        use ListForm::{Audience, StaticList};
        let stands = there(StaticList, "a");
        let course = |run| Course::of(Some(&stands), &run);
        assert_eq!(course(run(StaticList, "a", 0)), Course::Extend);
        assert_eq!(course(run(StaticList, "a", 1)), Course::Replace);
        assert_eq!(course(run(StaticList, "b", 0)), Course::Replace);
        assert_eq!(course(run(Audience, "a", 0)), Course::Replace);
        let audience = there(Audience, "a");
        let amended = Course::of(Some(&audience), &run(Audience, "b", 3));
        assert_eq!(amended, Course::Amend);
        assert_eq!(Course::of(None, &run(Audience, "a", 0)), Course::Make);
    }

    #[test]
    fn the_report_counts_who_is_left_out_by_reason() {
        let mut run = Run::default();
        run.leave_out("bounced");
        run.leave_out("bounced");
        run.leave_out("no-email-address");
        assert_eq!(run.left_out(), 3);
        assert!(
            run.facts()
                .contains(&("left-out-bounced".to_owned(), "2".to_owned()))
        );
    }
}
