//! What the component may read of the CRM, and how its answers are carried out.

use async_trait::async_trait;
use koppel_embedding::{
    ApplyError, Connection, Crm, CrmError, EventKey, Settlement, TenantId, Timestamp,
};

use super::{
    apply::apply, attributes, contact_snapshots, desk::DemoCrm, jobs, relations, rows, selections,
    selections::Selection, standing, users,
};
use crate::contract::{
    ContactSnapshot, CrmChange, CrmRecord, EveningWindow, FieldDescription, Permission, RecordKind,
    RecordPage, RecordRef,
};

#[async_trait]
impl Crm for DemoCrm {
    async fn fields(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
    ) -> Result<Vec<FieldDescription>, CrmError> {
        let catalogue = attributes::mappable(connection, tenant.as_str()).await?;
        Ok(catalogue.describe())
    }

    async fn read_record(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
        reference: &RecordRef,
    ) -> Result<Option<CrmRecord>, CrmError> {
        let record = rows::read(connection, tenant.as_str(), reference).await?;
        let Some(record) = record else {
            return Ok(None);
        };
        let mut record = [record.to_contract()];
        relations::carry_fields(connection, tenant.as_str(), &mut record).await?;
        let [record] = record;
        Ok(Some(record))
    }

    async fn count_records(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
    ) -> Result<Option<u64>, CrmError> {
        let count: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM crm_records WHERE tenant = $1 AND state = 'active'",
        )
        .bind(tenant.as_str())
        .fetch_one(connection)
        .await?;
        Ok(Some(count.unsigned_abs()))
    }

    async fn list_records(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
        kind: RecordKind,
        start: Option<&str>,
        limit: u32,
    ) -> Result<RecordPage, CrmError> {
        let all = Selection::All(kind);
        let mut page =
            selections::matching(connection, tenant.as_str(), &all, start, limit).await?;
        relations::carry_fields(connection, tenant.as_str(), &mut page.records).await?;
        Ok(page)
    }

    async fn read_selection(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
        selection: &str,
        start: Option<&str>,
        limit: u32,
    ) -> Result<RecordPage, CrmError> {
        let mut page =
            selections::read(connection, tenant.as_str(), selection, start, limit).await?;
        relations::carry_fields(connection, tenant.as_str(), &mut page.records).await?;
        Ok(page)
    }

    async fn primary_contacts(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
        relation: &str,
    ) -> Result<Vec<RecordRef>, CrmError> {
        Ok(relations::primary_contacts(connection, tenant.as_str(), relation).await?)
    }

    async fn permission_attributes(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
    ) -> Result<Vec<Permission>, CrmError> {
        Ok(attributes::current(connection, tenant.as_str()).await?)
    }

    async fn user_has_right(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
        user: &str,
        right: &str,
    ) -> Result<bool, CrmError> {
        Ok(users::has_right(connection, tenant.as_str(), user, right).await?)
    }

    async fn read_snapshot(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
        reference: &RecordRef,
        run: Option<&str>,
    ) -> Result<Option<ContactSnapshot>, CrmError> {
        Ok(contact_snapshots::read(connection, &self.store, tenant, reference, run).await?)
    }

    fn evening_window(&self, _tenant: &TenantId, at: Timestamp) -> EveningWindow {
        let window = self.hours.at(at);
        EveningWindow {
            open: window.open,
            opens_at: window.opens_at_ms,
        }
    }

    async fn apply(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
        at: Timestamp,
        event: &EventKey,
        changes: &[CrmChange],
    ) -> Result<(), ApplyError> {
        contact_snapshots::keep_all(connection, &self.store, tenant, event, changes).await?;
        apply(connection, tenant.as_str(), at, event, changes).await
    }

    async fn settled(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
        at: Timestamp,
        settlement: &Settlement<'_>,
    ) -> Result<(), ApplyError> {
        standing::shown(connection, tenant.as_str(), settlement).await?;
        Ok(jobs::settled(connection, tenant.as_str(), at, settlement).await?)
    }
}
