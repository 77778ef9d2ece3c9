//! A sale reached a stage: the automatic actions that are bound to it
//! (YO-37..YO-42, YO-51, C22).

use std::collections::BTreeSet;

use crate::change::CrmChange;
use crate::codes;
use crate::connection::Connection;
use crate::crm::{Consent, CrmRecord, Event, Field, FieldValue, Origin, RecordRef, RecordState};
use crate::flows::journeys::{Course, Item, Page, Verb, Work, rejected, usable_connection};
use crate::memory::{Memory, Wish};
use crate::outcome::{Actor, Answer, Outcome, Reason};
use crate::ports::Ports;

/// The one type of action that concerns us (YO-38).
const CHANGE_CONTACT: &str = "change-contact";
/// The one target that concerns us (YO-39).
const SPOTLER: &str = "spotler";

/// An automatic action, as an administrator set it up.
#[derive(Clone, Debug, PartialEq)]
pub struct AutomaticAction {
    /// The CRM's id of it.
    pub id: String,
    /// What it does.
    pub action_type: String,
    /// Which system it is for.
    pub target_system: String,
    /// Its name.
    pub name: String,
    /// A note that it writes to the contact.
    pub note: Option<String>,
    /// The state that it gives the contact.
    pub state: Option<RecordState>,
    /// The permissions that it switches on.
    pub permissions: Vec<u32>,
    /// The trigger codes of the journeys that it starts.
    pub starts: Vec<String>,
    /// The trigger codes of the journeys that it stops.
    pub stops: Vec<String>,
}

/// A sale reached a stage.
#[derive(Clone, Debug, PartialEq)]
pub struct StageChanged {
    /// The sale.
    pub sale: String,
    /// The sales scheme.
    pub scheme: String,
    /// The stage that it left.
    pub before: Option<String>,
    /// The stage that it reached.
    pub after: String,
    /// The contact of the sale.
    pub target: Option<RecordRef>,
    /// The actions that are bound to the stage.
    pub actions: Vec<AutomaticAction>,
}

/// The hook. What the actions change in the CRM is committed first; journeys
/// follow in steps of their own, after the record was synced with it.
pub async fn on_stage_changed<P: Ports>(ports: &P, event: &Event, input: &StageChanged) -> Answer {
    let memory = Memory::new(ports);
    let Some(connection) = memory.connection_switched_on() else {
        return skip(codes::NOT_ACTIVE, "PV-04");
    };
    let course = Course::of(ports, &connection, event);
    if let Some(work) = course.resumed() {
        return match usable_connection(&memory) {
            Ok(_) => course.step(work, |_| Page::default()).await,
            Err(ended) => *ended,
        };
    }
    if input.before.as_deref() == Some(input.after.as_str()) {
        return skip(codes::NOTHING_CHANGED, "YO-37");
    }
    let ours: Vec<&AutomaticAction> = input
        .actions
        .iter()
        .filter(|it| it.action_type == CHANGE_CONTACT && it.target_system == SPOTLER)
        .collect();
    if ours.is_empty() {
        return skip(codes::NO_ACTION_FOR_US, "YO-39");
    }
    let record = input.target.as_ref().and_then(|it| ports.read_record(it));
    let Some(record) = record else {
        return skip(codes::NO_CONTACT, "YO-37");
    };
    if let Some(refused) = without_consent(&connection, &record, &ours) {
        return refused;
    }
    let Some(journeys) = journeys_of(&course, event, &record.reference, &ours) else {
        return rejected(codes::TRIGGER_MISSING, Actor::Administrator, "AU-06");
    };
    if memory.link(&record.reference).is_none() {
        memory.keep_wish(&record.reference, Wish::Link);
    }
    let is_locked = memory
        .link(&record.reference)
        .is_some_and(|it| it.lock.is_some());
    let person = Person {
        record: &record,
        opted_out: is_locked || !record.mail.allowed,
    };
    let changes = ours
        .iter()
        .flat_map(|action| changes_of(&connection, event, &person, action));
    let refused = refused(&connection, &person, &ours);
    let done = if refused.is_empty() {
        codes::ACTION_DONE
    } else {
        codes::ACTION_DONE_IN_PART
    };
    let mut reason = Reason::new(done).with("actions", ours.len().to_string());
    if !refused.is_empty() {
        let bits: Vec<String> = refused.iter().map(u32::to_string).collect();
        reason = reason.with("bits", bits.join(", "));
    }
    let outcome = if journeys.is_empty() {
        Outcome::Synced(reason)
    } else {
        Work::of(journeys).begin(reason)
    };
    let rule = if refused.is_empty() { "YO-37" } else { "YO-41" };
    let mut answer = Answer::of(outcome).because(rule, done);
    answer.changes.extend(changes);
    answer.and(CrmChange::SyncAgain(vec![record.reference]))
}

