//! What is remembered of journeys: the list, the settings, and how each start
//! stands. Codes and ids only; the values of fields are kept nowhere (AU-16).

use crate::crm::{RecordRef, Timestamp};
use crate::journey::settings::JourneySettings;
use crate::journey::standing::{Standings, Start};
use crate::journey::{Catalogue, TriggerRef};
use crate::memory::Memory;
use crate::ports::Ports;

/// The list and the settings, one document each.
const JOURNEYS: &str = "journeys";
/// What is known of the journeys of a record, by record.
const STANDINGS: &str = "journey-standings";
/// Starts, by record, trigger and occasion.
const STARTS: &str = "journey-starts";

impl<P: Ports> Memory<'_, P> {
    /// The journeys as they were last listed; none before the first time.
    pub fn catalogue(&self) -> Option<Catalogue> {
        self.read(JOURNEYS, "catalogue")
    }

    /// Keeps the list.
    pub fn keep_catalogue(&self, catalogue: &Catalogue) {
        self.write(JOURNEYS, "catalogue", catalogue);
    }

    /// When the journeys were last listed; none before the first time.
    pub fn journeys_listed_at(&self) -> Option<Timestamp> {
        self.read(JOURNEYS, "listed-at")
    }

    /// Keeps when the journeys were listed.
    pub fn keep_journeys_listed_at(&self, at: Timestamp) {
        self.write(JOURNEYS, "listed-at", &at);
    }

    /// What a user set up for journeys.
    pub fn journey_settings(&self) -> JourneySettings {
        self.read(JOURNEYS, "settings").unwrap_or_default()
    }

    /// Keeps what a user set up.
    pub fn keep_journey_settings(&self, settings: &JourneySettings) {
        self.write(JOURNEYS, "settings", settings);
    }

    /// What is known of the journeys of a record.
    pub fn standings(&self, reference: &RecordRef) -> Standings {
        self.read(STANDINGS, &reference.key()).unwrap_or_default()
    }

    /// Keeps what is known of the journeys of a record.
    pub fn keep_standings(&self, reference: &RecordRef, standings: &Standings) {
        self.write(STANDINGS, &reference.key(), standings);
    }

    /// The name under which a start is remembered; it stands for the occasion
    /// and gives nothing of it away.
    pub fn start_id(&self, trigger: &TriggerRef, occasion: &str) -> String {
        crate::address::digest(&self.salt(), &format!("{}\n{occasion}", trigger.key()))
    }

    /// How a start stands; none if there never was one.
    pub fn start(&self, reference: &RecordRef, id: &str) -> Option<Start> {
        self.read(STARTS, &format!("{}/{id}", reference.key()))
    }

    /// Keeps how a start stands.
    pub fn keep_start(&self, reference: &RecordRef, id: &str, start: &Start) {
        self.write(STARTS, &format!("{}/{id}", reference.key()), start);
    }

    /// Takes the note of a start back: it surely was not sent.
    pub fn withdraw_start(&self, reference: &RecordRef, id: &str) {
        self.ports()
            .delete(STARTS, &format!("{}/{id}", reference.key()));
    }
}
