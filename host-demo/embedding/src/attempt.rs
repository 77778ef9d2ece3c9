//! One attempt of one event: prepare, call, commit. A straight line.

use crate::calls::{self, Called};
use crate::contract::outcomes::Answer;
use crate::guard;
use crate::host::{Host, Prepared, call_event};
use crate::input::{Input, interface_of};
use crate::queue::task::Task;
use crate::settle::{Failure, failed};
use crate::state::CallState;
use crate::store::WriteError;
use crate::trace;
use crate::transaction::{Call, CommitError, Committed, commit, commit_failure, rejected_by_host};
use crate::update::Current;
use crate::worker::JobEngine;
use std::sync::Arc;
use std::time::Instant;
use tracing::Instrument;

/// Runs one attempt; an error means that not even the failure could be written:
/// the row stands as it is, with its attempt counted.
///
/// A worker that may not work on the tenant any more drops the call where it is,
/// as a kill would.
pub(crate) async fn run(
    host: &Host,
    jobs: &Arc<dyn JobEngine>,
    task: Task,
) -> Result<Committed, String> {
    let span = trace::call(&task);
    let lost = task.clone();
    let ran = tokio::select! {
        biased;
        () = jobs.lapsed() => {
            log(&lost, &host.current(), 0, Instant::now(), &Committed::Lost);
            Ok((0, Committed::Lost))
        }
        ran = run_to_the_end(host, jobs, task).instrument(span.clone()) => ran,
    };
    let requests = ran.as_ref().map_or(0, |(requests, _)| *requests);
    trace::ended(&span, requests, ran.as_ref().ok().map(|(_, told)| told));
    ran.map(|(_, told)| told)
}

/// The same; how many requests it made comes along.
async fn run_to_the_end(
    host: &Host,
    jobs: &Arc<dyn JobEngine>,
    task: Task,
) -> Result<(u32, Committed), String> {
    let began = Instant::now();
    if task.is_unjudged && task.cursor.is_none() {
        let paused = guard::weigh(host, &task).await.map_err(|it| chain(&it))?;
        if paused {
            let told = Committed::Stands("paused", guard::WAITS.to_owned());
            log(&task, &host.current(), 0, began, &told);
            return Ok((0, told));
        }
    }
    // The whole call is made with one component, whatever is chosen meanwhile.
    let current = host.current();
    let (answer, call) = attempt(host, &current, task).await;
    host.faults().step().await;
    let committed = match answer {
        Ok(answer) => keep(host, jobs, call, answer).await,
        Err(failure) => keep_failure(host, jobs, &call, failure).await,
    };
    host.faults().step().await;
    let (task, requests, told) = committed?;
    log(&task, &current, requests, began, &told);
    Ok((requests, told))
}

type Kept = (Task, u32, Committed);

async fn attempt(host: &Host, current: &Current, task: Task) -> (Result<Answer, Failure>, Call) {
    let started_at = host.clock().now();
    let own = task.event.saved_record().cloned();
    let prepared = match host.prepare(&task.tenant, own.as_ref()).await {
        Ok(mut prepared) => {
            prepared.state.gate.attempt(task.attempt);
            prepared
        }
        Err(error) => {
            tracing::warn!(event = %task.key, %error, "a call could not be prepared");
            return (
                Err(Failure::Host("store-unavailable")),
                empty(host, task, started_at),
            );
        }
    };
    let (result, state) = call_hook(host, current, &task, prepared).await;
    (result, call(host, task, state, started_at))
}

/// Reads what the event needs of the CRM, and hands it to its hook; the same for
/// a call that is committed and for one that is only planned.
pub(crate) async fn call_hook(
    host: &Host,
    current: &Current,
    task: &Task,
    mut prepared: Prepared,
) -> Called<Answer> {
    if !current.offers(interface_of(&task.event)) {
        return (Ok(rejected_by_host("hook-not-offered")), prepared.state);
    }
    let record = match task.event.saved_record() {
        Some(record) => match host.read_own(&mut prepared.state, record).await {
            Ok(record) => record,
            Err(_) => return (Err(Failure::Host("crm-unavailable")), prepared.state),
        },
        None => None,
    };
    let now = host.clock().now();
    let window = prepared.state.crm.evening_window(&task.tenant, now);
    let input = Input::complete(
        task.event.clone(),
        record,
        prepared.settings.as_ref(),
        window,
        task.is_held,
    );
    let input = match input {
        Ok(input) => input,
        Err(code) => return (Ok(rejected_by_host(code)), prepared.state),
    };
    let event = call_event(task);
    calls::hook(&current.component, prepared.state, event, input).await
}

