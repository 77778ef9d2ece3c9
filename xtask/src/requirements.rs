//! `cargo xtask requirements`: which test or page covers which requirement.
//!
//! catalogue (csv) ─▶ coverage (tests and pages that name an id) ─▶ page (markdown)

mod catalogue;
mod coverage;
mod ids;
mod page;
mod rust_docs;

use std::path::Path;

use anyhow::{Result, bail};

use crate::generated::{Generated, Mode};
use crate::repo::{self, Source};
use catalogue::Catalogue;
use coverage::Sources;

/// The page that this command writes.
const PAGE: &str = "docs/requirements.md";

/// Where tests may be.
const RUST_FOLDERS: [&str; 5] = ["host-demo", "plugin", "spotler-sim", "tests", "xtask"];

/// Pages outside docs/.
const PAGES: [&str; 3] = ["ARCHITECTURE.md", "README.md", "spotler-sim/README.md"];

/// Options of `cargo xtask requirements`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Write nothing; fail if the page is stale or an id does not exist.
    #[arg(long)]
    pub(crate) check: bool,
}

/// Writes or checks the page.
pub(crate) fn run(args: &Args) -> Result<()> {
    let root = repo::root();
    let catalogue = Catalogue::read(&root)?;
    let coverage = match coverage::of(&catalogue, &sources(&root)?) {
        Ok(coverage) => coverage,
        Err(faults) => bail!("{}", faults.join("\n")),
    };
    let text = page::render(&catalogue, &coverage);
    let page = Generated {
        path: PAGE,
        text: &text,
        command: "cargo xtask requirements",
    };
    page.settle(&root, Mode::from_check_flag(args.check))
}

/// Reads everything that may name an id.
fn sources(root: &Path) -> Result<Sources> {
    let mut rust = Vec::new();
    for folder in RUST_FOLDERS {
        rust.extend(repo::files_below(root, folder, ".rs")?);
    }
    let mut pages: Vec<Source> = repo::files_in(root, "docs", ".md")?;
    pages.retain(|it| it.path != PAGE);
    for path in PAGES {
        pages.extend(repo::read_if_present(root, path)?);
    }
    Ok(Sources { rust, pages })
}
