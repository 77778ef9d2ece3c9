//! Whatever goes wrong during an export, it ends as if nothing had.

use host_demo::contract::{Consent, SyncStatus};
use host_demo::crm::campaigns::CampaignForm;
use koppel_tests::{Stage, World, contact, spotler};
use serde_json::Value;
use spotler_sim::{Config, Fault, FaultRule, ListAction, SeedContact, When};

use crate::campaigns::{
    LIST, everybody, export, fact, form, lists, members, messages, people, queue, rejections,
    results, stands,
};
use crate::support::{assert_same, both_sides, to_the_end_through_cuts};

/// Every way in which a request can fail and be worth another try.
fn faults() -> Vec<(&'static str, Fault)> {
    vec![
        ("429", Fault::too_many_requests()),
        ("429 with a time", Fault::retry_after(30)),
        ("500", Fault::status(500)),
        ("reset before", Fault::ResetBeforeWork),
        ("reset after", Fault::ResetAfterWork),
        ("truncated", Fault::TruncatedBody),
        ("garbage", Fault::GarbageBody),
        ("503 after work", Fault::StatusAfterWork { status: 503 }),
    ]
}

/// A simulator in which one of the four is there already, and lists take two
/// members in a request.
fn simulator() -> Config {
    let mut config = spotler();
    let there = SeedContact::new("webshop-1", "p2+x@voorbeeld.nl").with_permissions(&[1]);
    config.contacts = vec![there];
    config.switches.limits.temporary_list_batch = 2;
    config
}

/// Such a world, with four people.
async fn world() -> World {
    let world = World::start_with(simulator(), "default").await;
    people(&world, 4).await;
    world
}

/// The same again and again.
async fn enter(stage: &mut Stage) -> &mut World {
    let with_people = async |world: &mut World| people(world, 4).await;
    stage
        .enter_as("four", simulator(), "default", with_people)
        .await
}

/// What both sides have in the end; the event's id is chance.
async fn state(world: &World) -> Value {
    let campaign = world.host.crm().campaign("7").await.expect("read");
    let event = campaign.and_then(|it| it.event).expect("an event");
    let text = both_sides(world).await.to_string();
    serde_json::from_str(&text.replace(event.as_str(), "EVENT")).expect("JSON")
}

/// C16, C20: each fault of each request, and the export ends as if there had been
/// none: one list, with exactly those people.
#[tokio::test]
async fn each_fault_of_each_request_of_an_export_ends_as_if_there_had_been_none() {
    let mut stage = Stage::open().await;
    let undisturbed = enter(&mut stage).await;
    export(undisturbed, "7", form(everybody())).await;
    let requests = undisturbed.requests().len();
    let expected = state(undisturbed).await;
    assert!(requests > 8, "{requests}");
    for (name, fault) in faults() {
        for skip in 0..requests {
            let world = enter(&mut stage).await;
            world.sim.faults().add(FaultRule {
                on: "*".into(),
                when: When::After {
                    skip: skip as u64,
                    times: 1,
                },
                fault: fault.clone(),
            });
            export(world, "7", form(everybody())).await;
            let when = format!("{name} at request {skip}");
            assert_same(&state(world).await, &expected, &when);
            assert_eq!(world.sim.breaches(), [], "{when}");
        }
    }
}

/// C17, C20: cut off at every step that the host takes, and resumed.
#[tokio::test]
async fn an_export_that_is_cut_off_at_any_step_ends_in_the_same_state() {
    let mut stage = Stage::open().await;
    let undisturbed = finished(enter(&mut stage).await, None).await.0;
    let mut cut_at = 1;
    loop {
        let (state, was_cut) = finished(enter(&mut stage).await, Some(cut_at)).await;
        assert_same(&state, &undisturbed, &format!("cut off at step {cut_at}"));
        if !was_cut {
            break;
        }
        cut_at += 1;
    }
    assert!(cut_at > 60, "{cut_at} steps are too few to be an export");
    println!("cut off at each of {} steps", cut_at - 1);
}

