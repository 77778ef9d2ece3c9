//! The outside world, as narrow as it can be: what a flow may ask for. On wasm
//! the edge implements it with the imports; in tests it is a value.

use crate::contact_snapshot::ContactSnapshot;
use crate::crm::{
    CrmRecord, FieldDescription, Permission, RecordKind, RecordPage, RecordRef, Timestamp,
};
use crate::spotler::wire::{NoReply, Request, Response};

/// Why the host did not sign (C28).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No secret is set.
    NoSecret,
    /// Another address than the configured one.
    ForeignAddress,
    /// Not a base string.
    Malformed,
}

/// Everything that a flow can reach. A failure of the host's own storage does
/// not come back: it ends the call.
pub trait Ports {
    /// Sends a request, already signed, and waits for the whole answer.
    /// Several may be under way at once.
    fn send(&self, request: Request) -> impl Future<Output = Result<Response, NoReply>>;

    /// The present moment.
    fn now(&self) -> Timestamp;
    /// Sixteen random bytes.
    fn random(&self) -> [u8; 16];
    /// The base64 signature of a base string.
    fn sign(&self, base_string: &str) -> Result<String, Refusal>;

    /// The value of a key.
    fn get(&self, bucket: &str, key: &str) -> Option<Vec<u8>>;
    /// Sets a key.
    fn set(&self, bucket: &str, key: &str, value: &[u8]);
    /// Removes a key.
    fn delete(&self, bucket: &str, key: &str);
    /// A page of keys, and where the next one starts.
    fn list_keys(&self, bucket: &str, cursor: Option<u64>) -> (Vec<String>, Option<u64>);

    /// All fields that the CRM has.
    fn fields(&self) -> Vec<FieldDescription>;
    /// One record, also when it is inactive or deleted.
    fn read_record(&self, reference: &RecordRef) -> Option<CrmRecord>;
    /// All active records of a kind, a page at a time.
    fn list_records(&self, kind: RecordKind, start: Option<&str>, limit: u32) -> RecordPage;
    /// The records of a selection, a page at a time.
    fn read_selection(&self, selection: &str, start: Option<&str>, limit: u32) -> RecordPage;
    /// The primary contacts of a relation.
    fn primary_contacts(&self, relation: &str) -> Vec<RecordRef>;
    /// The opt-in attributes that the CRM has.
    fn permission_attributes(&self) -> Vec<Permission>;
    /// A snapshot that the host keeps of a record: the first of a run, or the
    /// latest.
    fn read_snapshot(&self, reference: &RecordRef, run: Option<&str>) -> Option<ContactSnapshot>;
    /// Whether a user has a right.
    fn user_has_right(&self, user: &str, right: &str) -> bool;
}
