//! What a person starts by hand. Each record goes its own way afterwards, as an
//! event of its own with an outcome of its own, so that one failure does not
//! stop the rest.

use serde::{Deserialize, Serialize};

use crate::change::CrmChange;
use crate::codes;
use crate::crm::{Event, RecordKind, RecordRef};
use crate::flows::step;
use crate::manual::ManualAction;
use crate::memory::{Memory, Wish};
use crate::outcome::{Actor, Answer, Outcome, Progress, Reason};
use crate::ports::Ports;

/// Adds contacts to Spotler (YO-10).
const LINK: &str = "link";
/// Syncs contacts once more (DA-80).
const SYNC_CONTACT: &str = "sync-contact";
/// Links what exists on both sides, and adds nothing (YO-15).
const MATCH: &str = "match";

/// Takes up people again who were made active again in Spotler (DA-77..DA-79).
const REACTIVATE: &str = "reactivate";

/// The operations (C11).
pub const OPERATIONS: [&str; 4] = [LINK, SYNC_CONTACT, MATCH, REACTIVATE];

/// How many records one action may name.
const MOST_RECORDS: usize = 500;
/// How many records a step of a match reads.
const PAGE: u32 = 500;

/// The hook.
pub async fn run_action<P: Ports>(ports: &P, event: &Event, action: &ManualAction) -> Answer {
    let memory = Memory::new(ports);
    if memory.connection().is_none() {
        return Answer::of(Outcome::Skipped(Reason::new(codes::NOT_ACTIVE)))
            .because("PV-04", codes::NOT_ACTIVE);
    }
    let wish = match action.operation.as_str() {
        LINK => Some(Wish::Link),
        SYNC_CONTACT => None,
        MATCH if action.records.is_empty() => return match_all(ports, &memory, event),
        MATCH => Some(Wish::Match),
        REACTIVATE => Some(Wish::Reactivate),
        _ => return reject(codes::UNKNOWN_OPERATION, Actor::Vendor),
    };
    if action.records.is_empty() {
        return reject(codes::NO_RECORDS, Actor::CrmUser);
    }
    if action.records.len() > MOST_RECORDS {
        return reject(codes::TOO_MANY_RECORDS, Actor::Vendor);
    }
    match wish {
        Some(Wish::Reactivate) => {
            let locked = |it: &&RecordRef| memory.link(it).is_some_and(|it| it.lock.is_some());
            let records: Vec<&RecordRef> = action.records.iter().filter(locked).collect();
            if records.is_empty() {
                return reject(codes::NOT_LOCKED, Actor::CrmUser);
            }
            keep_wishes(&memory, &records, Wish::Reactivate);
        }
        Some(wish) => keep_wishes(&memory, &unlinked(&memory, &action.records), wish),
        None => {}
    }
    queued(action.records.clone(), action.records.len() as u64)
}

fn keep_wishes<P: Ports>(memory: &Memory<'_, P>, records: &[&RecordRef], wish: Wish) {
    for record in records {
        memory.keep_wish(record, wish);
    }
}

fn unlinked<'a, P: Ports>(memory: &Memory<'_, P>, records: &'a [RecordRef]) -> Vec<&'a RecordRef> {
    records
        .iter()
        .filter(|it| memory.link(it).is_none())
        .collect()
}

/// Where the next step of a match starts.
#[derive(Default, Serialize, Deserialize)]
struct MatchPosition {
    kind: usize,
    start: Option<String>,
    done: u64,
}

fn match_all<P: Ports>(ports: &P, memory: &Memory<'_, P>, event: &Event) -> Answer {
    let position: MatchPosition = event
        .cursor
        .as_deref()
        .map(step::position)
        .unwrap_or_default();
    let Some(kind) = RecordKind::ALL.get(position.kind) else {
        return queued(Vec::new(), position.done);
    };
    let page = ports.list_records(*kind, position.start.as_deref(), PAGE);
    let references: Vec<RecordRef> = page.records.into_iter().map(|it| it.reference).collect();
    let records: Vec<RecordRef> = unlinked(memory, &references).into_iter().cloned().collect();
    for record in &records {
        memory.keep_wish(record, Wish::Match);
    }
    let done = position.done + references.len() as u64;
    let next = match page.next {
        Some(start) => MatchPosition {
            kind: position.kind,
            start: Some(start),
            done,
        },
        None => MatchPosition {
            kind: position.kind + 1,
            start: None,
            done,
        },
    };
    if next.kind == RecordKind::ALL.len() {
        return queued(records, done);
    }
    let outcome = step::deferred(
        &next,
        Progress {
            done,
            total: done,
            unit: "records",
        },
    );
    let answer = Answer::of(outcome).because("YO-15", codes::QUEUED);
    if records.is_empty() {
        answer
    } else {
        answer.and(CrmChange::SyncAgain(records))
    }
}

fn queued(records: Vec<RecordRef>, done: u64) -> Answer {
    let reason = Reason::new(codes::QUEUED).with("records", done.to_string());
    let answer = Answer::of(Outcome::Synced(reason)).because("DA-80", codes::QUEUED);
    if records.is_empty() {
        answer
    } else {
        answer.and(CrmChange::SyncAgain(records))
    }
}

fn reject(code: &'static str, who: Actor) -> Answer {
    Answer::of(Outcome::Rejected(Reason::new(code), who)).because("DA-80", code)
}
