//! An opt-out wins, whichever way it shows and whenever it is noticed.

use host_demo::contract::{Consent, Origin, SyncStatus};
use host_demo::crm::{Edit, SaveError};
use koppel_tests::{World, anna, contact, spotler};
use spotler_sim::switches::{ChannelSignal, PermissionSignal, SignalSwitches};
use spotler_sim::{Config, Fault, RecipientAct};

use crate::mailed::{does, mail_all};

/// A Spotler that shows an opt-out in one way only.
fn showing(signals: SignalSwitches) -> Config {
    let mut config = spotler();
    config.switches.signals = signals;
    config
}

fn refusing_writes() -> SignalSwitches {
    SignalSwitches {
        channels: ChannelSignal::AlwaysTrue,
        write_says_opt_out: true,
        ..SignalSwitches::none()
    }
}

fn showing_the_channel() -> SignalSwitches {
    SignalSwitches {
        channels: ChannelSignal::Truthful,
        ..SignalSwitches::none()
    }
}

/// Anna in Spotler with permission 1.
async fn with_anna(config: Config) -> World {
    let world = World::start_with(config, "default").await;
    world.save("1", anna()).await;
    world.opt_in("1", 1).await;
    world.run().await;
    assert_eq!(world.reason("1").await, "created");
    world.advance_s(600);
    world.sim.clear_requests();
    world
}

async fn change_something(world: &World) {
    world.save("1", Edit::new().text("city", "Utrecht")).await;
    world.run().await;
}

/// From now on Spotler does not show Anna, and says that she opted out.
fn refuse_to_show_her(world: &World) {
    let opted_out = Fault::Status {
        status: 400,
        retry_after_s: None,
        error_type: Some("CONTACT_OPTOUT".to_owned()),
    };
    let faults = world.sim.faults();
    faults.always_on("GET /contact/contact-1", opted_out);
}

/// Whatever happens to Anna in the CRM from now on, Spotler is asked nothing.
async fn nothing_is_asked_any_more(world: &World) {
    world.sim.clear_requests();
    world.save("1", Edit::new().text("city", "Zeist")).await;
    world.run().await;
    world.opt_in("1", 2).await;
    world.run().await;
    world.touch("1").await;
    world.run().await;
    world.act("sync-contact", &["1"]).await;
    assert_eq!(world.requests(), Vec::<String>::new());
}

/// DA-34, DA-35, PV-39, C15
#[tokio::test]
async fn an_opt_out_told_by_a_refused_write_becomes_the_crms_opt_out() {
    let world = with_anna(showing(refusing_writes())).await;
    world.sim.ui_opt_out("contact-1").expect("opted out");
    change_something(&world).await;
    let record = world.record("1").await;
    assert_eq!(
        (record.mail.allowed, record.mail.origin),
        (false, Origin::Spotler)
    );
    assert_eq!(record.status, Some(SyncStatus::OptOut));
    assert_eq!(
        world
            .sim
            .contact_by_email("anna@voorbeeld.nl")
            .expect("there")
            .text("city"),
        None
    );
}

/// PV-39, PV-41, PV-48, DA-35, DA-36: Anna unsubscribes from everything with a mailing
/// that the CRM has no part in, while the CRM is off for a day and a half. Where Spotler
/// says that it is an opt-out, the CRM's is set: at the next tick if a read is refused
/// with it, and otherwise with the next save.
#[tokio::test]
async fn who_unsubscribes_from_any_mailing_while_the_crm_is_off_is_opted_out_in_the_crm() {
    let refusing = |channels| SignalSwitches {
        channels,
        ..refusing_writes()
    };
    for (signals, is_read_refused) in [
        (showing_the_channel(), true),
        (refusing(ChannelSignal::LeftOut), false),
        (refusing(ChannelSignal::AlwaysTrue), false),
    ] {
        let mut world = with_anna(showing(signals)).await;
        world.tick().await;
        let mailing = mail_all(&world, "Nieuws");
        let everything = RecipientAct::Unsubscribe { permission: None };
        does(&world, "contact-1", &mailing, everything);
        if is_read_refused {
            refuse_to_show_her(&world);
        }
        world.advance_s(36 * 3600);
        world.restart().await;
        world.tick().await;
        if !is_read_refused {
            change_something(&world).await;
        }
        let record = world.record("1").await;
        assert_eq!(
            (record.mail.allowed, record.mail.origin, record.status),
            (false, Origin::Spotler, Some(SyncStatus::OptOut)),
            "{is_read_refused}"
        );
        nothing_is_asked_any_more(&world).await;
        assert_eq!(world.sim.breaches(), []);
    }
}

