//! The story of the Yoobi manual, clicked through: mapping, one contact with its
//! Spotler block, many contacts, automatic actions and the board of sales.

use host_demo::contract::{Consent, SyncStatus};
use host_demo::explain::Language;
use koppel_tests::{ADMIN, World, person, spotler};

use crate::browser::Browser;
use crate::site::Site;

const PERMISSION: &str = "Maandelijkse nieuwsbrief";

/// Connected, with nobody in the CRM.
async fn connected() -> Site {
    let world = World::unconnected(spotler()).await;
    world.connect("yoobi").await;
    Site::of(world).await
}

/// Opens the page of a contact through the list, as a user does.
async fn open_contact(browser: &Browser, name: &str) {
    browser.menu(browser.say("Contacten", "Contacts")).await;
    browser.fill(browser.say("Zoeken", "Search"), name).await;
    browser.press(browser.say("Tonen", "Show")).await;
    browser.link(name).await;
    browser.sees(browser.say("Tijdlijn", "Timeline")).await;
}

async fn open_block(browser: &Browser) {
    browser
        .link(browser.say("Permissies en automations", "Permissions and automations"))
        .await;
    browser.arrives("/spotler/").await;
}

async fn change_the_mapping(language: Language) {
    let site = connected().await;
    let browser = site.visit(ADMIN, language).await;
    browser
        .link(browser.say(
            "Bekijk de mapping en sla haar op; daarna begint de synchronisatie.",
            "Look at the mapping and save it; the sync begins after that.",
        ))
        .await;
    browser.arrives("/mapping").await;
    browser
        .sees(browser.say("nog niet opgeslagen", "has not been saved yet"))
        .await;
    let (field, property) = (browser.say("Functie", "Job title"), "Functie");
    let shown = browser.value(field).await;
    let before = site.world.host.mapping().await.expect("a mapping");

    browser.choose(field, property).await;
    browser.link(browser.say("Annuleren", "Cancel")).await;
    browser
        .until("the drop-down is as it was", async || {
            (browser.value(field).await == shown).then_some(())
        })
        .await;
    assert_eq!(site.world.host.mapping().await.expect("a mapping"), before);

    browser.choose(field, property).await;
    browser
        .press(browser.say("Wat zou dit wijzigen?", "What would this change?"))
        .await;
    browser
        .sees(browser.say("Er is nog niets opgeslagen.", "Nothing has been saved yet."))
        .await;
    assert_eq!(site.world.host.mapping().await.expect("a mapping"), before);

    browser.choose(field, property).await;
    browser.press(browser.say("Opslaan", "Save")).await;
    browser
        .sees(browser.say("In de wachtrij gezet", "Queued;"))
        .await;
    site.settle().await;
    browser.reload().await;
    browser
        .lacks(browser.say("nog niet opgeslagen", "has not been saved yet"))
        .await;
    let saved = site.world.host.mapping().await.expect("a mapping");
    let row = saved
        .iter()
        .find(|it| it.field == "job_title")
        .expect("a row");
    assert_eq!(row.property.as_deref(), Some("jobTitle"));
    assert_eq!(browser.complaints().await, [""; 0]);
    browser.close().await;
}

/// YO-16, YO-17, YO-20, YO-21: the mapping is opened from a page, changed with a
/// drop-down, tried, thrown away, and saved.
#[tokio::test]
async fn the_mapping_is_tried_cancelled_and_saved_in_dutch() {
    change_the_mapping(Language::Dutch).await;
}

/// YO-17, YO-20: the same in English.
#[tokio::test]
async fn the_mapping_is_tried_cancelled_and_saved_in_english() {
    change_the_mapping(Language::English).await;
}

