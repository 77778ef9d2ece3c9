//! The mapping was saved: checked, kept, and all linked records queued to be
//! synced again, page by page; those that do not change cost no request.

use crate::change::CrmChange;
use crate::codes;
use crate::connection::{Activity, Connection, MappingRow};
use crate::crm::Event;
use crate::flows::step;
use crate::mapping::{self, FaultyRow, RowFault};
use crate::memory::Memory;
use crate::outcome::{Actor, Answer, Outcome, Reason};
use crate::ports::Ports;

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
    let faults = mapping::check(&rows, &ports.fields(), &connection.properties);
    if !faults.is_empty() {
        let reason = Reason::new(codes::BAD_MAPPING).with("faults", describe(&faults));
        return Answer::of(Outcome::Rejected(reason, Actor::Administrator))
            .because("YO-17", codes::BAD_MAPPING);
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

fn describe(faults: &[FaultyRow]) -> String {
    let fault = |it: &FaultyRow| {
        let what = match it.fault {
            RowFault::NoSuchField => "no-such-field",
            RowFault::NoSuchProperty => "no-such-property",
            RowFault::TypesDiffer => "types-differ",
            RowFault::MappedTwice => "mapped-twice",
            RowFault::AddressMissing => "address-must-stay-mapped",
        };
        format!("{} {}: {what}", it.kind.word(), it.field)
    };
    faults.iter().map(fault).collect::<Vec<_>>().join("; ")
}
