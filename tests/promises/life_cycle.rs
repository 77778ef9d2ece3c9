//! Deactivated, deleted, activated again.

use host_demo::contract::{AutomaticAction, FieldValue, PermissionWish, SyncStatus};
use host_demo::crm::Edit;
use host_demo::crm::bulk::BulkChange;
use host_demo::crm::sales::{BoundAction, Stage};
use host_demo::crm::selections::Selection;
use host_demo::host::Restore;
use koppel_tests::journeys::code;
use koppel_tests::{World, anna, contact, spotler};
use spotler_sim::{Fault, Journey, JourneyDraft};

const ANNA: &str = "anna@voorbeeld.nl";

async fn with_anna(profile: &str) -> World {
    let world = World::start_with(spotler(), profile).await;
    world.save("1", anna()).await;
    world.opt_in("1", 1).await;
    world.run().await;
    world
}

fn id_of(profile: &str) -> &'static str {
    if profile == "dynamics365" {
        "1"
    } else {
        "contact-1"
    }
}

/// DA-05, DA-19, DA-20
#[tokio::test]
async fn deactivating_and_deleting_switch_permissions_off_and_blank() {
    for delete in [false, true] {
        let world = with_anna("dynamics365").await;
        world.sim.clear_requests();
        let crm = world.host.crm();
        if delete {
            crm.delete(&contact("1")).await
        } else {
            crm.deactivate(&contact("1")).await
        }
        .expect("saved");
        world.run().await;
        assert_eq!(world.reason("1").await, "blanked");
        let requests = world.requests();
        let at = |line: &str| requests.iter().position(|it| it == line);
        let off = at("PUT /contact/1").expect("switched off");
        let blank = at("PUT /contact/anonymize/1").expect("blanked");
        assert!(off < blank, "{requests:?}");
        assert!(world.sim.contact_by_email("anna@voorbeeld.nl").is_none());
        assert_eq!(world.sim.contact_count(), 1);
    }
}

/// DA-23, C1
#[tokio::test]
async fn activating_again_restores_what_was_there() {
    for profile in ["default", "dynamics365"] {
        let world = with_anna(profile).await;
        world
            .host
            .crm()
            .deactivate(&contact("1"))
            .await
            .expect("saved");
        world.run().await;
        world
            .host
            .crm()
            .reactivate(&contact("1"))
            .await
            .expect("saved");
        world.run().await;
        assert_eq!(world.reason("1").await, "restored", "{profile}");
        assert_eq!(world.permissions_on("anna@voorbeeld.nl"), [1]);
        assert_eq!(
            world
                .sim
                .contact_by_email("anna@voorbeeld.nl")
                .and_then(|it| it.external_id)
                .as_deref(),
            Some(id_of(profile))
        );
    }
}

/// Tries whatever a user or a rule of the CRM can try to get Anna mailed again, short
/// of making her active in Spotler itself.
async fn try_everything(world: &World, journey: &Journey) {
    let crm = world.host.crm();
    let trigger = code(journey);
    let start = [("trigger", trigger.as_str())];
    for operation in ["sync-contact", "link", "match", "reactivate"] {
        world.act(operation, &["1"]).await;
    }
    let mut permissions = World::action("set-permissions", &["1"], &[]);
    permissions.permissions = vec![PermissionWish { bit: 2, on: true }];
    world.host.run_action(permissions).await.expect("queued");
    world.run().await;
    world.operate("start-journey", &["1"], &start).await;
    let restore = Restore::Records(vec![contact("1")], None);
    world.host.restore(restore).await.expect("queued");
    world.run().await;

    let anne = FieldValue::Text("Anne".to_owned());
    let change = BulkChange {
        fields: [("first_name".to_owned(), Some(anne))].into(),
        on: vec![2],
        starts: vec![trigger.clone()],
        ..BulkChange::default()
    };
    let whom = Selection::Records(vec![contact("1")]);
    let number = crm.choose_for_bulk(whom).await.expect("chosen").number;
    crm.set_bulk(number, change).await.expect("set");
    crm.save_bulk(number, |_| {}).await.expect("saved");
    world.run().await;

    let won = || Stage {
        scheme: "sales".to_owned(),
        name: "won".to_owned(),
    };
    let action = AutomaticAction {
        id: "won".to_owned(),
        action_type: "change-contact".to_owned(),
        target_system: "spotler".to_owned(),
        name: "won".to_owned(),
        description: None,
        note: None,
        state: None,
        permissions: vec![3],
        starts: vec![trigger.clone()],
        stops: Vec::new(),
    };
    let stage = won();
    let bound = crm.bind_action(BoundAction { stage, action }).await;
    bound.expect("bound");
    let moved = crm.move_sale("s-1", Some(contact("1")), won()).await;
    moved.expect("moved");
    world.run().await;

    world.opt_in("1", 2).await;
    world
        .save("1", Edit::new().text("phone", "030-1234567"))
        .await;
    world.run().await;
    world.act("reactivate", &["1"]).await;
    world.run_to_the_end().await;
}

