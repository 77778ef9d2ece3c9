//! The simulator without sockets: a request goes in, a response comes out.
//!
//! [`State::admit`] decides whether a fault applies, [`State::perform`] does the work.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::api;
use crate::clock::Clock;
use crate::config::{Config, Credential};
use crate::deliver;
use crate::error::SimError;
use crate::faults::{Fault, Faults};
use crate::http::{Request, Response};
use crate::log::LoggedRequest;
use crate::oauth::Signed;
use crate::save;
use crate::switches::Switches;
use crate::ui::journey::{self, JourneyDraft};
use crate::world::World;
use crate::world::contact::PERMISSIONS;
use crate::world::ledger::{Cause, Event, Signal, Stamp};
use crate::world::property::{PropertyKind, can_hold, default_properties};

/// All of the simulator's state.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) public_base_url: Option<String>,
    pub(crate) credentials: Vec<Credential>,
    pub(crate) switches: Switches,
    pub(crate) clock: Clock,
    pub(crate) world: World,
    pub(crate) faults: Faults,
    pub(crate) requests: Vec<LoggedRequest>,
    pub(crate) admitted: u64,
    pub(crate) save: Option<PathBuf>,
    keep_bodies: bool,
    nonces: BTreeSet<(i64, String, String)>,
    shown: Vec<(u64, Signal)>,
}

/// What survives a restart: all that Spotler remembers, and the clock if it stands still.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Saved {
    world: World,
    clock: Clock,
}

/// A request that was let in.
#[derive(Clone, Debug)]
pub(crate) struct Admitted {
    pub(crate) number: u64,
    pub(crate) at_ms: i64,
    pub(crate) fault: Option<Fault>,
}

impl State {
    /// The state at the start.
    pub(crate) fn new(config: &Config) -> Result<State, SimError> {
        let clock = Clock::start(&config.clock).map_err(SimError::ClockStart)?;
        let world = World {
            properties: default_properties(&config.permissions),
            ..World::default()
        };
        let mut state = State {
            public_base_url: config.public_base_url.clone(),
            credentials: config.credentials.clone(),
            switches: config.switches.clone(),
            clock,
            world,
            faults: Faults::default(),
            requests: Vec::new(),
            admitted: 0,
            save: config.save.clone(),
            keep_bodies: config.keep_bodies,
            nonces: BTreeSet::new(),
            shown: Vec::new(),
        };
        match state.save.clone().filter(|it| it.exists()) {
            Some(file) => state.resume(save::read(&file)?),
            None => state.seed(config)?,
        }
        Ok(state)
    }

    fn seed(&mut self, config: &Config) -> Result<(), SimError> {
        for name in &config.automations {
            journey::make(self, &JourneyDraft::automation(name));
        }
        let stamp = Stamp {
            at_ms: self.clock.now_ms(),
            cause: Cause::Start,
        };
        for (number, seed) in (1..).zip(&config.contacts) {
            let invalid = |property: &str| SimError::SeedContact {
                number,
                property: property.to_owned(),
            };
            let id = self.world.create(seed.external_id.clone(), &stamp);
            for (name, value) in &seed.properties {
                let kind = self
                    .world
                    .property(name)
                    .map(|it| it.kind)
                    .ok_or_else(|| invalid(name))?;
                if kind == PropertyKind::Set || !can_hold(kind, value, usize::MAX) {
                    return Err(invalid(name));
                }
                self.world.set_field(id, name, Some(value.clone()), &stamp);
            }
            for bit in &seed.permissions {
                let known = self
                    .world
                    .property(PERMISSIONS)
                    .into_iter()
                    .flat_map(|it| &it.entries);
                if !known.into_iter().any(|it| it.bit == *bit) {
                    return Err(invalid(PERMISSIONS));
                }
                self.world.set_bit(id, PERMISSIONS, (*bit, true), &stamp);
            }
        }
        Ok(())
    }

    /// What survives a restart.
    pub(crate) fn saved(&self) -> Saved {
        Saved {
            world: self.world.clone(),
            clock: self.clock,
        }
    }

    /// Goes on where another left off.
    pub(crate) fn resume(&mut self, saved: Saved) {
        self.world = saved.world;
        self.clock = saved.clock;
    }

    /// Moves the clock; what is due in between happens, each thing at its own time.
    pub(crate) fn advance_to(&mut self, at_ms: i64) {
        deliver::run_due(self, at_ms);
        self.clock = self.clock.set_to(at_ms);
    }

    /// Logs the request and decides whether a fault applies.
    pub(crate) fn admit(&mut self, request: &Request) -> Admitted {
        let now_ms = self.clock.now_ms();
        deliver::run_due(self, now_ms);
        self.admitted += 1;
        let route = api::route_of(&request.path);
        let fault = self.faults.pick(&request.method, &route);
        self.requests.push(LoggedRequest {
            number: self.admitted,
            at_ms: now_ms,
            method: request.method.clone(),
            path: request.path.clone(),
            route,
            query: request.query.clone(),
            status: None,
            error_type: None,
            fault: fault.clone(),
            worked: false,
            delivered: false,
            body: if self.keep_bodies {
                request.body.clone()
            } else {
                Vec::new()
            },
            answer: Vec::new(),
        });
        Admitted {
            number: self.admitted,
            at_ms: now_ms,
            fault,
        }
    }

