//! A marketing list changed in the CRM. Only three things reach Spotler without
//! a sync: a member that was added (DA-51), a member that was taken off an
//! audience, and the end of the list (DA-49).

use crate::change::CrmChange;
use crate::codes;
use crate::crm::{Event, RecordRef};
use crate::flows::addressees::{Place, Way};
use crate::flows::contact_saved::Setup;
use crate::flows::feeds::Feeds;
use crate::flows::list_call::{End, ListCall, not_working};
use crate::marketing_list::{ListChange, MarketingList};
use crate::memory::Memory;
use crate::outcome::{Actor, Answer, Outcome, Reason};
use crate::ports::Ports;
use crate::profile::{ListForm, ListPolicy};
use crate::roster::{Member, Roster, There};
use crate::spotler::audience::SomeMembers;
use crate::spotler::list::{ListRefusal, ListTrouble};

/// How old the knowledge of opt-outs may be for a member to be added without
/// reading the feeds first. A tick comes more often.
const FRESH_MS: u64 = 15 * 60_000;
/// A feed that was never read is read from so long ago.
const FIRST_MS: u64 = 30 * 24 * 3_600_000;
/// How many pages of keys are forgotten in a step.
const PAGES: usize = 5;
/// How often a member is waited for that has to be looked at first.
const MOST_WAITS: u32 = 60;

/// The hook.
pub async fn on_list_changed<P: Ports>(
    ports: &P,
    event: &Event,
    list: &MarketingList,
    change: &ListChange,
) -> Answer {
    let memory = Memory::new(ports);
    let setup = Setup::of(&memory);
    if let Some(answer) = not_working(setup.as_ref()) {
        return answer;
    }
    let Some(setup) = setup else {
        return Answer::of(Outcome::Skipped(Reason::new(codes::NOT_ACTIVE)));
    };
    let call = ListCall::new(ports, &setup, list, event);
    let mut roster = call.rosters.roster();
    let before = roster.clone();
    let mut changes = Vec::new();
    let (rule, end) = match change {
        ListChange::Saved => ("DA-48", only_saved(&roster)),
        ListChange::Reactivated => ("DA-50", End::skipped(codes::LIST_NOT_THERE)),
        ListChange::MemberAdded(member) => (
            "DA-51",
            call.add_member(&mut roster, member, &mut changes).await,
        ),
        ListChange::MemberRemoved(member) => ("C19", call.remove_member(&mut roster, member).await),
        ListChange::Deactivated | ListChange::Deleted => {
            ("DA-49", call.remove_list(&mut roster, &mut changes).await)
        }
    };
    if roster != before {
        call.rosters.keep(&roster);
    }
    call.answer(end, &roster, rule, changes).await
}

fn only_saved(roster: &Roster) -> End {
    End::skipped(match roster.there {
        Some(_) => codes::LIST_NOT_SENT,
        None => codes::LIST_NOT_THERE,
    })
}

