//! What the hooks about marketing lists share: what they reach, how trouble
//! ends, and how the list shows how it stands (DA-53).

use crate::change::CrmChange;
use crate::codes;
use crate::connection::Activity;
use crate::crm::{Event, Facts, SyncStatus, Timestamp};
use crate::flows::addressees::Addressees;
use crate::flows::contact_saved::{Setup, notify_stopped, stop};
use crate::marketing_list::MarketingList;
use crate::memory::Memory;
use crate::outcome::{Actor, Answer, Deferral, Outcome, Reason};
use crate::ports::Ports;
use crate::profile::ListForm;
use crate::roster::{Roster, Rosters};
use crate::settle;
use crate::spotler::client::Spotler;
use crate::spotler::trouble::{Kind, Trouble};

/// One call about one list.
pub(crate) struct ListCall<'a, P> {
    pub(crate) ports: &'a P,
    pub(crate) setup: &'a Setup,
    pub(crate) spotler: Spotler<'a, P>,
    pub(crate) rosters: Rosters<'a, P>,
    pub(crate) list: &'a MarketingList,
    pub(crate) event: &'a Event,
    pub(crate) now: Timestamp,
}

/// Why a call ends before its work is done, or that it is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum End {
    /// Spotler has it.
    Synced(Reason),
    /// Nothing needed doing.
    Skipped(Reason),
    /// Another step, not before a moment if one is given.
    Again {
        reason: Reason,
        not_before: Option<Timestamp>,
        cursor: String,
    },
    /// Somebody has to act.
    Rejected(Reason, Actor),
    /// A request did not end as it should.
    Trouble(Trouble),
}

impl From<Trouble> for End {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

impl End {
    /// Nothing needed doing.
    pub(crate) fn skipped(code: &'static str) -> Self {
        Self::Skipped(Reason::new(code))
    }

    /// Another step, with the code as its cursor: where it goes on stands in the
    /// journal.
    pub(crate) fn again(code: &'static str, not_before: Option<Timestamp>) -> Self {
        Self::Again {
            reason: Reason::new(code),
            not_before,
            cursor: code.to_owned(),
        }
    }

    /// Somebody has to act.
    pub(crate) fn rejected(code: &'static str, who: Actor) -> Self {
        Self::Rejected(Reason::new(code), who)
    }
}

impl<'a, P: Ports> ListCall<'a, P> {
    pub(crate) fn new(
        ports: &'a P,
        setup: &'a Setup,
        list: &'a MarketingList,
        event: &'a Event,
    ) -> Self {
        Self {
            ports,
            setup,
            spotler: Spotler::of(ports, &setup.connection),
            rosters: Rosters::of(ports, &list.id),
            list,
            event,
            now: ports.now(),
        }
    }

    pub(crate) fn addressees(&self) -> Addressees<'a, P> {
        Addressees::new(self.ports, self.setup, self.event)
    }

    /// What the list is to become.
    pub(crate) fn form(&self) -> ListForm {
        self.list
            .form
            .unwrap_or(self.setup.connection.profile.list_form)
    }

    /// How the list stands, on its own page (DA-53).
    pub(crate) fn subject(
        &self,
        roster: &Roster,
        status: SyncStatus,
        reason: &Reason,
    ) -> CrmChange {
        let mut facts: Facts = vec![("reason".to_owned(), reason.code.to_owned())];
        let mut tell = |name: &str, value: String| facts.push((name.to_owned(), value));
        match &roster.there {
            Some(there) => {
                tell("in-spotler", "yes".to_owned());
                tell("name", there.name.clone());
                tell("spotler-id", there.external_id.clone());
                tell("form", there.form.word().to_owned());
                tell("members-in-spotler", roster.members.to_string());
            }
            None => tell("in-spotler", "no".to_owned()),
        }
        if let Some(at) = roster.synced_at {
            tell("synced-at", at.to_string());
        }
        facts.extend(reason.about.iter().cloned());
        CrmChange::Subject {
            subject: "marketing-list",
            id: self.list.id.clone(),
            status,
            facts,
        }
    }

    /// The answer that an end comes to, with how the list stands now.
    pub(crate) async fn answer(
        &self,
        end: End,
        roster: &Roster,
        rule: &'static str,
        mut changes: Vec<CrmChange>,
    ) -> Answer {
        let outcome = match end {
            End::Synced(reason) => Outcome::Synced(reason),
            End::Skipped(reason) => Outcome::Skipped(reason),
            End::Rejected(reason, who) => Outcome::Rejected(reason, who),
            End::Again {
                reason,
                not_before,
                cursor,
            } => Outcome::Deferred(Deferral {
                not_before,
                cursor: Some(cursor),
                progress: roster.run.as_ref().map(crate::roster::Run::progress),
                reason,
            }),
            End::Trouble(trouble) => self.troubled(&trouble, &mut changes).await,
        };
        let shown = match &outcome {
            Outcome::Synced(reason) => Some((SyncStatus::Succeeded, reason)),
            Outcome::Rejected(reason, _) => Some((SyncStatus::Failed, reason)),
            Outcome::Deferred(deferral) => Some((SyncStatus::Processing, &deferral.reason)),
            // What was there before is still so.
            Outcome::Skipped(_) => None,
        };
        changes.extend(shown.map(|(status, reason)| self.subject(roster, status, reason)));
        let code = outcome.code();
        let answer = Answer::of(outcome).because(rule, code);
        Answer { changes, ..answer }
    }

    /// Refused credentials are told from a product that the account lacks by a
    /// probe (C21).
    async fn troubled(&self, trouble: &Trouble, changes: &mut Vec<CrmChange>) -> Outcome {
        let refused = |it: Trouble| it.kind == Kind::NotAuthorised;
        if trouble.kind == Kind::NotAuthorised
            && self.spotler.properties().await.is_err_and(refused)
        {
            stop(&Memory::new(self.ports), &self.setup.connection);
            changes.push(notify_stopped(&self.setup.connection));
            return later(codes::CONNECTION_STOPPED);
        }
        settle::trouble_outcome(trouble)
    }
}

/// Why nothing is done at all, if nothing is.
pub(crate) fn not_working(setup: Option<&Setup>) -> Option<Answer> {
    let outcome = match setup.map(|it| it.connection.activity) {
        Some(Activity::Active) => return None,
        Some(Activity::Stopped) => later(codes::CONNECTION_STOPPED),
        Some(Activity::Off) | None => Outcome::Skipped(Reason::new(codes::NOT_ACTIVE)),
    };
    let code = outcome.code();
    Some(Answer::of(outcome).because("PV-04", code))
}

fn later(code: &'static str) -> Outcome {
    Outcome::Deferred(Deferral {
        reason: Reason::new(code),
        not_before: None,
        cursor: None,
        progress: None,
    })
}
