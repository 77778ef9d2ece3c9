//! What happens to several processes on one PostgreSQL when they are killed and
//! cut off: `cargo xtask faults`. The same test as in `cargo xtask test`, with more
//! of everything, beside the tests of the other faults.

use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::{repo, setup};

/// The test whose size can be set; it prints its figures.
const PROCESSES: &str =
    "processes::nothing_is_lost_or_out_of_order_while_processes_are_killed_and_cut_off";

/// What else is done to the CRM, the component and Spotler, and by which test.
const OTHERS: [(&str, &str); 6] = [
    (
        "kill -9 of the worker, SQLite",
        "kill::an_import_that_is_killed_and_started_again_ends_like_an_undisturbed_one",
    ),
    (
        "cut off at every step of a call",
        "faults::a_call_that_is_cut_off_at_any_step_ends_in_the_same_state",
    ),
    (
        "every fault of every request",
        "faults::each_fault_of_each_request_ends_as_if_there_had_been_none",
    ),
    (
        "random sequences, opt-outs on both sides",
        "safety::no_random_sequence_makes_somebody_reachable_who_opted_out",
    ),
    (
        "faults of the component",
        "sandbox::every_attack_is_stopped_by_name_and_the_neighbour_is_served",
    ),
    (
        "a process dies, another takes over",
        "postgres::what_a_process_leaves_behind_is_taken_over_when_its_lease_has_ended",
    ),
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
        "{} {} {} {} {}",
        args.saves, args.tenants, args.kills, args.cuts, args.pause
    );
    let mut failed = Vec::new();
    println!("{:<44} {:>8}  figures", "what is done", "time");
    let rows = [("two processes on PostgreSQL", PROCESSES)];
    let others = OTHERS.iter().copied().filter(|_| !args.only_processes);
    for (what, test) in rows.into_iter().chain(others) {
        let began = Instant::now();
        let (passed, figures) = one(&args.profile, test, &size)?;
        let seconds = began.elapsed().as_secs_f64();
        let verdict = if passed { "held" } else { "FAILED" };
        println!("{what:<44} {seconds:>7.1}s  {verdict} {figures}");
        if !passed {
            failed.push(test);
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    bail!("failed: {}", failed.join(", "))
}

/// Runs one test, and answers whether it held and what it counted.
fn one(profile: &str, test: &str, size: &str) -> Result<(bool, String)> {
    let output = Command::new(env!("CARGO"))
        .args(["test", "--quiet", "--package", "koppel-tests"])
        .args(["--test", "promises", "--profile", profile, "--"])
        .args(["--exact", test, "--nocapture"])
        .env("KOPPEL_FAULTS", size)
        .current_dir(repo::root())
        .stderr(Stdio::inherit())
        .output()
        .context("could not start cargo")?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let figures = said.lines().find_map(|it| it.split_once("FAULTS "));
    // A name that has changed would run nothing, and pass.
    let ran = said.contains("1 passed") || said.contains("1 failed");
    if !ran && output.status.success() {
        bail!("there is no test `{test}`");
    }
    let figures = figures.map_or(String::new(), |(_, figures)| figures.to_owned());
    Ok((output.status.success(), figures))
}
