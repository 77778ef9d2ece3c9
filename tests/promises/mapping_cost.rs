//! What saving a mapping costs with many linked records.
//!
//! `KOPPEL_MAPPING=10000` asks for another size.

use std::time::Instant;

use host_demo::crm::Edit;
use koppel_embedding::queue::Of;
use koppel_tests::{World, contact};

use crate::campaigns::{everybody, export, form};
use crate::crowd::import_people;
use crate::mapping::mapping_with;
use crate::support::asked;
use crate::worked_elsewhere::work_to_the_end;

/// More linked records than a step queues.
const A_STEP_AND_MORE: usize = 1_050;

/// So many linked people, one in so many of them with a job title, which is not
/// mapped yet; no request counted.
async fn linked(count: usize, titled: usize) -> World {
    let world = World::start().await;
    import_people(&world, count).await;
    for number in 1..=titled {
        let edit = Edit::new().text("job_title", "Directeur");
        let id = (number * (count / titled)).to_string();
        let saved = world.host.crm().edit(&contact(&id), edit).await;
        saved.expect("saved");
    }
    // An export links everybody, a hundred in a request.
    export(&world, "all", form(everybody())).await;
    world.sim.clear_requests();
    world
}

/// Who has a job title in Spotler.
fn titled(world: &World) -> usize {
    let contacts = world.sim.contacts();
    let titled = contacts.iter().filter(|it| it.text("jobTitle").is_some());
    titled.count()
}

/// YO-13, YO-19, YO-21: of all linked records one in fifty has a value in the field
/// that is mapped now. The forecast says so, the steps show how far they are, and
/// the requests are those of the forecast; the others cost none.
#[tokio::test]
async fn a_saved_mapping_costs_requests_only_for_those_whom_it_changes() {
    let count = asked("KOPPEL_MAPPING", A_STEP_AND_MORE);
    let changing = count / 50;
    let world = linked(count, changing).await;
    let rows = mapping_with(&world, &[("job_title", Some("jobTitle"))]).await;
    let began = Instant::now();
    let forecast = world.host.what_if(&rows).await.expect("a forecast");
    let forecast_seconds = began.elapsed().as_secs_f64();
    assert_eq!(
        (forecast.linked, forecast.changing),
        (count as u64, changing as u64)
    );
    assert_eq!(world.sim.request_count(), 0);
    let began = Instant::now();
    let key = world.host.save_mapping(rows).await.expect("queued");
    let most = work_to_the_end(&world).await;
    let seconds = began.elapsed().as_secs_f64();
    let requests = world.sim.request_count();
    assert_eq!(titled(&world), changing);

    let crm = world.host.crm();
    let of = Of {
        event: Some(&key),
        ..Of::default()
    };
    let steps = crm.history_of(&of, 500).await.expect("read");
    let steps = steps.iter().filter(|it| it.outcome == "deferred").count();
    let line = serde_json::json!({
        "linked": count, "changed": changing, "requests": requests,
        "requests_foreseen": forecast.requests, "forecast_seconds": forecast_seconds,
        "seconds": seconds, "component_bytes": most.component_bytes,
        "process_bytes": most.process_bytes,
    });
    println!("bench {line}");
    assert_eq!(requests as u64, forecast.requests, "{line}");
    assert!(steps > 0, "{line}: one step");
}
