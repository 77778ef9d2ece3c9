//! A saved contact: linked, synced, or told why not.

use host_demo::contract::{Consent, SyncStatus};
use host_demo::crm::Edit;
use koppel_embedding::queue::HistoryEntry;
use koppel_tests::{World, anna, person, spotler};
use spotler_sim::SeedContact;

/// PV-01, DA-17
#[tokio::test]
async fn one_known_and_one_unknown_person_are_one_update_and_one_creation() {
    let mut config = spotler();
    config.contacts =
        vec![SeedContact::new("webshop-1", "anna@voorbeeld.nl").with("firstName", "A.")];
    let world = World::start_with(config, "default").await;
    world.save("1", anna()).await;
    world.save("2", person("Bo", "bo@voorbeeld.nl")).await;
    world.run().await;
    assert_eq!(
        (
            world.reason("1").await.as_str(),
            world.reason("2").await.as_str()
        ),
        ("found", "created")
    );
    let mut writes: Vec<String> = world
        .requests()
        .into_iter()
        .filter(|it| !it.starts_with("GET"))
        .collect();
    writes.sort();
    assert_eq!(writes, ["POST /contact", "PUT /contact/webshop-1"]);
    assert_eq!(world.sim.contact_count(), 2);
    world.touch("1").await;
    world.touch("2").await;
    world.run().await;
    assert_eq!(world.requests(), Vec::<String>::new());
}

/// PV-10, PV-12
#[tokio::test]
async fn a_new_person_gets_the_permissions_of_the_crm_and_no_other() {
    let world = World::start().await;
    world.save("1", anna()).await;
    world.opt_in("1", 2).await;
    world.run().await;
    assert_eq!(world.permissions_on("anna@voorbeeld.nl"), [2]);
    let sent = world
        .sim
        .requests_to("POST /contact")
        .first()
        .and_then(spotler_sim::LoggedRequest::json);
    let bits = sent.expect("a body")["contact"]["properties"]["permissions"].clone();
    assert_eq!(
        bits.as_array().map(Vec::len),
        Some(spotler_sim::DEMO_PERMISSIONS.len())
    );
    assert_eq!(world.status("1").await, Some(SyncStatus::Succeeded));
}

/// PV-10: somebody who is in Spotler without any permission is reported as such, until
/// there is one.
#[tokio::test]
async fn somebody_without_any_permission_is_reported() {
    let world = World::start().await;
    world.save("1", anna()).await;
    world.run().await;
    assert_eq!(world.permissions_on("anna@voorbeeld.nl"), Vec::<u32>::new());
    let is_reported = |it: &HistoryEntry| {
        let mut why = it.why.iter();
        why.any(|it| it.rule == "PV-10" && it.led_to == "no-permission-on")
    };
    let created = world.history("1").await.remove(0);
    assert_eq!(created.reason.code, "created");
    assert!(is_reported(&created), "{:?}", created.why);
    world.advance_s(60);
    world.opt_in("1", 1).await;
    world.run().await;
    let updated = world.history("1").await.remove(0);
    assert_eq!(updated.reason.code, "updated");
    assert!(!is_reported(&updated), "{:?}", updated.why);
}

/// DA-18, YO-11
#[tokio::test]
async fn a_change_sends_that_field_only() {
    let world = World::start().await;
    world.save("1", anna()).await;
    world.run().await;
    world.sim.clear_requests();
    world
        .save("1", Edit::new().text("mobile", "06-12345678"))
        .await;
    world.run().await;
    let puts = world.sim.requests_to("PUT /contact/*");
    let body = puts
        .first()
        .and_then(spotler_sim::LoggedRequest::json)
        .expect("one request");
    let properties = body["contact"]["properties"]
        .as_object()
        .expect("properties")
        .clone();
    assert_eq!(properties.len(), 1, "{properties:?}");
    assert_eq!(world.reason("1").await, "updated");
}

/// YO-19, DA-18
#[tokio::test]
async fn a_save_of_an_unmapped_field_makes_no_request() {
    let world = World::start().await;
    world.save("1", anna()).await;
    world.run().await;
    world.sim.clear_requests();
    world
        .save("1", Edit::new().text("note", "Belt liever"))
        .await;
    world.run().await;
    assert_eq!(world.reason("1").await, "nothing-changed");
    assert_eq!(world.sim.request_count(), 0);
}

/// PV-13, PV-14, C5
#[tokio::test]
async fn without_the_attribute_nothing_is_sent_and_with_it_everything_is() {
    let world = World::start_with(spotler(), "perfectview").await;
    world.save("1", anna().gate(false)).await;
    world.run().await;
    assert_eq!(world.reason("1").await, "not-linked");
    assert_eq!(world.sim.request_count(), 0);
    world.save("1", Edit::new().gate(true)).await;
    world.run().await;
    assert_eq!(world.reason("1").await, "created");
}

