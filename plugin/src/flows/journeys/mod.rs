//! Journeys are started and stopped in steps (C18): sync the record with a look,
//! note that a trigger is about to go, commit that, send it. What starts them,
//! stage, cart, order, sign-up or a person, makes the same work.
//!
//! ```text
//! left ─▶ sync, check ─▶ noted ─(committed)─▶ sent ─▶ started · refused · unsure
//!   ▲                      │
//!   └── surely not sent ◀──┘
//! ```

pub mod manual;
pub mod occasions;
pub mod questions;
pub mod refresh;
pub mod settings_saved;

mod prepare;
mod send;
mod stop;
mod work;

pub(crate) use work::{Item, Page, Verb, Work};

use crate::change::CrmChange;
use crate::codes;
use crate::connection::{Activity, Connection};
use crate::crm::{Event, Facts, RecordRef, Timestamp};
use crate::flows::contact_saved::{notify_stopped, stop as stop_connection};
use crate::journey::field::{Given, MessageField};
use crate::journey::settings::JourneySettings;
use crate::journey::{Catalogue, TriggerRef};
use crate::memory::Memory;
use crate::outcome::{Actor, Answer, Deferral, Outcome, Reason, RuleApplied};
use crate::ports::Ports;
use crate::spotler::client::Spotler;
use crate::spotler::trouble::Kind;

/// One call that starts or stops journeys.
pub(crate) struct Course<'a, P> {
    ports: &'a P,
    memory: Memory<'a, P>,
    spotler: Spotler<'a, P>,
    connection: &'a Connection,
    settings: JourneySettings,
    catalogue: Catalogue,
    event: &'a Event,
    now: Timestamp,
    /// What the occasion brought along.
    given: Given,
    /// Fields that a person gave with the operation.
    extra: Vec<MessageField>,
    /// Whether a person started it: then whoever is not linked is linked, and an
    /// unsure start must be decided first.
    by_hand: bool,
    /// Whether fields were changed along with it: then whoever is not started for
    /// is synced all the same.
    syncs_all: bool,
    /// Whether a stop tells no result of its record, because a start does.
    stops_quietly: bool,
}

/// What a call tells besides its outcome.
#[derive(Default)]
struct Said {
    changes: Vec<CrmChange>,
    why: Vec<RuleApplied>,
}

impl Said {
    fn because(&mut self, rule: &'static str, led_to: &'static str, about: Facts) {
        self.why.push(RuleApplied {
            rule,
            led_to,
            about,
        });
    }
}

/// The connection, if journeys can be started with it; else the end of the event.
pub(crate) fn usable_connection<P: Ports>(
    memory: &Memory<'_, P>,
) -> Result<Connection, Box<Answer>> {
    let off = || Answer::of(Outcome::Skipped(Reason::new(codes::NOT_ACTIVE)));
    let Some(connection) = memory.connection() else {
        return Err(Box::new(off().because("PV-04", codes::NOT_ACTIVE)));
    };
    match connection.activity {
        Activity::Active => Ok(connection),
        Activity::Off => Err(Box::new(off().because("PV-04", codes::NOT_ACTIVE))),
        Activity::Stopped => {
            let waiting = Outcome::Deferred(Deferral {
                reason: Reason::new(codes::CONNECTION_STOPPED),
                not_before: None,
                cursor: None,
                progress: None,
            });
            let waiting = Answer::of(waiting).because("C21", codes::CONNECTION_STOPPED);
            Err(Box::new(waiting))
        }
    }
}

/// Ends an event that cannot be carried out.
pub(crate) fn rejected(code: &'static str, who: Actor, rule: &'static str) -> Answer {
    Answer::of(Outcome::Rejected(Reason::new(code), who)).because(rule, code)
}

