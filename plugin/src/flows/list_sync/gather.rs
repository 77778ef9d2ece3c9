//! Who may be on the list: opt-outs are read first, then the members are
//! brought up to date, a page a step (C13, DA-34). Whoever has to be looked at
//! goes the way of a saved record, and is waited for.

use crate::change::CrmChange;
use crate::codes;
use crate::crm::Timestamp;
use crate::flows::addressees::{Place, Way};
use crate::flows::feeds::Feeds;
use crate::flows::list_call::{End, ListCall};
use crate::flows::step;
use crate::outcome::Actor;
use crate::ports::Ports;
use crate::roster::{Member, Phase, Roster, Run};

/// How many records a step reads; with those kept back, and if all of them have
/// to be looked at, they are fewer than an answer may queue.
const PAGE: u32 = 500;
/// How many may be kept back before the next page is read.
const MOST_PENDING: usize = 200;
/// How many pages of keys a step asks after.
const SETTLE_PAGES: usize = 5;
/// A feed that was never read is read from so long ago.
const FIRST_MS: Timestamp = 30 * 24 * 3_600_000;
/// How often is waited without a pause, and in all.
const QUICK_WAITS: u32 = 3;
const MOST_WAITS: u32 = 60;
const LONGEST_WAIT_MS: Timestamp = 300_000;

impl<P: Ports> ListCall<'_, P> {
    /// Reads what changed in Spotler, a page a step.
    pub(super) async fn read_feed(
        &self,
        run: &mut Run,
        changes: &mut Vec<CrmChange>,
    ) -> Result<(), End> {
        let feeds = Feeds::new(self.ports, &self.setup.connection);
        let position = match &run.next {
            Some(position) => step::position::<Option<_>>(position),
            None => None,
        };
        let position = position.unwrap_or_else(|| feeds.first(self.now.saturating_sub(FIRST_MS)));
        let (_, next) = feeds.read(position, changes).await?;
        run.next = next.and_then(|it| serde_json::to_string(&it).ok());
        if run.next.is_none() {
            run.phase = Phase::Gather;
        }
        Ok(())
    }

    /// Brings a page of members up to date, and notes who may be on the list.
    pub(super) async fn gather(
        &self,
        roster: &Roster,
        run: &mut Run,
        changes: &mut Vec<CrmChange>,
    ) -> Result<(), End> {
        let pending = std::mem::take(&mut run.pending);
        let mut records: Vec<_> = pending
            .iter()
            .filter_map(|it| self.ports.read_record(it))
            .collect();
        if !run.all_read && records.len() < MOST_PENDING {
            let page = self
                .ports
                .read_selection(&self.list.selection, run.next.as_deref(), PAGE);
            run.read += page.records.len() as u64;
            records.extend(page.records);
            run.all_read = page.next.is_none();
            run.next = page.next;
        }
        let target = self.list.target;
        if records.iter().any(|it| it.reference.kind != target) {
            return Err(End::rejected(codes::LIST_MIXED, Actor::CrmUser));
        }
        let way = Way {
            permission: None,
            flush: run.all_read,
            unsure: self.event.attempt > 1,
        };
        let sorted = self.addressees().sort(&records, way).await;
        for (reference, place) in &sorted.places {
            let waits = *place == Place::Waits;
            match place {
                Place::LeftOut(code) => {
                    run.leave_out(code);
                    continue;
                }
                Place::Member(_) => run.fitting += 1,
                Place::Waits => run.waiting += 1,
            }
            let on = self.rosters.member(reference).map_or(0, |it| it.on);
            let sync = roster.syncs;
            self.rosters
                .keep_member(reference, Member { sync, on, waits });
        }
        run.pending = sorted.pending;
        changes.extend(sorted.changes);
        if let Some(trouble) = sorted.trouble {
            return Err(trouble.into());
        }
        if run.all_read && run.pending.is_empty() {
            let waits = run.waiting > 0;
            run.to(if waits { Phase::Settle } else { Phase::Compare });
        }
        Ok(())
    }

    /// Asks after those who had to be looked at, and waits for who is left.
    pub(super) fn settle(&self, roster: &Roster, run: &mut Run) -> Result<(), End> {
        let addressees = self.addressees();
        let give_up = run.waits >= MOST_WAITS;
        for _ in 0..SETTLE_PAGES {
            let (members, next) = self.rosters.members(run.key());
            for (reference, member) in members {
                if !member.waits || member.sync != roster.syncs {
                    continue;
                }
                let record = self.ports.read_record(&reference);
                let place = match &record {
                    Some(record) => addressees.after_look(record, None),
                    None => Place::LeftOut(codes::RECORD_NOT_ACTIVE),
                };
                let member = match place {
                    Place::Waits if !give_up => continue,
                    Place::Waits => {
                        run.leave_out(codes::NOT_IN_STEP);
                        Member { sync: 0, ..member }
                    }
                    Place::LeftOut(code) => {
                        run.leave_out(code);
                        Member { sync: 0, ..member }
                    }
                    Place::Member(_) => {
                        run.fitting += 1;
                        member
                    }
                };
                run.waiting = run.waiting.saturating_sub(1);
                let waits = false;
                self.rosters
                    .keep_member(&reference, Member { waits, ..member });
            }
            run.next = next.map(|it| it.to_string());
            if next.is_none() {
                break;
            }
        }
        match (&run.next, run.waiting) {
            (Some(_), _) => Ok(()),
            (None, 0) => {
                run.to(Phase::Compare);
                Ok(())
            }
            (None, _) => {
                run.waits += 1;
                let slow = u64::from(run.waits.saturating_sub(QUICK_WAITS));
                let pause = (slow * 2_000).min(LONGEST_WAIT_MS);
                let not_before = (pause > 0).then(|| self.now + pause);
                Err(End::again(codes::STEP_DONE, not_before))
            }
        }
    }
}
