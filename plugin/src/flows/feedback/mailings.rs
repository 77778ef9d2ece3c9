//! Mailings: each introduced to the CRM once (RE-01, RE-04), and its results read
//! on a schedule until they have settled (RE-05).

use serde_json::Value;

use crate::change::CrmChange;
use crate::crm::Timestamp;
use crate::feedback::{SNAPSHOTS, snapshot_due};
use crate::memory::feedback::{Due, JourneyMessage, Part};
use crate::memory::messages::KnownMessage;
use crate::ports::Ports;
use crate::report::{
    Bounce, InteractionKind, Mailing, MailingChange, Medium, Snapshot, Tallies, Tally,
};
use crate::spotler::interaction::Row;
use crate::spotler::mailing;
use crate::spotler::reporting::{Family, RowsOf};

use super::{DAY_MS, Next, PAGE, Reading, tolerant};

/// The list of mailings is not paged by Spotler: so much of it at a time.
const PIECE_MS: Timestamp = 7 * DAY_MS;
/// How many mailings are introduced at a time.
const MOST_NEW: usize = 25;

impl<P: Ports> Reading<'_, P> {
    /// The mailings of a piece of the period; those that are new are introduced.
    pub(super) async fn mailings(
        &self,
        from: Timestamp,
        end: Timestamp,
        changes: &mut Vec<CrmChange>,
    ) -> Next {
        let until = from.saturating_add(PIECE_MS).min(end);
        let mailings = self.spotler.mailings(from, until).await?;
        // Also one that was mentioned before Spotler showed it.
        let is_new = |it: &&Mailing| {
            let known = self.memory.message(&it.id);
            known.is_none_or(|it| it.mailing.is_none())
        };
        let new: Vec<Mailing> = mailings.iter().filter(is_new).cloned().collect();
        for mailing in new.iter().take(MOST_NEW) {
            let details = self.spotler.details(Family::Mailing, &mailing.id).await;
            let details = tolerant(details)?.unwrap_or_else(|| Value::Object(Default::default()));
            self.introduce_mailing(mailing, &details, changes);
        }
        Ok(if new.len() > MOST_NEW {
            Some(Part::Mailings { from })
        } else {
            (until < end).then_some(Part::Mailings { from: until })
        })
    }

    /// Keeps what a message is, and tells the CRM of a mailing.
    pub(super) fn introduce(
        &self,
        id: &str,
        family: Family,
        details: &Value,
        changes: &mut Vec<CrmChange>,
    ) -> KnownMessage {
        let known = KnownMessage::of(family, details);
        if let Some(mailing) = &known.mailing {
            return self.introduce_mailing(mailing, details, changes);
        }
        self.memory.keep_message(id, &known);
        if family == Family::Journey {
            let message = self.memory.journey_message(id).unwrap_or_default();
            self.memory.keep_journey_message(id, message);
        }
        known
    }

    fn introduce_mailing(
        &self,
        mailing: &Mailing,
        details: &Value,
        changes: &mut Vec<CrmChange>,
    ) -> KnownMessage {
        let known = KnownMessage {
            name: mailing.name.clone(),
            medium: mailing.medium,
            mailing: Some(mailing.clone()),
            ..KnownMessage::of(Family::Mailing, details)
        };
        self.memory.keep_message(&mailing.id, &known);
        self.memory.keep_due(&mailing.id, Due { next: 0 });
        changes.push(CrmChange::Mailing(Box::new(MailingChange {
            mailing: mailing.clone(),
            details: Some(mailing::details(details)),
            snapshot: None,
        })));
        known
    }

    /// Counts one page of the first of the mailings that are due; after its last
    /// page reads its statistics and tells the CRM.
    pub(super) async fn snapshots(
        &self,
        (left, kind, after, mut tallies): (Option<Vec<String>>, InteractionKind, usize, Tallies),
        changes: &mut Vec<CrmChange>,
    ) -> Next {
        let mut left = left.unwrap_or_else(|| self.due_now());
        let Some(id) = left.first().cloned() else {
            return Ok(None);
        };
        let mailing = self.memory.message(&id).and_then(|it| it.mailing);
        let Some(mailing) = mailing else {
            self.memory.end_due(&id);
            left.remove(0);
            return Ok(Some(start_of(left)));
        };
        if !(mailing.medium == Medium::Sms && kind != InteractionKind::Bounces) {
            let of = RowsOf {
                family: Family::Mailing,
                message: &id,
                kind,
                whose: None,
                between: None,
                after,
                page_size: PAGE,
            };
            let page = tolerant(self.spotler.interactions(of).await)?;
            let (rows, count, more) = page.unwrap_or_default();
            count_rows(&mut tallies, kind, &rows);
            if more {
                return Ok(Some(Part::Snapshots {
                    left: Some(left),
                    kind,
                    after: after + count,
                    tallies,
                }));
            }
        }
        let next_kind = match kind {
            InteractionKind::Recipients | InteractionKind::Opens => Some(InteractionKind::Clicks),
            InteractionKind::Clicks => Some(InteractionKind::Bounces),
            InteractionKind::Bounces => None,
        };
        if let Some(kind) = next_kind {
            return Ok(Some(Part::Snapshots {
                left: Some(left),
                kind,
                after: 0,
                tallies,
            }));
        }
        self.take_snapshot(mailing, tallies, changes).await?;
        left.remove(0);
        Ok(Some(start_of(left)))
    }

    fn due_now(&self) -> Vec<String> {
        let is_due = |id: &String| {
            let sent_at = self.memory.message(id).and_then(|it| it.sent_at());
            let next = self.memory.due(id).map(|it| it.next);
            match (sent_at, next) {
                (Some(sent_at), Some(next)) => snapshot_due(sent_at, next, self.now).is_some(),
                (None, _) | (_, None) => true,
            }
        };
        let mut ids = self.memory.scheduled();
        ids.retain(is_due);
        ids
    }

    async fn take_snapshot(
        &self,
        mailing: Mailing,
        tallies: Tallies,
        changes: &mut Vec<CrmChange>,
    ) -> Result<(), crate::spotler::trouble::Trouble> {
        let Some(statistics) = tolerant(self.spotler.statistics(&mailing.id).await)? else {
            self.memory.end_due(&mailing.id);
            return Ok(());
        };
        let next = self.memory.due(&mailing.id).map_or(0, |it| it.next);
        let next = snapshot_due(mailing.sent_at, next, self.now).unwrap_or(next);
        let is_last = next >= SNAPSHOTS.len();
        if is_last {
            self.memory.end_due(&mailing.id);
        } else {
            self.memory.keep_due(&mailing.id, Due { next });
        }
        let mailing = Mailing {
            sent: statistics.sent,
            ..mailing
        };
        changes.push(CrmChange::Mailing(Box::new(MailingChange {
            mailing,
            details: None,
            snapshot: Some(Snapshot {
                at: self.now,
                statistics,
                tallies,
                is_last,
            }),
        })));
        Ok(())
    }

    /// Notes when a message of a journey was last sent.
    pub(super) fn note_sent(&self, id: &str, at: Timestamp) {
        let known = self.memory.journey_message(id).unwrap_or_default();
        if known.last_sent_at < Some(at) {
            let last_sent_at = Some(at);
            self.memory
                .keep_journey_message(id, JourneyMessage { last_sent_at });
        }
    }
}

