//! Snapshots of contacts, both ways.

use super::bindings::koppel::crm_sync::types;
use super::convert_in::{facts, same_cases};
use super::convert_out;
use crate::contact_snapshot::{Cause, ContactSnapshot};

same_cases!(Cause => types::SnapshotCause: Overwritten, Blanked, Restored, Backup);
same_cases!(types::SnapshotCause => Cause: Overwritten, Blanked, Restored, Backup);

impl From<ContactSnapshot> for types::ContactSnapshot {
    fn from(it: ContactSnapshot) -> Self {
        let ContactSnapshot {
            target,
            external_id,
            cause,
            taken_at,
            properties,
            permissions,
            email_status,
            meanings,
        } = it;
        Self {
            target: target.map(Into::into),
            external_id,
            cause: cause.into(),
            taken_at,
            properties,
            permissions,
            email_status,
            meanings: convert_out::facts(meanings),
        }
    }
}

impl From<types::ContactSnapshot> for ContactSnapshot {
    fn from(it: types::ContactSnapshot) -> Self {
        let types::ContactSnapshot {
            target,
            external_id,
            cause,
            taken_at,
            properties,
            permissions,
            email_status,
            meanings,
        } = it;
        Self {
            target: target.map(Into::into),
            external_id,
            cause: cause.into(),
            taken_at,
            properties,
            permissions,
            email_status,
            meanings: facts(meanings),
        }
    }
}
