//! Compares who is to be on the list with whom Spotler has there, and chooses
//! the course (C19).

use crate::flows::list_call::{End, ListCall};
use crate::ports::Ports;
use crate::roster::{Course, Phase, Roster, Run};

use super::PAGES;

impl<P: Ports> ListCall<'_, P> {
    pub(super) fn compare(&self, roster: &mut Roster, run: &mut Run) -> Result<(), End> {
        let generation = roster.generation();
        for _ in 0..PAGES {
            let (members, next) = self.rosters.members(run.key());
            for (_, member) in members {
                let is_on = generation > 0 && member.on == generation;
                match (is_on, member.sync == roster.syncs) {
                    (true, false) => run.leavers += 1,
                    (false, true) => run.added += 1,
                    (true, true) | (false, false) => {}
                }
            }
            run.next = next.map(|it| it.to_string());
            if next.is_none() {
                self.choose(roster, run);
                return Ok(());
            }
        }
        Ok(())
    }

    /// What is about to be made is noted before anything is deleted for it.
    fn choose(&self, roster: &mut Roster, run: &mut Run) {
        run.course = Course::of(roster.there.as_ref(), run);
        let has_others = !roster.may_stand.is_empty();
        let phase = match run.course {
            Course::Replace => Phase::Delete,
            Course::Make | Course::Extend | Course::Amend if has_others => Phase::Delete,
            Course::Make => Phase::Make,
            Course::Extend => Phase::Fill,
            Course::Amend => Phase::Remove,
        };
        if matches!(run.course, Course::Make | Course::Replace) {
            let making = roster.next_there(&self.list.id, run.form, &run.name);
            roster.may_stand.push(making.clone());
            run.making = Some(making);
        }
        if run.course == Course::Replace {
            run.removed = run.leavers;
        }
        run.to(phase);
    }
}