/// PV-13: who is linked by hand carries the attribute from then on, and is synced.
#[tokio::test]
async fn who_is_linked_by_hand_carries_the_attribute_from_then_on() {
    let world = World::start_with(spotler(), "perfectview").await;
    world.save("1", anna().gate(false)).await;
    world.run().await;
    assert!(!world.record("1").await.gate);
    world.act("link", &["1"]).await;
    assert_eq!(world.reason("1").await, "created");
    assert!(world.record("1").await.gate);
    world.save("1", Edit::new().text("city", "Utrecht")).await;
    world.run().await;
    assert_eq!(world.reason("1").await, "updated");
}

/// C30
#[tokio::test]
async fn when_the_attribute_is_taken_away_data_stops_and_permissions_stay() {
    let world = World::start().await;
    world.save("1", anna()).await;
    world.opt_in("1", 1).await;
    world.run().await;
    world.sim.clear_requests();
    world
        .save("1", Edit::new().gate(false).text("first_name", "Annie"))
        .await;
    world.run().await;
    assert_eq!(world.reason("1").await, "gate-closed");
    assert_eq!(world.sim.request_count(), 0);
    assert_eq!(world.permissions_on("anna@voorbeeld.nl"), [1]);
    let log = world.host.crm().log(10).await.expect("a log");
    assert!(log.iter().any(|it| it.code == "log-gate-closed"), "{log:?}");
}

/// YO-10, YO-11, C5
#[tokio::test]
async fn where_linking_is_by_hand_a_save_adds_nobody_and_the_action_does() {
    let world = World::start_with(spotler(), "yoobi").await;
    world.save("1", anna()).await;
    world.run().await;
    assert_eq!(
        (world.reason("1").await.as_str(), world.sim.contact_count()),
        ("not-linked", 0)
    );
    world.act("link", &["1"]).await;
    assert_eq!(
        (world.reason("1").await.as_str(), world.sim.contact_count()),
        ("created", 1)
    );
    world
        .save("1", Edit::new().text("first_name", "Annie"))
        .await;
    world.run().await;
    assert_eq!(world.reason("1").await, "updated");
}

/// YO-11
#[tokio::test]
async fn syncing_somebody_who_is_not_linked_adds_nobody() {
    let world = World::start_with(spotler(), "yoobi").await;
    world.save("1", anna()).await;
    world.run().await;
    world.act("sync-contact", &["1"]).await;
    let tried = world.history("1").await.remove(0);
    let told = (tried.hook.as_str(), tried.reason.code.as_str());
    assert_eq!(told, ("on-contact-saved", "not-linked"));
    assert_eq!(world.requests(), Vec::<String>::new());
    assert_eq!(world.sim.contact_count(), 0);
}

/// YO-15
#[tokio::test]
async fn a_match_links_who_is_on_both_sides_and_adds_nobody() {
    let mut config = spotler();
    config.contacts =
        vec![SeedContact::new("webshop-1", "ANNA@voorbeeld.nl").with_permissions(&[3])];
    let world = World::start_with(config, "yoobi").await;
    world.save("1", anna()).await;
    world.save("2", person("Bo", "bo@voorbeeld.nl")).await;
    world.run().await;
    world.act("match", &[]).await;
    assert_eq!(
        (
            world.reason("1").await.as_str(),
            world.reason("2").await.as_str()
        ),
        ("found", "not-in-spotler")
    );
    assert_eq!(world.sim.contact_count(), 1);
    assert_eq!(world.permissions_on("ANNA@voorbeeld.nl"), [3]);
    let imported = world
        .record("1")
        .await
        .permissions
        .get(&3)
        .map(|it| it.consent);
    assert_eq!(imported, Some(Consent::Given));
}

/// DA-15
#[tokio::test]
async fn looking_at_a_record_calls_no_hook() {
    let world = World::start().await;
    world.save("1", anna()).await;
    world.run().await;
    let before = world.history("1").await.len();
    world.record("1").await;
    world.run().await;
    assert_eq!(world.history("1").await.len(), before);
}

/// C30
#[tokio::test]
async fn without_an_address_nothing_is_sent() {
    let world = World::start().await;
    world.save("1", anna().empty("email")).await;
    world.run().await;
    assert_eq!(world.reason("1").await, "no-email-address");
    assert_eq!(
        (world.status("1").await, world.sim.request_count()),
        (None, 0)
    );
}

