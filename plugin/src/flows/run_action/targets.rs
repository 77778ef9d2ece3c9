//! With which records an action is carried out, a page a step.

use serde::{Deserialize, Serialize};

use super::PAGE;
use super::operations::MATCH;
use crate::crm::{CrmRecord, RecordKind, RecordPage, RecordRef};
use crate::manual::ManualAction;
use crate::ports::Ports;

/// Where the next step starts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Position {
    pub(super) kind: usize,
    pub(super) start: Option<String>,
    pub(super) done: u64,
    pub(super) refused: u64,
}

/// The records of a step, and where the next one starts.
pub(super) struct Page {
    pub(super) records: Vec<CrmRecord>,
    pub(super) unknown: Vec<RecordRef>,
    pub(super) read: u64,
    pub(super) here: Position,
    pub(super) next: Option<Position>,
}

/// Named records, a selection, or, for a match that names none, everybody.
pub(super) fn targets<P: Ports>(ports: &P, action: &ManualAction, here: &Position) -> Option<Page> {
    let start = here.start.as_deref();
    let mut unknown = Vec::new();
    let (page, next_kind) = match (&action.selection, action.operation.as_str()) {
        _ if !action.records.is_empty() => {
            let mut records = Vec::new();
            for reference in &action.records {
                match ports.read_record(reference) {
                    Some(record) => records.push(record),
                    None => unknown.push(reference.clone()),
                }
            }
            let page = RecordPage {
                records,
                next: None,
            };
            (page, None)
        }
        (Some(selection), _) => (ports.read_selection(selection, start, PAGE), None),
        (None, MATCH) => {
            let kind = RecordKind::ALL.get(here.kind)?;
            let next_kind = Some(here.kind + 1).filter(|it| *it < RecordKind::ALL.len());
            (ports.list_records(*kind, start, PAGE), next_kind)
        }
        (None, _) => return None,
    };
    let next = match (page.next, next_kind) {
        (Some(start), _) => Some(Position {
            start: Some(start),
            ..here.clone()
        }),
        (None, Some(kind)) => Some(Position {
            kind,
            start: None,
            ..here.clone()
        }),
        (None, None) => None,
    };
    let read = (page.records.len() + unknown.len()) as u64;
    Some(Page {
        records: page.records,
        unknown,
        read,
        here: here.clone(),
        next,
    })
}
