//! The documents in which a list is remembered: one for the list, one for each
//! record on it, so that memory does not grow with the size of the list.

use serde::Serialize;

use super::{Member, Roster};
use crate::address::digest;
use crate::crm::RecordRef;
use crate::memory::Memory;
use crate::ports::Ports;

/// One document for each list.
const LISTS: &str = "lists";

/// The documents of one list.
pub struct Rosters<'a, P> {
    ports: &'a P,
    list: &'a str,
    bucket: String,
}

impl<'a, P: Ports> Rosters<'a, P> {
    /// The documents of the list with this id.
    pub fn of(ports: &'a P, list: &'a str) -> Self {
        let salt = Memory::new(ports).salt();
        // Names of buckets hold letters only.
        let letters = digest(&salt, list)
            .bytes()
            .take(24)
            .map(|it| match it {
                b'0'..=b'9' => char::from(it - b'0' + b'g'),
                _ => char::from(it),
            })
            .collect::<String>();
        Self {
            ports,
            list,
            bucket: format!("list-members-{letters}"),
        }
    }

    /// What is remembered of the list.
    pub fn roster(&self) -> Roster {
        read(self.ports.get(LISTS, self.list).as_deref()).unwrap_or_default()
    }

    /// Remembers it.
    pub fn keep(&self, roster: &Roster) {
        self.ports.set(LISTS, self.list, &write(roster));
    }

    /// What is remembered of a record on it.
    pub fn member(&self, reference: &RecordRef) -> Option<Member> {
        read(self.ports.get(&self.bucket, &reference.key()).as_deref())
    }

    /// Remembers it.
    pub fn keep_member(&self, reference: &RecordRef, member: Member) {
        self.ports
            .set(&self.bucket, &reference.key(), &write(&member));
    }

    /// Forgets it.
    pub fn forget_member(&self, reference: &RecordRef) {
        self.ports.delete(&self.bucket, &reference.key());
    }

    /// A page of the records about which something is remembered, and where the
    /// next one starts.
    pub fn members(&self, next: Option<u64>) -> (Vec<(RecordRef, Member)>, Option<u64>) {
        let (keys, next) = self.ports.list_keys(&self.bucket, next);
        let members = keys.iter().filter_map(|key| {
            let reference = RecordRef::from_key(key)?;
            let member = self.member(&reference)?;
            Some((reference, member))
        });
        (members.collect(), next)
    }
}

fn read<T: serde::de::DeserializeOwned>(bytes: Option<&[u8]>) -> Option<T> {
    match serde_json::from_slice(bytes?) {
        Ok(document) => Some(document),
        Err(error) => panic!("a document of a list cannot be read: {error}"),
    }
}

fn write<T: Serialize>(document: &T) -> Vec<u8> {
    match serde_json::to_vec(document) {
        Ok(bytes) => bytes,
        Err(error) => panic!("a document of a list cannot be written: {error}"),
    }
}
