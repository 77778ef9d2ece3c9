//! One contact as Spotler keeps it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::mailing::Medium;

/// One contact as Spotler keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    /// Number within the simulator, from 1 in order of creation.
    pub id: u64,
    /// The id that Spotler gave.
    pub encrypted_id: String,
    /// The id that the connected system gave.
    pub external_id: Option<String>,
    /// When the record was made.
    pub created_ms: i64,
    /// When anything of it last changed.
    pub changed_ms: i64,
    /// Whether the contact is in the test group.
    pub test_group: bool,
    /// Whether the contact is a temporary one.
    pub temporary: bool,
    /// Properties by name, set properties excepted; an absent one is empty.
    pub fields: BTreeMap<String, Value>,
    /// Enabled bits of each set property.
    pub sets: BTreeMap<String, BTreeSet<u32>>,
    /// Whether the contact can be mailed, and if not, why.
    pub status: Status,
    /// Soft bounces since the last delivery.
    pub soft_bounces_in_a_row: u32,
    /// Tags that automations assigned.
    pub tags: BTreeSet<String>,
    /// Score that automations gave.
    pub score: i64,
    /// When each kind of change last happened.
    pub changes: BTreeMap<ChangeKind, i64>,
}

impl Contact {
    /// The e-mail address, if there is one.
    pub fn email(&self) -> Option<&str> {
        self.text("email")
    }

    /// A text property.
    pub fn text(&self, property: &str) -> Option<&str> {
        self.fields.get(property).and_then(Value::as_str)
    }

    /// Whether the permission with this bit is enabled.
    pub fn permission(&self, bit: u32) -> bool {
        self.sets
            .get(PERMISSIONS)
            .is_some_and(|bits| bits.contains(&bit))
    }

    /// The bits of the permissions that are enabled.
    pub fn permissions(&self) -> Vec<u32> {
        self.sets
            .get(PERMISSIONS)
            .into_iter()
            .flatten()
            .copied()
            .collect()
    }

    /// Whether the status is active.
    pub fn is_active(&self) -> bool {
        self.status == Status::Active
    }

    /// Whether a message of this kind may reach the contact.
    pub fn can_get(&self, medium: Medium) -> bool {
        match medium {
            Medium::Email => self.can_be_mailed(),
            Medium::Sms => self.is_active() && self.fields.contains_key("mobileNumber"),
        }
    }

    /// Whether a mailing may reach the contact: active, with an address.
    pub fn can_be_mailed(&self) -> bool {
        self.is_active() && self.email().is_some()
    }
}

/// Name of the set property that holds the permissions.
pub const PERMISSIONS: &str = "permissions";

/// Whether a contact can be mailed, and if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Can be mailed.
    Active,
    /// Cannot be mailed.
    Inactive(Reason),
    /// Anonymised: the record exists, all its properties are empty.
    Blank,
}

impl Status {
    /// The e-mail status as Spotler's contact list words it.
    pub fn label(self) -> &'static str {
        match self {
            Status::Active => "Active: dynamic",
            Status::Inactive(Reason::OptOut) => "Inactive: opt-out",
            Status::Inactive(Reason::SoftBounce) => "Inactive: Soft Bounce",
            Status::Inactive(Reason::HardBounce) => "Inactive: Hard Bounce",
            Status::Inactive(Reason::Spam) => "Inactive: spam complaint",
            Status::Inactive(Reason::Manual) => "Inactive: by hand",
            Status::Blank => "Blank",
        }
    }
}

/// Why a contact is inactive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The person opted out of everything, or was opted out by hand.
    OptOut,
    /// Too many soft bounces in a row.
    SoftBounce,
    /// The address does not exist.
    HardBounce,
    /// The person reported spam.
    Spam,
    /// Deactivated by a user or through the API.
    Manual,
}

impl Reason {
    /// How much weight the reason has against another.
    pub(crate) fn strength(self) -> u8 {
        match self {
            Reason::Manual => 0,
            Reason::SoftBounce => 1,
            Reason::HardBounce => 2,
            Reason::OptOut => 3,
            Reason::Spam => 4,
        }
    }

    /// Whether the person asked for it.
    pub fn is_opt_out(self) -> bool {
        match self {
            Reason::OptOut | Reason::Spam => true,
            Reason::SoftBounce | Reason::HardBounce | Reason::Manual => false,
        }
    }
}

/// What kind of change a contact underwent; the feed of changes may leave kinds out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// Made through the API.
    Api,
    /// Made in Spotler's screens, by the recipient, or by an automation.
    Spotler,
    /// A change of status.
    Status,
}
