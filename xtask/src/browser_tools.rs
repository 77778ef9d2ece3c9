//! What the tests in a browser need: Chromium with its driver from the system's
//! packages, and axe-core, which looks for what keeps people out.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::packages;

/// The release of axe-core that the pages are held against.
const AXE_VERSION: &str = "4.14.1";
/// The SHA-256 of its `axe.min.js`.
const AXE_SHA256: &str = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c";
/// Where the tests look for it, below the repository.
const AXE: &str = "target/tools/axe-core/axe.min.js";

/// A program, and the package of Debian that brings it.
const PROGRAMS: [(&str, &str); 3] = [
    ("chromium", "chromium"),
    ("chromedriver", "chromium-driver"),
    ("npm", "npm"),
];

/// Makes sure of the browser, its driver, and axe-core.
pub(crate) fn ready(root: &Path) -> Result<()> {
    let missing: Vec<&str> = PROGRAMS
        .iter()
        .filter(|(program, _)| !packages::is_there(program))
        .map(|(_, package)| *package)
        .collect();
    if !missing.is_empty() {
        packages::install(&missing).context("the tests in a browser need more")?;
    }
    axe(root)
}

/// Fetches axe-core from the npm registry, once, and checks that it is the file
/// that this repository knows.
fn axe(root: &Path) -> Result<()> {
    let file = root.join(AXE);
    if sha256_of(&file).is_some_and(|it| it == AXE_SHA256) {
        return Ok(());
    }
    println!("fetching axe-core {AXE_VERSION}");
    let folder = file.parent().context("the file has a folder")?;
    std::fs::create_dir_all(folder)?;
    run(Command::new("npm")
        .args(["pack", "--silent", &format!("axe-core@{AXE_VERSION}")])
        .current_dir(folder))?;
    let archive = format!("axe-core-{AXE_VERSION}.tgz");
    run(Command::new("tar")
        .args([
            "-xzf",
            &archive,
            "--strip-components=1",
            "package/axe.min.js",
        ])
        .current_dir(folder))?;
    std::fs::remove_file(folder.join(&archive))?;
    let found = sha256_of(&file).context("axe-core holds no axe.min.js")?;
    if found != AXE_SHA256 {
        std::fs::remove_file(&file)?;
        bail!("axe-core {AXE_VERSION} is not the file that is known here: SHA-256 {found}");
    }
    Ok(())
}

fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("could not run {command:?}"))?;
    if !status.success() {
        bail!("{command:?} ended with {status}");
    }
    Ok(())
}

fn sha256_of(file: &Path) -> Option<String> {
    let digest = Sha256::digest(std::fs::read(file).ok()?);
    let digest: &[u8] = digest.as_ref();
    Some(digest.iter().map(|it| format!("{it:02x}")).collect())
}
