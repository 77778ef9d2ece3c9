//! Journeys and purchases, from the contract's words to the model's and back.

use super::bindings::exports::koppel::crm_sync::{journeys, shop};
use super::convert_in::{all, facts, same_cases, same_fields};
use crate::flows::journeys::occasions::{Purchase, SignUp};
use crate::flows::journeys::questions::JourneySwitch;
use crate::journey::field::{FieldType, MessageField, Source};
use crate::journey::lint::{Finding, Lint};
use crate::journey::settings::{Binding, JourneySettings, Occasion, TriggerFields};
use crate::journey::standing::Shown;
use crate::journey::{Journey, JourneyKind, Trigger};

same_cases!(JourneyKind => journeys::JourneyKind: Automation, Campaign);
same_cases!(Occasion => journeys::Occasion: SignUp, Cart, Order);
same_cases!(journeys::Occasion => Occasion: SignUp, Cart, Order);
same_cases!(Shown => journeys::Standing: Starting, Started, Unsure, Refused, Stopped);
same_cases!(Lint => journeys::Lint: Missing, Unused, OtherCase, WhiteSpace);

same_fields!(shop::Purchase => Purchase:
    id, target: Into::into, products, link, status, values: facts);
same_fields!(journeys::SignUp => SignUp: id, form, target: Into::into, values: facts);
same_fields!(Trigger => journeys::Trigger: code, name);
same_fields!(Journey => journeys::Journey: kind: Into::into, id, name, active, triggers: all);
same_fields!(journeys::Binding => Binding:
    id, occasion: Into::into, status, starts, stops, own_confirmation);
same_fields!(Binding => journeys::Binding:
    id, occasion: Into::into, status, starts, stops, own_confirmation);

impl From<journeys::FieldSource> for Source {
    fn from(it: journeys::FieldSource) -> Self {
        match it {
            journeys::FieldSource::RecordField(name) => Self::RecordField(name),
            journeys::FieldSource::Fixed(text) => Self::Fixed(text),
            journeys::FieldSource::Products => Self::Products,
            journeys::FieldSource::Link => Self::Link,
            journeys::FieldSource::Value(name) => Self::Value(name),
        }
    }
}

impl From<Source> for journeys::FieldSource {
    fn from(it: Source) -> Self {
        match it {
            Source::RecordField(name) => Self::RecordField(name),
            Source::Fixed(text) => Self::Fixed(text),
            Source::Products => Self::Products,
            Source::Link => Self::Link,
            Source::Value(name) => Self::Value(name),
        }
    }
}

impl From<MessageField> for journeys::MessageField {
    fn from(it: MessageField) -> Self {
        let MessageField {
            name,
            field_type,
            source,
        } = it;
        Self {
            name,
            field_type: Some(field_type.word().to_owned()),
            source: source.into(),
        }
    }
}

/// A type that is not one is a fault of the form, told with the field's name.
impl TryFrom<journeys::JourneySettings> for JourneySettings {
    type Error = Vec<String>;

    fn try_from(it: journeys::JourneySettings) -> Result<Self, Vec<String>> {
        let journeys::JourneySettings { bindings, fields } = it;
        let mut faults = Vec::new();
        let mut read = Vec::new();
        for of_trigger in fields {
            let journeys::TriggerFields { trigger, fields } = of_trigger;
            let mut these = Vec::new();
            for field in fields {
                let journeys::MessageField {
                    name,
                    field_type,
                    source,
                } = field;
                match FieldType::of(field_type.as_deref()) {
                    Some(field_type) => these.push(MessageField {
                        name,
                        field_type,
                        source: source.into(),
                    }),
                    None => faults.push(format!("{name}: unknown-type")),
                }
            }
            read.push(TriggerFields {
                trigger,
                fields: these,
            });
        }
        if faults.is_empty() {
            Ok(Self {
                bindings: all(bindings),
                fields: read,
            })
        } else {
            Err(faults)
        }
    }
}

same_fields!(TriggerFields => journeys::TriggerFields: trigger, fields: all);
same_fields!(JourneySettings => journeys::JourneySettings: bindings: all, fields: all);

impl From<JourneySwitch> for journeys::JourneySwitch {
    fn from(it: JourneySwitch) -> Self {
        let JourneySwitch {
            kind,
            name,
            trigger,
            active,
            shown,
            since,
            reason,
            participations,
        } = it;
        Self {
            kind: kind.into(),
            name,
            trigger: trigger.into(),
            active,
            standing: shown.map_or(journeys::Standing::Off, Into::into),
            since,
            reason,
            participations,
        }
    }
}

same_fields!(Finding => journeys::Finding: lint: Into::into, name, meant);
