//! The Spotler block of a contact, opened: the switches of permissions.

use host_demo::contract::Consent;
use koppel_tests::pages::{Browser, row_of, text_of};
use koppel_tests::{World, spotler};
use spotler_sim::Fault;

use crate::mailed::people;

const CONFIRMED_LAST: &str = "The switches show what was confirmed last.";

/// Somebody in Spotler whose first permission was switched on by the CRM; in Spotler it
/// was switched off since, and the third one on.
async fn changed_there(profile: &str) -> (World, Browser) {
    let world = World::start_with(spotler(), profile).await;
    people(&world, 1).await;
    world.opt_in("1", 1).await;
    world.run().await;
    for (bit, on) in [(1, false), (3, true)] {
        let changed = world.sim.ui_set_permission("p1@voorbeeld.nl", (bit, on));
        changed.expect("changed");
    }
    let browser = world.browser("admin").await;
    (world, browser)
}

/// Whether the switch of a permission is on.
fn is_on(page: &str, bit: u32) -> bool {
    let switch = page.split(&format!("name=\"bit.{bit}\"")).nth(1);
    let switch = switch.and_then(|it| it.split('>').next());
    switch.expect("a switch").contains(" checked")
}

/// YO-26, YO-27: every permission of the account has a switch, as Spotler has it now,
/// whatever was confirmed last.
#[tokio::test]
async fn each_switch_stands_as_spotler_has_it_now() {
    let (world, browser) = changed_there("default").await;
    let page = browser.page("/spotler/contact/1").await;
    assert_eq!(page.matches("name=\"bit.").count(), 8, "{page}");
    let on: Vec<u32> = (1..=8).filter(|bit| is_on(&page, *bit)).collect();
    assert_eq!(on, [3]);
    assert!(!page.contains(CONFIRMED_LAST), "{page}");
    // What was shown and left alone is no wish.
    let same = [("was.1", "off"), ("was.3", "on"), ("bit.3", "on")];
    let answer = browser.post("/spotler/contact/1", &same).await;
    assert_eq!(answer.location, "/records/contact/1?said=unchanged");
    let off = [("was.3", "on")];
    browser.post("/spotler/contact/1", &off).await;
    world.run_to_the_end().await;
    world.tick().await;
    world.run_to_the_end().await;
    assert_eq!(world.permissions_on("p1@voorbeeld.nl"), Vec::<u32>::new());
}

/// YO-27: a Spotler that fails still gives the page, with what was confirmed last, and
/// the page says so.
#[tokio::test]
async fn a_spotler_that_fails_leaves_what_was_confirmed_last() {
    let (world, browser) = changed_there("default").await;
    world.sim.faults().always_on("*", Fault::status(503));
    let page = browser.page("/spotler/contact/1").await;
    assert!(is_on(&page, 1) && !is_on(&page, 3), "{page}");
    let text = text_of(&page);
    let said = format!("Spotler has a fault. {CONFIRMED_LAST}");
    assert!(text.contains(&said), "{text}");
    let dutch = text_of(&browser.in_dutch().page("/spotler/contact/1").await);
    let said = "Spotler heeft een storing. De schakelaars tonen wat er het laatst bevestigd is.";
    assert!(dutch.contains(said), "{dutch}");
}

/// C22: how an opt-in is known is told in words, with who is behind it.
#[tokio::test]
async fn the_evidence_of_an_opt_in_is_told_in_words() {
    let (world, browser) = changed_there("dynamics365").await;
    world.tick().await;
    let on = [("was.2", "off"), ("bit.2", "on")];
    browser.post("/spotler/contact/1", &on).await;
    world.run_to_the_end().await;
    let permissions = world.record("1").await.permissions;
    assert_eq!(permissions[&2].consent, Consent::Given);
    assert_eq!(permissions[&2].evidence, "set-permissions by admin");
    let names = spotler_sim::DEMO_PERMISSIONS;
    for (browser, by_hand, there) in [
        (
            browser.in_dutch(),
            "Permissies wijzigen, door admin",
            "uitgezet in Spotler",
        ),
        (
            browser,
            "Change permissions, by admin",
            "switched off in Spotler",
        ),
    ] {
        let page = browser.page("/records/contact/1").await;
        let row = row_of(&page, names[1]);
        assert!(row.contains(by_hand), "{row}");
        let row = row_of(&page, names[0]);
        assert!(row.contains(there), "{row}");
    }
}