/// The journeys that the actions stop and start, stops first (AU-10); none where a
/// trigger code is missing.
fn journeys_of<P: Ports>(
    course: &Course<'_, P>,
    event: &Event,
    record: &RecordRef,
    actions: &[&AutomaticAction],
) -> Option<Vec<Item>> {
    let item = |verb: Verb| move |code: &String| course.item(record, verb.clone(), code, &event.id);
    let stops = actions.iter().flat_map(|it| &it.stops);
    let starts = actions.iter().flat_map(|it| &it.starts);
    stops
        .map(item(Verb::Stop))
        .chain(starts.map(item(Verb::Start)))
        .collect()
}

/// A permission that the person never said yes to, where the profile does not
/// count the action as an opt-in (C22).
fn without_consent(
    connection: &Connection,
    record: &CrmRecord,
    actions: &[&AutomaticAction],
) -> Option<Answer> {
    if connection.profile.actions_are_opt_ins {
        return None;
    }
    let given = |bit: &u32| {
        record
            .choice(*bit)
            .is_some_and(|it| it.consent == Consent::Given)
    };
    let missing = actions
        .iter()
        .flat_map(|it| &it.permissions)
        .find(|bit| !given(bit))?;
    let reason = Reason::new(codes::NO_CONSENT).with("bit", missing.to_string());
    Some(Answer::of(Outcome::Rejected(reason, Actor::CrmUser)).because("C22", codes::NO_CONSENT))
}

/// The person whom the actions are about.
struct Person<'a> {
    record: &'a CrmRecord,
    /// In the CRM, or inactive in Spotler: no permission is switched on.
    opted_out: bool,
}

impl Person<'_> {
    /// Whether an action may not record an opt-in for a permission: an opt-out wins,
    /// whoever recorded it (YO-41).
    fn refuses(&self, bit: u32) -> bool {
        let held = self.record.choice(bit).map(|it| it.consent);
        self.opted_out || held == Some(Consent::Withdrawn)
    }

    fn gave(&self, bit: u32) -> bool {
        let held = self.record.choice(bit).map(|it| it.consent);
        held == Some(Consent::Given)
    }
}

/// The permissions that actions were to switch on, against the person's word.
fn refused(
    connection: &Connection,
    person: &Person<'_>,
    actions: &[&AutomaticAction],
) -> BTreeSet<u32> {
    if !connection.profile.actions_are_opt_ins {
        return BTreeSet::new();
    }
    let wanted = actions.iter().flat_map(|it| &it.permissions).copied();
    wanted.filter(|bit| person.refuses(*bit)).collect()
}

fn changes_of(
    connection: &Connection,
    event: &Event,
    person: &Person<'_>,
    action: &AutomaticAction,
) -> Vec<CrmChange> {
    let record = person.record;
    let target = || record.reference.clone();
    let mut changes = Vec::new();
    if let Some(note) = &action.note {
        let value = Some(FieldValue::Text(note.clone()));
        let fields = vec![Field {
            name: "note".to_owned(),
            value,
        }];
        changes.push(CrmChange::Fields {
            target: target(),
            fields,
        });
    }
    if let Some(state) = action.state {
        changes.push(CrmChange::State {
            target: target(),
            state,
        });
    }
    let may_opt_in = action.state != Some(RecordState::Inactive);
    if may_opt_in && connection.profile.actions_are_opt_ins {
        let missing = |bit: &&u32| !person.gave(**bit) && !person.refuses(**bit);
        changes.extend(action.permissions.iter().filter(missing).map(|bit| {
            CrmChange::Permission {
                target: target(),
                bit: *bit,
                consent: Consent::Given,
                origin: Origin::Crm,
                evidence: "automatic-action",
                at: event.occurred_at,
            }
        }));
    }
    changes
}

fn skip(code: &'static str, rule: &'static str) -> Answer {
    Answer::of(Outcome::Skipped(Reason::new(code))).because(rule, code)
}
