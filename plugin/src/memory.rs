//! What the component remembers, in documents: the connection, the mapping,
//! and for each record what Spotler has of it. No names, no addresses: values
//! are kept as salted hashes.

mod backed_up;
pub mod feedback;
mod link;
pub mod messages;
mod restores;

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::connection::{Activity, Connection, MappingRow};
use crate::crm::{RecordRef, Timestamp};
use crate::ports::Ports;

pub use link::{BitMemory, DeferredAttempt, Intent, Link, Lock, LockKind, Snapshot};

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
/// Addresses under which Spotler showed somebody whom no record is linked with
/// and who may not be mailed, or several people, by hash.
const STRANGERS: &str = "strangers";
/// Records that a user wants linked or matched, by record.
const WISHES: &str = "wishes";

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

    /// The connection, unless an administrator switched it off (PV-04); it may have
    /// been stopped (C21).
    pub fn connection_switched_on(&self) -> Option<Connection> {
        self.connection().filter(|it| it.activity != Activity::Off)
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

    /// Whether somebody must not be created under an address without a look.
    pub fn is_strangers(&self, address: &str) -> bool {
        self.read(STRANGERS, address).unwrap_or(false)
    }

    /// Remembers that nobody is to be created under an address without a look.
    pub fn keep_stranger(&self, address: &str) {
        if !self.is_strangers(address) {
            self.write(STRANGERS, address, &true);
        }
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