fn call(host: &Host, task: Task, state: CallState, started_at: u64) -> Call {
    Call {
        requests: state.gate.requests().clone(),
        reads: state.reads,
        buffer: state.buffer,
        ..empty(host, task, started_at)
    }
}

pub(crate) fn empty(host: &Host, task: Task, started_at: u64) -> Call {
    Call {
        task,
        crm: host.inner.crm.clone(),
        reads: crate::reads::Reads::new(0, None),
        buffer: crate::kv::Buffer::default(),
        requests: Default::default(),
        started_at,
        now: host.clock().now(),
        chance: host.chance(),
    }
}

async fn keep(
    host: &Host,
    jobs: &Arc<dyn JobEngine>,
    call: Call,
    answer: Answer,
) -> Result<Kept, String> {
    let call = Arc::new(call);
    let (kept, within) = (call.clone(), jobs.clone());
    let written = host
        .store()
        .write_quietly(&call.task.tenant, move |connection| {
            Box::pin(async move {
                if !within.holds(connection, &kept.task.tenant).await? {
                    return Ok(Committed::Lost);
                }
                commit(connection, &kept, &answer).await
            })
        })
        .await;
    match written {
        Ok(committed) => Ok((call.task.clone(), requests(&call), committed)),
        Err(error) => {
            let failure = classify(&error);
            tracing::warn!(event = %call.task.key, code = failure.code(), "an answer was not committed");
            keep_failure(host, jobs, &call, failure).await
        }
    }
}

async fn keep_failure(
    host: &Host,
    jobs: &Arc<dyn JobEngine>,
    call: &Call,
    failure: Failure,
) -> Result<Kept, String> {
    let task = &call.task;
    let settled = failed(&failure, task.faults, task.attempt, call.now, call.chance);
    let kept = Call {
        requests: call.requests.clone(),
        started_at: call.started_at,
        now: call.now,
        ..empty(host, task.clone(), call.started_at)
    };
    let within = jobs.clone();
    let written = host
        .store()
        .write_quietly(&task.tenant, move |connection| {
            Box::pin(async move {
                if !within.holds(connection, &kept.task.tenant).await? {
                    return Ok(Committed::Lost);
                }
                commit_failure(connection, &kept, &settled, failure.code()).await
            })
        })
        .await;
    let committed = written.map_err(|error| chain(&error))?;
    Ok((task.clone(), requests(call), committed))
}

/// A change that the CRM can never carry out is the component's fault; anything
/// else is tried again for as long as it takes.
fn classify(error: &WriteError<CommitError>) -> Failure {
    use crate::crm::ApplyError;
    match error {
        WriteError::Work(CommitError::Apply(ApplyError::Impossible(_))) => {
            Failure::Component("change-impossible")
        }
        WriteError::Work(CommitError::Enqueue(crate::queue::EnqueueError::Unfit(_))) => {
            Failure::Component("sync-again-impossible")
        }
        WriteError::Work(CommitError::Apply(_) | CommitError::Crm(_)) => {
            Failure::Host("crm-unavailable")
        }
        WriteError::Work(CommitError::Enqueue(_) | CommitError::Database(_))
        | WriteError::Commit(_)
        | WriteError::Ended => Failure::Host("store-unavailable"),
    }
}

fn requests(call: &Call) -> u32 {
    call.requests.values().sum()
}

fn log(task: &Task, current: &Current, requests: u32, began: Instant, committed: &Committed) {
    let (outcome, reason) = committed.told();
    let kind = task
        .event
        .record()
        .map(|it| crate::queue::kind_name(it.kind));
    let ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(
        event = %task.key, tenant = %task.tenant, hook = task.event.hook(), kind,
        attempt = task.attempt, outcome, reason, requests, ms, component = current.short(), "hook"
    );
}

pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(it) = cause {
        text.push_str(": ");
        text.push_str(&it.to_string());
        cause = it.source();
    }
    text
}
