//! The one write: a creation or a change, with what has to be kept before it.

use super::Visit;
use crate::change::CrmChange;
use crate::codes;
use crate::contact_snapshot::{self, Cause, ContactSnapshot};
use crate::decide::Wanted;
use crate::draft::{self, Draft, Next};
use crate::look::{self, Presence};
use crate::memory::{Intent, Link};
use crate::outcome::{Actor, Reason};
use crate::ports::Ports;
use crate::settle::Settled;
use crate::spotler::contact::SeenContact;
use crate::spotler::trouble::{Kind, Trouble};

impl<P: Ports> Visit<'_, P> {
    pub(super) async fn create(&self, wanted: &Wanted, draft: Draft) -> Settled {
        match self.spotler.create(&draft.body).await {
            Ok(()) => self.confirmed(wanted, draft).await,
            Err(trouble) if trouble.kind == Kind::AlreadyExists => self.exists(wanted).await,
            Err(trouble) => self.write_failed(wanted, &draft, &trouble).await,
        }
    }

    /// Somebody was there after all: look under both names, and never create.
    async fn exists(&self, wanted: &Wanted) -> Settled {
        let by_id = Presence::of(self.spotler.contact(&wanted.external_id).await);
        let presence = match by_id {
            Ok(Presence::Absent) => self.look_by_address(wanted, &wanted.external_id).await,
            looked => looked,
        };
        let presence = match presence {
            Ok(presence) => presence,
            Err(trouble) => return self.trouble(&trouble, None).await,
        };
        if let Some(settled) = self.someone_elses(&presence) {
            return settled;
        }
        let seen = presence.seen().cloned();
        match draft::after_look(&self.case, wanted, presence, self.now) {
            Next::Write(draft) if !draft.creates => {
                self.change(wanted, *draft, seen.as_ref()).await
            }
            Next::Write(_) => {
                let reason = Reason::new(codes::EXISTS_HIDDEN);
                Settled::rejected(&self.case, reason, Actor::Marketer, "C16")
            }
            Next::End(settled) => *settled,
        }
    }

    pub(super) async fn change(
        &self,
        wanted: &Wanted,
        draft: Draft,
        seen: Option<&SeenContact>,
    ) -> Settled {
        if draft.body.is_empty() {
            return self.agreed(draft);
        }
        let mut before = self.snapshot_before(&draft, seen);
        let noted = self.case.link.as_ref().and_then(|it| it.intent.as_ref());
        let intent = draft.to_be_noted(noted);
        if let Some(intent) = intent {
            let mut settled = self.note(&draft, intent);
            settled.answer.changes.extend(before);
            return settled;
        }
        let lost = before.take_if(|_| self.loses_foreign(&draft, seen));
        if let Some(lost) = lost {
            return Settled::kept_first(lost);
        }
        let written = self.spotler.change(&draft.body).await;
        let may_be_done = written.as_ref().err().is_none_or(Trouble::may_be_done);
        let mut settled = match written {
            Ok(()) => self.confirmed(wanted, draft).await,
            Err(trouble) => self.write_failed(wanted, &draft, &trouble).await,
        };
        if may_be_done {
            settled.answer.changes.extend(before);
        }
        settled
    }

    /// What Spotler has, where the draft overwrites some of it and it is not kept
    /// already (YO-03).
    fn snapshot_before(&self, draft: &Draft, seen: Option<&SeenContact>) -> Option<CrmChange> {
        let overwrites = !draft.body.properties.is_empty();
        let seen = seen.filter(|it| overwrites && !it.is_blank() && !self.is_kept_first())?;
        let link = Some(&draft.link);
        let target = Some(&self.case.record.reference);
        Some(ContactSnapshot::of(seen, target, link, Cause::Overwritten, self.now).kept())
    }

    fn loses_foreign(&self, draft: &Draft, seen: Option<&SeenContact>) -> bool {
        let loses = |name: &str| draft.body.properties.contains_key(name);
        let link = self.case.link.as_ref();
        seen.is_some_and(|seen| contact_snapshot::loses_foreign(&self.case, link, seen, loses))
    }

    /// Commits what is about to be switched on, before it is. A person who is
    /// found is linked by it already, but nothing of that is confirmed yet.
    fn note(&self, draft: &Draft, intent: Intent) -> Settled {
        let known = self.case.link.clone();
        let fresh = || Link::to(draft.link.external_id.clone(), draft.link.ours);
        let link = draft.as_looked(known.unwrap_or_else(fresh));
        Settled::noted(link, intent)
    }

    async fn write_failed(&self, wanted: &Wanted, draft: &Draft, trouble: &Trouble) -> Settled {
        let known = self.case.link.clone();
        if let Some(kind) = look::lock_of(trouble) {
            let link = known.unwrap_or_else(|| Link::to(draft.link.external_id.clone(), false));
            let address = Some(wanted.address_hash.clone());
            return Settled::locked(&self.case, link, kind, address, self.now);
        }
        if !trouble.may_be_done() {
            return self.trouble(trouble, None).await;
        }
        let fresh = || Link::to(draft.link.external_id.clone(), draft.creates);
        let link = Link {
            unsure: true,
            ..known.unwrap_or_else(fresh)
        };
        self.trouble(trouble, Some(link)).await
    }
}
