//! Sign-ups through a form: the contact with its permission, then the
//! confirmation.

use host_demo::contract::{Binding, Occasion};
use host_demo::crm::sign_ups::Form;
use koppel_tests::World;
use koppel_tests::journeys::{code, mail};
use spotler_sim::{Fault, Journey, JourneyDraft};

fn form(id: &str) -> Form {
    Form {
        id: id.to_owned(),
        name: "newsletter".to_owned(),
        email: "anna@voorbeeld.nl".to_owned(),
        first_name: Some("Anna".to_owned()),
        permissions: vec![1],
        ..Form::default()
    }
}

/// A form that is bound to a confirmation.
async fn with_form() -> (World, Journey) {
    let world = World::start().await;
    let draft = JourneyDraft::automation("Bevestiging").then(0, mail("Welkom", "Fijn!"));
    let journey = world.sim.ui_make_journey(draft).expect("a journey");
    world.bind(Occasion::SignUp, "Newsletter", &journey).await;
    (world, journey)
}

/// AU-24
#[tokio::test]
async fn a_sign_up_adds_the_contact_with_its_permission_and_then_sends_the_confirmation() {
    let (world, _) = with_form().await;
    world
        .host
        .crm()
        .sign_up(form("f-1"))
        .await
        .expect("taken in");
    world.run().await;
    assert_eq!(world.permissions_on("anna@voorbeeld.nl"), [1]);
    assert_eq!(
        world.last_reason_of("on-signed-up").await,
        "journey-started"
    );
    assert_eq!(world.sim.sends().len(), 1);
    let requests = world.requests();
    let created = requests.iter().position(|it| it == "POST /contact");
    let started = requests.iter().position(|it| it.contains("/trigger/"));
    assert!(created.expect("created") < started.expect("started"));
}

/// AU-24
#[tokio::test]
async fn the_same_form_twice_confirms_once_and_another_one_again() {
    let (world, _) = with_form().await;
    for id in ["f-1", "f-1", "f-2"] {
        world.host.crm().sign_up(form(id)).await.expect("taken in");
        world.run().await;
    }
    assert_eq!(world.sim.contact_count(), 1);
    assert_eq!(world.sim.participations().len(), 2);
}

/// AU-24, AU-07
#[tokio::test]
async fn without_the_contact_in_spotler_nothing_is_confirmed_until_it_is_there() {
    let (world, _) = with_form().await;
    world
        .sim
        .faults()
        .next_on("POST /contact", 2, Fault::status(503));
    world
        .host
        .crm()
        .sign_up(form("f-1"))
        .await
        .expect("taken in");
    world.run().await;
    assert_eq!(world.triggers_sent(), 0);
    world.run_to_the_end().await;
    assert_eq!(world.permissions_on("anna@voorbeeld.nl"), [1]);
    assert_eq!(world.sim.participations().len(), 1);
}

/// AU-24, C18
#[tokio::test]
async fn a_sign_up_that_is_cut_off_anywhere_ends_with_the_permission_and_one_confirmation_at_most()
{
    let mut cut_at = 1;
    loop {
        let (mut world, _) = with_form().await;
        world
            .host
            .crm()
            .sign_up(form("f-1"))
            .await
            .expect("taken in");
        world.host.embedding().faults().cut_after(cut_at);
        let was_cut = world.host.run_until_idle().await.is_err();
        world.host.embedding().faults().disarm();
        world.restart().await;
        world.run_to_the_end().await;
        assert_eq!(
            world.permissions_on("anna@voorbeeld.nl"),
            [1],
            "cut at {cut_at}"
        );
        let began = world.sim.participations().len();
        let told = world.rejections().await.len();
        assert!(
            began <= 1 && began + told >= 1,
            "cut at {cut_at}: {began}, {told} told"
        );
        if !was_cut {
            break;
        }
        cut_at += 1;
    }
    assert!(cut_at > 20, "{cut_at}");
}

/// AU-25
#[tokio::test]
async fn a_confirmation_of_the_crm_beside_that_of_spotler_is_warned_of() {
    let (world, journey) = with_form().await;
    let warnings = async || {
        let log = world.host.crm().log(20).await.expect("a log");
        let own = |it: &&host_demo::crm::log::LogEntry| it.code == "log-own-confirmation";
        log.iter().filter(own).count()
    };
    assert_eq!(warnings().await, 0);
    let binding = Binding {
        id: "newsletter".to_owned(),
        occasion: Occasion::SignUp,
        status: "newsletter".to_owned(),
        starts: vec![code(&journey)],
        stops: Vec::new(),
        own_confirmation: true,
    };
    world.host.crm().bind(binding).await.expect("bound");
    world.run().await;
    assert_eq!(warnings().await, 1);
}
