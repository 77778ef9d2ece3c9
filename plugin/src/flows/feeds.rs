//! The feeds of what changed in Spotler: read in pages, with an overlap, from
//! where the last reading ended (PV-41, C4). A feed is a hint: whoever seems to
//! differ is looked at before anything is believed.

use futures_util::future::join_all;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::change::CrmChange;
use crate::codes;
use crate::connection::Connection;
use crate::consent::{self, Trust, Verdict};
use crate::crm::{Consent, CrmRecord, Origin, RecordRef, SyncStatus, Timestamp};
use crate::look::{self, Presence};
use crate::memory::{BitMemory, Link, Lock, LockKind, Mark, Memory};
use crate::ports::Ports;
use crate::settle;
use crate::spotler::client::{Bounce, Spotler, Window};
use crate::spotler::contact::SeenContact;
use crate::spotler::property::{EMAIL_TYPE, Property};
use crate::spotler::trouble::Trouble;

/// How much of what was read before is read again, because clocks differ and
/// feeds may lag.
const OVERLAP_MS: Timestamp = 3_600_000;
/// How many values a page holds, so many rows of so many properties: it must fit into
/// the memory of a call several times over.
const VALUES: usize = 70_000;
/// The rows of a page, however many properties there are.
const ROWS: std::ops::RangeInclusive<usize> = 250..=2_500;
/// How many people a step looks at, at most; the rows after them are read again.
const MOST_LOOKS: usize = 500;
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

/// How many rows a step reads at most.
fn rows_of_a_page(properties: usize) -> usize {
    (VALUES / properties.max(1)).clamp(*ROWS.start(), *ROWS.end())
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Position {
    feed: Feed,
    start: Timestamp,
    end: Timestamp,
    after: usize,
    /// From when on a feed is read that never was.
    since: Timestamp,
    /// How many rows were read.
    pub(crate) done: u64,
}

/// The feeds of one call.
pub(crate) struct Feeds<'a, P> {
    ports: &'a P,
    memory: Memory<'a, P>,
    spotler: Spotler<'a, P>,
    connection: &'a Connection,
    now: Timestamp,
}

impl<'a, P: Ports> Feeds<'a, P> {
    pub(crate) fn new(ports: &'a P, connection: &'a Connection) -> Self {
        Self {
            ports,
            memory: Memory::new(ports),
            spotler: Spotler::of(ports, connection),
            connection,
            now: ports.now(),
        }
    }

    /// Where to start; a feed that was never read is read from `since` on.
    pub(crate) fn first(&self, since: Timestamp) -> Position {
        self.first_of(Feed::Bounces, since, 0)
    }

    /// Whether both feeds have been read up to a moment.
    pub(crate) fn are_read_until(&self, moment: Timestamp) -> bool {
        let marks = [Feed::Bounces, Feed::Updates].map(|it| self.memory.mark(it.name()));
        marks
            .into_iter()
            .all(|it| it.is_some_and(|it| it.read_until >= moment))
    }

    fn first_of(&self, feed: Feed, since: Timestamp, done: u64) -> Position {
        let start = match self.memory.mark(feed.name()) {
            Some(mark) => mark.read_until.saturating_sub(OVERLAP_MS),
            None => since,
        };
        // Spotler's queries count in whole seconds.
        let end = self.now.div_ceil(1000) * 1000;
        Position {
            feed,
            start,
            end,
            after: 0,
            since,
            done,
        }
    }

    /// Reads a page and takes over what it leads to. Answers how many rows were
    /// read up to now, and where to go on; none once both feeds have been read.
    pub(crate) async fn read(
        &self,
        position: Position,
        changes: &mut Vec<CrmChange>,
    ) -> Result<(u64, Option<Position>), Trouble> {
        let window = Window {
            start: position.start,
            end: position.end,
            after: position.after,
            page_size: rows_of_a_page(self.connection.properties.len()),
        };
        let (rows, more) = match position.feed {
            Feed::Bounces => {
                let (bounces, more) = self.spotler.bounces(window).await?;
                let some = bounces.get(..MOST_LOOKS).unwrap_or(&bounces);
                self.read_bounces(some, changes).await?;
                (some.len(), more || some.len() < bounces.len())
            }
            Feed::Updates => {
                let (contacts, more) = self.spotler.updates(window).await?;
                let rows = self.read_updates(&contacts, changes).await?;
                (rows, more || rows < contacts.len())
            }
        };
        let done = position.done + rows as u64;
        if more && rows > 0 {
            let next = Position {
                after: position.after + rows,
                done,
                ..position
            };
            return Ok((done, Some(next)));
        }
        let read_until = position.end;
        self.memory
            .keep_mark(position.feed.name(), Mark { read_until });
        Ok(match position.feed {
            Feed::Bounces => (
                done,
                Some(self.first_of(Feed::Updates, position.since, done)),
            ),
            Feed::Updates => (done, None),
        })
    }

