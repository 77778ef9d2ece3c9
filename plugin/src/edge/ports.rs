//! The ports of a flow, made of the imports.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::bindings::koppel::crm_sync::{crm, signer};
use super::bindings::wasi::clocks::wall_clock;
use super::bindings::wasi::keyvalue::store;
use super::bindings::wasi::random::random;
use super::convert_in::all;
use super::executor::Reactor;
use super::{http, trap};
use crate::contact_snapshot::ContactSnapshot;
use crate::crm::{
    CrmRecord, FieldDescription, Permission, RecordKind, RecordPage, RecordRef, Timestamp,
};
use crate::ports::{Ports, Refusal};
use crate::spotler::wire::{NoReply, Request, Response};

/// What one call reaches of the host. Buckets are opened once.
#[derive(Default)]
pub(super) struct HostPorts {
    reactor: Reactor,
    buckets: RefCell<BTreeMap<String, Rc<store::Bucket>>>,
}

impl HostPorts {
    /// Runs a flow to its end.
    pub(super) fn block_on<T>(&self, flow: impl Future<Output = T>) -> T {
        self.reactor.block_on(flow)
    }

    fn bucket(&self, name: &str) -> Rc<store::Bucket> {
        if let Some(bucket) = self.buckets.borrow().get(name) {
            return Rc::clone(bucket);
        }
        let bucket = Rc::new(done(store::open(name), "open", name));
        self.buckets
            .borrow_mut()
            .insert(name.to_owned(), Rc::clone(&bucket));
        bucket
    }
}

/// The present moment by the host's clock.
pub(super) fn now() -> Timestamp {
    let wall_clock::Datetime {
        seconds,
        nanoseconds,
    } = wall_clock::now();
    seconds * 1000 + u64::from(nanoseconds / 1_000_000)
}

/// A failure of the host's storage ends the call; its text stays with the
/// host, because it may name the key.
fn done<T>(result: Result<T, store::Error>, operation: &str, bucket: &str) -> T {
    let failure = match result {
        Ok(value) => return value,
        Err(store::Error::NoSuchStore) => "no such bucket",
        Err(store::Error::AccessDenied) => "access denied",
        Err(store::Error::Other(_)) => "failed",
    };
    trap::trap(&format!(
        "key-value `{operation}` in bucket `{bucket}`: {failure}"
    ))
}

impl Ports for HostPorts {
    fn send(&self, request: Request) -> impl Future<Output = Result<Response, NoReply>> {
        http::send(&self.reactor, request)
    }

    fn now(&self) -> Timestamp {
        now()
    }

    fn random(&self) -> [u8; 16] {
        let halves = [random::get_random_u64(), random::get_random_u64()];
        (u128::from(halves[0]) << 64 | u128::from(halves[1])).to_be_bytes()
    }

    fn sign(&self, base_string: &str) -> Result<String, Refusal> {
        signer::sign(base_string).map_err(Into::into)
    }

    fn get(&self, bucket: &str, key: &str) -> Option<Vec<u8>> {
        done(self.bucket(bucket).get(key), "get", bucket)
    }

    fn set(&self, bucket: &str, key: &str, value: &[u8]) {
        done(self.bucket(bucket).set(key, value), "set", bucket);
    }

    fn delete(&self, bucket: &str, key: &str) {
        done(self.bucket(bucket).delete(key), "delete", bucket);
    }

    fn list_keys(&self, bucket: &str, cursor: Option<u64>) -> (Vec<String>, Option<u64>) {
        let store::KeyResponse { keys, cursor } =
            done(self.bucket(bucket).list_keys(cursor), "list-keys", bucket);
        (keys, cursor)
    }

    fn fields(&self) -> Vec<FieldDescription> {
        all(crm::fields())
    }

    fn read_record(&self, reference: &RecordRef) -> Option<CrmRecord> {
        crm::read_record(&reference.clone().into()).map(Into::into)
    }

    fn list_records(&self, kind: RecordKind, start: Option<&str>, limit: u32) -> RecordPage {
        crm::list_records(kind.into(), start, limit).into()
    }

    fn read_selection(&self, selection: &str, start: Option<&str>, limit: u32) -> RecordPage {
        crm::read_selection(selection, start, limit).into()
    }

    fn primary_contacts(&self, relation: &str) -> Vec<RecordRef> {
        all(crm::primary_contacts(relation))
    }

    fn permission_attributes(&self) -> Vec<Permission> {
        all(crm::permission_attributes())
    }

    fn read_snapshot(&self, reference: &RecordRef, run: Option<&str>) -> Option<ContactSnapshot> {
        crm::read_snapshot(&reference.clone().into(), run).map(Into::into)
    }

    fn user_has_right(&self, user: &str, right: &str) -> bool {
        crm::user_has_right(user, right)
    }
}
