//! Makes sure that selected records are in Spotler and current, so that they
//! can be put into a list (PV-19): a hundred in a request, nobody looked at but
//! who has to be. Whoever that is goes the way of a saved record, as an event of
//! its own, and is asked about again later.
//!
//! It relies on the feed of changes having been read just before (C13): that
//! replaces a look at each person.

use futures_util::future::join_all;

use crate::addressee::{self, Standing};
use crate::change::CrmChange;
use crate::codes;
use crate::crm::{CrmRecord, Event, RecordRef, SyncStatus, Timestamp};
use crate::decide::Wanted;
use crate::draft::Draft;
use crate::flows::contact_saved::{Setup, Visit};
use crate::memory::{Link, LockKind, Memory, Wish};
use crate::outcome::{Actor, Outcome, Reason};
use crate::ports::Ports;
use crate::settle::Settled;
use crate::spotler::batch::{BatchWrite, ItemResult, MOST_CONTACTS};
use crate::spotler::client::Spotler;
use crate::spotler::contact::ContactBody;
use crate::spotler::trouble::{Kind, Trouble};

/// Where a selected record belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// It can be put into a list, under this external id.
    Member(String),
    /// It is left out, for the reason with this code.
    LeftOut(&'static str),
    /// It was queued to be looked at; ask again when that is done.
    Waits,
}

/// What became of some selected records.
#[derive(Debug, Default)]
pub struct Sorted {
    /// Those about whom it is known.
    pub places: Vec<(RecordRef, Place)>,
    /// Those who have to be written, and were kept back for a fuller request,
    /// or whose request ended in trouble: hand them in again.
    pub pending: Vec<RecordRef>,
    /// What the CRM is asked to change.
    pub changes: Vec<CrmChange>,
    /// What kept requests from being made; the rest stands all the same.
    pub trouble: Option<Trouble>,
}

/// How to sort.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// The permission that the mailing is for; none: any one will do.
    pub permission: Option<u32>,
    /// Whether requests that are not full are made as well.
    pub flush: bool,
    /// Whether an earlier attempt may have made requests of which nothing is
    /// remembered.
    pub unsure: bool,
}

/// The sorter of one call.
pub struct Addressees<'a, P> {
    ports: &'a P,
    setup: &'a Setup,
    /// The event as a first attempt: what is sent is the same at any attempt.
    event: Event,
    now: Timestamp,
}

/// A record that is to be written.
struct Write {
    at: usize,
    wanted: Wanted,
    draft: Draft,
}

impl<'a, P: Ports> Addressees<'a, P> {
    /// The sorter of a call with this event.
    pub fn new(ports: &'a P, setup: &'a Setup, event: &Event) -> Self {
        let event = Event {
            attempt: 1,
            cursor: None,
            ..event.clone()
        };
        Self {
            ports,
            setup,
            event,
            now: ports.now(),
        }
    }

    /// Sorts records, and writes those that have to be, with at most
    /// ⌈records ÷ 100⌉ + 1 requests.
    pub async fn sort(&self, records: &[CrmRecord], way: Way) -> Sorted {
        let mut sorted = Sorted::default();
        let mut to_look_at = Vec::new();
        let (mut new, mut changed) = (Vec::new(), Vec::new());
        let standings = self.standings(records, way.permission);
        for (at, (record, standing)) in records.iter().zip(standings).enumerate() {
            match standing {
                Standing::LeftOut(code) => sorted.place(record, Place::LeftOut(code)),
                Standing::Current(id) => sorted.place(record, Place::Member(id)),
                Standing::ToBeLookedAt => to_look_at.push(at),
                Standing::New(it) => {
                    let (wanted, draft) = *it;
                    new.push(Write { at, wanted, draft });
                }
                Standing::Changed(it) => {
                    let (wanted, draft) = *it;
                    changed.push(Write { at, wanted, draft });
                }
            }
        }
        for (write, writes) in [(BatchWrite::Create, new), (BatchWrite::Change, changed)] {
            let looks = self
                .write_all(records, write, writes, way, &mut sorted)
                .await;
            to_look_at.extend(looks);
        }
        self.queue(records, &to_look_at, &mut sorted);
        sorted
    }

