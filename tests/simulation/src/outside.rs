//! The ports of one call: reads are noted, writes are kept back until the commit,
//! and requests go to the simulator, with what is to happen on the way.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::pending;

use koppel_plugin::contact_snapshot::ContactSnapshot;
use koppel_plugin::crm::{
    CrmRecord, FieldDescription, Permission, RecordKind, RecordPage, RecordRef, Timestamp,
};
use koppel_plugin::ports::{Ports, Refusal};
use koppel_plugin::spotler::wire::{NoReply, Request, Response};
use serde_json::Value;
use spotler_sim::Fault;

use crate::crm::fields;
use crate::planted::Bug;
use crate::state::Key;
use crate::world::{AtRequest, World};

/// Where the simulator's API would be.
pub(crate) const SPOTLER: &str = "http://spotler/integrationservice";
/// No request takes less time than this, in milliseconds.
const REQUEST_MS: Timestamp = 20;

/// What one call reaches.
pub(crate) struct Outside<'w> {
    pub(crate) world: &'w World,
    /// Values that were set, or none where they were deleted.
    pub(crate) written: RefCell<BTreeMap<Key, Option<Vec<u8>>>>,
    /// The keys that were read, with the number of their last change.
    pub(crate) keys: RefCell<BTreeMap<Key, u64>>,
    /// The records that were read, with their revision.
    pub(crate) records: RefCell<BTreeMap<RecordRef, u64>>,
    /// Spotler was asked for something.
    pub(crate) has_asked: Cell<bool>,
}

impl<'w> Outside<'w> {
    pub(crate) fn new(world: &'w World) -> Self {
        Self {
            world,
            written: RefCell::default(),
            keys: RefCell::default(),
            records: RefCell::default(),
            has_asked: Cell::default(),
        }
    }

    /// What is to happen at this request; the rest comes one request closer.
    fn at_this_request(&self) -> Vec<AtRequest> {
        let mut to_come = self.world.to_come.borrow_mut();
        let (now, later): (Vec<_>, Vec<_>) = to_come.drain(..).partition(|it| it.0 == 0);
        to_come.extend(later.into_iter().map(|(left, what)| (left - 1, what)));
        now.into_iter().map(|it| it.1).collect()
    }

    /// Lets people do things, and other calls run; never returns from a kill.
    async fn on_the_way(&self, events: &[AtRequest], is_after: bool) {
        for event in events {
            match event {
                AtRequest::Kill(after) if *after == is_after => {
                    self.world.is_killed.set(true);
                }
                AtRequest::Meanwhile(after, operation) if *after == is_after => {
                    self.world.count(|it| it.meanwhile += 1);
                    self.world.happen(operation);
                }
                AtRequest::Nested if !is_after => {
                    self.world.work(1);
                }
                AtRequest::Kill(_)
                | AtRequest::Meanwhile(..)
                | AtRequest::Nested
                | AtRequest::Fault(_) => {}
            }
            if self.world.is_killed.get() {
                pending::<()>().await;
            }
        }
    }
}

/// What a fault number stands for; none: the request never leaves.
fn fault(number: u8) -> Option<Fault> {
    Some(match number % 10 {
        0 => Fault::ResetBeforeWork,
        1 | 2 => Fault::ResetAfterWork,
        3 => Fault::TruncatedBody,
        4 => Fault::GarbageBody,
        5 => Fault::StatusAfterWork { status: 503 },
        6 => Fault::DoneTwice,
        7 => Fault::retry_after(30),
        8 => Fault::status(500),
        _ => return None,
    })
}

/// What the caller sees of an answer.
fn as_it_arrives(
    response: spotler_sim::Response,
    fault: Option<&Fault>,
) -> Result<Response, NoReply> {
    let lost = matches!(
        fault,
        Some(Fault::ResetBeforeWork | Fault::ResetAfterWork | Fault::TruncatedBody)
    );
    if lost {
        return Err(NoReply::Lost);
    }
    let named = response.headers.iter().find(|it| it.0 == "retry-after");
    let retry_after = named.and_then(|it| it.1.parse::<Timestamp>().ok());
    let body = if fault == Some(&Fault::GarbageBody) {
        b"<html><body>\xff{\"oops\": [1,".to_vec()
    } else {
        response.body
    };
    Ok(Response {
        status: response.status,
        retry_after: retry_after.map(|it| it * 1_000),
        body,
    })
}

/// As a component sees an answer that does not know what inactive looks like.
fn without_signals(response: &mut Response) {
    let text = String::from_utf8_lossy(&response.body).into_owned();
    response.body = text
        .replace("\"value\":false", "\"value\":true")
        .into_bytes();
}

/// As a component remembers a link that forgets what it had switched on, or that
/// an answer was lost.
fn forgetful(link: &[u8], bug: Bug) -> Vec<u8> {
    let Ok(mut link) = serde_json::from_slice::<Value>(link) else {
        return link.to_vec();
    };
    if bug == Bug::SwitchOnAgain {
        link["permissions"] = serde_json::json!({});
    } else {
        link["unsure"] = Value::Bool(false);
    }
    link.to_string().into_bytes()
}

