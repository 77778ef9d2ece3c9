//! Module fields of relations, and automatic actions at sales stages.

use host_demo::contract::{Consent, FieldValue, MappingRow, RecordKind, RecordState};
use host_demo::crm::Edit;
use koppel_embedding::Event;
use koppel_embedding::contract::stages::{AutomaticAction, StageChanged};
use koppel_tests::{ADMIN, World, anna, contact, person, spotler};

/// A relation with contacts 1 and 2 in Spotler, of whom these are primary.
async fn relation(primary: &[&str]) -> World {
    let world = World::start().await;
    world
        .host
        .crm()
        .set_relation("R0029", "Timmerbedrijf de Groot")
        .await
        .expect("saved");
    for id in ["1", "2"] {
        let form = person("Anna", &format!("anna{id}@voorbeeld.nl")).relation("R0029");
        world
            .save(
                id,
                form.field("primary", FieldValue::Boolean(primary.contains(&id))),
            )
            .await;
    }
    world.run().await;
    world
}

async fn change(world: &World, label: &str, value: i64) {
    let value = Some(FieldValue::Number(value));
    world
        .host
        .crm()
        .set_relation_field("R0029", "documents", label, value)
        .await
        .expect("saved");
    world.run().await;
}

/// How often a contact was handed in.
async fn calls(world: &World, id: &str) -> usize {
    world.history(id).await.len()
}

/// YO-44, YO-45, YO-47, YO-48
#[tokio::test]
async fn a_module_field_syncs_the_primary_contact_and_nobody_else() {
    let world = relation(&["2"]).await;
    let before = (calls(&world, "1").await, calls(&world, "2").await);
    change(&world, "Documenten module", 1).await;
    assert_eq!(
        (calls(&world, "1").await, calls(&world, "2").await),
        (before.0, before.1 + 1)
    );
    change(&world, "Documenten module", 1).await;
    assert_eq!(
        calls(&world, "2").await,
        before.1 + 1,
        "the same value is no change"
    );
    change(&world, "module Documenten", 2).await;
    assert_eq!(calls(&world, "2").await, before.1 + 1, "not a module field");
}

/// YO-43, YO-44, YO-45: the value of a module field can be mapped like any field,
/// and goes to Spotler with the primary contact and with nobody else.
#[tokio::test]
async fn the_value_of_a_module_field_goes_to_spotler_with_the_primary_contact() {
    let world = relation(&["2"]).await;
    change(&world, "Documenten module", 1).await;
    let mut rows = world.host.mapping().await.expect("a mapping");
    rows.push(MappingRow {
        kind: RecordKind::Contact,
        field: "relation.documents".into(),
        property: Some("freeField1".into()),
    });
    world.save_rows(rows).await;
    let value = |email: &str| {
        let contact = world.sim.contact_by_email(email).expect("in Spotler");
        contact.fields.get("freeField1").cloned()
    };
    assert_eq!(value("anna2@voorbeeld.nl"), Some(1.into()));
    change(&world, "Documenten module", 3).await;
    assert_eq!(value("anna2@voorbeeld.nl"), Some(3.into()));
    assert_eq!(value("anna1@voorbeeld.nl"), None);
    world.sim.clear_requests();
    change(&world, "Documenten module", 3).await;
    assert_eq!(world.requests(), Vec::<String>::new());
}

/// YO-45, C8
#[tokio::test]
async fn without_a_primary_contact_or_with_two_nobody_is_guessed() {
    let world = relation(&[]).await;
    change(&world, "Documenten module", 1).await;
    assert_eq!(
        world.last_reason_of("on-module-field-changed").await,
        "no-primary-contact"
    );
    let log = world.host.crm().log(10).await.expect("a log");
    assert!(log.iter().any(|it| it.code == "log-no-primary"), "{log:?}");

    let world = relation(&["1", "2"]).await;
    change(&world, "Documenten module", 1).await;
    assert_eq!(
        world.last_reason_of("on-module-field-changed").await,
        "several-primary-contacts"
    );
}

fn action(permissions: &[u32]) -> AutomaticAction {
    AutomaticAction {
        id: "action-1".into(),
        action_type: "change-contact".into(),
        target_system: "spotler".into(),
        name: "Nieuwsbrief".into(),
        description: None,
        note: None,
        state: None,
        permissions: permissions.to_vec(),
        starts: Vec::new(),
        stops: Vec::new(),
    }
}

async fn reach_stage(world: &World, actions: Vec<AutomaticAction>) {
    let reached = StageChanged {
        sale: "sale-1".into(),
        scheme: "standard".into(),
        before: Some("offer".into()),
        after: "customer".into(),
        target: Some(contact("1")),
        actions,
    };
    world
        .host
        .enqueue(Event::StageChanged(reached))
        .await
        .expect("queued");
    world.run().await;
}

/// Anna, saved and not linked.
async fn unlinked(profile: &str) -> World {
    let world = World::start_with(spotler(), profile).await;
    world.save("1", anna().gate(false)).await;
    world.run().await;
    world
}

/// YO-37, YO-41, C22: the opt-in tells by which action it was given, and by whom.
#[tokio::test]
async fn a_stage_with_an_action_links_the_contact_and_switches_its_permission_on() {
    let world = unlinked("yoobi").await;
    reach_stage(&world, vec![action(&[1])]).await;
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
        (choice.consent, choice.evidence.as_str()),
        (
            Consent::Given,
            format!("automatic-action Nieuwsbrief by {ADMIN}").as_str()
        )
    );
    world.sim.clear_requests();
    reach_stage(&world, vec![action(&[1])]).await;
    assert_eq!(
        world.requests(),
        Vec::<String>::new(),
        "the second time changes nothing"
    );
}

