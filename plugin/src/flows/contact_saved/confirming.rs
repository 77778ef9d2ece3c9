//! After a write, or where none was needed: a look where something was switched
//! on, and how the record ends.

use super::Visit;
use crate::change::CrmChange;
use crate::codes;
use crate::decide::Wanted;
use crate::draft::Draft;
use crate::flows::take_down;
use crate::look::Presence;
use crate::memory::{Link, Wish};
use crate::ports::Ports;
use crate::profile::Gate;
use crate::settle::Settled;

impl<P: Ports> Visit<'_, P> {
    /// Both sides agreed before anything was written.
    pub(super) fn agreed(&self, draft: Draft) -> Settled {
        let was_linked = self
            .case
            .link
            .as_ref()
            .is_some_and(|it| it.synced_at.is_some() && !it.failed);
        if was_linked && draft.imports.is_empty() && !self.case.is_unsure() {
            let mut settled = Settled::nothing_changed(&self.case);
            settled.link = Some(Link {
                synced_at: Some(self.now),
                ..draft.link
            });
            return settled;
        }
        // What the CRM changed is there: a write of ours arrived after all.
        let delivered = self.case.link.as_ref().is_none_or(|before| {
            before.fields != draft.link.fields || before.permissions != draft.link.permissions
        });
        let code = if delivered {
            draft.done
        } else {
            codes::IN_STEP
        };
        self.done(draft, code)
    }

    pub(super) async fn confirmed(&self, wanted: &Wanted, draft: Draft) -> Settled {
        if !draft.body.enables_something() {
            let code = draft.done;
            return self.done(draft, code);
        }
        let id = draft.link.external_id.clone();
        let link = Link {
            synced_at: Some(self.now),
            unsure: false,
            intent: None,
            ..draft.link.clone()
        };
        let looked = match Presence::of(self.spotler.contact(&id).await) {
            Ok(looked) => looked,
            Err(trouble) => {
                let link = Link {
                    unsure: true,
                    ..link
                };
                return self.trouble(&trouble, Some(link)).await;
            }
        };
        if let Some(kind) = looked.lock(link.bounced_hard.is_some()) {
            let address = Some(wanted.address_hash.clone());
            let settled = Settled::locked(&self.case, link, kind, address, self.now);
            return settled.after("C16", codes::RULE_LOOKED_AFTER, Vec::new());
        }
        if let Presence::One(seen) = looked {
            return take_down::repair(self, draft, &seen).await;
        }
        let code = draft.done;
        self.done(draft, code)
    }

    /// Spotler confirmed it.
    pub(crate) fn done(&self, draft: Draft, code: &'static str) -> Settled {
        let nobody = !draft.link.permissions.values().any(|it| it.on);
        let link = Link {
            synced_at: Some(self.now),
            ..draft.link
        };
        let first = self
            .case
            .link
            .as_ref()
            .is_none_or(|it| it.synced_at.is_none());
        let mut settled = Settled::synced(code, "PV-01", link);
        settled.answer.changes.extend(draft.imports);
        settled.answer.why.splice(0..0, draft.why);
        if nobody {
            settled.answer = settled.answer.because("PV-10", codes::NO_PERMISSION_ON);
        }
        let by_attribute = self.case.connection.profile.gate == Gate::Attribute;
        // Whoever is exported gets the attribute when the list is made (PV-28).
        let exported = self.case.wish == Some(Wish::Export);
        if first && by_attribute && !exported && !self.case.record.gate {
            let target = self.case.record.reference.clone();
            settled
                .answer
                .changes
                .push(CrmChange::Gate { target, open: true });
        }
        settled
    }
}
