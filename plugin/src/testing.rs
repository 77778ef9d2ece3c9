//! Ports for tests: a memory in a map, a CRM of a few records, and a Spotler
//! that answers from a script and fails on any request that is not in it.

mod scene;

pub(crate) use scene::{LATER, Scene};

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use serde_json::{Value, json};

use crate::connection::{ProfileChoice, Settings};
use crate::contact_snapshot::ContactSnapshot;
use crate::crm::{
    Consent, CrmRecord, Event, Field, FieldDescription, FieldType, FieldValue, MailChoice, Origin,
    Permission, PermissionChoice, RecordKind, RecordPage, RecordRef, RecordState, Timestamp,
};
use crate::flows::settings_saved;
use crate::outcome::{Answer, Outcome};
use crate::ports::{Ports, Refusal};
use crate::spotler::wire::{NoReply, Request, Response};

/// One expected request, by its beginning, and what comes of it.
type Line = (&'static str, Result<Response, NoReply>);

/// The outside of a test.
pub(crate) struct Outside {
    script: RefCell<VecDeque<Line>>,
    sent: RefCell<Vec<(String, Value)>>,
    memory: RefCell<BTreeMap<(String, String), Vec<u8>>>,
    records: RefCell<BTreeMap<RecordRef, CrmRecord>>,
    snapshots: RefCell<BTreeMap<RecordRef, ContactSnapshot>>,
    now: Cell<Timestamp>,
}

/// An answer with a status and a body.
pub(crate) fn answer(status: u16, body: Value) -> Result<Response, NoReply> {
    let body = if body.is_null() {
        Vec::new()
    } else {
        body.to_string().into_bytes()
    };
    Ok(Response {
        status,
        retry_after: None,
        body,
    })
}

/// Runs a future that never waits for anything but the script.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("the flow waits for something that is not in the script"),
    }
}

impl Outside {
    /// An active connection with a mapping that was saved, on a profile.
    pub(crate) fn connected(profile: &str) -> Self {
        let outside = Self {
            script: RefCell::default(),
            sent: RefCell::default(),
            memory: RefCell::default(),
            records: RefCell::default(),
            snapshots: RefCell::default(),
            now: Cell::new(1_800_000_000_000),
        };
        outside.expect("GET /contact/properties/list", answer(200, properties()));
        let settings = Settings {
            active: true,
            key: "key".into(),
            secret_present: true,
            address: "http://spotler".into(),
            profile: ProfileChoice::Named(profile.into()),
        };
        run(settings_saved::on_settings_saved(
            &outside,
            &event("settings", 1),
            &settings,
        ));
        let memory = crate::memory::Memory::new(&outside);
        let mut connection = memory.connection().expect("a connection");
        connection.mapping_saved = true;
        memory.keep_connection(&connection);
        outside.sent.take();
        outside
    }

    /// Adds a line to the script.
    pub(crate) fn expect(&self, request: &'static str, answer: Result<Response, NoReply>) {
        self.script.borrow_mut().push_back((request, answer));
    }

    /// What was sent since the last time, as method and path; fails if the
    /// script has lines left.
    pub(crate) fn sent(&self) -> Vec<(String, Value)> {
        let left: Vec<&str> = self.script.borrow().iter().map(|it| it.0).collect();
        assert!(left.is_empty(), "not asked: {left:?}");
        self.sent.take()
    }

    /// Saves a record and calls the hook, step after step.
    pub(crate) fn save(&self, record: &CrmRecord, attempt: u32) -> Answer {
        let mut event = event("saved", attempt);
        loop {
            let answer = self.call(record, &event);
            match &answer.outcome {
                Outcome::Deferred(deferral) if deferral.cursor.is_some() => {
                    event.attempt = 1;
                    event.cursor.clone_from(&deferral.cursor);
                }
                Outcome::Synced(_)
                | Outcome::Skipped(_)
                | Outcome::Deferred(_)
                | Outcome::Rejected(..) => return answer,
            }
        }
    }

    /// Calls the hook once.
    pub(crate) fn call(&self, record: &CrmRecord, event: &Event) -> Answer {
        self.records
            .borrow_mut()
            .insert(record.reference.clone(), record.clone());
        let hook = crate::flows::contact_saved::on_contact_saved(self, event, record);
        run(hook)
    }

    /// Moves the clock.
    pub(crate) fn advance(&self, ms: Timestamp) {
        self.now.set(self.now.get() + ms);
    }
}

/// An event of this id.
pub(crate) fn event(id: &str, attempt: u32) -> Event {
    Event {
        id: id.into(),
        attempt,
        occurred_at: 1_800_000_000_000,
        user: None,
        cursor: None,
        restrict_only: false,
    }
}

/// The properties of a small account.
fn properties() -> Value {
    json!([
        { "name": "email", "description": "E-mail", "type": "email" },
        { "name": "firstName", "description": "Voornaam", "type": "string" },
        { "name": "postalCode", "description": "Postcode", "type": "postcode" },
        { "name": "permissions", "description": "Permissies", "type": "set", "entries": [
            { "bit": 1, "description": "Nieuwsbrief" }, { "bit": 2, "description": "Onboarding" } ] },
    ])
}

