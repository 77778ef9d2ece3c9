//! A campaign is exported: a selection of people becomes a new static list in
//! Spotler, in steps, and nobody is mailed by it (PV-15..PV-38).
//!
//! ```text
//! evening ─▶ names ─▶ feeds ─▶ prepare ─▶ wait ─▶ feeds ─▶ list ─▶ verify ─▶ finish
//!                               (people)  (for looks)        (members)  (gates)
//! ```
//!
//! Every step is bounded, and knows from its cursor and from what is remembered
//! where to go on. What a killed step may have done is found out or done again.

mod lists;
mod prepare;
mod report;
mod state;

use crate::campaign::CampaignExport;
use crate::change::CrmChange;
use crate::codes;
use crate::connection::Activity;
use crate::crm::{Event, Timestamp};
use crate::export_memory::ExportMemory;
use crate::flows::addressees::Addressees;
use crate::flows::contact_saved::{Setup, notify_stopped, stop};
use crate::flows::feeds::Feeds;
use crate::memory::Memory;
use crate::outcome::{Actor, Answer, Deferral, Outcome, Progress, Reason};
use crate::ports::Ports;
use crate::settle;
use crate::spotler::client::Spotler;
use crate::spotler::trouble::{Kind, Trouble};
use state::{Phase, State, Then};

/// What was read of the feeds counts for so long; then they are read again.
const FRESH_MS: Timestamp = 10 * 60_000;
/// From when on the feeds are read where no tick has ever read them: the year
/// 2000, so everything.
const EVER_MS: Timestamp = 946_684_800_000;
/// The shortest wait for an evening that a host names wrongly.
const LEAST_WAIT_MS: Timestamp = 60_000;

/// What a step leads to.
enum Next {
    /// Another step, at once.
    Step(State),
    /// Another step, not before this moment.
    Later(State, Timestamp, Reason),
    /// The end.
    End(Outcome),
}

/// Why a step came to nothing: it is made again, or somebody has to act.
enum Ended {
    Trouble(Trouble),
    Rejected(Reason, Actor),
}

impl From<Trouble> for Ended {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

/// One call.
struct Export<'a, P> {
    ports: &'a P,
    setup: &'a Setup,
    input: &'a CampaignExport,
    event: &'a Event,
    memory: ExportMemory<'a, P>,
    spotler: Spotler<'a, P>,
    addressees: Addressees<'a, P>,
    now: Timestamp,
}

/// The hook.
pub async fn export_campaign<P: Ports>(ports: &P, event: &Event, input: &CampaignExport) -> Answer {
    let memory = Memory::new(ports);
    let setup = Setup::of(&memory).filter(|it| it.connection.activity != Activity::Off);
    let Some(setup) = setup else {
        return Answer::of(Outcome::Skipped(Reason::new(codes::NOT_ACTIVE)))
            .because("PV-04", codes::NOT_ACTIVE);
    };
    if setup.connection.activity == Activity::Stopped {
        return Answer::of(waiting(Reason::new(codes::CONNECTION_STOPPED)))
            .because("C21", codes::CONNECTION_STOPPED);
    }
    let export = Export {
        ports,
        setup: &setup,
        input,
        event,
        memory: ExportMemory::of(ports, &event.id),
        spotler: Spotler::of(ports, &setup.connection),
        addressees: Addressees::new(ports, &setup, event),
        now: ports.now(),
    };
    let mut changes = Vec::new();
    let state = State::read(event.cursor.as_deref());
    let outcome = match export.step(state, &mut changes).await {
        Ok(Next::Step(state)) => export.goes_on(&state, None, Reason::new(codes::STEP_DONE)),
        Ok(Next::Later(state, at, reason)) => export.goes_on(&state, Some(at), reason),
        Ok(Next::End(outcome)) => outcome,
        Err(Ended::Trouble(trouble)) => export.trouble(&trouble, &mut changes).await,
        Err(Ended::Rejected(reason, who)) => Outcome::Rejected(reason, who),
    };
    if let Outcome::Rejected(reason, _) = &outcome {
        changes.extend(export.failed(reason));
    }
    let rule = match &outcome {
        Outcome::Deferred(_) => "PV-21",
        Outcome::Skipped(_) => "PV-16",
        Outcome::Synced(_) | Outcome::Rejected(..) => "PV-30",
    };
    let code = outcome.code();
    let answer = Answer::of(outcome).because(rule, code);
    Answer { changes, ..answer }
}

