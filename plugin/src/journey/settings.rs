//! What a user set up for journeys: what starts and stops what (AU-04), and
//! what is sent along.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::journey::field::{self, FieldType, MessageField, Source};
use crate::journey::{Catalogue, TriggerRef};

/// What in the CRM can start and stop a journey by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Occasion {
    /// Somebody signed up through a form.
    SignUp,
    /// A cart got a status.
    Cart,
    /// An order got a status.
    Order,
}

/// What an occasion starts and stops.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// Names it.
    pub id: String,
    /// What happens.
    pub occasion: Occasion,
    /// The status, or the name of the form.
    pub status: String,
    /// Codes of the triggers that start.
    pub starts: Vec<String>,
    /// Codes of the triggers that stop.
    pub stops: Vec<String>,
    /// Whether the CRM sends a confirmation of its own (AU-25).
    pub own_confirmation: bool,
}

/// The fields that go with a trigger, the code as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriggerFields {
    /// The trigger code.
    pub trigger: String,
    /// The fields.
    pub fields: Vec<MessageField>,
}

/// All of it, one document for each tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JourneySettings {
    /// What starts and stops what.
    pub bindings: Vec<Binding>,
    /// What is sent along.
    pub fields: Vec<TriggerFields>,
}

impl JourneySettings {
    /// The bindings of an occasion with this status.
    pub fn bound<'a>(
        &'a self,
        occasion: Occasion,
        status: &'a str,
    ) -> impl Iterator<Item = &'a Binding> {
        let same = move |it: &str| same_status(it, status);
        self.bindings
            .iter()
            .filter(move |it| it.occasion == occasion && same(&it.status))
    }

    /// The fields that are set up for a trigger.
    pub fn fields_of(&self, trigger: &TriggerRef, catalogue: &Catalogue) -> Vec<MessageField> {
        let is_meant =
            |it: &&TriggerFields| catalogue.resolve(&it.trigger).as_ref() == Some(trigger);
        self.fields
            .iter()
            .filter(is_meant)
            .flat_map(|it| it.fields.iter().cloned())
            .collect()
    }

    /// The fields that a message of a trigger can show: those that are set up, and
    /// what the occasions that start it bring along.
    pub fn shown_by(&self, trigger: &TriggerRef, catalogue: &Catalogue) -> Vec<MessageField> {
        let mut fields = self.fields_of(trigger, catalogue);
        let starts_it = |it: &Binding| {
            it.starts
                .iter()
                .any(|code| catalogue.resolve(code).as_ref() == Some(trigger))
        };
        let occasions: Vec<Occasion> = self
            .bindings
            .iter()
            .filter(|it| starts_it(it))
            .map(|it| it.occasion)
            .collect();
        let mut add = |name: &str, field_type, source: Source| {
            if !fields
                .iter()
                .any(|it| it.source == source || it.name == name)
            {
                let name = name.to_owned();
                fields.push(MessageField {
                    name,
                    field_type,
                    source,
                });
            }
        };
        if occasions.contains(&Occasion::Cart) || occasions.contains(&Occasion::Order) {
            add("productlist", FieldType::ProductList, Source::Products);
        }
        if occasions.contains(&Occasion::Cart) {
            add("linktocart", FieldType::Url, Source::Link);
        }
        fields
    }

    /// What is wrong with it: names of bindings, triggers and fields.
    pub fn faults(&self, catalogue: &Catalogue) -> Vec<String> {
        let mut faults = Vec::new();
        let mut ids = BTreeSet::new();
        for binding in &self.bindings {
            let mut fault = |what: &str| faults.push(format!("{}: {what}", binding.id));
            if binding.id.trim().is_empty() || !ids.insert(&binding.id) {
                fault("id-missing-or-twice");
            }
            if binding.status.trim().is_empty() {
                fault("status-missing");
            }
            let mut codes = binding.starts.iter().chain(&binding.stops);
            if codes.any(|it| catalogue.resolve(it).is_none()) {
                fault("trigger-code-missing");
            }
            if binding.starts.is_empty() && binding.stops.is_empty() {
                fault("starts-and-stops-nothing");
            }
        }
        let mut triggers = BTreeSet::new();
        for of_trigger in &self.fields {
            match catalogue.resolve(&of_trigger.trigger) {
                Some(trigger) if triggers.insert(trigger.key()) => {}
                Some(trigger) => faults.push(format!("{}: fields-twice", trigger.key())),
                None => faults.push("trigger-code-missing".to_owned()),
            }
            if let Err(fault) = field::check(&of_trigger.fields) {
                faults.push(fault.told());
            }
        }
        faults
    }
}

/// Whether two words for a status are the same.
pub fn same_status(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}
