//! Bounces: a task for the owner, once, however often they are told.

use host_demo::contract::SyncStatus;
use koppel_tests::{World, anna};

const ANNA: &str = "anna@voorbeeld.nl";

async fn with_anna() -> World {
    let world = World::start().await;
    world.save("1", anna()).await;
    world.opt_in("1", 1).await;
    world.run().await;
    world
}

async fn tasks(world: &World) -> Vec<(String, Option<String>, String)> {
    let tasks = world.host.crm().tasks(false).await.expect("tasks");
    let kind = |about: &[host_demo::contract::NamedValue]| {
        let values: Vec<&str> = about.iter().map(|it| it.value.as_str()).collect();
        values.join(" ")
    };
    tasks
        .into_iter()
        .map(|it| (it.code, it.owner, kind(&it.about)))
        .collect()
}

/// DA-37, DA-38, C30: three soft bounces in a row are no task; with the fourth
/// the person is inactive, and the owner gets one task, however often the feed
/// tells of it.
#[tokio::test]
async fn the_fourth_soft_bounce_in_a_row_is_one_task_for_the_owner() {
    let world = with_anna().await;
    for _ in 0..3 {
        world.sim.ui_soft_bounce(ANNA).expect("bounced");
        world.advance_s(60);
        world.tick().await;
    }
    assert_eq!(tasks(&world).await, Vec::new());
    assert_eq!(world.status("1").await, Some(SyncStatus::Succeeded));
    world.sim.ui_soft_bounce(ANNA).expect("bounced");
    let owner = Some("owner-1".to_owned());
    for _ in 0..3 {
        world.advance_s(60);
        world.tick().await;
        assert_eq!(
            tasks(&world).await,
            [(
                "task-bounce".to_owned(),
                owner.clone(),
                format!("soft {ANNA}")
            )]
        );
    }
    assert_eq!(world.status("1").await, Some(SyncStatus::Failed));
    assert!(
        world.record("1").await.mail.allowed,
        "a bounce is no opt-out"
    );
}

/// DA-38, DA-39: a task that was done is not made again by the same bounce.
#[tokio::test]
async fn a_bounce_that_was_seen_to_makes_no_second_task() {
    let world = with_anna().await;
    world.sim.ui_hard_bounce(ANNA).expect("bounced");
    world.tick().await;
    let key = world.host.crm().tasks(true).await.expect("tasks")[0]
        .key
        .clone();
    assert!(world.host.crm().end_task(&key).await.expect("ended"));
    world.advance_s(600);
    world.tick().await;
    world
        .save("1", host_demo::crm::Edit::new().text("city", "Utrecht"))
        .await;
    world.run().await;
    assert!(
        world
            .host
            .crm()
            .tasks(true)
            .await
            .expect("tasks")
            .is_empty()
    );
}

/// DA-38, DA-79: somebody who was taken up again and bounces once more is a task once
/// more.
#[tokio::test]
async fn a_bounce_after_the_person_was_taken_up_again_is_another_task() {
    let world = with_anna().await;
    for round in 1..=2 {
        world.sim.ui_hard_bounce(ANNA).expect("bounced");
        world.advance_s(600);
        world.tick().await;
        let open = world.host.crm().tasks(true).await.expect("tasks");
        assert_eq!(open.len(), 1, "{round}");
        assert_eq!(tasks(&world).await.len(), round);
        world.advance_s(600);
        let active = world.sim.ui_create_with_only_email(ANNA);
        active.expect("made active");
        world.act("reactivate", &["1"]).await;
        assert_eq!(world.status("1").await, Some(SyncStatus::Succeeded));
        let open = world.host.crm().tasks(true).await.expect("tasks");
        assert!(open.is_empty(), "{round}: {open:?}");
    }
}

/// DA-38, DA-79: an address that bounces is corrected on both sides, and the person is
/// mailed at the new one.
#[tokio::test]
async fn a_corrected_address_is_taken_up_again_as_the_text_says() {
    let world = with_anna().await;
    world.sim.ui_hard_bounce(ANNA).expect("bounced");
    world.tick().await;
    let right = "anna@beter.nl";
    let corrected = host_demo::crm::Edit::new().text("email", right);
    world.save("1", corrected).await;
    world.run().await;
    assert_eq!(world.reason_of_record("1").await, "bounced");
    let edited = world.sim.ui_edit_property(ANNA, "email", right.into());
    edited.expect("corrected in Spotler");
    let active = world.sim.ui_create_with_only_email(right);
    active.expect("made active");
    world.act("reactivate", &["1"]).await;
    assert_eq!(world.status("1").await, Some(SyncStatus::Succeeded));
    assert_eq!(world.sim.contact_count(), 1);
    assert!(world.sim.contact_by_email(right).is_some());
}
