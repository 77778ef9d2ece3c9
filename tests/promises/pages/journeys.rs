//! Automations and campaigns on the pages.

use host_demo::contract::Standing;
use koppel_tests::journeys::code;
use koppel_tests::pages::{Browser, row_of, text_of};
use koppel_tests::{World, anna, person};
use spotler_sim::{JourneyAction, JourneyDraft, RecipientAct, StepDo};

use crate::mailed::{does, message, people, text_all, trigger};

/// Anna in Spotler, two journeys that were listed on the page, and the browser.
async fn listed() -> (World, Browser, spotler_sim::Journey, spotler_sim::Journey) {
    let world = World::start().await;
    world.save("1", anna()).await;
    world.opt_in("1", 1).await;
    world.run().await;
    let welcome = world.journey(JourneyDraft::automation("Onboarding nieuwe klant"));
    let brochure = world.journey(JourneyDraft::campaign("Brochure"));
    let browser = world.browser("admin").await;
    let refresh = browser.post("/journeys", &[("do", "refresh")]).await;
    assert_eq!(refresh.location, "/journeys?said=queued");
    world.run().await;
    (world, browser, welcome, brochure)
}

fn automation(journey: &spotler_sim::Journey) -> String {
    format!("automation/{}", code(journey))
}

/// AU-03, AU-08, YO-12: both kinds with their trigger and whether they are on; the
/// button lists them anew.
#[tokio::test]
async fn both_kinds_are_listed_with_trigger_and_whether_they_are_on() {
    let (world, browser, welcome, brochure) = listed().await;
    let page = browser.page("/journeys").await;
    let row = row_of(&page, "Onboarding nieuwe klant");
    assert!(
        row.contains("automation on") && row.contains(&code(&welcome)),
        "{row}"
    );
    let row = row_of(&page, "Brochure");
    assert!(
        row.contains("campaign on") && row.contains(&code(&brochure)),
        "{row}"
    );
    let off = JourneyAction::Activate {
        journey: brochure.id.clone(),
        active: false,
    };
    world.sim.ui_journey(&off).expect("switched off");
    browser.post("/journeys", &[("do", "refresh")]).await;
    world.run().await;
    let dutch = browser.in_dutch().page("/journeys").await;
    assert!(
        row_of(&dutch, "Brochure").contains("campagne uit"),
        "{dutch}"
    );
}

/// AU-04, AU-05, AU-10: what an event starts and stops is bound on the page, stands
/// there in words, works, and is taken away again; not without the right.
#[tokio::test]
async fn an_event_is_bound_works_and_is_taken_away() {
    let (world, browser, welcome, _) = listed().await;
    let trigger = automation(&welcome);
    let incomplete = [("do", "bind"), ("event", "order"), ("start", &trigger)];
    let answer = browser.post("/journeys", &incomplete).await;
    assert_eq!(answer.status.as_u16(), 422, "an order without a status");
    let of_order = [&incomplete[..], &[("which", "completed")]].concat();
    let dry = browser.dry_run("/journeys", &of_order).await;
    assert!(
        !dry.contains("POST "),
        "nothing is written for a setting: {dry}"
    );
    browser.post("/journeys", &of_order).await;
    let of_stage = [
        ("do", "bind"),
        ("event", "stage"),
        ("which", "ex-klant"),
        ("scheme", "sales"),
        ("stop", trigger.as_str()),
    ];
    browser.post("/journeys", &of_stage).await;
    world.run().await;
    let page = browser.page("/journeys").await;
    let bound = row_of(&page, "order gets the status completed");
    assert!(bound.contains("Onboarding nieuwe klant"), "{bound}");
    let order = [
        ("sort", "order"),
        ("id", "o-1"),
        ("record", "1"),
        ("status", "completed"),
    ];
    browser.post("/shop", &order).await;
    world.run().await;
    assert_eq!(world.standing("1", &welcome).await, Standing::Started);
    let sale = [
        ("sale", "s1"),
        ("scheme", "sales"),
        ("stage", "ex-klant"),
        ("record", "1"),
    ];
    browser.post("/sales", &sale).await;
    world.run().await;
    assert_eq!(world.standing("1", &welcome).await, Standing::Stopped);

    let binding = world.host.crm().journey_settings().await.expect("settings");
    let crm = world.host.crm();
    let id = binding.bindings[0].id.clone();
    let unbind = [("do", "unbind"), ("binding", id.as_str())];
    crm.set_user("femke", "Femke", &[]).await.expect("a user");
    let femke = world.browser("femke").await;
    assert_eq!(femke.post("/journeys", &unbind).await.status.as_u16(), 403);
    browser.post("/journeys", &unbind).await;
    let page = browser.page("/journeys").await;
    assert!(!page.contains("order gets the status completed"), "{page}");
}

