//! The checker: what went wrong in a run, read off Spotler's side and off what
//! people did. It is the same for random runs, for runs with faults and kills, and
//! for those with a planted bug.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use spotler_sim::{Cause, Event, LedgerEntry, SimHandle, Status};

use crate::book::Book;
use crate::operation::{address, city, number_of};

/// What the CRM holds of a person's opt-ins.
#[derive(Clone, Debug, Default)]
pub struct Consents {
    /// The permissions that were ever given, on either side.
    given: BTreeSet<u32>,
    /// The entry of the ledger before the last opt-in in the CRM, by permission.
    said_at: BTreeMap<u32, u64>,
}

impl Consents {
    /// The CRM holds an opt-in, since this entry of the ledger.
    pub fn given_in_crm(&mut self, bit: u32, since: u64) {
        self.given.insert(bit);
        self.said_at.insert(bit, since);
    }

    /// It was switched on in Spotler itself.
    pub fn given_in_spotler(&mut self, bit: u32) {
        self.given.insert(bit);
    }
}

/// What went wrong, each as a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Saves that Spotler does not have in the end, and opt-outs that the CRM
    /// never heard of.
    pub lost: Vec<String>,
    /// Saves that were sent after a later one.
    pub out_of_order: Vec<String>,
    /// Somebody was made reachable who had said no, or who had not said yes.
    pub violations: Vec<String>,
}

impl Findings {
    /// Nothing went wrong.
    pub fn is_clean(&self) -> bool {
        self.lost.is_empty() && self.out_of_order.is_empty() && self.violations.is_empty()
    }

    /// All lines.
    pub fn lines(&self) -> Vec<String> {
        let all = [&self.lost, &self.out_of_order, &self.violations];
        all.into_iter().flatten().cloned().collect()
    }

    /// As in the table of a fault programme.
    pub fn figures(&self) -> String {
        format!(
            "{} lost, {} out of order, {} opt-out violations",
            self.lost.len(),
            self.out_of_order.len(),
            self.violations.len()
        )
    }
}

/// Checks a run in which each city is a number that only grows.
pub fn check(sim: &SimHandle, book: &Book) -> Findings {
    let ledger = sim.ledger();
    let addresses = first_addresses(&ledger);
    Findings {
        lost: lost(sim, book),
        out_of_order: out_of_order(sim, book),
        violations: violations(sim, &book.consents, |it| {
            addresses.get(&it.contact).cloned()
        }),
    }
}

/// The persons whose last save Spotler does not have.
fn lost(sim: &SimHandle, book: &Book) -> Vec<String> {
    let mut lost = Vec::new();
    for (number, person) in book.persons.iter().filter(|(_, it)| it.must_be_there()) {
        let seen = sim.contact_by_email(&address(*number));
        let seen = seen.and_then(|it| it.text("city").map(str::to_owned));
        if seen.as_deref() != Some(city(person.city).as_str()) {
            lost.push(format!(
                "person {number}: saved {}, Spotler has {seen:?}",
                person.city
            ));
        }
    }
    lost
}

/// Saves that reached Spotler after a later save of the same record. Two records with
/// one address may come in any order: which of them owns it is another question.
fn out_of_order(sim: &SimHandle, book: &Book) -> Vec<String> {
    let mut latest: BTreeMap<(usize, u32), u64> = BTreeMap::new();
    let mut found = Vec::new();
    for request in sim.requests().iter().filter(|it| it.worked) {
        let Some(body) = request.json() else { continue };
        let mut sent = Vec::new();
        contacts_in(&body, &mut sent);
        for (contact, number) in sent {
            let Some(record) = book.cities.get(&number) else {
                continue;
            };
            let before = latest.entry(*record).or_default();
            if number < *before {
                found.push(format!("{contact}: {number} after {before}, {request:?}"));
            }
            *before = number.max(*before);
        }
    }
    found
}

