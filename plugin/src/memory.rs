//! What the component remembers, in documents: the connection, the mapping,
//! and for each record what Spotler has of it. No names, no addresses: values
//! are kept as salted hashes.

mod backed_up;
pub mod feedback;
pub mod messages;
mod restores;

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::connection::{Activity, Connection, MappingRow};
use crate::crm::{RecordRef, Timestamp};
use crate::ports::Ports;

/// One document for each tenant: connection, mapping, salt, feed marks.
const CONNECTION: &str = "connection";
/// What Spotler has of a record, by record.
pub const LINKS: &str = "links";
/// Which record is behind an external id.
const EXTERNAL_IDS: &str = "external-ids";
/// Which record owns an address, by the address's hash.
const ADDRESSES: &str = "addresses";
/// Addresses of people who were inactive, beyond blanking (C31), by hash.
const TOMBSTONES: &str = "tombstones";
/// Permissions that people switched off in Spotler, beyond blanking, by hash.
const WITHDRAWALS: &str = "withdrawals";
/// Records that a user wants linked or matched, by record.
const WISHES: &str = "wishes";

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

/// What a user wants done with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wish {
    /// Add it to Spotler (YO-10).
    Link,
    /// Link it if it is there already, and add nothing (YO-15).
    Match,
    /// Take it up again, because it was made active again in Spotler (DA-79).
    Reactivate,
    /// Make sure that it is in Spotler, so that it can be put into a list: the
    /// gate does not count, and is not opened by it (PV-50).
    Export,
}

/// How far a feed of changes was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Everything up to this moment has been read.
    pub read_until: Timestamp,
}

/// The documents, read and written through the ports.
pub struct Memory<'a, P> {
    ports: &'a P,
}

impl<'a, P: Ports> Memory<'a, P> {
    /// The documents behind these ports.
    pub fn new(ports: &'a P) -> Self {
        Self { ports }
    }

    /// The connection; none before the first activation.
    pub fn connection(&self) -> Option<Connection> {
        self.read(CONNECTION, "state")
    }

    /// The connection, where it is active.
    pub fn active_connection(&self) -> Option<Connection> {
        self.connection()
            .filter(|it| it.activity == Activity::Active)
    }

    /// Keeps the connection.
    pub fn keep_connection(&self, connection: &Connection) {
        self.write(CONNECTION, "state", connection);
    }

    /// The mapping; none before the first activation.
    pub fn mapping(&self) -> Option<Vec<MappingRow>> {
        self.read(CONNECTION, "mapping")
    }

    /// Keeps the mapping.
    pub fn keep_mapping(&self, rows: &[MappingRow]) {
        self.write(CONNECTION, "mapping", &rows);
    }

    /// The salt of all hashes: made once, never changed, because tombstones
    /// must outlive everything else (C31).
    pub fn salt(&self) -> Vec<u8> {
        self.ports.get(CONNECTION, "salt").unwrap_or_else(|| {
            let salt = self.ports.random().to_vec();
            self.ports.set(CONNECTION, "salt", &salt);
            salt
        })
    }

    /// How far a feed was read.
    pub fn mark(&self, feed: &str) -> Option<Mark> {
        self.read(CONNECTION, &format!("mark-{feed}"))
    }

    /// Keeps how far a feed was read.
    pub fn keep_mark(&self, feed: &str, mark: Mark) {
        self.write(CONNECTION, &format!("mark-{feed}"), &mark);
    }

    /// Whether Spotler was ever seen to tell, in its feed, whether a contact can be
    /// mailed (C15).
    pub fn channel_shown(&self) -> bool {
        self.read(CONNECTION, "channel-shown").unwrap_or(false)
    }

    /// Remembers that Spotler tells it.
    pub fn keep_channel_shown(&self) {
        if !self.channel_shown() {
            self.write(CONNECTION, "channel-shown", &true);
        }
    }

    /// What Spotler has of a record.
    pub fn link(&self, reference: &RecordRef) -> Option<Link> {
        self.read(LINKS, &reference.key())
    }

    /// Keeps what Spotler has of a record, and which record is behind the id.
    pub fn keep_link(&self, reference: &RecordRef, link: &Link) {
        self.write(LINKS, &reference.key(), link);
        self.write(EXTERNAL_IDS, &link.external_id, reference);
    }

