//! How a record stands when the component passes over it: an outcome that says
//! so ends a status that was waited for (DA-74..DA-76, C26).

use koppel_embedding::{Connection, Event, Settlement};

use super::{codes::Code, error::StoreError};
use crate::contract::SyncStatus;

/// What the reasons say for which the component passes over a linked record; none
/// for those that leave its status open.
fn standing(code: &str) -> Option<SyncStatus> {
    match code {
        "nothing-changed" | "gate-closed" => Some(SyncStatus::Succeeded),
        "opted-out-in-spotler" => Some(SyncStatus::OptOut),
        "bounced" | "inactive-in-spotler" => Some(SyncStatus::Failed),
        _ => None,
    }
}

/// A record whose synchronisation was switched on again shows no status, and one
/// that waited shows that it is being processed. Where the component then has
/// nothing to do, its reason tells how the record stands.
pub(crate) async fn shown(
    connection: &mut Connection,
    tenant: &str,
    settlement: &Settlement<'_>,
) -> Result<(), StoreError> {
    let Event::ContactSaved { record, .. } = settlement.event else {
        return Ok(());
    };
    if settlement.outcome != "skipped" {
        return Ok(());
    }
    let Some(status) = standing(&settlement.reason.code) else {
        return Ok(());
    };
    sqlx::query(
        "UPDATE crm_records SET status = $1, reason = $2
         WHERE tenant = $3 AND kind = $4 AND id = $5 AND (status IS NULL OR status = $6)",
    )
    .bind(status.code())
    .bind(&settlement.reason.code)
    .bind(tenant)
    .bind(record.kind.code())
    .bind(&record.id)
    .bind(SyncStatus::Processing.code())
    .execute(connection)
    .await?;
    Ok(())
}