/// PV-14, C15: an opt-out that comes from Spotler is taken over for a record without
/// the attribute as for one with it, whether Spotler says what it is or shows only
/// that she cannot be mailed.
#[tokio::test]
async fn an_opt_out_in_spotler_comes_through_a_closed_gate() {
    let unknown = (true, Some(SyncStatus::Failed), "inactive-in-spotler");
    let opted_out = (false, Some(SyncStatus::OptOut), "opted-out-in-spotler");
    for (is_read_refused, expected) in [(false, (unknown, 1)), (true, (opted_out, 0))] {
        for open in [true, false] {
            let world = with_anna(showing(showing_the_channel())).await;
            world.save("1", Edit::new().gate(open)).await;
            world.run().await;
            world.sim.ui_opt_out("contact-1").expect("opted out");
            if is_read_refused {
                refuse_to_show_her(&world);
            }
            world.tick().await;
            let record = world.record("1").await;
            assert_eq!(record.gate, open);
            let tasks = world.host.crm().tasks(true).await.expect("tasks");
            let reason = record.reason.clone().unwrap_or_default();
            let told = (record.mail.allowed, record.status, reason.as_str());
            assert_eq!((told, tasks.len()), expected, "open: {open}");
            let card = world.host.card(&contact("1")).await.expect("a card");
            assert!(card.permissions.iter().all(|it| it.locked));
            nothing_is_asked_any_more(&world).await;
        }
    }
}

/// DA-31, DA-35: only Spotler lifts an opt-out that came from there.
#[tokio::test]
async fn an_opt_out_that_came_from_spotler_is_not_lifted_in_the_crm() {
    let world = with_anna(showing(refusing_writes())).await;
    world.sim.ui_opt_out("contact-1").expect("opted out");
    change_something(&world).await;
    assert_eq!(world.reason("1").await, "opted-out-in-spotler");
    world.sim.clear_requests();
    let crm = world.host.crm();
    let allowed = || Edit::new().mail(true);
    for edit in [
        allowed(),
        allowed()
            .text("city", "Zeist")
            .permission(2, Consent::Given),
    ] {
        let refused = crm.edit(&contact("1"), edit).await;
        assert!(
            matches!(refused, Err(SaveError::Rule { .. })),
            "{refused:?}"
        );
        world.touch("1").await;
        world.run().await;
        let record = world.record("1").await;
        assert_eq!(
            (record.mail.allowed, record.mail.origin, record.status),
            (false, Origin::Spotler, Some(SyncStatus::OptOut))
        );
        assert_eq!(record.text("city"), "Utrecht", "nothing of it was saved");
    }
    assert_eq!(world.requests(), Vec::<String>::new());
}

/// DA-36
#[tokio::test]
async fn after_an_opt_out_no_event_makes_a_request() {
    let world = with_anna(showing(refusing_writes())).await;
    world.sim.ui_opt_out("contact-1").expect("opted out");
    change_something(&world).await;
    world.sim.clear_requests();
    world
        .save("1", Edit::new().text("city", "Zeist").gate(false))
        .await;
    world.run().await;
    world.save("1", Edit::new().gate(true)).await;
    world.opt_in("1", 2).await;
    world.run().await;
    world.touch("1").await;
    world.run().await;
    world.act("sync-contact", &["1"]).await;
    world
        .host
        .crm()
        .deactivate(&contact("1"))
        .await
        .expect("saved");
    world.run().await;
    assert_eq!(world.requests(), Vec::<String>::new());
    assert_eq!(world.status("1").await, Some(SyncStatus::OptOut));
}

/// C15, PV-40
#[tokio::test]
async fn a_channel_that_is_off_locks_without_an_opt_out_and_asks_a_person_once() {
    let world = with_anna(showing(showing_the_channel())).await;
    world.sim.ui_opt_out("contact-1").expect("opted out");
    change_something(&world).await;
    world.touch("1").await;
    world.run().await;
    assert_eq!(world.reason("1").await, "inactive-in-spotler");
    let record = world.record("1").await;
    assert_eq!(
        (record.mail.allowed, record.status),
        (true, Some(SyncStatus::Failed))
    );
    let tasks = world.host.crm().tasks(true).await.expect("tasks");
    assert_eq!(tasks.len(), 1, "{tasks:?}");
    assert_eq!(tasks[0].owner.as_deref(), Some("owner-1"));
}

