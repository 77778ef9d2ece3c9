//! What is noted and committed goes out, at most once (C18).

use futures_util::future::join_all;

use crate::change::{CrmChange, Task};
use crate::codes;
use crate::crm::{CrmRecord, RecordRef, SyncStatus};
use crate::flows::journeys::prepare::is_usable;
use crate::flows::journeys::work::{Class, End};
use crate::flows::journeys::{Course, Item, Said, Work};
use crate::journey::standing::{Phase, Shown, Start};
use crate::memory::{Link, Lock, LockKind};
use crate::outcome::{Actor, Deferral, Outcome, Reason};
use crate::ports::Ports;
use crate::settle;
use crate::spotler::journey::{Refusal, Triggered};
use crate::spotler::trouble::{Kind, Trouble};

/// What is sent for one item, read at the moment of sending.
struct Ready {
    item: Item,
    record: CrmRecord,
    link: Link,
}

impl<P: Ports> Course<'_, P> {
    /// Sends everything that is noted. Only the first attempt of the step does:
    /// a second one cannot know what the first sent.
    pub(super) async fn send(
        &self,
        work: &mut Work,
        said: &mut Said,
        later: &mut Option<Deferral>,
    ) {
        let mut ready = Vec::new();
        for item in std::mem::take(&mut work.noted) {
            let Some(reference) = item.reference() else {
                continue;
            };
            let phase = self
                .memory
                .start(&reference, &item.start)
                .map(|it| it.phase);
            match phase {
                Some(Phase::Noted) if self.event.attempt == 1 => {
                    match self.ready(&item, &reference) {
                        Some(it) => ready.push(it),
                        None => self.back(work, item, &reference),
                    }
                }
                Some(Phase::Noted | Phase::Unsure) => {
                    let end = self.unsure(&item, &reference, said);
                    self.told(work, &item, end, said);
                }
                Some(Phase::Started | Phase::Replaced) => {
                    self.told(work, &item, End::skipped(codes::ALREADY_STARTED), said);
                }
                // A person tries again what was refused.
                Some(Phase::Refused) | None => work.left.push(item),
            }
        }
        let sent = join_all(ready.into_iter().map(|it| self.trigger(it))).await;
        for (ready, triggered, empty) in sent {
            for field in empty {
                let about = vec![("field".to_owned(), field)];
                said.because("AU-16", codes::RULE_FIELD_EMPTY, about);
            }
            self.keep(work, &ready, triggered, said, later).await;
        }
    }

    /// The item with its record and link as they are now, unless something has
    /// happened since that keeps it from starting.
    fn ready(&self, item: &Item, reference: &RecordRef) -> Option<Ready> {
        let record = self.ports.read_record(reference)?;
        let link = self.memory.link(reference).filter(is_usable)?;
        let may = self.may_not_start(&record).is_none() && self.assembled(item, &record).is_ok();
        let item = item.clone();
        may.then_some(Ready { item, record, link })
    }

    /// It surely was not sent: the note is taken back, and it starts over.
    fn back(&self, work: &mut Work, item: Item, reference: &RecordRef) {
        self.memory.withdraw_start(reference, &item.start);
        work.left.push(Item {
            sync_cursor: None,
            ..item
        });
    }

    async fn trigger(&self, ready: Ready) -> (Ready, Triggered, Vec<String>) {
        let assembled = self
            .assembled(&ready.item, &ready.record)
            .unwrap_or_default();
        let paths = &self.connection.profile.provisional;
        let triggered = self
            .spotler
            .trigger(
                &ready.item.trigger,
                &ready.link.external_id,
                &assembled.fields,
                paths,
            )
            .await;
        (ready, triggered, assembled.empty)
    }

    async fn keep(
        &self,
        work: &mut Work,
        ready: &Ready,
        triggered: Triggered,
        said: &mut Said,
        later: &mut Option<Deferral>,
    ) {
        let (item, reference) = (&ready.item, &ready.record.reference);
        let end = match triggered {
            Triggered::Started(ids) => self.started(item, reference, ids),
            Triggered::Refused(refusal) => {
                if refusal == Refusal::OptedOut {
                    self.lock(ready, said);
                }
                self.refused(item, reference, &refusal)
            }
            Triggered::Unsure(_) => self.unsure(item, reference, said),
            Triggered::NotSent(trouble) => {
                let not_in_product =
                    trouble.kind == Kind::NotAuthorised && !self.credentials_refused(said).await;
                if not_in_product {
                    self.refused(item, reference, &Refusal::Other(trouble))
                } else {
                    work.tries += 1;
                    *later = Some(waiting(&trouble));
                    return self.back(work, item.clone(), reference);
                }
            }
        };
        self.told(work, item, end, said);
    }

    fn started(&self, item: &Item, reference: &RecordRef, ids: Vec<String>) -> End {
        self.keep_phase(item, reference, Phase::Started);
        let mut standings = self.memory.standings(reference);
        standings.started(&item.trigger, ids.clone(), self.now);
        self.memory.keep_standings(reference, &standings);
        let reason = self.named(codes::JOURNEY_STARTED, &item.trigger);
        let reason = ids
            .into_iter()
            .fold(reason, |reason, id| reason.with("participation", id));
        End::of(Class::Done, reason)
    }

    fn refused(&self, item: &Item, reference: &RecordRef, refusal: &Refusal) -> End {
        self.keep_phase(item, reference, Phase::Refused);
        let end = self.end_of(item, refusal);
        let mut standings = self.memory.standings(reference);
        let standing = standings.show(&item.trigger, Shown::Refused, self.now);
        standing.reason = Some(end.reason.code.to_owned());
        self.memory.keep_standings(reference, &standings);
        end
    }

    /// It is not known whether the journey began: never again by itself, and a
    /// person decides.
    pub(super) fn unsure(&self, item: &Item, reference: &RecordRef, said: &mut Said) -> End {
        self.keep_phase(item, reference, Phase::Unsure);
        let mut standings = self.memory.standings(reference);
        let standing = standings.show(&item.trigger, Shown::Unsure, self.now);
        if !standing.unsure.contains(&item.start) {
            standing.unsure.push(item.start.clone());
        }
        self.memory.keep_standings(reference, &standings);
        let reason = self.named(codes::START_UNSURE, &item.trigger);
        let record = self.ports.read_record(reference);
        said.changes.push(CrmChange::Task(Task {
            key: unsure_key(item, &item.start),
            code: codes::TASK_START_UNSURE,
            owner: record.and_then(|it| it.owner),
            target: Some(reference.clone()),
            about: reason.about.clone(),
            due: None,
        }));
        said.because("C18", codes::START_UNSURE, reason.about.clone());
        End::of(Class::Refused(Actor::CrmUser), reason)
    }

    pub(super) fn keep_phase(&self, item: &Item, reference: &RecordRef, phase: Phase) {
        let start = Start {
            phase,
            at: self.now,
        };
        self.memory.keep_start(reference, &item.start, &start);
    }

    /// The refusal said that the person opted out: the strongest sign there is.
    fn lock(&self, ready: &Ready, said: &mut Said) {
        let kind = LockKind::OptOut;
        let lock = Lock { kind, at: self.now };
        let reference = &ready.record.reference;
        if let Some(address) = &ready.link.address {
            self.memory.keep_tombstone(address, &lock);
        }
        let link = Link {
            lock: Some(lock),
            ..ready.link.clone()
        };
        self.memory.keep_link(reference, &link);
        let changes = settle::lock_changes(&ready.record, &link, kind, None, self.now);
        said.changes.extend(changes);
        said.changes.push(CrmChange::Status {
            target: reference.clone(),
            status: SyncStatus::OptOut,
            reason: codes::OPTED_OUT,
        });
    }

    /// What a person reads for each refusal, and who has to act.
    pub(super) fn end_of(&self, item: &Item, refusal: &Refusal) -> End {
        let named = |code| self.named(code, &item.trigger);
        let acts = |who, code| End::of(Class::Refused(who), named(code));
        let skips = |code| End::of(Class::Skipped, named(code));
        match refusal {
            Refusal::Inactive => acts(Actor::Marketer, codes::JOURNEY_INACTIVE),
            Refusal::NoMessage => acts(Actor::Marketer, codes::JOURNEY_NO_MESSAGE),
            Refusal::LimitReached => skips(codes::JOURNEY_LIMIT),
            Refusal::AlreadyIn => skips(codes::JOURNEY_ALREADY_IN),
            Refusal::NotInSelection => skips(codes::JOURNEY_NOT_IN_SELECTION),
            Refusal::NoTrigger => acts(Actor::Administrator, codes::TRIGGER_NOT_FOUND),
            Refusal::NoContact => acts(Actor::Marketer, codes::CONTACT_NOT_IN_SPOTLER),
            Refusal::NoProduct => acts(Actor::Administrator, codes::PRODUCT_UNKNOWN),
            Refusal::OptedOut => End::skipped(codes::OPTED_OUT),
            Refusal::NotIn => skips(codes::NOT_IN_JOURNEY),
            Refusal::Other(trouble) if trouble.kind == Kind::NotAuthorised => {
                acts(Actor::Administrator, codes::NOT_IN_PRODUCT)
            }
            Refusal::Other(trouble) => {
                let error = trouble.error_type.clone();
                let error = error.unwrap_or_else(|| "unknown".to_owned());
                let reason = named(codes::JOURNEY_REFUSED).with("error", error);
                End::of(Class::Refused(Actor::Administrator), reason)
            }
        }
    }
}

/// One task for each start of a journey that waits for a decision.
pub(super) fn unsure_key(item: &Item, start: &str) -> String {
    format!("journey-{}-{}-{start}", item.trigger.key(), item.record)
}

/// How a request that was surely not carried out keeps the work waiting.
pub(super) fn waiting(trouble: &Trouble) -> Deferral {
    let reason = match settle::trouble_outcome(trouble) {
        Outcome::Deferred(deferral) => return deferral,
        Outcome::Rejected(..) if trouble.kind == Kind::NotAuthorised => {
            Reason::new(codes::CONNECTION_STOPPED)
        }
        Outcome::Rejected(reason, _) | Outcome::Skipped(reason) | Outcome::Synced(reason) => reason,
    };
    Deferral {
        reason,
        not_before: None,
        cursor: None,
        progress: None,
    }
}
