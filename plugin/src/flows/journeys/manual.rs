//! Journeys started and stopped by a person (DA-60..DA-64, YO-12, YO-28,
//! YO-49): for one record, several, or a selection, each with an end of its own.

use crate::change::CrmChange;
use crate::codes;
use crate::crm::{Consent, CrmRecord, Event, RecordRef};
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

/// What a bulk change says besides (YO-49): triggers that start, and that stop.
const BULK_START: &str = "start";
const BULK_STOP: &str = "stop";

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

/// A bulk change whose fields and permissions are saved: its journeys follow in
/// steps of their own. Each record is synced before its journey starts, so it is
/// not queued besides.
pub(crate) fn after_bulk_change(action: &ManualAction, answer: Answer) -> Answer {
    let names = |name: &str| action.parameters.iter().any(|it| it.0 == name);
    let mut answer = answer;
    if names(BULK_START) {
        let queues = |it: &CrmChange| matches!(it, CrmChange::SyncAgain(_));
        answer.changes.retain(|it| !queues(it));
    }
    if let Outcome::Synced(reason) = &answer.outcome
        && (names(BULK_START) || names(BULK_STOP))
    {
        answer.outcome = Work::in_pages(true).begin(reason.clone());
    }
    answer
}

/// Whether the journeys of a bulk change have begun.
pub(crate) fn is_under_way(event: &Event) -> bool {
    let work = |cursor: &str| serde_json::from_str::<Work>(cursor).is_ok();
    event.cursor.as_deref().is_some_and(work)
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
    let mut course = course.by_hand(orders.fields);
    course.syncs_all = !OPERATIONS.contains(&action.operation.as_str());
    course.stops_quietly = orders.verbs.iter().any(|it| it.0 == Verb::Start);
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
        let (mut records, next) = records(ports, action, start, size);
        records.retain(|it| said_yes(ports, action, it));
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
        STOP_JOURNEY => wanted.extend(all("trigger").iter().map(|it| (Verb::Stop, *it))),
        _ => {
            wanted.extend(all(BULK_STOP).iter().map(|it| (Verb::Stop, *it)));
            wanted.extend(all(BULK_START).iter().map(|it| (start.clone(), *it)));
        }
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

/// Whether a permission that was to be switched on with it was: whom that was
/// refused for gets no journey either (C22).
fn said_yes<P: Ports>(ports: &P, action: &ManualAction, reference: &RecordRef) -> bool {
    let mut on = action.permissions.iter().filter(|it| it.on).peekable();
    if on.peek().is_none() {
        return true;
    }
    let record = ports.read_record(reference);
    let given = |bit: u32| {
        let choice = record.as_ref().and_then(|it| it.choice(bit));
        choice.is_some_and(|it| it.consent == Consent::Given)
    };
    on.all(|it| given(it.bit))
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
