//! Deactivated, deleted, activated again.

use koppel_tests::{World, anna, contact, spotler};

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
        assert!(
            at("PUT /contact/1") < at("PUT /contact/anonymize/1"),
            "{requests:?}"
        );
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
    world.act("link", &["1"]).await;
    assert_eq!(world.sim.request_count(), 0);
}

/// DA-23, C31
#[tokio::test]
async fn somebody_who_opted_out_is_not_brought_back_by_deleting_and_typing_in_again() {
    let mut config = spotler();
    config.switches.signals.channels = spotler_sim::switches::ChannelSignal::AlwaysTrue;
    let world = World::start_with(config, "default").await;
    world.save("1", anna()).await;
    world.opt_in("1", 1).await;
    world.run().await;
    world.sim.ui_opt_out("contact-1").expect("opted out");
    world
        .save("1", host_demo::crm::Edit::new().text("city", "Utrecht"))
        .await;
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
    world
        .save("2", host_demo::crm::Edit::new().gate(true))
        .await;
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
    world
        .save("1", host_demo::crm::Edit::new().text("city", "Utrecht"))
        .await;
    world.run().await;
    world.host.crm().delete(&contact("1")).await.expect("saved");
    world.run().await;
    world
        .save(
            "2",
            host_demo::crm::Edit::new().text("email", "anna@voorbeeld.nl"),
        )
        .await;
    world.run().await;
    assert_eq!(world.reason("2").await, "new-address-opted-out");
    assert!(world.sim.contact_by_email("bo@voorbeeld.nl").is_some());
    assert!(world.sim.breaches().is_empty());
}
