//! The Spotler block on a record's page, as it is shown.

use crate::crm::{Consent, Origin, SyncStatus, Timestamp};

/// The three states of the block (YO-24).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockState {
    /// In Spotler, and kept in step.
    Synchronised,
    /// Not in Spotler, as far as we know.
    NotSynchronised,
    /// In Spotler and inactive there (YO-25).
    Inactive,
}

/// A permission with its switch (YO-27).
#[derive(Clone, Debug, PartialEq)]
pub struct PermissionSwitch {
    /// Which permission.
    pub bit: u32,
    /// Its name.
    pub name: String,
    /// What Spotler has.
    pub on: bool,
    /// True where the CRM cannot switch it on.
    pub locked: bool,
    /// What was said last.
    pub consent: Consent,
    /// Which side said it.
    pub origin: Origin,
}

/// The block.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// The state.
    pub state: BlockState,
    /// The status, where there is one.
    pub status: Option<SyncStatus>,
    /// The code that explains the state.
    pub reason: &'static str,
    /// When Spotler last confirmed something.
    pub synced_at: Option<Timestamp>,
    /// The id under which Spotler knows the record.
    pub external_id: Option<String>,
    /// All permissions of the account.
    pub permissions: Vec<PermissionSwitch>,
}
