//! The desk at which records are saved: the row and its event are one
//! transaction, so nothing is saved that the connector does not hear of.

use std::sync::Arc;

use koppel_embedding::{Clock, Connection, Event, EventKey, NewEvent, Store, TenantId, queue};

use super::{
    attributes, contact_snapshots,
    edit::{self, Edit, Rules},
    error::{SaveError, StoreError},
    fields::{Catalogue, Field},
    jobs::{self, NewJob},
    migrations,
    record::Record,
    rehearsal::Rehearsal,
    rows,
};
use crate::{
    contract::{Consent, RecordRef, RecordState},
    window::EveningHours,
};

/// One tenant's CRM. Clones share everything.
#[derive(Clone)]
pub struct DemoCrm {
    pub(crate) store: Store,
    pub(crate) tenant: TenantId,
    pub(crate) user: Option<String>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) hours: Arc<EveningHours>,
    /// Set while nothing is to be saved.
    pub(crate) rehearsal: Option<Rehearsal>,
}

/// What a save came to.
#[derive(Clone, Debug, PartialEq)]
pub struct SaveReport {
    /// The event that was queued; none where nothing differed.
    pub event: Option<EventKey>,
    /// The record's revision from now on.
    pub revision: u64,
}

/// Whether a save may make a record, must make it, or must find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expect {
    New,
    Known,
    Either,
}

impl std::fmt::Debug for DemoCrm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DemoCrm")
            .field("tenant", &self.tenant)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

impl DemoCrm {
    /// Makes the CRM's tables in the store, or brings them up to date.
    pub async fn open(
        store: Store,
        tenant: TenantId,
        clock: Arc<dyn Clock>,
        hours: EveningHours,
    ) -> Result<Self, StoreError> {
        let migrated = store
            .make_tables(|connection| {
                Box::pin(async move {
                    let migrator = migrations::migrator(connection);
                    migrator
                        .run_direct(None, connection, false)
                        .await
                        .map_err(StoreError::from)
                })
            })
            .await;
        migrated.map_err(koppel_embedding::store::WriteError::into_inner)?;
        Ok(Self {
            store,
            tenant,
            user: None,
            clock,
            hours: Arc::new(hours),
            rehearsal: None,
        })
    }

    /// The same CRM, in which saves are noted and not made.
    #[must_use]
    pub fn rehearsing(&self, rehearsal: &Rehearsal) -> Self {
        Self {
            rehearsal: Some(rehearsal.clone()),
            ..self.clone()
        }
    }

    /// The same CRM, with this user at the desk.
    #[must_use]
    pub fn as_user(&self, user: &str) -> Self {
        Self {
            user: Some(user.to_owned()),
            ..self.clone()
        }
    }

    /// The CRM of another tenant in the same file.
    #[must_use]
    pub fn of_tenant(&self, tenant: TenantId) -> Self {
        Self {
            tenant,
            ..self.clone()
        }
    }

    /// Whose CRM it is.
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// What time the CRM has.
    pub fn now(&self) -> u64 {
        self.clock.now()
    }

    /// The file that it lives in.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Makes a new record; refused where there is one with this id.
    pub async fn create(&self, reference: &RecordRef, edit: Edit) -> Result<SaveReport, SaveError> {
        self.save_expecting(reference, edit, Expect::New).await
    }

    /// Saves a form of a record that is there.
    pub async fn edit(&self, reference: &RecordRef, edit: Edit) -> Result<SaveReport, SaveError> {
        self.save_expecting(reference, edit, Expect::Known).await
    }

    /// Saves a form, and makes the record where there is none.
    pub async fn save(&self, reference: &RecordRef, edit: Edit) -> Result<SaveReport, SaveError> {
        self.save_expecting(reference, edit, Expect::Either).await
    }

    /// Takes a record out of use.
    pub async fn deactivate(&self, reference: &RecordRef) -> Result<SaveReport, SaveError> {
        self.edit(reference, Edit::new().state(RecordState::Inactive))
            .await
    }

    /// Takes a record into use again.
    pub async fn reactivate(&self, reference: &RecordRef) -> Result<SaveReport, SaveError> {
        self.edit(reference, Edit::new().state(RecordState::Active))
            .await
    }

    /// Deletes a record; it stays readable as it last was.
    pub async fn delete(&self, reference: &RecordRef) -> Result<SaveReport, SaveError> {
        self.edit(reference, Edit::new().state(RecordState::Deleted))
            .await
    }

    /// Records what the person said for a permission, and how that is known.
    pub async fn set_permission(
        &self,
        reference: &RecordRef,
        bit: u32,
        consent: Consent,
        evidence: &str,
    ) -> Result<SaveReport, SaveError> {
        let edit = Edit::new().permission(bit, consent).evidence(evidence);
        self.edit(reference, edit).await
    }

    /// Sets “Bulk Email”: allow or not (DA-26).
    pub async fn set_mail(
        &self,
        reference: &RecordRef,
        allowed: bool,
    ) -> Result<SaveReport, SaveError> {
        self.edit(reference, Edit::new().mail(allowed)).await
    }

    /// Gives or takes the “Spotler” attribute (PV-13).
    pub async fn set_gate(
        &self,
        reference: &RecordRef,
        open: bool,
    ) -> Result<SaveReport, SaveError> {
        self.edit(reference, Edit::new().gate(open)).await
    }

