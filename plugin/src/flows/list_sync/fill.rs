//! Adds members, as many in a request as Spotler takes, each looked up once
//! more in memory right before (C13). Somebody whom Spotler does not know holds
//! up a whole request: such a request is halved until it names them alone.

use crate::change::CrmChange;
use crate::codes;
use crate::crm::RecordRef;
use crate::flows::list_call::{End, ListCall};
use crate::memory::Memory;
use crate::outcome::Actor;
use crate::ports::Ports;
use crate::profile::ListForm;
use crate::roster::{Course, Member, Phase, Roster, Run, There};
use crate::spotler::list::{ListRefusal, ListTrouble};
use crate::spotler::{audience, list};

use super::{PAGES, started_over, trouble_of};

/// How many documents a step writes at most; a call may write 20,000.
const MOST_WRITTEN: usize = 15_000;

/// Somebody who is to be put on the list.
#[derive(Clone, Debug)]
pub(super) struct Joiner {
    reference: RecordRef,
    pub(super) external_id: String,
}

/// Nothing of what was collected was sent: collect it again.
pub(super) fn again_from(run: &mut Run, next: Option<String>) {
    run.next = next;
    run.all_sent = false;
}

impl<P: Ports> ListCall<'_, P> {
    pub(super) async fn fill(
        &self,
        roster: &mut Roster,
        run: &mut Run,
        changes: &mut Vec<CrmChange>,
    ) -> Result<(), End> {
        let Some(there) = roster.there.clone() else {
            return Err(started_over());
        };
        let before = run.next.clone();
        let batch = if run.all_sent {
            Vec::new()
        } else {
            self.collect(roster, run, there.generation)
        };
        if !batch.is_empty() {
            match self.add(&there, &batch).await {
                Ok(unknown) if unknown.is_empty() => {
                    self.note_sent(&batch, roster, run, there.generation);
                }
                Ok(unknown) => {
                    again_from(run, before);
                    let is_unknown = |it: &&Joiner| unknown.contains(&it.external_id);
                    let gone: Vec<Joiner> = batch.iter().filter(is_unknown).cloned().collect();
                    if gone.is_empty() {
                        // Told of people whom we did not name: halve as well.
                        self.halve(&batch, run, changes)?;
                    }
                    changes.extend(self.drop_unknown(&gone, run));
                }
                Err(ListTrouble::Refused(ListRefusal::NoSuchList)) => {
                    roster.there = None;
                    roster.members = 0;
                    return Err(started_over());
                }
                Err(ListTrouble::Refused(ListRefusal::UnknownMembers | ListRefusal::Refused)) => {
                    again_from(run, before);
                    self.halve(&batch, run, changes)?;
                }
                Err(trouble) => {
                    again_from(run, before);
                    return Err(trouble_of(trouble));
                }
            }
            return Ok(());
        }
        if !run.all_sent {
            return Ok(());
        }
        if run.course == Course::Amend && there.name != run.name {
            run.to(Phase::Rename);
            return Ok(());
        }
        Err(self.done(roster, run))
    }

    /// Members who are not on the list yet, at most as many as a request names.
    /// Moves `run` on to where the others start.
    pub(super) fn collect(&self, roster: &Roster, run: &mut Run, generation: u32) -> Vec<Joiner> {
        let most = match run.form {
            ListForm::StaticList => list::MOST_MEMBERS,
            ListForm::Audience => audience::MOST_MEMBERS,
        };
        let most = if run.batch == 0 {
            most
        } else {
            run.batch.min(most)
        };
        let addressees = self.addressees();
        let memory = Memory::new(self.ports);
        let mut batch = Vec::new();
        let mut forgotten = 0;
        for _ in 0..PAGES {
            let (members, next) = self.rosters.members(run.key());
            for (reference, member) in members {
                if member.on == generation {
                    continue;
                }
                if batch.len() == most || batch.len() + forgotten >= MOST_WRITTEN {
                    return batch;
                }
                if member.sync != roster.syncs {
                    self.rosters.forget_member(&reference);
                    forgotten += 1;
                    continue;
                }
                let fits = addressees.still_fits(&reference, None);
                match (fits, memory.link(&reference)) {
                    (Ok(()), Some(link)) => batch.push(Joiner {
                        reference,
                        external_id: link.external_id,
                    }),
                    (Ok(()), None) => {
                        self.drop_one(&reference, codes::NOT_IN_STEP, run);
                        forgotten += 1;
                    }
                    (Err(code), _) => {
                        self.drop_one(&reference, code, run);
                        forgotten += 1;
                    }
                }
            }
            run.next = next.map(|it| it.to_string());
            if next.is_none() {
                run.all_sent = true;
                break;
            }
        }
        batch
    }

    /// Answers whom Spotler does not know.
    async fn add(&self, there: &There, batch: &[Joiner]) -> Result<Vec<String>, ListTrouble> {
        let ids: Vec<String> = batch.iter().map(|it| it.external_id.clone()).collect();
        let id = &there.external_id;
        match (there.form, audience::SomeMembers::of(&ids)) {
            (ListForm::StaticList, _) => self
                .spotler
                .add_to_list(id, &ids)
                .await
                .map(|()| Vec::new()),
            (ListForm::Audience, Some(some)) => self.spotler.add_to_audience(id, some).await,
            (ListForm::Audience, None) => Err(ListTrouble::Refused(ListRefusal::Refused)),
        }
    }

    pub(super) fn note_sent(
        &self,
        batch: &[Joiner],
        roster: &Roster,
        run: &mut Run,
        generation: u32,
    ) {
        for joiner in batch {
            let member = Member {
                sync: roster.syncs,
                on: generation,
                waits: false,
            };
            self.rosters.keep_member(&joiner.reference, member);
        }
        run.sent += batch.len() as u64;
        run.batch = run.batch.saturating_mul(2);
    }

    pub(super) fn halve(
        &self,
        batch: &[Joiner],
        run: &mut Run,
        changes: &mut Vec<CrmChange>,
    ) -> Result<(), End> {
        match batch.len() {
            0 => Err(End::rejected(codes::LIST_REFUSED, Actor::Marketer)),
            1 => {
                changes.extend(self.drop_unknown(batch, run));
                Ok(())
            }
            more => {
                run.batch = more / 2;
                Ok(())
            }
        }
    }

    /// Somebody whom we thought to be in Spotler, and who is not: left out, and
    /// looked at as a saved record.
    fn drop_unknown(&self, gone: &[Joiner], run: &mut Run) -> Option<CrmChange> {
        for joiner in gone {
            self.drop_one(&joiner.reference, codes::GONE, run);
        }
        let queued: Vec<RecordRef> = gone
            .iter()
            .map(|it| it.reference.clone())
            .take(500)
            .collect();
        (!queued.is_empty()).then_some(CrmChange::SyncAgain(queued))
    }

    fn drop_one(&self, reference: &RecordRef, code: &str, run: &mut Run) {
        run.leave_out(code);
        run.fitting = run.fitting.saturating_sub(1);
        run.added = run.added.saturating_sub(1);
        self.rosters.forget_member(reference);
    }
}
