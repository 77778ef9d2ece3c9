//! Who may work on which tenant: what a worker needs of a job engine.

use crate::{Connection, TenantId, Timestamp};
use async_trait::async_trait;
use std::collections::HashSet;
use std::time::Duration;

/// How often a busy worker looks for further tenants.
pub(super) const LOOK: Duration = Duration::from_millis(100);

/// Shares the tenants out among workers, so that one tenant has one worker at a
/// time: order within a contact, pace and fairness are then that worker's own
/// business. What is due lies in our own tables.
#[async_trait]
pub(crate) trait JobEngine: Send + Sync + std::fmt::Debug {
    /// The tenants that this worker may take calls of now, by name. `is_idle`: the
    /// worker has nothing under way, and goes by the answer; otherwise it may be
    /// [`LOOK`] old.
    async fn tenants(
        &self,
        connection: &mut Connection,
        now: Timestamp,
        is_idle: bool,
    ) -> Result<Vec<String>, sqlx::Error>;

    /// Whether the tenant is this worker's; it stays so until the transaction ends.
    async fn holds(
        &self,
        connection: &mut Connection,
        tenant: &TenantId,
    ) -> Result<bool, sqlx::Error>;

    /// Gives back every tenant but these: those that have calls under way, and those
    /// that are worked on again as soon as there is a place.
    async fn give_back(
        &self,
        connection: &mut Connection,
        but: &HashSet<String>,
    ) -> Result<(), sqlx::Error>;

    /// Returns when this worker must not call Spotler any more, because another one
    /// may.
    async fn lapsed(&self);
}