    /// How each of the records stands, before anything is written.
    pub fn standings(&self, records: &[CrmRecord], permission: Option<u32>) -> Vec<Standing> {
        // A change for many may make somebody active again of whom nobody has
        // been told that they are not.
        let may_change = Memory::new(self.ports).channel_shown();
        let stands = |record| {
            let visit = self.visit(record);
            match addressee::judge(&visit.case, permission) {
                Standing::New(it) if self.is_somebody_elses(&visit, &it.0) => {
                    Standing::ToBeLookedAt
                }
                Standing::New(it) => {
                    // Somebody else of the selection may have the same address.
                    let owner = &record.reference;
                    visit.memory.keep_owner(&it.0.address_hash, owner);
                    Standing::New(it)
                }
                Standing::Changed(_) if !may_change => Standing::ToBeLookedAt,
                standing @ (Standing::LeftOut(_)
                | Standing::Current(_)
                | Standing::Changed(_)
                | Standing::ToBeLookedAt) => standing,
            }
        };
        records.iter().map(stands).collect()
    }

    /// Asks again about somebody who was queued to be looked at.
    pub fn after_look(&self, record: &CrmRecord, permission: Option<u32>) -> Place {
        let visit = self.visit(record);
        let reference = &record.reference;
        let is_queued = visit.memory.wish(reference) == Some(Wish::Export);
        let place = match addressee::judge(&visit.case, permission) {
            Standing::LeftOut(code) => Place::LeftOut(code),
            Standing::Current(id) => Place::Member(id),
            Standing::Changed(_) | Standing::New(_) | Standing::ToBeLookedAt if is_queued => {
                return Place::Waits;
            }
            // It was saved once more meanwhile; that save is an event of its own.
            Standing::Changed(it) => Place::Member(it.1.link.external_id),
            Standing::New(_) | Standing::ToBeLookedAt => Place::LeftOut(codes::NOT_IN_STEP),
        };
        if is_queued {
            visit.memory.end_wish(reference);
        }
        place
    }

