//! What an export remembers between its steps, in bounded pieces: who of the
//! selection is a member and who was left out and why. It stays after the end,
//! for the campaign's results (PV-43). No names, no addresses.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::campaign::ListMade;
use crate::crm::{RecordRef, Timestamp};
use crate::ports::Ports;

/// What exports remember, by the event's id.
const EXPORTS: &str = "exports";
/// The lists that exports made, by the list's id.
const LISTS_MADE: &str = "lists-made";
/// What is known of the account's limits on lists.
const LIMITS: &str = "connection";

/// What became of one selected record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The key of the record.
    #[serde(rename = "r")]
    pub record: String,
    /// Under which id it is a member; none: it was left out.
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// The code of why it was left out.
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    pub left_out: Option<String>,
}

impl Entry {
    /// The record.
    pub fn reference(&self) -> Option<RecordRef> {
        RecordRef::from_key(&self.record)
    }

    /// Leaves out somebody who was a member.
    pub fn leave_out(&mut self, code: &str) {
        self.member = None;
        self.left_out = Some(code.to_owned());
    }
}

/// The memory of one export.
pub struct ExportMemory<'a, P> {
    ports: &'a P,
    event: &'a str,
}

impl<'a, P: Ports> ExportMemory<'a, P> {
    /// The memory of the export with this event.
    pub fn of(ports: &'a P, event: &'a str) -> Self {
        Self { ports, event }
    }

    /// A piece of the entries; empty if there is none.
    pub fn entries(&self, piece: u32) -> Vec<Entry> {
        read(self.ports, EXPORTS, &self.key("entries", piece)).unwrap_or_default()
    }

    /// Keeps a piece of the entries.
    pub fn keep_entries(&self, piece: u32, entries: &[Entry]) {
        write(
            self.ports,
            EXPORTS,
            &self.key("entries", piece),
            &entries.to_vec(),
        );
    }

    /// Records that wait for a fuller request.
    pub fn pending(&self) -> Vec<RecordRef> {
        self.records("pending", 0)
    }

    /// Keeps the records that wait for a fuller request.
    pub fn keep_pending(&self, records: &[RecordRef]) {
        self.keep_records("pending", 0, records);
    }

    /// A piece of the records that were queued to be looked at.
    pub fn waiting(&self, piece: u32) -> Vec<RecordRef> {
        self.records("waiting", piece)
    }

    /// Keeps a piece of the records that were queued to be looked at.
    pub fn keep_waiting(&self, piece: u32, records: &[RecordRef]) {
        self.keep_records("waiting", piece, records);
    }

    /// Remembers that this is the latest export of a campaign, with so many
    /// pieces of entries.
    pub fn keep_latest(&self, campaign: &str, pieces: u32) {
        let latest = Latest {
            event: self.event.to_owned(),
            pieces,
        };
        write(self.ports, EXPORTS, &latest_key(campaign), &latest);
    }

    fn records(&self, what: &str, piece: u32) -> Vec<RecordRef> {
        let keys: Option<Vec<String>> = read(self.ports, EXPORTS, &self.key(what, piece));
        let keys = keys.unwrap_or_default();
        keys.iter()
            .filter_map(|it| RecordRef::from_key(it))
            .collect()
    }

    fn keep_records(&self, what: &str, piece: u32, records: &[RecordRef]) {
        let key = self.key(what, piece);
        if records.is_empty() {
            if self.ports.get(EXPORTS, &key).is_some() {
                self.ports.delete(EXPORTS, &key);
            }
            return;
        }
        let keys: Vec<String> = records.iter().map(RecordRef::key).collect();
        write(self.ports, EXPORTS, &key, &keys);
    }

    fn key(&self, what: &str, piece: u32) -> String {
        format!("{}/{what}/{piece}", self.event)
    }
}

/// The latest export of a campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latest {
    /// Its event.
    pub event: String,
    /// How many pieces of entries it has.
    pub pieces: u32,
}

/// The latest export of a campaign; none before the first.
pub fn latest<P: Ports>(ports: &P, campaign: &str) -> Option<Latest> {
    read(ports, EXPORTS, &latest_key(campaign))
}

fn latest_key(campaign: &str) -> String {
    format!("latest/{campaign}")
}

/// Remembers a list that was made.
pub fn keep_list<P: Ports>(ports: &P, made: &ListMade) {
    write(ports, LISTS_MADE, &made.list, made);
}

/// All lists that exports made; an account holds some hundreds at most.
pub fn lists_made<P: Ports>(ports: &P) -> Vec<ListMade> {
    let mut lists = Vec::new();
    let mut cursor = None;
    loop {
        let (keys, next) = ports.list_keys(LISTS_MADE, cursor);
        lists.extend(
            keys.iter()
                .filter_map(|key| read::<ListMade, P>(ports, LISTS_MADE, key)),
        );
        match next {
            Some(next) => cursor = Some(next),
            None => return lists,
        }
    }
}

/// When the lists were last looked for; none: not yet.
pub fn lists_seen_at<P: Ports>(ports: &P) -> Option<Timestamp> {
    read(ports, LIMITS, "lists-seen-at")
}

/// Remembers when the lists were last looked for.
pub fn keep_lists_seen_at<P: Ports>(ports: &P, at: Timestamp) {
    write(ports, LIMITS, "lists-seen-at", &at);
}

/// How many members Spotler takes in one request; none: not refused yet.
pub fn most_members<P: Ports>(ports: &P) -> Option<usize> {
    read(ports, LIMITS, "most-members")
}

/// Remembers how many members Spotler takes in one request.
pub fn keep_most_members<P: Ports>(ports: &P, most: usize) {
    write(ports, LIMITS, "most-members", &most);
}

fn read<T: DeserializeOwned, P: Ports>(ports: &P, bucket: &str, key: &str) -> Option<T> {
    let bytes = ports.get(bucket, key)?;
    match serde_json::from_slice(&bytes) {
        Ok(document) => Some(document),
        Err(error) => panic!("document {bucket}/{key} cannot be read: {error}"),
    }
}

fn write<T: Serialize, P: Ports>(ports: &P, bucket: &str, key: &str, document: &T) {
    match serde_json::to_vec(document) {
        Ok(bytes) => ports.set(bucket, key, &bytes),
        Err(error) => panic!("document {bucket}/{key} cannot be written: {error}"),
    }
}