async fn finished(world: &mut World, cut_at: Option<u64>) -> (Value, bool) {
    queue(world, "7", form(everybody())).await;
    if let Some(cut_at) = cut_at {
        world.host.embedding().faults().cut_after(cut_at);
    }
    let was_cut = to_the_end_through_cuts(world, || None).await > 0;
    (state(world).await, was_cut)
}

/// PV-20, C20: somebody else takes the name between the look and the list: it is
/// a clear rejection, nobody gets the attribute, and the other list is left alone.
#[tokio::test]
async fn a_name_that_somebody_else_takes_meanwhile_is_a_clear_rejection() {
    let world = world().await;
    queue(&world, "7", form(everybody())).await;
    world
        .sim
        .faults()
        .next_on("POST /templist", 1, Fault::status(503));
    world.run().await;
    let name = LIST.to_owned();
    let contacts = Vec::new();
    let import = ListAction::ImportStaticList { name, contacts };
    world.sim.ui_list(&import).expect("imported");
    world.run_to_the_end().await;
    assert_eq!(rejections(&world).await, ["list-name-taken"]);
    assert_eq!(messages(&world).await, ["notify-export-failed"]);
    assert_eq!(stands(&world, "7").await, Some(SyncStatus::Failed));
    assert_eq!(members(&world), Vec::<String>::new());
    for id in ["1", "2", "3", "4"] {
        assert!(!world.record(id).await.gate, "PV-28: {id}");
    }
    // Freed again, and tried again by a person.
    let name = LIST.to_owned();
    let remove = ListAction::RemoveStaticList { name };
    world.sim.ui_list(&remove).expect("removed");
    let crm = world.host.crm();
    let rejected = crm.queue(10).await.expect("a queue").rejected;
    crm.retry(&rejected[0].key).await.expect("queued");
    world.run_to_the_end().await;
    assert_eq!(members(&world).len(), 4);
    let expected = ["notify-export-failed", "notify-exported"];
    assert_eq!(messages(&world).await, expected);
}

/// PV-19: an hour down, and it goes on where it was.
#[tokio::test]
async fn an_export_outlasts_a_spotler_that_is_down_for_an_hour() {
    let world = world().await;
    queue(&world, "7", form(everybody())).await;
    let faults = world.sim.faults();
    faults.always_on("*", Fault::ResetBeforeWork);
    for _ in 0..12 {
        world.run().await;
        world.advance_s(300);
    }
    assert_eq!(lists(&world).len(), 0);
    assert_eq!(messages(&world).await, Vec::<String>::new());
    faults.clear();
    world.run_to_the_end().await;
    assert_eq!(members(&world).len(), 4);
    assert_eq!(messages(&world).await, ["notify-exported"]);
}

/// PV-19: Spotler refuses every other request for a while because there are too
/// many; the export slows down and ends as ever.
#[tokio::test]
async fn an_export_outlasts_a_storm_of_refusals() {
    let world = world().await;
    queue(&world, "7", form(everybody())).await;
    let faults = world.sim.faults();
    for skip in (0..40).step_by(2) {
        faults.add(spotler_sim::FaultRule {
            on: "*".into(),
            when: spotler_sim::When::After { skip, times: 1 },
            fault: Fault::too_many_requests(),
        });
    }
    world.run_to_the_end().await;
    let refused = world.sim.requests();
    let refused = refused.iter().filter(|it| it.status == Some(429)).count();
    assert!(refused > 3, "{refused} refusals are no storm");
    assert_eq!(members(&world).len(), 4);
    assert_eq!(messages(&world).await, ["notify-exported"]);
    assert_eq!(world.sim.breaches(), []);
}