/// YO-25: in Spotler somebody opted out, whether Spotler says so or not: nothing that
/// the CRM can do writes anything for her.
#[tokio::test]
async fn in_yoobi_nothing_makes_somebody_reachable_who_opted_out_in_spotler() {
    for (is_read_refused, reason) in [
        (false, "inactive-in-spotler"),
        (true, "opted-out-in-spotler"),
    ] {
        let world = World::start_with(spotler(), "yoobi").await;
        let journey = world.journey(JourneyDraft::automation("Welkom"));
        world.save("1", anna()).await;
        world.opt_in("1", 1).await;
        world.act("link", &["1"]).await;
        assert_eq!(world.permissions_on(ANNA), [1]);
        world.sim.ui_opt_out(ANNA).expect("opted out");
        if is_read_refused {
            let opted_out = Fault::Status {
                status: 400,
                retry_after_s: None,
                error_type: Some("CONTACT_OPTOUT".to_owned()),
            };
            world.sim.faults().always_on("GET /contact/1", opted_out);
        }
        world.tick().await;
        assert_eq!(world.reason_of_record("1").await, reason);
        world.sim.clear_requests();
        try_everything(&world, &journey).await;
        let mut writes = world.requests();
        writes.retain(|it| !it.starts_with("GET "));
        assert_eq!(writes, Vec::<String>::new(), "{reason}");
        let anna = world.sim.contact_by_email(ANNA).expect("there");
        assert!(!anna.can_be_mailed(), "{reason}");
        assert_eq!(anna.permissions(), [1], "{reason}");
        assert_eq!(world.sim.participations().len(), 0, "{reason}");
        assert_eq!(world.sim.breaches(), []);
    }
}

/// YO-25
#[tokio::test]
async fn in_yoobi_what_became_inactive_stays_inactive() {
    let world = World::start_with(spotler(), "yoobi").await;
    world.save("1", anna()).await;
    world.act("link", &["1"]).await;
    world
        .host
        .crm()
        .deactivate(&contact("1"))
        .await
        .expect("saved");
    world.run().await;
    world.sim.clear_requests();
    world
        .host
        .crm()
        .reactivate(&contact("1"))
        .await
        .expect("saved");
    world.run().await;
    assert_eq!(world.reason("1").await, "inactive-not-reactivatable");
    let journey = world.journey(JourneyDraft::automation("Welkom"));
    try_everything(&world, &journey).await;
    world.touch("1").await;
    world.run().await;
    assert_eq!(world.reason("1").await, "inactive-not-reactivatable");
    assert_eq!(world.requests(), Vec::<String>::new());
    assert!(world.sim.contact_by_email(ANNA).is_none());
}

/// Anna with permission 1 on, in a Spotler that shows her channel on whatever she does.
async fn with_anna_whose_channel_is_always_shown_on() -> World {
    let mut config = spotler();
    config.switches.signals.channels = spotler_sim::switches::ChannelSignal::AlwaysTrue;
    let world = World::start_with(config, "default").await;
    world.save("1", anna()).await;
    world.opt_in("1", 1).await;
    world.run().await;
    world
}

/// DA-23, C31
#[tokio::test]
async fn somebody_who_opted_out_is_not_brought_back_by_deleting_and_typing_in_again() {
    let world = with_anna_whose_channel_is_always_shown_on().await;
    world.sim.ui_opt_out("contact-1").expect("opted out");
    world.save("1", Edit::new().text("city", "Utrecht")).await;
    world.run().await;
    assert_eq!(world.reason("1").await, "opted-out-in-spotler");
    world.host.crm().delete(&contact("1")).await.expect("saved");
    world.run().await;
    world.save("2", anna()).await;
    world.opt_in("2", 1).await;
    world.run().await;
    assert_eq!(world.reason("2").await, "opted-out-earlier");
    assert!(world.sim.contact_by_email("anna@voorbeeld.nl").is_none());
}

