//! A record was saved: what is known, a look, one write, a look after it where
//! something was switched on, and the end.
//!
//! What happened to the record in the CRM is not asked: the record as it is and
//! what is remembered of it say the same, and stay true when saves coalesce.
//!
//! setup ─▶ looking ─▶ writing ─▶ confirming ─▶ keeping; stopped, where the
//! credentials are refused

mod confirming;
mod keeping;
mod looking;
mod setup;
mod stopped;
mod writing;

use std::borrow::Cow;

use crate::change::CrmChange;
use crate::codes;
use crate::connection::Activity;
use crate::crm::{CrmRecord, Event, Origin, Timestamp};
use crate::decide::{self, Case, Course};
use crate::flows::{restore, take_down};
use crate::memory::{Link, Memory, Wish};
use crate::outcome::{Answer, Outcome};
use crate::ports::Ports;
use crate::settle::Settled;
use crate::spotler::client::Spotler;

pub use setup::Setup;
pub(crate) use stopped::{notify_stopped, stop};

/// A saved record on its way through one call.
pub(crate) struct Visit<'a, P> {
    pub(crate) memory: Memory<'a, P>,
    pub(crate) spotler: Spotler<'a, P>,
    pub(crate) case: Case<'a>,
    pub(crate) now: Timestamp,
}

/// The hook.
pub async fn on_contact_saved<P: Ports>(ports: &P, event: &Event, record: &CrmRecord) -> Answer {
    let memory = Memory::new(ports);
    let Some(setup) = Setup::of(&memory) else {
        return Settled::skipped(codes::NOT_ACTIVE, "PV-04").into_answer(&record.reference);
    };
    let wish = memory.wish(&record.reference);
    let link = memory.link(&record.reference);
    let taken_up = as_taken_up(record, link.as_ref(), wish);
    let case = setup.case(&memory, event, &taken_up, link, wish);
    let visit = Visit {
        spotler: Spotler::of(ports, &setup.connection),
        case,
        now: ports.now(),
        memory,
    };
    let restored = restored_first(ports, &visit).await;
    if let Some(settled) = restored {
        return visit.keep(settled);
    }
    let settled = match decide::before_look(&visit.case) {
        Course::End(settled) => settled,
        Course::SwitchOff(link) => take_down::switch_off(&visit, link).await,
        Course::Restrict(link) => take_down::restrict(&visit, link).await,
        Course::Blank(link) => take_down::blank(&visit, link).await,
        Course::Look(wanted) => visit.look_and_write(&wanted).await,
    };
    visit.keep(visit.before_restore(settled))
}

/// Puts back what Spotler had, if a user wants that and nothing is in doubt.
async fn restored_first<P: Ports>(ports: &P, visit: &Visit<'_, P>) -> Option<Settled> {
    let record = visit.case.record;
    let run = visit.memory.restore(&record.reference)?;
    let active = visit.case.connection.activity == Activity::Active;
    if !active || !restore::may_begin(record, visit.case.link.as_ref()) {
        return None;
    }
    let snapshot = ports.read_snapshot(&record.reference, run.as_deref());
    Some(restore::restore(visit, snapshot).await)
}

/// While somebody is taken up again, the opt-out that came from Spotler counts
/// as lifted; whether it is, the look decides.
fn as_taken_up<'a>(
    record: &'a CrmRecord,
    link: Option<&Link>,
    wish: Option<Wish>,
) -> Cow<'a, CrmRecord> {
    let mut record = Cow::Borrowed(record);
    let is_locked = link.is_some_and(|it| it.lock.is_some());
    if wish == Some(Wish::Reactivate) && is_locked && record.mail.origin == Origin::Spotler {
        record.to_mut().mail.allowed = true;
    }
    record
}

impl<P: Ports> Visit<'_, P> {
    /// A restore that waits follows once the sync has found out what was in
    /// doubt; where that ends otherwise, the restore ends with it.
    fn before_restore(&self, mut settled: Settled) -> Settled {
        let reference = &self.case.record.reference;
        if self.memory.restore(reference).is_none() {
            return settled;
        }
        match &settled.answer.outcome {
            Outcome::Deferred(_) => {}
            Outcome::Synced(_) if restore::may_begin(self.case.record, settled.link.as_ref()) => {
                let again = CrmChange::SyncAgain(vec![reference.clone()]);
                settled.answer.changes.push(again);
            }
            Outcome::Synced(_) | Outcome::Skipped(_) | Outcome::Rejected(..) => {
                self.memory.end_restore(reference);
            }
        }
        settled
    }

    /// Whether this step comes after one that kept what Spotler had, alone or with a
    /// note of what is to be switched on.
    pub(crate) fn is_kept_first(&self) -> bool {
        let cursor = self.case.event.cursor.as_deref();
        cursor == Some(codes::NOTED) || cursor == Some(codes::KEPT)
    }
}

#[cfg(test)]
mod tests;
