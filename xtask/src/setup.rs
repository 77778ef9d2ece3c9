//! What a fresh machine lacks, made sure of before anything is built.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

/// The target that the component is built for.
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";
/// The release of cargo-deny that `deny.toml` is written for.
const DENY_VERSION: &str = "0.20.2";

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
    println!("installing postgresql");
    let installed = Command::new("apt-get")
        .args(["install", "--yes", "--no-install-recommends", "postgresql"])
        .status();
    match installed {
        Ok(status) if status.success() && postgresql_is_installed() => Ok(()),
        Ok(_) | Err(_) => bail!("install PostgreSQL first: apt-get install postgresql"),
    }
}

fn postgresql_is_installed() -> bool {
    let versions = std::fs::read_dir("/usr/lib/postgresql");
    let beside = versions.is_ok_and(|found| {
        let mut versions = found.flatten();
        versions.any(|it| it.path().join("bin/initdb").exists())
    });
    beside || version_of(Path::new("initdb")).is_some()
}

fn target_is_installed() -> Result<bool> {
    let output = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", WASM_TARGET])
        .output()
        .context("could not run `rustc`; install Rust from rustup.rs first")?;
    let folder = String::from_utf8_lossy(&output.stdout);
    Ok(output.status.success() && Path::new(folder.trim()).is_dir())
}

/// Makes sure of cargo-deny, kept under `target/` for this checkout.
pub(crate) fn cargo_deny(root: &Path) -> Result<std::path::PathBuf> {
    let tools = root.join("target/tools");
    let program = tools.join("bin/cargo-deny");
    if version_of(&program).is_some_and(|it| it.contains(DENY_VERSION)) {
        return Ok(program);
    }
    if version_of(Path::new("cargo-deny")).is_some_and(|it| it.contains(DENY_VERSION)) {
        return Ok("cargo-deny".into());
    }
    println!("installing cargo-deny {DENY_VERSION}");
    let installed = Command::new("cargo")
        .args([
            "install",
            "cargo-deny",
            "--locked",
            "--debug",
            "--version",
            DENY_VERSION,
            "--root",
        ])
        .arg(&tools)
        .env_remove("CARGO_TARGET_DIR")
        .status()
        .context("could not run `cargo install`")?;
    if !installed.success() {
        bail!("install it first: cargo install cargo-deny --locked --version {DENY_VERSION}");
    }
    Ok(program)
}

fn version_of(program: &Path) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
