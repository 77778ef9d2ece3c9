//! What a person starts by hand. Each record goes its own way afterwards, as an
//! event of its own with an outcome of its own, so that one failure does not
//! stop the rest.

mod operations;
mod preparing;
mod refusal;
mod targets;

pub use operations::OPERATIONS;
use operations::{BACKUP, BULK_CHANGE, REACTIVATE, RESTORE, SYNC_LIST};
use refusal::result;
use targets::{Page, Position, targets};

use crate::change::CrmChange;
use crate::codes;
use crate::connection::{Activity, Connection};
use crate::crm::{Event, Facts, SyncStatus, Timestamp};
use crate::flows::journeys::manual;
use crate::flows::{backup, list_sync, settings_saved, step};
use crate::manual::ManualAction;
use crate::marketing_list::MarketingList;
use crate::memory::Memory;
use crate::outcome::{Actor, Answer, Outcome, Progress, Reason, RuleApplied};
use crate::ports::Ports;

/// How many records one action may name, and how many a step reads.
const PAGE: u32 = 500;

/// The hook.
pub async fn run_action<P: Ports>(ports: &P, event: &Event, action: &ManualAction) -> Answer {
    let goes_on = action.operation == BULK_CHANGE && manual::is_under_way(event);
    if goes_on || manual::OPERATIONS.contains(&action.operation.as_str()) {
        return manual::run(ports, event, action).await;
    }
    if action.operation == SYNC_LIST {
        return match MarketingList::of_action(action) {
            Ok(list) => list_sync::sync_list(ports, event, &list).await,
            Err(parameter) => {
                let reason = Reason::new(codes::PARAMETER_MISSING).with("parameter", parameter);
                Answer::of(Outcome::Rejected(reason, Actor::Vendor))
                    .because("DA-47", codes::PARAMETER_MISSING)
            }
        };
    }
    let memory = Memory::new(ports);
    let not_active = || {
        Answer::of(Outcome::Skipped(Reason::new(codes::NOT_ACTIVE)))
            .because("PV-04", codes::NOT_ACTIVE)
    };
    let Some(connection) = memory.connection_switched_on() else {
        return not_active();
    };
    let operation = action.operation.as_str();
    if !OPERATIONS.contains(&operation) {
        return reject(codes::UNKNOWN_OPERATION, Actor::Vendor);
    }
    if [BACKUP, RESTORE].contains(&operation) {
        let user = event.user.as_deref();
        if !user.is_none_or(|it| ports.user_has_right(it, settings_saved::RIGHT)) {
            return reject(codes::FORBIDDEN, Actor::Administrator);
        }
    }
    if operation == BACKUP {
        return match connection.activity {
            Activity::Active => backup::backup(ports, &memory, event, &connection).await,
            Activity::Off | Activity::Stopped => not_active(),
        };
    }
    let position: Position = event
        .cursor
        .as_deref()
        .map(step::position)
        .unwrap_or_default();
    let Some(page) = targets(ports, action, &position) else {
        return reject(codes::NO_RECORDS, Actor::CrmUser);
    };
    if action.records.len() > PAGE as usize {
        return reject(codes::TOO_MANY_RECORDS, Actor::Vendor);
    }
    let step = Step {
        ports,
        memory: &memory,
        connection: &connection,
        action,
        at: event.occurred_at,
    };
    let answer = step.take(page);
    if operation == BULK_CHANGE {
        return manual::after_bulk_change(action, answer);
    }
    answer
}

struct Step<'a, P> {
    ports: &'a P,
    memory: &'a Memory<'a, P>,
    connection: &'a Connection,
    action: &'a ManualAction,
    at: Timestamp,
}

impl<P: Ports> Step<'_, P> {
    fn take(&self, page: Page) -> Answer {
        let mut changes = Vec::new();
        let mut queued = Vec::new();
        let mut refused = page.here.refused;
        for reference in &page.unknown {
            refused += 1;
            let failed = Some(SyncStatus::Failed);
            changes.push(result(
                reference,
                failed,
                codes::NO_SUCH_RECORD,
                Facts::new(),
            ));
        }
        for record in page.records {
            match self.prepare(&record) {
                Some(Ok(said)) => {
                    changes.extend(said);
                    queued.push(record.reference);
                }
                Some(Err(refusal)) => {
                    refused += 1;
                    changes.push(refusal.result(&record.reference));
                    changes.extend(refusal.log(&record.reference));
                    // What the CRM has saved of the record goes out all the same.
                    if self.action.operation == BULK_CHANGE {
                        queued.push(record.reference);
                    }
                }
                None => {
                    let code = codes::NOTHING_CHANGED;
                    changes.push(result(&record.reference, None, code, Facts::new()));
                }
            }
        }
        if !queued.is_empty() {
            changes.push(CrmChange::SyncAgain(queued));
        }
        let done = page.here.done + page.read;
        let answer = match page.next {
            Some(next) => {
                let next = Position {
                    done,
                    refused,
                    ..next
                };
                let progress = Progress {
                    done,
                    total: done,
                    unit: "records",
                };
                Answer::of(step::deferred(&next, progress))
            }
            None => self.ended(done, refused),
        };
        let mut answer = Answer {
            changes,
            ..answer.because("DA-80", codes::QUEUED)
        };
        answer.why.extend(self.mapped_only());
        answer
    }

    /// Which of the fields that were changed along with it go to Spotler (YO-34).
    fn mapped_only(&self) -> Option<RuleApplied> {
        if self.action.fields.is_empty() {
            return None;
        }
        let rows = self.memory.mapping().unwrap_or_default();
        let is_mapped = |name: &str| {
            rows.iter()
                .any(|it| it.field == name && it.property.is_some())
        };
        let names = self.action.fields.iter().map(|it| it.name.as_str());
        let (sent, kept): (Vec<&str>, Vec<&str>) = names.partition(|it| is_mapped(it));
        let list = |names: Vec<&str>| match names.as_slice() {
            [] => "–".to_owned(),
            names => names.join(", "),
        };
        Some(RuleApplied {
            rule: "YO-34",
            led_to: codes::RULE_MAPPED_ONLY,
            about: vec![
                ("sent".to_owned(), list(sent)),
                ("kept".to_owned(), list(kept)),
            ],
        })
    }

    fn ended(&self, done: u64, refused: u64) -> Answer {
        let code = match self.action.operation.as_str() {
            REACTIVATE => codes::NOT_LOCKED,
            RESTORE => codes::NO_SNAPSHOT,
            _ => codes::NO_CONSENT,
        };
        let reason = |code| {
            Reason::new(code)
                .with("records", (done - refused).to_string())
                .with("refused", refused.to_string())
        };
        if done > 0 && refused == done {
            return Answer::of(Outcome::Rejected(reason(code), Actor::CrmUser));
        }
        Answer::of(Outcome::Synced(reason(codes::QUEUED)))
    }
}

fn reject(code: &'static str, who: Actor) -> Answer {
    Answer::of(Outcome::Rejected(Reason::new(code), who)).because("DA-80", code)
}
