//! What several tests use.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use host_demo::host::HostError;
use koppel_embedding::WorkerError;
use spotler_sim::Fault;

/// The place of a worker that was cut off is free after so long.
const FREE_WITHIN: Duration = Duration::from_secs(10);

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the workspace")
        .to_owned()
}

/// A number from the environment, for long runs by hand.
pub(crate) fn asked<T: std::str::FromStr>(name: &str, otherwise: T) -> T {
    let value = std::env::var(name).ok();
    value.and_then(|it| it.parse().ok()).unwrap_or(otherwise)
}

/// Compares with a golden file; `UPDATE_GOLDEN=1` writes it anew.
pub(crate) fn golden(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("golden")
        .join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, actual).expect("a golden file");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        actual, expected,
        "{name} differs; UPDATE_GOLDEN=1 writes it anew"
    );
}

/// Compares two states; a failure shows the lines that differ, not everything.
pub(crate) fn assert_same(left: &serde_json::Value, right: &serde_json::Value, when: &str) {
    let lines = |it: &serde_json::Value| -> Vec<String> {
        let text = serde_json::to_string_pretty(it).expect("JSON");
        text.lines().map(str::to_owned).collect()
    };
    let (left, right) = (lines(left), lines(right));
    let only_in = |these: &[String], those: &[String]| -> Vec<String> {
        let lacks = |line: &&String| !those.contains(line);
        these.iter().filter(lacks).take(20).cloned().collect()
    };
    assert!(
        left == right,
        "{when}\nonly here: {:#?}\nonly undisturbed: {:#?}",
        only_in(&left, &right),
        only_in(&right, &left)
    );
}

/// Every row of every table, as text: to see whether anything was written.
pub(crate) async fn tables(world: &koppel_tests::World) -> String {
    use sqlx::{AssertSqlSafe, Row};
    let readers = world.host.crm().store().readers();
    let names: Vec<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            .fetch_all(readers)
            .await
            .expect("the tables");
    let mut text = String::new();
    for name in names {
        let columns: Vec<String> = sqlx::query_scalar("SELECT name FROM pragma_table_info($1)")
            .bind(&name)
            .fetch_all(readers)
            .await
            .expect("columns");
        let quoted: Vec<String> = columns
            .iter()
            .map(|it| format!("quote(\"{it}\")"))
            .collect();
        let all = format!(
            "SELECT {} FROM \"{name}\" ORDER BY 1",
            quoted.join(" || ',' || ")
        );
        let rows = sqlx::query(AssertSqlSafe(all))
            .fetch_all(readers)
            .await
            .expect("rows");
        for row in rows {
            let row: String = row.get(0);
            text.push_str(&format!("{name}: {row}\n"));
        }
    }
    text
}

/// What both sides have in the end. How far a step was when it was logged depends on
/// where it was cut, so the log is left out.
pub(crate) async fn both_sides(world: &koppel_tests::World) -> serde_json::Value {
    let mut crm = world.host.dump().await.expect("a dump");
    if let Some(crm) = crm.as_object_mut() {
        crm.remove("log");
    }
    serde_json::json!([crm, world.sim.snapshot_of_effect()])
}

/// Works the queue to its end, with the clock moved to what is due next, and starts
/// anew after a cut. `cut_next` says for each further life after how many steps it
/// is cut off, if at all. How many cuts there were.
pub(crate) async fn to_the_end_through_cuts(
    world: &mut koppel_tests::World,
    mut cut_next: impl FnMut() -> Option<u64>,
) -> usize {
    let mut cuts = 0;
    for _ in 0..500 {
        let asked = Instant::now();
        let worker = loop {
            match world.host.worker() {
                // What was cut off, or a process that another test is just starting,
                // holds the lock for another moment.
                Err(HostError::Worker(WorkerError::AnotherWorker))
                    if asked.elapsed() < FREE_WITHIN =>
                {
                    tokio::task::yield_now().await;
                }
                worker => break worker.expect("a worker"),
            }
        };
        let ran = worker.run_until_idle().await;
        let next = worker.next_due().await.expect("a queue");
        drop(worker);
        match (ran, next) {
            (Err(error), _) => {
                assert!(format!("{error:?}").contains("CutOff"), "{error:?}");
                cuts += 1;
                world.restart().await;
                if let Some(steps) = cut_next() {
                    world.host.embedding().faults().cut_after(steps);
                }
            }
            (Ok(_), None) => return cuts,
            (Ok(_), Some(next)) => {
                let now = world.host.crm().now();
                world.advance_ms(next.saturating_sub(now).max(1));
            }
        }
    }
    panic!("the queue does not come to an end");
}

/// Every way in which a request can fail and be worth another try.
pub(crate) fn faults() -> Vec<(&'static str, Fault)> {
    vec![
        ("429", Fault::too_many_requests()),
        ("429 with a time", Fault::retry_after(30)),
        ("500", Fault::status(500)),
        ("503", Fault::status(503)),
        ("reset before", Fault::ResetBeforeWork),
        ("reset after", Fault::ResetAfterWork),
        ("truncated", Fault::TruncatedBody),
        ("garbage", Fault::GarbageBody),
        ("500 after work", Fault::StatusAfterWork { status: 500 }),
        ("answered twice", Fault::AnsweredTwice),
    ]
}
