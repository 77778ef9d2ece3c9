//! Reads the ledger for breaches of the rule that an opt-out, once shown, wins.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::world::contact::Status;
use crate::world::ledger::{Cause, Event, LedgerEntry, Signal};

/// A breach: an answer had shown that a person is inactive, and then the API was used to make
/// that person reachable again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Breach {
    /// Number of the ledger entry that showed it.
    pub shown: u64,
    /// The signal.
    pub signal: Signal,
    /// The entry that overruled it.
    pub overruled: LedgerEntry,
}

/// Every breach, in order. A person is a contact, or anyone with the address it had; a person
/// who is made active in Spotler's own screens is free again, and one whom the API itself had
/// deactivated was never meant.
pub(crate) fn breaches(ledger: &[LedgerEntry], counts: impl Fn(Signal) -> bool) -> Vec<Breach> {
    let mut locks = Locks::default();
    let mut breaches = Vec::new();
    for entry in ledger {
        let is_api = matches!(entry.cause, Cause::Api { .. });
        if is_api && let Some(lock) = locks.against(entry) {
            breaches.push(Breach {
                shown: lock.shown,
                signal: lock.signal,
                overruled: entry.clone(),
            });
        }
        locks.follow(entry, is_api, &counts);
    }
    breaches
}

/// Whom a signal has locked so far.
#[derive(Default)]
struct Locks {
    contacts: BTreeMap<u64, Lock>,
    emails: BTreeMap<String, Lock>,
    deactivated_by_api: BTreeSet<u64>,
}

#[derive(Clone, Copy)]
struct Lock {
    contact: u64,
    shown: u64,
    signal: Signal,
}

impl Locks {
    /// The lock that an entry breaks, if it breaks one.
    fn against(&self, entry: &LedgerEntry) -> Option<Lock> {
        let by_contact = || self.contacts.get(&entry.contact);
        let by_email = || self.emails.get(entry.email.as_ref()?);
        let lock = match &entry.event {
            Event::StatusChanged {
                to: Status::Active, ..
            }
            | Event::PermissionEnabled { .. }
            | Event::AddedToList { .. }
            | Event::JourneyStarted { .. } => by_contact().or_else(by_email),
            // Another contact gets the address of somebody who is locked.
            Event::EmailChanged { .. } => by_email().filter(|it| it.contact != entry.contact),
            Event::StatusChanged { .. }
            | Event::Created
            | Event::PermissionDisabled { .. }
            | Event::ExternalIdChanged { .. }
            | Event::Blanked
            | Event::SignalShown { .. }
            | Event::RemovedFromList { .. }
            | Event::JourneyStopped { .. }
            | Event::Mailed { .. }
            | Event::Bounced { .. } => None,
        };
        lock.copied()
    }

    fn follow(&mut self, entry: &LedgerEntry, is_api: bool, counts: &impl Fn(Signal) -> bool) {
        if let Event::SignalShown {
            signal,
            delivered: true,
        } = &entry.event
            && counts(*signal)
            && !self.deactivated_by_api.contains(&entry.contact)
        {
            self.lock(entry, *signal);
        }
        if let Event::StatusChanged { to, .. } = &entry.event {
            self.deactivated_by_api.remove(&entry.contact);
            match to {
                Status::Inactive(_) if is_api => {
                    self.deactivated_by_api.insert(entry.contact);
                }
                Status::Active if !is_api => self.free(entry),
                Status::Inactive(_) | Status::Active | Status::Blank => {}
            }
        }
    }

    fn lock(&mut self, entry: &LedgerEntry, signal: Signal) {
        let lock = Lock {
            contact: entry.contact,
            shown: entry.number,
            signal,
        };
        self.contacts.insert(entry.contact, lock);
        if let Some(email) = &entry.email {
            self.emails.insert(email.clone(), lock);
        }
    }

    fn free(&mut self, entry: &LedgerEntry) {
        self.contacts.remove(&entry.contact);
        self.emails.retain(|email, lock| {
            lock.contact != entry.contact && Some(email) != entry.email.as_ref()
        });
    }
}
