//! The shop, and what people answer to a form.

use host_demo::explain::Language;
use koppel_tests::{ADMIN, World, anna};
use spotler_sim::{FormAction, JourneyDraft};

use crate::browser::Browser;
use crate::site::Site;

/// Binds a status of a cart or an order to the start of a journey.
async fn bind(site: &Site, browser: &Browser, what: &str, status: &str, journey: &str) {
    browser.menu("Automations").await;
    browser.choose(browser.say("Wanneer", "When"), what).await;
    let which = browser.say("Formulier, status of fase", "Form, status or stage");
    browser.fill(which, status).await;
    browser
        .choose(browser.say("Start deze", "Start this one"), journey)
        .await;
    browser.press(browser.say("Koppelen", "Bind")).await;
    browser
        .sees(browser.say("In de wachtrij gezet", "Queued;"))
        .await;
    site.settle().await;
}

/// Makes a cart or an order of contact 1.
async fn make(browser: &Browser, what: &str, id: &str, status: &str) {
    browser.menu(browser.say("Winkel", "Shop")).await;
    browser.choose(browser.say("Wat", "What"), what).await;
    browser.fill(browser.say("Nummer", "Id"), id).await;
    let whose = browser.say("Nummer van het contact", "Id of the contact");
    browser.fill(whose, "1").await;
    browser.fill("Status", status).await;
    browser
        .fill(browser.say("Producten", "Products"), "p-1; p-2")
        .await;
    browser.press(browser.say("Opslaan", "Save")).await;
    browser
        .sees(browser.say("In de wachtrij gezet", "Queued;"))
        .await;
}

async fn cart_and_order(language: Language) {
    let world = World::start().await;
    world.save("1", anna()).await;
    world.opt_in("1", 1).await;
    world.run().await;
    world.sync_products(&["p-1", "p-2"]);
    for name in ["Verlaten winkelwagen", "Beoordeling vragen"] {
        world.journey(JourneyDraft::automation(name));
    }
    world.act("refresh-journeys", &[]).await;
    let site = Site::of(world).await;
    let browser = site.visit(ADMIN, language).await;
    let (cart, order) = (
        browser.say("winkelwagen", "cart"),
        browser.say("bestelling", "order"),
    );
    let cart_gets = browser.say("Een winkelwagen krijgt een status", "A cart gets a status");
    bind(
        &site,
        &browser,
        cart_gets,
        "abandoned",
        "Verlaten winkelwagen",
    )
    .await;
    let order_gets = browser.say("Een bestelling krijgt een status", "An order gets a status");
    bind(
        &site,
        &browser,
        order_gets,
        "completed",
        "Beoordeling vragen",
    )
    .await;

    make(&browser, cart, "c-1", "abandoned").await;
    site.settle().await;
    assert_eq!(site.world.running().len(), 1, "the abandoned cart");
    make(&browser, order, "o-1", "paid").await;
    site.settle().await;
    assert_eq!(site.world.running().len(), 1, "nothing is bound to `paid`");
    // The status is changed in its row.
    browser.menu(browser.say("Winkel", "Shop")).await;
    let change = "const it = document.querySelector('input[aria-label=\"Status: o-1\"]'); \
         it.value = 'Completed'; it.form.querySelector('button').click();";
    browser.run(change).await;
    browser
        .sees(browser.say("In de wachtrij gezet", "Queued;"))
        .await;
    site.settle().await;
    assert_eq!(site.world.running().len(), 2, "the completed order");
    browser.go("/records/contact/1").await;
    browser.link("Automations").await;
    browser.sees("Beoordeling vragen").await;
    assert_eq!(browser.complaints().await, [""; 0]);
    browser.close().await;
}

/// AU-26, AU-28, AU-30: an abandoned cart and a completed order start what is bound
/// to their status.
#[tokio::test]
async fn an_abandoned_cart_and_a_completed_order_start_their_automations_in_dutch() {
    cart_and_order(Language::Dutch).await;
}

/// AU-26, AU-28, AU-30: the same in English.
#[tokio::test]
async fn an_abandoned_cart_and_a_completed_order_start_their_automations_in_english() {
    cart_and_order(Language::English).await;
}

async fn answers(language: Language) {
    let world = World::start().await;
    let make = FormAction::Make {
        name: "Tevredenheid".to_owned(),
        sub_type: "normal".to_owned(),
        questions: vec!["Oordeel".to_owned()],
    };
    let form = world.sim.ui_form(&make).expect("a form");
    for judgement in ["goed", "goed", "slecht"] {
        let fill = FormAction::FillIn {
            form,
            who: None,
            answers: vec![vec![judgement.to_owned()]],
            completed: true,
        };
        world.sim.ui_form(&fill).expect("filled in");
        world.advance_s(24 * 3600);
    }
    let site = Site::of(world).await;
    let browser = site.visit(ADMIN, language).await;
    browser.menu(browser.say("Formulieren", "Forms")).await;
    browser.sees("Tevredenheid").await;
    browser.link(browser.say("Antwoorden", "Answers")).await;
    browser
        .sees(browser.say("Antwoorden op Tevredenheid", "Answers to Tevredenheid"))
        .await;
    browser
        .sees(browser.say("3 keer ingevuld", "Filled in 3 times"))
        .await;
    let counts = "return [...document.querySelectorAll('table caption')].map(it => \
         it.parentElement.innerText.replace(/\\s+/g, ' ')).join();";
    let counts = browser.run(counts).await;
    let counts = counts.as_str().expect("a table");
    assert!(
        counts.contains("goed 2") && counts.contains("slecht 1"),
        "{counts}"
    );
    browser
        .choose(
            browser.say("Periode", "Period"),
            browser.say("laatste 90 dagen", "last 90 days"),
        )
        .await;
    browser.press(browser.say("Tonen", "Show")).await;
    let asked = async || browser.path().await.ends_with("days=90").then_some(());
    browser.until("three months are shown", asked).await;
    browser.sees("goed").await;
    assert_eq!(browser.complaints().await, [""; 0]);
    browser.close().await;
}

/// RE-27, RE-28, RE-33: a form is found in the menu, its answers are counted.
#[tokio::test]
async fn the_answers_to_a_form_are_found_and_counted_in_dutch() {
    answers(Language::Dutch).await;
}

/// RE-27, RE-28, RE-33: the same in English.
#[tokio::test]
async fn the_answers_to_a_form_are_found_and_counted_in_english() {
    answers(Language::English).await;
}
