//! What recipients do with a message.

use serde::{Deserialize, Serialize};

use super::contact::{Who, find, opt_out_contact};
use crate::error::UiError;
use crate::state::State;
use crate::world::bounce::Returned;
use crate::world::contact::{PERMISSIONS, Reason};
use crate::world::ledger::Stamp;
use crate::world::mailing::Sending;

/// What a recipient does with the last message of a mailing that was sent to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecipientAction {
    /// The contact.
    pub who: Who,
    /// Id of the mailing, or of a journey's message.
    pub mailing: String,
    /// What it does.
    #[serde(flatten)]
    pub act: RecipientAct,
}

/// What a recipient does with a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum RecipientAct {
    /// Opens it and downloads its images.
    Open,
    /// Follows a link.
    Click {
        /// Number of the link.
        link: u64,
    },
    /// Its mail server sends it back.
    Bounce {
        /// Whether for good.
        hard: bool,
    },
    /// Unsubscribes.
    Unsubscribe {
        /// From one permission; absent: from everything.
        #[serde(default)]
        permission: Option<u32>,
    },
    /// Reports spam.
    Complain,
}

/// Carries an action out.
pub(crate) fn act(state: &mut State, action: &RecipientAction) -> Result<(), UiError> {
    let contact = find(state, &action.who)?.id;
    let stamp = super::stamp(state, &action.act);
    let is_meant = |it: &&mut Sending| it.mailing == action.mailing && it.contact == contact;
    let mut sends = state.world.sends.iter_mut().rev();
    let send = sends.find(is_meant).ok_or(UiError::NoSuch("message"))?;
    match &action.act {
        RecipientAct::Open => send.opens.push(stamp.at_ms),
        RecipientAct::Click { link } => send.clicks.push((stamp.at_ms, *link)),
        RecipientAct::Bounce { hard } => {
            send.bounce = Some((stamp.at_ms, *hard));
            let number = send.id;
            bounce(state, number, &action.mailing, &stamp);
        }
        RecipientAct::Unsubscribe { permission } => {
            send.unsubscribed_ms = Some(stamp.at_ms);
            match permission {
                Some(bit) => state
                    .world
                    .set_bit(contact, PERMISSIONS, (*bit, false), &stamp),
                None => opt_out_contact(state, contact, Reason::OptOut, &stamp),
            }
        }
        RecipientAct::Complain => {
            send.unsubscribed_ms = Some(stamp.at_ms);
            opt_out_contact(state, contact, Reason::Spam, &stamp);
        }
    }
    Ok(())
}

fn bounce(state: &mut State, number: u64, mailing: &str, stamp: &Stamp) {
    let Some(send) = state.world.sends.iter().find(|it| it.id == number) else {
        return;
    };
    let (contact, hard) = (send.contact, send.bounce.is_some_and(|(_, hard)| hard));
    let soft_limit = state.switches.limits.soft_bounces_in_a_row;
    let returned = Returned {
        hard,
        mailing: Some(mailing.to_owned()),
    };
    let not_retained = state.world.bounce(contact, returned, soft_limit, stamp);
    if let Some(send) = state.world.sends.iter_mut().find(|it| it.id == number) {
        send.not_retained = not_retained;
    }
}
