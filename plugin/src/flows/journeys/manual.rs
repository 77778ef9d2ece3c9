//! Journeys started and stopped by a person (DA-60..DA-64, YO-12, YO-28,
//! YO-49): for one record, several, or a selection, each with an end of its own.

use crate::codes;
use crate::crm::{CrmRecord, Event, RecordRef};
use crate::flows::journeys::work::SIDE_BY_SIDE;
use crate::flows::journeys::{Course, Page, Verb, Work, rejected, usable_connection};
use crate::journey::TriggerRef;
use crate::journey::field::{self, FieldType, MessageField, Source};
use crate::manual::ManualAction;
use crate::memory::Memory;
use crate::outcome::{Actor, Answer, Outcome, Reason};
use crate::ports::Ports;

/// Starts a journey: parameter `trigger`; `again=yes` although an earlier start is
/// unsure; `assume-started=yes` to say that it did begin; `field.NAME`,
/// `products.NAME`, `url.NAME` for the message.
pub const START_JOURNEY: &str = "start-journey";
/// Stops a journey: parameter `trigger` for all participations, `participation`
/// for one.
pub const STOP_JOURNEY: &str = "stop-journey";
/// Sets the switches of the pop-up (YO-28): parameters `on` and `off`, each a
/// trigger, each as often as wanted.
pub const SET_JOURNEYS: &str = "set-journeys";
/// Lists the journeys anew (AU-03).
pub const REFRESH_JOURNEYS: &str = "refresh-journeys";

/// The operations with journeys.
pub const OPERATIONS: [&str; 4] = [START_JOURNEY, STOP_JOURNEY, SET_JOURNEYS, REFRESH_JOURNEYS];

/// How many journeys one action may name, and how many records (a selection may
/// hold any number).
const MOST_JOURNEYS: usize = 10;
const MOST_RECORDS: usize = 500;

/// What is to be done with each record.
struct Orders {
    verbs: Vec<(Verb, TriggerRef)>,
    fields: Vec<MessageField>,
}

/// Carries the operation out.
pub async fn run<P: Ports>(ports: &P, event: &Event, action: &ManualAction) -> Answer {
    let memory = Memory::new(ports);
    let connection = match usable_connection(&memory) {
        Ok(connection) => connection,
        Err(ended) => return *ended,
    };
    if action.operation == REFRESH_JOURNEYS {
        return super::refresh::run(ports, &connection).await;
    }
    let course = Course::of(ports, &connection, event);
    let orders = match orders(&course, action) {
        Ok(orders) => orders,
        Err(ended) => return *ended,
    };
    let course = course.by_hand(orders.fields);
    let is_bulk = action.selection.is_some() || action.records.len() > 1;
    let work = match course.resumed() {
        Some(work) => work,
        None if action.records.is_empty() && action.selection.is_none() => {
            return rejected(codes::NO_RECORDS, Actor::CrmUser, "DA-62");
        }
        None if action.records.len() > MOST_RECORDS => {
            return rejected(codes::TOO_MANY_RECORDS, Actor::Vendor, "DA-60");
        }
        None => Work::in_pages(is_bulk),
    };
    let size = (SIDE_BY_SIDE / orders.verbs.len().max(1)).max(1);
    let page = |start: &str| {
        let (records, next) = records(ports, action, start, size);
        let item = |record: &RecordRef, (verb, trigger): &(Verb, TriggerRef)| {
            course.item_of(record, verb.clone(), trigger.clone(), &event.id)
        };
        let items = records
            .iter()
            .flat_map(|record| orders.verbs.iter().map(|order| item(record, order)))
            .collect();
        Page { items, next }
    };
    course.step(work, page).await
}