/// AU-15, AU-17: fields are set on the page and checked against a message; the
/// linter says in a sentence what is missing, unused, or of another case.
#[tokio::test]
async fn fields_are_set_and_a_message_is_checked() {
    let (world, browser, welcome, _) = listed().await;
    let address = format!("/journey-fields/automation%2F{}", code(&welcome));
    let set = [
        ("do", "save"),
        ("name.0", "customerCity"),
        ("source.0", "field:city"),
        ("name.1", "terms"),
        ("kind.1", "URL"),
        ("source.1", "text"),
        ("text.1", "https://voorbeeld.example/terms"),
        ("name.2", ""),
        ("source.2", "link"),
    ];
    let answer = browser.post(&address, &set).await;
    assert!(
        answer.location.ends_with("said=queued"),
        "{}",
        answer.location
    );
    world.run().await;
    let page = browser.page(&address).await;
    assert!(
        page.contains("value=\"customerCity\"") && page.contains("value=\"field:city\" selected")
    );
    assert!(
        page.contains("value=\"https://voorbeeld.example/terms\""),
        "{page}"
    );
    let message = "Beste [automationfield:CustomerCity] en [automationfield:missing]";
    let lint = [("do", "lint"), ("message", message)];
    let text = text_of(&browser.post(&address, &lint).await.body);
    for sentence in [
        "“CustomerCity” differs from the field in upper and lower case. “customerCity” is probably meant.",
        "“missing” stands in the message, but nothing is sent for it.",
        "“terms” is sent along, but does not stand in the message.",
    ] {
        assert!(text.contains(sentence), "{sentence}: {text}");
    }
    let right = "[automationfield:customerCity] [automationfield:terms]";
    let lint = [("do", "lint"), ("message", right)];
    let dutch = browser.in_dutch().post(&address, &lint).await;
    assert!(text_of(&dutch.body).contains("Elke plaatshouder heeft zijn veld."));
}

/// YO-26..YO-31: the pop-up has a switch for each permission and each automation;
/// on starts, off stops all participations, what was not touched stays.
#[tokio::test]
async fn the_switches_of_the_pop_up_start_and_stop() {
    let (world, browser, welcome, _) = listed().await;
    let trigger = automation(&welcome);
    let page = browser.page("/spotler/contact/1").await;
    assert!(
        text_of(&page).contains("Onboarding nieuwe klant not started"),
        "{page}"
    );
    assert!(
        page.contains(&format!("name=\"journey.{trigger}\"")),
        "{page}"
    );
    let (was, now) = (
        format!("journey-was.{trigger}"),
        format!("journey.{trigger}"),
    );
    let on = [
        ("was.1", "on"),
        ("bit.1", "on"),
        (&was, "off"),
        (&now, "on"),
    ];
    let dry = browser.dry_run("/spotler/contact/1", &on).await;
    assert!(dry.contains("/trigger"), "{dry}");
    assert_eq!(world.sim.participations().len(), 0, "only tried");
    world.sim.clear_requests();
    let answer = browser.post("/spotler/contact/1", &on).await;
    assert_eq!(answer.location, "/records/contact/1?said=queued");
    world.run().await;
    assert_eq!(world.running().len(), 1);
    assert!(
        world
            .requests()
            .iter()
            .all(|it| !it.starts_with("PUT /contact")),
        "permissions stay"
    );
    let page = browser.page("/spotler/contact/1").await;
    assert!(
        text_of(&page).contains("Onboarding nieuwe klant started by the CRM"),
        "{page}"
    );
    let off = [("was.1", "on"), ("bit.1", "on"), (was.as_str(), "on")];
    browser.post("/spotler/contact/1", &off).await;
    world.run().await;
    assert_eq!(world.running().len(), 0);
}

