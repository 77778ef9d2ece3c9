//! Whatever fails while a list is synced, there is one list in the end: never
//! none, never two (C19).

use host_demo::contract::RecordKind;
use host_demo::crm::Edit;
use host_demo::crm::selections::Selection;
use koppel_tests::lists::{address, addresses, dynamic_list, renamed, static_list};
use koppel_tests::{World, contact, person, spotler};
use spotler_sim::{Fault, ListAction};

async fn world() -> World {
    World::start_with(spotler(), "dynamics365").await
}

/// Waits until a request is held.
async fn held(world: &World) {
    let deadline = std::time::Duration::from_secs(30);
    assert!(
        world.sim.faults().until_held(1, deadline).await,
        "waited for the request"
    );
}

/// C16, C19, DA-48: each request of a replacement fails in each way, and there is
/// one list under its new name with its members.
#[tokio::test]
async fn each_fault_of_each_request_ends_in_one_list_under_its_new_name() {
    let world = world().await;
    world.people(&["1", "2"]).await;
    world
        .synced_list("l", static_list("Naam 0"), &["1", "2"])
        .await;
    let faults = [
        Fault::too_many_requests(),
        Fault::retry_after(30),
        Fault::status(500),
        Fault::ResetBeforeWork,
        Fault::ResetAfterWork,
        Fault::TruncatedBody,
        Fault::GarbageBody,
        Fault::StatusAfterWork { status: 500 },
        Fault::AnsweredTwice,
        Fault::DoneTwice,
    ];
    let mut turn = 0;
    for fault in &faults {
        for on in ["GET /templist", "DELETE /templist/*", "POST /templist"] {
            turn += 1;
            let name = format!("Naam {turn}");
            let edited = world.host.crm().edit_list("l", renamed(&name)).await;
            edited.expect("saved");
            world.run().await;
            world.sim.faults().next_on(on, 1, fault.clone());
            world.sync_list("l").await;
            world.sim.faults().clear();
            assert_eq!(
                world.static_list_names(),
                std::slice::from_ref(&name),
                "{fault:?} {on}"
            );
            assert_eq!(
                world.on_static_list(&name),
                addresses(&["1", "2"]),
                "{fault:?} {on}"
            );
            assert_eq!(
                world.list_reason("l").await,
                "list-replaced",
                "{fault:?} {on}"
            );
        }
    }
}

/// C17, C19: the process ends at any step of a replacement; the sync goes on and
/// ends in the create.
#[tokio::test]
async fn a_replacement_that_is_cut_off_at_any_step_ends_in_one_list() {
    let mut world = world().await;
    world.people(&["1", "2"]).await;
    world
        .synced_list("l", static_list("Naam 0"), &["1", "2"])
        .await;
    let mut cut_at = 1;
    loop {
        let name = format!("Naam {cut_at}");
        let crm = world.host.crm();
        crm.edit_list("l", renamed(&name)).await.expect("saved");
        world.run().await;
        world.host.crm().sync_list("l").await.expect("queued");
        world.host.embedding().faults().cut_after(cut_at);
        let was_cut = match world.host.run_until_idle().await {
            Ok(_) => false,
            Err(error) => {
                assert!(format!("{error:?}").contains("CutOff"), "{error:?}");
                true
            }
        };
        world.restart().await;
        world.run_to_the_end().await;
        assert_eq!(
            world.static_list_names(),
            std::slice::from_ref(&name),
            "cut at {cut_at}"
        );
        assert_eq!(
            world.on_static_list(&name),
            addresses(&["1", "2"]),
            "cut at {cut_at}"
        );
        assert_eq!(world.list_fact("l", "name").await, name, "cut at {cut_at}");
        if !was_cut {
            break;
        }
        cut_at += 2;
    }
    assert!(cut_at > 60, "{cut_at} steps are too few to be a sync");
}

/// C19: a name that somebody takes between our look and our create leaves the list
/// under its old name, and the user is told.
#[tokio::test]
async fn a_name_that_is_taken_during_the_sync_leaves_the_list_under_its_old_name() {
    let world = world().await;
    world.people(&["1"]).await;
    world.synced_list("l", static_list("Oud"), &["1"]).await;
    let crm = world.host.crm();
    crm.edit_list("l", renamed("Nieuw")).await.expect("saved");
    world.run().await;
    crm.sync_list("l").await.expect("queued");
    let faults = world.sim.faults();
    faults.next_on("DELETE /templist/*", 1, Fault::HangBeforeWork);
    let meanwhile = async {
        held(&world).await;
        let import = ListAction::ImportStaticList {
            name: "Nieuw".into(),
            contacts: Vec::new(),
        };
        world.sim.ui_list(&import).expect("imported");
        world.sim.faults().release();
    };
    tokio::join!(world.run(), meanwhile);
    world.run_to_the_end().await;
    assert_eq!(world.static_list_names(), ["Nieuw", "Oud"]);
    assert_eq!(world.on_static_list("Oud"), addresses(&["1"]));
    assert_eq!(world.list_reason("l").await, "list-name-in-use");
    assert_eq!(world.list_fact("l", "name").await, "Oud");
}