    /// The record behind an external id.
    pub fn behind(&self, external_id: &str) -> Option<RecordRef> {
        self.read(EXTERNAL_IDS, external_id)
    }

    /// A page of linked records, and where the next one starts.
    pub fn linked(&self, cursor: Option<u64>) -> (Vec<RecordRef>, Option<u64>) {
        let (keys, next) = self.ports.list_keys(LINKS, cursor);
        (
            keys.iter()
                .filter_map(|key| RecordRef::from_key(key))
                .collect(),
            next,
        )
    }

    /// The record that owns an address.
    pub fn owner(&self, address: &str) -> Option<RecordRef> {
        self.read(ADDRESSES, address)
    }

    /// Gives an address to a record.
    pub fn keep_owner(&self, address: &str, reference: &RecordRef) {
        if self.owner(address).as_ref() != Some(reference) {
            self.write(ADDRESSES, address, reference);
        }
    }

    /// Frees an address, if it is this record's.
    pub fn free_address(&self, address: &str, reference: &RecordRef) {
        if self.owner(address).as_ref() == Some(reference) {
            self.ports.delete(ADDRESSES, address);
        }
    }

    /// Why an address must not be added to Spotler again, if it must not.
    pub fn tombstone(&self, address: &str) -> Option<Lock> {
        self.read(TOMBSTONES, address)
    }

    /// Remembers for good that a person was inactive (C31). An opt-out that is
    /// known for certain is not overwritten by what is less certain.
    pub fn keep_tombstone(&self, address: &str, lock: &Lock) {
        let known = self.tombstone(address).map(|it| it.kind);
        if known.is_none() || (known != Some(lock.kind) && lock.kind == LockKind::OptOut) {
            self.write(TOMBSTONES, address, lock);
        }
    }

    /// Forgets that a person was inactive: the person is active in Spotler again.
    pub fn end_tombstone(&self, address: &str) {
        if self.tombstone(address).is_some() {
            self.ports.delete(TOMBSTONES, address);
        }
    }

    /// The permissions that were switched off in Spotler for an address whose
    /// record was blanked since, and when that was noticed (DA-82, C31).
    pub fn withdrawals(&self, address: &str) -> BTreeMap<u32, Timestamp> {
        self.read(WITHDRAWALS, address).unwrap_or_default()
    }

    /// Remembers permissions that were switched off in Spotler.
    pub fn keep_withdrawals(&self, address: &str, locks: &BTreeMap<u32, Timestamp>) {
        let mut known = self.withdrawals(address);
        known.extend(locks);
        self.write(WITHDRAWALS, address, &known);
    }

    /// What a user wants done with a record.
    pub fn wish(&self, reference: &RecordRef) -> Option<Wish> {
        self.read(WISHES, &reference.key())
    }

    /// Remembers what a user wants done with a record.
    pub fn keep_wish(&self, reference: &RecordRef, wish: Wish) {
        self.write(WISHES, &reference.key(), &wish);
    }

    /// Forgets what a user wanted done: it is done, or cannot be.
    pub fn end_wish(&self, reference: &RecordRef) {
        if self.wish(reference).is_some() {
            self.ports.delete(WISHES, &reference.key());
        }
    }

    /// The ports behind the documents.
    pub(crate) fn ports(&self) -> &'a P {
        self.ports
    }

    /// Reads a document.
    pub(crate) fn read<T: DeserializeOwned>(&self, bucket: &str, key: &str) -> Option<T> {
        let bytes = self.ports.get(bucket, key)?;
        match serde_json::from_slice(&bytes) {
            Ok(document) => Some(document),
            Err(error) => panic!("document {bucket}/{key} cannot be read: {error}"),
        }
    }

    /// Writes a document.
    pub(crate) fn write<T: Serialize>(&self, bucket: &str, key: &str, document: &T) {
        match serde_json::to_vec(document) {
            Ok(bytes) => self.ports.set(bucket, key, &bytes),
            Err(error) => panic!("document {bucket}/{key} cannot be written: {error}"),
        }
    }
}