    /// Whether a member may still be put into a list (C13).
    pub fn still_fits(
        &self,
        reference: &RecordRef,
        permission: Option<u32>,
    ) -> Result<(), &'static str> {
        let record = self.ports.read_record(reference);
        let link = Memory::new(self.ports).link(reference);
        let connection = &self.setup.connection;
        addressee::still_fits(record.as_ref(), link.as_ref(), connection, permission)
    }

    fn visit<'r>(&'r self, record: &'r CrmRecord) -> Visit<'r, P> {
        let memory = Memory::new(self.ports);
        let link = memory.link(&record.reference);
        // Whatever else a user wants done with the record is not done by this.
        let wish = Some(Wish::Export);
        let case = self.setup.case(&memory, &self.event, record, link, wish);
        Visit {
            spotler: Spotler::of(self.ports, &self.setup.connection),
            case,
            now: self.now,
            memory,
        }
    }

    fn is_somebody_elses(&self, visit: &Visit<'_, P>, wanted: &Wanted) -> bool {
        let behind = visit.memory.behind(&wanted.external_id);
        behind.is_some_and(|it| it != visit.case.record.reference)
    }

    /// Writes in full requests, and in one that is not full if that is wanted;
    /// answers who has to be looked at.
    async fn write_all(
        &self,
        records: &[CrmRecord],
        write: BatchWrite,
        mut writes: Vec<Write>,
        way: Way,
        sorted: &mut Sorted,
    ) -> Vec<usize> {
        if !way.flush {
            let full = writes.len() - writes.len() % MOST_CONTACTS;
            for kept_back in writes.split_off(full) {
                self.keep_back(records, write, &kept_back, sorted);
            }
        }
        let spotler = Spotler::of(self.ports, &self.setup.connection);
        let requests = writes.chunks(MOST_CONTACTS).map(|some| {
            let bodies: Vec<ContactBody> = some.iter().map(|it| it.draft.body.clone()).collect();
            let spotler = &spotler;
            async move { (some, spotler.write_contacts(write, &bodies).await) }
        });
        let mut to_look_at = Vec::new();
        for (some, answered) in join_all(requests).await {
            match answered {
                Ok(results) => {
                    for (it, result) in some.iter().zip(results) {
                        let record = &records[it.at];
                        if !self.settle(record, it, (write, result), way, sorted) {
                            to_look_at.push(it.at);
                        }
                    }
                }
                Err(trouble) => {
                    for it in some {
                        self.keep_back(records, write, it, sorted);
                        self.note_lost(&records[it.at], it, write, &trouble);
                    }
                    sorted.trouble = Some(trouble);
                }
            }
        }
        to_look_at
    }

    fn keep_back(&self, records: &[CrmRecord], write: BatchWrite, it: &Write, sorted: &mut Sorted) {
        let reference = &records[it.at].reference;
        if write == BatchWrite::Create {
            Memory::new(self.ports).free_address(&it.wanted.address_hash, reference);
        }
        sorted.pending.push(reference.clone());
    }

    /// A creation that may have arrived is remembered as ours, so that it is
    /// known again. A change may simply be made again.
    fn note_lost(&self, record: &CrmRecord, it: &Write, write: BatchWrite, trouble: &Trouble) {
        if write == BatchWrite::Create && trouble.may_be_done() {
            let link = Link {
                unsure: true,
                ..Link::to(it.wanted.external_id.clone(), true)
            };
            Memory::new(self.ports).keep_link(&record.reference, &link);
        }
    }

    /// What the answer for one contact leads to; false where it has to be looked
    /// at.
    fn settle(
        &self,
        record: &CrmRecord,
        it: &Write,
        (write, result): (BatchWrite, ItemResult),
        way: Way,
        sorted: &mut Sorted,
    ) -> bool {
        let visit = self.visit(record);
        let reference = &record.reference;
        if write == BatchWrite::Create && result != ItemResult::Done {
            visit
                .memory
                .free_address(&it.wanted.address_hash, reference);
        }
        let locked = |kind: LockKind| {
            let id = it.draft.link.external_id.clone();
            let known = visit.case.link.clone();
            let link = known.unwrap_or_else(|| Link::to(id, false));
            let address = Some(it.wanted.address_hash.clone());
            Settled::locked(&visit.case, link, kind, address, visit.now)
        };
        let refused = |code, who| Settled::rejected(&visit.case, Reason::new(code), who, "C16");
        let settled = match result {
            ItemResult::Done => visit.done(it.draft.clone(), it.draft.done),
            ItemResult::OptedOut => locked(LockKind::OptOut),
            ItemResult::NoActiveChannel => locked(LockKind::Bounce),
            ItemResult::ValueRefused => refused(codes::VALUE_REFUSED, Actor::CrmUser),
            ItemResult::Refused => refused(codes::REFUSED, Actor::Administrator),
            ItemResult::AlreadyExists | ItemResult::NotFound => {
                if way.unsure && result == ItemResult::AlreadyExists {
                    let lost = Trouble::of(Kind::Lost);
                    self.note_lost(record, it, write, &lost);
                }
                return false;
            }
        };
        let place = match &settled.answer.outcome {
            Outcome::Synced(_) => Place::Member(it.draft.link.external_id.clone()),
            outcome @ (Outcome::Skipped(_) | Outcome::Deferred(_) | Outcome::Rejected(..)) => {
                Place::LeftOut(outcome.code())
            }
        };
        sorted.changes.extend(visit.keep(settled).changes);
        sorted.place(record, place);
        true
    }

    /// Queues records to be looked at, each as an event of its own.
    fn queue(&self, records: &[CrmRecord], at: &[usize], sorted: &mut Sorted) {
        if at.is_empty() {
            return;
        }
        let memory = Memory::new(self.ports);
        let mut queued = Vec::with_capacity(at.len());
        for record in at.iter().map(|it| &records[*it]) {
            memory.keep_wish(&record.reference, Wish::Export);
            sorted.place(record, Place::Waits);
            sorted.changes.push(CrmChange::Status {
                target: record.reference.clone(),
                status: SyncStatus::Processing,
                reason: codes::STEP_DONE,
            });
            queued.push(record.reference.clone());
        }
        sorted.changes.push(CrmChange::SyncAgain(queued));
    }
}

impl Sorted {
    fn place(&mut self, record: &CrmRecord, place: Place) {
        self.places.push((record.reference.clone(), place));
    }
}

#[cfg(test)]
mod tests;
