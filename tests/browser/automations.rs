//! Automations of one contact: the switches of the pop-up, the tab with each
//! participation, and the confirmation of a sign-up.

use host_demo::contract::{Occasion, Standing};
use host_demo::explain::Language;
use koppel_tests::{ADMIN, World, anna, spotler};
use spotler_sim::JourneyDraft;

use crate::browser::Browser;
use crate::site::Site;

const JOURNEY: &str = "Welkom";

/// What was asked for is done; the tab with the participations says this then.
async fn stands(site: &Site, browser: &Browser, text: &str) {
    browser
        .sees(browser.say("In de wachtrij gezet", "Queued;"))
        .await;
    site.settle().await;
    browser.go("/participations/contact/1").await;
    browser.sees(text).await;
}

async fn switched_and_stopped(language: Language) {
    let world = World::start_with(spotler(), "yoobi").await;
    world.save("1", anna()).await;
    world.opt_in("1", 1).await;
    world.act("link", &["1"]).await;
    let journey = world.journey(JourneyDraft::automation(JOURNEY));
    world.act("refresh-journeys", &[]).await;
    let site = Site::of(world).await;
    let browser = site.visit(ADMIN, language).await;
    let save = browser.say("Opslaan", "Save");
    // Switched, and cancelled: nothing begins.
    browser.go("/spotler/contact/1").await;
    browser.tick(JOURNEY, true).await;
    browser.link(browser.say("Annuleren", "Cancel")).await;
    browser.arrives("/records/contact/1").await;
    site.settle().await;
    assert_eq!(site.world.running().len(), 0);
    // Switched on in the pop-up.
    browser.go("/spotler/contact/1").await;
    assert!(!browser.ticked(JOURNEY).await, "cancelling changed nothing");
    browser.tick(JOURNEY, true).await;
    browser.press(save).await;
    browser.arrives("/records/contact/1").await;
    stands(
        &site,
        &browser,
        browser.say("gestart door het CRM", "started by the CRM"),
    )
    .await;
    assert_eq!(site.world.running().len(), 1);
    // Stopped in the tab, and started there once more.
    browser
        .press(browser.say("Alle deelnames stoppen", "Stop all participations"))
        .await;
    stands(
        &site,
        &browser,
        browser.say("gestopt door het CRM", "stopped by the CRM"),
    )
    .await;
    assert_eq!(site.world.running().len(), 0);
    browser.press(browser.say("Starten", "Start")).await;
    stands(
        &site,
        &browser,
        browser.say("gestart door het CRM", "started by the CRM"),
    )
    .await;
    assert_eq!(site.world.running().len(), 1);
    // Switched off in the pop-up.
    browser.go("/spotler/contact/1").await;
    assert!(browser.ticked(JOURNEY).await);
    browser.tick(JOURNEY, false).await;
    browser.press(save).await;
    browser
        .sees(browser.say("In de wachtrij gezet", "Queued;"))
        .await;
    site.settle().await;
    assert_eq!(site.world.running().len(), 0);
    assert_eq!(site.world.standing("1", &journey).await, Standing::Stopped);
    assert_eq!(browser.complaints().await, [""; 0]);
    browser.close().await;
}

/// YO-28, YO-29, AU-12: an automation is switched on and off in the pop-up,
/// cancelled without a trace, and stopped and started in its tab.
#[tokio::test]
async fn an_automation_is_switched_in_the_pop_up_and_stopped_in_its_tab_in_dutch() {
    switched_and_stopped(Language::Dutch).await;
}

/// YO-28, YO-29, AU-12: the same in English.
#[tokio::test]
async fn an_automation_is_switched_in_the_pop_up_and_stopped_in_its_tab_in_english() {
    switched_and_stopped(Language::English).await;
}

async fn signed_up(language: Language) {
    let world = World::start().await;
    let journey = world.journey(JourneyDraft::automation("Bevestiging"));
    world.bind(Occasion::SignUp, "newsletter", &journey).await;
    let site = Site::of(world).await;
    let browser = site.visit(ADMIN, language).await;
    browser.menu(browser.say("Aanmelden", "Sign-up")).await;
    browser.fill("E-mail", "gijs@voorbeeld.nl").await;
    browser
        .fill(browser.say("Voornaam", "First name"), "Gijs")
        .await;
    browser
        .fill(browser.say("Achternaam", "Last name"), "Kuiper")
        .await;
    let send = browser.say("Aanmelden", "Sign up");
    browser.press(send).await;
    browser
        .sees(browser.say(
            "Kruis aan wat u wilt ontvangen.",
            "Tick what you want to receive.",
        ))
        .await;
    browser.tick("Maandelijkse nieuwsbrief", true).await;
    browser.press(send).await;
    browser
        .sees(browser.say(
            "Bedankt voor uw aanmelding, Gijs Kuiper.",
            "Thank you for signing up, Gijs Kuiper.",
        ))
        .await;
    site.settle().await;
    assert_eq!(site.world.permissions_on("gijs@voorbeeld.nl"), [1]);
    assert_eq!(site.world.running().len(), 1, "the confirmation");
    browser
        .link(browser.say("Naar het contact", "To the contact"))
        .await;
    browser.sees("gijs@voorbeeld.nl").await;
    browser.sees(browser.say("Geslaagd", "Succeeded")).await;
    assert_eq!(browser.complaints().await, [""; 0]);
    browser.close().await;
}

/// AU-24: somebody signs up, is thanked, and gets the confirmation that is bound to
/// the form.
#[tokio::test]
async fn whoever_signs_up_is_thanked_and_gets_the_confirmation_in_dutch() {
    signed_up(Language::Dutch).await;
}

/// AU-24: the same in English.
#[tokio::test]
async fn whoever_signs_up_is_thanked_and_gets_the_confirmation_in_english() {
    signed_up(Language::English).await;
}