async fn one_contact(language: Language) {
    let site = connected().await;
    site.world
        .host
        .save_mapping(site.world.host.mapping().await.expect("rows"))
        .await
        .expect("saved");
    site.settle().await;
    site.world.sim.clear_requests();
    let browser = site.visit(ADMIN, language).await;

    browser.menu(browser.say("Contacten", "Contacts")).await;
    browser.link("contact").await;
    browser
        .fill(browser.say("Voornaam", "First name"), "Anna")
        .await;
    browser.fill("E-mail", "anna@voorbeeld.nl").await;
    browser.press(browser.say("Opslaan", "Save")).await;
    browser.arrives("/new/contact").await;
    assert_eq!(
        site.world
            .host
            .crm()
            .count_queue()
            .await
            .expect("a queue")
            .waiting,
        0
    );
    browser.fill(browser.say("Nummer", "Id"), "1").await;
    browser
        .fill(browser.say("Achternaam", "Last name"), "de Boer")
        .await;
    browser.press(browser.say("Opslaan", "Save")).await;
    browser.sees(browser.say("Opgeslagen.", "Saved.")).await;
    site.settle().await;

    open_contact(&browser, "Anna de Boer").await;
    browser
        .sees(browser.say("Niet gesynchroniseerd", "Not synchronised"))
        .await;
    // The block is taken away and put back with the wrench.
    browser
        .press(browser.say("Spotler-blok weghalen", "Take the Spotler block away"))
        .await;
    browser
        .sees(browser.say("Spotler-blok toevoegen", "Add the Spotler block"))
        .await;
    browser
        .lacks(browser.say("Permissies en automations", "Permissions and automations"))
        .await;
    browser
        .press(browser.say("Spotler-blok toevoegen", "Add the Spotler block"))
        .await;

    open_block(&browser).await;
    browser
        .sees(browser.say("bij het opslaan wordt het gekoppeld", "saving links it"))
        .await;
    browser.tick(PERMISSION, true).await;
    browser.link(browser.say("Annuleren", "Cancel")).await;
    browser.arrives("/records/contact/1").await;
    site.settle().await;
    assert_eq!(site.world.requests(), [""; 0], "cancelling sends nothing");

    open_block(&browser).await;
    assert!(
        !browser.ticked(PERMISSION).await,
        "cancelling changed nothing"
    );
    browser.tick(PERMISSION, true).await;
    browser.press(browser.say("Opslaan", "Save")).await;
    browser.arrives("/records/contact/1").await;
    // The outcome appears by itself.
    browser
        .sees(browser.say("Gesynchroniseerd", "Synchronised"))
        .await;
    site.settle().await;
    assert_eq!(site.world.permissions_on("anna@voorbeeld.nl"), [1]);
    open_block(&browser).await;
    assert!(browser.ticked(PERMISSION).await);
    assert_eq!(browser.complaints().await, [""; 0]);
    browser.close().await;
}

/// YO-22, YO-23, YO-26..YO-31, DA-16: a contact is made, found, opened; its block
/// is taken away and added; the pop-up is cancelled without a trace and saved.
#[tokio::test]
async fn one_contact_is_made_and_linked_through_its_block_in_dutch() {
    one_contact(Language::Dutch).await;
}

/// YO-22, YO-23, YO-29: the same in English.
#[tokio::test]
async fn one_contact_is_made_and_linked_through_its_block_in_english() {
    one_contact(Language::English).await;
}

async fn many_contacts(language: Language) {
    let world = World::start_with(spotler(), "yoobi").await;
    for (id, name) in [("1", "Anna"), ("2", "Bram"), ("3", "Cato")] {
        let address = format!("{}@voorbeeld.nl", name.to_lowercase());
        world.save(id, person(name, &address)).await;
    }
    world.run().await;
    let site = Site::of(world).await;
    let browser = site.visit(ADMIN, language).await;
    browser.menu(browser.say("Contacten", "Contacts")).await;
    browser
        .link(browser.say(
            "Veel contacten tegelijk wijzigen",
            "Change many contacts at once",
        ))
        .await;
    browser.press(browser.say("Volgende", "Next")).await;
    browser
        .sees(browser.say(
            "Vink contacten aan, of kies een groep.",
            "Tick contacts, or choose a group.",
        ))
        .await;
    for name in ["Anna de Boer", "Bram de Boer"] {
        browser.tick(name, true).await;
    }
    browser.press(browser.say("Volgende", "Next")).await;
    browser
        .sees(browser.say("2 contacten geselecteerd", "2 contacts selected"))
        .await;
    browser
        .fill(browser.say("Afdeling", "Department"), "Inkoop")
        .await;
    browser
        .fill(browser.say("Trefwoorden", "Keywords"), "beurs; klant")
        .await;
    browser
        .choose(PERMISSION, browser.say("aanzetten", "switch on"))
        .await;
    browser.press(browser.say("Volgende", "Next")).await;
    browser
        .sees(browser.say("Zou wijzigen", "Would change"))
        .await;
    assert_eq!(
        site.world.record("1").await.fields.get("department"),
        None,
        "only looked at"
    );
    browser.press(browser.say("Opslaan", "Save")).await;
    browser
        .sees(browser.say("In de wachtrij gezet", "Queued;"))
        .await;
    let job = browser.say(
        "Naar de opdracht met het resultaat per contact",
        "To the job with the result for each contact",
    );
    browser.link(job).await;
    browser
        .sees(browser.say("Veel contacten wijzigen", "Change many contacts"))
        .await;
    site.settle().await;
    browser.sees(browser.say("Geslaagd", "Succeeded")).await;
    for (name, on) in [("anna", true), ("bram", true)] {
        let on_there = site.world.permissions_on(&format!("{name}@voorbeeld.nl"));
        assert_eq!(on_there == [1], on, "{name}");
    }
    assert_eq!(site.world.sim.contact_count(), 2, "Cato was not chosen");
    open_contact(&browser, "Anna de Boer").await;
    browser.sees("Inkoop").await;
    assert_eq!(browser.complaints().await, [""; 0]);
    browser.close().await;
}

