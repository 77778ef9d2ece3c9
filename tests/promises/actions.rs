//! What a person starts by hand.

use host_demo::contract::{Consent, ManualAction, Origin, PermissionWish};
use koppel_tests::{World, anna, contact, person, spotler};

fn action(operation: &str, ids: &[&str], permissions: &[(u32, bool)]) -> ManualAction {
    ManualAction {
        operation: operation.to_owned(),
        records: ids.iter().map(|id| contact(id)).collect(),
        selection: None,
        permissions: permissions
            .iter()
            .map(|(bit, on)| PermissionWish { bit: *bit, on: *on })
            .collect(),
        fields: Vec::new(),
        parameters: Vec::new(),
    }
}

async fn act(world: &World, action: ManualAction) -> String {
    world.host.run_action(action).await.expect("queued");
    world.run().await;
    world.last_reason_of("run-action").await
}

/// YO-30, YO-31, C22
#[tokio::test]
async fn permissions_chosen_by_hand_are_recorded_first_and_link_whoever_is_not_linked() {
    let world = World::start_with(spotler(), "yoobi").await;
    world.save("1", anna()).await;
    world.run().await;
    act(&world, action("set-permissions", &["1"], &[(1, true)])).await;
    assert_eq!(world.reason("1").await, "created");
    assert_eq!(world.permissions_on("anna@voorbeeld.nl"), [1]);
    let choice = world
        .record("1")
        .await
        .permissions
        .get(&1)
        .cloned()
        .expect("a choice");
    assert_eq!(
        (choice.consent, choice.origin, choice.evidence.as_str()),
        (Consent::Given, Origin::Crm, "set-permissions by admin")
    );
    world.sim.clear_requests();
    act(
        &world,
        action("set-permissions", &["1"], &[(1, false), (2, true)]),
    )
    .await;
    assert_eq!(world.permissions_on("anna@voorbeeld.nl"), [2]);
    assert!(
        world.requests().iter().all(|it| !it.starts_with("POST")),
        "nobody is created"
    );
}

/// C22, PV-12
#[tokio::test]
async fn without_an_opt_in_a_permission_by_hand_is_refused_where_actions_are_none() {
    let world = World::start().await;
    world.save("1", anna()).await;
    world.run().await;
    let reason = act(&world, action("set-permissions", &["1"], &[(1, true)])).await;
    assert_eq!(reason, "consent-missing");
    assert_eq!(world.permissions_on("anna@voorbeeld.nl"), Vec::<u32>::new());
}

/// YO-35
#[tokio::test]
async fn one_record_that_is_left_out_does_not_stop_the_rest() {
    let world = World::start_with(spotler(), "yoobi").await;
    for id in ["1", "2", "3"] {
        world
            .save(id, person("Anna", &format!("anna{id}@voorbeeld.nl")))
            .await;
    }
    world.say("2", 1, Consent::Withdrawn).await;
    world.run().await;
    let reason = act(
        &world,
        action("set-permissions", &["1", "2", "3"], &[(1, true)]),
    )
    .await;
    assert_eq!(reason, "queued");
    assert_eq!(world.sim.contact_count(), 2);
    assert!(world.sim.contact_by_email("anna2@voorbeeld.nl").is_none());
    let log = world.host.crm().log(10).await.expect("a log");
    assert!(
        log.iter().any(|it| it.code == "log-consent-missing"),
        "{log:?}"
    );
}

/// YO-32
#[tokio::test]
async fn a_selection_of_any_size_is_worked_in_steps() {
    let world = World::start_with(spotler(), "yoobi").await;
    let ids: Vec<String> = (0..510).map(|it| it.to_string()).collect();
    for id in &ids {
        world
            .save(id, person("Anna", &format!("anna{id}@voorbeeld.nl")))
            .await;
    }
    world.run().await;
    let everybody =
        host_demo::crm::selections::Selection::All(host_demo::contract::RecordKind::Contact);
    world
        .host
        .crm()
        .save_selection("all", everybody)
        .await
        .expect("saved");
    let selected = ManualAction {
        selection: Some("all".into()),
        ..action("link", &[], &[])
    };
    world.host.run_action(selected).await.expect("queued");
    world.run().await;
    assert_eq!(world.sim.contact_count(), 510);
}

/// DA-80, C11
#[tokio::test]
async fn an_unknown_operation_and_an_action_without_records_are_refused() {
    let world = World::start().await;
    assert_eq!(
        act(&world, action("explode", &["1"], &[])).await,
        "unknown-operation"
    );
    assert_eq!(act(&world, action("link", &[], &[])).await, "no-records");
}