#[tokio::test]
async fn a_bad_address_is_rejected_without_a_request_and_a_good_one_ends_it() {
    let world = World::start().await;
    world.save("1", person("Anna", "anna@@voorbeeld.nl")).await;
    world.run().await;
    assert_eq!(world.reason("1").await, "email-invalid");
    assert_eq!(
        (world.status("1").await, world.sim.request_count()),
        (Some(SyncStatus::Failed), 0)
    );
    assert_eq!(
        world
            .host
            .crm()
            .queue(10)
            .await
            .expect("a queue")
            .rejected
            .len(),
        1
    );
    world
        .save("1", Edit::new().text("email", "anna@voorbeeld.nl"))
        .await;
    world.run().await;
    assert_eq!(world.status("1").await, Some(SyncStatus::Succeeded));
    assert_eq!(
        world
            .host
            .crm()
            .queue(10)
            .await
            .expect("a queue")
            .rejected
            .len(),
        0
    );
}

#[tokio::test]
async fn when_the_address_is_taken_away_the_permissions_go_off() {
    let world = World::start().await;
    world.save("1", anna()).await;
    world.opt_in("1", 1).await;
    world.run().await;
    world.save("1", Edit::new().empty("email")).await;
    world.run().await;
    assert_eq!(world.reason("1").await, "permissions-off");
    assert_eq!(world.permissions_on("anna@voorbeeld.nl"), Vec::<u32>::new());
}

/// DA-78
#[tokio::test]
async fn two_records_with_one_address_are_a_conflict_that_names_the_owner() {
    let world = World::start().await;
    world.save("1", anna()).await;
    world.run().await;
    world
        .save("2", person("Hanna", " Anna@Voorbeeld.nl "))
        .await;
    world.run().await;
    let last = world.history("2").await.remove(0);
    assert_eq!(last.reason.code, "address-in-use");
    assert!(
        last.reason.about.iter().any(|it| it.value == "contact/1"),
        "{:?}",
        last.reason.about
    );
    let seen = world
        .sim
        .contact_by_email("anna@voorbeeld.nl")
        .expect("there");
    assert_eq!(seen.text("firstName"), Some("Anna"));
}

#[tokio::test]
async fn a_changed_address_moves_the_contact_and_frees_the_old_one() {
    let world = World::start().await;
    world.save("1", anna()).await;
    world.run().await;
    world
        .save("1", Edit::new().text("email", "anna+nieuws@voorbeeld.nl"))
        .await;
    world.run().await;
    assert_eq!(world.reason("1").await, "updated");
    assert!(world.sim.contact_by_email("anna@voorbeeld.nl").is_none());
    world.save("2", anna()).await;
    world.run().await;
    assert_eq!(world.reason("2").await, "created");
    assert_eq!(world.sim.contact_count(), 2);
}

#[tokio::test]
async fn a_changed_address_that_is_somebody_elses_in_spotler_overwrites_nothing() {
    let mut config = spotler();
    config.contacts = vec![SeedContact::new("webshop-1", "bo@voorbeeld.nl")];
    let world = World::start_with(config, "default").await;
    world.save("1", anna()).await;
    world.run().await;
    world
        .save("1", Edit::new().text("email", "bo@voorbeeld.nl"))
        .await;
    world.run().await;
    assert_eq!(world.reason("1").await, "address-taken-in-spotler");
    assert!(world.sim.contact_by_email("anna@voorbeeld.nl").is_some());
}

/// DA-73, C26
#[tokio::test]
async fn every_attempt_is_in_the_history_with_its_outcome_rules_and_requests() {
    let world = World::start().await;
    world.save("1", anna()).await;
    world.run().await;
    let line = world.history("1").await.remove(0);
    assert_eq!((line.outcome.as_str(), line.attempt), ("synced", 1));
    assert!(line.why.iter().any(|it| it.rule == "C16"), "{:?}", line.why);
    assert_eq!(
        line.requests.values().sum::<u32>() as usize,
        world.sim.request_count()
    );
    let text = format!("{line:?}");
    assert!(!text.contains("anna") && !text.contains("Boer"), "{text}");
}

/// DA-74, DA-76
#[tokio::test]
async fn a_record_whose_sync_is_switched_off_makes_no_request_until_it_is_on_again() {
    let world = World::start().await;
    let crm = world.host.crm();
    let one = koppel_tests::contact("1");
    world.save("1", anna()).await;
    crm.set_sync_enabled(&one, false).await.expect("saved");
    world.run().await;
    assert_eq!(
        (world.reason("1").await.as_str(), world.sim.request_count()),
        ("sync-disabled", 0)
    );
    assert_eq!(world.status("1").await, Some(SyncStatus::Disabled));
    crm.set_sync_enabled(&one, true).await.expect("saved");
    world.run().await;
    assert_eq!(world.status("1").await, Some(SyncStatus::Succeeded));
}

