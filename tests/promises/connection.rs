//! Making the connection, the permissions, the mapping.

use host_demo::contract::{MappingRow, Permission, RecordKind};
use host_demo::host::HostError;
use koppel_tests::{ADMIN, World, anna, contact, spotler};
use spotler_sim::Fault;

/// PV-03, PV-05, PV-06, PV-07, YO-08
#[tokio::test]
async fn activating_shows_the_permissions_and_makes_them_attributes_in_the_category_spotler() {
    let world = World::unconnected(spotler()).await;
    world.connect("default").await;
    assert_eq!(world.requests(), ["GET /contact/properties/list"]);
    let state = world.host.connection().await.expect("a state");
    assert!(state.active, "{state:?}");
    let names: Vec<&str> = state
        .permissions
        .iter()
        .map(|it| it.name.as_str())
        .collect();
    assert_eq!(names, spotler_sim::DEMO_PERMISSIONS);
    let attributes = world.host.crm().attributes().await.expect("attributes");
    assert_eq!(attributes.len(), names.len());
    assert!(
        attributes.iter().all(|it| it.category == "Spotler"),
        "{attributes:?}"
    );
    world.connect("default").await;
    assert_eq!(
        world
            .host
            .crm()
            .attributes()
            .await
            .expect("attributes")
            .len(),
        names.len()
    );
}

/// PV-03
#[tokio::test]
async fn a_wrong_secret_is_refused_with_a_clear_reason_and_nothing_is_active() {
    for refusal in [401, 403] {
        let mut config = spotler();
        config.switches.auth.refusal_status = refusal;
        let world = World::unconnected(config).await;
        let address = world.address();
        world
            .host
            .activate("demo-key", "wrong", &address, "default")
            .await
            .expect("saved");
        world.run().await;
        assert_eq!(
            world.last_reason_of("on-settings-saved").await,
            "credentials-refused"
        );
        assert!(!world.host.connection().await.expect("a state").active);
    }
}

/// PV-02
#[tokio::test]
async fn a_user_without_the_right_makes_no_connection_and_no_request() {
    let world = World::unconnected(spotler()).await;
    world
        .host
        .crm()
        .set_user("femke", "Femke", &[])
        .await
        .expect("a user");
    let femke = world.host.as_user("femke");
    let refused = femke
        .activate("demo-key", "demo-secret", &world.address(), "default")
        .await;
    assert!(
        matches!(refused, Err(HostError::Forbidden { .. })),
        "{refused:?}"
    );
    world.run().await;
    assert_eq!(world.sim.request_count(), 0);
}

/// PV-04
#[tokio::test]
async fn an_empty_key_or_secret_is_refused_without_a_request() {
    let world = World::unconnected(spotler()).await;
    for (key, secret) in [("", "demo-secret"), ("demo-key", "")] {
        let saved = world
            .host
            .activate(key, secret, &world.address(), "default")
            .await;
        if saved.is_ok() {
            world.run().await;
            assert_eq!(
                world.last_reason_of("on-settings-saved").await,
                "credentials-missing"
            );
        }
    }
    assert_eq!(world.sim.request_count(), 0);
    assert!(!world.host.connection().await.expect("a state").active);
}

/// PV-04: the other hooks are tried in `plan_of_each`.
#[tokio::test]
async fn switched_off_every_hook_answers_not_active_without_a_request() {
    let world = World::start().await;
    world
        .host
        .crm()
        .as_user(ADMIN)
        .change_settings(|it| it.active = false)
        .await
        .expect("saved");
    world.run().await;
    world.save("1", anna()).await;
    world.tick().await;
    assert_eq!(world.reason("1").await, "not-active");
    assert_eq!(world.last_reason_of("on-tick").await, "not-active");
    assert_eq!(world.sim.request_count(), 0);
}

/// PV-06
#[tokio::test]
async fn a_permission_that_is_new_in_spotler_is_added_at_a_refresh() {
    let world = World::start().await;
    world.sim.ui_add_permission("Uitnodigingen").expect("added");
    world.advance_s(3601);
    world.tick().await;
    let attributes = world.host.crm().attributes().await.expect("attributes");
    assert!(
        attributes.iter().any(|it| it.name == "Uitnodigingen"),
        "{attributes:?}"
    );
}

