//! Reads the ledger for breaches of the rule that an opt-out, once shown, wins.

use std::collections::BTreeMap;

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
/// who is made active in Spotler's own screens is free again.
pub(crate) fn breaches(ledger: &[LedgerEntry], counts: impl Fn(Signal) -> bool) -> Vec<Breach> {
    let mut shown = Shown::default();
    let mut breaches = Vec::new();
    for entry in ledger {
        if let Event::SignalShown {
            signal,
            delivered: true,
        } = &entry.event
            && counts(*signal)
        {
            shown.lock(entry, *signal);
        }
        let is_api = matches!(entry.cause, Cause::Api { .. });
        if is_api
            && widens(&entry.event)
            && let Some((number, signal)) = shown.lock_on(entry)
        {
            breaches.push(Breach {
                shown: number,
                signal,
                overruled: entry.clone(),
            });
        }
        let becomes_active = matches!(
            entry.event,
            Event::StatusChanged {
                to: Status::Active,
                ..
            }
        );
        if !is_api && becomes_active {
            shown.free(entry);
        }
    }
    breaches
}

/// Whether the event makes a person easier to reach.
fn widens(event: &Event) -> bool {
    match event {
        Event::StatusChanged {
            to: Status::Active, ..
        }
        | Event::PermissionEnabled { .. }
        | Event::AddedToList { .. }
        | Event::JourneyStarted { .. }
        | Event::EmailChanged { from: None } => true,
        Event::StatusChanged { .. }
        | Event::Created
        | Event::PermissionDisabled { .. }
        | Event::ExternalIdChanged { .. }
        | Event::EmailChanged { from: Some(_) }
        | Event::Blanked
        | Event::SignalShown { .. }
        | Event::RemovedFromList { .. }
        | Event::JourneyStopped { .. }
        | Event::Mailed { .. }
        | Event::Bounced { .. } => false,
    }
}

#[derive(Default)]
struct Shown {
    contacts: BTreeMap<u64, (u64, Signal)>,
    emails: BTreeMap<String, (u64, Signal)>,
}

impl Shown {
    fn lock(&mut self, entry: &LedgerEntry, signal: Signal) {
        self.contacts.insert(entry.contact, (entry.number, signal));
        if let Some(email) = &entry.email {
            self.emails.insert(email.clone(), (entry.number, signal));
        }
    }

    fn lock_on(&self, entry: &LedgerEntry) -> Option<(u64, Signal)> {
        let by_email = || self.emails.get(entry.email.as_ref()?);
        self.contacts.get(&entry.contact).or_else(by_email).copied()
    }

    fn free(&mut self, entry: &LedgerEntry) {
        self.contacts.remove(&entry.contact);
        if let Some(email) = &entry.email {
            self.emails.remove(email);
        }
    }
}
