//! The fault programme: everything goes wrong that can, and what was lost is
//! counted: `cargo xtask faults`. Its eight rows are tests of `cargo xtask test`,
//! with more of everything; a row's figures are what its test counted.

use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::{repo, setup};

/// A test of the programme.
struct Row {
    /// Which of the eight rows it belongs to.
    row: u8,
    what: &'static str,
    /// The package, and its program of tests.
    program: (&'static str, &'static str),
    /// A test, or the beginning of the names of several.
    test: &'static str,
    /// How much of it: the numbers that the test's own comment names.
    size: fn(&Args) -> String,
}

/// Runs on one seed, without a host.
const RUNS: (&str, &str) = ("koppel-simulation", "runs");
/// Bugs planted in those.
const PLANTED: (&str, &str) = ("koppel-simulation", "planted");
/// Through the real component, host and simulator.
const PROMISES: (&str, &str) = ("koppel-tests", "promises");

/// A test that knows one size only.
fn as_it_is(_: &Args) -> String {
    String::new()
}

const ROWS: [Row; 13] = [
    Row {
        row: 1,
        what: "seeds: people, faults, kills, races",
        program: RUNS,
        test: "whatever_the_seed_nothing_is_lost_overtaken_or_violated",
        size: |it| format!("{} 500 120", it.seeds),
    },
    Row {
        row: 2,
        what: "sequences against the model",
        program: RUNS,
        test: "no_sequence_leaves_the_model",
        size: |it| it.sequences.to_string(),
    },
    Row {
        row: 2,
        what: "the same through the real host",
        program: PROMISES,
        test: "safety::no_random_sequence_makes_somebody_reachable_who_opted_out",
        size: as_it_is,
    },
    Row {
        row: 3,
        what: "kill -9 of the worker, SQLite",
        program: PROMISES,
        test: "kill::an_import_that_is_killed_and_started_again_ends_like_an_undisturbed_one",
        size: |it| it.process_kills.to_string(),
    },
    Row {
        row: 3,
        what: "cut off at every step of a call",
        program: PROMISES,
        test: "faults::a_call_that_is_cut_off_at_any_step_ends_in_the_same_state",
        size: as_it_is,
    },
    Row {
        row: 4,
        what: "two processes on PostgreSQL",
        program: PROMISES,
        test: "processes::nothing_is_lost_or_out_of_order_while_processes_are_killed_and_cut_off",
        size: |it| {
            let Args {
                saves,
                tenants,
                kills,
                cuts,
                pause,
                ..
            } = it;
            format!("{saves} {tenants} {kills} {cuts} {pause}")
        },
    },
    Row {
        row: 4,
        what: "a process dies, another takes over",
        program: PROMISES,
        test: "postgres::what_a_process_leaves_behind_is_taken_over_when_its_lease_has_ended",
        size: as_it_is,
    },
    Row {
        row: 5,
        what: "every fifth request goes wrong",
        program: RUNS,
        test: "every_fifth_request_goes_wrong_and_the_end_is_the_same",
        size: |it| it.requests.to_string(),
    },
    Row {
        row: 5,
        what: "every fault of every request, on the wire",
        program: PROMISES,
        test: "faults::each_fault_of_each_request_ends_as_if_there_had_been_none",
        size: as_it_is,
    },
    Row {
        row: 6,
        what: "an opt-out in the middle of a call",
        program: RUNS,
        test: "an_opt_out_wins_wherever_it_falls_between_look_write_and_commit",
        size: |it| it.races.to_string(),
    },
    Row {
        row: 7,
        what: "faults of the component",
        program: PROMISES,
        test: "sandbox::every_attack_is_stopped_by_name_and_the_neighbour_is_served",
        size: |it| it.rounds.to_string(),
    },
    Row {
        row: 8,
        what: "planted bugs: the checker catches each",
        program: PLANTED,
        test: "the_checker_catches_",
        size: |_| "200".to_owned(),
    },
    Row {
        row: 8,
        what: "the same in the real queue and store",
        program: PROMISES,
        test: "planted::",
        size: as_it_is,
    },
];

/// Makes everything go wrong that can, and counts what was lost.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only this row, from 1 to 8; all of them if none is named.
    #[arg(long)]
    row: Vec<u8>,
    /// Row 1: seeds, of 500 steps each.
    #[arg(long, default_value_t = 2_000)]
    seeds: u64,
    /// Row 2: sequences.
    #[arg(long, default_value_t = 5_000)]
    sequences: u64,
    /// Row 3: kill -9 of a process that works on SQLite.
    #[arg(long, default_value_t = 1_000)]
    process_kills: u64,
    /// Row 4: saves of contacts, each contact about four times.
    #[arg(long, default_value_t = 2_000)]
    saves: u64,
    /// Row 4: tenants that the contacts are of.
    #[arg(long, default_value_t = 50)]
    tenants: u64,
    /// Row 4: kill -9 of one of the two processes.
    #[arg(long, default_value_t = 30)]
    kills: u64,
    /// Row 4: how often all connections to PostgreSQL are cut.
    #[arg(long, default_value_t = 10)]
    cuts: u64,
    /// Row 4: milliseconds between two of these.
    #[arg(long, default_value_t = 1_000)]
    pause: u64,
    /// Row 5: requests.
    #[arg(long, default_value_t = 50_000)]
    requests: u64,
    /// Row 6: interleavings.
    #[arg(long, default_value_t = 5_000)]
    races: u64,
    /// Row 7: how often each of the 44 attacks is tried.
    #[arg(long, default_value_t = 12)]
    rounds: u64,
    /// The cargo profile to build with.
    #[arg(long, default_value = "dev")]
    profile: String,
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> Result<()> {
    let is_asked = |row: u8| args.row.is_empty() || args.row.contains(&row);
    setup::wasm_target()?;
    if is_asked(4) {
        setup::postgresql()?;
    }
    let mut failed = Vec::new();
    println!("row  {:<44} {:>8}  figures", "what is done", "time");
    for row in ROWS.iter().filter(|it| is_asked(it.row)) {
        let began = Instant::now();
        let (passed, figures) = one(args, row)?;
        let seconds = began.elapsed().as_secs_f64();
        let verdict = if passed { "held" } else { "FAILED" };
        let first = figures.first().map_or("", String::as_str);
        println!(
            "{:>3}  {:<44} {seconds:>7.1}s  {verdict} {first}",
            row.row, row.what
        );
        for more in figures.iter().skip(1) {
            println!("{:>65}{more}", "");
        }
        if !passed {
            failed.push(row.test);
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    bail!("failed: {}", failed.join(", "))
}

/// Runs the tests of one row, and answers whether they held and what they counted.
fn one(args: &Args, row: &Row) -> Result<(bool, Vec<String>)> {
    let (package, program) = row.program;
    let mut command = repo::cargo();
    command
        .args(["test", "--quiet", "--package", package])
        .args(["--test", program, "--profile", &args.profile, "--"])
        .args([row.test, "--nocapture"]);
    let size = (row.size)(args);
    if !size.is_empty() {
        command.env("KOPPEL_FAULTS", size);
    }
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .context("could not start cargo")?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    // A name that has changed would run nothing, and pass.
    if output.status.success() && said.contains(" 0 passed") {
        bail!("there is no test `{}`", row.test);
    }
    let mut figures: Vec<String> = said
        .lines()
        .filter_map(|it| it.split_once("FAULTS "))
        .map(|(_, figures)| figures.to_owned())
        .collect();
    figures.sort();
    Ok((output.status.success(), figures))
}