/// C13, C20: an opt-out that comes while the list is being filled: the list is
/// begun anew, without that person.
#[tokio::test]
async fn an_opt_out_while_the_list_is_filled_begins_it_anew() {
    let world = world().await;
    queue(&world, "7", form(everybody())).await;
    let add = "POST /templist/*";
    // Longer than what was read of the changes in Spotler counts.
    world.sim.faults().next_on(add, 1, Fault::retry_after(900));
    run_while_due_within(&world, 30_000).await;
    let begun = members(&world);
    assert_eq!(begun.len(), 2, "{begun:?}");
    let email = world.sim.contact_by_external_id(&begun[0]).expect("there");
    let email = email.email().expect("an address").to_owned();
    world.sim.ui_opt_out(&email).expect("opted out");
    world.tick().await;
    world.run_to_the_end().await;
    let members = members(&world);
    assert_eq!(members.len(), 3);
    assert!(!members.contains(&begun[0]), "{members:?}");
    assert_eq!(world.sim.requests_to("DELETE /templist/*").len(), 1);
    assert_eq!(lists(&world).len(), 1);
    let on_it = results(&world, "7").await;
    let on_it = on_it.iter().filter(|it| it.1.is_none()).count();
    assert_eq!(on_it, 3, "PV-43");
    assert_eq!(fact(&world, "7", "exported").await, "3");
    assert_eq!(world.sim.breaches(), []);
}

/// Works the queue, moving the clock to what is due next unless that is further
/// away.
async fn run_while_due_within(world: &World, ms: u64) {
    for _ in 0..100 {
        let worker = world.host.worker().expect("a worker");
        worker.run_until_idle().await.expect("worked");
        let next = worker.next_due().await.expect("a queue");
        drop(worker);
        let now = world.host.crm().now();
        match next {
            Some(next) if next <= now + ms => world.advance_ms(next.saturating_sub(now).max(1)),
            _ => return,
        }
    }
}

/// C13: an opt-out in the CRM, a withdrawn permission, and a record that is
/// deleted, all after people were prepared and before the list is made.
#[tokio::test]
async fn whoever_opts_out_or_is_deleted_during_the_export_is_left_out() {
    let world = world().await;
    queue(&world, "7", form(everybody())).await;
    let create = "POST /templist";
    // The first answer teaches how many members a request takes.
    world
        .sim
        .set_switch("limits.temporary_list_batch", 100.into())
        .expect("a switch");
    world
        .sim
        .faults()
        .next_on(create, 1, Fault::retry_after(600));
    run_while_due_within(&world, 60_000).await;
    let crm = world.host.crm();
    crm.set_mail(&contact("1"), false).await.expect("saved");
    world.say("3", 1, Consent::Withdrawn).await;
    crm.delete(&contact("4")).await.expect("deleted");
    world.run_to_the_end().await;
    assert_eq!(members(&world), ["webshop-1"]);
    let why: Vec<Option<String>> = results(&world, "7")
        .await
        .into_iter()
        .map(|it| it.1)
        .collect();
    let expected = [
        Some("opted-out-in-crm"),
        None,
        Some("lacks-permission"),
        Some("record-not-active"),
    ];
    assert_eq!(why, expected.map(|it| it.map(str::to_owned)));
    for (id, open) in [("1", false), ("2", true), ("3", false)] {
        assert_eq!(world.record(id).await.gate, open, "PV-28: {id}");
    }
}

/// How many members a list takes in a request is not documented: it is found out
/// once, and remembered.
#[tokio::test]
async fn how_many_members_a_request_takes_is_found_out_once() {
    let world = world().await;
    export(&world, "7", form(everybody())).await;
    assert_eq!(members(&world).len(), 4);
    world.requests();
    let other = CampaignForm {
        list_name: "Winter".into(),
        ..form(everybody())
    };
    export(&world, "8", other).await;
    let to_lists = world.sim.requests_to("POST /templist").len();
    let added = world.sim.requests_to("POST /templist/*").len();
    assert_eq!((to_lists, added), (1, 1));
}

/// The account has as many lists as it may: a marketer is told.
#[tokio::test]
async fn an_account_without_room_for_another_list_says_so() {
    let world = world().await;
    world
        .sim
        .set_switch("limits.temporary_lists", 0.into())
        .expect("a switch");
    export(&world, "7", form(everybody())).await;
    assert_eq!(rejections(&world).await, ["too-many-lists"]);
    assert_eq!(messages(&world).await, ["notify-export-failed"]);
}
