//! What a save changes, and whether the CRM's rules allow it. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    fields::{Catalogue, required},
    record::{Choice, Mail, Record},
    value::{self, ValueProblem},
};
use crate::contract::{Change, Consent, FieldValue, Origin, RecordRef, RecordState};

/// A form as it is saved: what it names changes, what it does not stays.
#[derive(Clone, Debug, Default)]
pub struct Edit {
    /// The new state.
    pub state: Option<RecordState>,
    /// The gate (PV-13).
    pub gate: Option<bool>,
    /// Synchronisation on or off (DA-74).
    pub sync_enabled: Option<bool>,
    /// “Bulk Email”: allow or not (DA-26).
    pub mail: Option<bool>,
    /// What the person said for permissions.
    pub permissions: BTreeMap<u32, Consent>,
    /// The owner; `Some(None)` takes it away.
    pub owner: Option<Option<String>>,
    /// The relation; `Some(None)` takes it away.
    pub relation: Option<Option<String>>,
    /// Field values; none empties a field.
    pub fields: BTreeMap<String, Option<FieldValue>>,
    /// How opt-ins and opt-outs of this save are known: `form`, `import` …
    pub evidence: Option<String>,
}

impl Edit {
    /// An empty form.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a field.
    #[must_use]
    pub fn field(mut self, name: &str, value: FieldValue) -> Self {
        self.fields.insert(name.to_owned(), Some(value));
        self
    }

    /// Sets a text field; an empty text empties it.
    #[must_use]
    pub fn text(mut self, name: &str, text: &str) -> Self {
        let value = (!text.is_empty()).then(|| FieldValue::Text(text.to_owned()));
        self.fields.insert(name.to_owned(), value);
        self
    }

    /// Empties a field.
    #[must_use]
    pub fn empty(mut self, name: &str) -> Self {
        self.fields.insert(name.to_owned(), None);
        self
    }

    /// Records what the person said for a permission.
    #[must_use]
    pub fn permission(mut self, bit: u32, consent: Consent) -> Self {
        self.permissions.insert(bit, consent);
        self
    }

    /// Sets “Bulk Email”.
    #[must_use]
    pub fn mail(mut self, allowed: bool) -> Self {
        self.mail = Some(allowed);
        self
    }

    /// Opens or closes the gate.
    #[must_use]
    pub fn gate(mut self, open: bool) -> Self {
        self.gate = Some(open);
        self
    }

    /// Sets the state.
    #[must_use]
    pub fn state(mut self, state: RecordState) -> Self {
        self.state = Some(state);
        self
    }

    /// Sets the owner.
    #[must_use]
    pub fn owner(mut self, owner: &str) -> Self {
        self.owner = Some(Some(owner.to_owned()));
        self
    }

    /// Sets the relation.
    #[must_use]
    pub fn relation(mut self, relation: &str) -> Self {
        self.relation = Some(Some(relation.to_owned()));
        self
    }

    /// Says how the opt-ins and opt-outs of this save are known.
    #[must_use]
    pub fn evidence(mut self, evidence: &str) -> Self {
        self.evidence = Some(evidence.to_owned());
        self
    }
}

/// A rule of the CRM that a save breaks. Nothing was saved and no event raised.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RuleBroken {
    /// A field that must not be empty is (DA-16).
    #[error("`{0}` must not be empty; fill it in and save again")]
    Missing(&'static str),
    /// There is no such field for this kind of record.
    #[error("this kind of record has no field `{0}`")]
    UnknownField(String),
    /// A value is not what its field asks for.
    #[error("field `{field}` {problem}")]
    Value {
        /// Which field.
        field: String,
        /// What is wrong with its value.
        problem: ValueProblem,
    },
    /// The account has no such permission.
    #[error("the Spotler account has no permission {0}; `settings show` lists those that it has")]
    UnknownPermission(u32),
    /// The opt-out came from Spotler, and a save does not lift it (C3, DA-31).
    #[error(
        "the person opted out in Spotler, which the CRM cannot lift; after a new opt-in, make the contact active again in Spotler with nothing but its e-mail address, then start the operation `reactivate`"
    )]
    OptedOutInSpotler,
    /// The record was deleted, and a deleted record cannot be changed.
    #[error("the record was deleted and cannot be changed any more")]
    Deleted,
    /// An id is 1 to 200 bytes long.
    #[error("an id must be 1 to 200 bytes long")]
    Id,
}

/// What the rules look things up in.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The fields that there are.
    pub catalogue: Catalogue,
    /// The permissions that the account has.
    pub permissions: BTreeSet<u32>,
}

