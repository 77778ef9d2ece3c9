//! The fault programme: `cargo xtask faults`. What happens to several processes on
//! one PostgreSQL when they are killed and cut off, with more of everything than in
//! `cargo xtask test`, beside the tests of all other faults, each with its figures.

use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::{repo, scratch, setup};

/// The test whose size can be set; it prints its figures.
const PROCESSES: &str =
    "processes::nothing_is_lost_or_out_of_order_while_processes_are_killed_and_cut_off";

/// One row: what is done, the test that does it, and of how much. An empty name
/// means all tests of the program, one that ends with `::` those of a file, no size
/// what `cargo xtask test` does.
#[derive(Clone, Copy)]
struct Row {
    what: &'static str,
    target: &'static str,
    test: &'static str,
    size: &'static str,
}

const fn promise(what: &'static str, test: &'static str) -> Row {
    Row {
        what,
        target: "promises",
        test,
        size: "",
    }
}

const fn promise_of(what: &'static str, test: &'static str, size: &'static str) -> Row {
    Row {
        size,
        ..promise(what, test)
    }
}

const fn seeded(what: &'static str, test: &'static str, size: &'static str) -> Row {
    Row {
        what,
        target: "seeds",
        test,
        size,
    }
}

/// What else is done to the CRM, the component and Spotler, and by which test.
const OTHERS: [Row; 13] = [
    seeded(
        "the component's code on a seed, with faults and kills",
        "whatever_the_seed_nothing_is_lost_overtaken_or_violated",
        "150 200 60",
    ),
    seeded(
        "random sequences against a model",
        "no_sequence_leaves_the_model",
        "1000",
    ),
    promise_of(
        "kill -9 of the worker, SQLite",
        "kill::an_import_that_is_killed_and_started_again_ends_like_an_undisturbed_one",
        "120",
    ),
    promise(
        "a process dies, another takes over",
        "postgres::what_a_process_leaves_behind_is_taken_over_when_its_lease_has_ended",
    ),
    seeded(
        "every fifth request goes wrong",
        "every_fifth_request_goes_wrong_and_the_end_is_the_same",
        "5000",
    ),
    promise(
        "every fault of every request",
        "faults::each_fault_of_each_request_ends_as_if_there_had_been_none",
    ),
    promise(
        "cut off at every step of a call",
        "faults::a_call_that_is_cut_off_at_any_step_ends_in_the_same_state",
    ),
    seeded(
        "an opt-out between look, write and commit",
        "an_opt_out_wins_wherever_it_falls_between_look_write_and_commit",
        "1500",
    ),
    promise(
        "random sequences, the real component",
        "safety::no_random_sequence_makes_somebody_reachable_who_opted_out",
    ),
    promise_of(
        "faults of the component",
        "sandbox::every_attack_is_stopped_by_name_and_the_neighbour_is_served",
        "12",
    ),
    promise("planted bugs in the real queue are caught", "planted::"),
    Row {
        what: "planted bugs are caught",
        target: "planted",
        test: "",
        size: "",
    },
    Row {
        what: "foreign bytes",
        target: "corpus",
        test: "",
        size: "2000",
    },
];

/// Kills processes and cuts connections, and counts what was lost.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Saves of contacts, each contact about four times.
    #[arg(long, default_value_t = 2_000)]
    saves: u64,
    /// Tenants that the contacts are of.
    #[arg(long, default_value_t = 50)]
    tenants: u64,
    /// kill -9 of one of the two processes.
    #[arg(long, default_value_t = 30)]
    kills: u64,
    /// How often all connections to PostgreSQL are cut.
    #[arg(long, default_value_t = 10)]
    cuts: u64,
    /// How often PostgreSQL itself crashes and starts again.
    #[arg(long, default_value_t = 2)]
    crashes: u64,
    /// Milliseconds between two of these.
    #[arg(long, default_value_t = 1_000)]
    pause: u64,
    /// Only the processes on PostgreSQL, without the tests of the other faults.
    #[arg(long)]
    only_processes: bool,
    /// The cargo profile to build with.
    #[arg(long, default_value = "dev")]
    profile: String,
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> Result<()> {
    setup::wasm_target()?;
    setup::postgresql()?;
    let size = format!(
        "{} {} {} {} {} {}",
        args.saves, args.tenants, args.kills, args.cuts, args.crashes, args.pause
    );
    let mut failed = Vec::new();
    println!("{:<54} {:>8}  figures", "what is done", "time");
    let processes = promise("two processes on PostgreSQL", PROCESSES);
    let others = OTHERS.iter().copied().filter(|_| !args.only_processes);
    for row in std::iter::once(processes).chain(others) {
        let size = if row.test == PROCESSES {
            &size
        } else {
            row.size
        };
        let began = Instant::now();
        let (passed, figures) = one(&args.profile, row, size)?;
        let seconds = began.elapsed().as_secs_f64();
        let verdict = if passed { "held" } else { "FAILED" };
        println!("{:<54} {seconds:>7.1}s  {verdict} {figures}", row.what);
        if !passed {
            failed.push(row.what);
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    bail!("failed: {}", failed.join(", "))
}

/// Runs a row's tests, and answers whether they held and what they counted.
fn one(profile: &str, row: Row, size: &str) -> Result<(bool, String)> {
    let mut cargo = repo::cargo();
    cargo
        // With the packages that are built together, so that nothing is built twice.
        .args(["test", "--quiet", "--workspace"])
        .args(["--test", row.target, "--profile", profile, "--"])
        .arg("--nocapture");
    if row.test.ends_with("::") {
        cargo.arg(row.test);
    } else if !row.test.is_empty() {
        cargo.args(["--exact", row.test]);
    }
    if !size.is_empty() {
        cargo.env("KOPPEL_FAULTS", size);
    }
    let output = cargo
        .env("TMPDIR", scratch::folder())
        .stderr(Stdio::inherit())
        .output()
        .context("could not start cargo")?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    // A name that has changed would run nothing, and pass.
    if output.status.success() && said.contains(" 0 passed") {
        bail!("there is no test `{}` in `{}`", row.test, row.target);
    }
    let figures: Vec<&str> = said
        .lines()
        .filter_map(|it| it.split_once("FAULTS "))
        .map(|(_, figures)| figures)
        .collect();
    Ok((output.status.success(), figures.join("; ")))
}
