//! `cargo xtask bench`: what things cost, at the sizes of the promises.

use anyhow::{Context, Result, ensure};

use crate::repo;

/// Which sizes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How many people the exports select; several sizes may be named.
    #[arg(long, value_delimiter = ',', default_value = "1000,10000,100000")]
    export: Vec<usize>,
    /// How many records the pages are shown with, the fewest first; instead of the
    /// exports.
    #[arg(long, value_delimiter = ',')]
    pages: Vec<usize>,
}

/// Exports at each size, or the pages with few and with many records, with the
/// numbers side by side.
pub(crate) fn run(args: &Args) -> Result<()> {
    if !args.pages.is_empty() {
        return pages(&args.pages);
    }
    for count in &args.export {
        let mut cargo = repo::cargo();
        cargo
            .args(["test", "-q", "--workspace", "--test", "promises", "--"])
            .args(["--nocapture", "--exact"])
            .arg(
                "export_cost::an_export_makes_hardly_more_requests_than_the_least_that_is_possible",
            )
            .env("KOPPEL_EXPORT", count.to_string())
            .env("KOPPEL_EXPORT_BATCH", members(*count).to_string());
        let status = cargo.status().context("cargo does not start")?;
        ensure!(status.success(), "the export of {count} failed");
    }
    Ok(())
}

/// How long each page takes with so many records.
fn pages(sizes: &[usize]) -> Result<()> {
    let sizes: Vec<String> = sizes.iter().map(ToString::to_string).collect();
    let status = repo::cargo()
        .args(["test", "-q", "--workspace", "--test", "promises"])
        .args(["--", "--nocapture", "--exact"])
        .arg("pages::size::no_page_grows_with_the_number_of_records")
        .env("KOPPEL_PAGES", sizes.join(","))
        .status()
        .context("cargo does not start")?;
    ensure!(status.success(), "the pages failed");
    Ok(())
}

/// How many members a list takes in a request: as many as the simulator takes by
/// itself for the largest exports, and in proportion for smaller ones, so that the
/// same share of all requests is fixed.
fn members(count: usize) -> usize {
    match count {
        100_000.. => 10_000,
        smaller => (smaller / 20).max(50),
    }
}
