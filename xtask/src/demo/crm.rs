//! The demo CRM, used through its command line as a person would.

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::spotler::{KEY, first_line, stop};

/// How many lines of a program's output a failure shows.
const TAIL: usize = 15;
/// More calls than the demo makes.
const ALL_CALLS: &str = "100000";

/// The CRM with its database.
#[derive(Debug)]
pub(crate) struct Crm {
    program: PathBuf,
    database: PathBuf,
    /// Options of every command beside the database.
    options: Vec<String>,
}

/// What became of the last call about a record.
#[derive(Debug, Clone)]
pub(crate) struct Ended {
    /// `contact/C-0001`.
    pub(crate) subject: String,
    /// `synced`, `skipped`, `rejected` …
    pub(crate) outcome: String,
    /// The code of the reason.
    pub(crate) reason: String,
    /// The reason as a person reads it.
    pub(crate) text: String,
}

impl Crm {
    /// A CRM whose database is in the folder.
    pub(crate) fn new(program: PathBuf, folder: &Path) -> Self {
        Self {
            program,
            database: folder.join("crm.sqlite"),
            options: Vec::new(),
        }
    }

    /// Gives every command from now on these options.
    pub(crate) fn set_options(&mut self, options: &[&str]) {
        self.options = options.iter().map(|it| (*it).to_owned()).collect();
    }

    /// Runs a command and answers what a person reads.
    pub(crate) fn read(&self, arguments: &[&str]) -> Result<String> {
        let output = self.command(arguments).stdin(Stdio::null()).output();
        let output = succeeded(arguments, output.context("could not start the CRM")?)?;
        Ok(String::from_utf8_lossy(&output.stdout)
            .trim_end()
            .to_owned())
    }

    /// The file of its database.
    pub(crate) fn database(&self) -> &Path {
        &self.database
    }

    /// Runs a command and answers its JSON.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Result<Value> {
        let output = self
            .command(arguments)
            .arg("--json")
            .stdin(Stdio::null())
            .output();
        read(
            arguments,
            &succeeded(arguments, output.context("could not start the CRM")?)?,
        )
    }

    /// Runs a command that has to fail; answers what it says to the user.
    pub(crate) fn refused(&self, arguments: &[&str]) -> Result<String> {
        let output = self
            .command(arguments)
            .stdin(Stdio::null())
            .output()
            .context("could not start the CRM")?;
        if output.status.success() {
            bail!("`host-demo {}` should be refused", arguments.join(" "));
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Ok(said.trim().trim_start_matches("error: ").to_owned())
    }

    /// Runs a command that may report faults and still has an answer.
    pub(crate) fn ask_leniently(&self, arguments: &[&str]) -> Result<Value> {
        let output = self
            .command(arguments)
            .arg("--json")
            .stdin(Stdio::null())
            .output();
        let output = output.context("could not start the CRM")?;
        if output.stdout.is_empty() {
            return read(arguments, &succeeded(arguments, output)?);
        }
        read(arguments, &output)
    }

    /// Fills in the key and a secret for the Spotler at this address, and saves them. `options` stand before the
    /// command, such as `--user`.
    pub(crate) fn fill_in(&self, options: &[&str], address: &str, secret: &str) -> Result<()> {
        let settings = [
            "settings",
            "set",
            "--key",
            KEY,
            "--secret-stdin",
            "--address",
            address,
        ];
        self.tell(&[options, &settings].concat(), secret)
    }

    /// Runs a command with something on its standard input.
    pub(crate) fn tell(&self, arguments: &[&str], input: &str) -> Result<()> {
        let mut process = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("could not start the CRM")?;
        let mut stdin = process
            .stdin
            .take()
            .context("the CRM has no standard input")?;
        stdin.write_all(input.as_bytes())?;
        drop(stdin);
        succeeded(arguments, process.wait_with_output()?).map(drop)
    }

    /// Works the queue to its end; the CRM shows on the terminal how far it is.
    pub(crate) fn work(&self) -> Result<String> {
        let output = self
            .command(&["work"])
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .context("could not start the CRM")?;
        let output = succeeded(&["work"], output)?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// What became of the last call about each record, by record.
    pub(crate) fn endings(&self) -> Result<Vec<Ended>> {
        let history = self.ask(&["history", "--limit", ALL_CALLS])?;
        let mut endings: Vec<Ended> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for call in history["history"].as_array().into_iter().flatten() {
            let Some(subject) = call["subject"].as_str() else {
                continue;
            };
            if call["outcome"] != "conflict" && seen.insert(subject.to_owned()) {
                let text = |name: &str| call[name].as_str().unwrap_or_default().to_owned();
                endings.push(Ended {
                    subject: subject.to_owned(),
                    outcome: text("outcome"),
                    reason: text("reason"),
                    text: text("text"),
                });
            }
        }
        Ok(endings)
    }

    /// A new password of a user, to log in to the pages with.
    pub(crate) fn new_password(&self, user: &str) -> Result<String> {
        let answer = self.ask(&["user", "password", user])?;
        let password = answer["password"].as_str();
        Ok(password.context("the CRM told no password")?.to_owned())
    }

    /// Serves the pages, and works the queue meanwhile.
    pub(crate) fn serve(&self) -> Result<Serving> {
        let mut process = self
            .command(&["serve", "--listen", "127.0.0.1:0", "--tick", "1"])
            .stdout(Stdio::piped())
            .spawn()
            .context("could not start the CRM")?;
        let line = first_line(&mut process).context("the CRM did not tell its address")?;
        let address = line.trim_start_matches("listening on ").to_owned();
        Ok(Serving { process, address })
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .arg("--database")
            .arg(&self.database)
            .args(&self.options)
            .args(arguments.iter().map(OsString::from));
        command
    }
}

/// The CRM's pages; dropping it stops them.
#[derive(Debug)]
pub(crate) struct Serving {
    process: Child,
    address: String,
}

impl Serving {
    /// Where the pages are.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Waits until it is stopped.
    pub(crate) fn wait(&mut self) -> Result<()> {
        let status = self.process.wait()?;
        if !status.success() {
            bail!("the CRM ended with {status}");
        }
        Ok(())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        stop(&mut self.process);
    }
}

fn read(arguments: &[&str], output: &Output) -> Result<Value> {
    let named = || {
        format!(
            "`host-demo {}` did not answer with JSON",
            arguments.join(" ")
        )
    };
    serde_json::from_slice(&output.stdout).with_context(named)
}

fn succeeded(arguments: &[&str], output: Output) -> Result<Output> {
    if output.status.success() {
        return Ok(output);
    }
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let lines: Vec<&str> = said.lines().collect();
    let tail = lines[lines.len().saturating_sub(TAIL)..].join("\n");
    bail!(
        "`host-demo {}` ended with {}:\n{tail}",
        arguments.join(" "),
        output.status
    )
}
