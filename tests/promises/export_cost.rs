//! What an export costs: requests against the least that the documented API
//! allows, time, and memory that does not grow with the selection.
//!
//! `KOPPEL_EXPORT=100000` asks for another size, `KOPPEL_EXPORT_BATCH=10000` for
//! another number of members in a request; `cargo xtask bench` prints them all.

use std::fmt::Write as _;
use std::time::Instant;

use host_demo::crm::Edit;
use host_demo::crm::campaigns::CampaignForm;
use koppel_embedding::Limits;
use koppel_tests::{World, contact, spotler};

use crate::campaigns::{everybody, form, lists, queue, rejections};

/// A number from the environment.
fn asked(name: &str, otherwise: usize) -> usize {
    let value = std::env::var(name).ok();
    value.and_then(|it| it.parse().ok()).unwrap_or(otherwise)
}

/// The least that the documented API allows: the look whether the name is free,
/// a page of each feed of changes, a request for each hundred who changed, and
/// one for each so many members.
fn least(changed: usize, members: usize, batch: usize) -> usize {
    1 + 2 + changed.div_ceil(100) + members.div_ceil(batch)
}

/// Everybody as a file, with an opt-in for a permission by its name.
fn file(count: usize, permission: &str) -> String {
    let mut file = String::from("kind,id,first_name,last_name,email,permissions\n");
    for number in 1..=count {
        let line = writeln!(
            file,
            "contact,{number},Piet,Jansen,p{number}@voorbeeld.nl,{permission}"
        );
        line.expect("text");
    }
    file
}

async fn run_in_the_evening(world: &World, id: &str, form: CampaignForm) -> usize {
    queue(world, id, form).await;
    world.sim.clear_requests();
    world.run_to_the_end().await;
    assert_eq!(rejections(world).await, Vec::<String>::new(), "{id}");
    world.sim.request_count()
}

/// PV-19, PV-22: of all people two in a hundred changed since they were synced.
/// The requests are within a tenth of the least; a call of the component has the
/// same memory for any size.
#[tokio::test]
async fn an_export_makes_hardly_more_requests_than_the_least_that_is_possible() {
    let count = asked("KOPPEL_EXPORT", 1_000);
    let batch = asked("KOPPEL_EXPORT_BATCH", 50);
    let mut config = spotler();
    config.switches.limits.temporary_list_batch = batch;
    let limits = Limits {
        memory_bytes: 32 << 20,
        ..Limits::default()
    };
    let world = World::start_with_limits(config, limits).await;
    let attributes = world.host.crm().attributes().await.expect("permissions");
    let permission = attributes
        .iter()
        .find(|it| it.bit == 1)
        .expect("permission 1");
    let people = file(count, &permission.name);
    let imported = host_demo::import::import(world.host.crm(), people.as_bytes(), |_| ()).await;
    assert_eq!(imported.expect("imported").created, count as u64);
    world.run_to_the_end().await;

    let began = Instant::now();
    let first = CampaignForm {
        list_name: "First".into(),
        ..form(everybody())
    };
    let first_requests = run_in_the_evening(&world, "first", first).await;
    let first_time = began.elapsed();
    world.advance_s(7_200);
    world.tick().await;
    world.advance_s(7_200);
    world.tick().await;

    let changed = count / 50;
    for number in 1..=changed {
        // With the gate closed the save itself is not synced: the export is.
        let moved = Edit::new().text("city", "Utrecht").gate(false);
        let id = (number * 50).to_string();
        world
            .host
            .crm()
            .edit(&contact(&id), moved)
            .await
            .expect("saved");
    }
    world.run_to_the_end().await;
    let began = Instant::now();
    let second = CampaignForm {
        list_name: "Second".into(),
        ..form(everybody())
    };
    let requests = run_in_the_evening(&world, "second", second).await;
    let second_time = began.elapsed();
    let counts = world.sim.request_counts();

    for list in ["First", "Second"] {
        let lists = lists(&world);
        let found = lists.iter().find(|it| it.0 == list);
        assert_eq!(found.map(|it| it.2.len()), Some(count), "{list}");
    }
    let last = world
        .sim
        .contact_by_email(&format!("p{}@voorbeeld.nl", changed * 50));
    let last = last.expect("there");
    assert_eq!(last.text("city"), Some("Utrecht"));

    let least = least(changed, count, batch);
    println!(
        "export of {count}, {changed} changed, {batch} members a request: {requests} requests, \
         least {least}, ratio {ratio:.3}; {second_time:.1?}\n\
         first export, everybody new: {first_requests} requests, {first_time:.1?}\n\
         memory of a call: at most {memory} MiB; {counts:?}",
        ratio = ratio(requests, least),
        memory = 32,
    );
    assert!(
        requests * 10 <= least * 11,
        "{requests} requests, least {least}"
    );
}

#[expect(clippy::cast_precision_loss, reason = "counts of requests")]
fn ratio(requests: usize, least: usize) -> f64 {
    requests as f64 / least as f64
}
