//! The handle: look at the simulator and drive it, without HTTP.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::config::Config;
use crate::controls::{ClockControl, FaultControl};
use crate::csv;
use crate::error::{SimError, UiError};
use crate::gate::Gate;
use crate::http::{Request, Response};
use crate::log::LoggedRequest;
use crate::safety::{Breach, breaches};
use crate::snapshot;
use crate::state::{Saved, State};
use crate::switches::Switches;
use crate::ui::contact::{self, UiAction};
use crate::world::contact::Contact;
use crate::world::ledger::{Event, LedgerEntry, Signal};
use crate::world::property::Property;

/// Looks at a simulator and drives it; clones are the same simulator.
#[derive(Clone, Debug)]
pub struct SimHandle {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    gate: Gate,
}

impl SimHandle {
    pub(crate) fn new(state: State) -> SimHandle {
        SimHandle {
            shared: Arc::new(Shared {
                state: Mutex::new(state),
                gate: Gate::new(),
            }),
        }
    }

    /// A simulator that listens nowhere: requests come in through [`SimHandle::answer`].
    pub fn without_a_socket(config: &Config) -> Result<SimHandle, SimError> {
        Ok(SimHandle::new(State::new(config)?))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a request without a socket; faults that need one leave the answer as it is.
    pub fn answer(&self, request: &Request) -> Response {
        let mut state = self.lock();
        let admitted = state.admit(request);
        state.perform(request, &admitted)
    }

    /// Answers a request that another system of the same account makes, such as the webshop:
    /// nobody looks at its signature.
    pub fn answer_other_system(&self, request: &Request) -> Response {
        let mut state = self.lock();
        let required = std::mem::replace(&mut state.switches.auth.required, false);
        let admitted = state.admit(request);
        let response = state.perform(request, &admitted);
        state.switches.auth.required = required;
        response
    }

    /// Answers a request to the control API or for the page without a socket.
    pub fn control(&self, request: &Request) -> Response {
        crate::control::answer(self, request)
    }

    // --- contacts

    /// Every contact, oldest first.
    pub fn contacts(&self) -> Vec<Contact> {
        self.lock().world.contacts.iter().cloned().collect()
    }

    /// How many contacts there are.
    pub fn contact_count(&self) -> usize {
        self.lock().world.contacts.len()
    }

    /// The oldest contact with this address, upper and lower case being the same.
    pub fn contact_by_email(&self, email: &str) -> Option<Contact> {
        self.lock().world.contacts.with_email(email).next().cloned()
    }

    /// Every contact with this address.
    pub fn contacts_by_email(&self, email: &str) -> Vec<Contact> {
        self.lock()
            .world
            .contacts
            .with_email(email)
            .cloned()
            .collect()
    }

    /// The contact with this external id.
    pub fn contact_by_external_id(&self, external_id: &str) -> Option<Contact> {
        self.lock()
            .world
            .contacts
            .with_external_id(external_id)
            .cloned()
    }

    /// The contact with this id of Spotler's own.
    pub fn contact_by_encrypted_id(&self, encrypted_id: &str) -> Option<Contact> {
        self.lock()
            .world
            .contacts
            .with_encrypted_id(encrypted_id)
            .cloned()
    }

    /// The properties of the account.
    pub fn properties(&self) -> Vec<Property> {
        self.lock().world.properties.clone()
    }

    /// The export of all contacts as Spotler's screens make it.
    pub fn contacts_csv(&self) -> String {
        csv::export(&self.lock().world)
    }

    // --- Spotler's own screens

    /// Does what a user or a recipient does; answers the number of the contact it was about.
    pub fn ui(&self, action: &UiAction) -> Result<Option<u64>, UiError> {
        contact::act(&mut self.lock(), action)
    }

    /// A person opts out of everything. `who`: external id, or e-mail address, or `#number`.
    pub fn ui_opt_out(&self, who: &str) -> Result<Option<u64>, UiError> {
        self.ui(&UiAction::OptOut {
            who: who.to_owned(),
        })
    }

    /// A message comes back for now.
    pub fn ui_soft_bounce(&self, who: &str) -> Result<Option<u64>, UiError> {
        self.ui(&UiAction::SoftBounce {
            who: who.to_owned(),
        })
    }

    /// A message comes back for good.
    pub fn ui_hard_bounce(&self, who: &str) -> Result<Option<u64>, UiError> {
        self.ui(&UiAction::HardBounce {
            who: who.to_owned(),
        })
    }

    /// A person reports spam.
    pub fn ui_mark_spam(&self, who: &str) -> Result<Option<u64>, UiError> {
        self.ui(&UiAction::MarkSpam {
            who: who.to_owned(),
        })
    }

    /// A user deactivates a contact.
    pub fn ui_deactivate(&self, who: &str) -> Result<Option<u64>, UiError> {
        self.ui(&UiAction::Deactivate {
            who: who.to_owned(),
        })
    }

    /// A user makes a contact with only the address, which re-activates one that has it.
    pub fn ui_create_with_only_email(&self, email: &str) -> Result<Option<u64>, UiError> {
        self.ui(&UiAction::CreateWithOnlyEmail {
            email: email.to_owned(),
        })
    }

    /// A permission is switched on or off in Spotler.
    pub fn ui_set_permission(
        &self,
        who: &str,
        permission: (u32, bool),
    ) -> Result<Option<u64>, UiError> {
        let (bit, enabled) = permission;
        self.ui(&UiAction::SetPermission {
            who: who.to_owned(),
            bit,
            enabled,
        })
    }

    /// A user edits a property.
    pub fn ui_edit_property(
        &self,
        who: &str,
        name: &str,
        value: Value,
    ) -> Result<Option<u64>, UiError> {
        self.ui(&UiAction::EditProperty {
            who: who.to_owned(),
            name: name.to_owned(),
            value,
        })
    }

    /// A user adds a permission to the account.
    pub fn ui_add_permission(&self, description: &str) -> Result<Option<u64>, UiError> {
        self.ui(&UiAction::AddPermission {
            description: description.to_owned(),
        })
    }

    // --- what happened

    /// The log of requests, in the order they came in.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.lock().requests.clone()
    }

