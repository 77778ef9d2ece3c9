//! Journeys and purchases, from the contract's words to the model's and back.

use super::bindings::exports::koppel::crm_sync::{journeys, shop};
use super::convert_in::{all, facts, same_cases};
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

impl From<shop::Purchase> for Purchase {
    fn from(it: shop::Purchase) -> Self {
        let shop::Purchase {
            id,
            target,
            products,
            link,
            status,
            values,
        } = it;
        Self {
            id,
            target: target.into(),
            products,
            link,
            status,
            values: facts(values),
        }
    }
}

impl From<journeys::SignUp> for SignUp {
    fn from(it: journeys::SignUp) -> Self {
        let journeys::SignUp {
            id,
            form,
            target,
            values,
        } = it;
        Self {
            id,
            form,
            target: target.into(),
            values: facts(values),
        }
    }
}

impl From<Trigger> for journeys::Trigger {
    fn from(it: Trigger) -> Self {
        let Trigger { code, name } = it;
        Self { code, name }
    }
}

impl From<Journey> for journeys::Journey {
    fn from(it: Journey) -> Self {
        let Journey {
            kind,
            id,
            name,
            active,
            triggers,
        } = it;
        Self {
            kind: kind.into(),
            id,
            name,
            active,
            triggers: all(triggers),
        }
    }
}

impl From<journeys::Binding> for Binding {
    fn from(it: journeys::Binding) -> Self {
        let journeys::Binding {
            id,
            occasion,
            status,
            starts,
            stops,
            own_confirmation,
        } = it;
        Self {
            id,
            occasion: occasion.into(),
            status,
            starts,
            stops,
            own_confirmation,
        }
    }
}

impl From<Binding> for journeys::Binding {
    fn from(it: Binding) -> Self {
        let Binding {
            id,
            occasion,
            status,
            starts,
            stops,
            own_confirmation,
        } = it;
        Self {
            id,
            occasion: occasion.into(),
            status,
            starts,
            stops,
            own_confirmation,
        }
    }
}

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

impl From<TriggerFields> for journeys::TriggerFields {
    fn from(it: TriggerFields) -> Self {
        let TriggerFields { trigger, fields } = it;
        Self {
            trigger,
            fields: all(fields),
        }
    }
}

impl From<JourneySettings> for journeys::JourneySettings {
    fn from(it: JourneySettings) -> Self {
        let JourneySettings { bindings, fields } = it;
        Self {
            bindings: all(bindings),
            fields: all(fields),
        }
    }
}

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

impl From<Finding> for journeys::Finding {
    fn from(it: Finding) -> Self {
        let Finding { lint, name, meant } = it;
        Self {
            lint: lint.into(),
            name,
            meant,
        }
    }
}
