//! Packages of the system that tests need.

use std::process::Command;

use anyhow::{Result, bail};

/// Installs packages of Debian where that is allowed; else says how to.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    println!("installing {}", packages.join(", "));
    let apt = |arguments: &[&str]| {
        let done = Command::new("apt-get").args(arguments).status();
        done.is_ok_and(|it| it.success())
    };
    let wanted = [&["install", "-y", "--no-install-recommends"], packages].concat();
    if apt(&["update"]) && apt(&wanted) {
        return Ok(());
    }
    bail!(
        "install these packages first: sudo apt-get install {}",
        packages.join(" ")
    )
}

/// Whether a program is on the PATH.
pub(crate) fn is_there(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|it| it.join(program).is_file())
}
