//! Files of the repository that a command writes, and whose truth a check guards.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// What to do with a file that a command generates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Write it.
    Write,
    /// Fail if the file in the repository differs.
    Check,
}

impl Mode {
    /// The mode behind a `--check` flag.
    pub(crate) fn from_check_flag(check: bool) -> Self {
        if check { Self::Check } else { Self::Write }
    }
}

/// A generated file.
#[derive(Debug)]
pub(crate) struct Generated<'a> {
    /// Path from the root of the repository.
    pub(crate) path: &'a str,
    /// What the file should say.
    pub(crate) text: &'a str,
    /// The command that writes it.
    pub(crate) command: &'a str,
}

impl Generated<'_> {
    /// Writes the file, or fails if the repository holds another text.
    pub(crate) fn settle(&self, root: &Path, mode: Mode) -> Result<()> {
        let Self {
            path,
            text,
            command,
        } = self;
        let place = root.join(path);
        match mode {
            Mode::Write => {
                fs::write(&place, text).with_context(|| format!("could not write `{path}`"))
            }
            Mode::Check => {
                if fs::read_to_string(&place).ok().as_deref() != Some(*text) {
                    bail!("`{path}` is stale: run `{command}` and commit the result");
                }
                Ok(())
            }
        }
    }
}
