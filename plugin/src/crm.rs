//! What the CRM tells: records, fields, permissions, events. The same shapes
//! as `wit/types.wit`, without WIT, so that everything that decides compiles
//! and tests natively.

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z, UTC.
pub type Timestamp = u64;

/// Facts with names, in the order in which they are told; never personal data.
pub type Facts = Vec<(String, String)>;

/// The three kinds of CRM record that can become a contact in Spotler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordKind {
    /// A person.
    Contact,
    /// Somebody who is not a customer yet.
    Lead,
    /// An organisation that is mailed itself.
    Account,
}

impl RecordKind {
    /// All kinds, in the order in which they are worked through.
    pub const ALL: [Self; 3] = [Self::Contact, Self::Lead, Self::Account];

    /// The word for it, as it stands in keys and external ids.
    pub fn word(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Lead => "lead",
            Self::Account => "account",
        }
    }
}

/// Which CRM record is meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RecordRef {
    /// Its kind.
    pub kind: RecordKind,
    /// The CRM's own id, unique within the kind.
    pub id: String,
}

impl RecordRef {
    /// The key under which the component keeps what it knows of the record.
    pub fn key(&self) -> String {
        format!("{}/{}", self.kind.word(), self.id)
    }

    /// Reads such a key back; none if it is not one.
    pub fn from_key(key: &str) -> Option<Self> {
        let (word, id) = key.split_once('/')?;
        let kind = RecordKind::ALL.into_iter().find(|it| it.word() == word)?;
        Some(Self {
            kind,
            id: id.to_owned(),
        })
    }
}

/// The value of a CRM field.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldValue {
    /// Text of any length.
    Text(String),
    /// A whole number.
    Number(i64),
    /// A decimal number with a point, exact.
    Decimal(String),
    /// Yes or no.
    Boolean(bool),
    /// A calendar day, `yyyy-mm-dd`.
    Date(String),
    /// A moment, RFC 3339 with an offset.
    DateTime(String),
    /// The code of one option.
    Choice(String),
    /// The codes of several options.
    MultiChoice(Vec<String>),
}

impl FieldValue {
    /// The value as text; what stands between several options is given.
    pub fn to_text(&self, between: &str) -> String {
        match self {
            Self::Text(text)
            | Self::Decimal(text)
            | Self::Date(text)
            | Self::DateTime(text)
            | Self::Choice(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Boolean(yes) => yes.to_string(),
            Self::MultiChoice(codes) => codes.join(between),
        }
    }
}

/// The type of a CRM field, one for each case of [`FieldValue`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// Text.
    Text,
    /// A whole number.
    Number,
    /// A decimal number.
    Decimal,
    /// Yes or no.
    Boolean,
    /// A calendar day.
    Date,
    /// A moment.
    DateTime,
    /// One of several options.
    Choice,
    /// Any of several options.
    MultiChoice,
}

impl FieldType {
    /// The type's name in the contract.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Decimal => "decimal",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::DateTime => "date-time",
            Self::Choice => "choice",
            Self::MultiChoice => "multi-choice",
        }
    }
}

/// One field of one record.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The field's name.
    pub name: String,
    /// The value; none where the field is empty.
    pub value: Option<FieldValue>,
}

/// A field that the CRM has.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldDescription {
    /// Its name.
    pub name: String,
    /// What a user calls it.
    pub label: String,
    /// Its type.
    pub field_type: FieldType,
    /// The kinds of record that have it.
    pub kinds: Vec<RecordKind>,
    /// What it means, as `docs/field-meanings.md` lists.
    pub meaning: Option<String>,
}

/// Whether a record lives in the CRM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordState {
    /// In use.
    Active,
    /// Deactivated.
    Inactive,
    /// Deleted.
    Deleted,
}

/// Who said it first (C3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// A user or a rule of the CRM.
    Crm,
    /// The person through a mailing, or a user of Spotler.
    Spotler,
}

/// What a person said about one permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Consent {
    /// Nothing.
    Unset,
    /// Yes, explicitly (PV-12).
    Given,
    /// No, or not any more.
    Withdrawn,
}

/// A permission of the Spotler account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permission {
    /// Spotler's number for it.
    pub bit: u32,
    /// Its name, as Spotler's users wrote it.
    pub name: String,
}

/// What one person said about one permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PermissionChoice {
    /// Which permission.
    pub bit: u32,
    /// What was said.
    pub consent: Consent,
    /// When it was said.
    pub changed_at: Timestamp,
    /// On which side it was said.
    pub origin: Origin,
}

/// Whether a person may be mailed at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailChoice {
    /// False: opted out.
    pub allowed: bool,
    /// When it was last changed.
    pub changed_at: Timestamp,
    /// On which side the present value was set.
    pub origin: Origin,
}

/// How a record's synchronisation stands: exactly these five (C26).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SyncStatus {
    /// Spotler has what the CRM has.
    Succeeded,
    /// Waiting or under way.
    Processing,
    /// A person has to act.
    Failed,
    /// The person opted out on Spotler's side.
    OptOut,
    /// Switched off by a user; never set by the component (DA-76).
    Disabled,
}

/// A record as the CRM has it at the moment of the call.
#[derive(Clone, Debug, PartialEq)]
pub struct CrmRecord {
    /// Which record.
    pub reference: RecordRef,
    /// Counts up with every change of the record.
    pub revision: u64,
    /// Whether it lives.
    pub state: RecordState,
    /// The “Spotler” attribute of PV-13.
    pub gate: bool,
    /// False while a user has switched synchronisation off (DA-74).
    pub sync_enabled: bool,
    /// Whether the person may be mailed at all.
    pub mail: MailChoice,
    /// What the person said for each permission.
    pub permissions: Vec<PermissionChoice>,
    /// The user who owns the record.
    pub owner: Option<String>,
    /// The relation that it belongs to.
    pub relation: Option<String>,
    /// All fields.
    pub fields: Vec<Field>,
}

impl CrmRecord {
    /// The value of a field; none where it is empty or absent.
    pub fn value(&self, name: &str) -> Option<&FieldValue> {
        self.fields
            .iter()
            .find(|it| it.name == name)
            .and_then(|it| it.value.as_ref())
    }

    /// What the person said about a permission; none where nothing was said.
    pub fn choice(&self, bit: u32) -> Option<&PermissionChoice> {
        self.permissions
            .iter()
            .find(|it| it.bit == bit && it.consent != Consent::Unset)
    }
}

/// What every hook is told about the call itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Names the event; the same for every attempt and every step.
    pub id: String,
    /// 1 for the first attempt of the event or step.
    pub attempt: u32,
    /// When it happened in the CRM.
    pub occurred_at: Timestamp,
    /// The user who caused it.
    pub user: Option<String>,
    /// For a step of long work: the cursor of the answer before.
    pub cursor: Option<String>,
    /// A person has still to confirm it: only what restricts is sent.
    pub restrict_only: bool,
}

/// A page of records.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordPage {
    /// The records.
    pub records: Vec<CrmRecord>,
    /// Where the next page starts; none after the last.
    pub next: Option<String>,
}
