//! Makes sure of people: pages of the selection, and then those who had to be
//! looked at (PV-19).

use super::state::{Phase, State, Then};
use super::{Ended, Export, Next};
use crate::addressee;
use crate::change::CrmChange;
use crate::codes;
use crate::crm::{RecordRef, Timestamp};
use crate::export_memory::Entry;
use crate::flows::addressees::{Place, Way};
use crate::memory::Memory;
use crate::outcome::Reason;
use crate::ports::Ports;

/// How many selected records a step reads.
const PAGE: u32 = 500;
/// The first pause while people are looked at, and the longest.
const PAUSE_MS: Timestamp = 2_000;
const LONGEST_PAUSE_MS: Timestamp = 60_000;
/// After so long, whoever still waits is left out.
const PATIENCE_MS: Timestamp = 24 * 3_600_000;

impl<P: Ports> Export<'_, P> {
    /// A page of the selection, with those whom the step before kept back.
    pub(super) async fn prepare(
        &self,
        mut state: State,
        changes: &mut Vec<CrmChange>,
    ) -> Result<Next, Ended> {
        let mut entries = Vec::new();
        let mut records = Vec::new();
        for reference in self.memory.pending() {
            match self.ports.read_record(&reference) {
                Some(record) => records.push(record),
                None => entries.push(left_out(&reference, codes::RECORD_NOT_ACTIVE, &mut state)),
            }
        }
        let start = state.start.as_deref();
        let page = self
            .ports
            .read_selection(&self.input.selection, start, PAGE);
        state.read += page.records.len() as u64;
        records.extend(page.records);
        let way = Way {
            permission: self.input.permission,
            flush: page.next.is_none(),
            unsure: state.unsure,
        };
        let sorted = self.addressees.sort(&records, way).await;
        changes.extend(sorted.changes);
        if let Some(trouble) = sorted.trouble {
            // What was confirmed is remembered with the records; the page is
            // read again.
            return Err(trouble.into());
        }
        let mut waiting = Vec::new();
        for (reference, place) in sorted.places {
            match place {
                Place::Member(id) => entries.push(member(&reference, id)),
                Place::LeftOut(code) => entries.push(left_out(&reference, code, &mut state)),
                Place::Waits => waiting.push(reference),
            }
        }
        self.memory.keep_pending(&sorted.pending);
        self.keep_entries(&entries, &mut state);
        if !waiting.is_empty() {
            self.memory.keep_waiting(state.waiting, &waiting);
            state.waiting += 1;
        }
        state.unsure = false;
        state.start = page.next;
        if state.start.is_none() {
            state.waits_since = self.now;
            state = state.to(Phase::Wait);
        }
        changes.extend(self.progress(&mut state));
        Ok(Next::Step(state))
    }

    /// A piece of those who were queued to be looked at.
    pub(super) fn wait(&self, mut state: State) -> Next {
        if state.piece >= state.waiting {
            return self.round_ended(state);
        }
        let gives_up = self.now.saturating_sub(state.waits_since) > PATIENCE_MS;
        let mut entries = Vec::new();
        let mut still = Vec::new();
        for reference in self.memory.waiting(state.piece) {
            let record = self.ports.read_record(&reference);
            let place = match &record {
                Some(record) => self.addressees.after_look(record, self.input.permission),
                None => Place::LeftOut(codes::RECORD_NOT_ACTIVE),
            };
            match place {
                Place::Member(id) => entries.push(member(&reference, id)),
                Place::LeftOut(code) => entries.push(left_out(&reference, code, &mut state)),
                Place::Waits if gives_up => {
                    Memory::new(self.ports).end_wish(&reference);
                    entries.push(left_out(&reference, codes::NOT_IN_STEP, &mut state));
                }
                Place::Waits => still.push(reference),
            }
        }
        self.keep_entries(&entries, &mut state);
        self.memory.keep_waiting(state.piece, &still);
        state.found |= !still.is_empty();
        state.piece += 1;
        Next::Step(state)
    }

    fn round_ended(&self, state: State) -> Next {
        if !state.found {
            let phase = Phase::Feeds {
                position: None,
                then: Then::List,
            };
            return Next::Step(state.to(phase));
        }
        let pause = (PAUSE_MS << state.rounds.min(10)).min(LONGEST_PAUSE_MS);
        let rounds = state.rounds + 1;
        let state = State {
            rounds,
            ..state.to(Phase::Wait)
        };
        let reason = Reason::new(codes::WAITS_FOR_LOOKS);
        Next::Later(state, self.now + pause, reason)
    }

    fn keep_entries(&self, entries: &[Entry], state: &mut State) {
        if !entries.is_empty() {
            self.memory.keep_entries(state.pieces, entries);
            state.pieces += 1;
        }
    }

    /// Whether a member may still be put into the list (C13).
    pub(super) fn still_fits(&self, entry: &Entry) -> Result<(), &'static str> {
        let reference = entry.reference().ok_or(codes::RECORD_NOT_ACTIVE)?;
        let record = self.ports.read_record(&reference);
        let link = Memory::new(self.ports).link(&reference);
        let connection = &self.setup.connection;
        let permission = self.input.permission;
        addressee::still_fits(record.as_ref(), link.as_ref(), connection, permission)
    }
}

fn member(reference: &RecordRef, id: String) -> Entry {
    Entry {
        record: reference.key(),
        member: Some(id),
        left_out: None,
    }
}

fn left_out(reference: &RecordRef, code: &str, state: &mut State) -> Entry {
    state.leave_out(code);
    Entry {
        record: reference.key(),
        member: None,
        left_out: Some(code.to_owned()),
    }
}