/// C19: a list that is deleted by hand while members are being added is made
/// anew.
#[tokio::test]
async fn a_list_that_is_deleted_by_hand_during_the_sync_is_made_anew() {
    let world = world().await;
    world.people(&["1", "2"]).await;
    world.save("2", Edit::new().gate(false)).await;
    world.run_to_the_end().await;
    let gated = dynamic_list("Actief", Selection::Gated(RecordKind::Contact));
    world.synced_list("d", gated, &[]).await;
    assert_eq!(world.on_static_list("Actief"), addresses(&["1"]));
    world.save("2", Edit::new().gate(true)).await;
    world.run_to_the_end().await;
    world.host.crm().sync_list("d").await.expect("queued");
    let faults = world.sim.faults();
    faults.next_on("POST /templist/*", 1, Fault::HangBeforeWork);
    let meanwhile = async {
        held(&world).await;
        let remove = ListAction::RemoveStaticList {
            name: "Actief".into(),
        };
        world.sim.ui_list(&remove).expect("removed");
        world.sim.faults().release();
    };
    tokio::join!(world.run(), meanwhile);
    world.run_to_the_end().await;
    assert_eq!(world.static_list_names(), ["Actief"]);
    assert_eq!(world.on_static_list("Actief"), addresses(&["1", "2"]));
    assert_eq!(world.list_reason("d").await, "list-made");
}

/// C19: a contact that is deleted in the CRM while its list is made, and that
/// Spotler knows no more, keeps nobody else off the list.
#[tokio::test]
async fn a_contact_that_is_deleted_during_the_sync_keeps_nobody_else_off_the_list() {
    let mut config = spotler();
    config.switches.identity.blank_keeps_external_id = false;
    let world = World::start_with(config, "dynamics365").await;
    let ids = ["1", "2", "3", "4", "5"];
    world.people(&ids).await;
    let crm = world.host.crm();
    crm.create_list("l", static_list("Klanten"))
        .await
        .expect("saved");
    for id in ids {
        crm.add_list_member("l", &contact(id)).await.expect("added");
    }
    world.run().await;
    crm.sync_list("l").await.expect("queued");
    let faults = world.sim.faults();
    faults.next_on("POST /templist", 1, Fault::HangBeforeWork);
    let over = tokio::sync::Notify::new();
    let meanwhile = async {
        held(&world).await;
        crm.delete(&contact("3")).await.expect("deleted");
        let blanked = || world.sim.contact_by_external_id("3").is_none();
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
        while !blanked() && std::time::Instant::now() < deadline {
            tokio::task::yield_now().await;
        }
        assert!(blanked(), "waited for the contact to be blanked");
        world.sim.faults().release();
        over.notify_one();
    };
    let worker = world.host.worker().expect("a worker");
    let (worked, ()) = tokio::join!(worker.run(over.notified()), meanwhile);
    worked.expect("worked");
    drop(worker);
    world.run_to_the_end().await;
    assert_eq!(
        world.on_static_list("Klanten"),
        addresses(&["1", "2", "4", "5"])
    );
    assert_eq!(world.static_list_names(), ["Klanten"]);
    assert!(world.sim.breaches().is_empty());
}

/// DA-41: a list larger than any page is synced in steps, with a look at the
/// names and one request for all its members.
#[tokio::test]
async fn a_list_of_many_pages_costs_two_requests_about_lists() {
    let world = world().await;
    let ids: Vec<String> = (0..1_100).map(|it| format!("{it:04}")).collect();
    let crm = world.host.crm();
    for id in &ids {
        let edit = person("Anna", &address(id)).permission(1, host_demo::contract::Consent::Given);
        crm.create(&contact(id), edit).await.expect("saved");
    }
    let all = dynamic_list("Allen", Selection::All(RecordKind::Contact));
    crm.create_list("d", all).await.expect("saved");
    world.run().await;
    world.sim.clear_requests();
    world.sync_list("d").await;
    assert_eq!(world.sim.static_list_members("Allen").len(), ids.len());
    assert_eq!(world.list_requests(), ["GET /templist", "POST /templist"]);
    let history = world.list_history("d").await;
    let steps = history.iter().filter(|it| it.outcome == "deferred").count();
    assert!(steps >= 5, "{steps}");
}
