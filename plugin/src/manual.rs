//! What a person starts by hand: an operation, and with which records.

use crate::crm::{Facts, Field, RecordRef};

/// A permission to switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PermissionWish {
    /// Which permission.
    pub bit: u32,
    /// On or off.
    pub on: bool,
}

/// An operation by hand (DA-61, DA-80).
#[derive(Clone, Debug, PartialEq)]
pub struct ManualAction {
    /// Its code.
    pub operation: String,
    /// The records.
    pub records: Vec<RecordRef>,
    /// A selection of records.
    pub selection: Option<String>,
    /// Permissions to switch.
    pub permissions: Vec<PermissionWish>,
    /// Fields that were changed along with it.
    pub fields: Vec<Field>,
    /// What the operation wants to know besides.
    pub parameters: Facts,
}
