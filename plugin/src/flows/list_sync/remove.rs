//! Takes members off an audience, and renames it.

use crate::codes;
use crate::flows::list_call::{End, ListCall};
use crate::memory::Memory;
use crate::outcome::Actor;
use crate::ports::Ports;
use crate::roster::{Phase, Roster, Run};
use crate::spotler::audience::{MOST_MEMBERS, SomeMembers};
use crate::spotler::list::{ListRefusal, ListTrouble};

use super::{PAGES, started_over, trouble_of};

impl<P: Ports> ListCall<'_, P> {
    pub(super) async fn remove(&self, roster: &mut Roster, run: &mut Run) -> Result<(), End> {
        let Some(there) = roster.there.clone() else {
            return Err(started_over());
        };
        let memory = Memory::new(self.ports);
        let before = run.next.clone();
        let mut leavers = Vec::new();
        'pages: for _ in 0..PAGES {
            let (members, next) = self.rosters.members(run.key());
            for (reference, member) in members {
                if member.on != there.generation || member.sync == roster.syncs {
                    continue;
                }
                if leavers.len() == MOST_MEMBERS {
                    break 'pages;
                }
                let id = match memory.link(&reference) {
                    Some(link) => link.external_id,
                    None => self.setup.connection.profile.external_id(&reference),
                };
                leavers.push((reference, id));
            }
            run.next = next.map(|it| it.to_string());
            if next.is_none() {
                break;
            }
        }
        let ids: Vec<String> = leavers.iter().map(|it| it.1.clone()).collect();
        let Some(some) = SomeMembers::of(&ids) else {
            if run.next.is_none() {
                run.to(Phase::Fill);
            }
            return Ok(());
        };
        match self
            .spotler
            .remove_from_audience(&there.external_id, some)
            .await
        {
            Ok(()) => {}
            Err(ListTrouble::Refused(ListRefusal::NoSuchList)) => {
                roster.there = None;
                roster.members = 0;
                return Err(started_over());
            }
            Err(trouble) => {
                run.next = before;
                return Err(trouble_of(trouble));
            }
        }
        run.removed += leavers.len() as u64;
        for (reference, _) in &leavers {
            self.rosters.forget_member(reference);
        }
        if run.next.is_none() && leavers.len() < MOST_MEMBERS {
            run.to(Phase::Fill);
        }
        Ok(())
    }

    /// The last step, so that a name which is taken keeps nobody on the list.
    pub(super) async fn rename(&self, roster: &mut Roster, run: &mut Run) -> Result<(), End> {
        let Some(there) = roster.there.as_mut() else {
            return Err(started_over());
        };
        let renamed = self
            .spotler
            .rename_audience(&there.external_id, &run.name)
            .await;
        match renamed {
            Ok(()) => {
                there.name.clone_from(&run.name);
                run.renamed = true;
            }
            Err(ListTrouble::Refused(ListRefusal::NameTaken | ListRefusal::Refused)) => {
                run.kept_old_name = true;
            }
            Err(ListTrouble::Refused(ListRefusal::NoSuchList)) => {
                roster.there = None;
                return Err(started_over());
            }
            Err(ListTrouble::Refused(_)) => {
                return Err(End::rejected(codes::LIST_REFUSED, Actor::Marketer));
            }
            Err(trouble) => return Err(trouble_of(trouble)),
        }
        Err(self.done(roster, run))
    }
}