/// Every contact in a body with its city, however it is wrapped.
fn contacts_in(body: &Value, found: &mut Vec<(String, u64)>) {
    if let Some(list) = body.as_array() {
        list.iter().for_each(|it| contacts_in(it, found));
    }
    let Some(object) = body.as_object() else {
        return;
    };
    let id = object.get("externalId").and_then(Value::as_str);
    let city = object.get("properties").and_then(|it| it.get("city"));
    if let (Some(id), Some(number)) = (id, city.and_then(Value::as_str).and_then(number_of)) {
        found.push((id.to_owned(), number));
    }
    object.values().for_each(|it| contacts_in(it, found));
}

/// The first address that each contact had: a person is an address.
fn first_addresses(ledger: &[LedgerEntry]) -> BTreeMap<u64, String> {
    let mut addresses = BTreeMap::new();
    for entry in ledger {
        if let Some(email) = &entry.email {
            addresses.entry(entry.contact).or_insert(email.clone());
        }
    }
    addresses
}

/// Somebody was made reachable whose opt-out was shown, something was switched on
/// without an opt-in, or against a withdrawal. `person` tells whom an entry is
/// about.
pub fn violations(
    sim: &SimHandle,
    consents: &BTreeMap<String, Consents>,
    person: impl Fn(&LedgerEntry) -> Option<String>,
) -> Vec<String> {
    let breaches = sim.breaches();
    let mut violations: Vec<String> = breaches.iter().map(|it| format!("{it:?}")).collect();
    let nothing = Consents::default();
    let mut switches: BTreeMap<(String, u32), Switched> = BTreeMap::new();
    let mut inactive: BTreeMap<String, i64> = BTreeMap::new();
    for entry in sim.ledger() {
        let whom = person(&entry).unwrap_or_default();
        let (bit, on) = match &entry.event {
            Event::StatusChanged {
                to: Status::Inactive(_),
                ..
            } => {
                inactive.insert(whom, entry.at_ms);
                continue;
            }
            Event::StatusChanged { .. } => {
                inactive.remove(&whom);
                continue;
            }
            Event::PermissionEnabled { bit } => (*bit, true),
            Event::PermissionDisabled { bit } => (*bit, false),
            Event::Created
            | Event::ExternalIdChanged { .. }
            | Event::EmailChanged { .. }
            | Event::Blanked
            | Event::SignalShown { .. }
            | Event::AddedToList { .. }
            | Event::RemovedFromList { .. }
            | Event::JourneyStarted { .. }
            | Event::JourneyStopped { .. }
            | Event::Mailed { .. }
            | Event::Bounced { .. } => continue,
        };
        let is_api = matches!(entry.cause, Cause::Api { .. });
        let known = consents.get(&whom).unwrap_or(&nothing);
        if on && is_api && !known.given.contains(&bit) {
            violations.push(format!("switched on without an opt-in: {entry:?}"));
        }
        let said = known.said_at.get(&bit).copied().unwrap_or(0);
        // Who was inactive already is sent nothing, and takes nothing back; where the
        // world hides what such a person has, nobody could see it either.
        let was_inactive = inactive.get(&whom).is_some_and(|it| *it < entry.at_ms);
        let switched = switches.entry((whom, bit)).or_default();
        if !on && !is_api && was_inactive {
            switched.by_us = false;
            continue;
        }
        if switched.is_overruled(on, is_api, entry.number, said) {
            violations.push(format!("switched on against a withdrawal: {entry:?}"));
        }
    }
    violations
}

/// How a permission of a person stands: whether we switched it on, and since when
/// the person has switched it off in Spotler.
#[derive(Default)]
struct Switched {
    by_us: bool,
    withdrawn: Option<u64>,
}

impl Switched {
    /// Follows a switch; true where we switch on what we had switched on before,
    /// and what was switched off in Spotler since, without a newer opt-in (DA-82).
    fn is_overruled(&mut self, on: bool, is_api: bool, entry: u64, said: u64) -> bool {
        if on {
            let since = self.withdrawn.take();
            self.by_us = is_api;
            return is_api && since.is_some_and(|since| said < since);
        }
        if std::mem::take(&mut self.by_us) && !is_api {
            self.withdrawn = Some(entry);
        }
        false
    }
}
