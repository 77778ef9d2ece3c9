//! Two runs compared, and a run that outlives its process.

use crate::common::{anna, call, contact, post_contact, sim, sim_with};
use serde_json::json;
use spotler_sim::{Config, Fault, SpotlerSim};

#[tokio::test]
async fn runs_that_went_the_same_way_have_the_same_snapshot() {
    let mut snapshots = Vec::new();
    for _ in 0..2 {
        let sim = sim().await;
        sim.faults().next(Fault::status(500));
        post_contact(&sim, false, contact("bo", "bo@voorbeeld.nl"));
        post_contact(&sim, false, contact("bo", "bo@voorbeeld.nl"));
        sim.clock().advance_s(60);
        sim.ui_opt_out("bo").expect("bo");
        snapshots.push(sim.snapshot().to_string());
    }
    assert_eq!(snapshots[0], snapshots[1]);
}

#[tokio::test]
async fn runs_that_ended_the_same_have_the_same_effect() {
    let (first, second) = (sim().await, sim().await);
    let write = |sim: &SpotlerSim, id: &str| {
        assert_eq!(
            post_contact(sim, false, contact(id, &format!("{id}@voorbeeld.nl"))).0,
            204
        );
    };
    write(&first, "bo");
    write(&first, "cas");
    write(&second, "cas");
    second.clock().advance_s(10);
    write(&second, "bo");
    for (sim, members) in [
        (&first, json!(["bo", "cas"])),
        (&second, json!(["cas", "bo"])),
    ] {
        let list = json!({"externalTemporaryListId": "l", "name": "Lijst", "contacts": members});
        assert_eq!(call(sim, "POST", "/templist", list).0, 204);
    }
    assert_ne!(first.snapshot(), second.snapshot());
    assert_eq!(first.snapshot_of_effect(), second.snapshot_of_effect());
    call(
        &second,
        "PUT",
        "/contact/bo",
        json!({"contact": {"properties": {"city": "Ede"}}}),
    );
    assert_ne!(first.snapshot_of_effect(), second.snapshot_of_effect());
}

#[tokio::test]
async fn the_state_survives_in_a_file() {
    let file = std::env::temp_dir().join(format!("spotler-sim-{}.json", std::process::id()));
    let first = sim_with(|it| it.save = Some(file.clone())).await;
    post_contact(&first, false, contact("bo", "bo@voorbeeld.nl"));
    first.ui_opt_out("bo").expect("bo");
    first.save().expect("a file");
    drop(first);
    let second = sim_with(|it| {
        it.save = Some(file.clone());
        it.contacts = vec![anna()];
    })
    .await;
    std::fs::remove_file(&file).expect("the file");
    assert_eq!(second.contact_count(), 2);
    assert_eq!(
        second
            .contact_by_external_id("bo")
            .expect("bo")
            .status
            .label(),
        "Inactive: opt-out"
    );
}

#[tokio::test]
async fn the_demo_account_has_contacts_and_automations() {
    let sim = SpotlerSim::start(Config::demo())
        .await
        .expect("a free port");
    let names: Vec<String> = sim.journeys().into_iter().map(|it| it.name).collect();
    assert_eq!(names, spotler_sim::DEMO_AUTOMATIONS);
    assert!(
        sim.contact_by_email("anna@voorbeeld.nl")
            .expect("anna")
            .permission(1)
    );
}

#[tokio::test]
async fn a_configuration_that_cannot_be_is_refused() {
    let bad = |change: fn(&mut Config)| async move {
        let mut config = Config::default();
        change(&mut config);
        SpotlerSim::start(config)
            .await
            .expect_err("refused")
            .to_string()
    };
    let clock = bad(|it| it.clock = spotler_sim::ClockStart::FrozenAt("noon".to_owned())).await;
    assert_eq!(clock, "`noon` is not a time with an offset");
    let contact = bad(|it| it.contacts = vec![anna().with("email", "none")]).await;
    assert_eq!(
        contact,
        "contact 1 to start with has an invalid property `email`"
    );
    let permission = bad(|it| it.contacts = vec![anna().with_permissions(&[99])]).await;
    assert_eq!(
        permission,
        "contact 1 to start with has an invalid property `permissions`"
    );
}