/// C4, C15
#[tokio::test]
async fn the_next_tick_notices_an_opt_out_without_a_save() {
    let world = with_anna(showing(showing_the_channel())).await;
    world.sim.ui_opt_out("contact-1").expect("opted out");
    world.tick().await;
    assert_eq!(world.status("1").await, Some(SyncStatus::Failed));
    assert_eq!(world.host.crm().tasks(true).await.expect("tasks").len(), 1);
    world.sim.clear_requests();
    change_something(&world).await;
    assert_eq!(world.requests(), Vec::<String>::new());
}

/// C4
#[tokio::test]
async fn after_five_days_off_no_opt_out_is_missed() {
    let world = with_anna(showing(showing_the_channel())).await;
    world.tick().await;
    world.sim.ui_opt_out("contact-1").expect("opted out");
    world.advance_s(5 * 24 * 3600);
    world.tick().await;
    assert_eq!(world.status("1").await, Some(SyncStatus::Failed));
}

/// DA-82
#[tokio::test]
async fn a_permission_withdrawn_in_spotler_comes_back_to_the_crm_and_only_a_newer_opt_in_lifts_it()
{
    let world = with_anna(spotler()).await;
    world
        .sim
        .ui_set_permission("contact-1", (1, false))
        .expect("switched");
    world.tick().await;
    let choice = world
        .record("1")
        .await
        .permissions
        .get(&1)
        .cloned()
        .expect("a choice");
    assert_eq!(
        (choice.consent, choice.origin),
        (Consent::Withdrawn, Origin::Spotler)
    );
    assert!(
        world.record("1").await.mail.allowed,
        "one permission is not everything"
    );
    change_something(&world).await;
    world.save_mapping().await;
    assert_eq!(world.permissions_on("anna@voorbeeld.nl"), Vec::<u32>::new());
    world.advance_s(60);
    world.opt_in("1", 1).await;
    world.run().await;
    assert_eq!(world.permissions_on("anna@voorbeeld.nl"), [1]);
}

/// DA-82
#[tokio::test]
async fn a_permission_given_in_spotler_is_taken_over_unless_the_crm_said_no() {
    let world = with_anna(spotler()).await;
    world.say("1", 2, Consent::Withdrawn).await;
    world.run().await;
    for bit in [2, 3] {
        world
            .sim
            .ui_set_permission("contact-1", (bit, true))
            .expect("switched");
    }
    world.tick().await;
    let record = world.record("1").await;
    let consent = |bit| record.permissions.get(&bit).map(|it| it.consent);
    assert_eq!(
        (consent(2), consent(3)),
        (Some(Consent::Withdrawn), Some(Consent::Given))
    );
    change_something(&world).await;
    assert_eq!(world.permissions_on("anna@voorbeeld.nl"), [1, 3]);
}

/// C15
#[tokio::test]
async fn all_permissions_off_are_withdrawals_and_not_a_global_opt_out() {
    let signals = SignalSwitches {
        permissions: PermissionSignal::TurnedOff,
        ..SignalSwitches::none()
    };
    let world = with_anna(showing(signals)).await;
    world.sim.ui_opt_out("contact-1").expect("opted out");
    change_something(&world).await;
    let record = world.record("1").await;
    assert!(record.mail.allowed);
    assert_eq!(
        record.permissions.get(&1).map(|it| it.consent),
        Some(Consent::Withdrawn)
    );
    assert_eq!(world.permissions_on("anna@voorbeeld.nl"), Vec::<u32>::new());
}

/// DA-38, PV-40
#[tokio::test]
async fn a_hard_bounce_is_one_task_for_the_owner_and_no_opt_out() {
    let world = with_anna(spotler()).await;
    world.sim.ui_hard_bounce("contact-1").expect("bounced");
    world.tick().await;
    world.advance_s(300);
    world.tick().await;
    let tasks = world.host.crm().tasks(false).await.expect("tasks");
    assert_eq!(tasks.len(), 1, "{tasks:?}");
    assert_eq!(
        (tasks[0].code.as_str(), tasks[0].owner.as_deref()),
        ("task-bounce", Some("owner-1"))
    );
    assert!(world.record("1").await.mail.allowed);
    world.sim.clear_requests();
    change_something(&world).await;
    assert_eq!(world.reason("1").await, "bounced");
    assert_eq!(world.requests(), Vec::<String>::new());
}

/// C15
#[tokio::test]
async fn somebody_found_who_shows_no_sign_of_being_active_gets_nothing_switched_on() {
    let mut config = showing(SignalSwitches::none());
    config.contacts = vec![spotler_sim::SeedContact::new(
        "webshop-1",
        "anna@voorbeeld.nl",
    )];
    let world = World::start_with(config, "default").await;
    world.sim.ui_opt_out("webshop-1").expect("opted out");
    world.save("1", anna()).await;
    world.run().await;
    world.advance_s(60);
    world.opt_in("1", 1).await;
    world.run().await;
    assert_eq!(world.permissions_on("anna@voorbeeld.nl"), Vec::<u32>::new());
}

