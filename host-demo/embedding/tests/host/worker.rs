//! From the queue through a call to one transaction.

use crate::support::{REMEMBER, World, hook};
use koppel_embedding::contract::contacts::Change;
use koppel_embedding::queue;
use koppel_embedding::store::StoreError;
use koppel_embedding::{Event, HostConfig, Limits, Store, WorkerError};
use std::sync::atomic::Ordering;
use std::time::Duration;

/// The answer stands at 1024: synced.
const SYNCED: &str = "(i32.const 1024)";

/// The answer `deferred`, with nothing else in it.
const DEFERRED: &str = "(i32.store8 (i32.const 1024) (i32.const 2)) (i32.const 1024)";

#[tokio::test]
async fn an_answer_its_writes_and_the_history_are_committed_together() {
    let world = World::start(&hook(&format!("{REMEMBER} {SYNCED}"))).await;
    world.save("1", Change::Created).await;
    let ran = world.run().await;
    assert_eq!((ran.settled, ran.conflicts), (1, 0));
    assert_eq!(world.value().await.as_deref(), Some(b"value".as_slice()));
    assert_eq!(world.outcomes().await, ["1 synced bucket"]);
    assert_eq!(world.crm.applied.load(Ordering::SeqCst), 1);
    assert!(world.waiting().await.is_empty());

    let path = world.folder.path().join("crm.db");
    let reopened = Store::open(path).await.expect("the store opens again");
    let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM koppel_kv")
        .fetch_one(reopened.readers())
        .await
        .expect("the table can be read");
    assert_eq!(kept, 1, "a value survives");
}

#[tokio::test]
async fn a_call_that_traps_leaves_nothing_and_is_rejected_after_eight_times() {
    let world = World::start(&hook(&format!("{REMEMBER} unreachable"))).await;
    let key = world.save("1", Change::Created).await;
    let worker = world.host.worker().expect("a worker");
    for _ in 0..8 {
        worker.run_until_idle().await.expect("it runs");
        world.clock.advance(Duration::from_secs(900));
    }
    assert_eq!(world.value().await, None);
    let outcomes = world.outcomes().await;
    assert_eq!(outcomes.len(), 8, "{outcomes:?}");
    assert_eq!(outcomes.first().map(String::as_str), Some("1 fault trap"));
    let rejections = world.rejections().await;
    assert_eq!(
        rejections.first().map(|it| it.reason.code.as_str()),
        Some("component-fault")
    );
    assert_eq!(
        world.crm.applied.load(Ordering::SeqCst),
        1,
        "the status is shown as failed"
    );
    assert!(world.waiting().await.is_empty());

    let (tenant, retried) = (world.tenant.clone(), key.clone());
    let again = world.host.store().write(&world.tenant, move |connection| {
        Box::pin(async move { queue::retry(connection, &tenant, &retried).await })
    });
    assert!(again.await.expect("retried"));
    assert_eq!(
        world.waiting().await.first().map(|it| it.key.clone()),
        Some(key)
    );
    assert!(world.rejections().await.is_empty());
}

#[tokio::test]
async fn a_kill_at_any_step_ends_in_the_same_state() {
    let world = World::start(&hook(&format!("{REMEMBER} {SYNCED}"))).await;
    world.save("0", Change::Created).await;
    world.run().await;
    let steps = world.host.faults().seen();
    assert!(
        steps >= 5,
        "three imports and the commit, before and after: {steps}"
    );
    for step in 1..=steps {
        let id = step.to_string();
        world.save(&id, Change::Created).await;
        world.host.faults().cut_after(step);
        let cut = world
            .host
            .worker()
            .expect("a worker")
            .run_until_idle()
            .await;
        assert!(
            matches!(cut, Err(WorkerError::CutOff)),
            "step {step}: {cut:?}"
        );
        let committed = step == steps;
        assert_eq!(world.waiting().await.is_empty(), committed, "step {step}");
        if let Some(row) = world.waiting().await.first() {
            assert_eq!(row.attempt, 1, "a call that was killed counts");
        }
        world
            .host
            .worker()
            .expect("a worker")
            .run_until_idle()
            .await
            .expect("it runs again");
        assert!(world.waiting().await.is_empty(), "step {step}");
    }
}

#[tokio::test]
async fn a_deferral_never_gives_up_and_waits_ever_longer() {
    let world = World::start(&hook(DEFERRED)).await;
    world.save("1", Change::Created).await;
    let worker = world.host.worker().expect("a worker");
    for attempt in 1..=20 {
        worker.run_until_idle().await.expect("it runs");
        let waiting = world.waiting().await;
        assert_eq!(
            waiting.first().map(|it| it.attempt),
            Some(attempt),
            "{waiting:?}"
        );
        let due = worker
            .next_due()
            .await
            .expect("the queue")
            .expect("something waits");
        assert!(due > crate::support::NOW, "{due}");
        world.clock.set(due);
    }
    assert!(world.rejections().await.is_empty());
}

