//! The work of one event: what is left, what is noted and about to be sent, and
//! how it ended so far. It is the cursor between the steps: ids and codes only.

use serde::{Deserialize, Serialize};

use crate::codes;
use crate::crm::{Facts, RecordRef, Timestamp};
use crate::journey::TriggerRef;
use crate::outcome::{Actor, Deferral, Outcome, Progress, Reason};

/// How many records of a selection are worked side by side: so many starts are
/// unsure at most after a kill.
pub(crate) const SIDE_BY_SIDE: usize = 10;
/// After so many tries a record that cannot be synced no longer keeps the others
/// waiting, if Spotler answers at all.
pub(super) const MOST_TRIES: u32 = 8;

/// What is to be done about one journey of one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Verb {
    /// Start it, once for its occasion.
    Start,
    /// Start it although an earlier start is unsure: a person says so.
    StartAgain,
    /// An unsure start did begin: a person says so.
    Assume,
    /// Stop all participations (AU-12, AU-14).
    Stop,
    /// Stop one participation (AU-13).
    StopOne(String),
}

/// One journey of one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Item {
    /// The record's key.
    pub(super) record: String,
    /// What to do.
    pub(super) verb: Verb,
    /// With which journey.
    pub(super) trigger: TriggerRef,
    /// Under which name the start is remembered.
    pub(super) start: String,
    /// The cursor of the record's sync, where that goes on now.
    #[serde(default)]
    pub(super) sync_cursor: Option<String>,
}

impl Item {
    /// The record.
    pub(super) fn reference(&self) -> Option<RecordRef> {
        RecordRef::from_key(&self.record)
    }
}

/// A page of items, and where the next one starts.
#[derive(Default)]
pub(crate) struct Page {
    /// The items.
    pub(crate) items: Vec<Item>,
    /// Where the next page starts.
    pub(crate) next: Option<String>,
}

/// How one item ended.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct End {
    /// Why.
    pub(super) reason: Reason,
    /// In which class.
    pub(super) class: Class,
}

/// The classes of an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// It is done.
    Done,
    /// Nothing needed doing, or may be done.
    Skipped,
    /// Somebody has to act.
    Refused(Actor),
}

impl End {
    /// An end of a class.
    pub(super) fn of(class: Class, reason: Reason) -> Self {
        Self { reason, class }
    }

    /// An end at which nothing needed doing.
    pub(super) fn skipped(code: &'static str) -> Self {
        Self::of(Class::Skipped, Reason::new(code))
    }
}

/// The most telling end so far, as the cursor keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Told {
    code: String,
    about: Facts,
    who: Option<String>,
}

/// How many items ended how.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Tally {
    done: u64,
    skipped: u64,
    refused: u64,
    told: Option<Told>,
}

/// The work of one event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Work {
    /// To be synced, checked and noted; or stopped.
    pub(super) left: Vec<Item>,
    /// Noted and committed: to be sent.
    pub(super) noted: Vec<Item>,
    /// Where the next page of items starts.
    pub(super) next: Option<String>,
    /// Whether it is about several records: then one that fails does not make
    /// the whole fail.
    pub(super) is_bulk: bool,
    /// How often in a row nothing could be done.
    pub(super) tries: u32,
    tally: Tally,
}

impl Work {
    /// Work with these items, each once.
    pub(crate) fn of(items: Vec<Item>) -> Self {
        let mut work = Self::default();
        work.take_in(items);
        work
    }

    /// More items, each once: what is bound twice is started once.
    pub(super) fn take_in(&mut self, items: Vec<Item>) {
        for item in items {
            if !self.left.contains(&item) {
                self.left.push(item);
            }
        }
    }

    /// The first step ended with this, and the next one begins the work.
    pub(crate) fn begin(&self, reason: Reason) -> Outcome {
        self.deferred(reason, None)
    }

    /// Work whose items come in pages.
    pub(crate) fn in_pages(is_bulk: bool) -> Self {
        Self {
            next: Some(String::new()),
            is_bulk,
            ..Self::default()
        }
    }

    /// Whether everything has ended.
    pub(super) fn is_done(&self) -> bool {
        self.left.is_empty() && self.noted.is_empty() && self.next.is_none()
    }

    /// An item ended.
    pub(super) fn end(&mut self, end: End) {
        self.tries = 0;
        let tally = &mut self.tally;
        let (count, weight, who) = match end.class {
            Class::Done => (&mut tally.done, 1, None),
            Class::Skipped => (&mut tally.skipped, 0, None),
            Class::Refused(who) => (&mut tally.refused, 2, Some(who)),
        };
        *count += 1;
        let heaviest = match (tally.refused, tally.done) {
            (1.., _) => 2,
            (0, 1..) => 1,
            (0, 0) => 0,
        };
        let first_of_its_weight = *count_of(tally, weight) == 1;
        if weight == heaviest && first_of_its_weight {
            tally.told = Some(Told {
                code: end.reason.code.to_owned(),
                about: end.reason.about,
                who: who.map(|it| word(it).to_owned()),
            });
        }
    }

