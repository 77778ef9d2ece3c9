//! Marketing lists as audiences: renamed and shortened in place, and never
//! emptied by accident.

use host_demo::contract::{ListForm, SyncStatus};
use host_demo::crm::lists::ListEdit;
use koppel_tests::lists::{addresses, audience, renamed, static_list};
use koppel_tests::{World, contact, spotler};
use spotler_sim::{Fault, switches::Product};

async fn world() -> World {
    World::start_with(spotler(), "dynamics365").await
}

/// The addresses in the audience with this name, sorted.
fn members(world: &World, name: &str) -> Vec<String> {
    let audiences = world.sim.audiences();
    let audience = audiences.iter().find(|it| it.name == name).expect("there");
    let contacts = world.sim.contacts();
    let is_in = |it: &&spotler_sim::Contact| audience.members.contains(&it.id);
    let emails = contacts.iter().filter(is_in);
    let mut emails: Vec<String> = emails
        .filter_map(|it| it.email().map(str::to_owned))
        .collect();
    emails.sort();
    emails
}

/// Fails if a removal was sent that does not name whom it removes.
fn assert_no_removal_is_empty(world: &World) {
    for request in world.sim.requests_to("DELETE /audience/*/contact") {
        let body = request.json().expect("a body");
        let named = body["contacts"].as_array().expect("a list of members");
        assert!(!named.is_empty(), "{body}");
        assert!(named.iter().all(|it| it.as_str() != Some("")), "{body}");
    }
}

/// DA-48, C19: an audience is renamed, extended and shortened in place; it is the
/// same audience all the time.
#[tokio::test]
async fn an_audience_is_renamed_and_changes_its_members_in_place() {
    let world = world().await;
    world.people(&["1", "2", "3"]).await;
    world
        .synced_list("l", audience("Klanten"), &["1", "2"])
        .await;
    assert_eq!(members(&world, "Klanten"), addresses(&["1", "2"]));
    assert_eq!(world.list_reason("l").await, "list-made");
    let crm = world.host.crm();
    crm.edit_list("l", renamed("Relaties"))
        .await
        .expect("saved");
    crm.set_mail(&contact("1"), false).await.expect("saved");
    world.run_to_the_end().await;
    world.sim.clear_requests();
    world.sync_list("l").await;
    assert_eq!(members(&world, "Relaties"), addresses(&["2"]));
    assert_eq!(world.sim.audiences().len(), 1);
    assert_eq!(world.list_reason("l").await, "list-amended");
    assert_no_removal_is_empty(&world);
    assert_eq!(
        world.list_requests(),
        [
            "GET /audience/marketing-list-l-1",
            "DELETE /audience/marketing-list-l-1/contact",
            "PUT /audience/marketing-list-l-1"
        ]
    );
}

/// DA-51, C19: an audience gets and loses a member at once, with one request.
#[tokio::test]
async fn an_audience_gets_and_loses_a_member_at_once() {
    let world = world().await;
    world.people(&["1", "2"]).await;
    world.synced_list("l", audience("Klanten"), &["1"]).await;
    let crm = world.host.crm();
    crm.add_list_member("l", &contact("2"))
        .await
        .expect("added");
    world.run().await;
    assert_eq!(members(&world, "Klanten"), addresses(&["1", "2"]));
    crm.remove_list_member("l", &contact("1"))
        .await
        .expect("removed");
    world.run().await;
    assert_eq!(members(&world, "Klanten"), addresses(&["2"]));
    assert_no_removal_is_empty(&world);
    assert_eq!(
        world.requests(),
        [
            "POST /audience/marketing-list-l-1/contact",
            "DELETE /audience/marketing-list-l-1/contact"
        ]
    );
}

/// C19: the last member leaves by name as well, and an audience without anybody
/// to remove gets no removal at all.
#[tokio::test]
async fn the_last_member_of_an_audience_is_removed_by_name() {
    let world = world().await;
    world.people(&["1"]).await;
    world.synced_list("l", audience("Klanten"), &["1"]).await;
    world.sync_list("l").await;
    let removals = world.sim.requests_to("DELETE /audience/*");
    assert_eq!(removals.len(), 0, "nobody left");
    let crm = world.host.crm();
    crm.set_mail(&contact("1"), false).await.expect("saved");
    world.run_to_the_end().await;
    world.sync_list("l").await;
    assert_eq!(members(&world, "Klanten"), Vec::<String>::new());
    assert_no_removal_is_empty(&world);
    assert_eq!(world.sim.requests_to("DELETE /audience/*").len(), 1);
}

/// C21: an account without audiences is told so; the connection goes on, and
/// nothing is made.
#[tokio::test]
async fn an_account_without_audiences_is_told_that_its_product_lacks_them() {
    let mut config = spotler();
    config.switches.account.product = Product::Mail;
    let world = World::start_with(config, "dynamics365").await;
    world.people(&["1"]).await;
    world.synced_list("l", audience("Klanten"), &["1"]).await;
    assert_eq!(world.list_reason("l").await, "not-in-your-product");
    let shown = world.host.crm().subject("marketing-list", "l").await;
    let status = shown.expect("read").map(|it| it.status);
    assert_eq!(status, Some(SyncStatus::Failed));
    assert!(world.host.connection().await.expect("a state").active);
    assert_eq!(world.static_list_names(), Vec::<String>::new());
    let form = ListEdit {
        form: Some(ListForm::StaticList),
        ..ListEdit::default()
    };
    world.host.crm().edit_list("l", form).await.expect("saved");
    world.sync_list("l").await;
    assert_eq!(world.on_static_list("Klanten"), addresses(&["1"]));
}

