//! From the model's words to the contract's. Records of the model are taken
//! apart without `..`, so that a new field does not pass unseen.

use super::bindings::exports::koppel::crm_sync::{about, card, connection};
use super::bindings::koppel::crm_sync::{outcomes, types};
use super::convert_in::{all, same_cases};
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

impl From<RecordRef> for types::RecordRef {
    fn from(it: RecordRef) -> Self {
        let RecordRef { kind, id } = it;
        Self {
            kind: kind.into(),
            id,
        }
    }
}

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

impl From<Field> for types::Field {
    fn from(it: Field) -> Self {
        let Field { name, value } = it;
        Self {
            name,
            value: value.map(Into::into),
        }
    }
}

impl From<Permission> for types::Permission {
    fn from(it: Permission) -> Self {
        let Permission { bit, name } = it;
        Self { bit, name }
    }
}

impl From<Reason> for outcomes::Reason {
    fn from(it: Reason) -> Self {
        let Reason { code, about } = it;
        Self {
            code: code.to_owned(),
            about: facts(about),
        }
    }
}

impl From<Progress> for outcomes::Progress {
    fn from(it: Progress) -> Self {
        let Progress { done, total, unit } = it;
        Self {
            done,
            total,
            unit: unit.to_owned(),
        }
    }
}

impl From<Deferral> for outcomes::Deferral {
    fn from(it: Deferral) -> Self {
        let Deferral {
            reason,
            not_before,
            cursor,
            progress,
        } = it;
        let progress = progress.map(Into::into);
        Self {
            reason: reason.into(),
            not_before,
            cursor,
            progress,
        }
    }
}

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

impl From<RuleApplied> for outcomes::RuleApplied {
    fn from(it: RuleApplied) -> Self {
        let RuleApplied {
            rule,
            led_to,
            about,
        } = it;
        Self {
            rule: rule.to_owned(),
            led_to: led_to.to_owned(),
            about: facts(about),
        }
    }
}

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

impl From<MappingRow> for connection::MappingRow {
    fn from(it: MappingRow) -> Self {
        let MappingRow {
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

impl From<MappingFault> for connection::MappingFault {
    fn from(it: MappingFault) -> Self {
        let MappingFault {
            kind,
            field,
            reason,
        } = it;
        Self {
            kind: kind.into(),
            field,
            reason: reason.into(),
        }
    }
}

impl From<MappingEffect> for connection::MappingEffect {
    fn from(it: MappingEffect) -> Self {
        let MappingEffect {
            faults,
            linked,
            changing,
            requests,
            next,
        } = it;
        Self {
            faults: all(faults),
            linked,
            changing: all(changing),
            requests,
            next,
        }
    }
}

impl From<PropertyOption> for connection::Property {
    fn from(it: PropertyOption) -> Self {
        let PropertyOption {
            name,
            label,
            property_type,
            fits,
        } = it;
        Self {
            name,
            label,
            property_type,
            fits: all(fits),
        }
    }
}

impl From<ConnectionState> for connection::State {
    fn from(it: ConnectionState) -> Self {
        let ConnectionState {
            active,
            reason,
            mapping_saved,
            permissions,
        } = it;
        let reason = reason.to_owned();
        Self {
            active,
            reason,
            mapping_saved,
            permissions: all(permissions),
        }
    }
}

impl From<PermissionSwitch> for card::PermissionSwitch {
    fn from(it: PermissionSwitch) -> Self {
        let PermissionSwitch {
            bit,
            name,
            on,
            locked,
            consent,
            origin,
        } = it;
        Self {
            bit,
            name,
            on,
            locked,
            consent: consent.into(),
            origin: origin.into(),
        }
    }
}

impl From<Card> for card::Card {
    fn from(it: Card) -> Self {
        let Card {
            state,
            status,
            reason,
            synced_at,
            external_id,
            permissions,
        } = it;
        Self {
            state: state.into(),
            status: status.map(Into::into),
            reason: reason.to_owned(),
            synced_at,
            external_id,
            permissions: all(permissions),
        }
    }
}

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

impl From<Description> for about::Description {
    fn from(it: Description) -> Self {
        let Description {
            name,
            version,
            contract,
            profiles,
            operations,
            codes,
        } = it;
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
            contract: contract.to_owned(),
            profiles: words(profiles),
            operations: words(operations),
            codes: all(codes),
        }
    }
}
