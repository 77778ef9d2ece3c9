//! The look before a write: by id, by address, and whose contact it is (C12).

use super::Visit;
use crate::codes;
use crate::decide::Wanted;
use crate::draft::{self, Next};
use crate::look::{self, Presence};
use crate::outcome::{Actor, Reason};
use crate::ports::Ports;
use crate::settle::Settled;
use crate::spotler::trouble::Trouble;

impl<P: Ports> Visit<'_, P> {
    pub(super) async fn look_and_write(&self, wanted: &Wanted) -> Settled {
        let presence = match self.look(wanted).await {
            Ok(presence) => presence,
            Err(trouble) => return self.trouble(&trouble, None).await,
        };
        let someone_elses = self.someone_elses(&presence);
        let has_no_id = presence.seen().is_some_and(|it| it.external_id.is_none());
        if someone_elses.is_some() || presence == Presence::Several || has_no_id {
            self.memory.keep_stranger(&wanted.address_hash);
        }
        if let Some(settled) = someone_elses {
            return settled;
        }
        let seen = presence.seen().cloned();
        match draft::after_look(&self.case, wanted, presence, self.now) {
            Next::End(settled) => *settled,
            Next::Write(draft) if draft.creates => self.create(wanted, *draft).await,
            Next::Write(draft) => self.change(wanted, *draft, seen.as_ref()).await,
        }
    }

    /// Looks by id where one is known or may be ours, and by address (C12).
    async fn look(&self, wanted: &Wanted) -> Result<Presence, Trouble> {
        let link = self.case.link.as_ref();
        let id = link.map_or(wanted.external_id.as_str(), |it| &it.external_id);
        if link.is_none() && !self.case.is_unsure() {
            return self.look_by_address(wanted, id).await;
        }
        match Presence::of(self.spotler.contact(id).await)? {
            Presence::Absent => self.look_by_address(wanted, id).await,
            Presence::One(seen) if self.case.moves_to(&wanted.address_hash) => {
                let others = self.spotler.contacts_with(&wanted.address).await?;
                let taken = others
                    .iter()
                    .any(|it| it.external_id.as_deref() != Some(id));
                Ok(if taken {
                    Presence::AddressTaken
                } else {
                    Presence::One(seen)
                })
            }
            presence @ (Presence::One(_)
            | Presence::Several
            | Presence::AddressTaken
            | Presence::Locked(_)) => Ok(presence),
        }
    }

    pub(super) async fn look_by_address(
        &self,
        wanted: &Wanted,
        ours: &str,
    ) -> Result<Presence, Trouble> {
        match self.spotler.contacts_with(&wanted.address).await {
            Ok(found) => Ok(Presence::among(found, ours)),
            Err(trouble) => look::lock_of(&trouble).map(Presence::Locked).ok_or(trouble),
        }
    }

    /// A contact in Spotler that is linked with another record of the CRM.
    pub(super) fn someone_elses(&self, presence: &Presence) -> Option<Settled> {
        let Presence::One(seen) = presence else {
            return None;
        };
        let behind = self.memory.behind(seen.external_id.as_deref()?)?;
        let mine = behind == self.case.record.reference;
        (!mine).then(|| {
            let reason = Reason::new(codes::ADDRESS_IN_USE).with("owner", behind.key());
            Settled::rejected(&self.case, reason, Actor::CrmUser, "DA-78")
        })
    }
}
