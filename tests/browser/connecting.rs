//! Making the connection: the right for it, key and secret, what Spotler says.

use host_demo::explain::Language;
use koppel_tests::{ADMIN, World, anna, spotler};
use spotler_sim::JourneyDraft;

use crate::browser::Browser;
use crate::site::{CLERK, Site};

/// Fills in key and secret, and saves.
async fn enter(site: &Site, browser: &Browser, key: &str, secret: &str) {
    browser.menu(browser.say("Verbinding", "Connection")).await;
    browser.fill("Spotler API Key", key).await;
    browser.fill("Spotler API Secret", secret).await;
    let address = browser.say("Adres van Spotler", "Address of Spotler");
    browser.fill(address, &site.world.address()).await;
    browser
        .press(browser.say("Instellingen opslaan", "Save the settings"))
        .await;
    browser
        .sees(browser.say("In de wachtrij gezet", "Queued;"))
        .await;
}

/// Neither key nor secret stands anywhere on the page.
async fn holds_no_secret(browser: &Browser) {
    assert_eq!(browser.value("Spotler API Key").await, "");
    assert_eq!(browser.value("Spotler API Secret").await, "");
    let page = browser
        .run("return document.documentElement.outerHTML;")
        .await;
    let page = page.as_str().expect("a page");
    for secret in ["demo-secret", "een fout geheim", "demo-key"] {
        assert!(!page.contains(secret), "{secret} is on the page");
    }
}

async fn connect_wrong_then_right(language: Language) {
    let site = Site::new().await;
    let browser = site.visit(ADMIN, language).await;
    enter(&site, &browser, "demo-key", "een fout geheim").await;
    site.settle().await;
    browser.reload().await;
    browser
        .sees(browser.say(
            "Spotler weigert de key of het secret.",
            "Spotler refuses the key or the secret.",
        ))
        .await;
    browser
        .sees(browser.say(
            "De verbinding is niet actief.",
            "The connection is not active.",
        ))
        .await;
    holds_no_secret(&browser).await;

    enter(&site, &browser, "demo-key", "demo-secret").await;
    // The outcome appears by itself.
    browser
        .sees(browser.say("De verbinding is actief.", "The connection is active."))
        .await;
    browser.sees("Maandelijkse nieuwsbrief").await;
    browser.lacks(browser.say("weigert", "refuses")).await;
    holds_no_secret(&browser).await;
    assert_eq!(browser.complaints().await, [""; 0]);
    browser.close().await;
}

/// PV-03, PV-04, PV-05, YO-07: a wrong secret is refused with the reason on the
/// page, the right one makes the connection, and neither is ever shown.
#[tokio::test]
async fn a_wrong_secret_is_refused_and_the_right_one_connects_in_dutch() {
    connect_wrong_then_right(Language::Dutch).await;
}

/// YO-07: the same in English.
#[tokio::test]
async fn a_wrong_secret_is_refused_and_the_right_one_connects_in_english() {
    connect_wrong_then_right(Language::English).await;
}

async fn backup_first(language: Language) {
    let world = World::start().await;
    world.save("1", anna()).await;
    world.run().await;
    let site = Site::of(world).await;
    let browser = site.visit(ADMIN, language).await;
    browser.menu(browser.say("Verbinding", "Connection")).await;
    browser
        .link(browser.say("Naar de back-ups", "To the backups"))
        .await;
    browser
        .press(browser.say("Back-up maken", "Make a backup"))
        .await;
    browser.arrives("/backups").await;
    // It can be had as a file as soon as it is made, which appears by itself.
    let there = "return document.querySelector('a[href^=\"/backups/\"]') !== null;";
    let made = async || (browser.run(there).await == true).then_some(());
    browser.until("the backup can be had as a file", made).await;
    let file = "const link = document.querySelector('a[href^=\"/backups/\"]'); \
         const done = arguments[0]; fetch(link.href).then(it => it.text()).then(done);";
    let file = browser.run_async(file, Vec::new()).await;
    let file = file.as_str().expect("a file");
    assert!(file.contains("anna@voorbeeld.nl"), "{file}");
    browser.close().await;
}

/// YO-02: the page of the connection advises a backup first; it is made on a page
/// and had as a file with what Spotler has of everybody.
#[tokio::test]
async fn a_backup_is_made_and_had_as_a_file_in_dutch() {
    backup_first(Language::Dutch).await;
}

/// YO-02: the same in English.
#[tokio::test]
async fn a_backup_is_made_and_had_as_a_file_in_english() {
    backup_first(Language::English).await;
}

async fn own_confirmation(language: Language) {
    let world = World::start_with(spotler(), "yoobi").await;
    world.journey(JourneyDraft::automation("Aanmeldbevestiging"));
    let site = Site::of(world).await;
    let browser = site.visit(ADMIN, language).await;
    browser.menu("Automations").await;
    browser
        .press(browser.say("Opnieuw ophalen", "List anew"))
        .await;
    browser
        .sees(browser.say("In de wachtrij gezet", "Queued;"))
        .await;
    site.settle().await;
    browser.reload().await;
    let form = browser.say("Formulier, status of fase", "Form, status or stage");
    browser.fill(form, "nieuwsbrief").await;
    browser
        .choose(
            browser.say("Start deze", "Start this one"),
            "Aanmeldbevestiging",
        )
        .await;
    browser
        .tick(
            browser.say(
                "Het CRM of de winkel stuurt zelf al een bevestiging",
                "The CRM or the shop sends a confirmation of its own",
            ),
            true,
        )
        .await;
    browser.press(browser.say("Koppelen", "Bind")).await;
    browser
        .sees(browser.say("In de wachtrij gezet", "Queued;"))
        .await;
    site.settle().await;
    browser.menu(browser.say("Logboek", "Log")).await;
    browser
        .sees(browser.say("de ontvanger krijgt er twee", "the recipient gets two"))
        .await;
    browser.close().await;
}

/// AU-25: whoever binds a form to an automation, and says that a confirmation is
/// sent already, is warned that the recipient gets two.
#[tokio::test]
async fn two_confirmations_are_warned_of_in_dutch() {
    own_confirmation(Language::Dutch).await;
}

/// AU-25: the same in English.
#[tokio::test]
async fn two_confirmations_are_warned_of_in_english() {
    own_confirmation(Language::English).await;
}

/// PV-02: who lacks the right sees the connection and cannot change it.
#[tokio::test]
async fn who_lacks_the_right_cannot_make_the_connection() {
    for language in [Language::Dutch, Language::English] {
        let site = Site::new().await;
        let browser = site.visit(CLERK, language).await;
        browser.menu(browser.say("Verbinding", "Connection")).await;
        browser
            .sees(browser.say(
                "daarvoor is het recht “spotler” nodig",
                "that needs the right “spotler”",
            ))
            .await;
        let can = "return [...document.querySelectorAll('main input, main select, main button')] \
             .filter(it => it.type !== 'hidden' && !it.matches(':disabled')).length;";
        assert_eq!(
            browser.run(can).await,
            0,
            "nothing can be filled in or pressed"
        );
        assert_eq!(site.world.sim.request_count(), 0);
        browser.close().await;
    }
}
