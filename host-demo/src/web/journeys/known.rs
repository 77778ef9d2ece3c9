//! The journeys as they were last listed, and what their triggers are called.

use crate::{
    contract::{Journey, NamedValue},
    crm::codes::Code,
    host::HostError,
    web::{form::Fields, records::Choice, trouble::Trouble, visit::Visit},
};

/// The journeys that are known; none where there is no connection yet.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(crate) journeys: Vec<Journey>,
}

impl Known {
    pub(crate) async fn of(visit: &Visit) -> Result<Self, Trouble> {
        match visit.host.journeys().await {
            Err(HostError::NotActive | HostError::NotFound) => Ok(Self::default()),
            answer => Ok(Self {
                journeys: visit.told(answer)?,
            }),
        }
    }

    /// What the journey of a trigger code is called, whether its kind stands in
    /// front of it or not; a code that was never listed stands for itself.
    pub(crate) fn name(&self, code: &str) -> String {
        let (kind, bare) = match code.split_once('/') {
            Some((kind, bare)) => (Some(kind), bare),
            None => (None, code),
        };
        let found = self.journeys.iter().find_map(|journey| {
            let of_kind = kind.is_none_or(|it| it == journey.kind.code());
            let trigger = journey.triggers.iter().find(|it| it.code == bare);
            trigger.filter(|_| of_kind).map(|it| (journey, it))
        });
        match found {
            Some((journey, trigger)) if journey.triggers.len() > 1 => {
                format!("{} – {}", journey.name, trigger.name)
            }
            Some((journey, _)) => journey.name.clone(),
            None => code.to_owned(),
        }
    }

    /// What several are called.
    pub(crate) fn names(&self, codes: &[String]) -> String {
        let names: Vec<String> = codes.iter().map(|it| self.name(it)).collect();
        names.join(", ")
    }

    /// All triggers to choose from, each with its kind in front of its code.
    pub(crate) fn choices(&self, visit: &Visit, chosen: &str) -> Vec<Choice> {
        let all = self.journeys.iter().flat_map(|journey| {
            let code = |it: &str| format!("{}/{it}", journey.kind.code());
            journey
                .triggers
                .iter()
                .map(move |it| (journey, code(&it.code)))
        });
        let choice = |(journey, code): (&Journey, String)| Choice {
            text: format!(
                "{} ({})",
                self.name(&code),
                super::kind(visit, journey.kind)
            ),
            chosen: code == chosen,
            code,
        };
        all.map(choice).collect()
    }
}

/// The switches of a form that stand otherwise than they were shown, as the
/// parameters of `set-journeys` (YO-28).
pub(crate) fn switched(fields: &Fields) -> Vec<NamedValue> {
    let wish = |(trigger, was): (&str, &str)| {
        let on = fields.ticked(&format!("journey.{trigger}"));
        let name = if on { "on" } else { "off" };
        (on != (was == "on")).then(|| named(name, trigger))
    };
    fields.starting("journey-was.").filter_map(wish).collect()
}

/// A parameter of an operation.
pub(crate) fn named(name: &str, value: &str) -> NamedValue {
    NamedValue {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{JourneyKind, Trigger};

    fn journey(kind: JourneyKind, name: &str, codes: &[&str]) -> Journey {
        let trigger = |code: &&str| Trigger {
            code: (*code).to_owned(),
            name: format!("trigger {code}"),
        };
        Journey {
            kind,
            id: name.to_owned(),
            name: name.to_owned(),
            active: true,
            triggers: codes.iter().map(trigger).collect(),
        }
    }

    /// C7: the same code of the other kind is another journey.
    #[test]
    fn a_code_is_called_by_its_journey_of_its_kind() {
        let known = Known {
            journeys: vec![
                journey(JourneyKind::Automation, "Welkom", &["a"]),
                journey(JourneyKind::Campaign, "Oud", &["a", "b"]),
            ],
        };
        assert_eq!(known.name("automation/a"), "Welkom");
        assert_eq!(known.name("campaign/a"), "Oud – trigger a");
        assert_eq!(known.name("a"), "Welkom");
        assert_eq!(
            known.names(&["b".to_owned(), "c".to_owned()]),
            "Oud – trigger b, c"
        );
    }

    #[test]
    fn only_what_was_switched_is_asked_for() {
        let fields = Fields::read(
            b"journey-was.a/1=on&journey.a/1=on&journey-was.a/2=on&journey-was.a/3=off&journey.a/3=on&journey-was.a/4=off",
        );
        let told = switched(&fields);
        let told: Vec<_> = told
            .iter()
            .map(|it| (it.name.as_str(), it.value.as_str()))
            .collect();
        assert_eq!(told, [("off", "a/2"), ("on", "a/3")]);
    }
}
