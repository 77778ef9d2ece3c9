//! What happens on the clock: what changed in Spotler since the last time is
//! read (PV-41, C4), and permissions and properties every hour.

use serde::{Deserialize, Serialize};

use crate::change::CrmChange;
use crate::codes;
use crate::connection::Connection;
use crate::crm::{Event, Permission, Timestamp};
use crate::flows::contact_saved::{notify_stopped, stop};
use crate::flows::feedback::Reading;
use crate::flows::feeds::{Feeds, Position};
use crate::flows::{journeys, settings_saved, step, watch_lists};
use crate::memory::Memory;
use crate::outcome::{Answer, Outcome, Progress, Reason};
use crate::ports::Ports;
use crate::settle;
use crate::spotler::client::Spotler;
use crate::spotler::property::permissions;
use crate::spotler::trouble::{Kind, Trouble};

const HOUR_MS: Timestamp = 3_600_000;
/// How far back the first reading goes.
const FIRST_MS: Timestamp = 24 * HOUR_MS;
/// How often permissions and properties are read again.
const REFRESH_MS: Timestamp = HOUR_MS;

/// How long one tick may take with feedback.
const MOST_MS: Timestamp = 10 * 60_000;

/// Where the next step starts.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Place {
    /// In the feeds of what changed.
    Feeds(Position),
    /// In the feedback; it remembers its own place.
    Feedback {
        /// How many rows were read.
        done: u64,
    },
}

fn later(place: Place, done: u64) -> Outcome {
    let progress = Progress {
        done,
        total: done,
        unit: "rows",
    };
    step::deferred(&place, progress)
}

fn read(done: u64) -> Outcome {
    Outcome::Synced(Reason::new(codes::FEED_READ).with("rows", done.to_string()))
}

struct Tick<'a, P> {
    ports: &'a P,
    memory: Memory<'a, P>,
    spotler: Spotler<'a, P>,
    connection: &'a Connection,
    now: Timestamp,
}

/// The hook.
pub async fn on_tick<P: Ports>(ports: &P, event: &Event) -> Answer {
    let memory = Memory::new(ports);
    let Some(connection) = memory.active_connection() else {
        return Answer::of(Outcome::Skipped(Reason::new(codes::NOT_ACTIVE)))
            .because("PV-04", codes::NOT_ACTIVE);
    };
    let spotler = Spotler::of(ports, &connection);
    let tick = Tick {
        ports,
        memory,
        spotler,
        connection: &connection,
        now: ports.now(),
    };
    let mut changes = Vec::new();
    let ended = tick.run(event, &mut changes).await;
    let outcome = ended.unwrap_or_else(|trouble| {
        if trouble.kind == Kind::NotAuthorised {
            stop(&tick.memory, &connection);
            changes.push(notify_stopped(&connection));
        }
        settle::trouble_outcome(&trouble)
    });
    let answer = Answer::of(outcome).because("PV-41", codes::FEED_READ);
    Answer { changes, ..answer }
}

impl<P: Ports> Tick<'_, P> {
    async fn run(&self, event: &Event, changes: &mut Vec<CrmChange>) -> Result<Outcome, Trouble> {
        let place = event
            .cursor
            .as_deref()
            .and_then(|it| serde_json::from_str(it).ok());
        let position = match place {
            Some(Place::Feedback { done }) => return self.feedback(done, event, changes).await,
            Some(Place::Feeds(position)) => Some(position),
            None => None,
        };
        let feeds = Feeds::new(self.ports, self.connection);
        let position: Position = match position {
            Some(position) => position,
            None => {
                self.refresh(changes).await?;
                feeds.first(self.now.saturating_sub(FIRST_MS))
            }
        };
        let (done, next) = feeds.read(position, changes).await?;
        Ok(match next {
            Some(next) => later(Place::Feeds(next), done),
            None => {
                // Opt-outs come first: if the lists cannot be had now, the next
                // tick looks again.
                let watched = watch_lists::watch(self.ports, &self.spotler, self.now).await;
                changes.extend(watched.unwrap_or_default());
                if Reading::new(self.ports, self.connection).is_due() {
                    later(Place::Feedback { done }, done)
                } else {
                    read(done)
                }
            }
        })
    }

    /// What people did with mail, once opt-outs and bounces have been read. A poll
    /// that takes long goes on with the next tick, so that those are not kept
    /// waiting.
    async fn feedback(
        &self,
        done: u64,
        event: &Event,
        changes: &mut Vec<CrmChange>,
    ) -> Result<Outcome, Trouble> {
        let more = Reading::new(self.ports, self.connection)
            .read(changes)
            .await?;
        let done = done + changes.len() as u64;
        let has_time = self.now < event.occurred_at.saturating_add(MOST_MS);
        Ok(if more && has_time {
            later(Place::Feedback { done }, done)
        } else {
            read(done)
        })
    }

    /// A permission that is new in Spotler gets its attribute in the CRM, and
    /// one that was renamed in the CRM its name back (PV-06, PV-09).
    async fn refresh(&self, changes: &mut Vec<CrmChange>) -> Result<(), Trouble> {
        if self.now.saturating_sub(self.connection.refreshed_at) >= REFRESH_MS {
            let properties = self.spotler.properties().await?;
            journeys::refresh::renew(self.ports, self.connection, self.now).await;
            let connection = Connection {
                permissions: permissions(&properties),
                properties,
                refreshed_at: self.now,
                ..self.connection.clone()
            };
            if connection.permissions != self.connection.permissions {
                changes.extend(settings_saved::attributes(&connection.permissions));
            }
            self.memory.keep_connection(&connection);
        }
        let attributes = self.ports.permission_attributes();
        let as_named = |it: &Permission| attributes.contains(it);
        if changes.is_empty() && !self.connection.permissions.iter().all(as_named) {
            changes.extend(settings_saved::attributes(&self.connection.permissions));
        }
        Ok(())
    }
}
