//! Spotler as it would be while a plan is made: what it answers, and over it the
//! writes that the plan holds back. Pure.

use super::contact::{self, Seen};
use super::{Before, Difference, PlannedWrite};
use crate::http::template;
use http::Method;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What a planned write is answered with, or a read after it.
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// What the plan knows of Spotler.
#[derive(Default)]
pub(crate) struct Mirror {
    now: u64,
    /// Contacts as they were read, with the plan's writes; none: not there.
    contacts: BTreeMap<String, Option<Value>>,
    /// The contacts that the plan writes to.
    changed: BTreeSet<String>,
    writes: Vec<PlannedWrite>,
    /// Other things that the plan writes to: the first word of their paths.
    others: BTreeSet<String>,
    unforeseen: BTreeSet<String>,
}

impl Mirror {
    pub(crate) fn new(now: u64) -> Self {
        Self {
            now,
            ..Self::default()
        }
    }

    /// The writes since the last time.
    pub(super) fn take_writes(&mut self) -> Vec<PlannedWrite> {
        std::mem::take(&mut self.writes)
    }

    /// Reads that may be answered otherwise once the plan is carried out.
    pub(super) fn unforeseen(&self) -> Vec<String> {
        self.unforeseen.iter().cloned().collect()
    }

    /// Holds a write back and says what Spotler would most likely say. `path` is
    /// the path below the prefix, `wire` path and query as they would be sent.
    pub(crate) fn write(
        &mut self,
        method: &Method,
        path: &str,
        wire: &str,
        body: Vec<u8>,
    ) -> Answered {
        let sent: Value = serde_json::from_slice(&body).unwrap_or_default();
        let segments = segments(path);
        let words: Vec<&str> = segments.iter().map(String::as_str).collect();
        let (differences, answered) = match (method.as_str(), words.as_slice()) {
            ("POST", ["contact"]) => self.add(&sent),
            ("POST", ["contact", "list"]) => self.add_list(&sent),
            ("PUT", ["contact", "anonymize", id]) => self.blank(id),
            ("PUT", ["contact", id]) => self.change(id, &sent),
            (_, [first, ..]) => {
                self.others.insert((*first).to_owned());
                (named(&sent), likely(method, &words, &sent))
            }
            (_, []) => (named(&sent), nothing()),
        };
        self.writes.push(PlannedWrite {
            method: method.as_str().to_owned(),
            path: wire.to_owned(),
            body,
            differences,
        });
        answered
    }