    /// Does the work of an admitted request, unless its fault says that none is done; answers
    /// what would be sent if the connection allowed it.
    pub(crate) fn perform(&mut self, request: &Request, admitted: &Admitted) -> Response {
        let number = admitted.number;
        let (response, worked) = match &admitted.fault {
            Some(Fault::Status {
                status,
                retry_after_s,
                error_type,
            }) => (
                refusal(*status, *retry_after_s, error_type.as_deref()),
                false,
            ),
            Some(Fault::ResetBeforeWork) => (Response::empty(503), false),
            Some(Fault::StatusAfterWork { status }) => {
                api::answer(self, request, admitted);
                (Response::empty(*status), true)
            }
            Some(Fault::DoneTwice) => {
                api::answer(self, request, admitted);
                (
                    api::answer(self, &without_nonce_check(request), admitted),
                    true,
                )
            }
            Some(_) | None => (api::answer(self, request, admitted), true),
        };
        let now_ms = self.clock.now_ms();
        deliver::run_due(self, now_ms);
        let delivered = is_delivered(admitted.fault.as_ref());
        let at_ms = self.clock.now_ms();
        let operation = format!("{} {}", request.method, api::route_of(&request.path));
        let stamp = Stamp {
            at_ms,
            cause: Cause::Api {
                request: number,
                operation,
            },
        };
        for (contact, signal) in std::mem::take(&mut self.shown) {
            self.world
                .note(contact, Event::SignalShown { signal, delivered }, &stamp);
        }
        let keep_bodies = self.keep_bodies;
        if let Some(entry) = self.logged(number) {
            entry.status = Some(response.status);
            entry.worked = worked;
            entry.delivered = delivered;
            entry.error_type = error_type_of(&response);
            if keep_bodies {
                entry.answer = response.body.clone();
            }
        }
        response
    }

    /// Corrects the log: the answer of this request did not reach the caller.
    pub(crate) fn undelivered(&mut self, number: u64) {
        if let Some(entry) = self.logged(number) {
            entry.delivered = false;
        }
        for entry in &mut self.world.ledger {
            let of_this = matches!(&entry.cause, Cause::Api { request, .. } if *request == number);
            if let Event::SignalShown { delivered, .. } = &mut entry.event
                && of_this
            {
                *delivered = false;
            }
        }
    }

    fn logged(&mut self, number: u64) -> Option<&mut LoggedRequest> {
        self.requests
            .iter_mut()
            .rev()
            .find(|it| it.number == number)
    }

    /// Remembers that the answer being made shows a contact as inactive.
    pub(crate) fn shows(&mut self, contact: u64, signal: Signal) {
        if !self.shown.contains(&(contact, signal)) {
            self.shown.push((contact, signal));
        }
    }

    /// Whether timestamp and nonce were acceptable when the request came in, however long it was
    /// held since; remembers the nonce.
    pub(crate) fn is_fresh(&mut self, signed: &Signed, admitted: &Admitted) -> bool {
        let auth = &self.switches.auth;
        let now_ms = if auth.timestamps_follow_virtual_clock {
            admitted.at_ms
        } else {
            crate::clock::machine_ms()
        };
        let (now_s, window_s) = (now_ms.div_euclid(1000), auth.timestamp_window_s);
        if window_s.is_some_and(|it| now_s.abs_diff(signed.timestamp_s) > it) {
            return false;
        }
        if let Some(window_s) = window_s {
            let oldest_s = now_s - i64::try_from(window_s).unwrap_or(i64::MAX);
            self.nonces = self
                .nonces
                .split_off(&(oldest_s, String::new(), String::new()));
        }
        let used = (signed.timestamp_s, signed.key.clone(), signed.nonce.clone());
        self.nonces.insert(used) || !self.switches.auth.refuse_used_nonces
    }
}

fn refusal(status: u16, retry_after_s: Option<u64>, error_type: Option<&str>) -> Response {
    let response = match error_type {
        Some(it) => api::ApiError::of(status, it, "simulated").into_response(),
        None => Response::empty(status),
    };
    match retry_after_s {
        Some(it) => response.with_header("retry-after", it),
        None => response,
    }
}

/// Whether the caller gets the whole answer, as it should be, in spite of the fault.
fn is_delivered(fault: Option<&Fault>) -> bool {
    match fault {
        None
        | Some(
            Fault::Slow { .. }
            | Fault::HangBeforeWork
            | Fault::HangAfterWork
            | Fault::AnsweredTwice
            | Fault::DoneTwice
            | Fault::BulkItems { .. }
            | Fault::Status { .. },
        ) => true,
        Some(
            Fault::StatusAfterWork { .. }
            | Fault::ResetBeforeWork
            | Fault::ResetAfterWork
            | Fault::TruncatedBody
            | Fault::GarbageBody,
        ) => false,
    }
}

/// A repetition by a proxy is not refused for its used nonce.
fn without_nonce_check(request: &Request) -> Request {
    let mut request = request.clone();
    request
        .headers
        .push((api::REPEATED.to_owned(), String::new()));
    request
}

fn error_type_of(response: &Response) -> Option<String> {
    if response.status < 400 {
        return None;
    }
    let body: serde_json::Value = serde_json::from_slice(&response.body).ok()?;
    Some(body.get("errorType")?.as_str()?.to_owned())
}
