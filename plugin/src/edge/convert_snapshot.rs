//! Snapshots of contacts, both ways.

use super::bindings::koppel::crm_sync::types;
use super::convert_in::{facts, maybe, same_cases, same_fields};
use super::convert_out;
use crate::contact_snapshot::{Cause, ContactSnapshot};

same_cases!(Cause => types::SnapshotCause: Overwritten, Blanked, Restored, Backup);
same_cases!(types::SnapshotCause => Cause: Overwritten, Blanked, Restored, Backup);

same_fields!(ContactSnapshot => types::ContactSnapshot:
    target: maybe, external_id, cause: Into::into, taken_at, properties, permissions, email_status,
    meanings: convert_out::facts);
same_fields!(types::ContactSnapshot => ContactSnapshot:
    target: maybe, external_id, cause: Into::into, taken_at, properties, permissions, email_status,
    meanings: facts);
