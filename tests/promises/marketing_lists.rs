//! Marketing lists: saved in the CRM, synced by hand, one list in Spotler.

use host_demo::contract::{Consent, ListType, RecordKind, SyncStatus};
use host_demo::crm::Edit;
use host_demo::crm::lists::NewList;
use host_demo::crm::selections::Selection;
use koppel_tests::lists::{address, addresses, dynamic_list, record, renamed, static_list};
use koppel_tests::{World, contact, spotler};
use spotler_sim::{DynamicList, ListAction};

async fn world() -> World {
    World::start_with(spotler(), "dynamics365").await
}

fn derived(name: &str) -> DynamicList {
    DynamicList {
        name: format!("uit {name}"),
        from_static_list: Some(name.to_owned()),
        selection: Vec::new(),
        exclusion: Vec::new(),
    }
}

/// DA-40, DA-41, DA-47, DA-53, PV-26: saving a list sends nothing; its sync makes
/// one static list of exactly its name with its members, and the list says so.
#[tokio::test]
async fn saving_a_list_sends_nothing_and_its_sync_makes_it_in_spotler() {
    let world = world().await;
    world.people(&["1", "2"]).await;
    let crm = world.host.crm();
    let name = "Beurs Überall: “Zoë” & co";
    crm.create_list("l", static_list(name))
        .await
        .expect("saved");
    for id in ["1", "2"] {
        let added = crm.add_list_member("l", &contact(id)).await;
        added.expect("added");
    }
    world.run().await;
    assert_eq!(world.requests(), Vec::<String>::new());
    assert_eq!(world.list_reason("l").await, "list-not-in-spotler");
    assert_eq!(world.list_fact("l", "in-spotler").await, "");

    world.sync_list("l").await;
    assert_eq!(world.static_list_names(), [name]);
    assert_eq!(world.on_static_list(name), addresses(&["1", "2"]));
    assert_eq!(world.list_reason("l").await, "list-made");
    let shown = crm.subject("marketing-list", "l").await.expect("read");
    assert_eq!(shown.map(|it| it.status), Some(SyncStatus::Succeeded));
    assert_eq!(world.list_fact("l", "in-spotler").await, "yes");
    assert_eq!(world.list_fact("l", "members-in-spotler").await, "2");
    assert_eq!(
        world.list_requests(),
        ["GET /templist", "POST /templist"],
        "a look at the names, and the list"
    );

    world.sync_list("l").await;
    assert_eq!(world.list_reason("l").await, "list-in-step");
    assert_eq!(world.list_requests(), ["GET /templist"]);
}

/// DA-42, DA-43, DA-44: a dynamic list becomes a static one with whoever its
/// filter selects at the sync.
#[tokio::test]
async fn a_dynamic_list_becomes_a_static_one_with_its_members_of_the_moment() {
    let world = world().await;
    world.people(&["1", "2", "3"]).await;
    let gated = Selection::Gated(RecordKind::Contact);
    world
        .synced_list("d", dynamic_list("Actief", gated), &[])
        .await;
    assert_eq!(world.on_static_list("Actief"), addresses(&["1", "2", "3"]));
    world.save("2", Edit::new().gate(false)).await;
    world.run().await;
    assert_eq!(world.on_static_list("Actief"), addresses(&["1", "2", "3"]));
    world.sync_list("d").await;
    assert_eq!(world.on_static_list("Actief"), addresses(&["1", "3"]));
    assert_eq!(world.list_reason("d").await, "list-replaced");
    assert_eq!(world.list_fact("d", "removed").await, "1");
    assert_eq!(world.list_fact("d", "added").await, "0");
    assert_eq!(world.static_list_names(), ["Actief"]);
}

