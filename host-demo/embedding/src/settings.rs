//! What an administrator saved about the connection, one row for each tenant.

use crate::contract::connection::Profile;
use crate::store::{StoreError, flag};
use crate::{Connection, Secret, Store, TenantId};
use sqlx::Row;

/// The settings of one tenant as they are stored.
#[derive(Clone, Debug)]
pub struct TenantSettings {
    /// The tick at “activate connection” (PV-04).
    pub active: bool,
    /// Spotler's authentication key. Not a secret.
    pub key: String,
    /// Spotler's secret; when saving, none leaves the stored one as it is.
    pub secret: Option<Secret>,
    /// Where Spotler is: scheme, host, port and path prefix. The component
    /// reaches this address and no other.
    pub address: String,
    /// The choices of this CRM.
    pub profile: Profile,
}

/// Saves the settings in the caller's transaction. Enqueue
/// [`Event::SettingsSaved`](crate::Event::SettingsSaved) in the same one.
///
/// # Errors
/// [`StoreError`]: nothing was saved.
pub async fn save(
    store: &Store,
    connection: &mut Connection,
    tenant: &TenantId,
    settings: &TenantSettings,
) -> Result<(), StoreError> {
    let sealed = match &settings.secret {
        Some(secret) => Some(store.secret_key().seal(tenant.as_str(), secret)?),
        None => None,
    };
    let profile = serde_json::to_string(&settings.profile)
        .map_err(|_| StoreError::Unreadable("koppel_settings.profile"))?;
    sqlx::query(
        "INSERT INTO koppel_settings (tenant, active, key, secret, address, profile, revision)
         VALUES ($1, $2, $3, $4, $5, $6, 1)
         ON CONFLICT (tenant) DO UPDATE SET active = $2, key = $3,
             secret = coalesce($4, koppel_settings.secret), address = $5, profile = $6, revision = koppel_settings.revision + 1",
    )
    .bind(tenant.as_str())
    .bind(i64::from(settings.active))
    .bind(&settings.key)
    .bind(sealed)
    .bind(&settings.address)
    .bind(profile)
    .execute(connection)
    .await?;
    Ok(())
}

/// The settings of a tenant; none where nobody saved any.
///
/// # Errors
/// [`StoreError`] where the row cannot be read.
pub async fn load(
    store: &Store,
    connection: &mut Connection,
    tenant: &TenantId,
) -> Result<Option<TenantSettings>, StoreError> {
    Ok(load_with_revision(store, connection, tenant)
        .await?
        .map(|(settings, _)| settings))
}

pub(crate) async fn load_with_revision(
    store: &Store,
    connection: &mut Connection,
    tenant: &TenantId,
) -> Result<Option<(TenantSettings, i64)>, StoreError> {
    let Some(row) = sqlx::query(
        "SELECT active, key, secret, address, profile, revision
         FROM koppel_settings WHERE tenant = $1",
    )
    .bind(tenant.as_str())
    .fetch_optional(connection)
    .await?
    else {
        return Ok(None);
    };
    let secret = match row.try_get::<Option<Vec<u8>>, _>("secret")? {
        Some(sealed) => Some(
            store
                .secret_key()
                .open(tenant.as_str(), &sealed)
                .map_err(|_| StoreError::Unreadable("koppel_settings.secret"))?,
        ),
        None => None,
    };
    let profile = serde_json::from_str(row.try_get("profile")?)
        .map_err(|_| StoreError::Unreadable("koppel_settings.profile"))?;
    let settings = TenantSettings {
        active: flag(&row, "active")?,
        key: row.try_get("key")?,
        secret,
        address: row.try_get("address")?,
        profile,
    };
    Ok(Some((settings, row.try_get("revision")?)))
}

/// The revision of a tenant's settings; 0 where there are none.
pub(crate) async fn revision(
    connection: &mut Connection,
    tenant: &TenantId,
) -> Result<i64, sqlx::Error> {
    let revision: Option<i64> =
        sqlx::query_scalar("SELECT revision FROM koppel_settings WHERE tenant = $1")
            .bind(tenant.as_str())
            .fetch_optional(connection)
            .await?;
    Ok(revision.unwrap_or(0))
}
