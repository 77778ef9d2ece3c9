//! A dry run shows what will be sent, and does nothing.

use host_demo::contract::{ManualAction, PermissionWish};
use host_demo::crm::{Edit, Rehearsal};
use host_demo::host::DemoHost;
use koppel_embedding::contract::outcomes::Outcome;
use koppel_embedding::contract::stages::{AutomaticAction, StageChanged};
use koppel_embedding::plan::{Before, Plan};
use koppel_embedding::{Event, PlanRequest};
use koppel_tests::{World, anna, contact, person, spotler};
use spotler_sim::Fault;

use crate::support::tables;

/// Method, path and body of a write.
pub(crate) type Write = (String, String, String);

/// What a save or an action would lead to.
pub(crate) async fn planned<F: AsyncFnOnce(&DemoHost)>(world: &World, what: F) -> Plan {
    let rehearsal = Rehearsal::default();
    what(&world.host.rehearsing(&rehearsal)).await;
    let (request, left_out) = rehearsal.take();
    assert_eq!(left_out, 0);
    plan_of(world, request).await
}

async fn plan_of(world: &World, request: PlanRequest) -> Plan {
    world.host.plan(request, 1_000).await.expect("a plan")
}

pub(crate) fn writes_of(plan: &Plan) -> Vec<Write> {
    let writes = plan.calls.iter().flat_map(|it| &it.writes);
    let write = |it: &koppel_embedding::plan::PlannedWrite| {
        let body = String::from_utf8(it.body.clone()).expect("text");
        (it.method.clone(), it.path.clone(), body)
    };
    sorted(writes.map(write).collect())
}

/// The writes that Spotler got since the last time.
pub(crate) fn sent(world: &World) -> Vec<Write> {
    let requests = world.sim.requests();
    world.sim.clear_requests();
    let writes = requests.iter().filter(|it| it.method != "GET");
    let write = |it: &spotler_sim::LoggedRequest| {
        let query = if it.query.is_empty() {
            String::new()
        } else {
            format!("?{}", it.query)
        };
        let body = String::from_utf8(it.body.clone()).expect("text");
        (it.method.clone(), format!("{}{query}", it.path), body)
    };
    sorted(writes.map(write).collect())
}

fn sorted(mut writes: Vec<Write>) -> Vec<Write> {
    writes.sort();
    writes
}

/// Plans something, checks that nothing was written anywhere, does it, and
/// compares byte for byte.
async fn plan_then_do<F: AsyncFn(&DemoHost)>(world: &World, what: F) -> Plan {
    let before = (tables(world).await, world.sim.ledger().len());
    world.sim.clear_requests();
    let plan = planned(world, &what).await;
    assert_eq!(sent(world), [], "a plan only reads");
    let after = (tables(world).await, world.sim.ledger().len());
    assert_eq!(before, after, "a plan writes nothing");
    what(&world.host).await;
    world.run_to_the_end().await;
    assert_eq!(
        writes_of(&plan),
        sent(world),
        "the plan is what is sent then"
    );
    assert!(plan.unforeseen.is_empty() && plan.left == 0, "{plan:?}");
    plan
}

async fn save(host: &DemoHost, id: &str, edit: Edit) {
    host.crm().save(&contact(id), edit).await.expect("saved");
}

/// DA-05, PV-10: creating, changing, moving, opting out, deactivating and
/// deleting are planned byte for byte as they are then sent.
#[tokio::test]
async fn the_plan_of_a_save_is_byte_for_byte_what_is_sent_then() {
    let world = World::start().await;
    let opted_in = || anna().permission(1, host_demo::contract::Consent::Given);
    plan_then_do(&world, async |host| save(host, "1", opted_in()).await).await;
    let plus = Edit::new().text("email", "anna+crm@voorbeeld.nl");
    let edits = [
        Edit::new().text("first_name", "Anne"),
        Edit::new().permission(2, host_demo::contract::Consent::Given),
        plus,
        Edit::new().mail(false),
        Edit::new().state(host_demo::contract::RecordState::Inactive),
    ];
    for edit in edits {
        world.advance_s(60);
        let plan = plan_then_do(&world, async |host| save(host, "1", edit.clone()).await).await;
        assert!(!writes_of(&plan).is_empty(), "each of them sends something");
    }
    save(&world.host, "2", person("Bob", "bob@voorbeeld.nl")).await;
    world.run().await;
    plan_then_do(&world, async |host| {
        host.crm().delete(&contact("2")).await.expect("deleted");
    })
    .await;
}

