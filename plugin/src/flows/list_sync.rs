//! “Sync to Spotler”: one list in Spotler with the members that the CRM's list
//! has now (DA-40..DA-48, C19). In steps, each committed with its journal:
//!
//! ```text
//! look ─▶ read feed ─▶ gather ─▶ settle ─▶ compare ─┬▶ delete ─▶ make ─▶ fill ─▶ done
//!  name    opt-outs     members    looks             ├▶ remove ─────────▶ fill ─▶ rename
//!                                                    └──────────────────▶ fill
//! ```
//!
//! Spotler can neither rename a static list nor take a member off it. Such a
//! list is deleted and made anew, and what is about to be made is noted first:
//! whatever happens in between, the sync goes on and ends in the create.

mod compare;
mod delete;
mod fill;
mod gather;
mod look;
mod make;
mod remove;

use crate::change::CrmChange;
use crate::codes;
use crate::crm::{Event, Timestamp};
use crate::flows::contact_saved::Setup;
use crate::flows::list_call::{End, ListCall, not_working};
use crate::marketing_list::MarketingList;
use crate::memory::Memory;
use crate::outcome::{Actor, Answer, Reason};
use crate::ports::Ports;
use crate::roster::{Course, Phase, Roster, Run};
use crate::spotler::list::ListTrouble;

/// How long a list that is in use is left alone before it is tried again.
pub(crate) const IN_USE_MS: Timestamp = 3_600_000;
/// How many pages of keys a step reads.
const PAGES: usize = 20;

/// The operation.
pub async fn sync_list<P: Ports>(ports: &P, event: &Event, list: &MarketingList) -> Answer {
    let memory = Memory::new(ports);
    let setup = Setup::of(&memory);
    if let Some(answer) = not_working(setup.as_ref()) {
        return answer;
    }
    let Some(setup) = setup else {
        return Answer::of(crate::outcome::Outcome::Skipped(Reason::new(
            codes::NOT_ACTIVE,
        )));
    };
    let call = ListCall::new(ports, &setup, list, event);
    let mut roster = call.rosters.roster();
    let mut changes = Vec::new();
    let under_way = roster
        .run
        .take()
        .filter(|it| event.cursor.is_some() && it.event == event.id);
    let end = match under_way {
        Some(mut run) => {
            let ended = call.step(&mut roster, &mut run, &mut changes).await;
            if goes_on(&ended) {
                run.steps += 1;
                roster.run = Some(run);
            } else if let Some(making) = run.making {
                // It was never asked for: making it is the last thing to be
                // refused, and what is refused is taken off already.
                roster.may_stand.retain(|it| *it != making);
            }
            ended.err()
        }
        None => match call.begin(&mut roster).await {
            Ok(run) => {
                roster.run = Some(run);
                None
            }
            Err(end) => Some(end),
        },
    };
    let end = end.unwrap_or_else(|| End::again(codes::STEP_DONE, None));
    let end = match (end, &roster.run) {
        (
            End::Again {
                reason, not_before, ..
            },
            Some(run),
        ) => End::Again {
            reason,
            not_before,
            cursor: format!("step-{}", run.steps),
        },
        (end, _) => end,
    };
    call.rosters.keep(&roster);
    call.answer(end, &roster, "DA-40", changes).await
}

/// Whether the next step goes on where this one ended. What waited for a list
/// that was in use, or lost its list, begins anew: who may be on it has to be
/// asked again.
fn goes_on(ended: &Result<(), End>) -> bool {
    match ended {
        Ok(()) | Err(End::Trouble(_)) => true,
        Err(End::Again { reason, .. }) => reason.code == codes::STEP_DONE,
        Err(End::Synced(_) | End::Skipped(_) | End::Rejected(..)) => false,
    }
}

/// The list was deleted in Spotler while it was being synced: from the start.
fn started_over() -> End {
    End::again(codes::LIST_GONE_STARTED_OVER, None)
}

impl<P: Ports> ListCall<'_, P> {
    async fn step(
        &self,
        roster: &mut Roster,
        run: &mut Run,
        changes: &mut Vec<CrmChange>,
    ) -> Result<(), End> {
        match run.phase {
            Phase::ReadFeed => self.read_feed(run, changes).await,
            Phase::Gather => self.gather(roster, run, changes).await,
            Phase::Settle => self.settle(roster, run),
            Phase::Compare => self.compare(roster, run),
            Phase::Delete => self.delete(roster, run, changes).await,
            Phase::Remove => self.remove(roster, run).await,
            Phase::Make => self.make(roster, run, changes).await,
            Phase::Fill => self.fill(roster, run, changes).await,
            Phase::Rename => self.rename(roster, run).await,
        }
    }

    /// Spotler has it all.
    fn done(&self, roster: &mut Roster, run: &Run) -> End {
        roster.members = run.fitting;
        roster.synced_at = Some(self.now);
        let code = match run.course {
            Course::Make => codes::LIST_MADE,
            Course::Replace => codes::LIST_REPLACED,
            Course::Amend if run.renamed || run.added + run.removed > 0 => codes::LIST_AMENDED,
            Course::Extend if run.added > 0 => codes::LIST_EXTENDED,
            Course::Amend | Course::Extend => codes::LIST_IN_STEP,
        };
        let about = run.facts();
        if run.kept_old_name {
            let reason = Reason {
                code: codes::LIST_NAME_TAKEN,
                about,
            };
            return End::Rejected(reason, Actor::CrmUser);
        }
        End::Synced(Reason { code, about })
    }
}

/// Trouble about a list that has no meaning of its own in a phase.
fn trouble_of(trouble: ListTrouble) -> End {
    match trouble {
        ListTrouble::Trouble(trouble) => End::Trouble(trouble),
        ListTrouble::Refused(_) => End::rejected(codes::LIST_REFUSED, Actor::Marketer),
    }
}
