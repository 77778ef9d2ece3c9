//! kill -9 of the process that works, in the middle of an import.

use std::path::Path;
use std::time::{Duration, Instant};

use spotler_sim::SpotlerSim;

use crate::program::{Program, blocking, simulator};
use crate::support::{assert_same, repository};

/// How long anything here may take.
const DEADLINE: Duration = Duration::from_secs(120);

/// Imports some of the example and works it, killed while the request after so
/// many more is under way; what both sides have in the end.
async fn imported(file: &Path, kill_after: &[u64]) -> serde_json::Value {
    let folder = tempfile::tempdir().expect("a folder");
    let sim = SpotlerSim::start(simulator()).await.expect("a simulator");
    let crm = Program::on(folder.path().join("crm.sqlite"));
    let address = format!("{}/integrationservice", sim.base_url());
    let file = file.to_str().expect("a path").to_owned();
    let crm = std::sync::Arc::new(crm);
    let at_work = crm.clone();
    blocking(move || {
        at_work.connect(&address);
        at_work.run(&["contact", "import", &file]);
    })
    .await;
    for skip in kill_after {
        sim.faults().add(spotler_sim::FaultRule {
            on: "*".into(),
            when: spotler_sim::When::After {
                skip: *skip,
                times: 1,
            },
            fault: spotler_sim::Fault::HangBeforeWork,
        });
        let mut child = crm.start(&["work"]);
        assert!(
            sim.faults().until_held(1, DEADLINE).await,
            "waited for request {skip}"
        );
        child.kill().expect("killed");
        child.wait().expect("gone");
        // What was under way is done all the same, and nobody hears of it.
        sim.faults().release();
    }
    let started = Instant::now();
    loop {
        let at_work = crm.clone();
        let queue = blocking(move || {
            at_work.run(&["work"]);
            at_work.run(&["status", "--json"])
        })
        .await;
        let status: serde_json::Value = serde_json::from_str(&queue).expect("JSON");
        let left = ["waiting", "retrying"].map(|it| status["queue"][it].as_u64().expect("a count"));
        if left == [0, 0] {
            break;
        }
        assert!(
            started.elapsed() < DEADLINE,
            "waited for the queue to be empty: {status}"
        );
    }
    let records = blocking(move || crm.run(&["contact", "list", "--limit", "500", "--json"])).await;
    let records: serde_json::Value = serde_json::from_str(&records).expect("JSON");
    serde_json::json!([records, sim.snapshot_of_effect()])
}

/// So many kills fall in one import of the whole example: more would not find work.
const KILLS_OF_AN_IMPORT: u64 = 60;

/// C17: `KOPPEL_FAULTS` is the number of kills. Three fall in a part of the example;
/// more than that in the whole of it, imported again and again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_is_killed_and_started_again_ends_like_an_undisturbed_one() {
    let [kills] = koppel_simulation::asked([3]);
    let is_long = kills > 3;
    let folder = tempfile::tempdir().expect("a folder");
    let some = folder.path().join("some.csv");
    let all =
        std::fs::read_to_string(repository().join("examples/contacts.csv")).expect("the example");
    let every = if is_long { 1 } else { 6 };
    let lines: Vec<&str> = all.lines().skip(1).step_by(every).collect();
    let header = all.lines().next().expect("a header");
    std::fs::write(&some, format!("{header}\n{}", lines.join("\n"))).expect("written");
    let undisturbed = imported(&some, &[]).await;
    let mut killed = 0;
    while killed < kills {
        let kill_after: Vec<u64> = if is_long {
            (0..KILLS_OF_AN_IMPORT).map(|it| it % 4).collect()
        } else {
            vec![3, 40, 111]
        };
        let state = imported(&some, &kill_after).await;
        killed += kill_after.len() as u64;
        assert_same(&state, &undisturbed, &format!("killed {killed} times"));
    }
    println!(
        "FAULTS {} contacts, {killed} kills; 0 lost, nothing done twice",
        lines.len()
    );
}
