//! The test programs of the workspace, run two at a time: the largest spends a part of
//! its time waiting, for a browser or for PostgreSQL, and so do others.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::{repo, scratch};

/// How many run at once.
const AT_ONCE: usize = 2;
/// These take longest, so they begin first.
const LONGEST: [&str; 2] = ["promises", "browser"];

/// A program that cargo made.
#[derive(Debug)]
struct Program {
    name: String,
    path: PathBuf,
    /// The folder of its package: where cargo runs it.
    folder: PathBuf,
}

/// What cargo says of what it compiled, as far as it is looked at.
#[derive(Debug, Deserialize)]
struct Artifact {
    manifest_path: PathBuf,
    target: Target,
    profile: Profile,
    executable: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
struct Target {
    name: String,
}

#[derive(Debug, Deserialize)]
struct Profile {
    test: bool,
}

/// What became of a program.
struct Ended {
    name: String,
    passed: bool,
    took: Duration,
    said: String,
}

/// Runs all test programs, made by a cargo with this in place of rustc; prints what
/// each counted, and all that one says in which a test failed.
pub(crate) fn run(wrapper: &Path) -> Result<()> {
    let mut programs = made(wrapper)?;
    programs.sort_by_key(|it| !LONGEST.contains(&it.name.as_str()));
    let waiting = Mutex::new(VecDeque::from(programs));
    let ended = Mutex::new(Vec::new());
    let at_work = || {
        loop {
            let next = locked(&waiting).pop_front();
            let Some(program) = next else {
                return Ok(());
            };
            let it = run_one(&program, wrapper)?;
            println!("{}", line(&it));
            if !it.passed {
                println!("{}", it.said);
            }
            locked(&ended).push(it);
        }
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(at_work)).collect();
        let mut ends = workers.into_iter().map(|it| it.join());
        ends.try_for_each(|it| it.unwrap_or_else(|_| bail!("a test program could not be followed")))
    })?;
    let failed: Vec<String> = locked(&ended)
        .iter()
        .filter(|it| !it.passed)
        .map(|it| it.name.clone())
        .collect();
    if !failed.is_empty() {
        bail!("tests failed in: {}", failed.join(", "));
    }
    Ok(())
}

fn locked<T>(it: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    it.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The programs, as cargo names them when it has made them.
fn made(wrapper: &Path) -> Result<Vec<Program>> {
    let output = repo::cargo()
        .args(["test", "--workspace", "--no-run", "--quiet"])
        .arg("--message-format=json-render-diagnostics")
        .env("RUSTC_WORKSPACE_WRAPPER", wrapper)
        .stderr(Stdio::inherit())
        .output()
        .context("could not run `cargo test`")?;
    if !output.status.success() {
        bail!("the tests could not be compiled");
    }
    let said = String::from_utf8(output.stdout).context("the answer of `cargo test`")?;
    let programs = programs(&said);
    if programs.is_empty() {
        bail!("cargo named no test program");
    }
    Ok(programs)
}

fn programs(said: &str) -> Vec<Program> {
    // Other lines tell of build scripts, and of the end.
    let artifacts = said.lines().filter_map(|it| serde_json::from_str(it).ok());
    artifacts
        .filter(|it: &Artifact| it.profile.test)
        .filter_map(|it| {
            Some(Program {
                name: it.target.name,
                path: it.executable?,
                folder: it.manifest_path.parent()?.to_owned(),
            })
        })
        .collect()
}

fn run_one(program: &Program, wrapper: &Path) -> Result<Ended> {
    let output = tempfile::tempfile_in(scratch::folder()).context("a file for what is said")?;
    let handle = |file: &File| file.try_clone().context("the same file again");
    let began = Instant::now();
    let status = repo::without_this_package(Command::new(&program.path))
        .env("CARGO_MANIFEST_DIR", &program.folder)
        .env("RUSTC_WORKSPACE_WRAPPER", wrapper)
        .env("TMPDIR", scratch::folder())
        .current_dir(&program.folder)
        .stdin(Stdio::null())
        .stdout(handle(&output)?)
        .stderr(handle(&output)?)
        .status()
        .with_context(|| format!("could not run `{}`", program.path.display()))?;
    Ok(Ended {
        name: program.name.clone(),
        passed: status.success(),
        took: began.elapsed(),
        said: read_again(output)?,
    })
}

fn read_again(mut file: File) -> Result<String> {
    use std::io::{Read as _, Seek as _};
    file.rewind()?;
    let mut said = Vec::new();
    file.read_to_end(&mut said)?;
    Ok(String::from_utf8_lossy(&said).into_owned())
}

/// The name, the verdict as the program gives it, and the time.
fn line(it: &Ended) -> String {
    let verdict = it
        .said
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("test result: "));
    let verdict = verdict.map_or("ended before its result", |it| {
        it.split_once("; finished").map_or(it, |(counts, _)| counts)
    });
    let mut line = String::new();
    let _ = write!(
        line,
        "{:<20} {:>7.1}s  {verdict}",
        it.name,
        it.took.as_secs_f64()
    );
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_test_programs_are_found_among_all_that_cargo_made() {
        let said = r#"{"reason":"build-script-executed","package_id":"one"}
{"reason":"compiler-artifact","manifest_path":"/koppel/plugin/Cargo.toml","target":{"name":"koppel_plugin","kind":["lib"]},"profile":{"test":false},"executable":null}
{"reason":"compiler-artifact","manifest_path":"/koppel/tests/Cargo.toml","target":{"name":"crm","kind":["bin"]},"profile":{"test":false},"executable":"/target/debug/crm"}
{"reason":"compiler-artifact","manifest_path":"/koppel/tests/Cargo.toml","target":{"name":"promises","kind":["test"]},"profile":{"test":true},"executable":"/target/debug/deps/promises-1"}
{"reason":"build-finished","success":true}"#;
        let found = programs(said);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].name, "promises");
        assert_eq!(found[0].folder, Path::new("/koppel/tests"));
    }

    #[test]
    fn a_program_that_dies_before_its_result_is_said_to_have_ended() {
        let ended = |said: &str| Ended {
            name: "promises".to_owned(),
            passed: false,
            took: Duration::from_secs(2),
            said: said.to_owned(),
        };
        let died = line(&ended("running 2 tests\ntest one ... ok"));
        assert!(died.ends_with("ended before its result"), "{died}");
        let told = line(&ended(
            "test result: FAILED. 1 passed; 1 failed; 0 ignored; finished in 0.01s",
        ));
        assert!(
            told.ends_with("FAILED. 1 passed; 1 failed; 0 ignored"),
            "{told}"
        );
    }
}
