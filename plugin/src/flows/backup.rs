//! A backup: everything that Spotler shows of its contacts, from its feed of
//! changes from a far date on, and of every contact that we know (YO-02, C25).
//! The API cannot list contacts, so nobody else can be asked for.

use futures_util::future::join_all;
use serde::{Deserialize, Serialize};

use crate::change::CrmChange;
use crate::codes;
use crate::connection::Connection;
use crate::contact_snapshot::{Cause, ContactSnapshot};
use crate::crm::{Event, Facts, RecordRef, Timestamp};
use crate::flows::step;
use crate::look;
use crate::mapping;
use crate::memory::{Link, Lock, Memory};
use crate::outcome::{Answer, Outcome, Progress, Reason};
use crate::ports::Ports;
use crate::settle;
use crate::spotler::client::{Spotler, Window};
use crate::spotler::contact::SeenContact;
use crate::spotler::trouble::{Kind, Trouble};

/// From when on the feed is read: 2000-01-01.
const FAR_DATE: Timestamp = 946_684_800_000;
/// How many contacts a step takes.
const PAGE: usize = 200;
/// How many are looked at side by side.
const SIDE_BY_SIDE: usize = 8;
/// The meanings of the columns of a backup (YO-04).
const COLUMNS: [&str; 5] = [
    "email",
    "first-name",
    "last-name",
    "job-title",
    "organisation",
];

/// Where the next step starts: in the feed, or among the records that we know.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Position {
    Feed {
        end: Timestamp,
        after: usize,
        done: u64,
    },
    Known {
        page: Option<u64>,
        skip: usize,
        done: u64,
    },
}

struct Backup<'a, P> {
    event: &'a Event,
    memory: &'a Memory<'a, P>,
    spotler: Spotler<'a, P>,
    meanings: Facts,
    now: Timestamp,
}

/// A step of a backup.
pub(crate) async fn backup<P: Ports>(
    ports: &P,
    memory: &Memory<'_, P>,
    event: &Event,
    connection: &Connection,
) -> Answer {
    let column = |meaning: &str| {
        let property = mapping::property_for(meaning, &connection.properties)?;
        Some((meaning.to_owned(), property.name.clone()))
    };
    let backup = Backup {
        event,
        memory,
        spotler: Spotler::of(ports, connection),
        meanings: COLUMNS.into_iter().filter_map(column).collect(),
        now: ports.now(),
    };
    let mut changes = Vec::new();
    let outcome = match backup.step(&mut changes).await {
        Ok(outcome) => outcome,
        Err(trouble) => settle::trouble_outcome(&trouble),
    };
    let answer = Answer::of(outcome).because("YO-02", codes::BACKED_UP);
    Answer { changes, ..answer }
}

impl<P: Ports> Backup<'_, P> {
    async fn step(&self, changes: &mut Vec<CrmChange>) -> Result<Outcome, Trouble> {
        let cursor = self.event.cursor.as_deref();
        let position = cursor.and_then(|it| serde_json::from_str(it).ok());
        let first = Position::Feed {
            // Spotler's queries count in whole seconds.
            end: self.now.div_ceil(1000) * 1000,
            after: 0,
            done: 0,
        };
        match position.unwrap_or(first) {
            Position::Feed { end, after, done } => self.feed(end, after, done, changes).await,
            Position::Known { page, skip, done } => self.known(page, skip, done, changes).await,
        }
    }

    async fn feed(
        &self,
        end: Timestamp,
        after: usize,
        done: u64,
        changes: &mut Vec<CrmChange>,
    ) -> Result<Outcome, Trouble> {
        let window = Window {
            start: FAR_DATE,
            end,
            after,
            page_size: PAGE,
        };
        let (contacts, more) = self.spotler.updates(window).await?;
        for seen in &contacts {
            let id = seen.external_id.as_deref();
            let behind = id.and_then(|it| self.memory.behind(it));
            let link = behind.as_ref().and_then(|it| self.memory.link(it));
            if let Some(id) = id.filter(|_| link.is_some()) {
                self.memory.keep_backed_up(&self.event.id, id);
            }
            changes.push(self.snapshot(seen, behind.as_ref(), link.as_ref()));
        }
        let rows = contacts.len();
        let done = done + rows as u64;
        let next = if more && rows > 0 {
            let after = after + rows;
            Position::Feed { end, after, done }
        } else {
            let (page, skip) = (None, 0);
            Position::Known { page, skip, done }
        };
        Ok(again(&next, done))
    }

    /// Those whom the feed did not show.
    async fn known(
        &self,
        page: Option<u64>,
        skip: usize,
        done: u64,
        changes: &mut Vec<CrmChange>,
    ) -> Result<Outcome, Trouble> {
        let (linked, next_page) = self.memory.linked(page);
        let mut missing = Vec::new();
        let mut taken = skip;
        for reference in linked.iter().skip(skip) {
            if missing.len() == PAGE {
                break;
            }
            taken += 1;
            let Some(link) = self.memory.link(reference) else {
                continue;
            };
            if !self.memory.end_backed_up(&self.event.id, &link.external_id) {
                missing.push((reference, link));
            }
        }
        let before = changes.len();
        for some in missing.chunks(SIDE_BY_SIDE) {
            let looks = some
                .iter()
                .map(|(_, link)| self.spotler.contact(&link.external_id));
            for ((reference, link), looked) in some.iter().zip(join_all(looks).await) {
                changes.extend(self.looked(reference, link, looked)?);
            }
        }
        let done = done + (changes.len() - before) as u64;
        if taken < linked.len() {
            let skip = taken;
            return Ok(again(&Position::Known { page, skip, done }, done));
        }
        if next_page.is_some() {
            let (page, skip) = (next_page, 0);
            return Ok(again(&Position::Known { page, skip, done }, done));
        }
        let reason = Reason::new(codes::BACKED_UP).with("contacts", done.to_string());
        Ok(Outcome::Synced(reason))
    }

    /// Somebody whom Spotler does not show any more has nothing to back up;
    /// somebody whom it refuses to show has a status.
    fn looked(
        &self,
        reference: &RecordRef,
        link: &Link,
        looked: Result<SeenContact, Trouble>,
    ) -> Result<Option<CrmChange>, Trouble> {
        match looked {
            Ok(seen) => Ok(Some(self.snapshot(&seen, Some(reference), Some(link)))),
            Err(trouble) if trouble.kind == Kind::NotFound => Ok(None),
            Err(trouble) => {
                let kind = look::lock_of(&trouble).ok_or(trouble)?;
                let at = self.now;
                let locked = Link {
                    lock: Some(Lock { kind, at }),
                    ..link.clone()
                };
                let nothing = SeenContact::default();
                Ok(Some(self.snapshot(
                    &nothing,
                    Some(reference),
                    Some(&locked),
                )))
            }
        }
    }

    fn snapshot(
        &self,
        seen: &SeenContact,
        target: Option<&RecordRef>,
        link: Option<&Link>,
    ) -> CrmChange {
        let snapshot = ContactSnapshot::of(seen, target, link, Cause::Backup, self.now);
        ContactSnapshot {
            meanings: self.meanings.clone(),
            ..snapshot
        }
        .kept()
    }
}

fn again(position: &Position, done: u64) -> Outcome {
    step::deferred(
        position,
        Progress {
            done,
            total: done,
            unit: "contacts",
        },
    )
}