/// C31: what is remembered of an opt-out outlives the record, a change of profile and a
/// restore.
#[tokio::test]
async fn somebody_who_opted_out_is_not_brought_back_by_another_profile_or_a_restore() {
    let world = with_anna_whose_channel_is_always_shown_on().await;
    world.host.backup().await.expect("queued");
    world.run_to_the_end().await;
    let crm = world.host.crm();
    let backup = crm.jobs(1).await.expect("jobs")[0].number;
    world.sim.ui_opt_out(ANNA).expect("opted out");
    world.save("1", Edit::new().text("city", "Utrecht")).await;
    world.run().await;
    assert_eq!(world.reason("1").await, "opted-out-in-spotler");
    crm.delete(&contact("1")).await.expect("saved");
    world.run().await;
    world.connect("dynamics365").await;
    world.save_mapping().await;
    world.save("2", anna()).await;
    world.opt_in("2", 1).await;
    world.run().await;
    assert_eq!(world.reason("2").await, "opted-out-earlier");
    for run in [Some(backup), None] {
        let both = ["1", "2"].map(contact).to_vec();
        let restore = Restore::Records(both, run);
        world.host.restore(restore).await.expect("queued");
        world.run_to_the_end().await;
    }
    for operation in ["sync-contact", "link", "reactivate"] {
        world.act(operation, &["2"]).await;
    }
    world.save("2", Edit::new().text("city", "Zeist")).await;
    world.run().await;
    let record = world.record("2").await;
    assert_eq!(
        (record.mail.allowed, record.status),
        (false, Some(SyncStatus::OptOut))
    );
    assert!(world.sim.contact_by_email(ANNA).is_none());
    assert_eq!(world.sim.contact_count(), 1, "the blank one");
    assert_eq!(world.sim.breaches(), []);
}

/// DA-82, C31
#[tokio::test]
async fn a_permission_withdrawn_in_spotler_stays_off_when_the_record_is_deleted_and_typed_in_again()
{
    let world = with_anna("default").await;
    world.save("2", anna().gate(false)).await;
    world.opt_in("2", 1).await;
    world.run().await;
    world.advance_s(60);
    world
        .sim
        .ui_set_permission("contact-1", (1, false))
        .expect("switched");
    world.tick().await;
    world.host.crm().delete(&contact("1")).await.expect("saved");
    world.run().await;
    world.save("2", Edit::new().gate(true)).await;
    world.run().await;
    assert_eq!(world.reason("2").await, "created");
    assert_eq!(world.permissions_on("anna@voorbeeld.nl"), Vec::<u32>::new());
    world.advance_s(60);
    world
        .say("2", 1, host_demo::contract::Consent::Withdrawn)
        .await;
    world.opt_in("2", 1).await;
    world.run().await;
    assert_eq!(world.permissions_on("anna@voorbeeld.nl"), [1]);
}

/// C31
#[tokio::test]
async fn nobody_gets_the_address_of_somebody_who_opted_out() {
    let mut config = spotler();
    config.switches.signals.channels = spotler_sim::switches::ChannelSignal::AlwaysTrue;
    let world = World::start_with(config, "default").await;
    world.save("1", anna()).await;
    world
        .save("2", koppel_tests::person("Bo", "bo@voorbeeld.nl"))
        .await;
    world.run().await;
    world.sim.ui_opt_out("contact-1").expect("opted out");
    world.save("1", Edit::new().text("city", "Utrecht")).await;
    world.run().await;
    world.host.crm().delete(&contact("1")).await.expect("saved");
    world.run().await;
    world
        .save("2", Edit::new().text("email", "anna@voorbeeld.nl"))
        .await;
    world.run().await;
    assert_eq!(world.reason("2").await, "new-address-opted-out");
    assert!(world.sim.contact_by_email("bo@voorbeeld.nl").is_some());
    assert!(world.sim.breaches().is_empty());
}