/// A page of the records, and where the next one starts.
fn records<P: Ports>(
    ports: &P,
    action: &ManualAction,
    start: &str,
    size: usize,
) -> (Vec<RecordRef>, Option<String>) {
    if let Some(selection) = action
        .selection
        .as_ref()
        .filter(|_| action.records.is_empty())
    {
        let start = (!start.is_empty()).then_some(start);
        let limit = u32::try_from(size).unwrap_or(1);
        let page = ports.read_selection(selection, start, limit);
        let reference = |it: CrmRecord| it.reference;
        return (page.records.into_iter().map(reference).collect(), page.next);
    }
    let at: usize = start.parse().unwrap_or_default();
    let records: Vec<RecordRef> = action.records.iter().skip(at).take(size).cloned().collect();
    let next = at + records.len();
    let more = next < action.records.len();
    (records, more.then(|| next.to_string()))
}

/// Reads the parameters; the error ends the event before any request (AU-06).
fn orders<P: Ports>(course: &Course<'_, P>, action: &ManualAction) -> Result<Orders, Box<Answer>> {
    let all = |name: &str| -> Vec<&str> {
        let named = action.parameters.iter().filter(|it| it.0 == name);
        named.map(|it| it.1.as_str()).collect()
    };
    let says = |name: &str| all(name).contains(&"yes");
    let start = match (says("assume-started"), says("again")) {
        (true, _) => Verb::Assume,
        (false, true) => Verb::StartAgain,
        (false, false) => Verb::Start,
    };
    let mut wanted: Vec<(Verb, &str)> = Vec::new();
    match action.operation.as_str() {
        START_JOURNEY => wanted.extend(all("trigger").iter().map(|it| (start.clone(), *it))),
        SET_JOURNEYS => {
            wanted.extend(all("off").iter().map(|it| (Verb::Stop, *it)));
            wanted.extend(all("on").iter().map(|it| (start.clone(), *it)));
        }
        _ => wanted.extend(all("trigger").iter().map(|it| (Verb::Stop, *it))),
    }
    let mut verbs = Vec::new();
    for (verb, code) in wanted {
        let trigger = course.catalogue.resolve(code).ok_or_else(missing)?;
        if !verbs.contains(&(verb.clone(), trigger.clone())) {
            verbs.push((verb, trigger));
        }
    }
    if action.operation == STOP_JOURNEY {
        for id in all("participation") {
            // The trigger of a participation is looked up where it is remembered.
            let trigger = TriggerRef {
                kind: crate::journey::JourneyKind::Automation,
                code: id.to_owned(),
            };
            verbs.push((Verb::StopOne(id.to_owned()), trigger));
        }
    }
    if verbs.is_empty() {
        return Err(missing());
    }
    if verbs.len() > MOST_JOURNEYS {
        return Err(Box::new(rejected(
            codes::TOO_MANY_JOURNEYS,
            Actor::Vendor,
            "YO-28",
        )));
    }
    let fields = fields_of(action)?;
    Ok(Orders { verbs, fields })
}

fn missing() -> Box<Answer> {
    Box::new(rejected(codes::TRIGGER_MISSING, Actor::CrmUser, "AU-06"))
}

/// Fields that a person gave with the operation.
fn fields_of(action: &ManualAction) -> Result<Vec<MessageField>, Box<Answer>> {
    let prefixes = [
        ("field.", FieldType::Text),
        ("products.", FieldType::ProductList),
        ("url.", FieldType::Url),
    ];
    let field = |(name, value): &(String, String)| {
        let found = prefixes
            .iter()
            .find_map(|(prefix, of_type)| Some((name.strip_prefix(prefix)?, *of_type)));
        found.map(|(name, field_type)| MessageField {
            name: name.to_owned(),
            field_type,
            source: Source::Fixed(value.clone()),
        })
    };
    let fields: Vec<MessageField> = action.parameters.iter().filter_map(field).collect();
    field::check(&fields).map_err(|fault| {
        let reason = Reason::new(codes::MESSAGE_FIELD_REFUSED)
            .with("journey", String::new())
            .with("field", fault.told());
        let rejected = Outcome::Rejected(reason, Actor::CrmUser);
        Box::new(Answer::of(rejected).because("AU-21", codes::MESSAGE_FIELD_REFUSED))
    })?;
    Ok(fields)
}
