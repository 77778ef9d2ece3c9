//! The queue: what is due, in which order, and what becomes of it. The rules are
//! those of the embedding, in memory.

use std::collections::BTreeSet;

use koppel_plugin::campaign::CampaignExport;
use koppel_plugin::crm::{RecordRef, Timestamp};
use koppel_plugin::manual::ManualAction;
use koppel_plugin::outcome::Outcome;

/// What happened in the CRM.
#[derive(Clone, Debug)]
pub(crate) enum What {
    Saved(RecordRef),
    Tick,
    Action(ManualAction),
    Export(CampaignExport),
    SettingsSaved,
    MappingSaved,
}

impl What {
    /// Events with the same key are taken together while they wait.
    fn coalesces(&self) -> Option<String> {
        match self {
            Self::Saved(record) => Some(record.key()),
            Self::Tick => Some("tick".to_owned()),
            Self::Action(_) | Self::Export(_) | Self::SettingsSaved | Self::MappingSaved => None,
        }
    }

    /// Events with the same key run one at a time, in order.
    fn order(&self, seq: u64) -> String {
        match self {
            Self::Saved(record) => record.key(),
            Self::Tick | Self::SettingsSaved | Self::MappingSaved => "connection".to_owned(),
            Self::Action(action) => match action.records.as_slice() {
                [one] => one.key(),
                _ => format!("event/{seq}"),
            },
            Self::Export(_) => format!("event/{seq}"),
        }
    }
}

/// A row of the queue.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) seq: u64,
    /// A fresh one with every event that the component is to take for new.
    pub(crate) id: String,
    pub(crate) what: What,
    pub(crate) revision: u64,
    pub(crate) attempt: u32,
    pub(crate) own_conflicts: u32,
    pub(crate) cursor: Option<String>,
    pub(crate) not_before: Timestamp,
    pub(crate) occurred_at: Timestamp,
}

/// The rows, oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Queue {
    pub(crate) rows: Vec<Row>,
    last: u64,
}

/// How a call ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended {
    /// The row was saved again meanwhile.
    pub(crate) grown: bool,
    /// Spotler was asked for something.
    pub(crate) has_asked: bool,
    /// When.
    pub(crate) now: Timestamp,
}

impl Queue {
    /// Puts an event in; one that waits already takes it in.
    pub(crate) fn put(&mut self, what: What, now: Timestamp) {
        let key = what.coalesces();
        let waiting = self
            .rows
            .iter_mut()
            .find(|it| key.is_some() && it.what.coalesces() == key);
        if let Some(row) = waiting {
            row.revision += 1;
            row.occurred_at = now;
            return;
        }
        self.last += 1;
        self.rows.push(Row {
            seq: self.last,
            id: format!("event-{}", self.last),
            what,
            revision: 1,
            attempt: 0,
            own_conflicts: 0,
            cursor: None,
            not_before: 0,
            occurred_at: now,
        });
    }

    /// Whether an event about this record waits or is under way.
    pub(crate) fn holds(&self, record: &RecordRef) -> bool {
        self.rows
            .iter()
            .any(|it| matches!(&it.what, What::Saved(saved) if saved == record))
    }

    /// Whether an earlier row with the same key keeps this one waiting.
    fn is_blocked(&self, row: &Row) -> bool {
        let key = row.what.order(row.seq);
        self.rows.iter().any(|other| {
            other.seq < row.seq
                && other.what.order(other.seq) == key
                && !matches!(other.what, What::Tick)
        })
    }

    /// The rows that may be claimed now.
    pub(crate) fn due(&self, now: Timestamp, claimed: &BTreeSet<u64>) -> Vec<u64> {
        let free = |row: &&Row| {
            row.not_before <= now && !claimed.contains(&row.seq) && !self.is_blocked(row)
        };
        self.rows.iter().filter(free).map(|it| it.seq).collect()
    }

    /// When the next row is due that no earlier one keeps waiting.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        let free = self.rows.iter().filter(|it| !self.is_blocked(it));
        free.map(|it| it.not_before).min()
    }

    pub(crate) fn row(&self, seq: u64) -> Option<&Row> {
        self.rows.iter().find(|it| it.seq == seq)
    }

    pub(crate) fn row_mut(&mut self, seq: u64) -> Option<&mut Row> {
        self.rows.iter_mut().find(|it| it.seq == seq)
    }

    pub(crate) fn remove(&mut self, seq: u64) {
        self.rows.retain(|it| it.seq != seq);
    }

    /// What is left of a settled row that was saved again: a new event.
    fn keep_as_new(&mut self, seq: u64) {
        self.last += 1;
        let id = format!("event-{}", self.last);
        if let Some(row) = self.row_mut(seq) {
            row.id = id;
            row.attempt = 0;
            row.own_conflicts = 0;
            row.cursor = None;
            row.not_before = 0;
        }
    }

    /// Settles a row by the outcome of its call, which may have asked Spotler for
    /// something.
    pub(crate) fn settle(&mut self, seq: u64, outcome: &Outcome, ended: Ended) {
        let Ended {
            grown,
            has_asked,
            now,
        } = ended;
        let Outcome::Deferred(deferral) = outcome else {
            if grown {
                self.keep_as_new(seq);
            } else {
                self.remove(seq);
            }
            return;
        };
        let Some(row) = self.row_mut(seq) else { return };
        row.own_conflicts = 0;
        if let Some(cursor) = &deferral.cursor {
            // A step that does nothing and leads to itself pauses.
            let stands = !has_asked && row.cursor.as_ref() == Some(cursor);
            let earliest = now + if stands { 2_000 } else { 0 };
            row.cursor = Some(cursor.clone());
            row.attempt = 0;
            row.not_before = deferral.not_before.unwrap_or(earliest).max(earliest);
            return;
        }
        let pause = 2_000 * (1 << row.attempt.min(8));
        let named = deferral.not_before.filter(|it| *it > now);
        row.not_before = named.unwrap_or(now + pause);
    }
}
