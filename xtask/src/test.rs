//! Everything that must hold before a change lands, part by part with its time.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::browser_tools;
use crate::repo;
use crate::scratch;
use crate::setup;

/// Runs all parts; stops at the first that fails.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Run only the parts whose name contains this.
    #[arg(long)]
    only: Option<String>,
}

/// A part: its name, and the cargo command.
struct Part {
    name: &'static str,
    cargo: &'static [&'static str],
}

/// The part that needs a browser.
const TESTS: &str = "tests";

const PARTS: &[Part] = &[
    Part {
        name: "format",
        cargo: &["fmt", "--all", "--check"],
    },
    Part {
        name: "clippy of the component",
        cargo: &[
            "clippy",
            "-p",
            "koppel-plugin",
            "--target",
            setup::WASM_TARGET,
            "--",
            "-D",
            "warnings",
        ],
    },
    Part {
        name: "clippy of everything else",
        cargo: &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ],
    },
    Part {
        name: TESTS,
        cargo: &["test", "--workspace", "--no-fail-fast"],
    },
    Part {
        name: "requirements page",
        cargo: &["run", "-q", "-p", "xtask", "--", "requirements", "--check"],
    },
    Part {
        name: "example contacts",
        cargo: &[
            "run",
            "-q",
            "-p",
            "xtask",
            "--",
            "example-contacts",
            "--check",
        ],
    },
];

/// Runs the command.
pub(crate) fn run(args: &Args) -> Result<()> {
    let mut times = Vec::new();
    let wanted = |name: &str| {
        args.only
            .as_ref()
            .is_none_or(|only| name.contains(only.as_str()))
    };
    timed("set-up", &mut times, || {
        setup::wasm_target()?;
        if wanted(TESTS) {
            setup::postgresql()?;
            browser_tools::ready(&repo::root())?;
        }
        Ok(())
    })?;
    for part in PARTS.iter().filter(|it| wanted(it.name)) {
        timed(part.name, &mut times, || cargo(part))?;
    }
    if wanted("licences and sources") {
        timed("licences and sources", &mut times, deny)?;
    }
    println!("\n{:<28} {:>8}", "part", "time");
    for (name, time) in &times {
        println!("{name:<28} {:>7.1}s", time.as_secs_f64());
    }
    let total: Duration = times.iter().map(|it| it.1).sum();
    println!("{:<28} {:>7.1}s", "all", total.as_secs_f64());
    Ok(())
}

fn timed(
    name: &'static str,
    times: &mut Vec<(&'static str, Duration)>,
    part: impl FnOnce() -> Result<()>,
) -> Result<()> {
    println!("── {name}");
    let start = Instant::now();
    part().with_context(|| format!("`{name}` failed"))?;
    times.push((name, start.elapsed()));
    Ok(())
}

fn cargo(part: &Part) -> Result<()> {
    let status = repo::cargo()
        .args(part.cargo)
        .env("TMPDIR", scratch::folder())
        .status()
        .context("could not run `cargo`")?;
    if !status.success() {
        bail!("`cargo {}` ended with {status}", part.cargo.join(" "));
    }
    Ok(())
}

fn deny() -> Result<()> {
    let root = repo::root();
    let program = setup::cargo_deny(&root)?;
    let status = Command::new(program)
        .args(["--all-features", "check", "licenses", "bans", "sources"])
        .current_dir(&root)
        .status()
        .context("could not run `cargo-deny`")?;
    if !status.success() {
        bail!("a dependency has a licence or a source that `deny.toml` does not allow");
    }
    Ok(())
}
