//! A CRM that hands in a record as it was read for the first time.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use host_demo::contract::{
    ContactSnapshot, CrmChange, CrmRecord, EveningWindow, FieldDescription, Permission, RecordKind,
    RecordPage, RecordRef,
};
use host_demo::crm::DemoCrm;
use koppel_embedding::{
    ApplyError, Connection, Crm, CrmError, EventKey, Settlement, TenantId, Timestamp,
};

/// The demo CRM, but for records: the first reading of each stands until its event
/// has ended.
pub(super) struct StaleCrm {
    crm: DemoCrm,
    first: Mutex<HashMap<String, CrmRecord>>,
}

impl StaleCrm {
    pub(super) fn over(crm: DemoCrm) -> Self {
        Self {
            crm,
            first: Mutex::default(),
        }
    }

    fn first(&self) -> std::sync::MutexGuard<'_, HashMap<String, CrmRecord>> {
        self.first.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Crm for StaleCrm {
    async fn read_record(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
        reference: &RecordRef,
    ) -> Result<Option<CrmRecord>, CrmError> {
        let known = self.first().get(&reference.id).cloned();
        if known.is_some() {
            return Ok(known);
        }
        let read = self.crm.read_record(tenant, connection, reference).await?;
        if let Some(record) = &read {
            self.first().insert(reference.id.clone(), record.clone());
        }
        Ok(read)
    }

    async fn settled(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
        at: Timestamp,
        settlement: &Settlement<'_>,
    ) -> Result<(), ApplyError> {
        if let Some(record) = settlement.event.record()
            && settlement.is_over
        {
            self.first().remove(&record.id);
        }
        self.crm.settled(tenant, connection, at, settlement).await
    }

    async fn fields(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
    ) -> Result<Vec<FieldDescription>, CrmError> {
        self.crm.fields(tenant, connection).await
    }

    async fn list_records(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
        kind: RecordKind,
        start: Option<&str>,
        limit: u32,
    ) -> Result<RecordPage, CrmError> {
        self.crm
            .list_records(tenant, connection, kind, start, limit)
            .await
    }

    async fn read_selection(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
        selection: &str,
        start: Option<&str>,
        limit: u32,
    ) -> Result<RecordPage, CrmError> {
        self.crm
            .read_selection(tenant, connection, selection, start, limit)
            .await
    }

    async fn primary_contacts(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
        relation: &str,
    ) -> Result<Vec<RecordRef>, CrmError> {
        self.crm
            .primary_contacts(tenant, connection, relation)
            .await
    }

    async fn permission_attributes(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
    ) -> Result<Vec<Permission>, CrmError> {
        self.crm.permission_attributes(tenant, connection).await
    }

    async fn user_has_right(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
        user: &str,
        right: &str,
    ) -> Result<bool, CrmError> {
        self.crm
            .user_has_right(tenant, connection, user, right)
            .await
    }

    async fn read_snapshot(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
        reference: &RecordRef,
        run: Option<&str>,
    ) -> Result<Option<ContactSnapshot>, CrmError> {
        self.crm
            .read_snapshot(tenant, connection, reference, run)
            .await
    }

    fn evening_window(&self, tenant: &TenantId, at: Timestamp) -> EveningWindow {
        self.crm.evening_window(tenant, at)
    }

    async fn count_records(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
    ) -> Result<Option<u64>, CrmError> {
        self.crm.count_records(tenant, connection).await
    }

    async fn apply(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
        at: Timestamp,
        event: &EventKey,
        changes: &[CrmChange],
    ) -> Result<(), ApplyError> {
        self.crm.apply(tenant, connection, at, event, changes).await
    }
}