/// DA-51, C2: whoever is added to a list that is in Spotler is sent at once, with
/// one request, from the list's side and from the contact's.
#[tokio::test]
async fn a_member_who_is_added_to_a_synced_list_is_sent_at_once_with_one_request() {
    let world = world().await;
    world.people(&["1", "2"]).await;
    world.synced_list("l", static_list("Klanten"), &["1"]).await;
    let added = world.host.crm().add_list_member("l", &contact("2")).await;
    added.expect("added");
    world.run().await;
    assert_eq!(world.requests().len(), 1);
    assert_eq!(world.on_static_list("Klanten"), addresses(&["1", "2"]));
    assert_eq!(world.list_reason("l").await, "list-member-added");
    let lists = world.host.crm().lists_of(&contact("2")).await;
    assert_eq!(lists.expect("read"), ["l"]);
    world.sync_list("l").await;
    assert_eq!(world.list_reason("l").await, "list-in-step");
}

/// DA-51: somebody who is not in Spotler yet is added there first.
#[tokio::test]
async fn a_new_contact_who_is_added_to_a_synced_list_is_created_first() {
    let world = world().await;
    world.people(&["1"]).await;
    world.synced_list("l", static_list("Klanten"), &["1"]).await;
    let crm = world.host.crm();
    let anna = koppel_tests::person("Anna", &address("2")).permission(1, Consent::Given);
    crm.create(&contact("2"), anna).await.expect("saved");
    crm.add_list_member("l", &contact("2"))
        .await
        .expect("added");
    world.run_to_the_end().await;
    assert_eq!(world.on_static_list("Klanten"), addresses(&["1", "2"]));
}

/// DA-52: a list that is not in Spotler gets no request, and says what to do.
#[tokio::test]
async fn a_member_who_is_added_to_a_list_that_was_never_synced_is_not_sent() {
    let world = world().await;
    world.people(&["1"]).await;
    let crm = world.host.crm();
    crm.create_list("l", static_list("Klanten"))
        .await
        .expect("saved");
    crm.add_list_member("l", &contact("1"))
        .await
        .expect("added");
    world.run().await;
    assert_eq!(world.requests(), Vec::<String>::new());
    assert_eq!(world.list_reason("l").await, "list-not-in-spotler");
    let texts = world.host.explainer().await.expect("texts");
    let next = texts.next_step(
        host_demo::explain::Language::English,
        "list-not-in-spotler",
        &[],
    );
    assert_eq!(next.as_deref(), Some("Sync the list to Spotler."));
}

/// C13, DA-51: whoever opted out is not added, and the reason is said.
#[tokio::test]
async fn a_member_who_opted_out_is_not_put_on_a_synced_list() {
    let world = world().await;
    world.people(&["1", "2", "3"]).await;
    world.synced_list("l", static_list("Klanten"), &["1"]).await;
    let crm = world.host.crm();
    crm.set_mail(&contact("2"), false).await.expect("saved");
    world.say("3", 1, Consent::Withdrawn).await;
    world.run().await;
    world.sim.clear_requests();
    for id in ["2", "3"] {
        crm.add_list_member("l", &contact(id)).await.expect("added");
        world.run().await;
        assert_eq!(world.list_reason("l").await, "list-member-left-out");
    }
    assert_eq!(world.list_requests(), Vec::<String>::new());
    assert_eq!(world.on_static_list("Klanten"), addresses(&["1"]));
}

/// DA-51, C16: knowledge of opt-outs that is old is renewed before somebody is
/// put on a list.
#[tokio::test]
async fn an_opt_out_in_spotler_is_noticed_before_a_member_is_put_on_a_list() {
    let world = world().await;
    world.people(&["1", "2"]).await;
    world.synced_list("l", static_list("Klanten"), &["1"]).await;
    world.advance_s(7_200);
    world.sim.ui_opt_out(&address("2")).expect("done");
    let added = world.host.crm().add_list_member("l", &contact("2")).await;
    added.expect("added");
    world.run_to_the_end().await;
    assert_eq!(world.on_static_list("Klanten"), addresses(&["1"]));
    assert_eq!(world.list_reason("l").await, "list-member-left-out");
    assert!(world.sim.breaches().is_empty());
}

