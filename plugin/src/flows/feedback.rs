//! Feedback: what people did with mail, read every hour and written into the
//! CRM (DA-66, DA-68). One part after the other, each from where it was read to
//! before, with an overlap; what is read twice comes out the same.
//!
//! It stands behind the feeds of opt-outs and bounces and never in their way: a
//! part that cannot be read is tried again with the next ticks, and left for the
//! next poll after that.

mod feed;
mod forms;
mod journeys;
mod mailings;
mod people;

use crate::change::{CrmChange, LogLevel};
use crate::codes;
use crate::connection::Connection;
use crate::crm::Timestamp;
use crate::memory::Memory;
use crate::memory::feedback::{Feedback, Part, Position};
use crate::memory::messages::KnownMessage;
use crate::ports::Ports;
use crate::report::{InteractionKind, Tallies};
use crate::spotler::client::Spotler;
use crate::spotler::reporting::Family;
use crate::spotler::trouble::{Kind, Trouble};

const HOUR_MS: Timestamp = 3_600_000;
const DAY_MS: Timestamp = 24 * HOUR_MS;
/// How often feedback is read (DA-68).
const EVERY_MS: Timestamp = HOUR_MS;
/// How much of what was read before is read again.
const OVERLAP_MS: Timestamp = HOUR_MS;
/// The list of mailings goes by the planned moment, and a mailing shows in it
/// once it was sent.
const MAILINGS_OVERLAP_MS: Timestamp = DAY_MS;
/// How far back the first reading goes.
const FIRST_MS: Timestamp = DAY_MS;
/// How long a part that Spotler refuses is not asked for again.
const LEFT_OUT_MS: Timestamp = DAY_MS;
/// How often in a row a place is tried before the rest goes first.
const MOST_TRIES: u32 = 3;
/// How many rows are asked for at a time.
const PAGE: usize = 1_000;
/// After so many changes a call ends.
const MOST_CHANGES: usize = 1_000;
/// After so many places a call ends.
const MOST_PLACES: usize = 25;

/// The feedback of one call.
pub(crate) struct Reading<'a, P> {
    ports: &'a P,
    memory: Memory<'a, P>,
    spotler: Spotler<'a, P>,
    connection: &'a Connection,
    now: Timestamp,
}

/// What a look at one place led to: the next place in the part, if it has one.
type Next = Result<Option<Part>, Trouble>;

impl<'a, P: Ports> Reading<'a, P> {
    pub(crate) fn new(ports: &'a P, connection: &'a Connection) -> Self {
        Self {
            ports,
            memory: Memory::new(ports),
            spotler: Spotler::of(ports, connection),
            connection,
            now: ports.now(),
        }
    }

    /// Whether it is time to read, or to go on. The first time only notes when.
    pub(crate) fn is_due(&self) -> bool {
        let Some(state) = self.memory.feedback() else {
            self.memory.keep_feedback(&Feedback {
                polled_at: self.now,
                since: self.now.saturating_sub(FIRST_MS),
                read_until: Default::default(),
                left_out: Default::default(),
                campaigns_read_at: 0,
                position: None,
            });
            return false;
        };
        state.position.is_some() || self.now >= state.polled_at.saturating_add(EVERY_MS)
    }

    /// Reads some places. Answers whether there are more to be read at once.
    /// Trouble comes back only where the credentials are refused.
    pub(crate) async fn read(&self, changes: &mut Vec<CrmChange>) -> Result<bool, Trouble> {
        let Some(mut state) = self.memory.feedback() else {
            return Ok(false);
        };
        if state.position.is_none() {
            state.polled_at = self.now;
            state.position = self.enter(&state, first());
        }
        for _ in 0..MOST_PLACES {
            let Some(position) = state.position.clone() else {
                break;
            };
            match self.place(&mut state, &position, changes).await {
                Ok(Some(part)) => {
                    state.position = Some(Position {
                        part,
                        tries: 0,
                        ..position
                    });
                }
                Ok(None) => {
                    let name = name_of(&position.part).to_owned();
                    state.read_until.insert(name, position.end);
                    state.position = self.after(&state, &position.part);
                }
                Err(trouble) => {
                    let goes_on = self.aside(&mut state, position, &trouble, changes).await?;
                    if !goes_on {
                        self.memory.keep_feedback(&state);
                        return Ok(false);
                    }
                }
            }
            if changes.len() >= MOST_CHANGES {
                break;
            }
        }
        self.memory.keep_feedback(&state);
        Ok(state.position.is_some())
    }

    async fn place(
        &self,
        state: &mut Feedback,
        position: &Position,
        changes: &mut Vec<CrmChange>,
    ) -> Next {
        let between = (position.start, position.end);
        match position.part.clone() {
            Part::Mailings { from } => self.mailings(from, position.end, changes).await,
            Part::Sent { after } => self.sent(between, after, changes).await,
            Part::Opened { after } => self.opened(between, after, changes).await,
            Part::Clicked { after, changed } => {
                self.clicked(between, (after, changed), changes).await
            }
            Part::Clicks {
                changed,
                after,
                resume,
            } => {
                let at = (changed, after, resume);
                self.clicks(between, at, changes).await
            }
            Part::Bounced { after } => self.bounced(between, after, changes).await,
            Part::Campaigns { left } => self.campaigns(state, left).await,
            Part::Journeys { left, kind, after } => {
                self.journeys(between, (left, kind, after), changes).await
            }
            Part::Forms { done, after } => self.forms(between, (done, after), changes).await,
            Part::Snapshots {
                left,
                kind,
                after,
                tallies,
            } => {
                let at = (left, kind, after, tallies);
                self.snapshots(at, changes).await
            }
        }
    }

