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
