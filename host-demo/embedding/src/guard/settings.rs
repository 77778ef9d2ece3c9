//! When the guard pauses a run, one setting for each tenant.

use crate::store::StoreError;
use crate::{Connection, TenantId};
use serde::{Deserialize, Serialize};

/// How many records may be taken down or changed without a person's word. A run is
/// paused when it has more than `always` and more than `share` of all; and when it
/// has more than `number`, whatever share that is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GuardLimit {
    /// At most so many.
    pub number: u64,
    /// At most this share of all records, from 0 to 1. Where the CRM cannot count
    /// them ([`Crm::count_records`](crate::Crm::count_records)), any number is more
    /// than the share.
    pub share: f64,
    /// So many may always, whatever share they are.
    pub always: u64,
}

/// When a run is paused.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GuardSettings {
    /// False: nothing is ever paused.
    pub enabled: bool,
    /// Over how long single saves are counted together, in minutes.
    pub window_minutes: u64,
    /// For records that are deactivated or deleted, and so blanked in Spotler.
    pub taken_down: GuardLimit,
    /// For records that are changed, one by one, by an operation or by a mapping.
    pub changed: GuardLimit,
}

impl Default for GuardSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            window_minutes: 60,
            taken_down: GuardLimit {
                number: 5_000,
                share: 0.05,
                always: 50,
            },
            changed: GuardLimit {
                number: 5_000,
                share: 0.5,
                always: 1_000,
            },
        }
    }
}

impl GuardLimit {
    /// Whether so many of so many records are too many.
    pub(crate) fn is_passed(&self, records: u64, all: Option<u64>) -> bool {
        #[expect(
            clippy::cast_precision_loss,
            reason = "counts of records are far below 2^52"
        )]
        let share = all.is_none_or(|all| records as f64 > self.share * all as f64);
        records > self.number || (share && records > self.always)
    }
}

/// The settings of a tenant; the defaults where nobody saved any.
///
/// # Errors
/// [`StoreError`].
pub async fn settings(
    connection: &mut Connection,
    tenant: &TenantId,
) -> Result<GuardSettings, StoreError> {
    of(connection, tenant.as_str()).await
}

pub(super) async fn of(
    connection: &mut Connection,
    tenant: &str,
) -> Result<GuardSettings, StoreError> {
    let stored: Option<String> =
        sqlx::query_scalar("SELECT settings FROM koppel_guard_settings WHERE tenant = $1")
            .bind(tenant)
            .fetch_optional(connection)
            .await?;
    match stored {
        None => Ok(GuardSettings::default()),
        Some(json) => serde_json::from_str(&json)
            .map_err(|_| StoreError::Unreadable("koppel_guard_settings.settings")),
    }
}

/// Saves the settings of a tenant. What is held already stays held.
///
/// # Errors
/// [`StoreError`].
pub async fn save_settings(
    connection: &mut Connection,
    tenant: &TenantId,
    settings: &GuardSettings,
) -> Result<(), StoreError> {
    let json = serde_json::to_string(settings)
        .map_err(|_| StoreError::Unreadable("koppel_guard_settings.settings"))?;
    sqlx::query(
        "INSERT INTO koppel_guard_settings (tenant, settings) VALUES ($1, $2)
         ON CONFLICT (tenant) DO UPDATE SET settings = excluded.settings",
    )
    .bind(tenant.as_str())
    .bind(json)
    .execute(connection)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// C30
    #[test]
    fn more_than_fifty_and_more_than_a_twentieth_are_too_many_to_take_down() {
        let limit = GuardSettings::default().taken_down;
        assert!(!limit.is_passed(50, Some(51)), "fifty may always");
        assert!(limit.is_passed(51, Some(1_019)), "more than a twentieth");
        assert!(!limit.is_passed(51, Some(1_020)), "a twentieth");
        assert!(!limit.is_passed(5_000, Some(100_000)), "a twentieth");
        assert!(
            limit.is_passed(5_001, Some(1_000_000)),
            "thousands, in any CRM"
        );
        assert!(limit.is_passed(51, None), "nobody knows the share");
    }
}
