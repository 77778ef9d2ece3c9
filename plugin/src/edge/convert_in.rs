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

same_cases!(types::RecordKind => RecordKind: Contact, Lead, Account);
same_cases!(types::RecordState => RecordState: Active, Inactive, Deleted);
same_cases!(types::Origin => Origin: Crm, Spotler);
same_cases!(types::Consent => Consent: Unset, Given, Withdrawn);
same_cases!(types::FieldType => FieldType:
    Text, Number, Decimal, Boolean, Date, DateTime, Choice, MultiChoice);
same_cases!(super::bindings::koppel::crm_sync::signer::Refusal => Refusal:
    NoSecret, ForeignAddress, Malformed);

impl From<types::RecordRef> for RecordRef {
    fn from(it: types::RecordRef) -> Self {
        let types::RecordRef { kind, id } = it;
        Self {
            kind: kind.into(),
            id,
        }
    }
}

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

impl From<types::Field> for Field {
    fn from(it: types::Field) -> Self {
        let types::Field { name, value } = it;
        Self {
            name,
            value: value.map(Into::into),
        }
    }
}

impl From<types::FieldDescription> for FieldDescription {
    fn from(it: types::FieldDescription) -> Self {
        let types::FieldDescription {
            name,
            label,
            field_type,
            kinds,
            meaning,
        } = it;
        Self {
            name,
            label,
            field_type: field_type.into(),
            kinds: all(kinds),
            meaning,
        }
    }
}

impl From<types::Permission> for Permission {
    fn from(it: types::Permission) -> Self {
        let types::Permission { bit, name } = it;
        Self { bit, name }
    }
}

impl From<types::PermissionChoice> for PermissionChoice {
    fn from(it: types::PermissionChoice) -> Self {
        let types::PermissionChoice {
            bit,
            consent,
            changed_at,
            origin,
        } = it;
        Self {
            bit,
            consent: consent.into(),
            changed_at,
            origin: origin.into(),
        }
    }
}

impl From<types::MailChoice> for MailChoice {
    fn from(it: types::MailChoice) -> Self {
        let types::MailChoice {
            allowed,
            changed_at,
            origin,
        } = it;
        Self {
            allowed,
            changed_at,
            origin: origin.into(),
        }
    }
}

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

impl From<crm::RecordPage> for RecordPage {
    fn from(it: crm::RecordPage) -> Self {
        let crm::RecordPage { records, next } = it;
        Self {
            records: all(records),
            next,
        }
    }
}

impl From<connection::Profile> for ProfileChoice {
    fn from(it: connection::Profile) -> Self {
        match it {
            connection::Profile::Named(name) => Self::Named(name),
            connection::Profile::Custom(json) => Self::Custom(json),
        }
    }
}

impl From<connection::Settings> for Settings {
    fn from(it: connection::Settings) -> Self {
        let connection::Settings {
            active,
            key,
            secret_present,
            address,
            profile,
        } = it;
        Self {
            active,
            key,
            secret_present,
            address,
            profile: profile.into(),
        }
    }
}

impl From<connection::MappingRow> for MappingRow {
    fn from(it: connection::MappingRow) -> Self {
        let connection::MappingRow {
            kind,
            field,
            property,
        } = it;
        Self {
            kind: kind.into(),
            field,
            property,
        }
    }
}

impl From<actions::PermissionWish> for PermissionWish {
    fn from(it: actions::PermissionWish) -> Self {
        let actions::PermissionWish { bit, on } = it;
        Self { bit, on }
    }
}

impl From<actions::ManualAction> for ManualAction {
    fn from(it: actions::ManualAction) -> Self {
        let actions::ManualAction {
            operation,
            records,
            selection,
            permissions,
            fields,
            parameters,
        } = it;
        Self {
            operation,
            records: all(records),
            selection,
            permissions: all(permissions),
            fields: all(fields),
            parameters: facts(parameters),
        }
    }
}

impl From<module_fields::ModuleFieldChanged> for ModuleFieldChanged {
    fn from(it: module_fields::ModuleFieldChanged) -> Self {
        let module_fields::ModuleFieldChanged {
            relation,
            field,
            label,
            before,
            after,
        } = it;
        let (before, after) = (before.map(Into::into), after.map(Into::into));
        Self {
            relation,
            field,
            label,
            before,
            after,
        }
    }
}

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

impl From<stages::StageChanged> for StageChanged {
    fn from(it: stages::StageChanged) -> Self {
        let stages::StageChanged {
            sale,
            scheme,
            before,
            after,
            target,
            actions,
        } = it;
        let (target, actions) = (target.map(Into::into), all(actions));
        Self {
            sale,
            scheme,
            before,
            after,
            target,
            actions,
        }
    }
}
