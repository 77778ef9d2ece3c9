//! The screens for mailings: five parts, then Spotler sends.

use serde::{Deserialize, Serialize};

use crate::clock::instant_ms;
use crate::error::UiError;
use crate::state::State;
use crate::world::encrypted_id;
use crate::world::mailing::{Mailing, Medium, Message, Target, TrendReport};

/// What a user does under Mailings; each answers the id of what it is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum MailingAction {
    /// Part 1: makes a mailing of a type, with a message.
    Make {
        /// The name.
        name: String,
        /// The type.
        #[serde(default)]
        medium: Medium,
        /// The message.
        message: Message,
    },
    /// Part 2: chooses to whom, and the permission that a recipient must have.
    ChooseList {
        /// The mailing.
        mailing: String,
        /// To whom.
        target: Target,
        /// The permission.
        #[serde(default)]
        permission: Option<u32>,
    },
    /// Part 3: chooses the trend report.
    ChooseReport {
        /// The mailing.
        mailing: String,
        /// The report's number.
        report: u64,
    },
    /// Part 4: sets the time; absent: now.
    Schedule {
        /// The mailing.
        mailing: String,
        /// ISO 8601 with an offset.
        #[serde(default)]
        at: Option<String>,
    },
    /// Part 5: confirms; refused while a part before is missing.
    Confirm {
        /// The mailing.
        mailing: String,
    },
    /// Makes a trend report.
    AddTrendReport {
        /// The name.
        name: String,
    },
}

/// Carries an action out; answers the id of what it is about.
pub(crate) fn act(state: &mut State, action: &MailingAction) -> Result<String, UiError> {
    let now_ms = state.clock.now_ms();
    match action {
        MailingAction::Make {
            name,
            medium,
            message,
        } => Ok(make(state, name, *medium, message)),
        MailingAction::ChooseList {
            mailing,
            target,
            permission,
        } => {
            let it = draft(state, mailing)?;
            it.target = Some(target.clone());
            it.permission = *permission;
            Ok(mailing.clone())
        }
        MailingAction::ChooseReport { mailing, report } => {
            let known = state.world.trend_reports.iter().any(|it| it.id == *report);
            known.then_some(()).ok_or(UiError::NoSuch("trend report"))?;
            draft(state, mailing)?.report = Some(*report);
            Ok(mailing.clone())
        }
        MailingAction::Schedule { mailing, at } => {
            let at_ms = match at {
                Some(text) => instant_ms(text).ok_or(UiError::NotOffered("that is not a time"))?,
                None => now_ms,
            };
            draft(state, mailing)?.scheduled_ms = Some(at_ms.max(now_ms));
            Ok(mailing.clone())
        }
        MailingAction::Confirm { mailing } => {
            confirm(state, mailing)?;
            crate::deliver::run_due(state, now_ms);
            Ok(mailing.clone())
        }
        MailingAction::AddTrendReport { name } => Ok(add_report(state, name, now_ms)),
    }
}

fn make(state: &mut State, name: &str, medium: Medium, message: &Message) -> String {
    let id = encrypted_id("m", state.world.mailings.len() as u64 + 1);
    state.world.mailings.push(Mailing {
        id: id.clone(),
        name: name.to_owned(),
        sender: "Spotler".to_owned(),
        medium,
        message: Some(message.clone()),
        target: None,
        permission: None,
        report: None,
        scheduled_ms: None,
        confirmed: false,
        sent_ms: None,
    });
    id
}

fn add_report(state: &mut State, name: &str, created_ms: i64) -> String {
    let id = state.world.trend_reports.len() as u64 + 1;
    let name = name.to_owned();
    state.world.trend_reports.push(TrendReport {
        id,
        name,
        enabled: true,
        created_ms,
    });
    id.to_string()
}

fn confirm(state: &mut State, mailing: &str) -> Result<(), UiError> {
    let it = draft(state, mailing)?;
    if it.target.is_none() {
        return Err(UiError::NotOffered("choose a list first"));
    }
    if it.scheduled_ms.is_none() {
        return Err(UiError::NotOffered("choose a time first"));
    }
    it.confirmed = true;
    Ok(())
}

/// A mailing that is not confirmed yet.
fn draft<'a>(state: &'a mut State, id: &str) -> Result<&'a mut Mailing, UiError> {
    let mailing = state.world.mailings.iter_mut().find(|it| it.id == id);
    let mailing = mailing.ok_or(UiError::NoSuch("mailing"))?;
    if mailing.confirmed {
        Err(UiError::NotOffered("the mailing is confirmed"))
    } else {
        Ok(mailing)
    }
}
