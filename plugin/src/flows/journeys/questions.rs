//! Questions about journeys: answered from what is remembered, without a request.

use crate::connection::QuestionFailed;
use crate::crm::{RecordRef, Timestamp};
use crate::journey::lint::{self, Finding};
use crate::journey::settings::JourneySettings;
use crate::journey::standing::{Shown, Standing};
use crate::journey::{Journey, JourneyKind, Trigger, TriggerRef};
use crate::memory::Memory;
use crate::ports::Ports;

/// A switch of the pop-up (YO-28, C23).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JourneySwitch {
    /// The kind of journey.
    pub kind: JourneyKind,
    /// Its name; empty where it was never listed.
    pub name: String,
    /// The trigger.
    pub trigger: Trigger,
    /// Whether Spotler lets it start.
    pub active: bool,
    /// What is known; none: off.
    pub shown: Option<Shown>,
    /// Since when.
    pub since: Option<Timestamp>,
    /// The code that explains a refusal.
    pub reason: Option<String>,
    /// The participations.
    pub participations: Vec<String>,
}

/// The journeys as they were last listed.
pub fn list_journeys<P: Ports>(ports: &P) -> Result<Vec<Journey>, QuestionFailed> {
    let memory = active(ports)?;
    Ok(memory.catalogue().unwrap_or_default().journeys)
}

/// The settings as they were last saved.
pub fn read_journey_settings<P: Ports>(ports: &P) -> Result<JourneySettings, QuestionFailed> {
    Ok(active(ports)?.journey_settings())
}

/// One switch for each trigger that was listed, and one for each other that
/// something is known of.
pub fn read_switches<P: Ports>(
    ports: &P,
    reference: &RecordRef,
) -> Result<Vec<JourneySwitch>, QuestionFailed> {
    let memory = active(ports)?;
    ports
        .read_record(reference)
        .ok_or(QuestionFailed::NotFound)?;
    let catalogue = memory.catalogue().unwrap_or_default();
    let mut standings = memory.standings(reference);
    let mut switches = Vec::new();
    for journey in &catalogue.journeys {
        for trigger in &journey.triggers {
            let meant = TriggerRef {
                kind: journey.kind,
                code: trigger.code.clone(),
            };
            let standing = standings.0.remove(&meant.key());
            switches.push(switch(
                journey.kind,
                &journey.name,
                trigger.clone(),
                journey.active,
                standing,
            ));
        }
    }
    for (key, standing) in standings.0 {
        let Some(meant) = TriggerRef::from_key(&key) else {
            continue;
        };
        let trigger = Trigger {
            code: meant.code,
            name: String::new(),
        };
        switches.push(switch(meant.kind, "", trigger, true, Some(standing)));
    }
    Ok(switches)
}

fn switch(
    kind: JourneyKind,
    name: &str,
    trigger: Trigger,
    active: bool,
    standing: Option<Standing>,
) -> JourneySwitch {
    JourneySwitch {
        kind,
        name: name.to_owned(),
        trigger,
        active,
        shown: standing.as_ref().map(|it| it.shown),
        since: standing.as_ref().map(|it| it.at),
        reason: standing.as_ref().and_then(|it| it.reason.clone()),
        participations: standing.map(|it| it.participations).unwrap_or_default(),
    }
}

/// Compares a message with the fields that go with a trigger.
pub fn lint_message<P: Ports>(
    ports: &P,
    trigger: &str,
    text: &str,
) -> Result<Vec<Finding>, QuestionFailed> {
    let memory = active(ports)?;
    let catalogue = memory.catalogue().unwrap_or_default();
    let trigger = catalogue.resolve(trigger).ok_or(QuestionFailed::NotFound)?;
    let fields = memory.journey_settings().shown_by(&trigger, &catalogue);
    Ok(lint::lint(text, &fields))
}

fn active<P: Ports>(ports: &P) -> Result<Memory<'_, P>, QuestionFailed> {
    let memory = Memory::new(ports);
    if memory.connection().is_none() {
        return Err(QuestionFailed::NotActive);
    }
    Ok(memory)
}