/// PV-09
#[tokio::test]
async fn a_definition_that_the_crm_renamed_gets_its_name_back_and_spotlers_is_never_written() {
    let world = World::start().await;
    world
        .host
        .crm()
        .rename_attribute(1, "Onze brief")
        .await
        .expect("renamed");
    world.tick().await;
    world.run_to_the_end().await;
    let attributes = world.host.crm().attributes().await.expect("attributes");
    let first = attributes.iter().find(|it| it.bit == 1).expect("bit 1");
    assert_eq!(first.name, spotler_sim::DEMO_PERMISSIONS[0]);
    assert!(
        world
            .sim
            .requests()
            .iter()
            .all(|it| it.line().starts_with("GET "))
    );
}

/// PV-08
#[tokio::test]
async fn an_account_without_permissions_gives_a_warning_and_works() {
    let mut config = spotler();
    config.permissions.clear();
    let world = World::start_with(config, "default").await;
    let log = world.host.crm().log(50).await.expect("a log");
    assert!(log.iter().any(|it| it.code == "no-permissions"), "{log:?}");
    world.save("1", anna()).await;
    world.run().await;
    assert_eq!(world.reason("1").await, "created");
}

/// YO-09, YO-13, YO-52
#[tokio::test]
async fn the_automatic_mapping_is_made_once_and_an_edited_one_stays() {
    let world = World::start().await;
    let mut rows = world.host.mapping().await.expect("a mapping");
    assert!(rows.iter().any(|it| it.property.is_some()));
    let city = rows
        .iter_mut()
        .find(|it| it.field == "city" && it.kind == RecordKind::Contact);
    city.expect("a city").property = None;
    world.save_rows(rows.clone()).await;
    world.connect("default").await;
    assert_eq!(world.host.mapping().await.expect("a mapping"), rows);
}

fn mapped(mut rows: Vec<MappingRow>, field: &str, property: Option<&str>) -> Vec<MappingRow> {
    for row in rows
        .iter_mut()
        .filter(|it| it.field == field && it.kind == RecordKind::Contact)
    {
        row.property = property.map(str::to_owned);
    }
    rows
}

/// YO-17, YO-52
#[tokio::test]
async fn a_mapping_that_cannot_work_is_refused_and_the_old_one_stands() {
    let world = World::start().await;
    let before = world.host.mapping().await.expect("a mapping");
    for (field, property) in [
        ("email", None),
        ("birth_date", Some("freeField1")),
        ("city", Some("gone")),
    ] {
        world
            .save_rows(mapped(before.clone(), field, property))
            .await;
        assert_eq!(
            world.last_reason_of("on-mapping-saved").await,
            "mapping-invalid",
            "{field}"
        );
        assert_eq!(world.host.mapping().await.expect("a mapping"), before);
    }
}

/// YO-14, C6
#[tokio::test]
async fn before_the_mapping_is_saved_nothing_is_written() {
    let world = World::unconnected(spotler()).await;
    world.connect("default").await;
    world.sim.clear_requests();
    world.save("1", anna()).await;
    world.run().await;
    assert_eq!(world.reason("1").await, "mapping-not-saved");
    assert_eq!(world.sim.request_count(), 0);
}

/// YO-14, C6: whom a user links is written before that, and after it no save of theirs
/// either.
#[tokio::test]
async fn before_the_mapping_is_saved_only_the_link_by_hand_writes() {
    for (profile, unlinked) in [("default", "mapping-not-saved"), ("yoobi", "not-linked")] {
        let world = World::unconnected(spotler()).await;
        world.connect(profile).await;
        world.save("1", anna()).await;
        let bo = koppel_tests::person("Bo", "bo@voorbeeld.nl");
        world.save("2", bo).await;
        world.run().await;
        assert_eq!(world.sim.contact_count(), 0, "{profile}");
        world.act("link", &["1"]).await;
        assert_eq!(world.reason("1").await, "created", "{profile}");
        assert_eq!(world.sim.contact_count(), 1, "{profile}");
        world.sim.clear_requests();
        for id in ["1", "2"] {
            let moved = host_demo::crm::Edit::new().text("city", "Utrecht");
            world.save(id, moved).await;
        }
        world.run().await;
        assert_eq!(world.reason("1").await, "mapping-not-saved", "{profile}");
        assert_eq!(world.reason("2").await, unlinked, "{profile}");
        assert_eq!(world.requests(), Vec::<String>::new(), "{profile}");
    }
}

