//! What an export costs: requests against the least that the documented API
//! allows, time, and memory that does not grow with the selection.
//!
//! `KOPPEL_EXPORT=100000` asks for another size, `KOPPEL_EXPORT_BATCH=10000` for
//! another number of members in a request, `KOPPEL_EXPORT_CHANGED=2000` for another
//! number of people who changed; `cargo xtask bench` prints them all.

use std::time::Instant;

use host_demo::crm::Edit;
use host_demo::crm::campaigns::CampaignForm;
use koppel_tests::{World, contact, spotler};

use crate::campaigns::{everybody, form, lists, queue, rejections};
use crate::crowd::import_people;
use crate::support::asked;
use crate::worked_elsewhere::{Most, work_to_the_end};

/// The least that the documented API allows: the look whether the name is free,
/// a page of each feed of changes, a request for each hundred who changed, and
/// one for each so many members.
fn least(changed: usize, members: usize, batch: usize) -> usize {
    1 + 2 + changed.div_ceil(100) + members.div_ceil(batch)
}

/// What an export took.
struct Took {
    requests: usize,
    seconds: f64,
    most: Most,
}

/// Runs an export to the end in a process of its own.
async fn run(world: &World, id: &str, form: CampaignForm) -> Took {
    queue(world, id, form).await;
    world.sim.clear_requests();
    let began = Instant::now();
    let most = work_to_the_end(world).await;
    let seconds = began.elapsed().as_secs_f64();
    assert_eq!(rejections(world).await, Vec::<String>::new(), "{id}");
    Took {
        requests: world.sim.request_count(),
        seconds,
        most,
    }
}

/// PV-19, PV-22: of all people two in a hundred changed since they were synced.
/// The requests are within a tenth of the least; a call of the component, and the
/// process that works, have the same memory for any size.
#[tokio::test]
async fn an_export_makes_hardly_more_requests_than_the_least_that_is_possible() {
    let count = asked("KOPPEL_EXPORT", 1_000);
    let batch = asked("KOPPEL_EXPORT_BATCH", 50);
    let mut config = spotler();
    config.switches.limits.temporary_list_batch = batch;
    let world = World::start_with(config, "default").await;
    import_people(&world, count).await;

    let named = |name: &str| CampaignForm {
        list_name: name.into(),
        ..form(everybody())
    };
    let first = run(&world, "first", named("First")).await;
    world.advance_s(7_200);
    world.tick().await;
    world.advance_s(7_200);
    world.tick().await;

    let changed = asked("KOPPEL_EXPORT_CHANGED", count / 50);
    for number in 1..=changed {
        // With the gate closed the save itself is not synced: the export is.
        let moved = Edit::new().text("city", "Utrecht").gate(false);
        let id = (number * (count / changed)).to_string();
        let saved = world.host.crm().edit(&contact(&id), moved).await;
        saved.expect("saved");
    }
    world.run_to_the_end().await;
    let second = run(&world, "second", named("Second")).await;

    for list in ["First", "Second"] {
        let lists = lists(&world);
        let found = lists.iter().find(|it| it.0 == list);
        assert_eq!(found.map(|it| it.2.len()), Some(count), "{list}");
    }
    let last = world
        .sim
        .contact_by_email(&format!("p{}+x@voorbeeld.nl", changed * (count / changed)));
    let last = last.expect("there");
    assert_eq!(last.text("city"), Some("Utrecht"));

    let least = least(changed, count, batch);
    let line = serde_json::json!({
        "people": count, "changed": changed, "members_a_request": batch,
        "requests": second.requests, "least": least, "seconds": second.seconds,
        "component_bytes": second.most.component_bytes.max(first.most.component_bytes),
        "process_bytes": second.most.process_bytes.max(first.most.process_bytes),
        "first_requests": first.requests, "first_seconds": first.seconds,
    });
    println!("bench {line}");
    assert!(
        second.requests * 10 <= least * 11,
        "{} requests, least {least}: {:?}",
        second.requests,
        world.sim.request_counts()
    );
    assert!(
        second.most.component_bytes.max(first.most.component_bytes) < 32 << 20,
        "{line}"
    );
}
