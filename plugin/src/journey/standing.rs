//! How starts of journeys stand. Spotler cannot be asked (C23), so what was done
//! from here is all that is known; and a start that may have been made is never
//! made again by itself (C18).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::crm::Timestamp;
use crate::journey::TriggerRef;

/// How many participations of one journey are remembered for one record.
const PARTICIPATIONS: usize = 20;

/// How one start stands: of one journey, for one record, on one occasion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// It is about to be sent: noted and committed before it is.
    Noted,
    /// Spotler confirmed it, or a person says that it began.
    Started,
    /// Spotler refused it: it surely did not begin.
    Refused,
    /// It is not known whether it began.
    Unsure,
    /// It was unsure, and a person started the journey once more.
    Replaced,
}

/// A start, remembered for good: the same occasion never starts a journey twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// How it stands.
    pub phase: Phase,
    /// Since when.
    pub at: Timestamp,
}

/// What a switch shows of one journey of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shown {
    /// A start is under way.
    Starting,
    /// Started from here.
    Started,
    /// Not known.
    Unsure,
    /// Spotler refused.
    Refused,
    /// Stopped from here.
    Stopped,
}

/// What is known of one journey of one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// What the switch shows.
    pub shown: Shown,
    /// Since when.
    pub at: Timestamp,
    /// The code that explains a refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Spotler's ids of the participations, latest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub participations: Vec<String>,
    /// The starts that are unsure and wait for a person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unsure: Vec<String>,
}

/// What is known of the journeys of one record, by trigger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standings(pub BTreeMap<String, Standing>);

impl Standings {
    /// What is known of one.
    pub fn of(&self, trigger: &TriggerRef) -> Option<&Standing> {
        self.0.get(&trigger.key())
    }

    /// Shows something else of one; what is remembered besides stays.
    pub fn show(&mut self, trigger: &TriggerRef, shown: Shown, at: Timestamp) -> &mut Standing {
        let standing = self.0.entry(trigger.key()).or_insert(Standing {
            shown,
            at,
            reason: None,
            participations: Vec::new(),
            unsure: Vec::new(),
        });
        standing.shown = shown;
        standing.at = at;
        standing.reason = None;
        standing
    }

    /// The start was confirmed, with these participations.
    pub fn started(&mut self, trigger: &TriggerRef, ids: Vec<String>, at: Timestamp) {
        let standing = self.show(trigger, Shown::Started, at);
        standing.participations.extend(ids);
        let surplus = standing.participations.len().saturating_sub(PARTICIPATIONS);
        standing.participations.drain(..surplus);
    }

    /// The participation with this id was stopped; none other left ends it all.
    pub fn stopped_one(&mut self, trigger: &TriggerRef, id: &str, at: Timestamp) {
        let Some(standing) = self.0.get_mut(&trigger.key()) else {
            return;
        };
        standing.participations.retain(|it| it != id);
        if standing.participations.is_empty() {
            standing.shown = Shown::Stopped;
            standing.at = at;
        }
    }

    /// The trigger of a participation that is remembered.
    pub fn trigger_of(&self, participation: &str) -> Option<TriggerRef> {
        let has = |it: &Standing| it.participations.iter().any(|id| id == participation);
        let key = self.0.iter().find(|(_, it)| has(it))?.0;
        TriggerRef::from_key(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trigger() -> TriggerRef {
        TriggerRef::from_key("automation/a").expect("a trigger")
    }

    /// AU-13
    #[test]
    fn participations_are_remembered_one_by_one_and_only_the_latest() {
        let mut standings = Standings::default();
        for number in 0..25 {
            standings.started(&trigger(), vec![format!("p{number}")], number);
        }
        let ids = &standings.of(&trigger()).expect("known").participations;
        assert_eq!((ids.len(), ids[0].as_str()), (20, "p5"));
        assert_eq!(standings.trigger_of("p7"), Some(trigger()));
        standings.stopped_one(&trigger(), "p7", 30);
        assert_eq!(standings.trigger_of("p7"), None);
        assert_eq!(
            standings.of(&trigger()).expect("known").shown,
            Shown::Started
        );
    }

    /// AU-13
    #[test]
    fn when_the_last_participation_is_stopped_the_journey_is() {
        let mut standings = Standings::default();
        standings.started(&trigger(), vec!["p".into()], 1);
        standings.stopped_one(&trigger(), "p", 2);
        let standing = standings.of(&trigger()).expect("known");
        assert_eq!((standing.shown, standing.at), (Shown::Stopped, 2));
    }
}