/// YO-21
#[tokio::test]
async fn saving_the_mapping_syncs_exactly_the_linked_records_that_change() {
    let world = World::start().await;
    for id in ["1", "2", "3"] {
        let form = koppel_tests::person("Anna", &format!("anna{id}@voorbeeld.nl"));
        world
            .save(
                id,
                form.gate(id != "3")
                    .text("job_title", if id == "1" { "Arts" } else { "" }),
            )
            .await;
    }
    world.run().await;
    world.sim.clear_requests();
    let rows = mapped(
        world.host.mapping().await.expect("a mapping"),
        "job_title",
        Some("jobTitle"),
    );
    world.save_rows(rows).await;
    let writes: Vec<String> = world
        .requests()
        .into_iter()
        .filter(|it| !it.starts_with("GET"))
        .collect();
    assert_eq!(writes, ["PUT /contact/contact-1"]);
    assert_eq!(world.sim.contact_count(), 2);
}

/// C21
#[tokio::test]
async fn refused_credentials_stop_the_connection_with_one_alert_and_nothing_is_lost() {
    let world = World::start().await;
    world.sim.revoke_credential("demo-key");
    for id in ["1", "2", "3"] {
        world
            .save(
                id,
                koppel_tests::person("Anna", &format!("anna{id}@voorbeeld.nl")),
            )
            .await;
    }
    world.run().await;
    let messages = world.host.crm().messages().await.expect("messages");
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert_eq!(world.sim.contact_count(), 0);

    world.sim.add_credential("demo-key", "demo-secret");
    world.connect("default").await;
    world.run_to_the_end().await;
    assert_eq!(world.sim.contact_count(), 3);
}

/// C28
#[tokio::test]
async fn the_secret_stands_nowhere_in_clear_text() {
    let world = World::start().await;
    world.save("1", anna()).await;
    world.run().await;
    let shown = format!("{:?} {:?}", world.host, world.host.crm().settings().await);
    assert!(!shown.contains("demo-secret"), "{shown}");
    let folder = world
        .host
        .crm()
        .store()
        .path()
        .expect("a file")
        .parent()
        .expect("a folder")
        .to_owned();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let bytes = std::fs::read(&path).expect("a file");
        let found = bytes.windows(11).any(|it| it == b"demo-secret");
        assert!(!found, "in {}", path.display());
    }
}

#[tokio::test]
async fn while_spotler_is_down_the_activation_waits_and_then_succeeds() {
    let world = World::unconnected(spotler()).await;
    world.sim.faults().next(Fault::status(503));
    world.connect("default").await;
    assert!(!world.host.connection().await.expect("a state").active);
    world.run_to_the_end().await;
    assert!(world.host.connection().await.expect("a state").active);
}

/// YO-24
#[tokio::test]
async fn the_block_shows_its_three_states() {
    let world = World::start().await;
    world.save("1", anna().gate(false)).await;
    world.run().await;
    let state = async |id: &str| {
        format!(
            "{:?}",
            world.host.card(&contact(id)).await.expect("a card").state
        )
    };
    assert_eq!(state("1").await, "BlockState::NotSynchronised");
    world.save("1", anna()).await;
    world.run().await;
    assert_eq!(state("1").await, "BlockState::Synchronised");
    world.sim.ui_opt_out("contact-1").expect("opted out");
    world.tick().await;
    assert_eq!(state("1").await, "BlockState::Inactive");
}

#[tokio::test]
async fn a_permission_has_the_number_and_the_name_that_spotler_gave_it() {
    let world = World::start().await;
    let permissions = world.host.connection().await.expect("a state").permissions;
    let first = Permission {
        bit: 1,
        name: spotler_sim::DEMO_PERMISSIONS[0].to_owned(),
    };
    assert_eq!(permissions.first(), Some(&first));
}

#[tokio::test]
async fn the_pinned_version_of_the_api_works_as_well() {
    let world = World::unconnected(spotler()).await;
    let address = world.address_with("integrationservice-1.1.0/");
    let key = ("demo-key", "demo-secret");
    world
        .host
        .activate(key.0, key.1, &address, "default")
        .await
        .expect("saved");
    world.run().await;
    world.save_mapping().await;
    world.save("1", anna()).await;
    world.run().await;
    assert_eq!(world.reason("1").await, "created");
    world.sim.ui_opt_out("contact-1").expect("opted out");
    world.tick().await;
    assert_eq!(world.reason_of_record("1").await, "inactive-in-spotler");
}
