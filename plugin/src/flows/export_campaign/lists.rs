//! Makes the list and fills it, in as few requests as Spotler takes, and only
//! with people who may be there at that moment (PV-25..PV-30, C13, C20).

use super::state::{Phase, State};
use super::{Ended, Export, Next};
use crate::campaign::list_id;
use crate::change::{CrmChange, LogLevel};
use crate::codes;
use crate::export_memory::{keep_most_members, most_members};
use crate::outcome::{Actor, Reason};
use crate::ports::Ports;
use crate::spotler::list::{ListRefusal, ListTrouble, MOST_MEMBERS, fewer_than};

/// How many members a step looks at once more.
const VERIFIED: usize = 5_000;
/// How often a list is begun anew at most.
const MOST_RESTARTS: u32 = 5;
/// From this attempt on a request names fewer members: it reads less, so that
/// less of what it read can change meanwhile.
const SMALLER_FROM: u32 = 6;
/// A request that is made smaller for that reason names so many at least.
const LEAST: usize = 100;

/// The members of one request.
#[derive(Default)]
struct Batch {
    /// Their external ids.
    ids: Vec<String>,
    /// Where each of them stands: piece, and place in it.
    at: Vec<(u32, usize)>,
    /// Where the next request goes on.
    piece: u32,
    offset: usize,
    /// Whether somebody had to be left out who was fit before.
    unfit: bool,
}

