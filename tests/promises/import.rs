//! The example file, imported and worked to the end.

use std::collections::BTreeMap;

use koppel_tests::{World, contact};

use crate::support::repository;

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
    let of = |code: &str| counts.get(code).copied().unwrap_or(0);
    assert_eq!(of("email-invalid"), 10, "{counts:?}");
    assert!(of("created") > 800, "{counts:?}");
    assert_eq!(of("created"), world.sim.contact_count(), "{counts:?}");
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
    assert_eq!(disturbed, undisturbed);
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
