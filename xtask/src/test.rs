//! Everything that must hold before a change lands, part by part with its time.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::{browser_tools, example_contacts, licences, repo, requirements, scratch, setup};

/// Runs all parts; stops at the first that fails.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Run only the parts whose name contains this.
    #[arg(long)]
    only: Option<String>,
}

/// A part: its name, and what it does.
struct Part {
    name: &'static str,
    run: fn() -> Result<()>,
}

/// The part that needs PostgreSQL and a browser.
const TESTS: &str = "tests";

const PARTS: &[Part] = &[
    Part {
        name: "format",
        run: || cargo(&["fmt", "--all", "--check"], None),
    },
    Part {
        name: "clippy of the component",
        run: clippy_of_the_component,
    },
    Part {
        // One build for both: clippy looks at what the tests are compiled from.
        name: "build and clippy",
        run: || cargo(&["test", "--workspace", "--no-run"], Some(&clippy())),
    },
    Part {
        name: TESTS,
        run: || cargo(&["test", "--workspace", "--no-fail-fast"], Some(&clippy())),
    },
    Part {
        name: "requirements page",
        run: || requirements::run(&requirements::Args { check: true }),
    },
    Part {
        name: "example contacts",
        run: || example_contacts::run(&example_contacts::Args { check: true }),
    },
    Part {
        name: "licences and sources",
        run: || licences::check(&repo::root()),
    },
];

/// What takes the place of rustc for the crates of this repository.
fn clippy() -> PathBuf {
    repo::root().join("xtask/clippy-while-building.sh")
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> Result<()> {
    let mut times = Vec::new();
    let only = args.only.as_deref();
    let wanted = |name: &str| only.is_none_or(|it| name.contains(it));
    timed("set-up", &mut times, || {
        setup::wasm_target()?;
        if wanted(TESTS) {
            setup::postgresql()?;
            browser_tools::ready(&repo::root())?;
        }
        Ok(())
    })?;
    for part in PARTS.iter().filter(|it| wanted(it.name)) {
        timed(part.name, &mut times, part.run)?;
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

fn clippy_of_the_component() -> Result<()> {
    let clippy = ["clippy", "-p", "koppel-plugin", "--target"];
    let denying = ["--", "-D", "warnings"];
    let arguments = [&clippy[..], &[setup::WASM_TARGET], &denying].concat();
    cargo(&arguments, None)
}

fn cargo(arguments: &[&str], instead_of_rustc: Option<&Path>) -> Result<()> {
    let mut cargo = repo::cargo();
    cargo.args(arguments).env("TMPDIR", scratch::folder());
    if let Some(wrapper) = instead_of_rustc {
        cargo.env("RUSTC_WORKSPACE_WRAPPER", wrapper);
    }
    let status = cargo.status().context("could not run `cargo`")?;
    if !status.success() {
        bail!("`cargo {}` ended with {status}", arguments.join(" "));
    }
    Ok(())
}