/// C2, PV-29, PV-30: where every export makes a new list, none is added to.
#[tokio::test]
async fn a_profile_of_new_lists_refuses_to_add_and_to_change() {
    let world = World::start_with(spotler(), "perfectview").await;
    world.people(&["1", "2"]).await;
    world
        .synced_list("l", static_list("Voorjaar"), &["1"])
        .await;
    let crm = world.host.crm();
    crm.add_list_member("l", &contact("2"))
        .await
        .expect("added");
    world.run().await;
    assert_eq!(world.list_reason("l").await, "list-not-extendable");
    world.sync_list("l").await;
    assert_eq!(world.list_reason("l").await, "list-not-extendable");
    assert_eq!(world.on_static_list("Voorjaar"), addresses(&["1"]));
    crm.edit_list("l", renamed("Najaar")).await.expect("saved");
    world.sync_list("l").await;
    assert_eq!(world.static_list_names(), ["Najaar", "Voorjaar"]);
    assert_eq!(world.on_static_list("Najaar"), addresses(&["1", "2"]));
}

/// DA-30, DA-32, DA-48: an opt-out in the CRM leaves the list in Spotler at the
/// next sync and not earlier; and comes back by a sync only.
#[tokio::test]
async fn an_opt_out_in_the_crm_leaves_the_list_at_its_next_sync_and_comes_back_by_one() {
    let world = world().await;
    world.people(&["1", "2"]).await;
    world
        .synced_list("l", static_list("Klanten"), &["1", "2"])
        .await;
    let crm = world.host.crm();
    crm.set_mail(&contact("2"), false).await.expect("saved");
    world.run_to_the_end().await;
    assert_eq!(world.permissions_on(&address("2")), Vec::<u32>::new());
    assert_eq!(world.on_static_list("Klanten"), addresses(&["1", "2"]));
    world.sync_list("l").await;
    assert_eq!(world.on_static_list("Klanten"), addresses(&["1"]));
    assert_eq!(world.list_fact("l", "left-out").await, "1");
    assert_eq!(world.list_fact("l", "left-out-opted-out-in-crm").await, "1");
    crm.set_mail(&contact("2"), true).await.expect("saved");
    world.run_to_the_end().await;
    assert_eq!(world.permissions_on(&address("2")), [1]);
    assert_eq!(world.on_static_list("Klanten"), addresses(&["1"]));
    world.sync_list("l").await;
    assert_eq!(world.on_static_list("Klanten"), addresses(&["1", "2"]));
    assert_eq!(world.list_reason("l").await, "list-extended");
}

/// DA-34, DA-35, DA-38, DA-39: the sync of a list notices opt-outs and bounces of
/// its members, and they leave it.
#[tokio::test]
async fn the_sync_of_a_list_notices_who_opted_out_or_bounced_in_spotler() {
    let mut config = spotler();
    config.switches.signals.write_says_opt_out = true;
    let world = World::start_with(config, "dynamics365").await;
    world.people(&["1", "2", "3"]).await;
    world
        .synced_list("l", static_list("Klanten"), &["1", "2", "3"])
        .await;
    world.sim.ui_opt_out(&address("2")).expect("done");
    world.sim.ui_hard_bounce(&address("3")).expect("done");
    world.advance_s(60);
    world.sync_list("l").await;
    assert_eq!(world.on_static_list("Klanten"), addresses(&["1"]));
    assert_eq!(world.list_fact("l", "left-out").await, "2");
    assert_eq!(world.status("3").await, Some(SyncStatus::Failed));
    let tasks = world.host.crm().tasks(true).await.expect("tasks");
    let bounce = tasks.iter().find(|it| it.code == "task-bounce");
    let bounce = bounce.expect("a task about the bounce");
    assert_eq!(bounce.owner.as_deref(), Some("owner-1"));
    assert_eq!(bounce.target, Some(contact("3")));
    assert_ne!(world.status("2").await, Some(SyncStatus::Succeeded));
    assert!(world.sim.breaches().is_empty());
}

