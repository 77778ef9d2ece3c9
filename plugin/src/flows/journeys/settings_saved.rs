//! The settings for journeys were saved: checked and kept (AU-04), with a
//! warning where a confirmation would be sent twice (AU-25).

use crate::change::{CrmChange, LogLevel};
use crate::codes;
use crate::connection::Activity;
use crate::crm::Event;
use crate::journey::settings::JourneySettings;
use crate::memory::Memory;
use crate::outcome::{Actor, Answer, Outcome, Reason};
use crate::ports::Ports;

/// The right that setting up the connection needs (PV-02).
const RIGHT: &str = "spotler";

/// The hook. `faults` are those of the form itself, such as an unknown type.
pub fn on_journey_settings_saved<P: Ports>(
    ports: &P,
    event: &Event,
    settings: Result<JourneySettings, Vec<String>>,
) -> Answer {
    let memory = Memory::new(ports);
    let is_off = memory
        .connection()
        .is_none_or(|it| it.activity == Activity::Off);
    if is_off {
        return Answer::of(Outcome::Skipped(Reason::new(codes::NOT_ACTIVE)))
            .because("PV-04", codes::NOT_ACTIVE);
    }
    let may = event
        .user
        .as_deref()
        .is_none_or(|user| ports.user_has_right(user, RIGHT));
    if !may {
        let reason = Reason::new(codes::FORBIDDEN);
        return Answer::of(Outcome::Rejected(reason, Actor::Administrator))
            .because("PV-02", codes::FORBIDDEN);
    }
    let catalogue = memory.catalogue().unwrap_or_default();
    let checked = settings.and_then(|settings| {
        let faults = settings.faults(&catalogue);
        if faults.is_empty() {
            Ok(settings)
        } else {
            Err(faults)
        }
    });
    let settings = match checked {
        Ok(settings) => settings,
        Err(faults) => {
            let reason = Reason::new(codes::BAD_JOURNEY_SETTINGS).with("faults", faults.join(", "));
            return Answer::of(Outcome::Rejected(reason, Actor::Administrator))
                .because("AU-04", codes::BAD_JOURNEY_SETTINGS);
        }
    };
    memory.keep_journey_settings(&settings);
    let reason = Reason::new(codes::JOURNEY_SETTINGS_KEPT)
        .with("bindings", settings.bindings.len().to_string());
    let answer = Answer::of(Outcome::Synced(reason)).because("AU-04", codes::JOURNEY_SETTINGS_KEPT);
    let doubled =
        |it: &&crate::journey::settings::Binding| it.own_confirmation && !it.starts.is_empty();
    settings
        .bindings
        .iter()
        .filter(doubled)
        .fold(answer, |answer, binding| {
            answer
                .because("AU-25", codes::LOG_OWN_CONFIRMATION)
                .and(CrmChange::Log {
                    level: LogLevel::Warning,
                    code: codes::LOG_OWN_CONFIRMATION,
                    about: vec![("binding".to_owned(), binding.id.clone())],
                })
        })
}
