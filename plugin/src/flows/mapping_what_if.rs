//! What saving a mapping would do, before it is saved: answered from what is
//! remembered, a page of linked records at a time, without a request (YO-13,
//! YO-17, YO-21).

use crate::address::AddressState;
use crate::codes;
use crate::connection::{Connection, MappingEffect, MappingFault, MappingRow, QuestionFailed};
use crate::consent::Verdict;
use crate::crm::{CrmRecord, Event, FieldDescription, RecordRef};
use crate::decide::{self, Case, Course, Wanted};
use crate::flows::contact_saved::Setup;
use crate::mapping::{self, FaultyRow, RowFault};
use crate::memory::{Link, Memory};
use crate::outcome::Reason;
use crate::ports::Ports;

/// The question.
pub fn what_if_mapping<P: Ports>(
    ports: &P,
    rows: Vec<MappingRow>,
    start: Option<&str>,
) -> Result<MappingEffect, QuestionFailed> {
    let memory = Memory::new(ports);
    let mut setup = Setup::of(&memory).ok_or(QuestionFailed::NotActive)?;
    let start = match start {
        Some(start) => Some(start.parse().map_err(|_| QuestionFailed::NotFound)?),
        None => None,
    };
    let faults = faults(ports, &setup.connection, &rows);
    if !faults.is_empty() {
        return Ok(MappingEffect {
            faults,
            ..MappingEffect::default()
        });
    }
    setup.rows = rows;
    setup.connection.mapping_saved = true;
    let event = Event {
        id: "what-if".to_owned(),
        attempt: 1,
        occurred_at: ports.now(),
        user: None,
        cursor: None,
        restrict_only: false,
    };
    let (linked, next) = memory.linked(start);
    let mut effect = MappingEffect {
        linked: linked.len() as u64,
        next: next.map(|it| it.to_string()),
        ..MappingEffect::default()
    };
    for reference in linked {
        if let Some(requests) = requests_for(ports, &memory, &setup, &event, &reference) {
            effect.requests += requests;
            effect.changing.push(reference);
        }
    }
    Ok(effect)
}

/// How many requests a linked record would take; none if Spotler has all that
/// the mapping gives, or if nothing would be sent for it anyway.
fn requests_for<P: Ports>(
    ports: &P,
    memory: &Memory<'_, P>,
    setup: &Setup,
    event: &Event,
    reference: &RecordRef,
) -> Option<u64> {
    let link = memory.link(reference)?;
    let record = ports.read_record(reference)?;
    if !gives_other_values(&link, &record, setup) {
        return None;
    }
    let wish = memory.wish(reference);
    let case = setup.case(memory, event, &record, Some(link), wish);
    match decide::before_look(&case) {
        Course::Look(wanted) => Some(requests(&case, &wanted)),
        Course::End(_) | Course::SwitchOff(_) | Course::Restrict(_) | Course::Blank(_) => None,
    }
}

fn gives_other_values(link: &Link, record: &CrmRecord, setup: &Setup) -> bool {
    let properties = &setup.connection.properties;
    let values = mapping::values(record, &setup.rows, properties);
    let text = mapping::address_text(record, &setup.rows, properties);
    let address = match AddressState::of(text) {
        AddressState::Present(address) => Some(address.hash(&setup.salt)),
        AddressState::Missing | AddressState::Invalid => None,
    };
    address != link.address || !decide::has_values(link, &setup.salt, &values.fitting)
}

/// A look and a write; a search where the address moves; and where something is
/// switched on, a look before and one after it.
fn requests(case: &Case<'_>, wanted: &Wanted) -> u64 {
    let moves = case.moves_to(&wanted.address_hash);
    let enables = case.connection.permissions.iter().any(|permission| {
        let memory = case.link.as_ref().map(|it| it.bit(permission.bit));
        let memory = memory.unwrap_or_default();
        case.judge(permission.bit, memory, memory.on) == Verdict::Enable
    });
    2 + u64::from(moves) + if enables { 2 } else { 0 }
}

/// What is wrong with a mapping, row by row, with a sentence for each.
pub(crate) fn faults<P: Ports>(
    ports: &P,
    connection: &Connection,
    rows: &[MappingRow],
) -> Vec<MappingFault> {
    let fields = ports.fields();
    let faulty = mapping::check(rows, &fields, &connection.properties);
    faulty
        .into_iter()
        .map(|it| MappingFault {
            reason: reason(&it, rows, &fields, connection),
            kind: it.kind,
            field: it.field,
        })
        .collect()
}

fn reason(
    faulty: &FaultyRow,
    rows: &[MappingRow],
    fields: &[FieldDescription],
    connection: &Connection,
) -> Reason {
    let code = match faulty.fault {
        RowFault::NoSuchField => codes::MAP_NO_FIELD,
        RowFault::NoSuchProperty => codes::MAP_NO_PROPERTY,
        RowFault::TypesDiffer => codes::MAP_TYPES,
        RowFault::MappedTwice => codes::MAP_TWICE,
        RowFault::AddressMissing => codes::MAP_ADDRESS,
    };
    let mut reason = Reason::new(code)
        .with("kind", faulty.kind.word().to_owned())
        .with("field", faulty.field.clone());
    let row = rows
        .iter()
        .find(|it| it.kind == faulty.kind && it.field == faulty.field);
    let field = fields.iter().find(|it| it.name == faulty.field);
    if let Some(field) = field {
        reason = reason.with("field-type", field.field_type.word().to_owned());
    }
    if let Some(name) = row.and_then(|it| it.property.clone()) {
        let property = connection.properties.iter().find(|it| it.name == name);
        if let Some(property) = property {
            reason = reason.with("property-type", property.property_type.clone());
        }
        reason = reason.with("property", name);
    }
    reason
}