/// DA-48, C19: a new name is sent by a sync, and there is one list afterwards.
#[tokio::test]
async fn a_renamed_list_is_one_list_under_its_new_name_after_the_sync() {
    let world = world().await;
    world.people(&["1", "2"]).await;
    world
        .synced_list("l", static_list("Klanten"), &["1", "2"])
        .await;
    let crm = world.host.crm();
    crm.edit_list("l", renamed("Relaties"))
        .await
        .expect("saved");
    world.run().await;
    assert_eq!(world.requests(), Vec::<String>::new());
    assert_eq!(world.list_reason("l").await, "list-not-sent");
    world.sync_list("l").await;
    assert_eq!(world.static_list_names(), ["Relaties"]);
    assert_eq!(world.on_static_list("Relaties"), addresses(&["1", "2"]));
    assert_eq!(world.list_reason("l").await, "list-replaced");
    assert_eq!(
        world.list_requests(),
        [
            "GET /templist",
            "DELETE /templist/marketing-list-l-1",
            "POST /templist"
        ]
    );
}

/// DA-49: a list that is deactivated or deleted is removed in Spotler by itself,
/// and one that never was there costs nothing.
#[tokio::test]
async fn a_list_that_ends_in_the_crm_is_removed_in_spotler_by_itself() {
    let world = world().await;
    world.people(&["1"]).await;
    world.synced_list("a", static_list("Een"), &["1"]).await;
    world.synced_list("b", static_list("Twee"), &["1"]).await;
    let crm = world.host.crm();
    crm.create_list("c", static_list("Drie"))
        .await
        .expect("saved");
    crm.deactivate_list("a").await.expect("saved");
    crm.delete_list("b").await.expect("saved");
    crm.delete_list("c").await.expect("saved");
    world.run().await;
    assert_eq!(world.static_list_names(), Vec::<String>::new());
    assert_eq!(world.list_requests().len(), 2);
    assert_eq!(world.list_reason("a").await, "list-removed");
    assert_eq!(world.list_fact("a", "in-spotler").await, "no");
    assert_eq!(world.list_reason("c").await, "list-not-in-spotler");
}

/// DA-50: a list that is active again sends nothing until it is synced.
#[tokio::test]
async fn a_reactivated_list_is_in_spotler_after_a_sync_by_hand_only() {
    let world = world().await;
    world.people(&["1"]).await;
    world.synced_list("l", static_list("Klanten"), &["1"]).await;
    let crm = world.host.crm();
    crm.deactivate_list("l").await.expect("saved");
    world.run().await;
    world.sim.clear_requests();
    crm.reactivate_list("l").await.expect("saved");
    world.run().await;
    assert_eq!(world.requests(), Vec::<String>::new());
    assert_eq!(world.static_list_names(), Vec::<String>::new());
    world.sync_list("l").await;
    assert_eq!(world.on_static_list("Klanten"), addresses(&["1"]));
}

/// DA-49, C19: a list in use stands, it is reported once to the user, and it is
/// removed as soon as it is free.
#[tokio::test]
async fn a_list_in_use_stands_and_is_removed_when_it_is_free() {
    let world = world().await;
    world.people(&["1"]).await;
    world.synced_list("l", static_list("Klanten"), &["1"]).await;
    let list = derived("Klanten");
    let using = list.name.clone();
    world
        .sim
        .ui_list(&ListAction::CreateDynamicList { list })
        .expect("made");
    world.host.crm().deactivate_list("l").await.expect("saved");
    for _ in 0..3 {
        world.run().await;
        assert_eq!(world.list_reason("l").await, "list-in-use");
        assert_eq!(world.static_list_names(), ["Klanten"]);
        world.advance_s(3_601);
    }
    assert_eq!(world.list_requests().len(), 3, "one an hour");
    let told = world.host.crm().messages().await.expect("messages");
    let told = told.iter().filter(|it| it.code == "list-in-use");
    assert_eq!(told.count(), 1);
    world
        .sim
        .ui_list(&ListAction::RemoveDynamicList { name: using })
        .expect("removed");
    world.run().await;
    assert_eq!(world.static_list_names(), Vec::<String>::new());
}