    async fn read_bounces(
        &self,
        bounces: &[Bounce],
        changes: &mut Vec<CrmChange>,
    ) -> Result<(), Trouble> {
        let mut suspects = Vec::new();
        for bounce in bounces {
            let Some((reference, mut link)) = self.known(&bounce.contact) else {
                if bounce.hard {
                    self.note_stranger(&bounce.contact);
                }
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
                let address = self.address_of(&bounce.contact);
                changes.push(settle::bounce_task(&record, &link, address));
            }
            suspects.push((reference, link));
        }
        self.look_at(suspects, changes).await
    }

    /// How many of the rows were read: those after the last person who can be
    /// looked at in this step are left for the next one.
    async fn read_updates(
        &self,
        contacts: &[SeenContact],
        changes: &mut Vec<CrmChange>,
    ) -> Result<usize, Trouble> {
        if contacts.iter().any(|it| it.email_channel.is_some()) {
            self.memory.keep_channel_shown();
        }
        let mut suspects = Vec::new();
        let mut rows = contacts.len();
        for (at, seen) in contacts.iter().enumerate() {
            let known = self.known(seen);
            if known.is_none() && look::lock_shown(seen, false).is_some() {
                self.note_stranger(seen);
            }
            let Some(suspect) = known.filter(|(_, link)| differs(link, seen)) else {
                continue;
            };
            if suspects.len() == MOST_LOOKS {
                rows = at;
                break;
            }
            suspects.push(suspect);
        }
        self.look_at(suspects, changes).await?;
        Ok(rows)
    }

    /// A contact that is linked with a record, and neither locked nor blanked.
    fn known(&self, seen: &SeenContact) -> Option<(RecordRef, Link)> {
        let reference = self.memory.behind(seen.external_id.as_deref()?)?;
        let link = self.memory.link(&reference)?;
        (link.lock.is_none() && link.blanked.is_none()).then_some((reference, link))
    }

    /// Somebody who may not be mailed, and whom no record is linked with, or a
    /// record that is locked or blanked: a batch that creates people does not pass
    /// that person over in an account that goes by the external id alone.
    fn note_stranger(&self, seen: &SeenContact) {
        if let Some(address) = self.address_of(seen).and_then(Address::parse) {
            self.memory
                .keep_stranger(&address.hash(&self.memory.salt()));
        }
    }

    /// The address that Spotler has of a contact.
    fn address_of<'s>(&self, seen: &'s SeenContact) -> Option<&'s str> {
        let is_email = |it: &&Property| it.property_type == EMAIL_TYPE;
        let name = self.connection.properties.iter().find(is_email);
        name.and_then(|it| seen.properties.get(&it.name)?.as_str())
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
                    (Some(kind), looked) => self.locked(&record, link, kind, &looked, changes),
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
        looked: &Presence,
        changes: &mut Vec<CrmChange>,
    ) -> Link {
        let address = match looked {
            Presence::One(seen) => self.address_of(seen),
            Presence::Absent | Presence::Several | Presence::AddressTaken | Presence::Locked(_) => {
                None
            }
        };
        let told = settle::lock_changes(record, link, kind, address, self.now);
        changes.extend(told);
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

    /// Permissions that were switched in Spotler. A feed switches nothing back itself:
    /// what is on against a person's word in the CRM has the record synced, which does.
    fn permissions(
        &self,
        record: &CrmRecord,
        link: &Link,
        seen: &SeenContact,
        changes: &mut Vec<CrmChange>,
    ) -> Link {
        let mut link = link.clone();
        let mut has_to_go_off = false;
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
                Verdict::Disable => {
                    link.permissions
                        .insert(bit, BitMemory { on: true, ..memory });
                    has_to_go_off = true;
                    continue;
                }
                Verdict::Keep | Verdict::Enable | Verdict::Hold => continue,
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
        if has_to_go_off {
            changes.push(CrmChange::SyncAgain(vec![record.reference.clone()]));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_fewer_rows_where_contacts_have_many_properties() {
        let rows = [0, 20, 50, 100, 1_000].map(rows_of_a_page);
        assert_eq!(rows, [2_500, 2_500, 1_400, 700, 250]);
    }
}
