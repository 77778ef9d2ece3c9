//! No path of the machine gets into the component: the places that panics name
//! are written the same everywhere, and so are the bytes.

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result};

use crate::nested::rustc;

/// Compiler flags that rename each directory where source can lie.
pub(crate) fn flags(workspace: &Path) -> Result<Vec<String>> {
    let mut renamed = vec![standard_library()?];
    for registry in registries() {
        renamed.push((registry, "/crates".to_owned()));
    }
    renamed.push((workspace.to_owned(), "/koppel".to_owned()));
    let flag =
        |(from, to): (PathBuf, String)| format!("--remap-path-prefix={}={to}", from.display());
    Ok(renamed.into_iter().map(flag).collect())
}

/// Where `rust-src` lies, if it is installed; without it the compiler writes
/// the second name by itself.
fn standard_library() -> Result<(PathBuf, String)> {
    let sysroot = ask(&["--print", "sysroot"])?;
    let version = ask(&["--version", "--verbose"])?;
    let commit = version
        .lines()
        .find_map(|it| it.strip_prefix("commit-hash: "));
    let source = Path::new(sysroot.trim()).join("lib/rustlib/src/rust");
    Ok((source, format!("/rustc/{}", commit.unwrap_or("unknown"))))
}

/// One directory for each registry that packages came from; its name depends
/// on the registry's address, which may be a mirror.
fn registries() -> Vec<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| env::home_dir().map(|it| it.join(".cargo")));
    let sources = home.and_then(|it| fs::read_dir(it.join("registry/src")).ok());
    let mut found: Vec<_> = sources
        .into_iter()
        .flatten()
        .filter_map(|it| Some(it.ok()?.path()))
        .collect();
    found.sort();
    found
}

fn ask(arguments: &[&str]) -> Result<String> {
    let answer = rustc()
        .args(arguments)
        .output()
        .context("could not run `rustc`")?;
    String::from_utf8(answer.stdout).context("`rustc` did not answer with text")
}
