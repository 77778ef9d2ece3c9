//! What a fresh machine lacks, made sure of before anything is built.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::packages;

/// The target that the component is built for.
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Makes sure that the component can be built.
pub(crate) fn wasm_target() -> Result<()> {
    if target_is_installed()? {
        return Ok(());
    }
    println!("installing the target {WASM_TARGET}");
    let added = Command::new("rustup")
        .args(["target", "add", WASM_TARGET])
        .status();
    match added {
        Ok(status) if status.success() => Ok(()),
        Ok(_) | Err(_) => bail!("install the target first: rustup target add {WASM_TARGET}"),
    }
}

/// Makes sure of PostgreSQL's programs, which some tests start a cluster with.
pub(crate) fn postgresql() -> Result<()> {
    if postgresql_is_installed() {
        return Ok(());
    }
    packages::install(&["postgresql"]).context("tests start a PostgreSQL of their own")?;
    if !postgresql_is_installed() {
        bail!("PostgreSQL is installed, but its `initdb` is not found: add it to the PATH");
    }
    Ok(())
}

fn postgresql_is_installed() -> bool {
    let versions = std::fs::read_dir("/usr/lib/postgresql");
    let beside = versions.is_ok_and(|found| {
        let mut versions = found.flatten();
        versions.any(|it| it.path().join("bin/initdb").exists())
    });
    beside || packages::is_there("initdb")
}

fn target_is_installed() -> Result<bool> {
    let output = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", WASM_TARGET])
        .output()
        .context("could not run `rustc`; install Rust from rustup.rs first")?;
    let folder = String::from_utf8_lossy(&output.stdout);
    Ok(output.status.success() && Path::new(folder.trim()).is_dir())
}
