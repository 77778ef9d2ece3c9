//! Sales stages that start and stop journeys.

use host_demo::contract::{AutomaticAction, Standing};
use host_demo::crm::sales::{BoundAction, Stage};
use koppel_tests::journeys::code;
use koppel_tests::{World, anna, contact, spotler};
use spotler_sim::{Journey, JourneyDraft};

fn stage(name: &str) -> Stage {
    Stage {
        scheme: "sales".to_owned(),
        name: name.to_owned(),
    }
}

async fn bind(world: &World, at: &str, starts: &[&Journey], stops: &[&Journey]) {
    let codes = |journeys: &[&Journey]| journeys.iter().map(|it| code(it)).collect();
    let action = AutomaticAction {
        id: format!("at {at}"),
        action_type: "change-contact".to_owned(),
        target_system: "spotler".to_owned(),
        name: at.to_owned(),
        description: None,
        note: None,
        state: None,
        permissions: Vec::new(),
        starts: codes(starts),
        stops: codes(stops),
    };
    let stage = stage(at);
    let bound = BoundAction { stage, action };
    world.host.crm().bind_action(bound).await.expect("bound");
}

async fn reach(world: &World, at: &str) -> String {
    let crm = world.host.crm();
    let target = Some(contact("1"));
    crm.move_sale("s-1", target, stage(at))
        .await
        .expect("moved");
    world.run().await;
    world.last_reason_of("on-stage-changed").await
}

/// AU-10, AU-05, YO-37
#[tokio::test]
async fn the_life_cycle_starts_at_customer_and_stops_at_ex_customer() {
    let world = World::start_with(spotler(), "yoobi").await;
    let journey = world.journey(JourneyDraft::automation("Levensloop"));
    bind(&world, "klant", &[&journey], &[]).await;
    bind(&world, "ex-klant", &[], &[&journey]).await;
    world.save("1", anna()).await;
    world.run().await;
    assert_eq!(reach(&world, "prospect").await, "no-action-for-spotler");
    assert_eq!(world.sim.request_count(), 0);
    assert_eq!(reach(&world, "klant").await, "journey-started");
    assert_eq!(world.running().len(), 1);
    assert_eq!(
        reach(&world, "klant").await,
        "journey-started",
        "nothing new"
    );
    assert_eq!(world.sim.participations().len(), 1);
    assert_eq!(reach(&world, "ex-klant").await, "journey-stopped");
    assert_eq!(world.running().len(), 0);
    world.advance_s(2 * 86_400);
    assert_eq!(world.sim.sends().len(), 1, "what was to come is not sent");
    assert_eq!(
        reach(&world, "klant").await,
        "journey-started",
        "a customer again"
    );
    assert_eq!(world.standing("1", &journey).await, Standing::Started);
}

/// AU-10
#[tokio::test]
async fn a_stage_stops_one_journey_before_it_starts_another() {
    let world = World::start().await;
    let [prospect, customer] =
        ["Prospect", "Klant"].map(|it| world.journey(JourneyDraft::campaign(it)));
    bind(&world, "prospect", &[&prospect], &[]).await;
    bind(&world, "klant", &[&customer, &customer], &[&prospect]).await;
    world.save("1", anna()).await;
    reach(&world, "prospect").await;
    assert_eq!(reach(&world, "klant").await, "journey-stopped");
    let running: Vec<String> = world.running().into_iter().map(|it| it.journey).collect();
    assert_eq!(
        running,
        std::slice::from_ref(&customer.id),
        "once, though bound twice"
    );
}
