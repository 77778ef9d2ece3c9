//! Stopping, which may be tried again because it has one effect; and what a
//! person decides about an unsure start.

use crate::change::CrmChange;
use crate::codes;
use crate::crm::{CrmRecord, RecordRef};
use crate::flows::journeys::prepare::Turn;
use crate::flows::journeys::send::{unsure_key, waiting};
use crate::flows::journeys::work::{Class, End};
use crate::flows::journeys::{Course, Item, Said};
use crate::journey::JourneyKind;
use crate::journey::standing::{Phase, Shown, Start};
use crate::outcome::{Actor, Outcome, Reason};
use crate::ports::Ports;
use crate::settle;
use crate::spotler::journey::{Refusal, Stop, StopFailed};
use crate::spotler::trouble::{Kind, Trouble};

impl<P: Ports> Course<'_, P> {
    /// Stops all participations of a record in a journey (AU-12, DA-64).
    pub(super) async fn stop_all(&self, item: &Item, record: &CrmRecord, said: &mut Said) -> Turn {
        let reference = &record.reference;
        let Some(link) = self.memory.link(reference) else {
            return Turn::Ended(End::skipped(codes::NOT_IN_JOURNEY));
        };
        let id = match self.campaign_id(item).await {
            Ok(Some(id)) => id,
            Ok(None) => return Turn::Ended(self.end_of(item, &Refusal::NoTrigger)),
            Err(trouble) => {
                return self
                    .stop_failed(item, StopFailed::Trouble(trouble), said)
                    .await;
            }
        };
        let stop = match item.trigger.kind {
            JourneyKind::Automation => Stop::Automation {
                code: &item.trigger.code,
            },
            JourneyKind::Campaign => Stop::Campaign { id: &id },
        };
        let paths = &self.connection.profile.provisional;
        let stopped = self.spotler.stop_all(&stop, &link.external_id, paths).await;
        match stopped {
            Ok(()) => {}
            Err(StopFailed::Refused(Refusal::NotIn)) => {}
            Err(failed) => return self.stop_failed(item, failed, said).await,
        }
        self.settle_unsure(item, reference, Phase::Replaced, said);
        let mut standings = self.memory.standings(reference);
        let standing = standings.show(&item.trigger, Shown::Stopped, self.now);
        standing.participations.clear();
        self.memory.keep_standings(reference, &standings);
        let (class, code) = match stopped {
            Ok(()) => (Class::Done, codes::JOURNEY_STOPPED),
            Err(_) => (Class::Skipped, codes::NOT_IN_JOURNEY),
        };
        Turn::Ended(End::of(class, self.named(code, &item.trigger)))
    }

    /// Stops one participation, whose id is remembered (AU-13).
    pub(super) async fn stop_one(
        &self,
        item: &Item,
        record: &CrmRecord,
        id: &str,
        said: &mut Said,
    ) -> Turn {
        let mut standings = self.memory.standings(&record.reference);
        let Some(trigger) = standings.trigger_of(id) else {
            let reason = Reason::new(codes::PARTICIPATION_UNKNOWN);
            return Turn::Ended(End::of(Class::Refused(Actor::CrmUser), reason));
        };
        let paths = &self.connection.profile.provisional;
        let code = match self.spotler.stop_one(id, paths).await {
            Ok(()) => codes::JOURNEY_STOPPED,
            Err(StopFailed::Refused(Refusal::NotIn)) => codes::NOT_IN_JOURNEY,
            Err(StopFailed::Trouble(it)) if it.kind == Kind::NotFound => codes::NOT_IN_JOURNEY,
            Err(failed) => return self.stop_failed(item, failed, said).await,
        };
        standings.stopped_one(&trigger, id, self.now);
        self.memory.keep_standings(&record.reference, &standings);
        let class = if code == codes::JOURNEY_STOPPED {
            Class::Done
        } else {
            Class::Skipped
        };
        Turn::Ended(End::of(class, self.named(code, &trigger)))
    }

    /// The id of the campaign behind a trigger; an automation needs none, and its
    /// code is answered. Asks Spotler where the list does not hold it.
    async fn campaign_id(&self, item: &Item) -> Result<Option<String>, Trouble> {
        if item.trigger.kind == JourneyKind::Automation {
            return Ok(Some(String::new()));
        }
        if let Some(listed) = self.catalogue.of(&item.trigger) {
            return Ok(Some(listed.id.clone()));
        }
        let campaigns = self.spotler.list_campaigns().await?;
        let has = |it: &crate::journey::Journey| {
            it.triggers.iter().any(|its| its.code == item.trigger.code)
        };
        Ok(campaigns.into_iter().find(has).map(|it| it.id))
    }

    async fn stop_failed(&self, item: &Item, failed: StopFailed, said: &mut Said) -> Turn {
        let trouble = match failed {
            StopFailed::Refused(refusal) => return Turn::Ended(self.end_of(item, &refusal)),
            StopFailed::Trouble(trouble) => trouble,
        };
        if trouble.kind == Kind::NotAuthorised {
            if self.credentials_refused(said).await {
                return Turn::Later(waiting(&trouble));
            }
            return Turn::Ended(self.end_of(item, &Refusal::Other(trouble)));
        }
        match settle::trouble_outcome(&trouble) {
            Outcome::Deferred(deferral) => Turn::Later(deferral),
            Outcome::Rejected(..) | Outcome::Skipped(_) | Outcome::Synced(_) => {
                Turn::Ended(self.end_of(item, &Refusal::Other(trouble)))
            }
        }
    }

    /// A person says that an unsure start did begin (C18).
    pub(super) fn assume(&self, item: &Item, record: &CrmRecord, said: &mut Said) -> End {
        let reference = &record.reference;
        let settled = self.settle_unsure(item, reference, Phase::Started, said);
        if settled == 0 {
            return End::of(
                Class::Skipped,
                self.named(codes::NOTHING_UNSURE, &item.trigger),
            );
        }
        let mut standings = self.memory.standings(reference);
        standings.show(&item.trigger, Shown::Started, self.now);
        self.memory.keep_standings(reference, &standings);
        End::of(Class::Done, self.named(codes::START_ASSUMED, &item.trigger))
    }

    /// Ends what is unsure about a journey of a record; how many starts there
    /// were.
    pub(super) fn settle_unsure(
        &self,
        item: &Item,
        reference: &RecordRef,
        phase: Phase,
        said: &mut Said,
    ) -> usize {
        let mut standings = self.memory.standings(reference);
        let Some(standing) = standings.0.get_mut(&item.trigger.key()) else {
            return 0;
        };
        let starts = std::mem::take(&mut standing.unsure);
        for start in &starts {
            let settled = Start {
                phase,
                at: self.now,
            };
            self.memory.keep_start(reference, start, &settled);
        }
        if !starts.is_empty() {
            self.memory.keep_standings(reference, &standings);
            let keys = starts.iter().map(|start| unsure_key(item, start));
            said.changes.extend(keys.map(CrmChange::EndTask));
        }
        starts.len()
    }
}
