//! The compiler's wasm target. `rust-toolchain.toml` is not enough: its
//! targets are passed over where rustup may not install on its own.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// What the plugin is compiled for.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Installs the target where it is missing, or says what to run.
pub(crate) fn make_sure() -> Result<()> {
    if is_there()? {
        return Ok(());
    }
    let added = Command::new("rustup")
        .args(["target", "add", TARGET])
        .status();
    ensure!(
        added.is_ok_and(|it| it.success()) && is_there()?,
        "the component is compiled for `{TARGET}`, which this compiler does not have yet; \
         run `rustup target add {TARGET}`, or install that target of the same compiler \
         version in the way in which the compiler was installed"
    );
    Ok(())
}

fn is_there() -> Result<bool> {
    let asked = super::nested::rustc()
        .args(["--print", "target-libdir", "--target", TARGET])
        .output();
    let asked = asked.context("could not run `rustc`")?;
    let directory = String::from_utf8_lossy(&asked.stdout);
    Ok(asked.status.success() && Path::new(directory.trim()).is_dir())
}