/// C19, C13: while a list in use cannot be replaced the old one stands; when it
/// can, who may be on it is asked anew.
#[tokio::test]
async fn a_list_in_use_is_replaced_later_with_whoever_fits_then() {
    let world = world().await;
    world.people(&["1", "2", "3"]).await;
    world
        .synced_list("l", static_list("Klanten"), &["1", "2", "3"])
        .await;
    let list = derived("Klanten");
    let using = list.name.clone();
    world
        .sim
        .ui_list(&ListAction::CreateDynamicList { list })
        .expect("made");
    let crm = world.host.crm();
    crm.remove_list_member("l", &contact("1"))
        .await
        .expect("removed");
    crm.sync_list("l").await.expect("queued");
    world.run().await;
    assert_eq!(world.list_reason("l").await, "list-in-use");
    assert_eq!(world.on_static_list("Klanten").len(), 3);
    world
        .sim
        .ui_list(&ListAction::RemoveDynamicList { name: using })
        .expect("removed");
    world.sim.ui_opt_out(&address("2")).expect("done");
    world.run_to_the_end().await;
    assert_eq!(world.on_static_list("Klanten"), addresses(&["3"]));
    assert_eq!(world.static_list_names(), ["Klanten"]);
    assert!(world.sim.breaches().is_empty());
}

/// PV-17, C19: a name that somebody else's list has is refused before anything is
/// written, and the list that is there stands.
#[tokio::test]
async fn a_name_that_is_taken_is_refused_and_the_old_list_stands() {
    let world = world().await;
    world.people(&["1"]).await;
    let import = |name: &str| ListAction::ImportStaticList {
        name: name.to_owned(),
        contacts: Vec::new(),
    };
    world.sim.ui_list(&import("Bezet")).expect("imported");
    world.synced_list("l", static_list("Klanten"), &["1"]).await;
    let crm = world.host.crm();
    crm.edit_list("l", renamed("Bezet")).await.expect("saved");
    world.sync_list("l").await;
    assert_eq!(world.list_reason("l").await, "list-name-in-use");
    assert_eq!(world.static_list_names(), ["Bezet", "Klanten"]);
    assert_eq!(world.list_requests(), ["GET /templist"]);
    let queue = crm.queue(10).await.expect("a queue");
    assert_eq!(queue.rejected.len(), 1, "somebody has to choose a name");
    crm.edit_list("l", renamed("Vrij")).await.expect("saved");
    world.sync_list("l").await;
    assert_eq!(world.static_list_names(), ["Bezet", "Vrij"]);
    let queue = crm.queue(10).await.expect("a queue");
    assert_eq!(queue.rejected.len(), 0, "the success ended the rejection");
}

/// C19: a list that was deleted by hand in Spotler is made anew by a sync, and a
/// member who is added to it says so.
#[tokio::test]
async fn a_list_that_was_deleted_by_hand_in_spotler_is_made_anew_by_a_sync() {
    let world = world().await;
    world.people(&["1", "2"]).await;
    world.synced_list("l", static_list("Klanten"), &["1"]).await;
    let gone = ListAction::RemoveStaticList {
        name: "Klanten".into(),
    };
    world.sim.ui_list(&gone).expect("removed");
    let crm = world.host.crm();
    crm.add_list_member("l", &contact("2"))
        .await
        .expect("added");
    world.run().await;
    assert_eq!(world.list_reason("l").await, "list-gone-from-spotler");
    assert_eq!(world.list_fact("l", "in-spotler").await, "no");
    world.sync_list("l").await;
    assert_eq!(world.on_static_list("Klanten"), addresses(&["1", "2"]));
    assert_eq!(world.list_reason("l").await, "list-made");
}