impl<P: Ports> ListCall<'_, P> {
    /// One request, where the person is in Spotler already and what is known of
    /// opt-outs is fresh.
    async fn add_member(
        &self,
        roster: &mut Roster,
        member: &RecordRef,
        changes: &mut Vec<CrmChange>,
    ) -> End {
        let Some(there) = roster.there.clone() else {
            return End::skipped(codes::LIST_NOT_THERE);
        };
        if self.setup.connection.profile.list_policy == ListPolicy::NewListEveryExport {
            return End::rejected(codes::LIST_FIXED, Actor::CrmUser);
        }
        if member.kind != self.list.target {
            return End::rejected(codes::LIST_MIXED, Actor::CrmUser);
        }
        let known = self.rosters.member(member);
        if known.is_some_and(|it| it.on == there.generation) && self.event.attempt == 1 {
            return End::skipped(codes::LIST_MEMBER_ADDED);
        }
        let external_id = match self.fit_member(member, changes).await {
            Ok(external_id) => external_id,
            Err(end) => return end,
        };
        match self.put_on(&there, external_id).await {
            Ok(()) => {}
            Err(ListTrouble::Refused(ListRefusal::NoSuchList)) => {
                forget_there(roster);
                return End::rejected(codes::LIST_GONE, Actor::CrmUser);
            }
            Err(ListTrouble::Refused(ListRefusal::UnknownMembers)) => {
                return End::rejected(codes::GONE, Actor::Marketer);
            }
            Err(ListTrouble::Refused(_)) => {
                return End::rejected(codes::LIST_REFUSED, Actor::Marketer);
            }
            Err(ListTrouble::Trouble(trouble)) => return End::Trouble(trouble),
        }
        let (sync, on) = (roster.syncs, there.generation);
        let waits = false;
        self.rosters.keep_member(member, Member { sync, on, waits });
        if known.is_none_or(|it| it.on != on) {
            roster.members += 1;
        }
        roster.synced_at = Some(self.now);
        End::Synced(Reason::new(codes::LIST_MEMBER_ADDED))
    }

    /// The external id of a member who may be on the list.
    async fn fit_member(
        &self,
        member: &RecordRef,
        changes: &mut Vec<CrmChange>,
    ) -> Result<String, End> {
        let Some(record) = self.ports.read_record(member) else {
            return Err(left_out(codes::RECORD_NOT_ACTIVE));
        };
        let waited: Option<u32> = self.event.cursor.as_deref().and_then(waits_in);
        let place = if waited.is_some() {
            self.addressees().after_look(&record, None)
        } else {
            self.read_feeds_unless_fresh(changes).await?;
            let way = Way {
                permission: None,
                flush: true,
                unsure: self.event.attempt > 1,
            };
            let sorted = self.addressees().sort(&[record], way).await;
            changes.extend(sorted.changes);
            if let Some(trouble) = sorted.trouble {
                return Err(trouble.into());
            }
            match sorted.places.into_iter().next() {
                Some((_, place)) => place,
                None => Place::LeftOut(codes::NOT_IN_STEP),
            }
        };
        match (place, waited.unwrap_or(0)) {
            (Place::Member(external_id), _) => Ok(external_id),
            (Place::LeftOut(code), _) => Err(left_out(code)),
            (Place::Waits, MOST_WAITS..) => Err(left_out(codes::NOT_IN_STEP)),
            (Place::Waits, waited) => {
                let pause = u64::from(waited.saturating_sub(2)) * 2_000;
                Err(End::Again {
                    reason: Reason::new(codes::STEP_DONE),
                    not_before: (pause > 0).then(|| self.now + pause),
                    cursor: format!("waited-{}", waited + 1),
                })
            }
        }
    }

    async fn read_feeds_unless_fresh(&self, changes: &mut Vec<CrmChange>) -> Result<(), End> {
        let feeds = Feeds::new(self.ports, &self.setup.connection);
        if feeds.are_read_until(self.now.saturating_sub(FRESH_MS)) {
            return Ok(());
        }
        let mut position = Some(feeds.first(self.now.saturating_sub(FIRST_MS)));
        while let Some(here) = position {
            (_, position) = feeds.read(here, changes).await?;
        }
        Ok(())
    }

    async fn put_on(&self, there: &There, external_id: String) -> Result<(), ListTrouble> {
        let ids = [external_id];
        match (there.form, SomeMembers::of(&ids)) {
            (ListForm::StaticList, _) => self.spotler.add_to_list(&there.external_id, &ids).await,
            (ListForm::Audience, Some(some)) => {
                let id = &there.external_id;
                let unknown = self.spotler.add_to_audience(id, some).await?;
                match unknown.is_empty() {
                    true => Ok(()),
                    false => Err(ListTrouble::Refused(ListRefusal::UnknownMembers)),
                }
            }
            (ListForm::Audience, None) => Err(ListTrouble::Refused(ListRefusal::Refused)),
        }
    }

    /// An audience loses a member at once; a static list cannot.
    async fn remove_member(&self, roster: &mut Roster, member: &RecordRef) -> End {
        let Some(there) = roster.there.clone() else {
            return End::skipped(codes::LIST_NOT_THERE);
        };
        if there.form == ListForm::StaticList {
            return End::skipped(codes::LIST_NOT_SENT);
        }
        let is_on = self.rosters.member(member).map(|it| it.on) == Some(there.generation);
        let Some(link) = Memory::new(self.ports).link(member).filter(|_| is_on) else {
            return End::skipped(codes::NOTHING_CHANGED);
        };
        let ids = [link.external_id];
        let Some(some) = SomeMembers::of(&ids) else {
            return End::rejected(codes::LIST_REFUSED, Actor::Vendor);
        };
        match self
            .spotler
            .remove_from_audience(&there.external_id, some)
            .await
        {
            Ok(()) => {}
            Err(ListTrouble::Refused(ListRefusal::NoSuchList)) => {
                forget_there(roster);
                return End::rejected(codes::LIST_GONE, Actor::CrmUser);
            }
            Err(ListTrouble::Refused(_)) => {
                return End::rejected(codes::LIST_REFUSED, Actor::Marketer);
            }
            Err(ListTrouble::Trouble(trouble)) => return End::Trouble(trouble),
        }
        self.rosters.forget_member(member);
        roster.members = roster.members.saturating_sub(1);
        roster.synced_at = Some(self.now);
        End::Synced(Reason::new(codes::LIST_MEMBER_REMOVED))
    }

    /// The list is removed in Spotler, with whatever a sync that never ended may
    /// have left there; then its members are forgotten, in steps.
    async fn remove_list(&self, roster: &mut Roster, changes: &mut Vec<CrmChange>) -> End {
        let forgetting = self.event.cursor.as_deref() == Some(codes::LIST_REMOVED);
        let stands = roster.there.is_some() || !roster.may_stand.is_empty();
        if !stands && !forgetting {
            return End::skipped(codes::LIST_NOT_THERE);
        }
        if let Some(there) = roster.there.clone() {
            if let Err(end) = self.delete_one(&there, changes).await {
                return end;
            }
            forget_there(roster);
        }
        for other in roster.may_stand.clone() {
            if let Err(end) = self.delete_one(&other, changes).await {
                return end;
            }
            roster.may_stand.retain(|it| *it != other);
        }
        roster.run = None;
        for _ in 0..PAGES {
            let (members, _) = self.rosters.members(None);
            if members.is_empty() {
                roster.synced_at = Some(self.now);
                return End::Synced(Reason::new(codes::LIST_REMOVED));
            }
            for (reference, _) in members {
                self.rosters.forget_member(&reference);
            }
        }
        End::again(codes::LIST_REMOVED, None)
    }
}

fn forget_there(roster: &mut Roster) {
    roster.there = None;
    roster.members = 0;
}

fn left_out(code: &'static str) -> End {
    End::Skipped(Reason::new(codes::LIST_MEMBER_LEFT_OUT).with("why", code))
}

/// How often was waited, in a cursor of ours.
fn waits_in(cursor: &str) -> Option<u32> {
    cursor.strip_prefix("waited-")?.parse().ok()
}
