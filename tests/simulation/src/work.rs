//! The worker: claims a row, calls the component's flow, and commits what it
//! answered, or throws it away because something that it read has changed.

use std::collections::BTreeMap;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use koppel_plugin::connection::{ProfileChoice, Settings};
use koppel_plugin::crm::{CrmRecord, Event, RecordRef};
use koppel_plugin::flows::{
    contact_saved, export_campaign, mapping_saved, questions, run_action, settings_saved, tick,
};
use koppel_plugin::outcome::{Answer, Outcome, Reason};
use koppel_plugin::ports::Ports;

use crate::outside::{Outside, SPOTLER};
use crate::planted::Bug;
use crate::queue::{Ended, Row, What};
use crate::world::World;

/// So often in a row a call is thrown away for its own record alone.
const MOST_OWN_CONFLICTS: u32 = 3;
/// So many calls run within each other.
const DEEPEST: u32 = 3;

/// What planted bugs keep aside.
#[derive(Debug, Default)]
pub(crate) struct Planted {
    /// The record as the first attempt of an event has read it.
    first_read: BTreeMap<String, CrmRecord>,
}

/// Whether what a call has read is still so.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Unchanged,
    OwnRecordChanged,
    Changed,
}

impl World {
    /// Makes so many calls at most, and answers how many it made.
    pub(crate) fn work(&self, most: u32) -> u32 {
        if self.depth.get() >= DEEPEST {
            return 0;
        }
        let mut made = 0;
        while made < most && !self.is_killed.get() {
            let due = {
                let claimed = self.claimed.borrow();
                self.store().kept.queue.due(self.now(), &claimed)
            };
            if due.is_empty() {
                break;
            }
            self.call(due[self.one_of(due.len())]);
            made += 1;
        }
        if self.depth.get() == 0 && self.is_killed.replace(false) {
            self.count(|it| it.kills += 1);
            self.claimed.borrow_mut().clear();
            self.store().power_fails();
        }
        made
    }

    /// One attempt of one row.
    fn call(&self, seq: u64) {
        let row = {
            let mut store = self.store();
            let Some(row) = store.kept.queue.row_mut(seq) else {
                return;
            };
            row.attempt += 1;
            let row = row.clone();
            if self.bug == Some(Bug::DeleteOnClaim) {
                store.kept.queue.remove(seq);
            }
            store.committed();
            row
        };
        self.count(|it| it.calls += 1);
        self.claimed.borrow_mut().insert(seq);
        self.depth.set(self.depth.get() + 1);
        let outside = Outside::new(self);
        let answer = self.hook(&outside, &row);
        self.depth.set(self.depth.get() - 1);
        if let Some(answer) = answer {
            self.commit(&outside, &row, &answer);
            self.claimed.borrow_mut().remove(&seq);
        }
    }

    /// Calls the flow of an event; none where the process was killed.
    fn hook(&self, outside: &Outside<'_>, row: &Row) -> Option<Answer> {
        let is_sure = self.bug == Some(Bug::NeverDoubt);
        let event = Event {
            id: row.id.clone(),
            attempt: if is_sure { 1 } else { row.attempt },
            occurred_at: row.occurred_at,
            user: None,
            cursor: row.cursor.clone(),
            restrict_only: false,
        };
        match &row.what {
            What::Saved(reference) => match self.record_for(outside, row, reference) {
                Some(record) => run(contact_saved::on_contact_saved(outside, &event, &record)),
                None => Some(Answer::of(Outcome::Skipped(Reason::new("no-such-record")))),
            },
            What::Tick => run(tick::on_tick(outside, &event)),
            What::Action(action) => run(run_action::run_action(outside, &event, action)),
            What::Export(export) => run(export_campaign::export_campaign(outside, &event, export)),
            What::SettingsSaved => run(settings_saved::on_settings_saved(
                outside,
                &event,
                &settings(),
            )),
            What::MappingSaved => {
                let rows = questions::read_mapping(outside).expect("an active connection");
                run(mapping_saved::on_mapping_saved(outside, &event, rows))
            }
        }
    }

