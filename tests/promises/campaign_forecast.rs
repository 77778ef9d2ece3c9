//! What is foreseen of an export is what the export then does.

use std::collections::BTreeMap;

use host_demo::contract::{Consent, ExportForecast};
use host_demo::crm::Edit;
use koppel_tests::{World, contact, person};

use crate::campaigns::{everybody, form, people, rejections, results};

async fn foreseen(world: &World, campaign: &str) -> ExportForecast {
    let campaign = world.host.crm().campaign(campaign).await.expect("read");
    let foreseen = world
        .host
        .foresee_export(&campaign.expect("there"), u64::MAX)
        .await;
    foreseen.expect("a forecast")
}

fn left_out(foreseen: &ExportForecast) -> BTreeMap<String, u64> {
    let reasons = foreseen.left_out.iter();
    reasons.map(|it| (it.reason.clone(), it.records)).collect()
}

/// Makes a campaign, foresees it, runs it, and answers both.
async fn foreseen_and_done(world: &World, id: &str) -> (ExportForecast, BTreeMap<String, u64>) {
    let form = host_demo::crm::campaigns::CampaignForm {
        list_name: format!("List {id}"),
        ..form(everybody())
    };
    let crm = world.host.crm();
    crm.new_campaign(id, form).await.expect("a campaign");
    world.sim.clear_requests();
    let foreseen = foreseen(world, id).await;
    assert_eq!(
        world.requests(),
        Vec::<String>::new(),
        "a forecast asks nobody"
    );
    world.host.run_campaign(id).await.expect("queued");
    world.run_to_the_end().await;
    assert_eq!(rejections(world).await, Vec::<String>::new());
    let mut done = BTreeMap::new();
    for (_, reason) in results(world, id).await {
        if let Some(reason) = reason {
            *done.entry(reason).or_default() += 1;
        }
    }
    (foreseen, done)
}

/// PV-19, PV-22, C13, C30: new and changed people, and everybody who is left out
/// with the reason, are foreseen as the export then judges them, and so is the
/// number of its requests.
#[tokio::test]
async fn what_is_foreseen_of_an_export_is_what_it_does() {
    let world = World::start().await;
    people(&world, 230).await;
    let crm = world.host.crm();
    crm.set_mail(&contact("1"), false).await.expect("saved");
    world.say("2", 1, Consent::Withdrawn).await;
    world.save("3", Edit::new().text("email", "")).await;
    world.save("4", Edit::new().text("email", "nobody@")).await;
    world
        .save("5", Edit::new().text("email", "p6+x@voorbeeld.nl"))
        .await;
    crm.set_sync_enabled(&contact("7"), false)
        .await
        .expect("saved");
    crm.deactivate(&contact("8")).await.expect("saved");
    world.run().await;

    let (first, done) = foreseen_and_done(&world, "first").await;
    assert_eq!((first.read, first.changed, first.looked_at), (229, 0, 0));
    assert_eq!(first.created, first.listed, "everybody is new");
    assert_eq!(left_out(&first), done);
    assert_eq!(done.len(), 6, "{done:?}");
    assert_eq!(first.requests, world.requests().len() as u64);

    world.advance_s(7_200);
    world.tick().await;
    world.advance_s(7_200);
    world.sim.ui_opt_out("p20+x@voorbeeld.nl").expect("there");
    world
        .sim
        .ui_hard_bounce("p21+x@voorbeeld.nl")
        .expect("there");
    world.tick().await;
    for number in 100..150 {
        let moved = Edit::new().text("city", "Utrecht").gate(false);
        world.save(&number.to_string(), moved).await;
    }
    crm.deactivate(&contact("30")).await.expect("saved");
    crm.reactivate(&contact("30")).await.expect("saved");
    world.save("300", person("Bo", "p300+x@voorbeeld.nl")).await;
    world.opt_in("300", 1).await;
    crm.set_gate(&contact("300"), false).await.expect("saved");
    world.run().await;

    let (second, done) = foreseen_and_done(&world, "second").await;
    assert_eq!((second.created, second.changed), (1, 50), "{second:?}");
    assert_eq!(left_out(&second), done);
    // This Spotler shows only that the person cannot be mailed, and not why.
    assert!(done.contains_key("inactive-in-spotler"), "{done:?}");
    assert!(done.contains_key("bounced"), "{done:?}");
    assert_eq!(second.requests, world.requests().len() as u64);
}
