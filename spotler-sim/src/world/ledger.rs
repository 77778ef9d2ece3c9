//! The ledger: what happened to contacts, in order, and through whom.

use serde::{Deserialize, Serialize};

use super::contact::Status;

/// One entry of the ledger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// Place in the ledger, from 1.
    pub number: u64,
    /// When, on the virtual clock.
    pub at_ms: i64,
    /// The contact's number within the simulator.
    pub contact: u64,
    /// Its external id at that moment.
    pub external_id: Option<String>,
    /// Its e-mail address at that moment, in lower case.
    pub email: Option<String>,
    /// What happened.
    pub event: Event,
    /// Through whom.
    pub cause: Cause,
}

/// What happened to a contact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The record was made.
    Created,
    /// The status changed.
    StatusChanged {
        /// The status before.
        from: Status,
        /// The status now.
        to: Status,
    },
    /// A permission was switched on.
    PermissionEnabled {
        /// Which one.
        bit: u32,
    },
    /// A permission was switched off.
    PermissionDisabled {
        /// Which one.
        bit: u32,
    },
    /// The external id changed.
    ExternalIdChanged {
        /// The id before.
        from: Option<String>,
    },
    /// The e-mail address changed; the entry carries the new one.
    EmailChanged {
        /// The address before, in lower case.
        from: Option<String>,
    },
    /// All properties were emptied.
    Blanked,
    /// An answer of the API showed that the contact is inactive.
    SignalShown {
        /// In which way.
        signal: Signal,
        /// Whether the answer was sent in full; faults may keep it.
        delivered: bool,
    },
    /// The contact was put on a static list or into an audience.
    AddedToList {
        /// The list's external id.
        list: String,
    },
    /// The contact was taken off.
    RemovedFromList {
        /// The list's external id.
        list: String,
    },
    /// The contact entered a campaign or automation.
    JourneyStarted {
        /// The participation.
        participation: String,
    },
    /// The contact left it before its end.
    JourneyStopped {
        /// The participation.
        participation: String,
    },
    /// A message was sent to the contact.
    Mailed {
        /// The mailing's id.
        mailing: String,
    },
    /// A message bounced.
    Bounced {
        /// Whether for good.
        hard: bool,
    },
}

/// In which way an answer showed that a contact is inactive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// `channels` said that EMAIL is off.
    ChannelOff,
    /// A write was refused with `CONTACT_OPTOUT`.
    OptOutRefusal,
    /// A write was refused with `NO_ACTIVE_CHANNEL`.
    NoActiveChannelRefusal,
    /// The permissions were shown as off because of an opt-out.
    PermissionsOff,
    /// The contact was in the list of bounces while inactive.
    BounceEntry,
    /// Reading answered 404, or a search left the contact out, although the record exists.
    Hidden,
}

impl Signal {
    /// Whether the signal by itself tells a careful reader that the person is inactive.
    pub fn is_plain(self) -> bool {
        match self {
            Signal::ChannelOff | Signal::OptOutRefusal | Signal::NoActiveChannelRefusal => true,
            Signal::PermissionsOff | Signal::BounceEntry | Signal::Hidden => false,
        }
    }
}

/// Through whom something happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A request to the API.
    Api {
        /// The request's number in the log.
        request: u64,
        /// Method and path pattern.
        operation: String,
    },
    /// A user in Spotler's screens, or the recipient.
    Ui {
        /// What was done.
        action: String,
    },
    /// Spotler itself: a mailing that was due, a step of a journey.
    Spotler {
        /// What ran.
        what: String,
    },
    /// It was there from the start.
    Start,
}

/// When something happens, and through whom.
#[derive(Clone, Debug)]
pub(crate) struct Stamp {
    pub(crate) at_ms: i64,
    pub(crate) cause: Cause,
}

impl Stamp {
    pub(crate) fn is_api(&self) -> bool {
        matches!(self.cause, Cause::Api { .. })
    }
}