    /// Puts the plan's writes over what Spotler answered to a read. `query` is
    /// the query as it was sent.
    pub(crate) fn read(&mut self, path: &str, query: &str, answered: Answered) -> Answered {
        let segments = segments(path);
        let words: Vec<&str> = segments.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["contact", "search"] => self.search(query, answered),
            ["contact", "properties", "list"] => answered,
            ["contact", "updates" | "bounces", "list"] => {
                if !self.changed.is_empty() {
                    self.unforeseen.insert(template(&Method::GET, path));
                }
                answered
            }
            ["contact", id] => self.contact(id, answered),
            [first, ..] if self.others.contains(*first) => {
                self.unforeseen.insert(template(&Method::GET, path));
                answered
            }
            _ => answered,
        }
    }

    fn seen(&self, id: &str) -> Seen<'_> {
        match self.contacts.get(id) {
            None => Seen::No,
            Some(None) => Seen::Absent,
            Some(Some(contact)) => Seen::Is(contact),
        }
    }

    fn keep(&mut self, id: &str, contact: Value) {
        self.contacts.insert(id.to_owned(), Some(contact));
        self.changed.insert(id.to_owned());
    }

    fn add(&mut self, sent: &Value) -> (Vec<Difference>, Answered) {
        let contact = sent.get("contact").cloned().unwrap_or_default();
        let Some(id) = contact.get("externalId").and_then(Value::as_str) else {
            return (named(sent), refused("Contact without externalId found"));
        };
        let updates = sent.get("update").and_then(Value::as_bool) == Some(true);
        if let (Seen::Is(_), false) = (self.seen(id), updates) {
            let differences = contact::differences(&self.seen(id), id, &contact);
            return (differences, exists());
        }
        // Whoever is added without having been looked up is taken for new.
        let before = match self.seen(id) {
            Seen::No | Seen::Absent => Seen::Absent,
            seen @ Seen::Is(_) => seen,
        };
        let differences = contact::differences(&before, id, &contact);
        let after = contact::written(value_of(&before), id, &contact, self.now);
        self.keep(id, after);
        (differences, nothing())
    }

    fn add_list(&mut self, sent: &Value) -> (Vec<Difference>, Answered) {
        let contacts = sent.get("contacts").and_then(Value::as_array);
        let (mut differences, mut results) = (Vec::new(), Vec::new());
        for contact in contacts.into_iter().flatten() {
            let Some(id) = contact.get("externalId").and_then(Value::as_str) else {
                return (named(sent), refused("Contact without externalId found"));
            };
            differences.extend(contact::differences(&self.seen(id), id, contact));
            let after = contact::written(value_of(&self.seen(id)), id, contact, self.now);
            self.keep(id, after);
            results.push(json!({ "externalId": id, "code": "OK" }));
        }
        (differences, json_answer(&Value::Array(results)))
    }

    fn change(&mut self, id: &str, sent: &Value) -> (Vec<Difference>, Answered) {
        let contact = sent.get("contact").cloned().unwrap_or_default();
        let differences = contact::differences(&self.seen(id), id, &contact);
        if let Seen::Absent = self.seen(id) {
            return (differences, not_found());
        }
        let after = contact::written(value_of(&self.seen(id)), id, &contact, self.now);
        self.keep(id, after);
        (differences, nothing())
    }

    fn blank(&mut self, id: &str) -> (Vec<Difference>, Answered) {
        let differences = contact::differences_of_blanking(&self.seen(id), id);
        if let Seen::Absent = self.seen(id) {
            return (differences, not_found());
        }
        let after = contact::blanked(value_of(&self.seen(id)), id, self.now);
        self.keep(id, after);
        (differences, nothing())
    }

    /// One contact: as the plan leaves it where it writes to it, else as it is.
    fn contact(&mut self, id: &str, answered: Answered) -> Answered {
        if self.changed.contains(id) {
            return match self.contacts.get(id) {
                Some(Some(contact)) if answered.status == 200 || answered.status == 404 => {
                    json_answer(contact)
                }
                // Somebody who is locked stays locked, whatever is written.
                _ => answered,
            };
        }
        let read = match answered.status {
            200 => serde_json::from_slice(&answered.body).ok(),
            _ => None,
        };
        if read.is_some() || answered.status == 404 {
            self.contacts.insert(id.to_owned(), read);
        }
        answered
    }

    /// The rows of a search, those that the plan writes to as it leaves them,
    /// and those that only the plan gives the address.
    fn search(&mut self, query: &str, answered: Answered) -> Answered {
        if answered.status != 200 {
            return answered;
        }
        let Ok(mut body) = serde_json::from_slice::<Value>(&answered.body) else {
            return answered;
        };
        let changed = self.changed.clone();
        let rows = match &mut body {
            Value::Array(rows) => Some(rows),
            Value::Object(page) => page.get_mut("contacts").and_then(Value::as_array_mut),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        };
        let Some(rows) = rows else { return answered };
        let mut found = BTreeSet::new();
        for row in rows.iter_mut() {
            let Some(id) = row.get("externalId").and_then(Value::as_str) else {
                continue;
            };
            let id = id.to_owned();
            if changed.contains(&id) {
                if let Some(Some(contact)) = self.contacts.get(&id) {
                    *row = contact.clone();
                }
            } else {
                self.contacts.insert(id.clone(), Some(row.clone()));
            }
            found.insert(id);
        }
        let address = searched_address(query);
        for id in changed.iter().filter(|it| !found.contains(*it)) {
            if let Some(Some(contact)) = self.contacts.get(id)
                && address.is_some()
                && address_of(contact) == address
            {
                rows.push(contact.clone());
            }
        }
        json_answer(&body)
    }
}

fn value_of<'a>(seen: &Seen<'a>) -> Option<&'a Value> {
    match seen {
        Seen::Is(contact) => Some(contact),
        Seen::No | Seen::Absent => None,
    }
}

/// What Spotler most likely says to a write that is not about a contact.
fn likely(method: &Method, words: &[&str], sent: &Value) -> Answered {
    match (method.as_str(), words) {
        ("POST" | "PUT", ["audience"] | ["audience", _]) => json_answer(sent),
        ("POST", ["automation", "trigger", _]) => {
            json_answer(&json!({ "result": "OK", "automationResults": [] }))
        }
        _ => nothing(),
    }
}

/// The fields of a body that is not about a contact.
fn named(sent: &Value) -> Vec<Difference> {
    let fields = sent.as_object().into_iter().flatten();
    fields
        .map(|(name, value)| Difference {
            contact: None,
            field: name.clone(),
            before: Before::Unknown,
            after: value.clone(),
        })
        .collect()
}