/// DA-74, DA-75, C26: off and on again, with nothing changed between: the status
/// is the one from before, or that of somebody who opted out meanwhile.
#[tokio::test]
async fn a_record_whose_sync_is_switched_off_and_on_shows_its_status_again() {
    let world = World::start().await;
    let crm = world.host.crm();
    let one = koppel_tests::contact("1");
    world.save("1", anna()).await;
    world.run().await;
    for at_once in [true, false] {
        crm.set_sync_enabled(&one, false).await.expect("saved");
        if !at_once {
            world.run().await;
            assert_eq!(world.status("1").await, Some(SyncStatus::Disabled));
        }
        crm.set_sync_enabled(&one, true).await.expect("saved");
        assert_eq!(
            world.status("1").await,
            None,
            "not known before the next sync"
        );
        world.run().await;
        assert_eq!(world.reason("1").await, "nothing-changed");
        assert_eq!(world.status("1").await, Some(SyncStatus::Succeeded));
    }
    crm.set_sync_enabled(&one, false).await.expect("saved");
    world.run().await;
    world.sim.ui_opt_out("anna@voorbeeld.nl").expect("there");
    world.advance_s(600);
    world.tick().await;
    crm.set_sync_enabled(&one, true).await.expect("saved");
    world.run().await;
    // This Spotler shows only that she cannot be mailed, and not why.
    assert_eq!(world.reason("1").await, "inactive-in-spotler");
    assert_eq!(world.status("1").await, Some(SyncStatus::Failed));
}

/// DA-24
#[tokio::test]
async fn a_permission_of_somebody_who_is_not_in_spotler_waits_for_the_creation() {
    let world = World::start().await;
    world.save("1", anna().gate(false)).await;
    world.opt_in("1", 1).await;
    world.run().await;
    assert_eq!(world.sim.contact_count(), 0);
    world.save("1", Edit::new().gate(true)).await;
    world.run().await;
    assert_eq!(world.permissions_on("anna@voorbeeld.nl"), [1]);
}

/// DA-28, DA-29, DA-31, C3
#[tokio::test]
async fn an_opt_out_in_the_crm_switches_permissions_off_and_data_goes_on() {
    let world = World::start().await;
    let one = koppel_tests::contact("1");
    world.save("1", anna()).await;
    world.opt_in("1", 1).await;
    world.run().await;
    world.host.crm().set_mail(&one, false).await.expect("saved");
    world.run().await;
    assert_eq!(world.permissions_on("anna@voorbeeld.nl"), Vec::<u32>::new());
    world.save("1", Edit::new().text("city", "Utrecht")).await;
    world.run().await;
    assert_eq!(
        world
            .sim
            .contact_by_email("anna@voorbeeld.nl")
            .expect("there")
            .text("city"),
        Some("Utrecht")
    );
    world.host.crm().set_mail(&one, true).await.expect("saved");
    world.run().await;
    assert_eq!(world.permissions_on("anna@voorbeeld.nl"), [1]);
}

#[tokio::test]
async fn a_foreign_postcode_is_left_out_and_named_and_the_rest_arrives() {
    let world = World::start().await;
    world
        .save(
            "1",
            anna().text("postal_code", "50667").text("city", "Köln"),
        )
        .await;
    world.run().await;
    let seen = world
        .sim
        .contact_by_email("anna@voorbeeld.nl")
        .expect("there");
    assert_eq!(
        (seen.text("postalCode"), seen.text("city")),
        (None, Some("Köln"))
    );
    let line = world.history("1").await.remove(0);
    assert!(
        line.why.iter().any(|it| it.led_to == "value-left-out"),
        "{:?}",
        line.why
    );
}

#[tokio::test]
async fn an_address_of_somebody_whom_spotler_hides_is_refused_and_does_not_wait_for_ever() {
    let mut config = spotler();
    config.switches.signals.read_is_404 = true;
    config.contacts = vec![SeedContact::new("webshop-1", "bo@voorbeeld.nl")];
    let world = World::start_with(config, "default").await;
    world.sim.ui_opt_out("webshop-1").expect("opted out");
    world.save("1", anna()).await;
    world.run().await;
    world
        .save("1", Edit::new().text("email", "bo@voorbeeld.nl"))
        .await;
    world.run_to_the_end().await;
    assert_eq!(world.status("1").await, Some(SyncStatus::Failed));
    assert!(world.sim.contact_by_email("anna@voorbeeld.nl").is_some());
}
