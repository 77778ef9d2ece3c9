//! The random safety sequences for as long as asked, over all cores: the same
//! tests as in `cargo xtask test`, with other seeds, in processes of their own. Most
//! go through the component's own code, compiled natively, in a world that is
//! simulated as a whole; some through the real component, host and wire.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::repo;
use crate::scratch;
use crate::setup;

/// A test whose sequences are tried.
struct Kind {
    what: &'static str,
    /// The packages that are built.
    packages: &'static [&'static str],
    /// The program that the test is in.
    target: &'static str,
    test: &'static str,
    /// The variable that says how many.
    size: &'static str,
    /// The folder that the test runs in.
    folder: &'static str,
    /// How many sequences a process tries before it says how it went.
    part: u64,
}

const NATIVE: Kind = Kind {
    what: "the component's own code",
    packages: &["--package", "koppel-simulation"],
    target: "seeds",
    test: "no_sequence_leaves_the_model",
    size: "KOPPEL_FAULTS",
    folder: "tests/simulation",
    part: 2_500,
};

const REAL: Kind = Kind {
    what: "the real component, host and wire",
    packages: &["--workspace"],
    target: "promises",
    test: "safety::no_random_sequence_makes_somebody_reachable_who_opted_out",
    size: "KOPPEL_SEQUENCES",
    folder: "tests",
    // A world is made once in each process, and copied for every other sequence that
    // it is tried with.
    part: 2_000,
};

/// What the native sequences are built with: optimised, checks kept.
const OPTIMISED: &str = "soak";
/// How much of a failure is shown.
const TAIL: usize = 60;

/// Tries random sequences of events and faults, and counts violations.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How many sequences through the component's own code.
    #[arg(long, default_value_t = 100_000)]
    native: u64,
    /// How many sequences through the real component.
    #[arg(long, default_value_t = 4_000)]
    sequences: u64,
    /// The first seed; every part of the run takes the next one.
    #[arg(long, default_value_t = 1000)]
    seed: u64,
    /// Processes at the same time; the number of cores if none is named.
    #[arg(long)]
    jobs: Option<u64>,
    /// The cargo profile that the real component's tests are built with; `soak` is
    /// faster, and takes a build of its own.
    #[arg(long, default_value = "dev")]
    profile: String,
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
    setup::wasm_target()?;
    let mut found = 0;
    let kinds = [
        (&NATIVE, args.native, OPTIMISED),
        (&REAL, args.sequences, args.profile.as_str()),
    ];
    for (kind, sequences, profile) in kinds.into_iter().filter(|it| it.1 > 0) {
        let program = built(kind, profile)?;
        found += tried(args, kind, sequences, &program)?;
    }
    if found > 0 {
        bail!("{found} parts found a violation; the variables named with each show it again");
    }
    Ok(())
}

/// Tries sequences of a kind in as many processes as asked; how many of their parts
/// found a violation.
fn tried(args: &Args, kind: &Kind, sequences: u64, program: &Path) -> Result<usize> {
    println!("\n{}", kind.what);
    let cores = std::thread::available_parallelism().map_or(1, |it| it.get() as u64);
    let jobs = args.jobs.unwrap_or(cores).max(1);
    let parts = sequences.div_ceil(kind.part);
    let tally = Tally::default();
    let began = Instant::now();
    let folder = scratch::folder();
    let run = Run {
        kind,
        program,
        sequences,
        parts,
        first_seed: args.seed,
        folder: &folder,
        began,
    };
    std::thread::scope(|scope| -> Result<()> {
        let worker = || run.work(&tally);
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
        "{}: {tried} sequences, {} violations, {:.1} sequences a second, seeds {} to {last}",
        kind.what,
        violations.len(),
        rate(tried, began),
        args.seed
    );
    for violation in &violations {
        println!("\n{violation}");
    }
    Ok(violations.len())
}

fn rate(sequences: u64, began: Instant) -> f64 {
    // Counts of this size are exact in a float.
    sequences as f64 / began.elapsed().as_secs_f64().max(0.001)
}

/// Builds the tests of a kind and answers where the program is.
fn built(kind: &Kind, profile: &str) -> Result<PathBuf> {
    println!("building with profile `{profile}`");
    let output = repo::cargo()
        .args(["test", "--no-run", "--test", kind.target])
        .args(kind.packages)
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
        .filter(|it| it["target"]["name"] == kind.target)
        .find_map(|it| it["executable"].as_str().map(PathBuf::from));
    program.with_context(|| format!("cargo named no program `{}`", kind.target))
}

/// What the processes of one kind have in common.
struct Run<'a> {
    kind: &'a Kind,
    program: &'a Path,
    sequences: u64,
    parts: u64,
    first_seed: u64,
    folder: &'a Path,
    began: Instant,
}

impl Run<'_> {
    /// Takes part after part until none is left.
    fn work(&self, tally: &Tally) -> Result<()> {
        loop {
            let part = tally.next_part.fetch_add(1, Ordering::Relaxed);
            if part >= self.parts {
                return Ok(());
            }
            let kind = self.kind;
            let sequences = kind.part.min(self.sequences - part * kind.part);
            let seed = self.first_seed + part;
            let folder = repo::root().join(kind.folder);
            let output = Command::new(self.program)
                .args(["--exact", kind.test, "--nocapture"])
                .env(kind.size, sequences.to_string())
                .env("KOPPEL_SEED", seed.to_string())
                .env("TMPDIR", self.folder)
                .env("CARGO_MANIFEST_DIR", &folder)
                .current_dir(folder)
                .output()
                .context("could not start the tests")?;
            let tried = tally.sequences.fetch_add(sequences, Ordering::Relaxed) + sequences;
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            if !output.status.success() || !said.contains("0 violations") {
                let lines: Vec<&str> = said.lines().collect();
                let tail = lines[lines.len().saturating_sub(TAIL)..].join("\n");
                let errors = String::from_utf8_lossy(&output.stderr);
                let (size, test) = (kind.size, kind.test);
                let found =
                    format!("KOPPEL_SEED={seed} {size}={sequences} {test}:\n{tail}\n{errors}");
                let mut violations = tally
                    .violations
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner);
                violations.push(found);
            }
            println!("{tried} sequences, {:.1} a second", rate(tried, self.began));
        }
    }
}
