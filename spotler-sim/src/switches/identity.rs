//! Switches for who is the same person.

use serde::{Deserialize, Serialize};

/// Which rule decides that two records are one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dedup {
    /// E-mail first, then external id; a known e-mail with a new external id takes that id over.
    EmailThenExternalId,
    /// External id only; several contacts may share an address.
    ExternalIdOnly,
    /// E-mail only; several contacts may share an external id.
    EmailOnly,
}

/// What a create (`update:false`) does to a person who exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnExisting {
    /// Refused as already existing.
    Refused,
    /// Answered as done; nothing is changed.
    Ignored,
    /// Updated, as if `update` had been true.
    Updated,
}

/// What `null` as a property's value does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NullValue {
    /// Clears the property.
    Clears,
    /// Leaves the property as it is.
    Ignored,
    /// Refused as invalid.
    Refused,
}

/// Who is the same person, and what a create does to a person who exists.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IdentitySwitches {
    /// The account's deduplication rule.
    pub dedup: Dedup,
    /// What a create does to a person who exists.
    pub create_on_existing: OnExisting,
    /// Status of that refusal on `POST contact`.
    pub already_exists_status: u16,
    /// What `null` as a property's value does.
    pub null_value: NullValue,
    /// Whether a blanked record keeps its external id.
    pub blank_keeps_external_id: bool,
    /// Whether reading a blanked record answers 404.
    pub blank_reads_404: bool,
}

impl Default for IdentitySwitches {
    fn default() -> IdentitySwitches {
        IdentitySwitches {
            dedup: Dedup::EmailThenExternalId,
            create_on_existing: OnExisting::Refused,
            already_exists_status: 400,
            null_value: NullValue::Clears,
            blank_keeps_external_id: true,
            blank_reads_404: false,
        }
    }
}
