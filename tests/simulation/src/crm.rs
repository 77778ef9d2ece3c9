//! A CRM of a few fields: records, and what an answer asks to change in them.
//! The rules are those of the demo CRM.

use std::collections::BTreeMap;

use koppel_plugin::change::CrmChange;
use koppel_plugin::crm::{
    Consent, CrmRecord, Field, FieldDescription, FieldType, FieldValue, MailChoice, Origin,
    Permission, PermissionChoice, RecordKind, RecordPage, RecordRef, RecordState, SyncStatus,
    Timestamp,
};

/// The records, and the opt-in attributes that the CRM has made.
#[derive(Clone, Debug, Default)]
pub(crate) struct Crm {
    pub(crate) records: BTreeMap<RecordRef, CrmRecord>,
    pub(crate) statuses: BTreeMap<RecordRef, SyncStatus>,
    pub(crate) attributes: Vec<Permission>,
}

/// The contact with this id.
pub(crate) fn contact(id: &str) -> RecordRef {
    RecordRef {
        kind: RecordKind::Contact,
        id: id.to_owned(),
    }
}

/// The fields that the CRM has.
pub(crate) fn fields() -> Vec<FieldDescription> {
    let field = |meaning: &str| FieldDescription {
        name: meaning.replace('-', "_"),
        label: meaning.to_owned(),
        field_type: FieldType::Text,
        kinds: vec![RecordKind::Contact],
        meaning: Some(meaning.to_owned()),
    };
    ["email", "first-name", "last-name", "city"]
        .map(field)
        .to_vec()
}

fn text(name: &str, value: &str) -> Field {
    Field {
        name: name.to_owned(),
        value: Some(FieldValue::Text(value.to_owned())),
    }
}

impl Crm {
    /// Types somebody in.
    pub(crate) fn type_in(&mut self, id: &str, address: &str, city: &str) {
        let reference = contact(id);
        let record = CrmRecord {
            reference: reference.clone(),
            revision: 1,
            state: RecordState::Active,
            gate: true,
            sync_enabled: true,
            mail: MailChoice {
                allowed: true,
                changed_at: 0,
                origin: Origin::Crm,
            },
            permissions: Vec::new(),
            owner: Some("owner-1".to_owned()),
            relation: None,
            fields: vec![
                text("email", address),
                text("first_name", "Anna"),
                text("last_name", "de Boer"),
                text("city", city),
            ],
        };
        self.records.insert(reference, record);
    }

    /// Changes a record; true where anything differs afterwards.
    pub(crate) fn change(
        &mut self,
        reference: &RecordRef,
        change: impl FnOnce(&mut CrmRecord),
    ) -> bool {
        let Some(record) = self.records.get_mut(reference) else {
            return false;
        };
        let before = record.clone();
        change(record);
        let differs = *record != before;
        record.revision += u64::from(differs);
        differs
    }

    pub(crate) fn page(&self, start: Option<&str>, limit: u32) -> RecordPage {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX).max(1);
        let mut rest = self.records.values().filter(|it| {
            it.state == RecordState::Active
                && start.is_none_or(|start| it.reference.id.as_str() >= start)
        });
        let records: Vec<CrmRecord> = rest.by_ref().take(limit).cloned().collect();
        let next = rest.next().map(|it| it.reference.id.clone());
        RecordPage { records, next }
    }

    /// Carries out one change that an answer asks for.
    pub(crate) fn apply(&mut self, change: &CrmChange) {
        match change {
            CrmChange::Status { target, status, .. } => {
                self.statuses.insert(target.clone(), *status);
            }
            CrmChange::Mail {
                target,
                allowed,
                origin,
                at,
                ..
            } => {
                self.change(target, |it| mail(it, *allowed, *origin, *at));
            }
            CrmChange::Permission {
                target,
                bit,
                consent,
                origin,
                at,
                ..
            } => {
                let said = PermissionChoice {
                    bit: *bit,
                    consent: *consent,
                    changed_at: *at,
                    origin: *origin,
                };
                self.change(target, |it| permission(it, said));
            }
            CrmChange::Gate { target, open } => {
                self.change(target, |it| it.gate = *open);
            }
            CrmChange::PermissionAttributes { permissions, .. } => {
                self.attributes.clone_from(permissions);
            }
            // Nothing that the component reads again, or nothing of the CRM's.
            CrmChange::Fields { .. }
            | CrmChange::State { .. }
            | CrmChange::Task(_)
            | CrmChange::EndTask(_)
            | CrmChange::Activity(_)
            | CrmChange::Log { .. }
            | CrmChange::Notify { .. }
            | CrmChange::Subject { .. }
            | CrmChange::Mailing(_)
            | CrmChange::SyncAgain(_)
            | CrmChange::ContactSnapshot(_)
            | CrmChange::RecordResult { .. } => {}
        }
    }
}

/// An opt-out that the CRM made is lifted by the CRM alone (C3).
fn mail(record: &mut CrmRecord, allowed: bool, origin: Origin, at: Timestamp) {
    let forbidden_here = !record.mail.allowed && record.mail.origin == Origin::Crm;
    if forbidden_here || record.mail.allowed == allowed {
        return;
    }
    record.mail = MailChoice {
        allowed,
        changed_at: at,
        origin,
    };
}

/// What was withdrawn in the CRM is never given by an answer (PV-12, DA-82).
fn permission(record: &mut CrmRecord, said: PermissionChoice) {
    let before = record.choice(said.bit);
    let consent = before.map_or(Consent::Unset, |it| it.consent);
    let withdrawn_here =
        before.is_some_and(|it| it.consent == Consent::Withdrawn && it.origin == Origin::Crm);
    if consent == said.consent || (withdrawn_here && said.consent != Consent::Withdrawn) {
        return;
    }
    record.permissions.retain(|it| it.bit != said.bit);
    record.permissions.push(said);
}

/// What a person says in the CRM.
pub(crate) fn say(record: &mut CrmRecord, bit: u32, consent: Consent, at: Timestamp) {
    if record.choice(bit).is_some_and(|it| it.consent == consent) {
        return;
    }
    record.permissions.retain(|it| it.bit != bit);
    record.permissions.push(PermissionChoice {
        bit,
        consent,
        changed_at: at,
        origin: Origin::Crm,
    });
}