/// YO-32, YO-33, YO-36: two contacts are ticked, given a department, keywords and
/// a permission in one go, looked at before, and linked.
#[tokio::test]
async fn many_contacts_are_changed_in_two_steps_in_dutch() {
    many_contacts(Language::Dutch).await;
}

/// YO-32, YO-33, YO-36: the same in English.
#[tokio::test]
async fn many_contacts_are_changed_in_two_steps_in_english() {
    many_contacts(Language::English).await;
}

async fn automatic_action(language: Language) {
    let world = World::start_with(spotler(), "yoobi").await;
    world.save("1", person("Anna", "anna@voorbeeld.nl")).await;
    world.run().await;
    let site = Site::of(world).await;
    let browser = site.visit(ADMIN, language).await;
    let (name, scheme) = (
        browser.say("Naam", "Name"),
        browser.say("Verkoopschema", "Sales scheme"),
    );
    let stage = browser.say("Verkoopfase", "Sales stage");
    browser
        .menu(browser.say("Automatische acties", "Automatic actions"))
        .await;
    browser
        .choose(
            browser.say("Actie type", "Action type"),
            browser.say("Aanpassen: contactpersoon", "Change: contact person"),
        )
        .await;
    browser.fill(name, "Gewonnen").await;
    browser.press(browser.say("Opslaan", "Save")).await;
    browser
        .sees(browser.say(
            "Actie type, naam, schema en fase zijn verplicht.",
            "Action type, name, scheme and stage are required.",
        ))
        .await;
    browser.fill(scheme, "Nieuwe klanten").await;
    browser.fill(stage, "Gewonnen").await;
    browser
        .fill(browser.say("Notitie", "Note"), "Is klant geworden")
        .await;
    browser
        .choose("Status", browser.say("actief", "active"))
        .await;
    browser.tick(PERMISSION, true).await;
    browser.press(browser.say("Opslaan", "Save")).await;
    browser.sees(browser.say("Opgeslagen.", "Saved.")).await;
    // Saved, and shown again.
    browser
        .menu(browser.say("Automatische acties", "Automatic actions"))
        .await;
    browser.link("Gewonnen").await;
    assert_eq!(
        browser.value(browser.say("Notitie", "Note")).await,
        "Is klant geworden"
    );
    assert_eq!(browser.value("Status").await, "active");
    assert!(browser.ticked(PERMISSION).await);

    browser.menu(browser.say("Verkoop", "Sales")).await;
    browser
        .fill(
            browser.say("Nummer van de verkoop", "Id of the sale"),
            "V-1",
        )
        .await;
    browser
        .fill(
            browser.say("Nummer van het contact", "Id of the contact"),
            "1",
        )
        .await;
    browser.fill(scheme, "Nieuwe klanten").await;
    browser.fill(browser.say("Fase", "Stage"), "Offerte").await;
    browser
        .press(browser.say("Verkoop maken", "Make the sale"))
        .await;
    browser.sees("V-1").await;
    site.settle().await;
    assert_eq!(
        site.world.sim.contact_count(),
        0,
        "no action stands at this stage"
    );
    browser
        .choose(browser.say("Naar fase", "To stage"), "Gewonnen")
        .await;
    browser.press(browser.say("Verplaatsen", "Move")).await;
    browser.sees(browser.say("Opgeslagen.", "Saved.")).await;
    site.settle().await;
    assert_eq!(site.world.permissions_on("anna@voorbeeld.nl"), [1]);
    let record = site.world.record("1").await;
    assert_eq!(record.status, Some(SyncStatus::Succeeded));
    let said = record.permissions.get(&1).map(|it| it.consent);
    assert_eq!(said, Some(Consent::Given));
    open_contact(&browser, "Anna de Boer").await;
    browser.sees("Is klant geworden").await;
    assert_eq!(browser.complaints().await, [""; 0]);
    browser.close().await;
}

/// YO-38, YO-39, YO-40, YO-42: an automatic action is made, refused while it lacks
/// something, and carried out when the sale is moved on the board.
#[tokio::test]
async fn an_automatic_action_runs_when_a_sale_reaches_its_stage_in_dutch() {
    automatic_action(Language::Dutch).await;
}

/// YO-38, YO-40, YO-42: the same in English.
#[tokio::test]
async fn an_automatic_action_runs_when_a_sale_reaches_its_stage_in_english() {
    automatic_action(Language::English).await;
}
