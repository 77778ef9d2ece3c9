//! The CRM as it would be while a plan is made: what it has, and over it the
//! records that the plan has changed.

use crate::contract::changes::{CrmChange, FieldChange, MailChange, PermissionChange};
use crate::contract::crm::RecordPage;
use crate::contract::types::{
    Consent, ContactSnapshot, CrmRecord, EveningWindow, FieldDescription, MailChoice, Origin,
    Permission, PermissionChoice, RecordKind, RecordRef, RecordState,
};
use crate::crm::{ApplyError, Crm, CrmError};
use crate::host::Host;
use crate::queue::subject_of;
use crate::{Connection, EventKey, TenantId, Timestamp};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What the plan has changed.
#[derive(Default)]
struct Over {
    records: BTreeMap<String, CrmRecord>,
    attributes: Option<Vec<Permission>>,
}

/// A CRM with a plan's changes over it.
pub(crate) struct Overlay {
    crm: Arc<dyn Crm>,
    over: Mutex<Over>,
}

impl Overlay {
    pub(crate) fn new(crm: Arc<dyn Crm>, records: Vec<CrmRecord>) -> Self {
        let records = records
            .into_iter()
            .map(|it| (subject_of(&it.reference), it))
            .collect();
        let over = Over {
            records,
            attributes: None,
        };
        Self {
            crm,
            over: Mutex::new(over),
        }
    }

    /// Carries out what an answer asks, as far as the component could read it.
    pub(crate) async fn change(
        &self,
        tenant: &TenantId,
        host: &Host,
        changes: &[CrmChange],
    ) -> Result<(), CrmError> {
        for change in changes {
            if let CrmChange::PermissionAttributes(it) = change {
                self.over().attributes = Some(it.permissions.clone());
            }
            let Some(target) = target_of(change) else {
                continue;
            };
            let mut connection = host.store().readers().acquire().await?;
            let Some(mut record) = self.read_record(tenant, &mut connection, target).await? else {
                continue;
            };
            let before = record.clone();
            change_record(&mut record, change);
            if record != before {
                record.revision += 1;
                self.over().records.insert(subject_of(target), record);
            }
        }
        Ok(())
    }

    fn over(&self) -> MutexGuard<'_, Over> {
        self.over.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn record(&self, reference: &RecordRef) -> Option<CrmRecord> {
        self.over().records.get(&subject_of(reference)).cloned()
    }

    fn replace(&self, page: &mut RecordPage) {
        for record in &mut page.records {
            if let Some(changed) = self.record(&record.reference) {
                *record = changed;
            }
        }
    }
}

/// The record that a change is about, where the component could read it back.
/// Further kinds of change need nothing here unless it could.
fn target_of(change: &CrmChange) -> Option<&RecordRef> {
    if let CrmChange::Mail(it) = change {
        return Some(&it.target);
    }
    if let CrmChange::Permission(it) = change {
        return Some(&it.target);
    }
    if let CrmChange::Gate(it) = change {
        return Some(&it.target);
    }
    if let CrmChange::Fields(it) = change {
        return Some(&it.target);
    }
    if let CrmChange::State(it) = change {
        return Some(&it.target);
    }
    None
}

/// Changes a record as [`Crm::apply`] must.
fn change_record(record: &mut CrmRecord, change: &CrmChange) {
    if let CrmChange::Mail(it) = change {
        set_mail(record, it);
    }
    if let CrmChange::Permission(it) = change {
        set_permission(record, it);
    }
    if let CrmChange::Gate(it) = change {
        record.gate = it.open;
    }
    if let CrmChange::Fields(it) = change {
        set_fields(record, it);
    }
    if let CrmChange::State(it) = change {
        record.state = it.state;
    }
}

/// What the CRM forbade stays forbidden (C3).
fn set_mail(record: &mut CrmRecord, change: &MailChange) {
    let forbidden_here = !record.mail.allowed && record.mail.origin == Origin::Crm;
    if !forbidden_here && record.mail.allowed != change.allowed {
        record.mail = MailChoice {
            allowed: change.allowed,
            changed_at: change.at,
            origin: change.origin,
        };
    }
}

/// What was withdrawn in the CRM is never given by an answer (PV-12).
fn set_permission(record: &mut CrmRecord, change: &PermissionChange) {
    let said = record.permissions.iter().find(|it| it.bit == change.bit);
    let consent = said.map_or(Consent::Unset, |it| it.consent);
    let withdrawn_here =
        said.is_some_and(|it| it.consent == Consent::Withdrawn && it.origin == Origin::Crm);
    if consent == change.consent || withdrawn_here {
        return;
    }
    record.permissions.retain(|it| it.bit != change.bit);
    record.permissions.push(PermissionChoice {
        bit: change.bit,
        consent: change.consent,
        changed_at: change.at,
        origin: change.origin,
    });
}

fn set_fields(record: &mut CrmRecord, change: &FieldChange) {
    for field in &change.fields {
        record.fields.retain(|it| it.name != field.name);
        record.fields.push(field.clone());
    }
}

#[async_trait]
impl Crm for Overlay {
    async fn fields(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
    ) -> Result<Vec<FieldDescription>, CrmError> {
        self.crm.fields(tenant, connection).await
    }

    async fn read_record(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
        reference: &RecordRef,
    ) -> Result<Option<CrmRecord>, CrmError> {
        match self.record(reference) {
            Some(changed) => Ok(Some(changed)),
            None => self.crm.read_record(tenant, connection, reference).await,
        }
    }

    async fn list_records(
        &self,
        tenant: &TenantId,
        connection: &mut Connection,
        kind: RecordKind,
        start: Option<&str>,
        limit: u32,
    ) -> Result<RecordPage, CrmError> {
        let mut page = self
            .crm
            .list_records(tenant, connection, kind, start, limit)
            .await?;
        self.replace(&mut page);
        page.records.retain(|it| it.state == RecordState::Active);
        if page.next.is_none() {
            // Those that are new, or active again, follow the last of the CRM's.
            let changed: Vec<CrmRecord> = self.over().records.values().cloned().collect();
            for record in changed {
                if record.reference.kind != kind || record.state != RecordState::Active {
                    continue;
                }
                let now = self
                    .crm
                    .read_record(tenant, connection, &record.reference)
                    .await?;
                if now.is_none_or(|it| it.state != RecordState::Active) {
                    page.records.push(record);
                }
            }
        }
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
        let mut page = self
            .crm
            .read_selection(tenant, connection, selection, start, limit)
            .await?;
        self.replace(&mut page);
        Ok(page)
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
        let planned = self.over().attributes.clone();
        match planned {
            Some(attributes) => Ok(attributes),
            None => self.crm.permission_attributes(tenant, connection).await,
        }
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

    /// A plan commits nothing.
    async fn apply(
        &self,
        _: &TenantId,
        _: &mut Connection,
        _: Timestamp,
        _: &EventKey,
        _: &[CrmChange],
    ) -> Result<(), ApplyError> {
        Err(ApplyError::Impossible("a plan commits nothing".to_owned()))
    }
}
