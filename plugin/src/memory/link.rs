//! What Spotler has of one record, and why nothing may be sent for its person.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::crm::Timestamp;

/// Why nothing may be sent for a person any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LockKind {
    /// The person opted out in Spotler.
    OptOut,
    /// The address bounced.
    Bounce,
    /// Inactive in Spotler, and the API does not say why (C15).
    Unknown,
}

/// A person is locked: inactive in Spotler.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// Why.
    pub kind: LockKind,
    /// When it was noticed.
    pub at: Timestamp,
}

/// What is known of one permission of one person in Spotler.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BitMemory {
    /// Whether it was on when Spotler last confirmed it.
    pub on: bool,
    /// Since when only a newer explicit opt-in in the CRM switches it on
    /// (DA-82).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locked_at: Option<Timestamp>,
}

/// Permissions that are about to be switched on, noted and committed before the
/// request is made: so that after a kill or a lost answer it is known that it may
/// have been, and what Spotler showed before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// The permissions.
    pub bits: Vec<u32>,
    /// When the contact had last changed; none if Spotler does not say.
    pub changed_before: Option<Timestamp>,
}

/// An attempt that ended in a deferral which was committed: what it left open
/// is remembered, so the next attempt of the same event is not unsure of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeferredAttempt {
    /// The event.
    pub event: String,
    /// The attempt.
    pub attempt: u32,
}

/// What a blanked record had (C1, DA-23).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The permissions that were on.
    pub permissions: Vec<u32>,
    /// When it was blanked.
    pub at: Timestamp,
}

/// What Spotler has of a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// Under which id Spotler knows it.
    pub external_id: String,
    /// Whether we created it there; false: it was found.
    pub ours: bool,
    /// Hash of the address that Spotler has; none after blanking.
    pub address: Option<String>,
    /// Hash of each property's value that Spotler confirmed.
    pub fields: BTreeMap<String, String>,
    /// The permissions that Spotler confirmed.
    pub permissions: BTreeMap<u32, BitMemory>,
    /// Set while nothing may be sent for the person.
    pub lock: Option<Lock>,
    /// How often the person was taken up again after a lock: what a lock asks of
    /// people is asked anew then.
    #[serde(default, skip_serializing_if = "is_never")]
    pub taken_up: u32,
    /// Set while the record is blanked.
    pub blanked: Option<Snapshot>,
    /// Set once a bounce of the address was told: whether it was a hard one.
    pub bounced_hard: Option<bool>,
    /// Set from a write whose answer was lost until a look.
    pub unsure: bool,
    /// What is about to be switched on.
    pub intent: Option<Intent>,
    /// The last attempt that was deferred.
    pub deferred: Option<DeferredAttempt>,
    /// Properties that were put back: they stay as Spotler has them until the CRM
    /// has another value (YO-03).
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub put_back: BTreeSet<String>,
    /// Whether the last word about the record was a failure.
    pub failed: bool,
    /// When Spotler last confirmed something.
    pub synced_at: Option<Timestamp>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_never(count: &u32) -> bool {
    *count == 0
}

impl Link {
    /// A link to a contact of which nothing is confirmed yet.
    pub fn to(external_id: String, ours: bool) -> Self {
        Self {
            external_id,
            ours,
            address: None,
            fields: BTreeMap::new(),
            permissions: BTreeMap::new(),
            lock: None,
            taken_up: 0,
            blanked: None,
            bounced_hard: None,
            unsure: false,
            intent: None,
            deferred: None,
            put_back: BTreeSet::new(),
            failed: false,
            synced_at: None,
        }
    }

    /// The permissions that only a newer opt-in switches on.
    pub fn withdrawals(&self) -> BTreeMap<u32, Timestamp> {
        let locked = |(bit, memory): (&u32, &BitMemory)| Some((*bit, memory.locked_at?));
        self.permissions.iter().filter_map(locked).collect()
    }

    /// What is known of a permission.
    pub fn bit(&self, bit: u32) -> BitMemory {
        self.permissions.get(&bit).copied().unwrap_or_default()
    }
}