impl<'a, P: Ports> Course<'a, P> {
    /// A course for an event that brings nothing along.
    pub(crate) fn of(ports: &'a P, connection: &'a Connection, event: &'a Event) -> Self {
        let memory = Memory::new(ports);
        Self {
            ports,
            spotler: Spotler::of(ports, connection),
            connection,
            settings: memory.journey_settings(),
            catalogue: memory.catalogue().unwrap_or_default(),
            memory,
            event,
            now: ports.now(),
            given: Given::default(),
            extra: Vec::new(),
            by_hand: false,
            syncs_all: false,
            stops_quietly: false,
        }
    }

    /// The same with what the occasion brings along.
    pub(crate) fn with(mut self, given: Given) -> Self {
        self.given = given;
        self
    }

    /// The same, started by a person, with fields of the operation.
    fn by_hand(mut self, extra: Vec<MessageField>) -> Self {
        self.by_hand = true;
        self.extra = extra;
        self
    }

    /// One item of work; none for an empty trigger code (AU-06).
    pub(crate) fn item(
        &self,
        record: &RecordRef,
        verb: Verb,
        code: &str,
        occasion: &str,
    ) -> Option<Item> {
        let trigger = self.catalogue.resolve(code)?;
        Some(self.item_of(record, verb, trigger, occasion))
    }

    fn item_of(&self, record: &RecordRef, verb: Verb, trigger: TriggerRef, occasion: &str) -> Item {
        Item {
            record: record.key(),
            start: self.memory.start_id(&trigger, occasion),
            verb,
            trigger,
            sync_cursor: None,
        }
    }

    /// The work that the cursor of the event holds; none at its beginning.
    pub(crate) fn resumed(&self) -> Option<Work> {
        let cursor = self.event.cursor.as_deref()?;
        serde_json::from_str(cursor).ok()
    }

    /// One step of the work, its items from pages where there are more of them.
    pub(crate) async fn step(&self, mut work: Work, page: impl Fn(&str) -> Page) -> Answer {
        let mut said = Said::default();
        let mut later = None;
        if work.noted.is_empty() {
            if work.left.is_empty()
                && let Some(start) = work.next.take()
            {
                let page = page(&start);
                work.take_in(page.items);
                work.next = page.next;
            }
            self.prepare(&mut work, &mut said, &mut later).await;
        } else {
            self.send(&mut work, &mut said, &mut later).await;
        }
        let outcome = if work.is_done() {
            work.outcome()
        } else {
            self.next_step(&mut work, later)
        };
        Answer {
            outcome,
            changes: said.changes,
            why: said.why,
        }
    }

    /// Another step, after a pause where something keeps the work waiting.
    fn next_step(&self, work: &mut Work, later: Option<Deferral>) -> Outcome {
        let Some(later) = later else {
            return work.deferred(Reason::new(codes::START_NOTED), None);
        };
        let pause = work.pause_ms(self.ports.random()[0]);
        let not_before = later.not_before.unwrap_or(self.now + pause);
        work.deferred(later.reason, Some(not_before))
    }

    /// Credentials refused, or a product that the account lacks (C21): stops the
    /// connection where they are, and tells which.
    async fn credentials_refused(&self, said: &mut Said) -> bool {
        let refused =
            matches!(self.spotler.properties().await, Err(it) if it.kind == Kind::NotAuthorised);
        if refused && self.memory.active_connection().is_some() {
            stop_connection(&self.memory, self.connection);
            said.changes.push(notify_stopped(self.connection));
        }
        refused
    }

    /// The fields that are set up for a trigger, those of the operation first.
    fn fields_of(&self, trigger: &TriggerRef) -> Vec<MessageField> {
        let mut fields = self.extra.clone();
        let set_up = self.settings.fields_of(trigger, &self.catalogue);
        let given_now = |name: &str| self.extra.iter().any(|it| it.name == name);
        fields.extend(set_up.into_iter().filter(|it| !given_now(&it.name)));
        fields
    }

    /// What a person calls the journey of an item.
    fn named(&self, code: &'static str, trigger: &TriggerRef) -> Reason {
        Reason::new(code).with("journey", self.catalogue.name_of(trigger))
    }
}
