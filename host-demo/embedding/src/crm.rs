//! What a CRM vendor implements: reading the CRM, and carrying out changes.

use crate::contract::changes::CrmChange;
use crate::contract::crm::RecordPage;
use crate::contract::outcomes::{Progress, Reason};
use crate::contract::types::{
    ContactSnapshot, CrmRecord, EveningWindow, FieldDescription, Permission, RecordKind, RecordRef,
};
use crate::queue::Event;
use crate::{EventKey, TenantId, Timestamp};
use async_trait::async_trait;

/// The connection through which the CRM and the embedding reach their tables:
/// SQLite's or PostgreSQL's. Statements name their parameters `$1`, `$2`, … and
/// keep yes and no as 1 and 0 ([`store::flag`](crate::store::flag)).
pub type Connection = sqlx::AnyConnection;

/// The CRM could not be read. The call ends, and is tried again as the next
/// attempt.
#[derive(Debug, thiserror::Error)]
pub enum CrmError {
    /// The CRM's own storage failed.
    #[error("the CRM's storage failed")]
    Storage(#[from] sqlx::Error),
    /// The CRM holds something that the contract cannot express; the text names
    /// the thing, never a person's value.
    #[error("the CRM holds something that cannot be handed on: {0}")]
    Unfit(String),
}

/// The changes of an answer could not be carried out; nothing of them remains.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The CRM's own storage failed; the call is tried again.
    #[error("the CRM's storage failed")]
    Storage(#[from] sqlx::Error),
    /// The CRM cannot do what the answer asks, today or ever; the event is tried
    /// again and ends as `component-fault`. The text names the kind of change,
    /// never a person's value.
    #[error("the CRM cannot carry out a change: {0}")]
    Impossible(String),
}

/// What became of an event, as the CRM hears it ([`Crm::settled`]).
#[derive(Clone, Copy, Debug)]
pub struct Settlement<'a> {
    /// The event's key; the same for every attempt and step of it.
    pub key: &'a EventKey,
    /// The event.
    pub event: &'a Event,
    /// The class of the outcome: `synced`, `skipped`, `deferred` or `rejected`.
    pub outcome: &'a str,
    /// Why.
    pub reason: &'a Reason,
    /// How far long work is, where that is known.
    pub progress: Option<&'a Progress>,
    /// The records that the answer queued again.
    pub queued: &'a [RecordRef],
    /// Whether nothing of the event waits any more: it has ended, and nothing was
    /// saved meanwhile that would be handed in as the same event.
    pub is_over: bool,
}

/// The CRM, as the embedding needs it.
///
/// Every reading function is called outside of any transaction of the
/// embedding, and again while the answer is committed: the answer is thrown
/// away if it then says anything else (C17). So it must answer the same as long
/// as nothing has changed, in the same order.
#[async_trait]
pub trait Crm: Send + Sync + 'static {
    /// All fields that the CRM has (YO-17, DA-55).
    async fn fields(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
    ) -> Result<Vec<FieldDescription>, CrmError>;

    /// One record, also when it is inactive or deleted; none if there never was
    /// one. Its `revision` counts up with every change of it, of whatever kind.
    async fn read_record(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
        reference: &RecordRef,
    ) -> Result<Option<CrmRecord>, CrmError>;

    /// All active records of a kind in a stable order, at most `limit` (1 to
    /// 500), from `start` (the `next` of the page before).
    async fn list_records(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
        kind: RecordKind,
        start: Option<&str>,
        limit: u32,
    ) -> Result<RecordPage, CrmError>;

    /// The records of a selection that an event named, in a stable order, at
    /// most `limit` (1 to 500). An unknown selection is an empty one.
    async fn read_selection(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
        selection: &str,
        start: Option<&str>,
        limit: u32,
    ) -> Result<RecordPage, CrmError>;

    /// The contacts that are marked as primary for a relation (YO-45, C8).
    async fn primary_contacts(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
        relation: &str,
    ) -> Result<Vec<RecordRef>, CrmError>;

    /// The opt-in attributes of the category `Spotler`, as they are named now
    /// (PV-09).
    async fn permission_attributes(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
    ) -> Result<Vec<Permission>, CrmError>;

    /// Whether a user has a right, such as `spotler` (PV-02).
    async fn user_has_right(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
        user: &str,
        right: &str,
    ) -> Result<bool, CrmError>;

    /// A snapshot that is kept of a record: the first that was taken in a run, or
    /// without a run the latest (YO-03). By default none is kept.
    async fn read_snapshot(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
        reference: &RecordRef,
        run: Option<&str>,
    ) -> Result<Option<ContactSnapshot>, CrmError> {
        let _ = (tenant, connection, reference, run);
        Ok(None)
    }

    /// Whether large campaigns may run at a moment, and when they may next
    /// (PV-22, C29). Without a word from the vendor they may always.
    fn evening_window(&self, tenant: &TenantId, at: Timestamp) -> EveningWindow {
        let _ = tenant;
        EveningWindow {
            open: true,
            opens_at: at,
        }
    }

    /// How many records there are that are not deleted, so that the guard knows
    /// what share of them a run is; none where the CRM does not count. By default
    /// only the number counts.
    async fn count_records(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
    ) -> Result<Option<u64>, CrmError> {
        let _ = (tenant, connection);
        Ok(None)
    }

    /// Carries out the changes of an answer, in their order, in the transaction
    /// that commits the answer. `sync-again` is not among them: the embedding
    /// queues those records itself.
    ///
    /// It must not
    /// * set a permission to `given` where the record says `withdrawn` with CRM
    ///   as its origin, nor allow mail where the CRM forbade it: the opt-out
    ///   wins (C3, PV-12);
    /// * raise an event of its own (C30);
    /// * end the transaction. Savepoints (`Connection::begin`) are welcome.
    async fn apply(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
        at: Timestamp,
        event: &EventKey,
        changes: &[CrmChange],
    ) -> Result<(), ApplyError>;

    /// Hears what became of an event, in the transaction that commits it, after
    /// [`Crm::apply`]: for whoever keeps jobs with their status and results
    /// (DA-61, DA-80). Also where the embedding itself gives an event up. By
    /// default nothing is kept.
    async fn settled(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
        at: Timestamp,
        settlement: &Settlement<'_>,
    ) -> Result<(), ApplyError> {
        let _ = (tenant, connection, at, settlement);
        Ok(())
    }
}
