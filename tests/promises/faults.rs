//! Whatever fails, nothing is lost and nothing is done twice.

use host_demo::contract::SyncStatus;
use host_demo::crm::Edit;
use koppel_embedding::WorkerError;
use koppel_tests::{World, anna, person};
use spotler_sim::Fault;

use crate::support::{assert_same, faults};

/// C16, C18
#[tokio::test]
async fn each_fault_of_each_request_ends_as_if_there_had_been_none() {
    for (name, fault) in faults() {
        for skip in 0..4 {
            let world = World::start().await;
            world.save("1", anna()).await;
            world.opt_in("1", 1).await;
            world.sim.faults().add(spotler_sim::FaultRule {
                on: "*".into(),
                when: spotler_sim::When::After { skip, times: 1 },
                fault: fault.clone(),
            });
            world.run_to_the_end().await;
            assert_eq!(
                world.status("1").await,
                Some(SyncStatus::Succeeded),
                "{name} {skip}"
            );
            assert_eq!(
                world.permissions_on("anna@voorbeeld.nl"),
                [1],
                "{name} {skip}"
            );
            assert_eq!(world.sim.contact_count(), 1, "{name} {skip}");
        }
    }
}

/// DA-75
#[tokio::test]
async fn a_time_that_spotler_names_is_obeyed() {
    let world = World::start().await;
    world.sim.faults().next(Fault::retry_after(120));
    world.save("1", anna()).await;
    world.run().await;
    assert_eq!(world.status("1").await, Some(SyncStatus::Processing));
    world.advance_s(119);
    world.run().await;
    assert_eq!(world.sim.contact_count(), 0);
    world.advance_s(2);
    world.run().await;
    assert_eq!(world.status("1").await, Some(SyncStatus::Succeeded));
}

/// C17
#[tokio::test]
async fn a_call_that_is_cut_off_at_any_step_ends_in_the_same_state() {
    let undisturbed = finished(None).await.0;
    let mut cut_at = 1;
    loop {
        let (state, was_cut) = finished(Some(cut_at)).await;
        assert_same(&state, &undisturbed, &format!("cut off at step {cut_at}"));
        if !was_cut {
            break;
        }
        cut_at += 1;
    }
    assert!(cut_at > 20, "{cut_at} steps are too few to be a call");
}

/// Creates, changes and opts in, cut off at a step if one is given, and what
/// both sides have in the end.
async fn finished(cut_at: Option<u64>) -> (serde_json::Value, bool) {
    let mut world = World::start().await;
    if let Some(cut_at) = cut_at {
        world.host.embedding().faults().cut_after(cut_at);
    }
    let mut was_cut = false;
    for step in 0..3 {
        match step {
            0 => world.save("1", anna()).await,
            1 => world.opt_in("1", 2).await,
            _ => world.save("1", Edit::new().text("city", "Utrecht")).await,
        }
        match world.host.run_until_idle().await {
            Ok(_) => {}
            Err(error) => {
                assert!(format!("{error:?}").contains("CutOff"), "{error:?}");
                was_cut = true;
                world.restart().await;
                world.run_to_the_end().await;
            }
        }
    }
    world.run_to_the_end().await;
    let crm = world.host.dump().await.expect("a dump");
    (
        serde_json::json!([crm, world.sim.snapshot_of_effect()]),
        was_cut,
    )
}

#[tokio::test]
async fn saves_that_come_while_one_is_under_way_are_not_lost() {
    let world = World::start().await;
    world.save("1", anna()).await;
    world.run().await;
    world
        .sim
        .faults()
        .next_on("GET /contact/*", 1, Fault::HangBeforeWork);
    world.save("1", Edit::new().text("city", "Utrecht")).await;
    let run = world.run();
    let meanwhile = async {
        let deadline = std::time::Duration::from_secs(20);
        assert!(
            world.sim.faults().until_held(1, deadline).await,
            "waited for the look"
        );
        world.save("1", Edit::new().text("city", "Zeist")).await;
        world
            .save("1", Edit::new().text("city", "Amersfoort"))
            .await;
        world.sim.faults().release();
    };
    tokio::join!(run, meanwhile);
    world.run_to_the_end().await;
    let seen = world
        .sim
        .contact_by_email("anna@voorbeeld.nl")
        .expect("there");
    assert_eq!(seen.text("city"), Some("Amersfoort"));
    assert_eq!(world.status("1").await, Some(SyncStatus::Succeeded));
}

#[tokio::test]
async fn an_hour_without_spotler_loses_nothing() {
    let world = World::start().await;
    world.sim.faults().always_on("*", Fault::status(503));
    for number in 0..20 {
        world
            .save(
                &number.to_string(),
                person("Anna", &format!("anna{number}@voorbeeld.nl")),
            )
            .await;
    }
    for _ in 0..12 {
        world.run().await;
        world.advance_s(300);
    }
    assert_eq!(world.sim.contact_count(), 0);
    world.sim.faults().clear();
    world.run_to_the_end().await;
    assert_eq!(world.sim.contact_count(), 20);
}

#[tokio::test]
async fn only_one_worker_works_a_database() {
    let world = World::start().await;
    let first = world.host.worker().expect("a worker");
    let second = world.host.worker();
    assert!(second.is_err(), "{second:?}");
    drop(first);
    assert!(!matches!(
        world.host.embedding().worker(),
        Err(WorkerError::AnotherWorker)
    ));
}