    /// The place where a part starts; the next part where this one is left out.
    fn enter(&self, state: &Feedback, part: Part) -> Option<Position> {
        let name = name_of(&part);
        let left_out = state.left_out.get(name);
        if left_out.is_some_and(|it| self.now < it.saturating_add(LEFT_OUT_MS)) {
            return self.after(state, &part);
        }
        let overlap = match part {
            Part::Mailings { .. } => MAILINGS_OVERLAP_MS,
            Part::Sent { .. }
            | Part::Opened { .. }
            | Part::Clicked { .. }
            | Part::Clicks { .. }
            | Part::Bounced { .. }
            | Part::Campaigns { .. }
            | Part::Journeys { .. }
            | Part::Forms { .. }
            | Part::Snapshots { .. } => OVERLAP_MS,
        };
        let start = match state.read_until.get(name) {
            Some(until) => until.saturating_sub(overlap),
            None => state.since,
        };
        let part = if matches!(part, Part::Mailings { .. }) {
            Part::Mailings { from: start }
        } else {
            part
        };
        Some(Position {
            start,
            // Spotler's queries count in whole seconds.
            end: self.now.div_ceil(1000) * 1000,
            tries: 0,
            part,
        })
    }

    fn after(&self, state: &Feedback, part: &Part) -> Option<Position> {
        self.enter(state, following(part)?)
    }

    /// A place could not be read. Answers whether to go on elsewhere at once.
    async fn aside(
        &self,
        state: &mut Feedback,
        position: Position,
        trouble: &Trouble,
        changes: &mut Vec<CrmChange>,
    ) -> Result<bool, Trouble> {
        let refused = matches!(
            trouble.kind,
            Kind::NotAuthorised
                | Kind::NotFound
                | Kind::Refused
                | Kind::ValueRefused
                | Kind::AlreadyExists
                | Kind::OptedOut
                | Kind::NoActiveChannel
        );
        // The product lacks it, or the credentials are bad (C21).
        let probe = if trouble.kind == Kind::NotAuthorised {
            self.spotler.properties().await.map(drop)
        } else {
            Ok(())
        };
        if let Err(probed) = &probe
            && probed.kind == Kind::NotAuthorised
        {
            return Err(probed.clone());
        }
        if refused && probe.is_ok() {
            let part = name_of(&position.part);
            let status = trouble.status.map_or_else(String::new, |it| it.to_string());
            changes.push(CrmChange::Log {
                level: LogLevel::Warning,
                code: codes::LOG_FEEDBACK,
                about: vec![("part".into(), part.into()), ("status".into(), status)],
            });
            state.left_out.insert(part.to_owned(), self.now);
            state.position = self.after(state, &position.part);
            return Ok(true);
        }
        let tries = position.tries + 1;
        if tries < MOST_TRIES {
            state.position = Some(Position { tries, ..position });
            return Ok(false);
        }
        // The part is read again from its own mark with the next poll.
        state.position = self.after(state, &position.part);
        Ok(true)
    }

    /// What a message is: from memory, or read once and kept. Whoever sees it
    /// first introduces it to the CRM.
    async fn message(
        &self,
        id: &str,
        name: Option<&str>,
        changes: &mut Vec<CrmChange>,
    ) -> Result<KnownMessage, Trouble> {
        if let Some(known) = self.memory.message(id) {
            return Ok(known);
        }
        for family in [Family::Mailing, Family::Journey] {
            if let Some(details) = tolerant(self.spotler.details(family, id).await)? {
                return Ok(self.introduce(id, family, &details, changes));
            }
        }
        let known = KnownMessage::unknown(name);
        self.memory.keep_message(id, &known);
        Ok(known)
    }
}

fn first() -> Part {
    Part::Mailings { from: 0 }
}

/// The part that comes after a part.
fn following(part: &Part) -> Option<Part> {
    Some(match part {
        Part::Mailings { .. } => Part::Sent { after: 0 },
        Part::Sent { .. } => Part::Opened { after: 0 },
        Part::Opened { .. } => Part::Clicked {
            after: 0,
            changed: Vec::new(),
        },
        Part::Clicked { .. } | Part::Clicks { .. } => Part::Bounced { after: 0 },
        Part::Bounced { .. } => Part::Campaigns { left: None },
        Part::Campaigns { .. } => Part::Journeys {
            left: None,
            kind: InteractionKind::Recipients,
            after: 0,
        },
        Part::Journeys { .. } => Part::Forms { done: 0, after: 0 },
        Part::Forms { .. } => Part::Snapshots {
            left: None,
            kind: InteractionKind::Opens,
            after: 0,
            tallies: Tallies::default(),
        },
        Part::Snapshots { .. } => return None,
    })
}

fn name_of(part: &Part) -> &'static str {
    match part {
        Part::Mailings { .. } => "mailings",
        Part::Sent { .. } => "sent",
        Part::Opened { .. } => "opened",
        Part::Clicked { .. } | Part::Clicks { .. } => "clicked",
        Part::Bounced { .. } => "bounced",
        Part::Campaigns { .. } => "campaigns",
        Part::Journeys { .. } => "journeys",
        Part::Forms { .. } => "forms",
        Part::Snapshots { .. } => "statistics",
    }
}

/// One thing that Spotler does not show, or not any more, does not keep the rest
/// back.
fn tolerant<T>(read: Result<T, Trouble>) -> Result<Option<T>, Trouble> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(trouble) if matches!(trouble.kind, Kind::NotFound | Kind::Refused) => Ok(None),
        Err(trouble) => Err(trouble),
    }
}
