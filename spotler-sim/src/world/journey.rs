//! Journeys: campaigns (the older kind) and automations (the newer), and who takes part.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::World;
use super::contact::{Contact, Status};
use super::ledger::{Cause, Event, Stamp};
use super::mailing::Posting;

/// A flow of steps that a trigger starts for one contact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Journey {
    /// The id that Spotler gave; a UUID for an automation.
    pub id: String,
    /// The older kind or the newer.
    pub kind: JourneyKind,
    /// The name.
    pub name: String,
    /// Whether triggers start it.
    pub active: bool,
    /// The codes of its external triggers, with their names.
    pub triggers: Vec<Trigger>,
    /// What happens, in order.
    pub steps: Vec<Step>,
    /// How often one contact may take part at the same time; absent: as often as triggered.
    pub participation_limit: Option<usize>,
    /// The permission that a participant must have, for a campaign with a selection.
    pub selection: Option<u32>,
    /// Whether a contact who has been through a campaign may enter again.
    pub repeatable: bool,
}

/// The older kind of journey or the newer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JourneyKind {
    /// The older kind.
    Campaign,
    /// The newer kind.
    Automation,
}

/// An external trigger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// The code, which Spotler makes.
    pub code: String,
    /// The name.
    pub name: String,
}

/// A step of a journey.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// How long after the step before it (or the trigger).
    #[serde(default)]
    pub delay_s: i64,
    /// What happens.
    #[serde(rename = "do")]
    pub action: StepAction,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepAction {
    /// Sends the message with this id, by e-mail or SMS.
    Send {
        /// Id of the message.
        mailing: String,
    },
    /// Assigns a tag.
    AssignTag {
        /// The tag.
        tag: String,
    },
    /// Adds to the score.
    AddScore {
        /// How much.
        points: i64,
    },
    /// Changes a property.
    ChangeProperty {
        /// The property.
        name: String,
        /// The value.
        value: Value,
    },
}

/// One contact's way through a journey.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Participation {
    /// Number, from 1; the campaign subscription id.
    pub id: u64,
    /// The id that triggering an automation answers.
    pub automation_contact_id: String,
    /// Id of the journey.
    pub journey: String,
    /// Code of the trigger that started it.
    pub trigger: String,
    /// Number of the contact.
    pub contact: u64,
    /// The fields that came with the trigger, as text.
    pub fields: BTreeMap<String, String>,
    /// When it started.
    pub started_ms: i64,
    /// The step that is next, from 0.
    pub next_step: usize,
    /// When that step is due.
    pub due_ms: i64,
    /// How it stands.
    pub progress: Progress,
}

/// How a participation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// Steps are to come.
    Running,
    /// All steps are done.
    Finished,
    /// Stopped before the end.
    Stopped,
}

impl World {
    /// The journeys of a kind that a trigger starts.
    pub(crate) fn journeys_of_trigger(&self, kind: JourneyKind, code: &str) -> Vec<Journey> {
        let has = |it: &&Journey| {
            it.kind == kind && it.triggers.iter().any(|trigger| trigger.code == code)
        };
        self.journeys.iter().filter(has).cloned().collect()
    }

    /// The journey with this id.
    pub(crate) fn journey(&self, id: &str) -> Option<&Journey> {
        self.journeys.iter().find(|it| it.id == id)
    }

