//! The read-only view of the CRM that the component gets (`crm.wit`).

use crate::contract::crm::RecordPage;
use crate::contract::generated::koppel::crm_sync::crm::Host;
use crate::contract::types::{
    ContactSnapshot, CrmRecord, FieldDescription, Permission, RecordKind, RecordRef,
};
use crate::queue::kind_name;
use crate::reads::{Question, fingerprint, page};
use crate::state::CallState;
use wasmtime::Result;

/// The most records on a page, whatever the component asks for.
const PAGE: u32 = 500;

impl Host for CallState {
    async fn fields(&mut self) -> Result<Vec<FieldDescription>> {
        self.faults.step().await?;
        let mut connection = self.store.readers().acquire().await?;
        let fields = self.crm.fields(&self.tenant, &mut connection).await?;
        self.reads
            .question(Question::Fields, fingerprint(&fields))?;
        Ok(fields)
    }

    async fn read_record(&mut self, reference: RecordRef) -> Result<Option<CrmRecord>> {
        self.faults.step().await?;
        let mut connection = self.store.readers().acquire().await?;
        let record = self
            .crm
            .read_record(&self.tenant, &mut connection, &reference)
            .await?;
        self.reads
            .record(&reference, record.as_ref().map(|it| it.revision))?;
        Ok(record)
    }

    async fn list_records(
        &mut self,
        kind: RecordKind,
        start: Option<String>,
        limit: u32,
    ) -> Result<RecordPage> {
        self.faults.step().await?;
        let limit = limit.clamp(1, PAGE);
        let mut connection = self.store.readers().acquire().await?;
        let from = start.as_deref();
        let records = self
            .crm
            .list_records(&self.tenant, &mut connection, kind, from, limit)
            .await?;
        self.reads.question(
            Question::Records(kind_name(kind), start, limit),
            page(&records),
        )?;
        Ok(records)
    }

    async fn read_selection(
        &mut self,
        selection: String,
        start: Option<String>,
        limit: u32,
    ) -> Result<RecordPage> {
        self.faults.step().await?;
        let limit = limit.clamp(1, PAGE);
        let mut connection = self.store.readers().acquire().await?;
        let from = start.as_deref();
        let records = self
            .crm
            .read_selection(&self.tenant, &mut connection, &selection, from, limit)
            .await?;
        self.reads
            .question(Question::Selection(selection, start, limit), page(&records))?;
        Ok(records)
    }

    async fn primary_contacts(&mut self, relation: String) -> Result<Vec<RecordRef>> {
        self.faults.step().await?;
        let mut connection = self.store.readers().acquire().await?;
        let contacts = self
            .crm
            .primary_contacts(&self.tenant, &mut connection, &relation)
            .await?;
        self.reads
            .question(Question::PrimaryContacts(relation), fingerprint(&contacts))?;
        Ok(contacts)
    }

    async fn permission_attributes(&mut self) -> Result<Vec<Permission>> {
        self.faults.step().await?;
        let mut connection = self.store.readers().acquire().await?;
        let attributes = self
            .crm
            .permission_attributes(&self.tenant, &mut connection)
            .await?;
        self.reads
            .question(Question::PermissionAttributes, fingerprint(&attributes))?;
        Ok(attributes)
    }

    async fn read_snapshot(
        &mut self,
        reference: RecordRef,
        run: Option<String>,
    ) -> Result<Option<ContactSnapshot>> {
        self.faults.step().await?;
        let mut connection = self.store.readers().acquire().await?;
        let snapshot = self
            .crm
            .read_snapshot(&self.tenant, &mut connection, &reference, run.as_deref())
            .await?;
        self.reads.question(
            Question::Snapshot(kind_name(reference.kind), reference.id, run),
            fingerprint(&snapshot),
        )?;
        Ok(snapshot)
    }

    async fn user_has_right(&mut self, user: String, right: String) -> Result<bool> {
        self.faults.step().await?;
        let mut connection = self.store.readers().acquire().await?;
        let has = self
            .crm
            .user_has_right(&self.tenant, &mut connection, &user, &right)
            .await?;
        self.reads
            .question(Question::Right(user, right), fingerprint(&has))?;
        Ok(has)
    }
}
