//! The screens for campaigns and automations.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::error::UiError;
use crate::state::State;
use crate::world::encrypted_id;
use crate::world::journey::{Journey, JourneyKind, Step, StepAction, Trigger};
use crate::world::mailing::{JourneyMailing, Medium, Message};

/// What a user does under Campaigns or Automations; each answers an id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum JourneyAction {
    /// Makes a journey; answers its id.
    Make(JourneyDraft),
    /// Adds an external trigger; answers its code, which Spotler makes.
    AddTrigger {
        /// The journey.
        journey: String,
        /// The name.
        name: String,
    },
    /// Lets the trigger of another journey start this one too; answers its code.
    ShareTrigger {
        /// The journey.
        journey: String,
        /// The code.
        code: String,
    },
    /// Switches a journey on or off; answers its id.
    Activate {
        /// The journey.
        journey: String,
        /// On or off.
        active: bool,
    },
}

/// A journey as a user makes it: active, with one external trigger of its own name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JourneyDraft {
    /// The older kind or the newer.
    pub kind: JourneyKind,
    /// The name.
    pub name: String,
    /// What happens, in order.
    #[serde(default)]
    pub steps: Vec<StepDraft>,
    /// How often one contact may take part at the same time.
    #[serde(default)]
    pub participation_limit: Option<usize>,
    /// The permission that a participant must have.
    #[serde(default)]
    pub selection: Option<u32>,
    /// Whether a contact who has been through a campaign may enter again.
    #[serde(default)]
    pub repeatable: bool,
}

impl JourneyDraft {
    /// An automation without steps.
    pub fn automation(name: &str) -> JourneyDraft {
        JourneyDraft {
            kind: JourneyKind::Automation,
            name: name.to_owned(),
            steps: Vec::new(),
            participation_limit: None,
            selection: None,
            repeatable: false,
        }
    }

    /// A campaign without steps.
    pub fn campaign(name: &str) -> JourneyDraft {
        JourneyDraft {
            kind: JourneyKind::Campaign,
            ..JourneyDraft::automation(name)
        }
    }

    /// The same with one more step.
    #[must_use]
    pub fn then(mut self, delay_s: i64, action: StepDo) -> JourneyDraft {
        self.steps.push(StepDraft { delay_s, action });
        self
    }
}

/// A step as a user makes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepDraft {
    /// How long after the step before it (or the trigger).
    #[serde(default)]
    pub delay_s: i64,
    /// What happens.
    #[serde(rename = "do")]
    pub action: StepDo,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepDo {
    /// Sends an e-mail.
    SendEmail(Message),
    /// Sends a text message.
    SendSms(Message),
    /// Assigns a tag.
    AssignTag(String),
    /// Adds to the score.
    AddScore(i64),
    /// Changes a property: its name and value.
    ChangeProperty(String, Value),
}

/// Carries an action out; answers an id or a code.
pub(crate) fn act(state: &mut State, action: &JourneyAction) -> Result<String, UiError> {
    match action {
        JourneyAction::Make(draft) => Ok(make(state, draft)),
        JourneyAction::AddTrigger { journey, name } => {
            let code = trigger_code(state, journey, name)?;
            let trigger = Trigger {
                code: code.clone(),
                name: name.clone(),
            };
            find(state, journey)?.triggers.push(trigger);
            Ok(code)
        }
        JourneyAction::ShareTrigger { journey, code } => {
            let mut triggers = state.world.journeys.iter().flat_map(|it| &it.triggers);
            let trigger = triggers.find(|it| it.code == *code).cloned();
            let trigger = trigger.ok_or(UiError::NoSuch("trigger"))?;
            find(state, journey)?.triggers.push(trigger);
            Ok(code.clone())
        }
        JourneyAction::Activate { journey, active } => {
            find(state, journey)?.active = *active;
            Ok(journey.clone())
        }
    }
}

/// Makes a journey with a trigger of its own name; answers its id.
pub(crate) fn make(state: &mut State, draft: &JourneyDraft) -> String {
    let number = state.world.journeys.len() as u64 + 1;
    let id = match draft.kind {
        JourneyKind::Campaign => encrypted_id("ca", number),
        JourneyKind::Automation => uuid(&format!("automation {number}")),
    };
    let steps = draft.steps.iter().map(|it| step(state, &id, it)).collect();
    state.world.journeys.push(Journey {
        id: id.clone(),
        kind: draft.kind,
        name: draft.name.clone(),
        active: true,
        triggers: Vec::new(),
        steps,
        participation_limit: draft.participation_limit,
        selection: draft.selection,
        repeatable: draft.repeatable,
    });
    let code = trigger_code(state, &id, &draft.name).unwrap_or_default();
    if let Ok(journey) = find(state, &id) {
        journey.triggers.push(Trigger {
            code,
            name: draft.name.clone(),
        });
    }
    id
}

fn step(state: &mut State, journey: &str, draft: &StepDraft) -> Step {
    let action = match &draft.action {
        StepDo::SendEmail(message) => send(state, journey, Medium::Email, message),
        StepDo::SendSms(message) => {
            let message = Message {
                subject: None,
                from_email: None,
                links: Vec::new(),
                ..message.clone()
            };
            send(state, journey, Medium::Sms, &message)
        }
        StepDo::AssignTag(tag) => StepAction::AssignTag { tag: tag.clone() },
        StepDo::AddScore(points) => StepAction::AddScore { points: *points },
        StepDo::ChangeProperty(name, value) => StepAction::ChangeProperty {
            name: name.clone(),
            value: value.clone(),
        },
    };
    Step {
        delay_s: draft.delay_s,
        action,
    }
}

fn send(state: &mut State, journey: &str, medium: Medium, message: &Message) -> StepAction {
    let mailing = encrypted_id("cm", state.world.journey_mailings.len() as u64 + 1);
    state.world.journey_mailings.push(JourneyMailing {
        id: mailing.clone(),
        journey: journey.to_owned(),
        name: message.name.clone(),
        medium,
        message: message.clone(),
    });
    StepAction::Send { mailing }
}

/// A code of its own for each trigger: a UUID for an automation.
fn trigger_code(state: &mut State, journey: &str, name: &str) -> Result<String, UiError> {
    let triggers: usize = state
        .world
        .journeys
        .iter()
        .map(|it| it.triggers.len())
        .sum();
    let kind = find(state, journey)?.kind;
    Ok(match kind {
        JourneyKind::Campaign => encrypted_id("t", triggers as u64 + 1),
        JourneyKind::Automation => uuid(&format!("trigger {triggers} {name}")),
    })
}

fn find<'a>(state: &'a mut State, journey: &str) -> Result<&'a mut Journey, UiError> {
    state
        .world
        .journeys
        .iter_mut()
        .find(|it| it.id == journey)
        .ok_or(UiError::NoSuch("journey"))
}

/// The same in every run.
fn uuid(name: &str) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()).to_string()
}