/// C4
#[tokio::test]
async fn a_feed_of_bare_arrays_with_moments_as_text_is_read_as_well() {
    let mut config = showing(showing_the_channel());
    config.switches.shape.feeds = spotler_sim::switches::FeedShape::Bare;
    config.switches.shape.dates = spotler_sim::switches::DateForm::Iso;
    let world = with_anna(config).await;
    world.sim.ui_opt_out("contact-1").expect("opted out");
    world.tick().await;
    assert_eq!(world.status("1").await, Some(SyncStatus::Failed));
}

/// DA-79
#[tokio::test]
async fn somebody_who_is_not_active_again_in_spotler_is_not_taken_up() {
    let world = with_anna(spotler()).await;
    world.sim.ui_opt_out("contact-1").expect("opted out");
    change_something(&world).await;
    world.act("reactivate", &["1"]).await;
    assert_eq!(world.reason("1").await, "not-active-in-spotler");
    world.sim.clear_requests();
    change_something(&world).await;
    assert_eq!(world.requests(), Vec::<String>::new());
}

/// DA-79
#[tokio::test]
async fn somebody_made_active_again_in_spotler_is_taken_up_by_hand_and_with_new_opt_ins_only() {
    let mut config = spotler();
    config.switches.signals.channels = ChannelSignal::Truthful;
    let world = with_anna(config).await;
    world.sim.ui_opt_out("contact-1").expect("opted out");
    change_something(&world).await;
    world
        .sim
        .ui_create_with_only_email("anna@voorbeeld.nl")
        .expect("made active");
    change_something(&world).await;
    assert_eq!(
        world.reason("1").await,
        "inactive-in-spotler",
        "a save is not enough"
    );
    world.act("reactivate", &["1"]).await;
    let record = world.record("1").await;
    assert_eq!(
        (record.mail.allowed, record.status),
        (true, Some(SyncStatus::Succeeded))
    );
    assert!(
        world
            .host
            .crm()
            .tasks(true)
            .await
            .expect("tasks")
            .is_empty()
    );
    let seen = world
        .sim
        .contact_by_email("anna@voorbeeld.nl")
        .expect("there");
    assert_eq!(seen.text("city"), Some("Utrecht"));
    world.advance_s(60);
    world.opt_in("1", 2).await;
    world.run().await;
    assert!(world.permissions_on("anna@voorbeeld.nl").contains(&2));
    assert!(world.sim.breaches().is_empty());
}

/// DA-29, PV-14
#[tokio::test]
async fn an_opt_out_in_the_crm_goes_through_a_closed_gate() {
    let world = with_anna(spotler()).await;
    world.save("1", Edit::new().gate(false)).await;
    world.run().await;
    assert_eq!(world.permissions_on("anna@voorbeeld.nl"), [1]);
    world
        .save("1", Edit::new().mail(false).text("city", "Utrecht"))
        .await;
    world.run().await;
    assert_eq!(world.reason("1").await, "restricted");
    assert_eq!(world.permissions_on("anna@voorbeeld.nl"), Vec::<u32>::new());
    let seen = world
        .sim
        .contact_by_email("anna@voorbeeld.nl")
        .expect("there");
    assert_eq!(seen.text("city"), None);
}

/// DA-82, C3: a permission that was switched on in Spotler against the person's opt-out in
/// the CRM goes off again at the next tick, without anybody saving the record.
#[tokio::test]
async fn what_spotler_switches_on_against_an_opt_out_in_the_crm_goes_off_at_the_next_tick() {
    let world = with_anna(spotler()).await;
    world.say("1", 2, Consent::Withdrawn).await;
    world.run().await;
    world.advance_s(600);
    let on = world.sim.ui_set_permission("contact-1", (2, true));
    on.expect("switched on");
    world.tick().await;
    world.run_to_the_end().await;
    assert!(!world.permissions_on("anna@voorbeeld.nl").contains(&2));
    let choice = world.record("1").await.permissions[&2].clone();
    assert_eq!(
        (choice.consent, choice.origin),
        (Consent::Withdrawn, Origin::Crm)
    );
    world.requests();
    world.tick().await;
    let again = world.sim.requests_to("PUT *");
    assert_eq!(again.len(), 0, "once is enough");
}