#[tokio::test]
async fn a_record_that_changes_all_the_time_is_committed_at_the_third_time_and_stays_queued() {
    let world = World::start(&hook(SYNCED)).await;
    let key = world.save("1", Change::Created).await;
    world.crm.restless.store(1, Ordering::SeqCst);
    let worker = world.host.worker().expect("a worker");
    // The rest of the run would go on for ever: stop after the third commit.
    world.host.faults().cut_after(6);
    let cut = worker.run_until_idle().await;
    assert!(matches!(cut, Err(WorkerError::CutOff)), "{cut:?}");
    let expected = [
        "1 conflict read-has-changed",
        "2 conflict read-has-changed",
        "3 synced bucket",
    ];
    assert_eq!(world.outcomes().await, expected);
    world.crm.restless.store(0, Ordering::SeqCst);
    let waiting = world.waiting().await;
    assert_eq!(waiting.len(), 1);
    assert!(
        waiting.iter().all(|it| it.key != key && it.attempt == 0),
        "{waiting:?}"
    );
    worker.run_until_idle().await.expect("it runs");
    assert!(world.waiting().await.is_empty());
}

#[tokio::test]
async fn saves_of_one_record_wait_in_one_row_and_stages_never_do() {
    let world = World::start(&hook(SYNCED)).await;
    let first = world.save("1", Change::Created).await;
    let second = world.save("1", Change::Updated).await;
    world.save("2", Change::Updated).await;
    world.enqueue(Event::SettingsSaved).await;
    world.enqueue(Event::SettingsSaved).await;
    world.enqueue(Event::Tick).await;
    world.enqueue(Event::Tick).await;
    assert_eq!(first, second);
    let waiting = world.waiting().await;
    assert_eq!(waiting.len(), 5, "{waiting:?}");
    let created = waiting.first().map(|it| it.event.clone());
    assert!(matches!(
        created,
        Some(Event::ContactSaved {
            change: Change::Created,
            ..
        })
    ));
}

#[tokio::test]
async fn a_transaction_that_fails_leaves_no_event_and_does_not_disturb_others() {
    let world = World::start(&hook(SYNCED)).await;
    let tenant = world.tenant.clone();
    let failed = world.host.store().write(&world.tenant, move |connection| {
        Box::pin(async move {
            let event = Event::Tick;
            let new = koppel_embedding::NewEvent {
                event,
                occurred_at: 1,
                user: None,
            };
            queue::enqueue(connection, &tenant, new).await?;
            Err::<(), _>(StoreError::Unreadable("on purpose"))
        })
    });
    let (failed, _) = tokio::join!(failed, world.save("1", Change::Created));
    assert!(failed.is_err());
    assert_eq!(world.waiting().await.len(), 1);
}

#[tokio::test]
async fn there_is_one_worker_at_a_time() {
    let world = World::start(&hook(SYNCED)).await;
    let first = world.host.worker().expect("a worker");
    assert!(matches!(
        world.host.worker(),
        Err(WorkerError::AnotherWorker)
    ));
    drop(first);
    assert!(world.host.worker().is_ok());
}

#[tokio::test]
async fn a_worker_that_runs_takes_up_what_is_enqueued_and_stops_when_told() {
    let world = World::start(&hook(SYNCED)).await;
    let worker = world.host.worker().expect("a worker");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(async move {
        worker
            .run(async {
                let _ = stopped.await;
            })
            .await
    });
    for id in 0..50 {
        world.save(&id.to_string(), Change::Created).await;
    }
    let drained = tokio::time::timeout(Duration::from_secs(30), async {
        while !world.waiting().await.is_empty() {
            tokio::task::yield_now().await;
        }
    });
    drained.await.expect("the queue is drained within 30 s");
    stop.send(()).expect("the worker listens");
    let ran = running.await.expect("no panic").expect("it ran");
    assert_eq!(ran.settled, 50);
}

#[tokio::test]
async fn values_beyond_the_limit_are_refused_to_the_component() {
    let limits = Limits {
        value_bytes: 3,
        ..Limits::default()
    };
    let world = World::with(
        &hook(&format!("{REMEMBER} {SYNCED}")),
        HostConfig {
            limits,
            ..HostConfig::default()
        },
    )
    .await;
    world.save("1", Change::Created).await;
    world.run().await;
    assert_eq!(world.value().await, None);
}
