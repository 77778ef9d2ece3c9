//! What is foreseen of an export is what the export then does.

use std::collections::BTreeMap;

use host_demo::contract::{Consent, ExportForecast};
use host_demo::crm::Edit;
use host_demo::explain::Language;
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

/// PV-22, C13: before a run, the page of the campaign tells who would be left out and
/// why; while it is under way and afterwards it tells how the campaign stands, and a
/// second run is one.
#[tokio::test]
async fn the_page_foresees_a_run_and_tells_afterwards_how_it_stands() {
    let world = World::start().await;
    people(&world, 4).await;
    let crm = world.host.crm();
    crm.set_mail(&contact("1"), false).await.expect("saved");
    world.say("2", 1, Consent::Withdrawn).await;
    world.run().await;
    crm.new_campaign("autumn", form(everybody()))
        .await
        .expect("a campaign");
    let explainer = world.host.explainer().await.expect("texts");
    let campaign = crm.campaign("autumn").await.expect("read").expect("there");
    let foreseen = world.host.foreseen(&campaign, 1).await.expect("a forecast");
    let reasons = foreseen.expect("it can be foreseen").left_out;
    assert_eq!(reasons.len(), 2, "{reasons:?}");

    let browser = world.browser("admin").await;
    for (browser, language, words) in [
        (
            browser.clone(),
            Language::English,
            ["What would happen", "On the list", "Left out"],
        ),
        (
            browser.in_dutch(),
            Language::Dutch,
            ["Wat er zou gebeuren", "Op de lijst", "Valt af"],
        ),
    ] {
        let [title, on_list, left_out] = words;
        let page = browser.page("/campaigns/autumn").await;
        for text in [
            format!(">{title}</h2>"),
            format!("<dt>{on_list}</dt><dd>2</dd>"),
            format!("<dt>{left_out}</dt><dd>2</dd>"),
        ] {
            assert!(page.contains(&text), "{text}: {page}");
        }
        for it in &reasons {
            let why = explainer.text_for_many(language, &it.reason);
            assert!(
                page.contains(&format!("<li>1 × {why}</li>")),
                "{why}: {page}"
            );
        }
        assert!(!page.contains("id=\"standing\""), "{page}");
    }

    world.host.run_campaign("autumn").await.expect("queued");
    let page = browser.page("/campaigns/autumn").await;
    assert!(page.contains(">How the campaign stands</h2>"), "{page}");
    assert!(!page.contains("id=\"plan-title\""), "{page}");
    let campaign = crm.campaign("autumn").await.expect("read").expect("there");
    let foreseen = world.host.foreseen(&campaign, 1).await.expect("an answer");
    assert_eq!(foreseen, None, "it is under way");

    world.run_to_the_end().await;
    let page = browser.page("/campaigns/autumn").await;
    for text in [
        ">How the campaign stands</h2>",
        ">Export once more</h2>",
        "An existing list is not added to",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert!(!page.contains(">What would happen</h2>"), "{page}");
}

/// C13: a page does not wait until many selected people have been gone through; who
/// has no scripts asks for it.
#[tokio::test]
async fn a_page_is_shown_before_many_people_are_foreseen() {
    let world = World::start().await;
    for number in 1..=101 {
        let email = format!("p{number}@voorbeeld.nl");
        world
            .save(&number.to_string(), person("Piet", &email))
            .await;
    }
    let crm = world.host.crm();
    crm.new_campaign("autumn", form(everybody()))
        .await
        .expect("a campaign");
    let browser = world.browser("admin").await;
    let page = browser.page("/campaigns/autumn").await;
    assert!(page.contains("is being counted"), "{page}");
    assert!(!page.contains("<dt>Left out</dt>"), "{page}");
    let page = browser.page("/campaigns/autumn?foresee=yes").await;
    assert!(page.contains("<dt>Left out</dt><dd>101</dd>"), "{page}");
    assert!(!page.contains("is being counted"), "{page}");
}
