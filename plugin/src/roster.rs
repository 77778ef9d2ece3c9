//! What is remembered of a marketing list: as what it stands in Spotler, whom
//! it has there, and how far a sync is. Spotler does not tell who is on a list.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::address::digest;
use crate::crm::{Facts, RecordRef, Timestamp};
use crate::memory::Memory;
use crate::outcome::Progress;
use crate::ports::Ports;
use crate::profile::ListForm;

/// One document for each list.
const LISTS: &str = "lists";

/// A list as it stands, or may stand, in Spotler.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct There {
    /// As what.
    pub form: ListForm,
    /// Under which id.
    pub external_id: String,
    /// Under which name.
    pub name: String,
    /// Which of the lists that we made for it; counts from 1.
    pub generation: u32,
}

/// What is remembered of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    /// As what Spotler confirmed it.
    pub there: Option<There>,
    /// What may stand in Spotler besides: about to be made, or to be deleted.
    /// Noted before the request is made (C19).
    pub may_stand: Vec<There>,
    /// How many ids were given out for it.
    pub generations: u32,
    /// How many syncs were begun.
    pub syncs: u32,
    /// How many members Spotler has.
    pub members: u64,
    /// The sync that is under way.
    pub run: Option<Run>,
    /// When Spotler last confirmed something.
    pub synced_at: Option<Timestamp>,
}

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

/// What is remembered of one record on one list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The last sync that found it fit.
    pub sync: u32,
    /// The generation of the list that Spotler has it on; 0: none.
    pub on: u32,
    /// Whether it has to be looked at first.
    pub waits: bool,
}

impl Roster {
    /// The id for the next list that is made for it. It names the list and
    /// counts, so that a list of ours is known again, and a deleted one is not
    /// taken for its successor.
    pub fn next_there(&mut self, list: &str, form: ListForm, name: &str) -> There {
        self.generations += 1;
        There {
            form,
            external_id: external_id(list, self.generations),
            name: name.to_owned(),
            generation: self.generations,
        }
    }

    /// The generation that members are to be on.
    pub fn generation(&self) -> u32 {
        self.there.as_ref().map_or(0, |it| it.generation)
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

/// The id of a list that we made.
fn external_id(list: &str, generation: u32) -> String {
    format!("marketing-list-{list}-{generation}")
}

/// The generation of a list with this id, if we made it for this list.
pub fn generation_of(list: &str, external_id: &str) -> Option<u32> {
    external_id
        .strip_prefix("marketing-list-")?
        .strip_prefix(list)?
        .strip_prefix('-')?
        .parse()
        .ok()
}

/// The documents of one list.
pub struct Rosters<'a, P> {
    ports: &'a P,
    list: &'a str,
    bucket: String,
}

impl<'a, P: Ports> Rosters<'a, P> {
    /// The documents of the list with this id.
    pub fn of(ports: &'a P, list: &'a str) -> Self {
        let salt = Memory::new(ports).salt();
        // Names of buckets hold letters only.
        let letters = digest(&salt, list)
            .bytes()
            .take(24)
            .map(|it| match it {
                b'0'..=b'9' => char::from(it - b'0' + b'g'),
                _ => char::from(it),
            })
            .collect::<String>();
        Self {
            ports,
            list,
            bucket: format!("list-members-{letters}"),
        }
    }

    /// What is remembered of the list.
    pub fn roster(&self) -> Roster {
        read(self.ports.get(LISTS, self.list).as_deref()).unwrap_or_default()
    }

    /// Remembers it.
    pub fn keep(&self, roster: &Roster) {
        self.ports.set(LISTS, self.list, &write(roster));
    }

    /// What is remembered of a record on it.
    pub fn member(&self, reference: &RecordRef) -> Option<Member> {
        read(self.ports.get(&self.bucket, &reference.key()).as_deref())
    }

    /// Remembers it.
    pub fn keep_member(&self, reference: &RecordRef, member: Member) {
        self.ports
            .set(&self.bucket, &reference.key(), &write(&member));
    }

    /// Forgets it.
    pub fn forget_member(&self, reference: &RecordRef) {
        self.ports.delete(&self.bucket, &reference.key());
    }

    /// A page of the records about which something is remembered, and where the
    /// next one starts.
    pub fn members(&self, next: Option<u64>) -> (Vec<(RecordRef, Member)>, Option<u64>) {
        let (keys, next) = self.ports.list_keys(&self.bucket, next);
        let members = keys.iter().filter_map(|key| {
            let reference = RecordRef::from_key(key)?;
            let member = self.member(&reference)?;
            Some((reference, member))
        });
        (members.collect(), next)
    }
}

fn read<T: serde::de::DeserializeOwned>(bytes: Option<&[u8]>) -> Option<T> {
    match serde_json::from_slice(bytes?) {
        Ok(document) => Some(document),
        Err(error) => panic!("a document of a list cannot be read: {error}"),
    }
}

fn write<T: Serialize>(document: &T) -> Vec<u8> {
    match serde_json::to_vec(document) {
        Ok(bytes) => bytes,
        Err(error) => panic!("a document of a list cannot be written: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    /// C19
    #[test]
    fn a_list_of_ours_is_known_by_its_id_and_no_other_is() {
        let mut roster = Roster::default();
        let first = roster.next_there("a-1", ListForm::StaticList, "n");
        let second = roster.next_there("a-1", ListForm::StaticList, "n");
        assert_ne!(first.external_id, second.external_id);
        assert_eq!(generation_of("a-1", &second.external_id), Some(2));
        assert_eq!(generation_of("a", &second.external_id), None);
        assert_eq!(generation_of("a-1", "campaign-1"), None);
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