/// YO-38, YO-39
#[tokio::test]
async fn an_action_of_another_type_or_for_another_system_does_nothing() {
    let world = unlinked("yoobi").await;
    let other_type = AutomaticAction {
        action_type: "send-mail".into(),
        ..action(&[1])
    };
    let other_system = AutomaticAction {
        target_system: "mailchimp".into(),
        ..action(&[1])
    };
    for actions in [vec![], vec![other_type, other_system]] {
        reach_stage(&world, actions).await;
        assert_eq!(
            world.last_reason_of("on-stage-changed").await,
            "no-action-for-spotler"
        );
    }
    assert_eq!(world.sim.contact_count(), 0);
}

/// C22
#[tokio::test]
async fn where_actions_are_no_opt_ins_one_without_consent_is_refused() {
    for profile in ["default", "perfectview"] {
        let world = unlinked(profile).await;
        reach_stage(&world, vec![action(&[1])]).await;
        assert_eq!(
            world.last_reason_of("on-stage-changed").await,
            "consent-missing"
        );
        assert_eq!(world.sim.contact_count(), 0);
        world.opt_in("1", 1).await;
        world.run().await;
        reach_stage(&world, vec![action(&[1])]).await;
        assert_eq!(world.permissions_on("anna@voorbeeld.nl"), [1], "{profile}");
    }
}

/// YO-41
#[tokio::test]
async fn an_action_switches_nothing_on_for_somebody_who_opted_out() {
    let world = unlinked("yoobi").await;
    reach_stage(&world, vec![action(&[])]).await;
    world.sim.ui_opt_out("1").expect("opted out");
    reach_stage(&world, vec![action(&[1])]).await;
    assert_eq!(world.permissions_on("anna@voorbeeld.nl"), Vec::<u32>::new());
    assert!(world.sim.breaches().is_empty());
}

/// YO-41, C22, DA-82: whoever recorded it, an opt-out is not undone by an action that
/// counts as an opt-in; the action says so, and does the rest.
#[tokio::test]
async fn an_action_does_not_overrule_a_permission_that_was_withdrawn() {
    for profile in ["yoobi", "dynamics365"] {
        for by in ["spotler", "crm", "channel"] {
            let world = unlinked(profile).await;
            reach_stage(&world, vec![action(&[1])]).await;
            assert_eq!(world.permissions_on("anna@voorbeeld.nl"), [1]);
            world.advance_s(3_600);
            match by {
                "spotler" => {
                    let off = world.sim.ui_set_permission("anna@voorbeeld.nl", (1, false));
                    off.expect("switched off");
                }
                "crm" => world.say("1", 1, Consent::Withdrawn).await,
                _ => {
                    let opted_out = world.sim.ui_opt_out("anna@voorbeeld.nl");
                    opted_out.expect("opted out");
                }
            }
            world.tick().await;
            world.run().await;
            let before = world.record("1").await.permissions;
            world.advance_s(3_600);
            let noted = AutomaticAction {
                note: Some("Klant".into()),
                ..action(&[1])
            };
            reach_stage(&world, vec![noted]).await;
            let said = world.last_reason_of("on-stage-changed").await;
            assert_eq!(said, "action-done-in-part", "{profile}, {by}");
            let record = world.record("1").await;
            assert_eq!(record.permissions, before, "{profile}, {by}");
            assert_eq!(record.text("note"), "Klant", "{profile}, {by}");
            if by != "channel" {
                let on = world.permissions_on("anna@voorbeeld.nl");
                assert_eq!(on, Vec::<u32>::new(), "{profile}, {by}");
            }
            assert_eq!(world.sim.breaches(), [], "{profile}, {by}");
        }
    }
}

/// YO-40, YO-51
#[tokio::test]
async fn an_action_writes_note_and_status_and_inactive_never_switches_a_permission_on() {
    let world = unlinked("yoobi").await;
    reach_stage(&world, vec![action(&[])]).await;
    let leaving = AutomaticAction {
        note: Some("Klant af".into()),
        state: Some(RecordState::Inactive),
        ..action(&[1])
    };
    reach_stage(&world, vec![leaving]).await;
    let record = world.record("1").await;
    assert_eq!(
        (record.text("note"), record.state),
        ("Klant af", RecordState::Inactive)
    );
    assert!(!record.permissions.contains_key(&1));
    assert_eq!(world.reason("1").await, "blanked");
}

/// DA-55
#[tokio::test]
async fn a_field_that_is_new_in_the_crm_can_be_mapped_without_a_new_version() {
    let world = World::start().await;
    let field = host_demo::crm::fields::Field {
        name: "shoe_size".into(),
        label: "Schoenmaat".into(),
        field_type: host_demo::contract::FieldType::Number,
        kinds: vec![host_demo::contract::RecordKind::Contact],
        meaning: None,
        options: Vec::new(),
    };
    world.host.crm().add_field(field).await.expect("added");
    world.connect("default").await;
    let mut rows = world.host.mapping().await.expect("a mapping");
    let row = rows
        .iter_mut()
        .find(|it| it.field == "shoe_size")
        .expect("offered");
    assert_eq!(row.property, None);
    row.property = Some("freeField1".into());
    world.save_rows(rows).await;
    world
        .save("1", anna().field("shoe_size", FieldValue::Number(42)))
        .await;
    world.run().await;
    let seen = world
        .sim
        .contact_by_email("anna@voorbeeld.nl")
        .expect("there");
    assert_eq!(
        seen.fields
            .get("freeField1")
            .and_then(serde_json::Value::as_i64),
        Some(42)
    );
    world
        .save("1", Edit::new().field("shoe_size", FieldValue::Number(43)))
        .await;
    world.run().await;
    assert_eq!(world.reason("1").await, "updated");
}
