//! Settings and what was read with them: the connection as the component
//! remembers it.

use serde::{Deserialize, Serialize};

use crate::crm::{FieldType, Permission, RecordKind, RecordRef, Timestamp};
use crate::outcome::Reason;
use crate::profile::Profile;
use crate::spotler::property::Property;

/// Which choices to make: a profile by name, or one of the vendor's own.
#[derive(Clone, Debug, PartialEq)]
pub enum ProfileChoice {
    /// One that the component brings along.
    Named(String),
    /// The JSON of `docs/profiles.md`.
    Custom(String),
}

/// What the administrator saved; the secret stays with the host (C28).
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The tick at “activate connection” (PV-04).
    pub active: bool,
    /// Spotler's authentication key; not a secret.
    pub key: String,
    /// Whether the host holds the secret that goes with it.
    pub secret_present: bool,
    /// Where Spotler is, with the path prefix.
    pub address: String,
    /// The choices of this CRM.
    pub profile: ProfileChoice,
}

/// Whether the connection works, and why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activity {
    /// Checked and in use.
    Active,
    /// Switched off by an administrator (PV-04): events are skipped.
    Off,
    /// Spotler refused the credentials while in use (C21): events wait.
    Stopped,
}

/// The connection, one document for each tenant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Connection {
    /// Whether it works.
    pub activity: Activity,
    /// The authentication key.
    pub key: String,
    /// Where Spotler is, with the path prefix, without a slash at the end.
    pub address: String,
    /// The choices of this CRM.
    pub profile: Profile,
    /// The permissions of the account, in Spotler's order.
    pub permissions: Vec<Permission>,
    /// The properties of the account.
    pub properties: Vec<Property>,
    /// When permissions and properties were read last.
    pub refreshed_at: Timestamp,
    /// Whether a user has saved the mapping (YO-14).
    pub mapping_saved: bool,
}

/// The connection as a page shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct ConnectionState {
    /// Whether hooks do anything.
    pub active: bool,
    /// The code that explains it.
    pub reason: &'static str,
    /// Whether the mapping was saved by a user.
    pub mapping_saved: bool,
    /// The permissions of the account.
    pub permissions: Vec<Permission>,
}

/// One row of the mapping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingRow {
    /// The kind of record.
    pub kind: RecordKind,
    /// The CRM's field.
    pub field: String,
    /// Spotler's property; none: not sent (YO-19).
    pub property: Option<String>,
}

/// A property as the mapping page shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct PropertyOption {
    /// Spotler's name of it.
    pub name: String,
    /// What Spotler's users call it.
    pub label: String,
    /// Spotler's type.
    pub property_type: String,
    /// The types of CRM field that fit.
    pub fits: Vec<FieldType>,
}

/// What is wrong with a row of a mapping, with a sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct MappingFault {
    /// The kind of record.
    pub kind: RecordKind,
    /// The CRM's field.
    pub field: String,
    /// What is wrong.
    pub reason: Reason,
}

/// What saving a mapping would do with one page of the linked records.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MappingEffect {
    /// What is wrong; then nothing is counted.
    pub faults: Vec<MappingFault>,
    /// How many linked records there are on the page.
    pub linked: u64,
    /// Those of which Spotler would get other values.
    pub changing: Vec<RecordRef>,
    /// How many requests these would take.
    pub requests: u64,
    /// Where the next page starts.
    pub next: Option<String>,
}

/// Why a question could not be answered.
#[derive(Clone, Debug, PartialEq)]
pub enum QuestionFailed {
    /// The connection is not active.
    NotActive,
    /// There is no such thing.
    NotFound,
    /// Spotler did not answer; ask again later.
    Unavailable(Reason),
    /// Spotler or the component said no.
    Refused(Reason),
}
