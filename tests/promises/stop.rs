//! A process that is asked to stop (SIGTERM) in the middle of its work.

use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use serde_json::Value;
use spotler_sim::{Fault, FaultRule, SpotlerSim, When};

use crate::program::{Program, blocking, simulator};
use crate::support::{assert_same, repository};

/// How long anything here may take.
const DEADLINE: Duration = Duration::from_secs(120);

/// A process that is asked to stop has ended after so long, with what it had under
/// way; the program itself gives up after 30 seconds.
const STOPS_WITHIN: Duration = Duration::from_secs(20);

/// Which command works, and at which request it is asked to stop; none: it is
/// left alone.
struct Asked {
    command: &'static [&'static str],
    at_request: u64,
}

const WORK: &[&str] = &["work"];
const SERVE: &[&str] = &["serve", "--listen", "127.0.0.1:0"];

fn terminate(child: &Child) {
    let kill = format!("kill -TERM {}", child.id());
    let sent = Command::new("sh").args(["-c", &kill]).status();
    assert!(sent.expect("a shell").success(), "the signal was sent");
}

/// Ends by itself, with success, soon.
fn has_stopped(mut child: Child) {
    let asked = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a process") {
            assert!(status.success(), "{status}");
            println!("stopped after {:?}", asked.elapsed());
            return;
        }
        if asked.elapsed() > STOPS_WITHIN {
            child.kill().expect("killed");
            panic!("asked to stop, it went on for {STOPS_WITHIN:?}");
        }
        std::thread::yield_now();
    }
}

/// Lets a command begin, asks it to stop while a request is under way, and lets
/// that request go on. How much was left in the queue; nothing of it was begun and
/// not ended.
async fn interrupt(program: &Program, sim: &SpotlerSim, asked: &Asked) -> u64 {
    sim.faults().add(FaultRule {
        on: "*".into(),
        when: When::After {
            skip: asked.at_request,
            times: 1,
        },
        fault: Fault::HangBeforeWork,
    });
    let child = program.start(asked.command);
    let held = sim.faults().until_held(1, DEADLINE).await;
    assert!(held, "waited for request {}", asked.at_request);
    terminate(&child);
    sim.faults().release();
    let program = program.clone();
    blocking(move || {
        has_stopped(child);
        let cut_off = cut_off(&program);
        assert!(cut_off.is_empty(), "begun and not ended: {cut_off:?}");
        left(&program)
    })
    .await
}

/// Events of which an attempt was begun, and nothing was written of it.
fn cut_off(program: &Program) -> Vec<Value> {
    let queue = program.json(&["queue", "--limit", "1000"]);
    let history = program.json(&["history", "--limit", "10000"]);
    let ended = history["history"].as_array().expect("a history");
    let is_of = |call: &Value, event: &Value| {
        call["event"] == event["event"] && call["attempt"] == event["attempt"]
    };
    let has_ended = |event: &Value| ended.iter().any(|call| is_of(call, event));
    let waits = ["waiting", "retrying"].map(|sort| queue[sort].as_array().expect("events"));
    let begun = waits.into_iter().flatten().filter(|it| it["attempt"] != 0);
    begun.filter(|it| !has_ended(it)).cloned().collect()
}

fn left(program: &Program) -> u64 {
    let status = program.json(&["status"]);
    let count = |name: &str| status["queue"][name].as_u64().expect("a count");
    count("waiting") + count("retrying")
}

fn to_the_end(program: &Program) {
    let began = Instant::now();
    loop {
        program.run(WORK);
        let left = left(program);
        if left == 0 {
            return;
        }
        assert!(began.elapsed() < DEADLINE, "waited for {left} events");
    }
}

/// Works with a process that may be asked to stop, then to the end.
async fn worked(program: &Program, sim: &SpotlerSim, asked: Option<&Asked>) {
    if let Some(asked) = asked {
        let left = interrupt(program, sim, asked).await;
        assert!(left > 0, "asked to stop in the middle of it");
    }
    let program = program.clone();
    blocking(move || to_the_end(&program)).await;
}

/// Imports some of the example and exports a campaign of it; both sides in the end.
async fn imported_and_exported(
    file: &Path,
    import: Option<&Asked>,
    export: Option<&Asked>,
) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    let sim = SpotlerSim::start(simulator()).await.expect("a simulator");
    let program = Program::on(folder.path().join("crm.sqlite"));
    let address = format!("{}/integrationservice", sim.base_url());
    let (at_work, file) = (program.clone(), file.to_str().expect("a path").to_owned());
    blocking(move || {
        at_work.connect(&address);
        at_work.run(&["contact", "import", &file]);
    })
    .await;
    worked(&program, &sim, import).await;
    let at_work = program.clone();
    blocking(move || {
        let new = ["campaign", "new", "najaar", "--title", "Najaar"];
        let whom = ["--select", "permission:1", "--list", "Najaar 2026"];
        at_work.run(&[new.as_slice(), &whom].concat());
        at_work.run(&["campaign", "run", "najaar"]);
    })
    .await;
    worked(&program, &sim, export).await;
    let records = ["contact", "list", "--limit", "500"];
    blocking(move || {
        let effect = with_one_name_for_lists(sim.snapshot_of_effect());
        serde_json::json!([program.json(&records), effect])
    })
    .await
}

/// The name that the component gives a list in Spotler is another one each time.
fn with_one_name_for_lists(value: Value) -> Value {
    match value {
        Value::String(text) if text.starts_with("koppel-") => "koppel-…".into(),
        Value::Array(all) => all.into_iter().map(with_one_name_for_lists).collect(),
        Value::Object(all) => {
            let named = |(name, value)| (name, with_one_name_for_lists(value));
            Value::Object(all.into_iter().map(named).collect())
        }
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => other,
    }
}

/// What is under way when the signal comes is finished and kept, so nothing is
/// tried a second time; all else is done by the next start.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asked_to_stop_in_the_middle_of_an_import_and_an_export_nothing_is_lost_or_repeated() {
    let folder = tempfile::tempdir().expect("a folder");
    let some = folder.path().join("some.csv");
    let all = std::fs::read_to_string(repository().join("examples/contacts.csv"));
    let all = all.expect("the example");
    let lines: Vec<&str> = all.lines().skip(1).step_by(9).collect();
    let header = all.lines().next().expect("a header");
    std::fs::write(&some, format!("{header}\n{}", lines.join("\n"))).expect("written");
    let undisturbed = imported_and_exported(&some, None, None).await;
    for command in [WORK, SERVE] {
        let import = Asked {
            command,
            at_request: 30,
        };
        let export = Asked {
            command,
            at_request: 1,
        };
        let stopped = imported_and_exported(&some, Some(&import), Some(&export)).await;
        assert_same(&stopped, &undisturbed, command[0]);
    }
}
