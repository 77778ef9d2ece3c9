//! What happens on the clock: what changed in Spotler since the last time is
//! read in pages, with an overlap, from where the last reading ended (PV-41,
//! C4). A feed is a hint: whoever seems to differ is looked at before anything
//! is believed.

use futures_util::future::join_all;
use serde::{Deserialize, Serialize};

use crate::change::CrmChange;
use crate::codes;
use crate::connection::{Activity, Connection};
use crate::consent::{self, Trust, Verdict};
use crate::crm::{Consent, CrmRecord, Event, Origin, Permission, RecordRef, SyncStatus, Timestamp};
use crate::flows::contact_saved::{notify_stopped, stop};
use crate::flows::{settings_saved, step};
use crate::look::{self, Presence};
use crate::memory::{BitMemory, Link, Lock, LockKind, Mark, Memory};
use crate::outcome::{Answer, Outcome, Progress, Reason};
use crate::ports::Ports;
use crate::settle;
use crate::spotler::client::{Bounce, Spotler, Window};
use crate::spotler::contact::SeenContact;
use crate::spotler::property::permissions;
use crate::spotler::trouble::{Kind, Trouble};

const HOUR_MS: Timestamp = 3_600_000;
/// How much of what was read before is read again, because clocks differ and
/// feeds may lag.
const OVERLAP_MS: Timestamp = HOUR_MS;
/// How far back the first reading goes.
const FIRST_MS: Timestamp = 24 * HOUR_MS;
/// How often permissions and properties are read again.
const REFRESH_MS: Timestamp = HOUR_MS;
/// How many rows a step reads.
const PAGE: usize = 500;
/// How many people are looked at side by side.
const SIDE_BY_SIDE: usize = 16;

/// The feeds, in the order in which they are read: a bounce must be known when
/// the updates show the channel off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Feed {
    #[default]
    Bounces,
    Updates,
}

impl Feed {
    fn name(self) -> &'static str {
        match self {
            Self::Bounces => "bounces",
            Self::Updates => "updates",
        }
    }
}