/// YO-29: cancelling is a link; whatever was ticked before, nothing is
/// queued and nothing sent. Saving without a change neither.
#[tokio::test]
async fn cancelling_the_pop_up_sends_nothing() {
    let (world, browser, welcome, _) = listed().await;
    let page = browser.page("/spotler/contact/1").await;
    let cancel = "<a class=\"button plain\" href=\"/records/contact/1\">Cancel</a>";
    assert!(page.contains(cancel), "{page}");
    world.sim.clear_requests();
    browser.page("/records/contact/1").await;
    let was = format!("journey-was.{}", automation(&welcome));
    let same = [("was.1", "on"), ("bit.1", "on"), (was.as_str(), "off")];
    let answer = browser.post("/spotler/contact/1", &same).await;
    assert_eq!(answer.location, "/records/contact/1?said=unchanged");
    world.run().await;
    assert_eq!(world.requests(), Vec::<String>::new());
}

/// YO-28, YO-30: a contact that is not in Spotler yet is linked, and then starts.
#[tokio::test]
async fn the_pop_up_links_a_contact_before_its_automation_starts() {
    let (world, browser, welcome, _) = listed().await;
    world
        .save("2", person("Bo", "bo@voorbeeld.nl").gate(false))
        .await;
    world.run().await;
    assert!(world.sim.contact_by_email("bo@voorbeeld.nl").is_none());
    let trigger = automation(&welcome);
    let (was, now) = (
        format!("journey-was.{trigger}"),
        format!("journey.{trigger}"),
    );
    browser
        .post("/spotler/contact/2", &[(&was, "off"), (&now, "on")])
        .await;
    world.run_to_the_end().await;
    assert!(
        world.sim.contact_by_email("bo@voorbeeld.nl").is_some(),
        "linked"
    );
    assert_eq!(world.standing("2", &welcome).await, Standing::Started);
}

/// AU-12, AU-13, AU-14, C23: the page of a contact starts a journey, and stops all
/// participations or one of them.
#[tokio::test]
async fn participations_of_a_contact_are_stopped_one_by_one_or_all() {
    let world = World::start().await;
    world.save("1", anna()).await;
    world.run().await;
    let mut draft = JourneyDraft::automation("Herhaling");
    draft.repeatable = true;
    let journey = world.journey(draft);
    let browser = world.browser("admin").await;
    browser.post("/journeys", &[("do", "refresh")]).await;
    world.run().await;
    let trigger = automation(&journey);
    let start = [("do", "start"), ("trigger", trigger.as_str())];
    for _ in 0..3 {
        let answer = browser.post("/participations/contact/1", &start).await;
        assert_eq!(answer.location, "/participations/contact/1?said=queued");
        world.run().await;
        world.advance_s(60);
    }
    assert_eq!(world.running().len(), 3);
    let page = browser.page("/participations/contact/1").await;
    assert!(
        row_of(&page, "Herhaling").contains("Stop participation 3"),
        "{page}"
    );
    let known = world.switch("1", &journey).await.participations;
    let one = [("do", "stop-one"), ("participation", known[1].as_str())];
    browser.post("/participations/contact/1", &one).await;
    world.run().await;
    assert_eq!(world.running().len(), 2);
    let all = [("do", "stop"), ("trigger", trigger.as_str())];
    assert!(
        browser
            .dry_run("/participations/contact/1", &all)
            .await
            .contains("stop")
    );
    assert_eq!(world.running().len(), 2, "only tried");
    browser.post("/participations/contact/1", &all).await;
    world.run().await;
    assert_eq!(world.running().len(), 0);
    let dutch = browser.in_dutch().page("/participations/contact/1").await;
    assert!(
        row_of(&dutch, "Herhaling").contains("gestopt door het CRM"),
        "{dutch}"
    );
}

/// C18: where nobody knows whether a start began, a person decides on the page.
#[tokio::test]
async fn an_unsure_start_is_decided_on_the_page() {
    let (world, browser, welcome, _) = listed().await;
    let trigger = automation(&welcome);
    world
        .sim
        .faults()
        .next_on("POST *", 1, spotler_sim::Fault::ResetAfterWork);
    let start = [("do", "start"), ("trigger", trigger.as_str())];
    browser.post("/participations/contact/1", &start).await;
    world.run().await;
    assert_eq!(world.standing("1", &welcome).await, Standing::Unsure);
    let page = browser.page("/participations/contact/1").await;
    let row = row_of(&page, "Onboarding nieuwe klant");
    assert!(
        row.contains("not sure whether it began") && row.contains("It did begin"),
        "{row}"
    );
    let assume = [("do", "assume"), ("trigger", trigger.as_str())];
    browser.post("/participations/contact/1", &assume).await;
    world.run().await;
    assert_eq!(world.standing("1", &welcome).await, Standing::Started);
}

