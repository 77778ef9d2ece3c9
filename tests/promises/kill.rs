//! kill -9 of the process that works, in the middle of an import.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use koppel_tests::spotler;
use spotler_sim::{Config, SpotlerSim};

use crate::support::{assert_same, repository};

/// How long anything here may take.
const DEADLINE: Duration = Duration::from_secs(120);

/// The CRM's command line on one database.
struct Crm {
    database: PathBuf,
}

impl Crm {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crm"));
        command
            .arg("--database")
            .arg(&self.database)
            .args(arguments);
        command
            .env("KOPPEL_API_SECRET", "demo-secret")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn run(&self, arguments: &[&str]) -> String {
        let output = self
            .command(arguments)
            .output()
            .expect("the program starts");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).spawn().expect("the program starts")
    }

    fn connect(&self, address: &str) {
        self.run(&["settings", "set", "--key", "demo-key", "--address", address]);
        self.run(&["settings", "activate"]);
        self.run(&["work"]);
        self.run(&["mapping", "save"]);
        self.run(&["work"]);
    }
}

/// A running clock: the process that is killed has no other.
fn simulator() -> Config {
    Config {
        clock: spotler_sim::ClockStart::RealTime,
        ..spotler()
    }
}

/// Imports some of the example and works it, killed while the request after so
/// many more is under way; what both sides have in the end.
async fn imported(file: &Path, kill_after: &[u64]) -> serde_json::Value {
    let folder = tempfile::tempdir().expect("a folder");
    let sim = SpotlerSim::start(simulator()).await.expect("a simulator");
    let crm = Crm {
        database: folder.path().join("crm.sqlite"),
    };
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

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("no panic")
}

/// So many kills fall in one import of the whole example: more would not find work.
const KILLS_OF_AN_IMPORT: u64 = 60;

/// C17: `KOPPEL_FAULTS` is the number of kills. A few fall in a part of the example;
/// many fall in the whole of it, imported again and again.
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
            (killed..killed + KILLS_OF_AN_IMPORT)
                .map(|it| it % 4)
                .collect()
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
