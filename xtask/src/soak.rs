//! The random safety sequences for as long as asked, over all cores: the same
//! test as in `cargo xtask test`, with other seeds, in processes of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::repo;
use crate::setup;

/// The test whose sequences are tried.
const TEST: &str = "safety::no_random_sequence_makes_somebody_reachable_who_opted_out";
/// The profile that it is built with: everything optimised, checks kept.
const PROFILE: &str = "soak";
/// How many sequences a process tries before it says how it went. A world is made
/// once in each process, and copied for every other sequence that it is tried with.
const PART: u64 = 2_000;
/// How much of a failure is shown.
const TAIL: usize = 60;

/// Tries random sequences of events and faults, and counts violations.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How many sequences.
    #[arg(long, default_value_t = 100_000)]
    sequences: u64,
    /// The first seed; every part of the run takes the next one.
    #[arg(long, default_value_t = 1000)]
    seed: u64,
    /// Processes at the same time; the number of cores if none is named.
    #[arg(long)]
    jobs: Option<u64>,
    /// The cargo profile to build with; `dev` saves a build, and is slower.
    #[arg(long, default_value = PROFILE)]
    profile: String,
    /// The tests as they are built already, instead of building them.
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
}

/// What has been tried so far.
#[derive(Debug, Default)]
struct Tally {
    next_part: AtomicU64,
    sequences: AtomicU64,
    violations: Mutex<Vec<String>>,
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> Result<()> {
    let program = match &args.program {
        Some(program) => program.clone(),
        None => {
            setup::wasm_target()?;
            built(&args.profile)?
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, |it| it.get() as u64);
    let jobs = args.jobs.unwrap_or(cores).max(1);
    let parts = args.sequences.div_ceil(PART);
    let tally = Tally::default();
    let began = Instant::now();
    let folder = scratch();
    std::thread::scope(|scope| -> Result<()> {
        let worker = || work(args, &program, &folder, parts, &tally, began);
        let workers: Vec<_> = (0..jobs).map(|_| scope.spawn(worker)).collect();
        for worker in workers {
            worker
                .join()
                .map_err(|_| anyhow::anyhow!("a worker panicked"))??;
        }
        Ok(())
    })?;
    let violations = tally
        .violations
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    let tried = tally.sequences.load(Ordering::Relaxed);
    let last = args.seed + parts.saturating_sub(1);
    println!(
        "{tried} sequences, {} violations, {:.1} sequences a second, seeds {} to {last}",
        violations.len(),
        rate(tried, began),
        args.seed
    );
    for violation in &violations {
        println!("\n{violation}");
    }
    if violations.is_empty() {
        Ok(())
    } else {
        bail!(
            "{} of {parts} parts found a violation; `KOPPEL_SEED=… KOPPEL_SEQUENCES={PART} cargo test -p koppel-tests {TEST}` shows one again",
            violations.len()
        )
    }
}

fn rate(sequences: u64, began: Instant) -> f64 {
    // Counts of this size are exact in a float.
    sequences as f64 / began.elapsed().as_secs_f64().max(0.001)
}

/// Builds the tests and answers where the program is.
fn built(profile: &str) -> Result<PathBuf> {
    println!("building with profile `{profile}`");
    let output = repo::cargo()
        .args(["test", "--workspace", "--test", "promises", "--no-run"])
        .args(["--profile", profile, "--message-format", "json"])
        .stderr(Stdio::inherit())
        .output()
        .context("could not start cargo")?;
    if !output.status.success() {
        bail!("the tests could not be built; see above");
    }
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    let program = lines
        .lines()
        .filter_map(|it| serde_json::from_str::<Value>(it).ok())
        .filter(|it| it["target"]["name"] == "promises")
        .find_map(|it| it["executable"].as_str().map(PathBuf::from));
    program.context("cargo named no program of the tests")
}

/// Where the databases of the tests live: in memory where the system offers it,
/// because every commit is forced to the disk otherwise.
fn scratch() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        memory.to_owned()
    } else {
        std::env::temp_dir()
    }
}

/// Takes part after part until none is left.
fn work(
    args: &Args,
    program: &Path,
    folder: &Path,
    parts: u64,
    tally: &Tally,
    began: Instant,
) -> Result<()> {
    loop {
        let part = tally.next_part.fetch_add(1, Ordering::Relaxed);
        if part >= parts {
            return Ok(());
        }
        let sequences = PART.min(args.sequences - part * PART);
        let seed = args.seed + part;
        let output = Command::new(program)
            .args(["--exact", TEST, "--nocapture"])
            .env("KOPPEL_SEQUENCES", sequences.to_string())
            .env("KOPPEL_SEED", seed.to_string())
            .env("TMPDIR", folder)
            .current_dir(repo::root().join("tests"))
            .output()
            .context("could not start the tests")?;
        let tried = tally.sequences.fetch_add(sequences, Ordering::Relaxed) + sequences;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() || !said.contains("0 violations") {
            let lines: Vec<&str> = said.lines().collect();
            let tail = lines[lines.len().saturating_sub(TAIL)..].join("\n");
            let errors = String::from_utf8_lossy(&output.stderr);
            let found = format!("seed {seed}:\n{tail}\n{errors}");
            let mut violations = tally
                .violations
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            violations.push(found);
        }
        println!("{tried} sequences, {:.1} a second", rate(tried, began));
    }
}
