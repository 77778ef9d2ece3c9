//! The main actions with the keyboard alone.

use fantoccini::key::Key;
use host_demo::explain::Language;
use koppel_tests::{ADMIN, World, person, spotler};

use crate::browser::Browser;
use crate::perfectview;
use crate::site::Site;

/// More presses than there are things to reach on a page.
const PRESSES: usize = 120;

/// Presses the tabulator until this has the focus.
async fn reach(browser: &Browser, name: &str) {
    for _ in 0..PRESSES {
        browser.keys(&char::from(Key::Tab).to_string()).await;
        if browser.focus().await.starts_with(name) {
            return;
        }
    }
    panic!("“{name}” is not reached by the tabulator");
}

async fn enter(browser: &Browser) {
    browser.keys(&char::from(Key::Enter).to_string()).await;
}

/// YO-26, YO-29: the pop-up is opened, switched, cancelled and saved.
#[tokio::test]
async fn the_pop_up_is_used_with_the_keyboard_alone() {
    let world = World::start_with(spotler(), "yoobi").await;
    world.save("1", person("Anna", "anna@voorbeeld.nl")).await;
    world.run().await;
    let site = Site::of(world).await;
    let browser = site.visit(ADMIN, Language::English).await;
    browser.go("/records/contact/1").await;
    for saved in [false, true] {
        reach(&browser, "Permissions and automations").await;
        enter(&browser).await;
        browser.arrives("/spotler/contact/1").await;
        reach(&browser, "Maandelijkse nieuwsbrief").await;
        browser.keys(" ").await;
        assert!(browser.ticked("Maandelijkse nieuwsbrief").await);
        reach(&browser, if saved { "Save" } else { "Cancel" }).await;
        enter(&browser).await;
        browser.arrives("/records/contact/1").await;
        site.settle().await;
        assert_eq!(site.world.sim.contact_count(), usize::from(saved));
    }
    assert_eq!(site.world.permissions_on("anna@voorbeeld.nl"), [1]);
    browser.close().await;
}

/// PV-15, PV-16: the wizard of a campaign is filled in and sent on.
#[tokio::test]
async fn the_wizard_is_used_with_the_keyboard_alone() {
    let site = Site::of(perfectview::four_people().await).await;
    let browser = site.visit(ADMIN, Language::English).await;
    browser.go("/campaigns").await;
    // The first thing to reach leads past the menu.
    browser.keys(&char::from(Key::Tab).to_string()).await;
    assert_eq!(browser.focus().await, "Skip to the content");
    enter(&browser).await;
    reach(&browser, "Title").await;
    browser.keys("Najaar").await;
    reach(&browser, "All contacts").await;
    reach(&browser, "Name of the list in Spotler").await;
    browser.keys("Najaar 2026").await;
    reach(&browser, "On to the plan").await;
    enter(&browser).await;
    browser.sees("4 selected").await;
    reach(&browser, "Export to Spotler").await;
    enter(&browser).await;
    browser.sees("Queued;").await;
    site.settle().await;
    let state = site.world.sim.snapshot_of_effect();
    let lists = state["static_lists"].as_array().expect("lists");
    let list = lists
        .iter()
        .find(|it| it["name"] == "Najaar 2026")
        .expect("the list");
    assert_eq!(list["members"].as_array().map(Vec::len), Some(3));
    browser.close().await;
}
