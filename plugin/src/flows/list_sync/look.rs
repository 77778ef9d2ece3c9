//! Where a sync begins: whether the list can have its name, and what of ours
//! stands in Spotler. Costs one request for a static list.

use crate::codes;
use crate::flows::list_call::{End, ListCall};
use crate::outcome::Actor;
use crate::ports::Ports;
use crate::profile::{ListForm, ListPolicy};
use crate::roster::{Roster, Run, There, generation_of};
use crate::spotler::list::StaticList;

use super::trouble_of;

impl<P: Ports> ListCall<'_, P> {
    /// Begins a sync, or says why there is none.
    pub(super) async fn begin(&self, roster: &mut Roster) -> Result<Run, End> {
        if !self.list.has_fitting_name() {
            return Err(End::rejected(codes::LIST_NAME_BAD, Actor::CrmUser));
        }
        let form = self.form();
        let stands_as = |form| roster.there.as_ref().is_some_and(|it| it.form == form);
        let (was_static, was_audience) = (
            stands_as(ListForm::StaticList) || !roster.may_stand.is_empty(),
            stands_as(ListForm::Audience),
        );
        if form == ListForm::StaticList || was_static {
            let lists = self.spotler.static_lists().await?;
            self.among_static(roster, &lists, form)?;
        }
        if form == ListForm::Audience || was_audience {
            self.look_at_audience(roster).await?;
        }
        let profile = &self.setup.connection.profile;
        if profile.list_policy == ListPolicy::NewListEveryExport
            && let Some(there) = roster.there.take()
            && there.name == self.list.name
        {
            roster.there = Some(there);
            return Err(End::rejected(codes::LIST_FIXED, Actor::CrmUser));
        }
        roster.syncs += 1;
        Ok(Run {
            event: self.event.id.clone(),
            name: self.list.name.clone(),
            form,
            ..Run::default()
        })
    }

    /// Finds our lists among all static ones. One that was never confirmed may
    /// hold people of whom nothing is remembered: it is to go.
    fn among_static(
        &self,
        roster: &mut Roster,
        lists: &[StaticList],
        form: ListForm,
    ) -> Result<(), End> {
        let mut ours = Vec::new();
        for list in lists {
            let external_id = list.external_id.as_deref().unwrap_or_default();
            match generation_of(&self.list.id, external_id) {
                Some(generation) => ours.push(There {
                    form: ListForm::StaticList,
                    external_id: external_id.to_owned(),
                    name: list.name.clone(),
                    generation,
                }),
                None if form == ListForm::StaticList && list.name == self.list.name => {
                    return Err(End::rejected(codes::LIST_NAME_TAKEN, Actor::CrmUser));
                }
                None => {}
            }
        }
        let newest = ours.iter().map(|it| it.generation).max();
        roster.generations = roster.generations.max(newest.unwrap_or(0));
        if let Some(there) = &mut roster.there
            && there.form == ListForm::StaticList
        {
            let id = there.external_id.clone();
            let at = ours.iter().position(|it| it.external_id == id);
            // A list that was deleted by hand is gone; of one that was renamed
            // by hand, the name that it has is taken over (PV-36).
            roster.there = at.map(|at| ours.swap_remove(at));
        }
        let profile = &self.setup.connection.profile;
        roster
            .may_stand
            .retain(|it| it.form != ListForm::StaticList);
        // Where every export makes a new list, the earlier ones stay (PV-30).
        if profile.list_policy == ListPolicy::MutableMembers {
            roster.may_stand.extend(ours);
        }
        Ok(())
    }

    /// Whether our audience stands; and whether the account has audiences.
    async fn look_at_audience(&self, roster: &mut Roster) -> Result<(), End> {
        let there = roster.there.clone();
        let audience = there.filter(|it| it.form == ListForm::Audience);
        let known = audience.is_some();
        let looked_for = audience.unwrap_or_else(|| {
            roster
                .clone()
                .next_there(&self.list.id, ListForm::Audience, "")
        });
        let stands = self
            .spotler
            .has_audience(&looked_for.external_id)
            .await
            .map_err(trouble_of)?;
        match (known, stands) {
            (true, false) => roster.there = None,
            (false, true) => {
                // Of ours, but nothing is remembered of it.
                roster.generations += 1;
                roster.may_stand.push(looked_for);
            }
            (true, true) | (false, false) => {}
        }
        Ok(())
    }
}
