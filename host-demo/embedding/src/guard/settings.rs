//! When the guard pauses a run, one setting for each tenant.

use crate::store::StoreError;
use crate::{Connection, TenantId};
use serde::{Deserialize, Serialize};

/// How many records may be taken down or changed without a person's word.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GuardLimit {
    /// At most so many.
    pub number: u64,
    /// At most this share of all records, from 0 to 1, where the CRM can count
    /// them ([`Crm::count_records`](crate::Crm::count_records)).
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
                number: 100,
                share: 0.05,
                always: 25,
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
        let share = all.is_some_and(|all| records as f64 > self.share * all as f64);
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

    #[test]
    fn a_limit_is_passed_by_number_or_by_share_but_never_by_a_few() {
        let limit = GuardSettings::default().taken_down;
        assert!(!limit.is_passed(25, Some(26)), "a few may always");
        assert!(limit.is_passed(26, Some(100)), "a quarter of all");
        assert!(!limit.is_passed(100, Some(100_000)));
        assert!(limit.is_passed(101, Some(100_000)), "too many");
        assert!(!limit.is_passed(100, None), "no share without a total");
    }
}
