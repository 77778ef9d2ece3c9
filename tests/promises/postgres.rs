//! The same CRM, component and worker on PostgreSQL.

use host_demo::contract::{Consent, SyncStatus};
use host_demo::crm::{Edit, find::Filter};
use host_demo::host::DemoHost;
use koppel_tests::{ADMIN, World, anna, contact, person, spotler};

use crate::support::assert_same;

/// Saves, finds, imports, opts out, deletes: what both databases have to get right.
async fn story(world: &World) -> serde_json::Value {
    world.save("1", anna()).await;
    world.opt_in("1", 1).await;
    world.save("2", person("Bo", "bo@voorbeeld.nl")).await;
    world.save("3", person("Cas", "geen-adres")).await;
    world.run_to_the_end().await;
    world.save("4", person("Dina", "anna@voorbeeld.nl")).await;
    world.run_to_the_end().await;
    world
        .sim
        .ui_opt_out("anna@voorbeeld.nl")
        .expect("opted out");
    world.tick().await;
    world.save("2", Edit::new().mail(false)).await;
    world.say("2", 1, Consent::Withdrawn).await;
    let crm = world.host.crm();
    crm.delete(&contact("3")).await.expect("deleted");
    world.act("sync-contact", &["1", "2", "4"]).await;
    world.run_to_the_end().await;
    let found = crm
        .find(
            &Filter {
                text: "b_%".to_owned(),
                ..Filter::default()
            },
            None,
            10,
        )
        .await
        .expect("a page");
    assert_eq!(found.lines.len(), 0, "wildcards stand for themselves");
    let boer = Filter {
        text: "BOER".to_owned(),
        ..Filter::default()
    };
    let found = crm.find(&boer, None, 10).await.expect("a page");
    assert_eq!(found.lines.len(), 3, "whoever is not deleted");
    serde_json::json!([
        world.host.dump().await.expect("a state"),
        world.sim.snapshot_of_effect(),
    ])
}

/// DA-17, PV-10: the database makes no difference.
#[tokio::test]
async fn the_same_story_ends_in_the_same_state_on_both_databases() {
    let on_postgres = World::start_on_postgres(spotler()).await;
    let there = story(&on_postgres).await;
    let here = story(&World::start().await).await;
    assert_same(&there, &here, "on PostgreSQL");
    assert_ne!(on_postgres.status("1").await, Some(SyncStatus::Succeeded));
}

async fn another_process(world: &World) -> DemoHost {
    let opened = DemoHost::open(world.config().clone()).await;
    opened.expect("a host").as_user(ADMIN)
}

/// C17: what a call has read counts, whichever process changes it.
#[tokio::test]
async fn two_processes_on_one_database_share_the_tenants_and_do_everything_once() {
    let world = World::start_on_postgres(spotler()).await;
    let other = another_process(&world).await;
    for number in 0..20 {
        let id = number.to_string();
        world
            .save(&id, person("Bo", &format!("bo-{id}@voorbeeld.nl")))
            .await;
    }
    let (here, there) = (world.host.worker(), other.worker());
    let (here, there) = (here.expect("a worker"), there.expect("a worker"));
    let (one, two) = tokio::join!(here.run_until_idle(), there.run_until_idle());
    let settled = one.expect("worked").settled + two.expect("worked").settled;
    assert_eq!(settled, 20);
    let creations = world
        .requests()
        .into_iter()
        .filter(|it| it == "POST /contact");
    assert_eq!(creations.count(), 20);
    assert_eq!(world.sim.contact_count(), 20);
}

/// One process, one worker: a second one of the same process is refused.
#[tokio::test]
async fn a_process_has_one_worker() {
    let world = World::start_on_postgres(spotler()).await;
    let first = world.host.worker().expect("a worker");
    assert!(world.host.worker().is_err());
    drop(first);
    assert!(world.host.worker().is_ok());
}

/// What a process was working on when it died is taken over, as the next attempt.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_process_leaves_behind_is_taken_over_when_its_lease_has_ended() {
    let mut world = World::start_on_postgres(spotler()).await;
    let lease = std::time::Duration::from_secs(2);
    world.restart_with(|demo| demo.lease = lease).await;
    world.save("1", anna()).await;
    world.host.embedding().faults().cut_after(4);
    world.host.run_until_idle().await.expect_err("cut off");
    let other = another_process(&world).await;
    let worker = other.worker().expect("a worker");
    let none = worker.run_until_idle().await.expect("worked");
    assert_eq!(none.settled, 0, "it is leased still");
    let began = std::time::Instant::now();
    while worker.run_until_idle().await.expect("worked").settled == 0 {
        assert!(
            began.elapsed() < std::time::Duration::from_secs(60),
            "waited for the lease to end"
        );
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let history = world.history("1").await;
    assert_eq!(history[0].attempt, 2, "the remote side was unsure");
    assert_eq!(world.sim.contact_count(), 1);
}