/// DA-46: leads and accounts have lists as well, each list of one kind; records
/// of another kind are refused whatever the host hands in.
#[tokio::test]
async fn leads_and_accounts_have_lists_of_their_own_and_no_list_is_mixed() {
    let world = world().await;
    world.people(&["c1"]).await;
    let crm = world.host.crm();
    let kinds = [
        (RecordKind::Lead, "lead-1"),
        (RecordKind::Account, "account-1"),
    ];
    for (kind, id) in kinds {
        let edit = Edit::new()
            .text(host_demo::crm::fields::required(kind), "de Boer")
            .text("email", &address(id))
            .permission(1, Consent::Given);
        crm.create(&record(kind, id), edit).await.expect("saved");
        let new = NewList {
            target: kind,
            ..static_list(id)
        };
        crm.create_list(id, new).await.expect("saved");
        let added = crm.add_list_member(id, &record(kind, id)).await;
        added.expect("added");
        world.run_to_the_end().await;
        world.sync_list(id).await;
        assert_eq!(world.on_static_list(id), addresses(&[id]));
    }
    let dynamic = NewList {
        list_type: ListType::DynamicList,
        filter: Some(Selection::All(RecordKind::Contact)),
        ..static_list("Contacten")
    };
    crm.create_list("m", dynamic).await.expect("saved");
    let list = crm.list("m").await.expect("read").expect("there");
    let mut mixed = list.sync();
    for parameter in &mut mixed.parameters {
        if parameter.name == "target" {
            parameter.value = "lead".into();
        }
    }
    world.host.run_action(mixed).await.expect("queued");
    world.run_to_the_end().await;
    assert_eq!(world.list_reason("m").await, "list-of-several-kinds");
    assert!(!world.static_list_names().contains(&"Contacten".to_owned()));
}

/// C13, C16: whoever is in Spotler already, unknown to us, is looked at first and
/// waited for; the gate is not opened by a list (PV-50).
#[tokio::test]
async fn somebody_who_has_to_be_looked_at_first_is_waited_for() {
    let mut config = spotler();
    let web = spotler_sim::SeedContact::new("web-1", &address("1")).with_permissions(&[1]);
    config.contacts = vec![web];
    let world = World::start_with(config, "yoobi").await;
    world.people(&["1", "2"]).await;
    assert_eq!(world.sim.contact_count(), 1, "nobody is linked yet");
    world
        .synced_list("l", static_list("Klanten"), &["1", "2"])
        .await;
    assert_eq!(world.on_static_list("Klanten"), addresses(&["1", "2"]));
    assert_eq!(world.sim.contact_count(), 2);
    assert_eq!(world.list_reason("l").await, "list-made");
}

/// DA-47, C11: an operation without what it needs is refused, and says what is
/// missing.
#[tokio::test]
async fn a_sync_that_names_no_list_is_refused() {
    let world = world().await;
    world.queue_action("sync-list", &[]).await;
    world.run().await;
    assert_eq!(
        world.last_reason_of("run-action").await,
        "parameter-missing"
    );
    assert_eq!(world.requests(), Vec::<String>::new());
}

/// DA-49, PV-04: while the connection is switched off nothing is sent.
#[tokio::test]
async fn while_the_connection_is_off_no_list_is_sent() {
    let world = world().await;
    world.people(&["1"]).await;
    world.synced_list("l", static_list("Klanten"), &["1"]).await;
    let off = world.host.crm().change_settings(|it| it.active = false);
    off.await.expect("saved");
    world.run().await;
    world.sim.clear_requests();
    world.sync_list("l").await;
    assert_eq!(world.list_reason("l").await, "not-active");
    assert_eq!(world.requests(), Vec::<String>::new());
}