    /// How the event ends.
    pub(super) fn outcome(&self) -> Outcome {
        let tally = &self.tally;
        let all = tally.done + tally.skipped + tally.refused;
        let reason = tally.told.as_ref().map(reason_of);
        let reason = reason.unwrap_or_else(|| Reason::new(codes::NO_RECORDS));
        let who = tally.told.as_ref().and_then(|it| it.who.as_deref());
        let who = who.map_or(Actor::CrmUser, actor);
        let counted = || {
            Reason::new(codes::JOURNEYS_DONE)
                .with("done", tally.done.to_string())
                .with("skipped", tally.skipped.to_string())
                .with("refused", tally.refused.to_string())
        };
        match (tally.refused, self.is_bulk) {
            _ if all == 0 => Outcome::Rejected(reason, who),
            (0, true) if all > 1 => Outcome::Synced(counted()),
            (1.., true) if tally.refused < all => Outcome::Synced(counted()),
            (1.., _) => Outcome::Rejected(reason, who),
            (0, _) if tally.done > 0 => Outcome::Synced(reason),
            (0, _) => Outcome::Skipped(reason),
        }
    }

    /// Another step follows.
    pub(super) fn deferred(&self, reason: Reason, not_before: Option<Timestamp>) -> Outcome {
        let done = self.tally.done + self.tally.skipped + self.tally.refused;
        let open = (self.left.len() + self.noted.len()) as u64;
        Outcome::Deferred(Deferral {
            reason,
            not_before,
            cursor: serde_json::to_string(self).ok(),
            progress: Some(Progress {
                done,
                total: done + open,
                unit: "journeys",
            }),
        })
    }

    /// How long to wait before the next try: twice as long each time, from five
    /// seconds to an hour, a little more or less by chance.
    pub(super) fn pause_ms(&self, chance: u8) -> Timestamp {
        let full = 5_000_u64 << self.tries.min(10);
        let full = full.min(3_600_000);
        full - full / 4 * u64::from(chance) / 255
    }
}

fn count_of(tally: &Tally, weight: u8) -> &u64 {
    match weight {
        2 => &tally.refused,
        1 => &tally.done,
        _ => &tally.skipped,
    }
}

fn reason_of(told: &Told) -> Reason {
    Reason {
        code: codes::known(&told.code).unwrap_or(codes::STEP_DONE),
        about: told.about.clone(),
    }
}

const ACTORS: [(Actor, &str); 4] = [
    (Actor::CrmUser, "crm-user"),
    (Actor::Administrator, "administrator"),
    (Actor::Marketer, "marketer"),
    (Actor::Vendor, "vendor"),
];

fn word(who: Actor) -> &'static str {
    ACTORS
        .iter()
        .find(|it| it.0 == who)
        .map_or("crm-user", |it| it.1)
}

fn actor(word: &str) -> Actor {
    ACTORS
        .iter()
        .find(|it| it.1 == word)
        .map_or(Actor::CrmUser, |it| it.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(is_bulk: bool, classes: &[Class]) -> Outcome {
        let mut work = Work {
            is_bulk,
            ..Work::default()
        };
        for class in classes {
            let code = match class {
                Class::Done => codes::JOURNEY_STARTED,
                Class::Skipped => codes::ALREADY_STARTED,
                Class::Refused(_) => codes::JOURNEY_INACTIVE,
            };
            work.end(End::of(*class, Reason::new(code)));
            let Outcome::Deferred(deferral) = work.deferred(Reason::new(codes::STEP_DONE), None)
            else {
                panic!("not deferred");
            };
            let cursor = deferral.cursor.expect("a cursor");
            work = serde_json::from_str(&cursor).expect("reads back");
        }
        work.outcome()
    }

    /// DA-60
    #[test]
    fn one_refusal_among_several_records_is_counted_and_alone_it_is_the_end() {
        let refused = Class::Refused(Actor::Marketer);
        assert_eq!(
            ended(false, &[Class::Done, refused]),
            Outcome::Rejected(Reason::new(codes::JOURNEY_INACTIVE), Actor::Marketer)
        );
        assert_eq!(
            ended(false, &[Class::Skipped, Class::Done]),
            Outcome::Synced(Reason::new(codes::JOURNEY_STARTED))
        );
        assert_eq!(
            ended(false, &[Class::Skipped]),
            Outcome::Skipped(Reason::new(codes::ALREADY_STARTED))
        );
        let counted = ended(true, &[Class::Done, refused, Class::Skipped]);
        assert_eq!(counted.code(), codes::JOURNEYS_DONE);
        assert!(matches!(
            ended(true, &[refused, refused]),
            Outcome::Rejected(..)
        ));
    }

    #[test]
    fn pauses_grow_to_an_hour() {
        let pause = |tries| {
            Work {
                tries,
                ..Work::default()
            }
            .pause_ms(0)
        };
        assert_eq!((pause(0), pause(1), pause(30)), (5_000, 10_000, 3_600_000));
    }
}