impl<P: Ports> Export<'_, P> {
    pub(super) fn list_id(&self) -> String {
        list_id(&self.event.id)
    }

    /// One request about the list.
    pub(super) async fn list(
        &self,
        mut state: State,
        changes: &mut Vec<CrmChange>,
    ) -> Result<Next, Ended> {
        let batch = self.collect(&mut state);
        if batch.unfit && state.unsure && state.restarts < MOST_RESTARTS {
            // An earlier attempt may have put them into the list.
            return self.begin_anew(state, changes).await;
        }
        if batch.ids.is_empty() {
            return if state.created {
                Ok(self.listed(state, &batch, changes))
            } else {
                Err(self.nobody(&state))
            };
        }
        let id = self.list_id();
        let answered = if state.created {
            self.spotler.add_to_list(&id, &batch.ids).await
        } else {
            let name = &self.input.list_name;
            self.spotler.create_list(&id, name, &batch.ids).await
        };
        match answered {
            Ok(()) => {
                state.created = true;
                state.unsure = false;
                state.listed += batch.ids.len() as u64;
                Ok(self.listed(state, &batch, changes))
            }
            Err(ListTrouble::Trouble(trouble)) => Err(trouble.into()),
            Err(ListTrouble::Refused(refusal)) => {
                self.refused(state, &batch, refusal, changes).await
            }
        }
    }

    /// The next members that may be put into the list. Who may not any more is
    /// left out.
    fn collect(&self, state: &mut State) -> Batch {
        let most = self.most(state);
        let mut batch = Batch {
            piece: state.piece,
            offset: state.offset,
            ..Batch::default()
        };
        while batch.ids.len() < most && batch.piece < state.pieces {
            let mut entries = self.memory.entries(batch.piece);
            let mut is_changed = false;
            let mut place = batch.offset;
            while place < entries.len() && batch.ids.len() < most {
                if let Some(entry) = entries.get_mut(place)
                    && let Some(id) = entry.member.clone()
                {
                    match self.still_fits(entry) {
                        Ok(()) => {
                            batch.ids.push(id);
                            batch.at.push((batch.piece, place));
                        }
                        Err(code) => {
                            entry.leave_out(code);
                            state.leave_out(code);
                            is_changed = true;
                        }
                    }
                }
                place += 1;
            }
            if is_changed {
                self.memory.keep_entries(batch.piece, &entries);
                batch.unfit = true;
            }
            if place < entries.len() {
                batch.offset = place;
            } else {
                batch.piece += 1;
                batch.offset = 0;
            }
        }
        batch
    }

    fn most(&self, state: &State) -> usize {
        let known = most_members(self.ports).unwrap_or(MOST_MEMBERS);
        let most = known.min(state.most.unwrap_or(known));
        let halvings = self.event.attempt.saturating_sub(SMALLER_FROM).min(10);
        if halvings == 0 {
            most
        } else {
            (most >> halvings).max(LEAST.min(most))
        }
    }

    /// A request was carried out, or there was nobody left to name.
    fn listed(&self, mut state: State, batch: &Batch, changes: &mut Vec<CrmChange>) -> Next {
        let in_one = state.piece == 0 && state.offset == 0;
        state.most = state.most.map(|most| most.saturating_mul(2));
        (state.piece, state.offset) = (batch.piece, batch.offset);
        changes.extend(self.progress(&mut state));
        if state.piece < state.pieces {
            return Next::Step(state);
        }
        // What was looked at a moment ago need not be looked at again.
        let phase = if in_one { Phase::Finish } else { Phase::Verify };
        Next::Step(state.to(phase))
    }

    async fn refused(
        &self,
        mut state: State,
        batch: &Batch,
        refusal: ListRefusal,
        changes: &mut Vec<CrmChange>,
    ) -> Result<Next, Ended> {
        let count = batch.ids.len();
        match refusal {
            // Our own, from an attempt whose answer was lost (C20).
            ListRefusal::IdTaken => Ok(self.is_ours(state)),
            ListRefusal::NameTaken => {
                let ours = Some(self.list_id());
                let lists = self.spotler.static_lists().await?;
                if lists.iter().any(|it| it.external_id == ours) {
                    Ok(self.is_ours(state))
                } else {
                    Err(self.name_taken())
                }
            }
            ListRefusal::UnknownMembers if count > 1 => {
                state.most = Some(count / 2);
                Ok(Next::Step(state))
            }
            ListRefusal::UnknownMembers => {
                for (piece, place) in &batch.at {
                    let mut entries = self.memory.entries(*piece);
                    if let Some(entry) = entries.get_mut(*place) {
                        entry.leave_out(codes::GONE);
                        state.leave_out(codes::GONE);
                    }
                    self.memory.keep_entries(*piece, &entries);
                }
                state.most = Some(1);
                Ok(Next::Step(state))
            }
            ListRefusal::Refused if count > 1 => {
                keep_most_members(self.ports, fewer_than(count));
                Ok(Next::Step(state))
            }
            // Somebody removed the list while it was being filled.
            ListRefusal::NoSuchList if state.restarts < MOST_RESTARTS => {
                self.begin_anew(state, changes).await
            }
            ListRefusal::TooManyLists => {
                let reason = Reason::new(codes::LIST_TOO_MANY);
                Err(Ended::Rejected(reason, Actor::Marketer))
            }
            ListRefusal::NoSuchList | ListRefusal::InUse | ListRefusal::Refused => {
                let reason = Reason::new(codes::LIST_REFUSED);
                Err(Ended::Rejected(reason, Actor::Administrator))
            }
        }
    }

    /// The list is there already; the same members are added once more.
    fn is_ours(&self, state: State) -> Next {
        Next::Step(State {
            created: true,
            unsure: true,
            ..state
        })
    }

    /// All members once more: somebody may have opted out while the list was
    /// being filled. Members cannot be taken off, so the list is made anew.
    pub(super) async fn verify(
        &self,
        mut state: State,
        changes: &mut Vec<CrmChange>,
    ) -> Result<Next, Ended> {
        let mut looked_at = 0;
        while looked_at < VERIFIED && state.piece < state.pieces {
            let mut entries = self.memory.entries(state.piece);
            let mut is_changed = false;
            for entry in entries.iter_mut().filter(|it| it.member.is_some()) {
                looked_at += 1;
                if let Err(code) = self.still_fits(entry) {
                    entry.leave_out(code);
                    state.leave_out(code);
                    is_changed = true;
                }
            }
            if is_changed {
                self.memory.keep_entries(state.piece, &entries);
                state.found = true;
            }
            state.piece += 1;
        }
        if state.piece < state.pieces {
            return Ok(Next::Step(state));
        }
        if state.found && state.restarts < MOST_RESTARTS {
            return self.begin_anew(state, changes).await;
        }
        Ok(Next::Step(state.to(Phase::Finish)))
    }

    /// Takes the unfinished list away and begins it anew.
    async fn begin_anew(&self, state: State, changes: &mut Vec<CrmChange>) -> Result<Next, Ended> {
        match self.spotler.delete_list(&self.list_id()).await {
            Ok(()) | Err(ListTrouble::Refused(ListRefusal::NoSuchList)) => {
                let state = State {
                    created: false,
                    unsure: false,
                    listed: 0,
                    restarts: state.restarts + 1,
                    ..state.to(Phase::List)
                };
                Ok(Next::Step(state))
            }
            Err(ListTrouble::Refused(_)) => {
                // Somebody uses it already: it stays as it is, and that is said.
                changes.push(self.log(LogLevel::Warning, codes::LOG_EXPORT_LIST_USED, Vec::new()));
                let state = State {
                    unsure: false,
                    restarts: MOST_RESTARTS,
                    ..state
                };
                Ok(Next::Step(state))
            }
            Err(ListTrouble::Trouble(trouble)) => Err(trouble.into()),
        }
    }

    pub(super) fn name_taken(&self) -> Ended {
        let reason = Reason::new(codes::EXPORT_NAME_TAKEN).with("list", &self.input.list_name);
        Ended::Rejected(reason, Actor::CrmUser)
    }

    fn nobody(&self, state: &State) -> Ended {
        let left_out = state.left_out().to_string();
        let reason = Reason::new(codes::NOBODY_TO_EXPORT).with("left-out", left_out);
        Ended::Rejected(reason, Actor::CrmUser)
    }
}
