//! The mapping was saved: checked, kept, and all linked records queued to be
//! synced again, page by page; those that do not change cost no request.

use crate::change::CrmChange;
use crate::codes;
use crate::connection::{Activity, Connection, MappingFault, MappingRow};
use crate::crm::Event;
use crate::flows::{mapping_what_if, step};
use crate::memory::Memory;
use crate::outcome::{Actor, Answer, Outcome, Reason, RuleApplied};
use crate::ports::Ports;

/// How many faulty rows a reason names; the rules name all of them.
const MOST_NAMED: usize = 10;

/// The hook.
pub async fn on_mapping_saved<P: Ports>(ports: &P, event: &Event, rows: Vec<MappingRow>) -> Answer {
    let memory = Memory::new(ports);
    let Some(connection) = memory
        .connection()
        .filter(|it| it.activity != Activity::Off)
    else {
        return Answer::of(Outcome::Skipped(Reason::new(codes::NOT_ACTIVE)))
            .because("PV-04", codes::NOT_ACTIVE);
    };
    if let Some(cursor) = &event.cursor {
        return queue_linked(&memory, step::position(cursor));
    }
    let faults = mapping_what_if::faults(ports, &connection, &rows);
    if !faults.is_empty() {
        return refuse(faults);
    }
    memory.keep_mapping(&rows);
    memory.keep_connection(&Connection {
        mapping_saved: true,
        ..connection
    });
    queue_linked(&memory, step::Position::default())
}

/// One page of linked records for each step (YO-21).
fn queue_linked<P: Ports>(memory: &Memory<'_, P>, position: step::Position) -> Answer {
    let (records, next) = memory.linked(position.next);
    let done = position.done + records.len() as u64;
    let answer = match next {
        Some(next) => Answer::of(step::again(step::Position {
            next: Some(next),
            done,
        })),
        None => {
            let reason = Reason::new(codes::MAPPING_KEPT).with("records", done.to_string());
            Answer::of(Outcome::Synced(reason))
        }
    };
    let answer = answer.because("YO-21", codes::QUEUED);
    if records.is_empty() {
        answer
    } else {
        answer.and(CrmChange::SyncAgain(records))
    }
}

/// Names the rows in the reason, and gives a sentence for each among the rules.
fn refuse(faults: Vec<MappingFault>) -> Answer {
    let row = |it: &MappingFault| format!("{} {}: {}", it.kind.word(), it.field, it.reason.code);
    let mut rows: Vec<String> = faults.iter().map(row).collect();
    if rows.len() > MOST_NAMED {
        rows.truncate(MOST_NAMED);
        rows.push("…".to_owned());
    }
    let reason = Reason::new(codes::BAD_MAPPING).with("faults", rows.join("; "));
    let mut answer = Answer::of(Outcome::Rejected(reason, Actor::Administrator));
    answer.why.extend(faults.into_iter().map(|it| RuleApplied {
        rule: "YO-17",
        led_to: it.reason.code,
        about: it.reason.about,
    }));
    answer
}