    fn record_for(
        &self,
        outside: &Outside<'_>,
        row: &Row,
        reference: &RecordRef,
    ) -> Option<CrmRecord> {
        let record = outside.read_record(reference)?;
        if self.bug != Some(Bug::RetryWithoutReading) {
            return Some(record);
        }
        let mut planted = self.planted.borrow_mut();
        let first = planted.first_read.entry(row.id.clone());
        Some(first.or_insert(record).clone())
    }

    /// Everything of a call in one step, or nothing of it.
    fn commit(&self, outside: &Outside<'_>, row: &Row, answer: &Answer) {
        let now = self.now();
        let verdict = self.verify(outside, row);
        let mut store = self.store();
        if self.bug == Some(Bug::DeleteOnClaim) && store.kept.queue.row(row.seq).is_none() {
            store.kept.queue.rows.push(row.clone());
        }
        let Some(stands) = store.kept.queue.row_mut(row.seq) else {
            return;
        };
        let own = verdict == Verdict::OwnRecordChanged;
        let last_try = own && row.own_conflicts + 1 >= MOST_OWN_CONFLICTS;
        if verdict != Verdict::Unchanged && !last_try {
            stands.own_conflicts = if own { row.own_conflicts + 1 } else { 0 };
            store.committed();
            self.count(|it| it.conflicts += 1);
            return;
        }
        let grown = last_try || stands.revision != row.revision;
        let mut again = Vec::new();
        for change in &answer.changes {
            store.kept.crm.apply(change);
            if let koppel_plugin::change::CrmChange::SyncAgain(records) = change {
                again.extend(records.iter().cloned());
            }
        }
        for (key, value) in outside.written.borrow().iter() {
            store.kept.last_change += 1;
            let number = store.kept.last_change;
            match value {
                Some(value) => store
                    .kept
                    .memory
                    .insert(key.clone(), (number, value.clone())),
                None => store.kept.memory.remove(key),
            };
        }
        let names_own = matches!(&row.what, What::Saved(own) if again.contains(own));
        for record in again {
            store.kept.queue.put(What::Saved(record), now);
        }
        let grown = (grown && self.bug != Some(Bug::IgnoreRevision)) || names_own;
        let ended = Ended {
            grown,
            has_asked: outside.has_asked.get(),
            now,
        };
        store.kept.queue.settle(row.seq, &answer.outcome, ended);
        store.committed();
    }

    /// Reads everything again that the call has read. Bugs of the queue are
    /// planted with this second line of defence taken away.
    fn verify(&self, outside: &Outside<'_>, row: &Row) -> Verdict {
        let blind = [
            Bug::IgnoreRevision,
            Bug::RetryWithoutReading,
            Bug::SkipAsUnique,
        ];
        let is_blind = self.bug.is_some_and(|it| blind.contains(&it));
        let store = self.store();
        let memory = &store.kept.memory;
        let same_keys = outside
            .keys
            .borrow()
            .iter()
            .all(|(key, seen)| memory.get(key).map_or(0, |it| it.0) == *seen);
        if !same_keys {
            return Verdict::Changed;
        }
        let records = &store.kept.crm.records;
        let mut verdict = Verdict::Unchanged;
        for (reference, seen) in outside.records.borrow().iter() {
            if records.get(reference).map_or(0, |it| it.revision) == *seen {
                continue;
            }
            let is_own = matches!(&row.what, What::Saved(own) if own == reference);
            if !is_own {
                return Verdict::Changed;
            }
            if !is_blind {
                verdict = Verdict::OwnRecordChanged;
            }
        }
        verdict
    }
}

fn settings() -> Settings {
    Settings {
        active: true,
        key: "demo-key".to_owned(),
        secret_present: true,
        address: SPOTLER.to_owned(),
        profile: ProfileChoice::Named("default".to_owned()),
    }
}

/// Runs a flow. Nothing in it waits for anything; one that does was killed.
fn run<T>(flow: impl Future<Output = T>) -> Option<T> {
    match pin!(flow).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => Some(done),
        Poll::Pending => None,
    }
}
