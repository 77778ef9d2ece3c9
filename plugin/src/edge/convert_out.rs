//! From the model's words to the contract's. Records of the model are taken
//! apart without `..`, so that a new field does not pass unseen.

use super::bindings::exports::koppel::crm_sync::{about, card, connection};
use super::bindings::koppel::crm_sync::{outcomes, types};
use super::convert_in::{all, maybe, same_cases, same_fields};
use crate::about::Description;
use crate::card::{BlockState, Card, PermissionSwitch};
use crate::codes::CodeText;
use crate::connection::{
    ConnectionState, MappingEffect, MappingFault, MappingRow, PropertyOption, QuestionFailed,
};
use crate::crm::{
    Consent, Facts, Field, FieldType, FieldValue, Origin, Permission, RecordKind, RecordRef,
    RecordState, SyncStatus,
};
use crate::outcome::{Actor, Answer, Deferral, Outcome, Progress, Reason, RuleApplied};

same_cases!(RecordKind => types::RecordKind: Contact, Lead, Account);
same_cases!(RecordState => types::RecordState: Active, Inactive, Deleted);
same_cases!(Origin => types::Origin: Crm, Spotler);
same_cases!(Consent => types::Consent: Unset, Given, Withdrawn);
same_cases!(SyncStatus => types::SyncStatus: Succeeded, Processing, Failed, OptOut, Disabled);
same_cases!(FieldType => types::FieldType:
    Text, Number, Decimal, Boolean, Date, DateTime, Choice, MultiChoice);
same_cases!(Actor => outcomes::Actor: CrmUser, Administrator, Marketer, Vendor);
same_cases!(BlockState => card::BlockState: Synchronised, NotSynchronised, Inactive);

/// Converts facts.
pub(super) fn facts(items: Facts) -> Vec<types::NamedValue> {
    items
        .into_iter()
        .map(|(name, value)| types::NamedValue { name, value })
        .collect()
}

fn words(items: Vec<&'static str>) -> Vec<String> {
    items.into_iter().map(str::to_owned).collect()
}

same_fields!(RecordRef => types::RecordRef: kind: Into::into, id);

impl From<FieldValue> for types::FieldValue {
    fn from(it: FieldValue) -> Self {
        match it {
            FieldValue::Text(text) => Self::Text(text),
            FieldValue::Number(number) => Self::Number(number),
            FieldValue::Decimal(text) => Self::Decimal(text),
            FieldValue::Boolean(yes) => Self::Boolean(yes),
            FieldValue::Date(text) => Self::Date(text),
            FieldValue::DateTime(text) => Self::DateTime(text),
            FieldValue::Choice(code) => Self::Choice(code),
            FieldValue::MultiChoice(codes) => Self::MultiChoice(codes),
        }
    }
}

same_fields!(Field => types::Field: name, value: maybe);
same_fields!(Permission => types::Permission: bit, name);
same_fields!(Reason => outcomes::Reason: code: str::to_owned, about: facts);
same_fields!(Progress => outcomes::Progress: done, total, unit: str::to_owned);
same_fields!(Deferral => outcomes::Deferral:
    reason: Into::into, not_before, cursor, progress: maybe);

impl From<Outcome> for outcomes::Outcome {
    fn from(it: Outcome) -> Self {
        match it {
            Outcome::Synced(reason) => Self::Synced(reason.into()),
            Outcome::Skipped(reason) => Self::Skipped(reason.into()),
            Outcome::Deferred(deferral) => Self::Deferred(deferral.into()),
            Outcome::Rejected(reason, who) => Self::Rejected(outcomes::Rejection {
                reason: reason.into(),
                who: who.into(),
            }),
        }
    }
}

impl From<QuestionFailed> for outcomes::QuestionFailed {
    fn from(it: QuestionFailed) -> Self {
        match it {
            QuestionFailed::NotActive => Self::NotActive,
            QuestionFailed::NotFound => Self::NotFound,
            QuestionFailed::Unavailable(reason) => Self::Unavailable(reason.into()),
            QuestionFailed::Refused(reason) => Self::Refused(reason.into()),
        }
    }
}

same_fields!(RuleApplied => outcomes::RuleApplied:
    rule: str::to_owned, led_to: str::to_owned, about: facts);

impl From<Answer> for outcomes::Answer {
    fn from(it: Answer) -> Self {
        let Answer {
            outcome,
            changes,
            why,
        } = it;
        let more = Vec::new();
        Self {
            outcome: outcome.into(),
            changes: all(changes),
            why: all(why),
            more,
        }
    }
}

same_fields!(MappingRow => connection::MappingRow: kind: Into::into, field, property);
same_fields!(MappingFault => connection::MappingFault: kind: Into::into, field, reason: Into::into);
same_fields!(MappingEffect => connection::MappingEffect:
    faults: all, linked, changing: all, requests, next);
same_fields!(PropertyOption => connection::Property: name, label, property_type, fits: all);
same_fields!(ConnectionState => connection::State:
    active, reason: str::to_owned, mapping_saved, permissions: all);
same_fields!(PermissionSwitch => card::PermissionSwitch:
    bit, name, on, locked, consent: Into::into, origin: Into::into);
same_fields!(Card => card::Card:
    state: Into::into, status: maybe, reason: str::to_owned, synced_at, external_id,
    permissions: all);

impl From<CodeText> for about::CodeText {
    fn from(it: CodeText) -> Self {
        let CodeText {
            code,
            nl,
            en,
            next_nl,
            next_en,
        } = it;
        let [code, nl, en, next_nl, next_en] = [code, nl, en, next_nl, next_en].map(str::to_owned);
        Self {
            code,
            nl,
            en,
            next_nl,
            next_en,
        }
    }
}

same_fields!(Description => about::Description:
    name: str::to_owned, version: str::to_owned, contract: str::to_owned, profiles: words,
    operations: words, codes: all);
