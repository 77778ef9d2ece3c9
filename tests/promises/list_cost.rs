//! What the sync of a marketing list costs.
//!
//! `KOPPEL_LIST=100000` asks for another size.

use std::time::Instant;

use host_demo::crm::Edit;
use koppel_tests::lists::dynamic_list;
use koppel_tests::{World, contact, spotler};

use crate::campaigns::everybody;
use crate::crowd::import_people;
use crate::support::asked;
use crate::worked_elsewhere::{Most, work_to_the_end};

/// How many members a request takes.
const BATCH: usize = 10_000;

async fn sync(world: &World) -> (usize, f64, Most) {
    world.host.crm().sync_list("all").await.expect("queued");
    world.sim.clear_requests();
    let began = Instant::now();
    let most = work_to_the_end(world).await;
    let seconds = began.elapsed().as_secs_f64();
    assert_eq!(world.list_fact("all", "in-spotler").await, "yes");
    (world.sim.request_count(), seconds, most)
}

/// DA-44, DA-47: a list of new people takes one request for each hundred of them
/// and one for each so many members; a second sync in which one in fifty changed
/// takes one for each hundred of those.
#[tokio::test]
async fn a_list_costs_requests_for_its_members_and_not_for_each() {
    let count = asked("KOPPEL_LIST", 600);
    let mut config = spotler();
    config.switches.limits.temporary_list_batch = BATCH;
    let world = World::start_with(config, "default").await;
    import_people(&world, count).await;
    let list = dynamic_list("Iedereen", everybody());
    world
        .host
        .crm()
        .create_list("all", list)
        .await
        .expect("saved");
    world.run_to_the_end().await;
    let (first, first_seconds, most) = sync(&world).await;
    assert_eq!(world.on_static_list("Iedereen").len(), count);
    world.advance_s(7_200);
    world.tick().await;
    world.advance_s(7_200);
    world.tick().await;
    let changed = count / 50;
    for number in 1..=changed {
        let moved = Edit::new().text("city", "Utrecht").gate(false);
        let id = (number * 50).to_string();
        let saved = world.host.crm().edit(&contact(&id), moved).await;
        saved.expect("saved");
    }
    world.run_to_the_end().await;
    let (second, seconds, again) = sync(&world).await;
    let line = serde_json::json!({
        "members": count, "changed": changed, "requests": second, "seconds": seconds,
        "first_requests": first, "first_seconds": first_seconds,
        "component_bytes": most.component_bytes.max(again.component_bytes),
        "process_bytes": most.process_bytes.max(again.process_bytes),
    });
    println!("bench {line}");
    let written = count.div_ceil(100) + count.div_ceil(BATCH);
    // The names, the feeds before and after with a page for each thousand of those
    // who were just created, and the look at the list.
    let around = 8 + count.div_ceil(1_000);
    assert!(first <= written + around, "{line}");
    assert!(second <= changed.div_ceil(100) + around, "{line}");
}
