//! Before a trigger goes out: the record is synced with a look, the rules are
//! asked, and the start is noted. Stops and decisions need no note and end here.

use crate::change::CrmChange;
use crate::codes;
use crate::crm::{CrmRecord, Event, Origin, RecordState, SyncStatus};
use crate::flows::contact_saved;
use crate::flows::journeys::work::{Class, End, MOST_TRIES};
use crate::flows::journeys::{Course, Item, Said, Verb, Work};
use crate::journey::field::{self, Assembled};
use crate::journey::standing::{Phase, Shown, Start};
use crate::memory::{Link, Wish};
use crate::outcome::{Actor, Deferral, Outcome, Reason};
use crate::ports::Ports;

/// What became of an item in a step.
pub(super) enum Turn {
    /// It ended.
    Ended(End),
    /// It is noted: sent in the next step.
    Noted,
    /// The sync goes on in the next step, from this cursor.
    SyncGoesOn(String),
    /// It has to wait.
    Later(Deferral),
}

impl<P: Ports> Course<'_, P> {
    /// Takes up everything that is left.
    pub(super) async fn prepare(
        &self,
        work: &mut Work,
        said: &mut Said,
        later: &mut Option<Deferral>,
    ) {
        let items = std::mem::take(&mut work.left);
        let mut progressed = false;
        for mut item in items {
            match self.take_up(&item, said).await {
                Turn::Ended(end) => {
                    progressed = true;
                    self.told(work, &item, end, said);
                }
                Turn::Noted => {
                    progressed = true;
                    work.noted.push(item);
                }
                Turn::SyncGoesOn(cursor) => {
                    progressed = true;
                    item.sync_cursor = Some(cursor);
                    work.left.push(item);
                }
                Turn::Later(deferral) => {
                    item.sync_cursor = None;
                    work.left.push(item);
                    *later = Some(deferral);
                }
            }
        }
        if progressed {
            work.tries = 0;
            // What is noted goes out first; the rest waits its turn after it.
            if !work.noted.is_empty() {
                *later = None;
            }
            return;
        }
        work.tries += 1;
        if work.is_bulk && work.tries >= MOST_TRIES && self.spotler.properties().await.is_ok() {
            self.give_up(work, later.take(), said);
        }
    }

    /// Spotler answers, but not for these records: they end, and the rest goes on.
    fn give_up(&self, work: &mut Work, later: Option<Deferral>, said: &mut Said) {
        let reason = later.map_or_else(|| Reason::new(codes::SERVER_FAULT), |it| it.reason);
        for item in std::mem::take(&mut work.left) {
            let end = End::of(Class::Refused(Actor::Administrator), reason.clone());
            self.told(work, &item, end, said);
        }
    }

    async fn take_up(&self, item: &Item, said: &mut Said) -> Turn {
        let record = item.reference().and_then(|it| self.ports.read_record(&it));
        let Some(record) = record else {
            return Turn::Ended(End::skipped(codes::NO_CONTACT));
        };
        match &item.verb {
            Verb::Start | Verb::StartAgain => self.prepare_start(item, &record, said).await,
            Verb::Assume => Turn::Ended(self.assume(item, &record, said)),
            Verb::Stop => self.stop_all(item, &record, said).await,
            Verb::StopOne(id) => self.stop_one(item, &record, id, said).await,
        }
    }

    async fn prepare_start(&self, item: &Item, record: &CrmRecord, said: &mut Said) -> Turn {
        let ended = self
            .decided_before(item, record, said)
            .or_else(|| self.may_not_start(record))
            .or_else(|| self.assembled(item, record).err());
        if let Some(end) = ended {
            if self.syncs_all {
                let again = CrmChange::SyncAgain(vec![record.reference.clone()]);
                said.changes.push(again);
            }
            return Turn::Ended(end);
        }
        let synced = self.sync(item, record, said).await;
        if let Some(turn) = synced {
            return turn;
        }
        said.because("AU-07", codes::RULE_SYNCED_FIRST, Vec::new());
        let noted = Start {
            phase: Phase::Noted,
            at: self.now,
        };
        self.memory
            .keep_start(&record.reference, &item.start, &noted);
        let mut standings = self.memory.standings(&record.reference);
        standings.show(&item.trigger, Shown::Starting, self.now);
        self.memory.keep_standings(&record.reference, &standings);
        Turn::Noted
    }

    /// What is known of this very start, or of one that waits for a person.
    fn decided_before(&self, item: &Item, record: &CrmRecord, said: &mut Said) -> Option<End> {
        let start = self.memory.start(&record.reference, &item.start);
        match start.map(|it| it.phase) {
            Some(Phase::Started | Phase::Replaced) => {
                return Some(End::skipped(codes::ALREADY_STARTED));
            }
            // Noted by a call that never came to its end: it may have been sent.
            Some(Phase::Noted | Phase::Unsure) => {
                return Some(self.unsure(item, &record.reference, said));
            }
            Some(Phase::Refused) | None => {}
        }
        let standings = self.memory.standings(&record.reference);
        let is_open = standings
            .of(&item.trigger)
            .is_some_and(|it| !it.unsure.is_empty());
        match item.verb {
            Verb::StartAgain => {
                self.settle_unsure(item, &record.reference, Phase::Replaced, said);
                None
            }
            Verb::Start if self.by_hand && is_open => {
                let reason = self.named(codes::START_UNSURE, &item.trigger);
                Some(End::of(Class::Refused(Actor::CrmUser), reason))
            }
            Verb::Start | Verb::Assume | Verb::Stop | Verb::StopOne(_) => None,
        }
    }

    /// The rules that need no request: whom nothing may be started for (C3).
    pub(super) fn may_not_start(&self, record: &CrmRecord) -> Option<End> {
        if record.state != RecordState::Active {
            return Some(End::skipped(codes::RECORD_NOT_ACTIVE));
        }
        let profile = &self.connection.profile;
        match (record.mail.allowed, record.mail.origin) {
            (false, Origin::Spotler) => Some(End::skipped(codes::OPTED_OUT)),
            (false, Origin::Crm) if !profile.starts_journeys_after_opt_out => {
                Some(End::skipped(codes::NO_JOURNEY_AFTER_OPT_OUT))
            }
            (false, Origin::Crm) | (true, _) => None,
        }
    }

    /// The fields as they would be sent now; a fault ends the start before any
    /// request (AU-20..AU-22).
    pub(super) fn assembled(&self, item: &Item, record: &CrmRecord) -> Result<Assembled, End> {
        let fields = self.fields_of(&item.trigger);
        field::assemble(&fields, record, &self.given).map_err(|fault| {
            let reason = self
                .named(codes::MESSAGE_FIELD_REFUSED, &item.trigger)
                .with("field", fault.told());
            End::of(Class::Refused(Actor::Administrator), reason)
        })
    }

    /// Syncs the record as a save would, with a look at Spotler in any case; none
    /// where the journey may start now (AU-07).
    async fn sync(&self, item: &Item, record: &CrmRecord, said: &mut Said) -> Option<Turn> {
        let link = self.memory.link(&record.reference);
        if link.is_none() && self.by_hand {
            self.memory.keep_wish(&record.reference, Wish::Link);
        }
        let attempt = if link.is_some() && item.sync_cursor.is_none() {
            // A second attempt is unsure of the first, and so it looks.
            self.event.attempt.max(2)
        } else {
            self.event.attempt
        };
        let event = Event {
            attempt,
            cursor: item.sync_cursor.clone(),
            ..self.event.clone()
        };
        let answer = contact_saved::on_contact_saved(self.ports, &event, record).await;
        said.changes.extend(answer.changes);
        said.why.extend(answer.why);
        match answer.outcome {
            Outcome::Deferred(mut deferral) => Some(match deferral.cursor.take() {
                Some(cursor) => Turn::SyncGoesOn(cursor),
                None => Turn::Later(deferral),
            }),
            Outcome::Rejected(reason, who) => {
                Some(Turn::Ended(End::of(Class::Refused(who), reason)))
            }
            Outcome::Skipped(reason) if reason.code != codes::NOTHING_CHANGED => {
                Some(Turn::Ended(End::of(Class::Skipped, reason)))
            }
            Outcome::Skipped(_) | Outcome::Synced(_) => {
                let link = self.memory.link(&record.reference);
                let usable = link.as_ref().is_some_and(is_usable);
                (!usable).then(|| Turn::Ended(End::skipped(codes::NOT_LINKED)))
            }
        }
    }

    /// The item ended: counted, and told as the result of its record where a
    /// person asked for it (DA-61, DA-63).
    pub(super) fn told(&self, work: &mut Work, item: &Item, end: End, said: &mut Said) {
        let is_stop = matches!(item.verb, Verb::Stop | Verb::StopOne(_));
        let is_refused = matches!(end.class, Class::Refused(_));
        if self.by_hand
            && (is_refused || !(is_stop && self.stops_quietly))
            && let Some(target) = item.reference()
        {
            said.changes.push(CrmChange::RecordResult {
                target,
                status: match end.class {
                    Class::Done => Some(SyncStatus::Succeeded),
                    Class::Skipped => None,
                    Class::Refused(_) => Some(SyncStatus::Failed),
                },
                code: end.reason.code,
                about: end.reason.about.clone(),
            });
        }
        let rule = match item.verb {
            Verb::Start | Verb::StartAgain | Verb::Assume => "AU-06",
            Verb::Stop => "AU-12",
            Verb::StopOne(_) => "AU-13",
        };
        said.because(rule, end.reason.code, end.reason.about.clone());
        work.end(end);
    }
}

/// Whether Spotler has the record, active, and nothing about that is open.
pub(super) fn is_usable(link: &Link) -> bool {
    !link.external_id.is_empty()
        && link.synced_at.is_some()
        && link.lock.is_none()
        && link.blanked.is_none()
        && !link.unsure
        && link.intent.is_none()
}
