//! The example file, imported and worked to the end.

use std::collections::{BTreeMap, BTreeSet};

use koppel_tests::{World, contact};

use crate::support::{assert_same, repository};

fn example() -> std::fs::File {
    std::fs::File::open(repository().join("examples/contacts.csv")).expect("the example")
}

/// How often each code was the last word about a record.
async fn outcomes(world: &World) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for record in world.host.dump().await.expect("a dump")["records"]
        .as_array()
        .expect("records")
    {
        let reason = record["reason"].as_str().unwrap_or("none").to_owned();
        *counts.entry(reason).or_insert(0) += 1;
    }
    counts
}

/// The same from the file itself, by the plainest rules: who is not active, has
/// no attribute or no address shows nothing; an address goes to one record.
fn expected() -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let mut addresses = BTreeSet::new();
    let mut ids = BTreeSet::new();
    let malformed = malformed_lines();
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(example());
    let columns = reader.headers().expect("a header").clone();
    let at = |name: &str| columns.iter().position(|it| it == name).expect("a column");
    for row in reader.records().map(|it| it.expect("a row")) {
        let line = row.position().expect("a position").line();
        if malformed.contains(&line) || !ids.insert(row[at("id")].to_owned()) {
            continue;
        }
        let email = row[at("email")].trim().to_lowercase();
        let sent = &row[at("active")] == "yes" && &row[at("spotler")] == "yes" && !email.is_empty();
        let reason = match koppel_plugin::address::Address::parse(&email) {
            _ if !sent => "none",
            None => "email-invalid",
            Some(_) if !addresses.insert(email) => "address-in-use",
            Some(_) => "created",
        };
        *counts.entry(reason.to_owned()).or_insert(0) += 1;
    }
    counts
}

/// The lines that `examples/README.md` lists as malformed.
fn malformed_lines() -> BTreeSet<u64> {
    let page = std::fs::read_to_string(repository().join("examples/README.md")).expect("the page");
    let line = |row: &str| {
        row.trim_start_matches('|')
            .split('|')
            .next()?
            .trim()
            .parse()
            .ok()
    };
    page.lines()
        .filter(|it| it.starts_with('|'))
        .filter_map(line)
        .collect()
}

#[tokio::test]
async fn the_example_file_ends_with_every_record_at_the_outcome_that_it_should_have() {
    let world = World::start().await;
    let report = host_demo::import::import(world.host.crm(), example(), |_| {})
        .await
        .expect("imported");
    assert_eq!(
        (report.created, report.errors.len()),
        (1140, 12),
        "{:?}",
        report.errors
    );
    world.run_to_the_end().await;
    let counts = outcomes(&world).await;
    assert_eq!(counts, expected());
    assert_eq!(counts.get("created"), Some(&world.sim.contact_count()));
    let addresses: std::collections::BTreeSet<_> = world
        .sim
        .contacts()
        .iter()
        .filter_map(|it| it.email().map(str::to_lowercase))
        .collect();
    assert_eq!(
        addresses.len(),
        world.sim.contact_count(),
        "an address stands there twice"
    );
    assert!(world.sim.breaches().is_empty());
    assert_eq!(
        world
            .host
            .crm()
            .record(&contact("C-0001"))
            .await
            .expect("read")
            .map(|it| it.revision),
        Some(1)
    );
}

#[tokio::test]
async fn an_import_that_is_cut_off_while_it_is_worked_ends_like_an_undisturbed_one() {
    let undisturbed = imported(&[]).await;
    let disturbed = imported(&[40, 900, 2500]).await;
    assert_same(&disturbed, &undisturbed, "cut off three times");
}

/// Imports the first 200 rows and works them, cut off after these many steps.
async fn imported(cuts: &[u64]) -> serde_json::Value {
    let mut world = World::start().await;
    let text = std::io::read_to_string(example()).expect("the example");
    let some: Vec<&str> = text.lines().take(200).collect();
    host_demo::import::import(world.host.crm(), some.join("\n").as_bytes(), |_| {})
        .await
        .expect("imported");
    for cut in cuts {
        world.host.embedding().faults().cut_after(*cut);
        assert!(
            world.host.run_until_idle().await.is_err(),
            "not cut off after {cut}"
        );
        world.restart().await;
    }
    world.run_to_the_end().await;
    serde_json::json!([
        world.host.dump().await.expect("a dump"),
        world.sim.snapshot_of_effect()
    ])
}
