//! The story of the Dynamics 365 manual, clicked through: permissions in the
//! Marketing tab, marketing lists, tasks about bounces, what waits for a word.

use host_demo::contract::{Consent, SyncStatus};
use host_demo::explain::Language;
use koppel_embedding::guard::{GuardLimit, GuardSettings};
use koppel_tests::{ADMIN, World, person, spotler};

use crate::browser::Browser;
use crate::site::{CLERK, Site};

const PERMISSION: &str = "Maandelijkse nieuwsbrief";

async fn people() -> Site {
    let world = World::start_with(spotler(), "dynamics365").await;
    for (id, name) in [("1", "Anna"), ("2", "Bram"), ("3", "Cato")] {
        let edit = person(name, &format!("{}@voorbeeld.nl", name.to_lowercase()));
        world.save(id, edit.permission(1, Consent::Given)).await;
    }
    world.run().await;
    world.sim.clear_requests();
    Site::of(world).await
}

async fn edit(browser: &Browser, id: &str) {
    browser.go(&format!("/records/contact/{id}")).await;
    browser.link(browser.say("Wijzigen", "Edit")).await;
    browser.arrives("/edit/").await;
}

async fn permissions_and_switch(language: Language) {
    let site = people().await;
    let browser = site.visit(ADMIN, language).await;
    let withdrawn = browser.say("ingetrokken", "withdrawn");
    // Changed on the form and not saved: nothing happens.
    edit(&browser, "1").await;
    browser.choose(PERMISSION, withdrawn).await;
    browser.link(browser.say("Annuleren", "Cancel")).await;
    browser.arrives("/records/contact/1").await;
    site.settle().await;
    assert_eq!(site.world.requests(), [""; 0]);
    // Looked at first: still nothing.
    edit(&browser, "1").await;
    browser.choose(PERMISSION, withdrawn).await;
    browser
        .press(browser.say("Laat zien wat er zou gebeuren", "Show what would happen"))
        .await;
    browser
        .sees(browser.say(
            "Er is niets opgeslagen en niets verstuurd.",
            "Nothing was saved and nothing sent.",
        ))
        .await;
    assert_eq!(site.world.permissions_on("anna@voorbeeld.nl"), [1]);
    // Saved: it goes to Spotler.
    edit(&browser, "1").await;
    browser.choose(PERMISSION, withdrawn).await;
    browser.press(browser.say("Opslaan", "Save")).await;
    browser.sees(browser.say("Opgeslagen.", "Saved.")).await;
    site.settle().await;
    assert_eq!(site.world.permissions_on("anna@voorbeeld.nl"), [0; 0]);

    // The Marketing tab: status, history, and the switch.
    browser.link("Marketing").await;
    browser.sees(browser.say("Geschiedenis", "History")).await;
    browser
        .sees(browser.say("Contact opgeslagen", "Contact saved"))
        .await;
    browser
        .press(browser.say("Synchronisatie uitzetten", "Switch the synchronisation off"))
        .await;
    browser
        .sees(browser.say(
            "De synchronisatie van dit contact staat uit.",
            "The synchronisation of this contact is off.",
        ))
        .await;
    site.settle().await;
    browser.reload().await;
    browser.sees(browser.say("Uitgeschakeld", "Disabled")).await;
    assert_eq!(site.world.status("1").await, Some(SyncStatus::Disabled));
    browser
        .press(browser.say("Synchronisatie aanzetten", "Switch the synchronisation on"))
        .await;
    browser
        .sees(browser.say(
            "De synchronisatie van dit contact staat aan.",
            "The synchronisation of this contact is on.",
        ))
        .await;
    site.settle().await;
    assert!(site.world.record("1").await.sync_enabled);
    assert_ne!(site.world.status("1").await, Some(SyncStatus::Disabled));

    // An opt-out of the whole person, on the first tab.
    browser.link(browser.say("Gegevens", "Details")).await;
    browser
        .press(browser.say("Opt-out vastleggen", "Record an opt-out"))
        .await;
    browser
        .sees(browser.say("Opt-out opheffen", "Lift the opt-out"))
        .await;
    site.settle().await;
    assert!(!site.world.record("1").await.mail.allowed);
    assert_eq!(browser.complaints().await, [""; 0]);
    browser.close().await;
}

/// DA-25, DA-72: a permission that is changed and not saved does nothing,
/// one that is saved goes to Spotler; the Marketing tab shows and switches.
#[tokio::test]
async fn a_permission_goes_to_spotler_only_when_it_is_saved_in_dutch() {
    permissions_and_switch(Language::Dutch).await;
}

/// DA-25, DA-72: the same in English.
#[tokio::test]
async fn a_permission_goes_to_spotler_only_when_it_is_saved_in_english() {
    permissions_and_switch(Language::English).await;
}

