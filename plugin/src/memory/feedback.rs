//! How far feedback was read: what people did with mail, part by part.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Memory;
use crate::crm::Timestamp;
use crate::ports::Ports;
use crate::report::{InteractionKind, Tallies};

/// One document.
const FEEDBACK: &str = "feedback";
/// Mailings whose results are still to be read, by Spotler's id.
const SCHEDULE: &str = "schedule";
/// Messages of journeys, by Spotler's id.
const JOURNEY_MESSAGES: &str = "journey-messages";

/// How far feedback was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Feedback {
    /// When the last poll began (DA-68).
    pub polled_at: Timestamp,
    /// From when on a part is read that never was.
    pub since: Timestamp,
    /// Until when each part was read, by its name.
    pub read_until: BTreeMap<String, Timestamp>,
    /// When Spotler last refused a part, by its name.
    pub left_out: BTreeMap<String, Timestamp>,
    /// When the campaigns were listed last.
    pub campaigns_read_at: Timestamp,
    /// Where the poll under way is.
    pub position: Option<Position>,
}

/// Where a poll is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// From when the part is read.
    pub start: Timestamp,
    /// Until when.
    pub end: Timestamp,
    /// How often in a row this place could not be read.
    pub tries: u32,
    /// The part, and the place in it.
    pub part: Part,
}

/// The parts of a poll, in the order in which they are read: a message is known
/// before anything that was done with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The list of mailings (RE-01).
    Mailings {
        /// From when the next piece of the period is read.
        from: Timestamp,
    },
    /// What was sent, in the account-wide feed.
    Sent {
        /// How many rows were read.
        after: usize,
    },
    /// What was opened.
    Opened {
        /// How many rows were read.
        after: usize,
    },
    /// In which mailings links were followed (C24).
    Clicked {
        /// How many rows were read.
        after: usize,
        /// The mailings so far.
        changed: Vec<String>,
    },
    /// Which links were followed, mailing by mailing.
    Clicks {
        /// The mailings that are left; the first one is being read.
        changed: Vec<String>,
        /// How many rows of it were read.
        after: usize,
        /// Where `Clicked` goes on; none: it is done.
        resume: Option<usize>,
    },
    /// What came back.
    Bounced {
        /// How many rows were read.
        after: usize,
    },
    /// The messages of campaigns, once a day.
    Campaigns {
        /// The campaigns that are left; none: not listed yet.
        left: Option<Vec<String>>,
    },
    /// What happened with the messages of journeys, by participation (RE-37).
    Journeys {
        /// The messages that are left; none: not listed yet. The first one is
        /// being read.
        left: Option<Vec<String>>,
        /// Which list of it.
        kind: InteractionKind,
        /// How many rows of it were read.
        after: usize,
    },
    /// What was filled in.
    Forms {
        /// How many forms are done.
        done: usize,
        /// How many results of the next one are done.
        after: usize,
    },
    /// The results of mailings whose time has come (RE-05).
    Snapshots {
        /// The mailings that are left; none: not listed yet. The first one is
        /// being read.
        left: Option<Vec<String>>,
        /// Which list of it is being counted.
        kind: InteractionKind,
        /// How many rows of it were read.
        after: usize,
        /// The counts so far.
        tallies: Tallies,
    },
}

/// Which snapshot of a mailing is next (RE-05).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// Its number in the schedule.
    pub next: usize,
}

/// A message of a journey that is followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JourneyMessage {
    /// When it was last sent to anybody, as far as seen.
    pub last_sent_at: Option<Timestamp>,
}

impl<P: Ports> Memory<'_, P> {
    /// How far feedback was read; none before the first tick.
    pub fn feedback(&self) -> Option<Feedback> {
        self.read(FEEDBACK, "state")
    }

    /// Keeps how far feedback was read.
    pub fn keep_feedback(&self, feedback: &Feedback) {
        self.write(FEEDBACK, "state", feedback);
    }

    /// The mailings whose results are still to be read.
    pub fn scheduled(&self) -> Vec<String> {
        self.all_keys(SCHEDULE)
    }

    /// Which snapshot of a mailing is next; none once there is none.
    pub fn due(&self, mailing: &str) -> Option<Due> {
        self.read(SCHEDULE, mailing)
    }

    /// Keeps which snapshot of a mailing is next.
    pub fn keep_due(&self, mailing: &str, due: Due) {
        self.write(SCHEDULE, mailing, &due);
    }

    /// Ends the schedule of a mailing.
    pub fn end_due(&self, mailing: &str) {
        self.ports.delete(SCHEDULE, mailing);
    }

    /// The messages of journeys that are followed.
    pub fn journey_messages(&self) -> Vec<String> {
        self.all_keys(JOURNEY_MESSAGES)
    }

    /// What is known of such a message.
    pub fn journey_message(&self, id: &str) -> Option<JourneyMessage> {
        self.read(JOURNEY_MESSAGES, id)
    }

    /// Keeps it.
    pub fn keep_journey_message(&self, id: &str, message: JourneyMessage) {
        self.write(JOURNEY_MESSAGES, id, &message);
    }

    fn all_keys(&self, bucket: &str) -> Vec<String> {
        let (mut all, mut cursor) = (Vec::new(), None);
        loop {
            let (keys, next) = self.ports.list_keys(bucket, cursor);
            all.extend(keys);
            match next {
                Some(next) => cursor = Some(next),
                None => return all,
            }
        }
    }
}