    /// The requests whose method and route have this pattern, as `POST /contact*`.
    pub fn requests_to(&self, pattern: &str) -> Vec<LoggedRequest> {
        let state = self.lock();
        state
            .requests
            .iter()
            .filter(|it| it.matches(pattern))
            .cloned()
            .collect()
    }

    /// How many requests have come in since the log was last cleared.
    pub fn request_count(&self) -> usize {
        self.lock().requests.len()
    }

    /// How many requests came in of each method and route, as `POST /contact`.
    pub fn request_counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for request in &self.lock().requests {
            *counts.entry(request.line()).or_insert(0) += 1;
        }
        counts
    }

    /// Empties the log of requests; numbers go on.
    pub fn clear_requests(&self) {
        self.lock().requests.clear();
    }

    /// The ledger.
    pub fn ledger(&self) -> Vec<LedgerEntry> {
        self.lock().world.ledger.clone()
    }

    /// Every time that the API was used to make a person reachable whom an answer had shown as
    /// inactive by a plain signal (see [`Signal::is_plain`]).
    pub fn breaches(&self) -> Vec<Breach> {
        self.breaches_of(Signal::is_plain)
    }

    /// The same for the signals that count.
    pub fn breaches_of(&self, counts: impl Fn(Signal) -> bool) -> Vec<Breach> {
        breaches(&self.lock().world.ledger, counts)
    }

    /// Every signal of inactivity that an answer which arrived has shown: contact number, signal.
    pub fn signals_shown(&self) -> Vec<(u64, Signal)> {
        let state = self.lock();
        let mut shown = Vec::new();
        for entry in &state.world.ledger {
            if let Event::SignalShown {
                signal,
                delivered: true,
            } = entry.event
            {
                shown.push((entry.contact, signal));
            }
        }
        shown
    }

    /// All that Spotler remembers; equal in runs that went the same way.
    pub fn snapshot(&self) -> Value {
        snapshot::whole(&self.lock().world)
    }

    /// What it comes down to: without times, ledger and order of creation, to compare runs that
    /// took different ways.
    pub fn snapshot_of_effect(&self) -> Value {
        snapshot::effect(&self.lock().world)
    }

    /// What a later simulator can go on with.
    pub fn saved(&self) -> Saved {
        self.lock().saved()
    }

    /// Goes on with what another simulator left.
    pub fn resume(&self, saved: Saved) {
        self.lock().resume(saved);
    }

    /// Writes the state to the file of [`crate::Config::save`], if there is one.
    pub fn save(&self) -> Result<(), SimError> {
        let (file, saved) = {
            let state = self.lock();
            (state.save.clone(), state.saved())
        };
        file.map_or(Ok(()), |file| crate::save::write(&file, &saved))
    }

    // --- behaviour

    /// The switches as they are.
    pub fn switches(&self) -> Switches {
        self.lock().switches.clone()
    }

    /// Changes switches.
    pub fn set_switches(&self, change: impl FnOnce(&mut Switches)) {
        change(&mut self.lock().switches);
    }

    /// Sets one switch by its dotted name.
    pub fn set_switch(&self, name: &str, value: Value) -> Result<(), SimError> {
        self.lock().switches.set(name, value)
    }

    /// Lets a consumer key in, or gives it another secret.
    pub fn add_credential(&self, key: &str, secret: &str) {
        let mut state = self.lock();
        state.credentials.retain(|it| it.key != key);
        state.credentials.push(crate::config::Credential {
            key: key.to_owned(),
            secret: secret.to_owned(),
        });
    }

    /// Lets a consumer key in no longer.
    pub fn revoke_credential(&self, key: &str) {
        self.lock().credentials.retain(|it| it.key != key);
    }

    /// The faults.
    pub fn faults(&self) -> FaultControl<'_> {
        FaultControl { sim: self }
    }

    /// The clock.
    pub fn clock(&self) -> ClockControl<'_> {
        ClockControl { sim: self }
    }

    /// Does what has become due.
    pub(crate) fn run_due(&self) {
        let mut state = self.lock();
        let now_ms = state.clock.now_ms();
        crate::deliver::run_due(&mut state, now_ms);
    }

    pub(crate) fn gate(&self) -> &Gate {
        &self.shared.gate
    }
}