/// Anna, with an opt-in for permission 1.
pub(crate) fn anna() -> CrmRecord {
    let text = |name: &str, value: &str| Field {
        name: name.into(),
        value: Some(FieldValue::Text(value.into())),
    };
    CrmRecord {
        reference: RecordRef {
            kind: RecordKind::Contact,
            id: "7".into(),
        },
        revision: 1,
        state: RecordState::Active,
        gate: true,
        sync_enabled: true,
        mail: MailChoice {
            allowed: true,
            changed_at: 1,
            origin: Origin::Crm,
        },
        permissions: vec![PermissionChoice {
            bit: 1,
            consent: Consent::Given,
            changed_at: 1,
            origin: Origin::Crm,
        }],
        owner: Some("user-1".into()),
        relation: None,
        fields: vec![
            text("mail", "anna@voorbeeld.example"),
            text("voornaam", "Anna"),
        ],
    }
}

/// Anna as Spotler shows her.
pub(crate) fn seen(external_id: &str, on: &[u32], channel: Option<bool>) -> Value {
    let bits: Vec<Value> = [1, 2]
        .iter()
        .map(|bit| json!({ "bit": bit, "enabled": on.contains(bit) }))
        .collect();
    let mut contact = json!({
        "externalId": external_id,
        "lastChanged": 1_700_000_000_000_u64,
        "properties": { "email": "anna@voorbeeld.example", "firstName": "Anna", "permissions": bits },
    });
    if let Some(on) = channel {
        contact["channels"] = json!([{ "name": "EMAIL", "value": on }]);
    }
    contact
}

/// A search with these contacts.
pub(crate) fn found(contacts: &[Value]) -> Result<Response, NoReply> {
    answer(200, json!({ "paging": {}, "contacts": contacts }))
}

impl Ports for Outside {
    async fn send(&self, request: Request) -> Result<Response, NoReply> {
        let path = request
            .url
            .strip_prefix("http://spotler")
            .unwrap_or(&request.url);
        let line = format!("{} {path}", request.method.name());
        let body = request
            .body
            .map_or(Value::Null, |it| serde_json::from_slice(&it).expect("JSON"));
        let expected = self.script.borrow_mut().pop_front();
        let Some((expected, answer)) = expected else {
            panic!("not in the script: {line}")
        };
        assert!(
            line.starts_with(expected),
            "expected {expected}, sent {line}"
        );
        self.sent.borrow_mut().push((line, body));
        answer
    }

    fn now(&self) -> Timestamp {
        self.now.get()
    }

    fn random(&self) -> [u8; 16] {
        [7; 16]
    }

    fn sign(&self, _base_string: &str) -> Result<String, Refusal> {
        Ok("signature".into())
    }

    fn get(&self, bucket: &str, key: &str) -> Option<Vec<u8>> {
        self.memory
            .borrow()
            .get(&(bucket.to_owned(), key.to_owned()))
            .cloned()
    }

    fn set(&self, bucket: &str, key: &str, value: &[u8]) {
        self.memory
            .borrow_mut()
            .insert((bucket.to_owned(), key.to_owned()), value.to_vec());
    }

    fn delete(&self, bucket: &str, key: &str) {
        self.memory
            .borrow_mut()
            .remove(&(bucket.to_owned(), key.to_owned()));
    }

    fn list_keys(&self, bucket: &str, _cursor: Option<u64>) -> (Vec<String>, Option<u64>) {
        let memory = self.memory.borrow();
        (
            memory
                .keys()
                .filter(|it| it.0 == bucket)
                .map(|it| it.1.clone())
                .collect(),
            None,
        )
    }

    fn fields(&self) -> Vec<FieldDescription> {
        let field = |name: &str, meaning: &str| FieldDescription {
            name: name.into(),
            label: name.into(),
            field_type: FieldType::Text,
            kinds: vec![RecordKind::Contact],
            meaning: Some(meaning.into()),
        };
        vec![
            field("mail", "email"),
            field("voornaam", "first-name"),
            field("postcode", "postal-code"),
        ]
    }

    fn read_record(&self, reference: &RecordRef) -> Option<CrmRecord> {
        self.records.borrow().get(reference).cloned()
    }

    fn list_records(&self, kind: RecordKind, _start: Option<&str>, _limit: u32) -> RecordPage {
        let records = self.records.borrow();
        let records = records
            .values()
            .filter(|it| it.reference.kind == kind)
            .cloned()
            .collect();
        RecordPage {
            records,
            next: None,
        }
    }

    fn read_selection(&self, _selection: &str, start: Option<&str>, limit: u32) -> RecordPage {
        self.list_records(RecordKind::Contact, start, limit)
    }

    fn primary_contacts(&self, _relation: &str) -> Vec<RecordRef> {
        Vec::new()
    }

    fn permission_attributes(&self) -> Vec<Permission> {
        Vec::new()
    }

    fn read_snapshot(&self, reference: &RecordRef, _run: Option<&str>) -> Option<ContactSnapshot> {
        self.snapshots.borrow().get(reference).cloned()
    }

    fn user_has_right(&self, _user: &str, _right: &str) -> bool {
        true
    }
}