async fn marketing_list(language: Language) {
    let site = people().await;
    let browser = site.visit(ADMIN, language).await;
    browser
        .menu(browser.say("Marketinglijsten", "Marketing lists"))
        .await;
    browser.fill(browser.say("Naam", "Name"), "Fietsers").await;
    let static_list = browser.say("statisch (leden met de hand)", "static (members by hand)");
    browser
        .choose(browser.say("Soort lijst", "List type"), static_list)
        .await;
    browser
        .choose(browser.say("Bevat", "Holds"), "contact")
        .await;
    browser
        .press(browser.say("Lijst maken", "Make the list"))
        .await;
    browser.sees(browser.say("Opgeslagen.", "Saved.")).await;
    browser
        .sees(browser.say("Nooit gesynchroniseerd", "Never synced"))
        .await;
    let add = browser.say("Toevoegen", "Add");
    for id in ["1", "2"] {
        browser.fill(add, id).await;
        browser.press(add).await;
        browser
            .sees(if id == "1" {
                "Anna de Boer"
            } else {
                "Bram de Boer"
            })
            .await;
    }
    site.settle().await;
    assert_eq!(site.world.requests(), [""; 0], "saving sends nothing");
    browser
        .press(browser.say("Naar Spotler synchroniseren", "Sync to Spotler"))
        .await;
    browser
        .sees(browser.say("In de wachtrij gezet", "Queued;"))
        .await;
    site.settle().await;
    // How it stands in Spotler appears by itself, in words.
    browser
        .sees(browser.say("Leden in Spotler", "Members in Spotler"))
        .await;
    browser.lacks("members-in-spotler").await;
    // Taken off the list.
    browser
        .press(browser.say("Van de lijst halen", "Take off the list"))
        .await;
    browser.sees(browser.say("Leden", "Members")).await;
    browser
        .menu(browser.say("Marketinglijsten", "Marketing lists"))
        .await;
    browser.link("Fietsers").await;
    browser
        .press(browser.say("Lijst verwijderen", "Delete the list"))
        .await;
    site.settle().await;
    assert_eq!(browser.complaints().await, [""; 0]);
    browser.close().await;
}

/// DA-46, DA-47, DA-53: a list is made with its type and its target, filled,
/// synced with a button, and says itself how it stands in Spotler.
#[tokio::test]
async fn a_marketing_list_is_made_filled_and_synced_in_dutch() {
    marketing_list(Language::Dutch).await;
}

/// DA-46, DA-47, DA-53: the same in English.
#[tokio::test]
async fn a_marketing_list_is_made_filled_and_synced_in_english() {
    marketing_list(Language::English).await;
}

/// Deletes a contact on its page.
async fn delete(browser: &Browser, id: &str) {
    browser.go(&format!("/records/contact/{id}")).await;
    browser.unfold(browser.say("Verwijderen", "Delete")).await;
    browser
        .press(browser.say("Ja, verwijderen", "Yes, delete"))
        .await;
}

async fn bounces_and_words(language: Language) {
    let site = people().await;
    site.world
        .sim
        .ui_hard_bounce("anna@voorbeeld.nl")
        .expect("bounced");
    site.world.advance_s(60);
    site.tick().await;
    let browser = site.visit(ADMIN, language).await;
    browser.menu(browser.say("Taken", "Tasks")).await;
    browser.sees("owner-1").await;
    browser.sees("Anna de Boer").await;
    browser.press(browser.say("Gedaan", "Done")).await;
    browser
        .sees(browser.say("Er zijn geen open taken.", "There are no open tasks."))
        .await;

    // One deletion more than the guard lets through waits for a word.
    let none = GuardLimit {
        number: 0,
        share: 1.0,
        always: 0,
    };
    let settings = GuardSettings {
        taken_down: none,
        ..GuardSettings::default()
    };
    site.world
        .host
        .save_guard_settings(settings)
        .await
        .expect("saved");
    delete(&browser, "2").await;
    let held = async || {
        let runs = site.world.host.guard_runs().await.expect("runs");
        (!runs.is_empty()).then_some(())
    };
    browser.until("the deletion waits for a word", held).await;
    // Who lacks the right cannot say it.
    let other = site.visit(CLERK, language).await;
    other.menu(other.say("Te bevestigen", "To confirm")).await;
    other
        .sees(other.say(
            "buiten gebruik stellen of verwijderen",
            "deactivate or delete",
        ))
        .await;
    other.lacks(other.say("Bevestigen", "Confirm")).await;
    other.close().await;
    browser
        .menu(browser.say("Te bevestigen", "To confirm"))
        .await;
    browser.press(browser.say("Afwijzen", "Reject")).await;
    browser.sees(browser.say("Gedaan.", "Done.")).await;
    site.settle().await;
    assert_eq!(
        site.world.permissions_on("bram@voorbeeld.nl"),
        [1],
        "rejected: nothing was sent"
    );
    browser.menu(browser.say("Wachtrij", "Queue")).await;
    browser.sees("Bram de Boer").await;
    browser
        .press(browser.say("Afgehandeld", "Dealt with"))
        .await;
    browser.sees(browser.say("Gedaan.", "Done.")).await;

    delete(&browser, "3").await;
    browser.until("the deletion waits for a word", held).await;
    browser
        .menu(browser.say("Te bevestigen", "To confirm"))
        .await;
    browser.press(browser.say("Bevestigen", "Confirm")).await;
    browser.sees(browser.say("Gedaan.", "Done.")).await;
    site.settle().await;
    assert_eq!(
        site.world.record("3").await.state,
        host_demo::contract::RecordState::Deleted
    );
    let there = site.world.sim.contact_by_external_id("3");
    assert!(
        there.is_none_or(|it| it.permissions().is_empty()),
        "confirmed: it was carried out"
    );
    browser.menu(browser.say("Gezondheid", "Health")).await;
    browser
        .sees(browser.say("De laatste 1.000 aanroepen", "The last 1,000 calls"))
        .await;
    assert_eq!(browser.complaints().await, [""; 0]);
    browser.close().await;
}

/// DA-39: tasks about bounces stand on a page, by owner. What would delete more
/// than usual waits there for a word; who lacks the right cannot give it.
#[tokio::test]
async fn bounces_are_tasks_and_large_runs_wait_for_a_word_in_dutch() {
    bounces_and_words(Language::Dutch).await;
}

/// DA-39: the same in English.
#[tokio::test]
async fn bounces_are_tasks_and_large_runs_wait_for_a_word_in_english() {
    bounces_and_words(Language::English).await;
}
