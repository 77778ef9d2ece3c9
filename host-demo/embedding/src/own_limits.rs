//! Bounds that a tenant has for itself, where the host's own are not for it: a large
//! one may be given more time, one that disturbs others less.

use crate::limits::Limits;
use crate::queue::stored;
use crate::rate::Rate;
use crate::store::StoreError;
use crate::{Connection, TenantId};
use serde::Serialize;
use sqlx::Row;
use sqlx::any::AnyRow;
use std::sync::Arc;
use std::time::Duration;

/// What one call of a tenant may use; none: what the host's own limits say
/// ([`HostConfig::limits`](crate::HostConfig)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OwnLimits {
    /// [`Limits::memory_bytes`]; above what the engine sets aside it has no effect.
    pub memory_bytes: Option<usize>,
    /// [`Limits::compute`], in milliseconds.
    pub compute_ms: Option<u64>,
    /// [`Limits::call`], in milliseconds.
    pub call_ms: Option<u64>,
    /// [`Limits::requests`].
    pub requests: Option<u32>,
}

impl OwnLimits {
    /// The host's limits with these in their place.
    pub(crate) fn over(self, limits: &Arc<Limits>) -> Arc<Limits> {
        if self == Self::default() {
            return limits.clone();
        }
        let mut own = Limits::clone(limits);
        own.memory_bytes = self.memory_bytes.unwrap_or(own.memory_bytes);
        own.compute = self.compute_ms.map_or(own.compute, Duration::from_millis);
        own.call = self.call_ms.map_or(own.call, Duration::from_millis);
        own.requests = self.requests.unwrap_or(own.requests);
        Arc::new(own)
    }
}

/// Saves the limits of a tenant, from its next call on.
///
/// # Errors
/// [`StoreError`]: nothing was saved.
pub async fn save(
    connection: &mut Connection,
    tenant: &TenantId,
    limits: OwnLimits,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO koppel_limits (tenant, memory_bytes, compute_ms, call_ms, requests)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (tenant) DO UPDATE SET memory_bytes = excluded.memory_bytes,
             compute_ms = excluded.compute_ms, call_ms = excluded.call_ms,
             requests = excluded.requests",
    )
    .bind(tenant.as_str())
    .bind(limits.memory_bytes.map(|it| stored(it as u64)))
    .bind(limits.compute_ms.map(stored))
    .bind(limits.call_ms.map(stored))
    .bind(limits.requests.map(i64::from))
    .execute(connection)
    .await?;
    Ok(())
}

/// The limits of a tenant.
///
/// # Errors
/// [`StoreError`] where the row cannot be read.
pub async fn load(connection: &mut Connection, tenant: &TenantId) -> Result<OwnLimits, StoreError> {
    Ok(load_with_rate(connection, tenant).await?.0)
}

/// The limits and the rate of a tenant, in one statement: each call asks for both.
pub(crate) async fn load_with_rate(
    connection: &mut Connection,
    tenant: &TenantId,
) -> Result<(OwnLimits, Option<Rate>), StoreError> {
    let row = sqlx::query(
        "SELECT l.memory_bytes, l.compute_ms, l.call_ms, l.requests, r.per_second, r.burst
         FROM (SELECT CAST($1 AS TEXT) AS tenant) AS t
         LEFT JOIN koppel_limits AS l ON l.tenant = t.tenant
         LEFT JOIN koppel_rate AS r ON r.tenant = t.tenant",
    )
    .bind(tenant.as_str())
    .fetch_one(connection)
    .await?;
    let limits = OwnLimits {
        memory_bytes: number(&row, "memory_bytes")?,
        compute_ms: number(&row, "compute_ms")?,
        call_ms: number(&row, "call_ms")?,
        requests: number(&row, "requests")?,
    };
    let rate = number(&row, "per_second")?.zip(number(&row, "burst")?);
    let rate = rate.map(|(per_second, burst)| Rate { per_second, burst });
    Ok((limits, rate))
}

fn number<T: TryFrom<i64>>(row: &AnyRow, column: &'static str) -> Result<Option<T>, StoreError> {
    let number: Option<i64> = row.try_get(column)?;
    let read = number.map(|it| T::try_from(it).map_err(|_| StoreError::Unreadable(column)));
    read.transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_tenant_has_for_itself_takes_the_place_of_the_hosts_and_the_rest_stays() {
        let host = Arc::new(Limits::default());
        let own = OwnLimits {
            memory_bytes: Some(1 << 20),
            compute_ms: Some(1_500),
            requests: Some(7),
            ..OwnLimits::default()
        };
        let expected = Limits {
            memory_bytes: 1 << 20,
            compute: Duration::from_millis(1_500),
            requests: 7,
            ..Limits::default()
        };
        assert_eq!(*own.over(&host), expected);
        assert!(Arc::ptr_eq(&OwnLimits::default().over(&host), &host));
    }
}
