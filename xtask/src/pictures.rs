//! `cargo xtask pictures`: the pictures of the README, of pages that a test
//! filled.

use anyhow::{Context, Result, bail};

use crate::{browser_tools, repo, setup};

/// Where they are kept.
const FOLDER: &str = "docs/pictures";

/// Makes the pictures of the README anew.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Runs the command.
pub(crate) fn run(_: &Args) -> Result<()> {
    let root = repo::root();
    setup::wasm_target()?;
    browser_tools::ready(&root)?;
    let status = repo::cargo()
        .args(["test", "--workspace", "--test", "browser", "--"])
        .args(["--exact", "pictures::the_pictures_of_the_readme_are_small"])
        .env("KOPPEL_PICTURES", root.join(FOLDER))
        .status()
        .context("could not run `cargo`")?;
    if !status.success() {
        bail!("the pictures could not be made; see above");
    }
    println!("the pictures are in {FOLDER}");
    Ok(())
}