/// Where the next step starts.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Position {
    feed: Feed,
    start: Timestamp,
    end: Timestamp,
    after: usize,
    done: u64,
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
    let active = memory
        .connection()
        .filter(|it| it.activity == Activity::Active);
    let Some(connection) = active else {
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
        let position = event
            .cursor
            .as_deref()
            .and_then(|it| serde_json::from_str(it).ok());
        let position: Position = match position {
            Some(position) => position,
            None => {
                self.refresh(changes).await?;
                self.first_of(Feed::Bounces, 0)
            }
        };
        let window = Window {
            start: position.start,
            end: position.end,
            after: position.after,
            page_size: PAGE,
        };
        let (rows, more) = match position.feed {
            Feed::Bounces => {
                let (bounces, more) = self.spotler.bounces(window).await?;
                self.read_bounces(&bounces, changes).await?;
                (bounces.len(), more)
            }
            Feed::Updates => {
                let (contacts, more) = self.spotler.updates(window).await?;
                self.read_updates(&contacts, changes).await?;
                (contacts.len(), more)
            }
        };
        Ok(self.next(position, rows, more))
    }

    fn first_of(&self, feed: Feed, done: u64) -> Position {
        let start = match self.memory.mark(feed.name()) {
            Some(mark) => mark.read_until.saturating_sub(OVERLAP_MS),
            None => self.now.saturating_sub(FIRST_MS),
        };
        // Spotler's queries count in whole seconds.
        let end = self.now.div_ceil(1000) * 1000;
        Position {
            feed,
            start,
            end,
            after: 0,
            done,
        }
    }

    fn next(&self, position: Position, rows: usize, more: bool) -> Outcome {
        let done = position.done + rows as u64;
        let next = if more && rows > 0 {
            Position {
                after: position.after + rows,
                done,
                ..position
            }
        } else {
            self.memory.keep_mark(
                position.feed.name(),
                Mark {
                    read_until: position.end,
                },
            );
            match position.feed {
                Feed::Bounces => self.first_of(Feed::Updates, done),
                Feed::Updates => {
                    let reason = Reason::new(codes::FEED_READ).with("rows", done.to_string());
                    return Outcome::Synced(reason);
                }
            }
        };
        step::deferred(
            &next,
            Progress {
                done,
                total: done,
                unit: "rows",
            },
        )
    }

    /// A permission that is new in Spotler gets its attribute in the CRM, and
    /// one that was renamed in the CRM its name back (PV-06, PV-09).
    async fn refresh(&self, changes: &mut Vec<CrmChange>) -> Result<(), Trouble> {
        if self.now.saturating_sub(self.connection.refreshed_at) >= REFRESH_MS {
            let properties = self.spotler.properties().await?;
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

    async fn read_bounces(
        &self,
        bounces: &[Bounce],
        changes: &mut Vec<CrmChange>,
    ) -> Result<(), Trouble> {
        let mut suspects = Vec::new();
        for bounce in bounces {
            let Some((reference, mut link)) = self.known(&bounce.contact) else {
                continue;
            };
            let hard = bounce.hard || link.bounced_hard == Some(true);
            let is_news = link.bounced_hard != Some(hard);
            link.bounced_hard = Some(hard);
            self.memory.keep_link(&reference, &link);
            if let Some(record) = self
                .ports
                .read_record(&reference)
                .filter(|_| bounce.hard && is_news)
            {
                changes.push(settle::bounce_task(&record, Some(true)));
            }
            suspects.push((reference, link));
        }
        self.look_at(suspects, changes).await
    }

    async fn read_updates(
        &self,
        contacts: &[SeenContact],
        changes: &mut Vec<CrmChange>,
    ) -> Result<(), Trouble> {
        let suspects = contacts
            .iter()
            .filter_map(|seen| self.known(seen).filter(|(_, link)| differs(link, seen)))
            .collect();
        self.look_at(suspects, changes).await
    }

    /// A contact that is linked with a record, and neither locked nor blanked.
    fn known(&self, seen: &SeenContact) -> Option<(RecordRef, Link)> {
        let reference = self.memory.behind(seen.external_id.as_deref()?)?;
        let link = self.memory.link(&reference)?;
        (link.lock.is_none() && link.blanked.is_none()).then_some((reference, link))
    }

    /// Looks at people one by one, some side by side, and takes over what is so.
    async fn look_at(
        &self,
        suspects: Vec<(RecordRef, Link)>,
        changes: &mut Vec<CrmChange>,
    ) -> Result<(), Trouble> {
        for some in suspects.chunks(SIDE_BY_SIDE) {
            let looks = some
                .iter()
                .map(|(_, link)| self.spotler.contact(&link.external_id));
            for ((reference, link), looked) in some.iter().zip(join_all(looks).await) {
                let Some(record) = self.ports.read_record(reference) else {
                    continue;
                };
                let looked = Presence::of(looked)?;
                let link = match (looked.lock(link.bounced_hard.is_some()), looked) {
                    (Some(kind), _) => self.locked(&record, link, kind, changes),
                    (None, Presence::One(seen)) => self.permissions(&record, link, &seen, changes),
                    (None, _) => continue,
                };
                self.memory.keep_link(reference, &link);
            }
        }
        Ok(())
    }

    fn locked(
        &self,
        record: &CrmRecord,
        link: &Link,
        kind: LockKind,
        changes: &mut Vec<CrmChange>,
    ) -> Link {
        changes.extend(settle::lock_changes(
            record,
            kind,
            link.bounced_hard,
            self.now,
        ));
        let (status, reason) = match kind {
            LockKind::OptOut => (SyncStatus::OptOut, codes::OPTED_OUT),
            LockKind::Bounce => (SyncStatus::Failed, codes::BOUNCED),
            LockKind::Unknown => (SyncStatus::Failed, codes::INACTIVE),
        };
        changes.push(CrmChange::Status {
            target: record.reference.clone(),
            status,
            reason,
        });
        if let Some(address) = link.address.as_deref().filter(|_| kind == LockKind::OptOut) {
            let lock = Lock { kind, at: self.now };
            self.memory.keep_tombstone(address, &lock);
        }
        Link {
            lock: Some(Lock { kind, at: self.now }),
            failed: kind != LockKind::OptOut,
            ..link.clone()
        }
    }

    /// Permissions that were switched in Spotler. A feed switches nothing back.
    fn permissions(
        &self,
        record: &CrmRecord,
        link: &Link,
        seen: &SeenContact,
        changes: &mut Vec<CrmChange>,
    ) -> Link {
        let mut link = link.clone();
        for bit in self.connection.permissions.iter().map(|it| it.bit) {
            let (memory, on) = (link.bit(bit), seen.has(bit));
            let known = consent::Known {
                choice: record.choice(bit),
                memory,
                on,
            };
            let (consent, evidence, memory) = match consent::judge(record, known, Trust::Known) {
                Verdict::ImportWithdrawal => {
                    let memory = BitMemory {
                        on: false,
                        locked_at: Some(self.now),
                    };
                    (Consent::Withdrawn, "switched-off-in-spotler", memory)
                }
                Verdict::ImportOptIn => (
                    Consent::Given,
                    "switched-on-in-spotler",
                    BitMemory {
                        on: true,
                        locked_at: None,
                    },
                ),
                Verdict::Keep | Verdict::Enable | Verdict::Disable | Verdict::Hold => continue,
            };
            let (target, origin) = (record.reference.clone(), Origin::Spotler);
            changes.push(CrmChange::Permission {
                target,
                bit,
                consent,
                origin,
                evidence,
                at: self.now,
            });
            link.permissions.insert(bit, memory);
        }
        link
    }
}

/// Whether a feed shows something else than Spotler confirmed last.
fn differs(link: &Link, seen: &SeenContact) -> bool {
    let bits = link.permissions.keys().chain(seen.permissions.keys());
    look::lock_shown(seen, link.bounced_hard.is_some()).is_some()
        || bits
            .into_iter()
            .any(|bit| link.bit(*bit).on != seen.has(*bit))
}