    /// A contact's participations in a journey.
    pub(crate) fn participations<'a>(
        &'a self,
        journey: &'a str,
        contact: u64,
    ) -> impl Iterator<Item = &'a Participation> {
        self.participations
            .iter()
            .filter(move |it| it.journey == journey && it.contact == contact)
    }

    /// Lets a contact enter a journey.
    pub(crate) fn enter(
        &mut self,
        journey: &Journey,
        entry: (&str, u64, BTreeMap<String, String>),
        stamp: &Stamp,
    ) -> Participation {
        let (trigger, contact, fields) = entry;
        let id = self.participations.len() as u64 + 1;
        let participation = Participation {
            id,
            automation_contact_id: super::encrypted_id("ac", id),
            journey: journey.id.clone(),
            trigger: trigger.to_owned(),
            contact,
            fields,
            started_ms: stamp.at_ms,
            next_step: 0,
            due_ms: stamp.at_ms + journey.steps.first().map_or(0, |it| it.delay_s * 1000),
            progress: if journey.steps.is_empty() {
                Progress::Finished
            } else {
                Progress::Running
            },
        };
        self.participations.push(participation.clone());
        let label = participation.automation_contact_id.clone();
        self.note(
            contact,
            Event::JourneyStarted {
                participation: label,
            },
            stamp,
        );
        participation
    }

    /// Stops the running participations that are meant; answers how many there were.
    pub(crate) fn stop(
        &mut self,
        is_meant: impl Fn(&Participation) -> bool,
        stamp: &Stamp,
    ) -> usize {
        let running = |it: &&mut Participation| it.progress == Progress::Running && is_meant(it);
        let mut stopped = Vec::new();
        for participation in self.participations.iter_mut().filter(running) {
            participation.progress = Progress::Stopped;
            stopped.push((
                participation.contact,
                participation.automation_contact_id.clone(),
            ));
        }
        let count = stopped.len();
        for (contact, participation) in stopped {
            self.note(contact, Event::JourneyStopped { participation }, stamp);
        }
        count
    }

    /// When the next step of any journey is due.
    pub(crate) fn next_step_ms(&self) -> Option<i64> {
        let running = self
            .participations
            .iter()
            .filter(|it| it.progress == Progress::Running);
        running.map(|it| it.due_ms).min()
    }

    /// Runs the steps that are due at a time.
    pub(crate) fn run_steps(&mut self, at_ms: i64) {
        let is_due = |it: &&Participation| it.progress == Progress::Running && it.due_ms <= at_ms;
        let due: Vec<Participation> = self.participations.iter().filter(is_due).cloned().collect();
        for participation in due {
            let Some(journey) = self.journey(&participation.journey).cloned() else {
                continue;
            };
            if let Some(step) = journey.steps.get(participation.next_step) {
                let what = format!("step {} of `{}`", participation.next_step + 1, journey.name);
                let stamp = Stamp {
                    at_ms: participation.due_ms,
                    cause: Cause::Spotler { what },
                };
                self.run_step(&participation, step, &stamp);
            }
            let next = participation.next_step + 1;
            if let Some(it) = self
                .participations
                .iter_mut()
                .find(|it| it.id == participation.id)
            {
                it.next_step = next;
                match journey.steps.get(next) {
                    Some(step) => it.due_ms += step.delay_s * 1000,
                    None => it.progress = Progress::Finished,
                }
            }
        }
    }

    fn run_step(&mut self, participation: &Participation, step: &Step, stamp: &Stamp) {
        let id = participation.contact;
        let Some(contact) = self
            .contacts
            .get(id)
            .filter(|it| it.status != Status::Blank)
            .cloned()
        else {
            return;
        };
        match &step.action {
            StepAction::Send { mailing } => self.send_step(&contact, participation, mailing, stamp),
            StepAction::AssignTag { tag } => {
                self.contacts.change(id, |it| it.tags.insert(tag.clone()));
            }
            StepAction::AddScore { points } => {
                self.contacts.change(id, |it| it.score += points);
            }
            StepAction::ChangeProperty { name, value } => {
                let value = Some(value.clone()).filter(|it| !it.is_null());
                self.set_field(id, name, value, stamp);
            }
        }
    }

    fn send_step(
        &mut self,
        contact: &Contact,
        participation: &Participation,
        mailing: &str,
        stamp: &Stamp,
    ) {
        let Some(mailing) = self.journey_mailing(mailing).cloned() else {
            return;
        };
        if !contact.can_get(mailing.medium) {
            return;
        }
        let posting = Posting {
            mailing: &mailing.id,
            contact: contact.id,
            participation: Some(participation.id),
            message: &mailing.message,
            fields: &participation.fields,
        };
        self.send(&posting, stamp);
    }
}