impl Ports for Outside<'_> {
    async fn send(&self, request: Request) -> Result<Response, NoReply> {
        self.has_asked.set(true);
        let events = self.at_this_request();
        self.on_the_way(&events, false).await;
        self.world.count(|it| it.requests += 1);
        self.world.advance(REQUEST_MS);
        let killed_after = events.iter().any(|it| matches!(it, AtRequest::Kill(true)));
        let wrong = events.iter().find_map(|it| match it {
            AtRequest::Fault(number) => Some(fault(*number)),
            AtRequest::Kill(_) | AtRequest::Meanwhile(..) | AtRequest::Nested => None,
        });
        let fault = match wrong {
            _ if killed_after => Some(Fault::ResetAfterWork),
            Some(None) => {
                self.world.count(|it| it.faults += 1);
                return Err(NoReply::Unreachable);
            }
            Some(fault) => fault,
            None => None,
        };
        if let Some(fault) = &fault {
            self.world.count(|it| it.faults += 1);
            self.world.sim.faults().next(fault.clone());
        }
        let target = request.url.strip_prefix("http://spotler");
        let mut asked =
            spotler_sim::Request::new(request.method.name(), target.unwrap_or_default());
        asked.body = request.body.unwrap_or_default();
        let answer = self.world.sim.answer(&asked);
        self.world.sim.faults().clear();
        self.on_the_way(&events, true).await;
        let mut response = as_it_arrives(answer, fault.as_ref())?;
        if let Some((status, body)) = self.world.forged.borrow_mut().next() {
            (response.status, response.body) = (status, body);
        }
        response.retry_after = response.retry_after.map(|it| it + self.world.now());
        if self.world.bug == Some(Bug::GoOnAfterOptOut) {
            without_signals(&mut response);
        }
        Ok(response)
    }

    fn now(&self) -> Timestamp {
        self.world.now()
    }

    fn random(&self) -> [u8; 16] {
        self.world.random()
    }

    fn sign(&self, _base_string: &str) -> Result<String, Refusal> {
        Ok("signature".to_owned())
    }

    fn get(&self, bucket: &str, key: &str) -> Option<Vec<u8>> {
        let key = (bucket.to_owned(), key.to_owned());
        if let Some(written) = self.written.borrow().get(&key) {
            return written.clone();
        }
        let known = self.world.store().kept.memory.get(&key).cloned();
        let change = known.as_ref().map_or(0, |it| it.0);
        self.keys.borrow_mut().entry(key).or_insert(change);
        let value = known.map(|it| it.1);
        match self.world.bug {
            Some(bug @ (Bug::SwitchOnAgain | Bug::NeverDoubt)) if bucket == "links" => {
                value.map(|it| forgetful(&it, bug))
            }
            Some(_) | None => value,
        }
    }

    fn set(&self, bucket: &str, key: &str, value: &[u8]) {
        if self.world.bug == Some(Bug::ForgetAfterBlanking) && bucket == "tombstones" {
            return;
        }
        let key = (bucket.to_owned(), key.to_owned());
        self.written.borrow_mut().insert(key, Some(value.to_vec()));
    }

    fn delete(&self, bucket: &str, key: &str) {
        let key = (bucket.to_owned(), key.to_owned());
        self.written.borrow_mut().insert(key, None);
    }

    fn list_keys(&self, bucket: &str, _cursor: Option<u64>) -> (Vec<String>, Option<u64>) {
        let mut keys: std::collections::BTreeSet<String> = self
            .world
            .store()
            .kept
            .memory
            .keys()
            .filter(|it| it.0 == bucket)
            .map(|it| it.1.clone())
            .collect();
        for ((of, key), value) in self.written.borrow().iter().filter(|it| it.0.0 == bucket) {
            debug_assert_eq!(of, bucket);
            if value.is_some() {
                keys.insert(key.clone());
            } else {
                keys.remove(key);
            }
        }
        (keys.into_iter().collect(), None)
    }

    fn fields(&self) -> Vec<FieldDescription> {
        fields()
    }

    fn read_record(&self, reference: &RecordRef) -> Option<CrmRecord> {
        let record = self.world.store().kept.crm.records.get(reference).cloned();
        let revision = record.as_ref().map_or(0, |it| it.revision);
        let mut records = self.records.borrow_mut();
        records.entry(reference.clone()).or_insert(revision);
        record
    }

    fn list_records(&self, kind: RecordKind, start: Option<&str>, limit: u32) -> RecordPage {
        let page = match kind {
            RecordKind::Contact => self.world.store().kept.crm.page(start, limit),
            RecordKind::Lead | RecordKind::Account => RecordPage {
                records: Vec::new(),
                next: None,
            },
        };
        let mut records = self.records.borrow_mut();
        for record in &page.records {
            records
                .entry(record.reference.clone())
                .or_insert(record.revision);
        }
        page
    }

    fn read_selection(&self, _selection: &str, start: Option<&str>, limit: u32) -> RecordPage {
        self.list_records(RecordKind::Contact, start, limit)
    }

    fn primary_contacts(&self, _relation: &str) -> Vec<RecordRef> {
        Vec::new()
    }

    fn permission_attributes(&self) -> Vec<Permission> {
        self.world.store().kept.crm.attributes.clone()
    }

    fn read_snapshot(&self, _reference: &RecordRef, _run: Option<&str>) -> Option<ContactSnapshot> {
        None
    }

    fn user_has_right(&self, _user: &str, _right: &str) -> bool {
        true
    }
}
