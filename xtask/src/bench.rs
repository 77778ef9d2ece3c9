//! `cargo xtask bench`: what things cost, at the sizes of the promises.

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::{repo, scratch};

/// How much more memory the largest size may take than the smallest.
const GROWTH: f64 = 1.5;

/// Which sizes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How many people the exports select; several sizes may be named.
    #[arg(long, value_delimiter = ',', default_value = "1000,10000,100000")]
    export: Vec<usize>,
    /// How many people a marketing list has, instead of the exports.
    #[arg(long, value_delimiter = ',')]
    lists: Vec<usize>,
    /// How many records are linked when a mapping is saved, instead of the exports.
    #[arg(long, value_delimiter = ',')]
    mapping: Vec<usize>,
    /// How many tenants share four thousand saves, instead of the exports.
    #[arg(long, value_delimiter = ',')]
    tenants: Vec<usize>,
    /// How many records the pages are shown with, the fewest first; instead of the
    /// exports.
    #[arg(long, value_delimiter = ',')]
    pages: Vec<usize>,
    /// The cargo profile to build with; `soak` is faster for the largest sizes, and
    /// takes a build of its own.
    #[arg(long, default_value = "dev")]
    profile: String,
}

/// Exports at each size, or what else was named, with the numbers side by side.
pub(crate) fn run(args: &Args) -> Result<()> {
    if !args.pages.is_empty() {
        let sizes: Vec<String> = args.pages.iter().map(ToString::to_string).collect();
        let test = "pages::size::no_page_grows_with_the_number_of_records";
        let size = ("KOPPEL_PAGES", sizes.join(","));
        return tested(args, test, &[size]).map(drop);
    }
    if !args.mapping.is_empty() {
        let test = "mapping_cost::a_saved_mapping_costs_requests_only_for_those_whom_it_changes";
        let env = |size| vec![("KOPPEL_MAPPING", size)];
        return side_by_side(args, &args.mapping, test, env);
    }
    if !args.lists.is_empty() {
        let test = "list_cost::a_list_costs_requests_for_its_members_and_not_for_each";
        let env = |size| vec![("KOPPEL_LIST", size)];
        return side_by_side(args, &args.lists, test, env);
    }
    if !args.tenants.is_empty() {
        let test = "tenant_cost::every_tenant_has_its_turn_before_any_has_a_third";
        let env = |size| vec![("KOPPEL_TENANTS", size), ("KOPPEL_SAVES", 4_000)];
        return side_by_side(args, &args.tenants, test, env);
    }
    let test = "export_cost::an_export_makes_hardly_more_requests_than_the_least_that_is_possible";
    let env = |size| {
        vec![
            ("KOPPEL_EXPORT", size),
            ("KOPPEL_EXPORT_BATCH", members(size)),
        ]
    };
    side_by_side(args, &args.export, test, env)
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

/// Measures each size, shows what was measured as a table, and holds the memory of
/// the largest against that of the smallest.
fn side_by_side(
    args: &Args,
    sizes: &[usize],
    test: &str,
    env: impl Fn(usize) -> Vec<(&'static str, usize)>,
) -> Result<()> {
    let mut measured = Vec::new();
    for size in sizes {
        let env = env(*size).into_iter();
        let env: Vec<(&str, String)> = env.map(|(name, it)| (name, it.to_string())).collect();
        let line = tested(args, test, &env)?;
        measured.push(line.with_context(|| format!("`{test}` printed no figures"))?);
        show(&measured);
    }
    for of in ["component_bytes", "process_bytes"] {
        let bytes = |it: &Value| it[of].as_f64().filter(|it| *it > 0.0);
        let (first, last) = (measured.first(), measured.last());
        let (Some(few), Some(many)) = (first.and_then(bytes), last.and_then(bytes)) else {
            continue;
        };
        let growth = many / few;
        println!("{of}: {growth:.2} times as much for the largest size as for the first");
        if growth > GROWTH {
            bail!("{of} grows with the size: {few} to {many}");
        }
    }
    Ok(())
}

/// The figures, a column for each size.
fn show(measured: &[Value]) {
    let names = measured.first().and_then(Value::as_object);
    for name in names.into_iter().flat_map(serde_json::Map::keys) {
        let cells: Vec<String> = measured.iter().map(|it| cell(name, &it[name])).collect();
        let cells: Vec<String> = cells.iter().map(|it| format!("{it:>14}")).collect();
        println!("{name:<24}{}", cells.concat());
    }
}

fn cell(name: &str, value: &Value) -> String {
    match value.as_f64() {
        Some(bytes) if name.ends_with("_bytes") => format!("{:.1} MiB", bytes / f64::from(1 << 20)),
        Some(seconds) if name.ends_with("seconds") => format!("{seconds:.1} s"),
        Some(_) | None => value.to_string(),
    }
}

/// Runs one test; the figures that it printed, if any.
fn tested(args: &Args, test: &str, env: &[(&str, String)]) -> Result<Option<Value>> {
    let mut cargo = repo::cargo();
    cargo
        .args(["test", "-q", "--workspace", "--test", "promises"])
        .args(["--profile", &args.profile])
        .args(["--", "--nocapture", "--exact", test])
        .env("TMPDIR", scratch::folder())
        .stderr(std::process::Stdio::inherit());
    for (name, value) in env {
        cargo.env(name, value);
    }
    let output = cargo.output().context("cargo does not start")?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(output.status.success(), "{said}\n`{test}` failed");
    let figures = said.lines().find_map(|it| it.strip_prefix("bench "));
    if figures.is_none() {
        print!("{said}");
    }
    let figures = figures.map(serde_json::from_str).transpose();
    figures.with_context(|| format!("the figures of `{test}` cannot be read"))
}
