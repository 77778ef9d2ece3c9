//! What a sync overwrote is put back, from the contact and from a backup.

use host_demo::explain::Language;
use koppel_tests::{ADMIN, World, anna, spotler};
use spotler_sim::SeedContact;

use crate::browser::Browser;
use crate::site::Site;

const ANNA: &str = "anna@voorbeeld.nl";

/// Anna is in Spotler with another city than in the CRM.
async fn known() -> Site {
    let mut config = spotler();
    config.contacts = vec![SeedContact::new("webshop-1", ANNA).with("city", "Zwolle")];
    Site::of(World::start_with(config, "default").await).await
}

fn city(site: &Site) -> String {
    let contact = site.world.sim.contact_by_email(ANNA).expect("there");
    contact.text("city").unwrap_or_default().to_owned()
}

/// Saves Anna in the CRM with this city.
async fn save(site: &Site, city: &str) {
    site.world.save("1", anna().text("city", city)).await;
    site.settle().await;
    site.world.advance_s(60);
}

async fn tried_then(browser: &Browser, button: &str) {
    browser
        .press(browser.say("Laat zien wat er zou gebeuren", "Show what would happen"))
        .await;
    browser
        .sees(browser.say(
            "Er is niets opgeslagen en niets verstuurd.",
            "Nothing was saved and nothing sent.",
        ))
        .await;
    browser.sees("Zwolle").await;
    browser.link(browser.say("Terug", "Back")).await;
    browser.press(button).await;
    browser
        .sees(browser.say("In de wachtrij gezet", "Queued;"))
        .await;
}

async fn put_back(language: Language) {
    let site = known().await;
    save(&site, "Utrecht").await;
    assert_eq!(city(&site), "Utrecht");
    let browser = site.visit(ADMIN, language).await;
    browser.go("/records/contact/1").await;
    browser
        .link(browser.say("Eerdere gegevens", "Earlier data"))
        .await;
    browser
        .sees(browser.say("vóór het overschrijven", "before it was overwritten"))
        .await;
    let button = browser.say(
        "Terugzetten wat er vóór het laatste overschrijven stond",
        "Put back what was there before it was last overwritten",
    );
    tried_then(&browser, button).await;
    site.settle().await;
    assert_eq!(city(&site), "Zwolle");
    browser
        .press(browser.say("Verwijderen wat bewaard is", "Delete what is kept"))
        .await;
    browser
        .sees(browser.say(
            "Er is van dit contact niets bewaard.",
            "Nothing is kept of this contact.",
        ))
        .await;
    assert_eq!(browser.complaints().await, [""; 0]);
    browser.close().await;
}

/// YO-03: what was overwritten is looked at first, put back, and deleted.
#[tokio::test]
async fn what_a_sync_overwrote_is_put_back_at_the_contact_in_dutch() {
    put_back(Language::Dutch).await;
}

/// YO-03: the same in English.
#[tokio::test]
async fn what_a_sync_overwrote_is_put_back_at_the_contact_in_english() {
    put_back(Language::English).await;
}

async fn from_a_backup(language: Language) {
    let site = known().await;
    // A backup is put back for those who are linked with the CRM.
    save(&site, "Utrecht").await;
    let browser = site.visit(ADMIN, language).await;
    browser.go("/backups").await;
    browser
        .press(browser.say("Back-up maken", "Make a backup"))
        .await;
    browser
        .sees(browser.say("In de wachtrij gezet", "Queued;"))
        .await;
    site.settle().await;
    save(&site, "Breda").await;
    assert_eq!(city(&site), "Breda");
    browser.go("/backups").await;
    browser
        .press(browser.say("Alles terugzetten", "Put everything back"))
        .await;
    browser
        .sees(browser.say("In de wachtrij gezet", "Queued;"))
        .await;
    site.settle().await;
    assert_eq!(city(&site), "Utrecht");
    assert_eq!(browser.complaints().await, [""; 0]);
    browser.close().await;
}

/// YO-02, YO-03: what a backup kept is put back with one button.
#[tokio::test]
async fn a_backup_is_put_back_as_a_whole_in_dutch() {
    from_a_backup(Language::Dutch).await;
}

/// YO-02, YO-03: the same in English.
#[tokio::test]
async fn a_backup_is_put_back_as_a_whole_in_english() {
    from_a_backup(Language::English).await;
}