fn start_of(left: Vec<String>) -> Part {
    Part::Snapshots {
        left: Some(left),
        kind: InteractionKind::Opens,
        after: 0,
        tallies: Tallies::default(),
    }
}

/// Adds rows to the counts. A click counts as an open, as Spotler counts it.
fn count_rows(tallies: &mut Tallies, kind: InteractionKind, rows: &[Row]) {
    for row in rows {
        match (kind, row.bounce) {
            (InteractionKind::Opens, _) => {
                count(&mut tallies.opened, row.at);
                count(&mut tallies.rendered, row.at);
            }
            (InteractionKind::Clicks, _) => {
                count(&mut tallies.opened, row.at);
                count(&mut tallies.clicked, row.at);
            }
            (InteractionKind::Bounces, Some(Bounce::Hard)) => {
                count(&mut tallies.hard_bounced, row.at);
            }
            (InteractionKind::Bounces, Some(Bounce::Soft)) => {
                count(&mut tallies.soft_bounced, row.at);
            }
            (InteractionKind::Recipients, _) | (InteractionKind::Bounces, None) => {}
        }
    }
    // None of it happened is a count too: it was looked at.
    let looked_at: &mut [&mut Tally] = match kind {
        InteractionKind::Recipients => &mut [],
        InteractionKind::Opens => &mut [&mut tallies.opened, &mut tallies.rendered],
        InteractionKind::Clicks => &mut [&mut tallies.clicked],
        InteractionKind::Bounces => &mut [&mut tallies.hard_bounced, &mut tallies.soft_bounced],
    };
    for tally in looked_at {
        tally.total.get_or_insert(0);
    }
}

fn count(tally: &mut Tally, at: Option<Timestamp>) {
    tally.total = Some(tally.total.unwrap_or(0) + 1);
    tally.last_at = tally.last_at.max(at);
}
