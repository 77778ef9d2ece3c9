//! Journeys: Spotler's newer automations and its older campaigns behind one
//! notion (C7). Ids carry their kind, so that none is ever sent to the other side.

pub mod field;
pub mod lint;
pub mod memory;
pub mod settings;
pub mod standing;

use serde::{Deserialize, Serialize};

/// The two kinds of journey in Spotler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum JourneyKind {
    /// The newer kind.
    Automation,
    /// The older kind.
    Campaign,
}

impl JourneyKind {
    /// The word for it, as it stands in front of a code.
    pub fn word(self) -> &'static str {
        match self {
            Self::Automation => "automation",
            Self::Campaign => "campaign",
        }
    }
}

/// A trigger, with the kind of journey that it starts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TriggerRef {
    /// The kind of journey.
    pub kind: JourneyKind,
    /// Spotler's code.
    pub code: String,
}

impl TriggerRef {
    /// As it is written and remembered: `automation/CODE`.
    pub fn key(&self) -> String {
        format!("{}/{}", self.kind.word(), self.code)
    }

    /// Reads a code with its kind in front; none where there is no kind.
    pub fn from_key(text: &str) -> Option<Self> {
        let (word, code) = text.split_once('/')?;
        let kind = [JourneyKind::Automation, JourneyKind::Campaign]
            .into_iter()
            .find(|it| it.word() == word)?;
        let code = code.trim();
        (!code.is_empty()).then(|| Self {
            kind,
            code: code.to_owned(),
        })
    }
}

/// An external trigger of a journey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// Spotler's code of it.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// A journey, as Spotler lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journey {
    /// Its kind.
    pub kind: JourneyKind,
    /// Spotler's id of it.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether Spotler lets it start.
    pub active: bool,
    /// Its external triggers.
    pub triggers: Vec<Trigger>,
}

/// The journeys as they were last listed (AU-03).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalogue {
    /// The journeys.
    pub journeys: Vec<Journey>,
}

impl Catalogue {
    /// The journey that a trigger starts; the first, where it starts several.
    pub fn of(&self, trigger: &TriggerRef) -> Option<&Journey> {
        self.journeys.iter().find(|it| {
            it.kind == trigger.kind && it.triggers.iter().any(|its| its.code == trigger.code)
        })
    }

    /// What a person calls the journey of a trigger: its name, or the code where
    /// it was never listed.
    pub fn name_of(&self, trigger: &TriggerRef) -> String {
        self.of(trigger)
            .map_or_else(|| trigger.key(), |it| it.name.clone())
    }

    /// The trigger that a text means (AU-08): with its kind in front as it
    /// stands; alone the one that was listed; never listed, an automation's where
    /// it is a UUID, as only theirs are. None for an empty text.
    pub fn resolve(&self, text: &str) -> Option<TriggerRef> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        if let Some(named) = TriggerRef::from_key(text) {
            return Some(named);
        }
        let listed = self
            .journeys
            .iter()
            .find(|it| it.triggers.iter().any(|its| its.code == text));
        let kind = match listed {
            Some(journey) => journey.kind,
            None if is_uuid(text) => JourneyKind::Automation,
            None => JourneyKind::Campaign,
        };
        Some(TriggerRef {
            kind,
            code: text.to_owned(),
        })
    }
}

/// Whether a text has the form of a UUID.
fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|it| it.len()).collect();
    lengths == [8, 4, 4, 4, 12]
        && parts
            .iter()
            .all(|it| it.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: &str = "6ba7b812-9dad-11d1-80b4-00c04fd430c8";

    fn listed(kind: JourneyKind, code: &str) -> Catalogue {
        let trigger = Trigger {
            code: code.into(),
            name: "t".into(),
        };
        let journey = Journey {
            kind,
            id: "1".into(),
            name: "Welkom".into(),
            active: true,
            triggers: vec![trigger],
        };
        Catalogue {
            journeys: vec![journey],
        }
    }

    /// C7, AU-08
    #[test]
    fn a_code_means_the_journey_that_was_listed_with_it_else_what_its_form_says() {
        let kind = |catalogue: &Catalogue, text| catalogue.resolve(text).map(|it| it.kind);
        let empty = Catalogue::default();
        assert_eq!(kind(&empty, UUID), Some(JourneyKind::Automation));
        assert_eq!(kind(&empty, "Xy12"), Some(JourneyKind::Campaign));
        assert_eq!(kind(&empty, "  "), None);
        let campaign = listed(JourneyKind::Campaign, UUID);
        assert_eq!(kind(&campaign, UUID), Some(JourneyKind::Campaign));
        let automation = listed(JourneyKind::Automation, "Xy12");
        assert_eq!(kind(&automation, " Xy12 "), Some(JourneyKind::Automation));
        assert_eq!(
            kind(&automation, "campaign/Xy12"),
            Some(JourneyKind::Campaign)
        );
    }

    /// C7
    #[test]
    fn the_same_code_of_the_other_kind_is_another_trigger() {
        let catalogue = listed(JourneyKind::Automation, "Xy12");
        let other = TriggerRef::from_key("campaign/Xy12").expect("a trigger");
        assert_eq!(catalogue.of(&other), None);
        assert_eq!(catalogue.name_of(&other), "campaign/Xy12");
    }
}
