//! The one transaction in which a call is committed, or not at all (C17).

use crate::contract::changes::{CrmChange, StatusChange};
use crate::contract::contacts::Change;
use crate::contract::outcomes::{Answer, Outcome, Progress};
use crate::contract::types::{RecordRef, SyncStatus};
use crate::crm::{ApplyError, Crm, CrmError, Settlement};
use crate::kv::Buffer;
use crate::queue::task::Task;
use crate::queue::{EnqueueError, Event, NewEvent, enqueue_again};
use crate::reads::{Reads, Verdict};
use crate::records::{self, HistoryLine};
use crate::settle::{Before, MOST_OWN_CONFLICTS, Settled, answered, held, reason};
use crate::{Connection, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The transaction did not happen.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommitError {
    #[error("the CRM did not carry out the changes")]
    Apply(#[from] ApplyError),
    #[error("the CRM could not be read again")]
    Crm(#[from] CrmError),
    #[error("a record could not be queued again")]
    Enqueue(#[from] EnqueueError),
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

/// A call that is over, and what it wants to be kept of it.
pub(crate) struct Call {
    pub(crate) task: Task,
    pub(crate) crm: Arc<dyn Crm>,
    pub(crate) reads: Reads,
    pub(crate) buffer: Buffer,
    pub(crate) requests: BTreeMap<String, u32>,
    pub(crate) started_at: Timestamp,
    pub(crate) now: Timestamp,
    pub(crate) chance: f64,
}

/// What became of the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Committed {
    /// It stands; the class of the outcome and its code.
    Stands(&'static str, String),
    /// Something it had read has changed: nothing of it was kept.
    Conflict,
    /// The event is not in the queue any more: a person ended it.
    Gone,
    /// Another worker works on the tenant now, or may: nothing of it was kept.
    Lost,
}

impl Committed {
    /// Class and code, for the log and for traces.
    pub(crate) fn told(&self) -> (&str, &str) {
        match self {
            Self::Stands(class, code) => (class, code),
            Self::Conflict => ("conflict", "read-has-changed"),
            Self::Gone => ("gone", "ended-by-a-person"),
            Self::Lost => ("lost", "another-worker"),
        }
    }
}

/// Commits a call with its answer.
pub(crate) async fn commit(
    connection: &mut Connection,
    call: &Call,
    answer: &Answer,
) -> Result<Committed, CommitError> {
    let task = &call.task;
    let Some(revision) = records::row_revision(connection, task).await? else {
        return Ok(Committed::Gone);
    };
    let verdict = call
        .reads
        .verify(call.crm.as_ref(), &task.tenant, connection)
        .await?;
    let is_own = verdict == Verdict::OwnRecordChanged;
    // A record that is saved faster than it is synced would never be synced.
    // What was sent is true of an earlier state, the event stays in the queue,
    // and its newer save is its own next attempt: so commit at the third time.
    let last_try = is_own && task.conflicts + 1 >= MOST_OWN_CONFLICTS;
    if verdict != Verdict::Unchanged && !last_try {
        return conflict(connection, call, is_own).await;
    }
    let (again, changes) = split(&answer.changes);
    call.crm
        .apply(&task.tenant, connection, call.now, &task.key, &changes)
        .await?;
    call.buffer.commit(connection, &task.tenant).await?;
    sync_again(connection, call, &again).await?;
    let grown = last_try || revision != task.revision || again_names_own(&again, task);
    let before = Before {
        attempt: task.attempt,
        cursor: task.cursor.as_deref(),
        has_asked: !call.requests.is_empty(),
    };
    let settle_as = if task.is_held { held } else { answered };
    let settled = settle_as(&answer.outcome, before, call.now, call.chance);
    settle(connection, call, &settled, grown).await?;
    let (class, told) = class_of(&answer.outcome);
    let settlement = Settlement {
        key: &task.key,
        event: &task.event,
        outcome: class,
        reason: told,
        progress: progress_of(&answer.outcome),
        queued: &again,
        is_over: !grown && class != "deferred" && !task.is_held,
    };
    call.crm
        .settled(&task.tenant, connection, call.now, &settlement)
        .await?;
    if class == "synced" {
        records::end_rejections_of(connection, task).await?;
    }
    let why = serde_json::to_string(&answer.why).unwrap_or_default();
    let line = line(call, class, &told.code, json(&told.about), why);
    records::write_history(connection, &line).await?;
    Ok(Committed::Stands(class, told.code.clone()))
}

/// Keeps nothing of a call but that it was made, and settles the event.
pub(crate) async fn commit_failure(
    connection: &mut Connection,
    call: &Call,
    settled: &Settled,
    code: &'static str,
) -> Result<Committed, CommitError> {
    let task = &call.task;
    let Some(revision) = records::row_revision(connection, task).await? else {
        return Ok(Committed::Gone);
    };
    let mut class = "fault";
    if let Settled::Rejected(rejection) = settled {
        class = "rejected";
        // The component cannot say it, so the host does: shown = stored (C26).
        if let Event::ContactSaved { record, .. } = &task.event {
            let status = CrmChange::Status(StatusChange {
                target: record.clone(),
                status: SyncStatus::Failed,
                reason: rejection.reason.code.clone(),
            });
            call.crm
                .apply(&task.tenant, connection, call.now, &task.key, &[status])
                .await?;
        }
        let settlement = Settlement {
            key: &task.key,
            event: &task.event,
            outcome: class,
            reason: &rejection.reason,
            progress: None,
            queued: &[],
            is_over: revision == task.revision,
        };
        call.crm
            .settled(&task.tenant, connection, call.now, &settlement)
            .await?;
    }
    settle(connection, call, settled, revision != task.revision).await?;
    let line = line(call, class, code, "[]".to_owned(), "[]".to_owned());
    records::write_history(connection, &line).await?;
    Ok(Committed::Stands(class, code.to_owned()))
}

async fn conflict(
    connection: &mut Connection,
    call: &Call,
    is_own: bool,
) -> Result<Committed, CommitError> {
    // The first ones at once; then with a pause, so that two that disturb each
    // other part.
    let pause = match call.task.attempt {
        0..=3 => 0,
        attempt => crate::backoff::pause_ms(attempt - 3, call.chance),
    };
    records::note_conflict(connection, &call.task, is_own, call.now + pause).await?;
    let line = line(
        call,
        "conflict",
        "read-has-changed",
        "[]".to_owned(),
        "[]".to_owned(),
    );
    records::write_history(connection, &line).await?;
    Ok(Committed::Conflict)
}

async fn settle(
    connection: &mut Connection,
    call: &Call,
    settled: &Settled,
    grown: bool,
) -> Result<(), CommitError> {
    let task = &call.task;
    match settled {
        Settled::Done if grown => {
            records::keep_as_new(connection, task, after_handing_in(task)).await?;
        }
        Settled::Done => records::remove(connection, task).await?,
        Settled::Rejected(rejection) => {
            records::write_rejection(connection, task, rejection, call.now).await?;
            if grown {
                records::keep_as_new(connection, task, after_handing_in(task)).await?;
            } else {
                records::remove(connection, task).await?;
            }
        }
        Settled::Held(reason) => records::hold(connection, task, reason).await?,
        Settled::NextStep {
            cursor,
            not_before,
            reason,
            progress,
        } => {
            let to = records::Waiting {
                not_before: *not_before,
                reason,
                progress: progress.as_ref(),
            };
            records::next_step(connection, task, cursor, &to).await?;
        }
        Settled::Again {
            not_before,
            reason,
            progress,
            is_fault,
        } => {
            let to = records::Waiting {
                not_before: *not_before,
                reason,
                progress: progress.as_ref(),
            };
            records::again(connection, task, &to, *is_fault).await?;
        }
    }
    Ok(())
}

/// `created` was handed in with this call; what is left of the row is a save.
fn after_handing_in(task: &Task) -> Option<Event> {
    if let Event::ContactSaved {
        record,
        change: Change::Created,
    } = &task.event
    {
        Some(Event::ContactSaved {
            record: record.clone(),
            change: Change::Updated,
        })
    } else {
        None
    }
}

/// Parts what the CRM carries out from what the queue does.
fn split(changes: &[CrmChange]) -> (Vec<RecordRef>, Vec<CrmChange>) {
    let mut again = Vec::new();
    let mut others = Vec::with_capacity(changes.len());
    for change in changes {
        if let CrmChange::SyncAgain(records) = change {
            again.extend(records.iter().cloned());
        } else {
            others.push(change.clone());
        }
    }
    (again, others)
}

async fn sync_again(
    connection: &mut Connection,
    call: &Call,
    again: &[RecordRef],
) -> Result<(), CommitError> {
    for record in again {
        let event = Event::ContactSaved {
            record: record.clone(),
            change: Change::Updated,
        };
        let new = NewEvent {
            event,
            occurred_at: call.now,
            user: None,
        };
        enqueue_again(connection, &call.task.tenant, new).await?;
    }
    Ok(())
}

/// Whether the event asked for its own record again: it stays in the queue.
fn again_names_own(again: &[RecordRef], task: &Task) -> bool {
    task.event
        .saved_record()
        .is_some_and(|it| again.contains(it))
}

fn class_of(outcome: &Outcome) -> (&'static str, &crate::contract::outcomes::Reason) {
    match outcome {
        Outcome::Synced(reason) => ("synced", reason),
        Outcome::Skipped(reason) => ("skipped", reason),
        Outcome::Deferred(deferral) => ("deferred", &deferral.reason),
        Outcome::Rejected(rejection) => ("rejected", &rejection.reason),
    }
}

fn progress_of(outcome: &Outcome) -> Option<&Progress> {
    match outcome {
        Outcome::Deferred(deferral) => deferral.progress.as_ref(),
        Outcome::Synced(_) | Outcome::Skipped(_) | Outcome::Rejected(_) => None,
    }
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn line<'c>(
    call: &'c Call,
    outcome: &'c str,
    code: &'c str,
    about: String,
    why: String,
) -> HistoryLine<'c> {
    let requests = json(&call.requests);
    HistoryLine {
        task: &call.task,
        outcome,
        code,
        about,
        why,
        requests,
        started_at: call.started_at,
        ended_at: call.now,
    }
}

/// An answer that the host gives itself, without a call.
pub(crate) fn rejected_by_host(code: &str) -> Answer {
    let who = crate::contract::outcomes::Actor::Vendor;
    let rejection = crate::contract::outcomes::Rejection {
        reason: reason(code, &[]),
        who,
    };
    Answer {
        outcome: Outcome::Rejected(rejection),
        changes: vec![],
        why: vec![],
        more: vec![],
    }
}
