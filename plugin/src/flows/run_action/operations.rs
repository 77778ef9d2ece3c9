//! The operations that a person can start, by name.

/// Adds contacts to Spotler, with permissions if any are named (YO-10, YO-30).
pub(super) const LINK: &str = "link";
/// Syncs contacts once more (DA-80).
pub(super) const SYNC_CONTACT: &str = "sync-contact";
/// Switches permissions of contacts, and adds those that are not in Spotler yet
/// (YO-30, YO-31).
pub(super) const SET_PERMISSIONS: &str = "set-permissions";
/// Links what exists on both sides, and adds nothing (YO-15).
pub(super) const MATCH: &str = "match";
/// Takes up people again who were made active again in Spotler (DA-77..DA-79).
pub(super) const REACTIVATE: &str = "reactivate";
/// Brings a marketing list in Spotler up to date (DA-47).
pub(super) const SYNC_LIST: &str = "sync-list";

/// Syncs records whose fields the CRM has changed together, with permissions if
/// any are named, and adds those that are not in Spotler yet (YO-32..YO-36).
pub(super) const BULK_CHANGE: &str = "bulk-change";

/// Keeps what Spotler has of everybody (YO-02, C25).
pub(super) const BACKUP: &str = "backup";
/// Puts back what Spotler had of records before it was overwritten (YO-03).
pub(super) const RESTORE: &str = "restore";
/// Names the run from which records are restored; without it the latest
/// snapshot of each counts.
pub(super) const RUN: &str = "run";

/// The operations of this flow (C11); those with journeys are
/// [`crate::flows::journeys::manual::OPERATIONS`].
pub const OPERATIONS: [&str; 9] = [
    LINK,
    SYNC_CONTACT,
    SET_PERMISSIONS,
    MATCH,
    REACTIVATE,
    BULK_CHANGE,
    SYNC_LIST,
    BACKUP,
    RESTORE,
];