/// YO-33, YO-49, YO-35: the second step of a bulk change has the automations as
/// well; each contact is linked and starts.
#[tokio::test]
async fn a_bulk_change_starts_an_automation_for_each() {
    let (world, browser, welcome, _) = listed().await;
    world
        .save("2", person("Bo", "bo@voorbeeld.nl").gate(false))
        .await;
    world.run().await;
    let chosen = [
        ("group", "these"),
        ("record", "contact/1"),
        ("record", "contact/2"),
    ];
    browser.post("/bulk", &chosen).await;
    let page = browser.page("/bulk/1/values").await;
    let name = format!("journey.{}", automation(&welcome));
    assert!(page.contains(&format!("name=\"{name}\"")), "{page}");
    let values = [
        ("do", "set"),
        ("field.note", "Beurs"),
        (name.as_str(), "start"),
    ];
    browser.post("/bulk/1", &values).await;
    browser.post("/bulk/1", &[("do", "save")]).await;
    world.run_to_the_end().await;
    assert_eq!(world.running().len(), 2);
    assert_eq!(world.standing("2", &welcome).await, Standing::Started);
}

/// RE-34..RE-41: the messages of a campaign with kind, subject and links; the people
/// of each, every participation apart.
#[tokio::test]
async fn the_messages_of_a_campaign_have_their_people() {
    let world = World::start().await;
    people(&world, 2).await;
    let sms = spotler_sim::Message {
        subject: None,
        name: "Herinnering".to_owned(),
        ..message("SMS")
    };
    let mut draft = JourneyDraft::campaign("Welkom")
        .then(0, StepDo::SendEmail(message("Welkom")))
        .then(86_400, StepDo::SendSms(sms));
    draft.repeatable = true;
    let journey = world.sim.ui_make_journey(draft).expect("a journey");
    let browser = world.browser("admin").await;
    browser.post("/journeys", &[("do", "refresh")]).await;
    world.run().await;
    let (host, tenant) = crate::mailed::asked(&world);
    let campaigns = host.list_campaigns(tenant).await.expect("campaigns");
    let address = format!("/journey-messages/{}", campaigns[0].id);
    assert!(browser.page("/journeys").await.contains(&address));
    let page = browser.page(&address).await;
    let steps = host
        .list_campaign_steps(tenant, &campaigns[0].id)
        .await
        .expect("steps");
    let (first, second) = (&steps[0].message, &steps[1].message);
    assert!(
        text_of(&page).contains("e-mail Welkom winkel: https://"),
        "{page}"
    );
    assert!(page.contains(&format!("/people/opens/{first}")), "{page}");
    assert!(
        !page.contains(&format!("/people/opens/{second}")),
        "a text message is not opened"
    );
    for act in [RecipientAct::Open, RecipientAct::Click { link: 2 }] {
        trigger(&world, &code(&journey), "contact-1");
        world.advance_s(1);
        does(&world, "contact-1", first, act);
        world.advance_s(60);
    }
    let recipients = browser.page(&format!("/people/recipients/{first}")).await;
    assert_eq!(
        recipients.matches("/records/contact/1\"").count(),
        2,
        "{recipients}"
    );
    assert!(recipients.contains("participation 1") && recipients.contains("participation 2"));
    let clicks = browser.page(&format!("/people/clicks/{first}")).await;
    assert!(clicks.contains("aanbod"), "{clicks}");
    let received = browser.page("/received/contact/1?show=journeys").await;
    let opened = text_of(&received);
    assert!(
        opened.contains("yes no no") && opened.contains("yes yes no"),
        "{opened}"
    );
}

/// RE-43: opening does not apply to a text message, and is never “no”.
#[tokio::test]
async fn a_text_message_says_that_opening_does_not_apply() {
    let world = World::start().await;
    people(&world, 1).await;
    let number = world
        .sim
        .ui_edit_property("contact-1", "mobileNumber", "0612345678".into());
    number.expect("a number");
    world.tick().await;
    let mailing = text_all(&world, "Herinnering");
    world.advance_s(3600);
    world.tick().await;
    let browser = world.browser("admin").await;
    let page = browser.page("/received/contact/1").await;
    let row = row_of(&page, "Herinnering");
    assert!(
        row.contains("text message") && row.contains("does not apply does not apply"),
        "{row}"
    );
    let answer = browser.get(&format!("/people/opens/{mailing}")).await;
    assert_eq!(answer.status.as_u16(), 503);
    let page = browser.page(&format!("/mailings/{mailing}")).await;
    assert!(!page.contains("/people/opens/"), "{page}");
}
