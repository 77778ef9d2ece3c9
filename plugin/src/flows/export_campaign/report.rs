//! What an export tells: log lines whose counts only grow, messages, the
//! campaign's own page, and the attribute of those who were exported (PV-20,
//! PV-21, PV-28, PV-37, PV-38).

use super::state::State;
use super::{Export, Next};
use crate::campaign::{ListMade, ListState, absences_until};
use crate::change::{CrmChange, LogLevel, Task};
use crate::codes;
use crate::crm::{Facts, RecordState, SyncStatus, Timestamp};
use crate::export_memory::{keep_list, lists_made, lists_seen_at};
use crate::outcome::{Outcome, Reason};
use crate::ports::Ports;
use crate::profile::Gate;
use crate::spotler::time;

/// What a campaign or marketing list is called in `changes.subject-change`.
const CAMPAIGN: &str = "campaign";
/// How many entries a step of the end goes through.
const FINISHED: usize = 1_000;

fn fact(name: &str, value: impl ToString) -> (String, String) {
    (name.to_owned(), value.to_string())
}

impl<P: Ports> Export<'_, P> {
    /// A log line about this campaign.
    pub(super) fn log(&self, level: LogLevel, code: &'static str, mut facts: Facts) -> CrmChange {
        facts.insert(0, fact("campaign", &self.input.campaign));
        CrmChange::Log {
            level,
            code,
            about: facts,
        }
    }

    fn subject(&self, status: SyncStatus, facts: Facts) -> CrmChange {
        CrmChange::Subject {
            subject: CAMPAIGN,
            id: self.input.campaign.clone(),
            status,
            facts,
        }
    }

    fn notify(&self, what: &str, code: &'static str, mut about: Facts) -> CrmChange {
        about.insert(0, fact("campaign", &self.input.campaign));
        CrmChange::Notify {
            key: format!("campaign-{}-{what}", self.event.id),
            user: self.event.user.clone(),
            code,
            about,
        }
    }

    /// It waits for the evening: its user is told which, until when, and what
    /// would run now (PV-22).
    pub(super) fn waits(&self, opens_at: Timestamp) -> Vec<CrmChange> {
        let about = || {
            vec![
                fact("selected", self.input.selected),
                fact("opens-at", time::write(opens_at)),
            ]
        };
        vec![
            self.log(LogLevel::Info, codes::LOG_EXPORT_WAITS, about()),
            self.notify("waits", codes::NOTIFY_EXPORT_WAITS, about()),
            self.subject(SyncStatus::Processing, vec![fact("state", "evening")]),
        ]
    }

    pub(super) fn waits_reason(&self, opens_at: Timestamp) -> Reason {
        Reason::new(codes::WAITS_FOR_EVENING)
            .with("selected", self.input.selected.to_string())
            .with("opens-at", time::write(opens_at))
    }

    /// It has started.
    pub(super) fn started(&self) -> Vec<CrmChange> {
        let selected = vec![fact("selected", self.input.selected)];
        vec![
            self.log(LogLevel::Info, codes::LOG_EXPORT_STARTED, selected),
            self.subject(SyncStatus::Processing, vec![fact("state", "running")]),
        ]
    }

    /// How far it is: for each record once when it is prepared, and once when it
    /// is in the list or left out. A line for each tenth.
    pub(super) fn progress(&self, state: &mut State) -> Option<CrmChange> {
        let total = self.input.selected.max(state.read).max(1);
        let done = (state.read + state.listed + state.left_out()) / 2;
        state.shown = state.shown.max(done.min(total));
        let tenth = state.shown * 10 / total;
        if tenth <= state.logged {
            return None;
        }
        state.logged = tenth;
        let facts = vec![fact("done", state.shown), fact("total", total)];
        Some(self.log(LogLevel::Info, codes::LOG_EXPORT_PROGRESS, facts))
    }

    /// It failed for good: another message than that of the success.
    pub(super) fn failed(&self, reason: &Reason) -> Vec<CrmChange> {
        let why = || vec![fact("reason", reason.code)];
        let mut facts = why();
        facts.push(fact("state", "failed"));
        vec![
            self.log(LogLevel::Error, codes::LOG_EXPORT_FAILED, why()),
            // A person may have it tried again: a further failure is told again.
            self.notify(
                &format!("failed-{}", self.event.attempt),
                codes::NOTIFY_EXPORT_FAILED,
                why(),
            ),
            self.subject(SyncStatus::Failed, facts),
        ]
    }

    /// The attribute for those who were exported and for nobody else, some in
    /// each step; then the end.
    pub(super) fn finish(&self, mut state: State, changes: &mut Vec<CrmChange>) -> Next {
        let by_attribute = self.setup.connection.profile.gate == Gate::Attribute;
        let mut seen = 0;
        while by_attribute && seen < FINISHED && state.piece < state.pieces {
            let entries = self.memory.entries(state.piece);
            seen += entries.len();
            for entry in entries.iter().filter(|it| it.member.is_some()) {
                let record = entry
                    .reference()
                    .and_then(|it| self.ports.read_record(&it))
                    .filter(|it| !it.gate && it.state == RecordState::Active);
                if let Some(record) = record {
                    let target = record.reference;
                    changes.push(CrmChange::Gate { target, open: true });
                }
            }
            state.piece += 1;
        }
        if by_attribute && state.piece < state.pieces {
            return Next::Step(state);
        }
        self.ended(&state, changes)
    }

    fn ended(&self, state: &State, changes: &mut Vec<CrmChange>) -> Next {
        let list = self.list_id();
        self.memory.keep_latest(&self.input.campaign, state.pieces);
        let made = self.list_made(&list);
        keep_list(self.ports, &made);
        let counts = || {
            vec![
                fact("exported", state.listed),
                fact("left-out", state.left_out()),
            ]
        };
        let named = || {
            let mut facts = vec![fact("list", &self.input.list_name)];
            facts.extend(counts());
            facts
        };
        changes.push(self.log(LogLevel::Info, codes::LOG_EXPORT_FINISHED, counts()));
        let mut facts = counts();
        facts.push(fact("state", "exported"));
        facts.push(fact("spotler-id", &list));
        facts.push(fact("list-name", &self.input.list_name));
        facts.push(fact("list-state", made.state.word()));
        facts.push(made.absences_fact());
        facts.push(fact("exported-at", time::write(self.now)));
        let closed = if self.input.auto_close {
            "closed"
        } else {
            "open"
        };
        facts.push(fact("activity", closed));
        let reasons: Vec<String> = state
            .reasons
            .iter()
            .map(|(code, count)| format!("{code}={count}"))
            .collect();
        facts.push(fact("reasons", reasons.join(" ")));
        changes.push(self.subject(SyncStatus::Succeeded, facts));
        if !self.input.auto_close {
            let mut about = vec![fact("campaign", &self.input.campaign)];
            about.extend(named());
            changes.push(CrmChange::Task(Task {
                key: format!("campaign-{}", self.event.id),
                code: codes::TASK_CAMPAIGN,
                owner: self.event.user.clone(),
                target: None,
                about,
                due: None,
            }));
        }
        changes.push(self.notify("exported", codes::NOTIFY_EXPORTED, named()));
        let reason = Reason::new(codes::EXPORTED)
            .with("list", &list)
            .with("exported", state.listed.to_string())
            .with("left-out", state.left_out().to_string());
        Next::End(Outcome::Synced(reason))
    }

    /// The list that this export has made, and when the campaign had none before.
    fn list_made(&self, list: &str) -> ListMade {
        let campaign = &self.input.campaign;
        let others = lists_made(self.ports).into_iter();
        let before = others
            .filter(|it| it.campaign == *campaign && it.list != list)
            .max_by_key(|it| it.made_at);
        let seen_at = lists_seen_at(self.ports).unwrap_or_default();
        ListMade {
            list: list.to_owned(),
            name: self.input.list_name.clone(),
            campaign: campaign.clone(),
            user: self.event.user.clone(),
            made_at: self.now,
            state: ListState::Present,
            absences: absences_until(before, seen_at, self.now),
        }
    }
}