/// A record to be stored, and the event that it raises.
#[derive(Clone, Debug)]
pub struct Saved {
    /// The record as it is from now on.
    pub record: Record,
    /// What happened to it.
    pub change: Change,
}

/// Carries out a save on a record, or on none for a new one. None where
/// nothing at all differs.
pub fn save(
    before: Option<&Record>,
    reference: &RecordRef,
    edit: &Edit,
    rules: &Rules,
    now: u64,
) -> Result<Option<Saved>, RuleBroken> {
    if !(1..=200).contains(&reference.id.len()) {
        return Err(RuleBroken::Id);
    }
    if before.is_some_and(|it| it.state == RecordState::Deleted) {
        return Err(RuleBroken::Deleted);
    }
    let mut record = before
        .cloned()
        .unwrap_or_else(|| Record::fresh(reference.clone(), now));
    set_fields(&mut record, edit, rules)?;
    set_choices(&mut record, edit, rules, now)?;
    record.state = edit.state.unwrap_or(record.state);
    record.gate = edit.gate.unwrap_or(record.gate);
    record.owner = edit.owner.clone().unwrap_or(record.owner);
    record.relation = edit.relation.clone().unwrap_or(record.relation);
    set_sync_enabled(&mut record, edit);
    if before == Some(&record) {
        return Ok(None);
    }
    let field = required(reference.kind);
    if record.text(field).trim().is_empty() {
        return Err(RuleBroken::Missing(field));
    }
    record.revision += 1;
    let change = change_between(before.map(|it| it.state), record.state);
    Ok(Some(Saved { record, change }))
}

fn set_fields(record: &mut Record, edit: &Edit, rules: &Rules) -> Result<(), RuleBroken> {
    for (name, value) in &edit.fields {
        let field = rules
            .catalogue
            .of(record.reference.kind, name)
            .ok_or_else(|| RuleBroken::UnknownField(name.clone()))?;
        let Some(value) = value else {
            record.fields.remove(name);
            continue;
        };
        value::check(field.field_type, &field.options, value).map_err(|problem| {
            RuleBroken::Value {
                field: name.clone(),
                problem,
            }
        })?;
        record.fields.insert(name.clone(), value.clone());
    }
    Ok(())
}

fn set_choices(
    record: &mut Record,
    edit: &Edit,
    rules: &Rules,
    now: u64,
) -> Result<(), RuleBroken> {
    let evidence = edit.evidence.clone().unwrap_or_else(|| "form".to_owned());
    for (&bit, &consent) in &edit.permissions {
        if !rules.permissions.contains(&bit) {
            return Err(RuleBroken::UnknownPermission(bit));
        }
        let said = record
            .permissions
            .get(&bit)
            .map_or(Consent::Unset, |it| it.consent);
        if said != consent {
            let evidence = evidence.clone();
            let choice = Choice {
                consent,
                changed_at: now,
                origin: Origin::Crm,
                evidence,
            };
            record.permissions.insert(bit, choice);
        }
    }
    if edit.mail == Some(true) && record.mail.opted_out_in_spotler() {
        return Err(RuleBroken::OptedOutInSpotler);
    }
    if let Some(allowed) = edit.mail.filter(|it| *it != record.mail.allowed) {
        record.mail = Mail {
            allowed,
            changed_at: now,
            origin: Origin::Crm,
            evidence,
        };
    }
    Ok(())
}

/// A user who switches synchronisation off sees `Disabled`; who switches it on
/// again sees no status until the next one (DA-74, DA-76).
fn set_sync_enabled(record: &mut Record, edit: &Edit) {
    use crate::contract::SyncStatus;
    let Some(enabled) = edit.sync_enabled.filter(|it| *it != record.sync_enabled) else {
        return;
    };
    record.sync_enabled = enabled;
    record.status = (!enabled).then_some(SyncStatus::Disabled);
    record.reason = (!enabled).then(|| "disabled".to_owned());
}

fn change_between(before: Option<RecordState>, after: RecordState) -> Change {
    use RecordState::{Active, Deleted, Inactive};
    match (before, after) {
        (None, _) => Change::Created,
        (Some(Active | Inactive), Deleted) => Change::Deleted,
        (Some(Active), Inactive) => Change::Deactivated,
        (Some(Inactive), Active) => Change::Reactivated,
        (Some(Active), Active) | (Some(Inactive), Inactive) | (Some(Deleted), _) => Change::Updated,
    }
}

#[cfg(test)]
mod tests;