/// C19, DA-44: a static list that is to be an audience becomes one, and is no
/// static list any more.
#[tokio::test]
async fn a_list_is_either_a_static_list_or_an_audience() {
    let world = world().await;
    world.people(&["1"]).await;
    world.synced_list("l", static_list("Klanten"), &["1"]).await;
    let form = |form| ListEdit {
        form: Some(form),
        ..ListEdit::default()
    };
    let crm = world.host.crm();
    crm.edit_list("l", form(ListForm::Audience))
        .await
        .expect("saved");
    world.sync_list("l").await;
    assert_eq!(members(&world, "Klanten"), addresses(&["1"]));
    assert_eq!(world.static_list_names(), Vec::<String>::new());
    crm.edit_list("l", form(ListForm::StaticList))
        .await
        .expect("saved");
    world.sync_list("l").await;
    assert_eq!(world.on_static_list("Klanten"), addresses(&["1"]));
    assert_eq!(world.sim.audiences().len(), 0);
}

/// C19, PV-17: a name that another audience has is refused, for a new one and for
/// a new name; whoever had to leave has left all the same.
#[tokio::test]
async fn a_name_that_another_audience_has_is_refused() {
    for bodies in [false, true] {
        let world = world().await;
        world
            .sim
            .set_switches(|it| it.shape.audience_errors_have_body = bodies);
        world.people(&["1", "2"]).await;
        world.synced_list("a", audience("Bezet"), &["1"]).await;
        world.synced_list("b", audience("Bezet"), &["1"]).await;
        assert_eq!(world.list_reason("b").await, "list-name-in-use");
        let crm = world.host.crm();
        crm.edit_list("b", renamed("Vrij")).await.expect("saved");
        crm.add_list_member("b", &contact("2"))
            .await
            .expect("added");
        world.sync_list("b").await;
        assert_eq!(members(&world, "Vrij"), addresses(&["1", "2"]));
        crm.edit_list("b", renamed("Bezet")).await.expect("saved");
        crm.set_mail(&contact("2"), false).await.expect("saved");
        world.run_to_the_end().await;
        world.sync_list("b").await;
        assert_eq!(world.list_reason("b").await, "list-name-in-use");
        assert_eq!(members(&world, "Vrij"), addresses(&["1"]));
        assert_eq!(members(&world, "Bezet"), addresses(&["1"]));
    }
}

/// DA-49: an audience is removed with its list, and made anew if it was deleted by
/// hand.
#[tokio::test]
async fn an_audience_ends_with_its_list() {
    let world = world().await;
    world.people(&["1"]).await;
    world.synced_list("l", audience("Klanten"), &["1"]).await;
    let crm = world.host.crm();
    crm.deactivate_list("l").await.expect("saved");
    world.run().await;
    assert_eq!(world.sim.audiences().len(), 0);
    crm.reactivate_list("l").await.expect("saved");
    world.sync_list("l").await;
    assert_eq!(members(&world, "Klanten"), addresses(&["1"]));
}

/// C16, C19: whatever becomes of the answers, there is one audience with the right
/// members in the end, and no removal was ever empty.
#[tokio::test]
async fn each_fault_of_each_request_about_an_audience_ends_as_if_there_had_been_none() {
    let world = world().await;
    world.people(&["1", "2"]).await;
    world
        .synced_list("l", audience("Naam 0"), &["1", "2"])
        .await;
    let requests = [
        "GET /audience/*",
        "DELETE /audience/*/contact",
        "POST /audience/*/contact",
        "PUT /audience/*",
    ];
    let faults = [
        Fault::too_many_requests(),
        Fault::status(500),
        Fault::ResetBeforeWork,
        Fault::ResetAfterWork,
        Fault::StatusAfterWork { status: 502 },
        Fault::DoneTwice,
    ];
    let crm = world.host.crm();
    let mut turn = 0;
    for fault in &faults {
        for on in requests {
            turn += 1;
            let name = format!("Naam {turn}");
            // One joins where one leaves.
            let (leaves, joins) = if turn % 2 == 0 {
                ("1", "2")
            } else {
                ("2", "1")
            };
            crm.set_mail(&contact(joins), true).await.expect("saved");
            crm.set_mail(&contact(leaves), false).await.expect("saved");
            crm.edit_list("l", renamed(&name)).await.expect("saved");
            world.run_to_the_end().await;
            world.sim.faults().next_on(on, 1, fault.clone());
            world.sync_list("l").await;
            world.sim.faults().clear();
            assert_eq!(world.sim.audiences().len(), 1, "{fault:?} {on}");
            assert_eq!(
                members(&world, &name),
                addresses(&[joins]),
                "{fault:?} {on}"
            );
            assert_eq!(
                world.list_reason("l").await,
                "list-amended",
                "{fault:?} {on}"
            );
        }
    }
    assert_no_removal_is_empty(&world);
    assert!(world.sim.breaches().is_empty());
}