fn segments(path: &str) -> Vec<String> {
    let decode = |it: &str| percent_decode_str(it).decode_utf8_lossy().into_owned();
    path.split('/')
        .filter(|it| !it.is_empty())
        .map(decode)
        .collect()
}

/// The address that a search asks for, in lower case.
fn searched_address(query: &str) -> Option<String> {
    url::form_urlencoded::parse(query.replace('+', "%2B").as_bytes())
        .find(|(name, _)| name == "MPSearchQuery")
        .and_then(|(_, value)| {
            value
                .strip_prefix("email=")
                .map(|it| it.trim().to_lowercase())
        })
}

fn address_of(contact: &Value) -> Option<String> {
    let email = contact.get("properties")?.get("email")?.as_str()?;
    Some(email.trim().to_lowercase())
}

fn json_answer(body: &Value) -> Answered {
    Answered {
        status: 200,
        body: body.to_string().into_bytes(),
    }
}

fn nothing() -> Answered {
    Answered {
        status: 204,
        body: Vec::new(),
    }
}

fn error(status: u16, error_type: &str, message: &str) -> Answered {
    let body = json!({ "errorType": error_type, "message": message });
    Answered {
        status,
        body: body.to_string().into_bytes(),
    }
}

fn refused(message: &str) -> Answered {
    error(400, "BAD_REQUEST", message)
}

fn exists() -> Answered {
    error(400, "CONTACT_ALREADY_EXISTS", "Contact already exists")
}

fn not_found() -> Answered {
    error(404, "CONTACT_NOT_FOUND", "Contact not found")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(mirror: &mut Mirror, path: &str, query: &str, status: u16, body: &Value) -> Value {
        let body = body.to_string().into_bytes();
        let answered = mirror.read(path, query, Answered { status, body });
        serde_json::from_slice(&answered.body).unwrap_or_default()
    }

    fn body(contact: &Value) -> Vec<u8> {
        json!({ "update": true, "contact": contact })
            .to_string()
            .into_bytes()
    }

    #[test]
    fn a_contact_that_the_plan_adds_is_found_by_id_and_by_address() {
        let mut mirror = Mirror::new(7);
        let absent = json!({ "errorType": "CONTACT_NOT_FOUND" });
        read(&mut mirror, "/contact/contact-1", "", 404, &absent);
        let added = json!({ "externalId": "contact-1", "properties": { "email": "A+b@x.nl" } });
        let told = mirror.write(&Method::POST, "/contact", "/p/contact", body(&added));
        assert_eq!(told.status, 204);
        let seen = read(&mut mirror, "/contact/contact-1", "", 404, &absent);
        assert_eq!(seen["properties"]["email"], "A+b@x.nl");
        let query = "MPSearchQuery=email%3Da%2Bb%40x.nl&after=0";
        let empty = json!({ "paging": {}, "contacts": [] });
        let found = read(&mut mirror, "/contact/search", query, 200, &empty);
        assert_eq!(found["contacts"][0]["externalId"], "contact-1");
    }

    #[test]
    fn adding_somebody_who_was_seen_is_refused_as_spotler_refuses_it() {
        let mut mirror = Mirror::new(7);
        let anna = json!({ "externalId": "c", "properties": {} });
        read(&mut mirror, "/contact/c", "", 200, &anna);
        let sent = json!({ "update": false, "contact": anna })
            .to_string()
            .into_bytes();
        let told = mirror.write(&Method::POST, "/contact", "/contact", sent);
        assert_eq!(told.status, 400);
        assert!(String::from_utf8_lossy(&told.body).contains("CONTACT_ALREADY_EXISTS"));
    }

    #[test]
    fn a_read_that_an_earlier_write_may_change_is_named_as_unforeseen() {
        let mut mirror = Mirror::new(7);
        let sent = br#"{"name":"x"}"#.to_vec();
        mirror.write(&Method::POST, "/templist", "/templist", sent);
        read(&mut mirror, "/templist/9", "", 404, &json!({}));
        assert_eq!(mirror.unforeseen(), ["GET /templist/{id}"]);
    }

    #[test]
    fn somebody_who_is_locked_stays_locked_after_a_planned_write() {
        let mut mirror = Mirror::new(7);
        let sent = json!({ "externalId": "c", "properties": { "firstName": "A" } });
        mirror.write(&Method::PUT, "/contact/c", "/contact/c", body(&sent));
        let locked = json!({ "errorType": "CONTACT_OPTOUT" });
        let told = mirror.read(
            "/contact/c",
            "",
            Answered {
                status: 403,
                body: locked.to_string().into_bytes(),
            },
        );
        assert_eq!(told.status, 403);
    }
}
