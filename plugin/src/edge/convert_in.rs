//! From the contract's words to the model's. Records are taken apart without
//! `..`, so that a new field does not pass unseen.

use super::bindings::exports::koppel::crm_sync::{actions, connection, module_fields, stages};
use super::bindings::koppel::crm_sync::{crm, types};
use crate::connection::{MappingRow, ProfileChoice, Settings};
use crate::crm::{
    Consent, CrmRecord, Event, Facts, Field, FieldDescription, FieldType, FieldValue, MailChoice,
    Origin, Permission, PermissionChoice, RecordKind, RecordPage, RecordRef, RecordState,
};
use crate::flows::module_field_changed::ModuleFieldChanged;
use crate::flows::stage_changed::{AutomaticAction, StageChanged};
use crate::manual::{ManualAction, PermissionWish};
use crate::ports::Refusal;

/// Converts the items of a list.
pub(super) fn all<T, U: From<T>>(items: Vec<T>) -> Vec<U> {
    items.into_iter().map(U::from).collect()
}

/// Converts what may be missing.
pub(super) fn maybe<T, U: From<T>>(item: Option<T>) -> Option<U> {
    item.map(U::from)
}

/// Converts facts.
pub(super) fn facts(items: Vec<types::NamedValue>) -> Facts {
    items
        .into_iter()
        .map(|types::NamedValue { name, value }| (name, value))
        .collect()
}

/// Converts an enumeration whose cases have the same names on both sides.
macro_rules! same_cases {
    ($from:path => $to:path: $($case:ident),+ $(,)?) => {
        impl From<$from> for $to {
            fn from(it: $from) -> Self {
                use $from as From;
                match it {
                    $(From::$case => Self::$case,)+
                }
            }
        }
    };
}
pub(super) use same_cases;

/// Converts a record whose fields have the same names on both sides; behind a
/// field stands what converts it. A new field on either side does not compile.
macro_rules! same_fields {
    ($from:path => $to:path: $($field:ident $(: $convert:path)?),+ $(,)?) => {
        impl From<$from> for $to {
            fn from(it: $from) -> Self {
                let $from { $($field),+ } = it;
                Self { $($field: $($convert)? ($field)),+ }
            }
        }
    };
}
pub(super) use same_fields;

same_cases!(types::RecordKind => RecordKind: Contact, Lead, Account);
same_cases!(types::RecordState => RecordState: Active, Inactive, Deleted);
same_cases!(types::Origin => Origin: Crm, Spotler);
same_cases!(types::Consent => Consent: Unset, Given, Withdrawn);
same_cases!(types::FieldType => FieldType:
    Text, Number, Decimal, Boolean, Date, DateTime, Choice, MultiChoice);
same_cases!(super::bindings::koppel::crm_sync::signer::Refusal => Refusal:
    NoSecret, ForeignAddress, Malformed);

same_fields!(types::RecordRef => RecordRef: kind: Into::into, id);

impl From<types::FieldValue> for FieldValue {
    fn from(it: types::FieldValue) -> Self {
        match it {
            types::FieldValue::Text(text) => Self::Text(text),
            types::FieldValue::Number(number) => Self::Number(number),
            types::FieldValue::Decimal(text) => Self::Decimal(text),
            types::FieldValue::Boolean(yes) => Self::Boolean(yes),
            types::FieldValue::Date(text) => Self::Date(text),
            types::FieldValue::DateTime(text) => Self::DateTime(text),
            types::FieldValue::Choice(code) => Self::Choice(code),
            types::FieldValue::MultiChoice(codes) => Self::MultiChoice(codes),
        }
    }
}

same_fields!(types::Field => Field: name, value: maybe);
same_fields!(types::FieldDescription => FieldDescription:
    name, label, field_type: Into::into, kinds: all, meaning);
same_fields!(types::Permission => Permission: bit, name);
same_fields!(types::PermissionChoice => PermissionChoice:
    bit, consent: Into::into, changed_at, origin: Into::into);
same_fields!(types::MailChoice => MailChoice: allowed, changed_at, origin: Into::into);

impl From<types::CrmRecord> for CrmRecord {
    fn from(it: types::CrmRecord) -> Self {
        let types::CrmRecord {
            reference,
            revision,
            state,
            gate,
            sync_enabled,
            mail,
            permissions,
            owner,
            relation,
            fields,
            more: _,
        } = it;
        Self {
            reference: reference.into(),
            revision,
            state: state.into(),
            gate,
            sync_enabled,
            mail: mail.into(),
            permissions: all(permissions),
            owner,
            relation,
            fields: all(fields),
        }
    }
}

impl From<types::Event> for Event {
    fn from(it: types::Event) -> Self {
        let types::Event {
            id,
            attempt,
            occurred_at,
            user,
            cursor,
            more: _,
        } = it;
        Self {
            id,
            attempt,
            occurred_at,
            user,
            cursor,
            restrict_only: false,
        }
    }
}

same_fields!(crm::RecordPage => RecordPage: records: all, next);

impl From<connection::Profile> for ProfileChoice {
    fn from(it: connection::Profile) -> Self {
        match it {
            connection::Profile::Named(name) => Self::Named(name),
            connection::Profile::Custom(json) => Self::Custom(json),
        }
    }
}

same_fields!(connection::Settings => Settings:
    active, key, secret_present, address, profile: Into::into);
same_fields!(connection::MappingRow => MappingRow: kind: Into::into, field, property);
same_fields!(actions::PermissionWish => PermissionWish: bit, on);
same_fields!(actions::ManualAction => ManualAction:
    operation, records: all, selection, permissions: all, fields: all, parameters: facts);
same_fields!(module_fields::ModuleFieldChanged => ModuleFieldChanged:
    relation, field, label, before: maybe, after: maybe);

impl From<stages::AutomaticAction> for AutomaticAction {
    fn from(it: stages::AutomaticAction) -> Self {
        let stages::AutomaticAction {
            id,
            action_type,
            target_system,
            name,
            description,
            note,
            state,
            permissions,
            starts,
            stops,
        } = it;
        let _shown_by_the_crm_only = description;
        let state = state.map(Into::into);
        Self {
            id,
            action_type,
            target_system,
            name,
            note,
            state,
            permissions,
            starts,
            stops,
        }
    }
}

same_fields!(stages::StageChanged => StageChanged:
    sale, scheme, before, after, target: maybe, actions: all);