impl<P: Ports> Export<'_, P> {
    async fn step(&self, state: State, changes: &mut Vec<CrmChange>) -> Result<Next, Ended> {
        let unsure = state.unsure || self.event.attempt > 1;
        let needs_feed = matches!(state.phase, Phase::Prepare | Phase::List)
            && self.now.saturating_sub(state.looked_at) > FRESH_MS;
        if needs_feed {
            let then = Then::back_to(&state.phase);
            let phase = Phase::Feeds {
                position: None,
                then,
            };
            let state = State {
                phase,
                unsure,
                ..state
            };
            return self.feeds(state, changes).await;
        }
        match state.phase {
            Phase::Evening => self.evening(state, changes).await,
            Phase::Names => self.names(state, changes).await,
            Phase::Feeds { .. } => self.feeds(state, changes).await,
            Phase::Prepare => self.prepare(State { unsure, ..state }, changes).await,
            Phase::Wait => Ok(self.wait(state)),
            Phase::List => self.list(State { unsure, ..state }, changes).await,
            Phase::Verify => self.verify(state, changes).await,
            Phase::Finish => Ok(self.finish(state, changes)),
        }
    }

    /// Large campaigns wait for the evening, and nothing is asked until then
    /// (PV-22); their user is told.
    async fn evening(&self, state: State, changes: &mut Vec<CrmChange>) -> Result<Next, Ended> {
        if let Some(outcome) = self.input.refused(&self.setup.connection) {
            return Ok(Next::End(outcome));
        }
        let Some(opens_at) = self.input.waits_until() else {
            return self.names(state, changes).await;
        };
        if self.event.cursor.is_none() {
            changes.extend(self.waits(opens_at));
        }
        let at = opens_at.max(self.now + LEAST_WAIT_MS);
        Ok(Next::Later(state, at, self.waits_reason(opens_at)))
    }

    /// The name must be free (PV-17); a list of our own event is our own (C20).
    async fn names(&self, state: State, changes: &mut Vec<CrmChange>) -> Result<Next, Ended> {
        let lists = self.spotler.static_lists().await?;
        let ours = self.list_id();
        let is_ours = |id: &Option<String>| id.as_deref() == Some(ours.as_str());
        let taken = lists
            .iter()
            .any(|it| it.name == self.input.list_name && !is_ours(&it.external_id));
        if taken {
            return Err(self.name_taken());
        }
        let unsure = state.unsure || lists.iter().any(|it| is_ours(&it.external_id));
        changes.extend(self.started());
        let phase = Phase::Feeds {
            position: None,
            then: Then::Prepare,
        };
        Ok(Next::Step(State {
            phase,
            unsure,
            ..state
        }))
    }

    /// What changed in Spotler is read before people are written, and again
    /// before the list is made (C13).
    async fn feeds(&self, state: State, changes: &mut Vec<CrmChange>) -> Result<Next, Ended> {
        let Phase::Feeds { position, then } = state.phase else {
            return Ok(Next::Step(state));
        };
        let feeds = Feeds::new(self.ports, &self.setup.connection);
        let position = position.unwrap_or_else(|| feeds.first(EVER_MS));
        let (_, next) = feeds.read(position, changes).await?;
        let state = match next {
            Some(next) => State {
                phase: Phase::Feeds {
                    position: Some(next),
                    then,
                },
                ..state
            },
            None => State {
                phase: then.phase(),
                looked_at: self.now,
                ..state
            },
        };
        Ok(Next::Step(state))
    }

    fn goes_on(&self, state: &State, not_before: Option<Timestamp>, reason: Reason) -> Outcome {
        Outcome::Deferred(Deferral {
            reason,
            not_before,
            cursor: Some(state.write()),
            progress: Some(Progress {
                done: state.shown,
                total: self.input.selected.max(state.read),
                unit: "records",
            }),
        })
    }

    /// Trouble with a request: the step is made again; refused credentials stop
    /// the connection (C21).
    async fn trouble(&self, trouble: &Trouble, changes: &mut Vec<CrmChange>) -> Outcome {
        let refused = |it: &Trouble| it.kind == Kind::NotAuthorised;
        if refused(trouble) && matches!(self.spotler.properties().await, Err(it) if refused(&it)) {
            stop(&Memory::new(self.ports), &self.setup.connection);
            changes.push(notify_stopped(&self.setup.connection));
            return waiting(Reason::new(codes::CONNECTION_STOPPED));
        }
        settle::trouble_outcome(trouble)
    }
}

#[cfg(test)]
mod tests;

/// The same step again, when the host thinks fit.
fn waiting(reason: Reason) -> Outcome {
    Outcome::Deferred(Deferral {
        reason,
        not_before: None,
        cursor: None,
        progress: None,
    })
}
