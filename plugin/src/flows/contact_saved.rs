//! A record was saved: what is known, a look, one write, a look after it where
//! something was switched on, and the end.
//!
//! What happened to the record in the CRM is not asked: the record as it is and
//! what is remembered of it say the same, and stay true when saves coalesce.

use std::borrow::Cow;

use crate::address::AddressState;
use crate::change::CrmChange;
use crate::codes;
use crate::connection::{Activity, Connection, MappingRow};
use crate::contact_snapshot::{self, Cause, ContactSnapshot};
use crate::crm::{CrmRecord, Event, Origin, Timestamp};
use crate::decide::{self, Case, Course, Wanted};
use crate::draft::{self, Draft, Next};
use crate::flows::{restore, take_down};
use crate::look::{self, Presence};
use crate::mapping;
use crate::memory::{Intent, Link, Lock, Memory, Wish};
use crate::outcome::{Actor, Answer, Outcome, Reason};
use crate::ports::Ports;
use crate::profile::Gate;
use crate::settle::Settled;
use crate::spotler::client::Spotler;
use crate::spotler::contact::SeenContact;
use crate::spotler::trouble::{Kind, Trouble};

/// A saved record on its way through one call.
pub(crate) struct Visit<'a, P> {
    pub(crate) memory: Memory<'a, P>,
    pub(crate) spotler: Spotler<'a, P>,
    pub(crate) case: Case<'a>,
    pub(crate) now: Timestamp,
}

/// What holds for all records alike.
pub struct Setup {
    pub(crate) connection: Connection,
    pub(crate) rows: Vec<MappingRow>,
    pub(crate) salt: Vec<u8>,
}

impl Setup {
    /// None before the first activation.
    pub fn of<P: Ports>(memory: &Memory<'_, P>) -> Option<Self> {
        Some(Self {
            connection: memory.connection()?,
            rows: memory.mapping().unwrap_or_default(),
            salt: memory.salt(),
        })
    }

    /// Everything that is known of a record.
    pub(crate) fn case<'a, P: Ports>(
        &'a self,
        memory: &Memory<'_, P>,
        event: &'a Event,
        record: &'a CrmRecord,
        link: Option<Link>,
        wish: Option<Wish>,
    ) -> Case<'a> {
        let text = mapping::address_text(record, &self.rows, &self.connection.properties);
        let address = AddressState::of(text);
        let hash = match &address {
            AddressState::Present(address) => Some(address.hash(&self.salt)),
            AddressState::Missing | AddressState::Invalid => None,
        };
        let owner = hash.as_deref().and_then(|it| memory.owner(it));
        let tombstone = hash.as_deref().and_then(|it| memory.tombstone(it));
        let withdrawals = hash.as_deref().map(|it| memory.withdrawals(it));
        Case {
            event,
            record,
            connection: &self.connection,
            mapping: &self.rows,
            salt: &self.salt,
            link,
            wish,
            owner: owner.filter(|it| *it != record.reference),
            tombstone: tombstone.map(|it| it.kind),
            withdrawals: withdrawals.unwrap_or_default(),
            address,
        }
    }
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

    /// Whether this step comes after the one that noted what is to be switched on
    /// and kept what Spotler had.
    pub(crate) fn is_kept_first(&self) -> bool {
        self.case.event.cursor.as_deref() == Some(codes::NOTED)
    }

    async fn look_and_write(&self, wanted: &Wanted) -> Settled {
        let presence = match self.look(wanted).await {
            Ok(presence) => presence,
            Err(trouble) => return self.trouble(&trouble, None).await,
        };
        if let Some(settled) = self.someone_elses(&presence) {
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

    async fn look_by_address(&self, wanted: &Wanted, ours: &str) -> Result<Presence, Trouble> {
        match self.spotler.contacts_with(&wanted.address).await {
            Ok(found) => Ok(Presence::among(found, ours)),
            Err(trouble) => look::lock_of(&trouble).map(Presence::Locked).ok_or(trouble),
        }
    }

    /// A contact in Spotler that is linked with another record of the CRM.
    fn someone_elses(&self, presence: &Presence) -> Option<Settled> {
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

    async fn create(&self, wanted: &Wanted, draft: Draft) -> Settled {
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

    async fn change(&self, wanted: &Wanted, draft: Draft, seen: Option<&SeenContact>) -> Settled {
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
        Settled::noted(known.unwrap_or_else(fresh), intent)
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

    /// Trouble; refused credentials are told from a product that the account
    /// lacks by a probe (C21).
    pub(crate) async fn trouble(&self, trouble: &Trouble, link: Option<Link>) -> Settled {
        if trouble.kind == Kind::NotAuthorised && self.credentials_refused().await {
            stop(&self.memory, self.case.connection);
            let mut settled = Settled::waiting(codes::CONNECTION_STOPPED, "C21");
            settled
                .answer
                .changes
                .push(notify_stopped(self.case.connection));
            return settled;
        }
        Settled::trouble(&self.case, trouble, link)
    }

    async fn credentials_refused(&self) -> bool {
        matches!(self.spotler.properties().await, Err(it) if it.kind == Kind::NotAuthorised)
    }

    /// Both sides agreed before anything was written.
    fn agreed(&self, draft: Draft) -> Settled {
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

    async fn confirmed(&self, wanted: &Wanted, draft: Draft) -> Settled {
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

    /// Remembers what the end says, and gives the answer.
    pub(crate) fn keep(&self, settled: Settled) -> Answer {
        let reference = &self.case.record.reference;
        if let Some(link) = &settled.link {
            let before = self.case.link.as_ref();
            if before != Some(link) {
                self.memory.keep_link(reference, link);
            }
            let old = before.and_then(|it| it.address.as_deref());
            let new = link.address.as_deref();
            if let Some(old) = old.filter(|_| old != new) {
                self.memory.free_address(old, reference);
                let withdrawals = link.withdrawals();
                if !withdrawals.is_empty() {
                    self.memory.keep_withdrawals(old, &withdrawals);
                }
            }
            if let Some(new) = new {
                self.memory.keep_owner(new, reference);
            }
        }
        if let Some((address, kind)) = &settled.tombstone {
            let lock = Lock {
                kind: *kind,
                at: self.now,
            };
            self.memory.keep_tombstone(address, &lock);
        }
        let lock_lifted =
            self.case.is_reactivated() && settled.link.as_ref().is_some_and(|it| it.lock.is_none());
        if lock_lifted
            && let Some(address) = settled.link.as_ref().and_then(|it| it.address.as_deref())
        {
            self.memory.end_tombstone(address);
        }
        if settled.ends_wish {
            self.memory.end_wish(reference);
        }
        settled.into_answer(reference)
    }
}

/// Stops the connection: nothing is sent until the settings are saved anew.
pub(crate) fn stop<P: Ports>(memory: &Memory<'_, P>, connection: &Connection) {
    memory.keep_connection(&Connection {
        activity: Activity::Stopped,
        ..connection.clone()
    });
}

/// One alert for each time that the connection stops.
pub(crate) fn notify_stopped(connection: &Connection) -> CrmChange {
    CrmChange::Notify {
        key: format!("connection-stopped-{}", connection.refreshed_at),
        user: None,
        code: codes::NOTIFY_STOPPED,
        about: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
