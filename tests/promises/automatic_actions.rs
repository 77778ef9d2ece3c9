//! Automatic actions as an administrator sets them up in the CRM, from the form
//! to the contact in Spotler.

use host_demo::contract::RecordState;
use host_demo::crm::automatic_actions::ActionForm;
use host_demo::crm::sales::Stage;
use koppel_tests::{World, anna, contact, spotler};

fn stage(name: &str) -> Stage {
    Stage {
        scheme: "standard".to_owned(),
        name: name.to_owned(),
    }
}

async fn reach(world: &World, name: &str) {
    let crm = world.host.crm();
    let moved = crm.move_sale("sale-1", Some(contact("1")), stage(name));
    moved.await.expect("moved");
    world.run().await;
}

fn newsletter() -> ActionForm {
    ActionForm {
        action_type: Some("change-contact".to_owned()),
        name: Some("Nieuwsbrief".to_owned()),
        note: Some("Klant geworden".to_owned()),
        permissions: Some(vec![1]),
        ..ActionForm::default()
    }
}

/// YO-37, YO-38, YO-40, YO-41, YO-42: an action is added, bound to a stage, and
/// carried out when a sale reaches that stage and no other; an edit counts from
/// then on.
#[tokio::test]
async fn an_action_that_is_added_bound_and_edited_is_carried_out_at_its_stage() {
    let world = World::start_with(spotler(), "yoobi").await;
    world.save("1", anna().gate(false)).await;
    world.run().await;
    let crm = world.host.crm();
    let at = Some(stage("customer"));
    let bound = crm.save_automatic_action(None, at, newsletter()).await;
    let id = bound.expect("added").action.id;
    reach(&world, "offer").await;
    assert_eq!(
        world.sim.contact_count(),
        0,
        "no action is bound to this stage"
    );
    reach(&world, "customer").await;
    assert_eq!(world.permissions_on("anna@voorbeeld.nl"), [1]);
    assert_eq!(world.record("1").await.text("note"), "Klant geworden");

    let leaving = ActionForm {
        state: Some(Some(RecordState::Inactive)),
        note: Some("Klant af".to_owned()),
        ..ActionForm::default()
    };
    let edited = crm.save_automatic_action(Some(&id), None, leaving).await;
    assert_eq!(edited.expect("edited").stage, stage("customer"));
    let kept = crm.bound_actions().await.expect("actions");
    assert_eq!(kept[0].action.permissions, [1], "what was not named stays");
    assert_eq!(kept[0].action.note.as_deref(), Some("Klant af"));
    reach(&world, "offer").await;
    reach(&world, "customer").await;
    assert_eq!(world.record("1").await.state, RecordState::Inactive);
}

/// YO-38, YO-39: what cannot be an action is not saved, and says what is wrong;
/// one for another system is saved and does nothing in Spotler.
#[tokio::test]
async fn an_action_without_a_name_is_not_saved_and_one_for_another_system_does_nothing() {
    let world = World::start_with(spotler(), "yoobi").await;
    world.save("1", anna().gate(false)).await;
    world.run().await;
    let crm = world.host.crm();
    let nameless = ActionForm {
        name: None,
        ..newsletter()
    };
    let at = || Some(stage("customer"));
    let error = crm.save_automatic_action(None, at(), nameless).await;
    let error = error.expect_err("refused");
    assert!(error.to_string().contains("name"), "{error}");
    let error = crm.save_automatic_action(None, None, newsletter()).await;
    assert!(error.is_err_and(|it| it.to_string().contains("stage")));
    assert!(crm.bound_actions().await.expect("actions").is_empty());
    let elsewhere = ActionForm {
        target: Some("mailchimp".to_owned()),
        ..newsletter()
    };
    let saved = crm.save_automatic_action(None, at(), elsewhere).await;
    saved.expect("added");
    world.sim.clear_requests();
    reach(&world, "customer").await;
    assert_eq!(world.requests(), Vec::<String>::new());
    assert_eq!(world.sim.contact_count(), 0);
}