    /// Switches the synchronisation of a record on or off (DA-74).
    pub async fn set_sync_enabled(
        &self,
        reference: &RecordRef,
        enabled: bool,
    ) -> Result<SaveReport, SaveError> {
        self.edit(
            reference,
            Edit {
                sync_enabled: Some(enabled),
                ..Edit::new()
            },
        )
        .await
    }

    /// A record, whatever its state; none if there never was one.
    pub async fn record(&self, reference: &RecordRef) -> Result<Option<Record>, StoreError> {
        let mut connection = self.store.readers().acquire().await?;
        rows::read(&mut connection, self.tenant.as_str(), reference).await
    }

    /// The fields that records have here.
    pub async fn catalogue(&self) -> Result<Catalogue, StoreError> {
        let mut connection = self.store.readers().acquire().await?;
        attributes::catalogue(&mut connection, self.tenant.as_str()).await
    }

    /// The fields that can be mapped: those of the records, and those of
    /// relations that their primary contacts carry.
    pub async fn mappable_fields(&self) -> Result<Catalogue, StoreError> {
        let mut connection = self.store.readers().acquire().await?;
        attributes::mappable(&mut connection, self.tenant.as_str()).await
    }

    /// Adds a field to the catalogue (DA-55). One with this name is replaced.
    pub async fn add_field(&self, field: Field) -> Result<(), StoreError> {
        self.write(move |connection, tenant| {
            Box::pin(async move { attributes::add_field(connection, &tenant, &field).await })
        })
        .await
    }

    /// Queues an event that is not about the save of a record.
    pub async fn enqueue(&self, event: Event) -> Result<EventKey, StoreError> {
        let new = self.new_event(event);
        let tenant = self.tenant.clone();
        self.write(move |connection, _| {
            Box::pin(async move { enqueue(connection, &tenant, new).await })
        })
        .await
    }

    pub(crate) fn new_event(&self, event: Event) -> NewEvent {
        NewEvent {
            event,
            occurred_at: self.clock.now(),
            user: self.user.clone(),
        }
    }

    /// Runs work in a transaction of its own, with the tenant's name; in a
    /// rehearsal, nothing of it is kept.
    pub(crate) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<sqlx::Error> + Send + 'static,
        F: for<'c> FnOnce(
                &'c mut Connection,
                String,
            )
                -> std::pin::Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'c>>
            + Send
            + 'static,
    {
        if let Some(rehearsal) = &self.rehearsal {
            return rehearsal.write(self, work).await;
        }
        let tenant = self.tenant.as_str().to_owned();
        let done = self
            .store
            .write(&self.tenant, move |connection| work(connection, tenant))
            .await;
        done.map_err(koppel_embedding::store::WriteError::into_inner)
    }

    async fn save_expecting(
        &self,
        reference: &RecordRef,
        edit: Edit,
        expect: Expect,
    ) -> Result<SaveReport, SaveError> {
        let (crm, reference) = (self.clone(), reference.clone());
        self.write(move |connection, tenant| {
            Box::pin(async move {
                let rules = attributes::rules(connection, &tenant).await?;
                crm.save_on(connection, &rules, &reference, &edit, expect)
                    .await
            })
        })
        .await
    }

    /// Saves on a connection that is in a transaction.
    pub(crate) async fn save_on(
        &self,
        connection: &mut Connection,
        rules: &Rules,
        reference: &RecordRef,
        edit: &Edit,
        expect: Expect,
    ) -> Result<SaveReport, SaveError> {
        let tenant = self.tenant.as_str();
        let before = rows::read(connection, tenant, reference).await?;
        match (&before, expect) {
            (Some(_), Expect::New) => return Err(SaveError::Exists(reference.clone())),
            (None, Expect::Known) => return Err(SaveError::Unknown(reference.clone())),
            (Some(_) | None, Expect::New | Expect::Known | Expect::Either) => {}
        }
        let saved = edit::save(before.as_ref(), reference, edit, rules, self.clock.now()).map_err(
            |broken| SaveError::Rule {
                reference: reference.clone(),
                broken,
            },
        )?;
        let Some(saved) = saved else {
            let revision = before.map_or(0, |it| it.revision);
            return Ok(SaveReport {
                event: None,
                revision,
            });
        };
        rows::write(connection, tenant, &saved.record).await?;
        if saved.record.state == RecordState::Deleted {
            contact_snapshots::forget(connection, tenant, reference).await?;
        }
        let event = Event::ContactSaved {
            record: reference.clone(),
            change: saved.change,
        };
        let key = enqueue(connection, &self.tenant, self.new_event(event)).await?;
        Ok(SaveReport {
            event: Some(key),
            revision: saved.record.revision,
        })
    }
}

/// Queues an event; what a person starts by hand becomes a job.
pub(crate) async fn enqueue(
    connection: &mut Connection,
    tenant: &TenantId,
    new: NewEvent,
) -> Result<EventKey, StoreError> {
    if matches!(new.event, Event::Tick) {
        contact_snapshots::forget_old(connection, tenant.as_str(), new.occurred_at).await?;
    }
    let job = NewJob::of(&new.event, new.user.as_deref());
    let at = new.occurred_at;
    let key = queue::enqueue(connection, tenant, new)
        .await
        .map_err(|error| StoreError::Queue(Box::new(error)))?;
    if let Some(job) = job {
        let number = jobs::open(connection, tenant.as_str(), at, &job).await?;
        jobs::add_event(connection, tenant.as_str(), number, &key).await?;
    }
    Ok(key)
}

#[cfg(test)]
mod tests;
