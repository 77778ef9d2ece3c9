//! What an action says of one record before it goes its own way.

use super::Step;
use super::operations::{BULK_CHANGE, LINK, MATCH, REACTIVATE, RESTORE, RUN, SET_PERMISSIONS};
use super::refusal::Refusal;
use crate::change::CrmChange;
use crate::codes;
use crate::crm::{Consent, CrmRecord, Origin};
use crate::flows::restore;
use crate::manual::PermissionWish;
use crate::memory::{Link, Wish};
use crate::ports::Ports;

impl<P: Ports> Step<'_, P> {
    /// What the action says of a record before it is queued: permissions that
    /// are recorded first (C22); a refusal; or none where it does not concern
    /// the record.
    pub(super) fn prepare(&self, record: &CrmRecord) -> Option<Result<Vec<CrmChange>, Refusal>> {
        let link = self.memory.link(&record.reference);
        if self.action.operation == RESTORE {
            return Some(self.restore(record, link.as_ref()));
        }
        let wish = match self.action.operation.as_str() {
            MATCH if link.is_some() => return None,
            MATCH => Some(Wish::Match),
            REACTIVATE if link.as_ref().is_none_or(|it| it.lock.is_none()) => {
                return Some(Err(Refusal::NotInactive));
            }
            REACTIVATE => Some(Wish::Reactivate),
            LINK | SET_PERMISSIONS | BULK_CHANGE if link.is_none() => Some(Wish::Link),
            _ => None,
        };
        let is_locked = link.as_ref().is_some_and(|it| it.lock.is_some());
        let opted_out = is_locked || !record.mail.allowed;
        if opted_out && wish != Some(Wish::Reactivate) && self.switches_on() {
            return Some(Err(Refusal::OptedOut));
        }
        let mut changes = Vec::new();
        for wish in &self.action.permissions {
            match self.say(record, *wish) {
                Ok(change) => changes.extend(change),
                Err(refusal) => return Some(Err(refusal)),
            }
        }
        if let Some(wish) = wish {
            self.memory.keep_wish(&record.reference, wish);
        }
        Some(Ok(changes))
    }

    /// Remembers that a record is to be restored, if there is something to
    /// restore it from and nothing stands in the way (YO-03).
    fn restore(&self, record: &CrmRecord, link: Option<&Link>) -> Result<Vec<CrmChange>, Refusal> {
        if let Some(code) = restore::obstacle(record, link) {
            return Err(Refusal::NotRestorable(code));
        }
        let mut parameters = self.action.parameters.iter();
        let run = parameters.find(|it| it.0 == RUN).map(|it| it.1.as_str());
        if self.ports.read_snapshot(&record.reference, run).is_none() {
            return Err(Refusal::NotRestorable(codes::NO_SNAPSHOT));
        }
        self.memory.keep_restore(&record.reference, run);
        Ok(Vec::new())
    }

    fn switches_on(&self) -> bool {
        self.action.permissions.iter().any(|it| it.on)
    }

    /// The opt-in or opt-out of a wish, if the CRM does not hold it already. An
    /// opt-out that the person gave is not overruled by an action.
    fn say(&self, record: &CrmRecord, wish: PermissionWish) -> Result<Option<CrmChange>, Refusal> {
        let held = record.choice(wish.bit).map(|it| it.consent);
        let consent = match (wish.on, held) {
            (true, Some(Consent::Given)) | (false, Some(Consent::Withdrawn)) => return Ok(None),
            (true, Some(Consent::Withdrawn)) => return Err(Refusal::NoConsent(wish.bit)),
            (true, _) if !self.connection.profile.actions_are_opt_ins => {
                return Err(Refusal::NoConsent(wish.bit));
            }
            (true, _) => Consent::Given,
            (false, _) => Consent::Withdrawn,
        };
        Ok(Some(CrmChange::Permission {
            target: record.reference.clone(),
            bit: wish.bit,
            consent,
            origin: Origin::Crm,
            evidence: "manual-action",
            at: self.at,
        }))
    }
}