/// YO-30, DA-80, YO-41, YO-51: an action by hand, an action of a sales stage, and
/// all that they have synced again.
#[tokio::test]
async fn the_plan_of_an_action_goes_on_through_the_records_that_it_syncs_again() {
    let world = World::start_with(spotler(), "yoobi").await;
    for id in ["1", "2"] {
        save(
            &world.host,
            id,
            person("Anna", &format!("anna{id}@voorbeeld.nl")),
        )
        .await;
    }
    world.run().await;
    let by_hand = ManualAction {
        operation: "set-permissions".into(),
        records: vec![contact("1"), contact("2")],
        selection: None,
        permissions: vec![PermissionWish { bit: 1, on: true }],
        fields: vec![],
        parameters: vec![],
    };
    let plan = plan_then_do(&world, async |host| {
        host.run_action(by_hand.clone()).await.expect("queued");
    })
    .await;
    assert_eq!(plan.calls.len(), 3, "the action and two contacts");
    let stage = Event::StageChanged(StageChanged {
        sale: "s".into(),
        scheme: "x".into(),
        before: None,
        after: "won".into(),
        target: Some(contact("1")),
        actions: vec![AutomaticAction {
            id: "a".into(),
            action_type: "change-contact".into(),
            target_system: "spotler".into(),
            name: "won".into(),
            description: None,
            note: None,
            state: None,
            permissions: vec![2],
            starts: vec![],
            stops: vec![],
        }],
    });
    let plan = plan_then_do(&world, async |host| {
        host.enqueue(stage.clone()).await.expect("queued");
    })
    .await;
    assert!(!writes_of(&plan).is_empty());
}

/// YO-21: the whole re-sync of a mapping, over its steps.
#[tokio::test]
async fn the_plan_of_a_mapping_covers_all_linked_contacts() {
    let world = World::start().await;
    for id in ["1", "2", "3"] {
        let edit = person("Anna", &format!("anna{id}@voorbeeld.nl")).text("job_title", "baas");
        save(&world.host, id, edit).await;
    }
    world.run().await;
    let mut rows = world.host.mapping().await.expect("a mapping");
    for row in rows.iter_mut().filter(|it| it.field == "job_title") {
        row.property = Some("jobTitle".into());
    }
    let plan = plan_then_do(&world, async |host| {
        host.save_mapping(rows.clone()).await.expect("queued");
    })
    .await;
    assert_eq!(writes_of(&plan).len(), 3, "one write for each contact");
}

/// A plan shows what Spotler has now against what would be sent.
#[tokio::test]
async fn a_plan_shows_each_field_as_it_is_and_as_it_would_be() {
    let world = World::start().await;
    save(&world.host, "1", anna()).await;
    world.run().await;
    let plan = planned(&world, async |host| {
        save(host, "1", Edit::new().text("first_name", "Anne")).await;
    })
    .await;
    let [call] = plan.calls.as_slice() else {
        panic!("one call, not {plan:?}")
    };
    let [difference] = call.writes[0].differences.as_slice() else {
        panic!("one field")
    };
    assert_eq!(difference.field, "firstName");
    assert!(difference.before == Before::Is("Anna".into()));
    assert_eq!(difference.after, "Anne");
    assert!(!format!("{plan:?}").contains("Anne"), "no value in a log");
}

/// DA-36: a plan says as well where nothing would be sent, and why.
#[tokio::test]
async fn the_plan_for_somebody_who_opted_out_holds_no_write() {
    let world = World::start().await;
    save(&world.host, "1", anna()).await;
    world.run().await;
    world
        .sim
        .ui_opt_out("anna@voorbeeld.nl")
        .expect("opted out");
    let before = tables(&world).await;
    let plan = planned(&world, async |host| {
        save(host, "1", Edit::new().text("first_name", "Anne")).await;
    })
    .await;
    assert_eq!(writes_of(&plan), []);
    assert_eq!(tables(&world).await, before);
}

/// Settings that were not saved are planned with, and a tick.
#[tokio::test]
async fn settings_and_ticks_have_a_plan_too() {
    let world = World::unconnected(spotler()).await;
    let (before, address) = (tables(&world).await, world.address());
    let plan = planned(&world, async |host| {
        let saved = host.activate("demo-key", "demo-secret", &address, "default");
        saved.await.expect("noted");
    })
    .await;
    assert_eq!(tables(&world).await, before);
    let answer = plan.calls[0].answer.as_ref().expect("an answer");
    assert!(
        matches!(&answer.outcome, Outcome::Synced(it) if it.code == "activated"),
        "{:?}",
        answer.outcome
    );
    world.connect("default").await;
    let before = tables(&world).await;
    let plan = planned(&world, async |host| {
        host.tick().await.expect("noted");
    })
    .await;
    assert_eq!(plan.calls[0].hook, "on-tick");
    assert_eq!(tables(&world).await, before);
}

/// A plan that cannot reach Spotler says so, and one that is cut short says how
/// much is left.
#[tokio::test]
async fn a_plan_tells_what_it_could_not_find_out() {
    let world = World::start().await;
    for id in ["1", "2", "3"] {
        save(
            &world.host,
            id,
            person("Anna", &format!("anna{id}@voorbeeld.nl")),
        )
        .await;
    }
    world.run().await;
    let rehearsal = Rehearsal::default();
    let host = world.host.rehearsing(&rehearsal);
    for id in ["1", "2", "3"] {
        save(&host, id, Edit::new().text("first_name", "Anne")).await;
    }
    let (request, _) = rehearsal.take();
    let plan = world.host.plan(request.clone(), 2).await.expect("a plan");
    assert_eq!((plan.calls.len(), plan.left), (2, 1));
    world.sim.faults().always_on("*", Fault::status(503));
    let plan = plan_of(&world, request).await;
    assert!(plan.calls.iter().all(|it| it.writes.is_empty()));
    assert!(plan.calls.iter().all(|it| matches!(
        it.answer.as_ref().map(|it| &it.outcome),
        Ok(Outcome::Deferred(_))
    )));
}
