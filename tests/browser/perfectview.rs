//! The story of the PerfectView manual, clicked through: a campaign from its
//! wizard to its results.

use host_demo::contract::{Activity, ActivityKind, Consent};
use host_demo::crm::Edit;
use host_demo::explain::Language;
use koppel_tests::{ADMIN, World, contact, person, spotler};
use spotler_sim::{Link, Message, RecipientAct, Target};

use crate::browser::Browser;
use crate::site::Site;

const LIST: &str = "Najaarsactie 2026";
const TITLE: &str = "Najaarsactie";
const PERMISSION: &str = "Maandelijkse nieuwsbrief";

/// Three people with an opt-in and one without, all in the CRM.
pub(crate) async fn four_people() -> World {
    let world = World::start_with(spotler(), "perfectview").await;
    for (id, name) in [("1", "Anna"), ("2", "Bram"), ("3", "Cato"), ("4", "Daan")] {
        let edit = person(name, &format!("{}@voorbeeld.nl", name.to_lowercase()));
        let said = if id == "4" {
            Consent::Withdrawn
        } else {
            Consent::Given
        };
        world.save(id, edit.permission(1, said)).await;
    }
    world.run().await;
    world
}

/// Fills in the wizard: everybody, through an external system.
pub(crate) async fn fill_wizard(browser: &Browser) {
    browser.menu(browser.say("Campagnes", "Campaigns")).await;
    browser.fill(browser.say("Titel", "Title"), TITLE).await;
    browser
        .tick(browser.say("Alle contacten", "All contacts"), true)
        .await;
    browser
        .tick(
            browser.say("versturen via extern systeem", "send via external system"),
            true,
        )
        .await;
    browser
        .fill(
            browser.say(
                "Naam van de lijst in Spotler",
                "Name of the list in Spotler",
            ),
            LIST,
        )
        .await;
    browser
        .choose(
            browser.say(
                "Permissie waarvoor de mailing is",
                "Permission that the mailing is for",
            ),
            PERMISSION,
        )
        .await;
}

/// Sends a mailing to the list in Spotler, and has people react to it.
pub(crate) async fn mail_the_list(site: &Site) {
    let message = Message {
        name: "Opmaak".to_owned(),
        author: "Marit".to_owned(),
        subject: Some("Najaarsactie".to_owned()),
        from_name: "De Fietsenhandel".to_owned(),
        from_email: Some("nieuws@voorbeeld.example".to_owned()),
        body: "Beste lezer".to_owned(),
        links: vec![Link {
            id: 1,
            name: "winkel".to_owned(),
            url: "https://voorbeeld.example/winkel".to_owned(),
            kind: Some("webshop".to_owned()),
        }],
    };
    // What came before is read first; the mailing is news then.
    site.tick().await;
    let target = Target::StaticList(LIST.to_owned());
    let mailing = site
        .world
        .sim
        .ui_send("Najaarsactie", message, target)
        .expect("sent");
    site.world.advance_s(60);
    for (who, act) in [
        ("anna@voorbeeld.nl", RecipientAct::Open),
        ("anna@voorbeeld.nl", RecipientAct::Click { link: 1 }),
        ("bram@voorbeeld.nl", RecipientAct::Open),
        ("cato@voorbeeld.nl", RecipientAct::Bounce { hard: true }),
    ] {
        site.world.sim.recipient(who, &mailing, act).expect("done");
        site.world.advance_s(60);
    }
    site.world.advance_s(3600);
    site.tick().await;
}

async fn wizard_to_results(language: Language) {
    let site = Site::of(four_people().await).await;
    let browser = site.visit(ADMIN, language).await;
    // Sent otherwise than through Spotler: there is nothing to export.
    fill_wizard(&browser).await;
    browser.tick(browser.say("brief", "letter"), true).await;
    browser
        .press(browser.say("Naar het plan", "On to the plan"))
        .await;
    browser.sees(browser.say("Opgeslagen.", "Saved.")).await;
    let export = browser.say("Naar Spotler exporteren", "Export to Spotler");
    browser.lacks(export).await;

    fill_wizard(&browser).await;
    browser
        .press(browser.say("Naar het plan", "On to the plan"))
        .await;
    browser
        .sees(browser.say("4 geselecteerd", "4 selected"))
        .await;
    browser
        .sees(browser.say("Er wordt niemand gemaild.", "Nobody is mailed."))
        .await;
    browser.press(export).await;
    browser
        .sees(browser.say("In de wachtrij gezet", "Queued;"))
        .await;
    site.settle().await;
    // How it stands, and who was left out, appears by itself.
    browser.sees(browser.say("Geslaagd", "Succeeded")).await;
    browser.reload().await;
    browser
        .sees(browser.say("Niet geëxporteerd", "Not exported"))
        .await;
    let campaign = browser.path().await;
    browser
        .link(browser.say("Niet geëxporteerd", "Not exported"))
        .await;
    browser.sees("Daan de Boer").await;
    browser.lacks("Anna de Boer").await;

    mail_the_list(&site).await;
    browser.menu(browser.say("Campagnes", "Campaigns")).await;
    let open = "return [...document.querySelectorAll('tbody a')].find(it => \
         campaign().includes(it.getAttribute('href'))) !== undefined;";
    let open = open.replace("campaign()", &format!("'{campaign}'"));
    assert_eq!(
        browser.run(&open).await,
        true,
        "the list of campaigns names this one"
    );
    browser.go(&campaign).await;
    let rows = "return [...document.querySelectorAll('#results tbody tr')].map(row => \
         [...row.children].map(it => it.textContent.trim()).join(' | '));";
    let rows = browser.run(rows).await;
    let rows: Vec<&str> = rows
        .as_array()
        .expect("rows")
        .iter()
        .filter_map(|it| it.as_str())
        .collect();
    assert_eq!(rows.len(), 7, "{rows:?}");
    let row = |name: &str| {
        let found = rows.iter().find(|it| it.starts_with(name));
        found
            .unwrap_or_else(|| panic!("no row {name}: {rows:?}"))
            .to_string()
    };
    let opened = row(browser.say("Geopend", "Opened"));
    // Who clicks has opened as well: three times, by two people.
    let two_thirds = browser.say("66,7 % | 2 | 3 | 2026-03-02", "66.7 % | 2 | 3 | 2026-03-02");
    assert!(opened.contains(two_thirds), "{opened}");
    let hard = row("Bounced hard");
    let one_third = browser.say("33,3 % | 1 | 1 |", "33.3 % | 1 | 1 |");
    assert!(hard.contains(one_third), "{hard}");

    // The mailing is in the list of those that were sent, with its numbers.
    browser.menu("Mailings").await;
    browser.link("Najaarsactie").await;
    browser.sees(browser.say("Resultaten", "Results")).await;
    // The export is in the log.
    browser.menu(browser.say("Logboek", "Log")).await;
    browser.sees(TITLE).await;
    assert_eq!(browser.complaints().await, [""; 0]);
    browser.close().await;
}

/// PV-15, PV-16, PV-17, PV-24, PV-42, RE-03: a campaign is made in the wizard, sent
/// through an external system, exported, found again, and shows its results.
#[tokio::test]
async fn a_campaign_goes_from_the_wizard_to_its_results_in_dutch() {
    wizard_to_results(Language::Dutch).await;
}

/// PV-15, PV-16, PV-24, PV-42, RE-03: the same in English.
#[tokio::test]
async fn a_campaign_goes_from_the_wizard_to_its_results_in_english() {
    wizard_to_results(Language::English).await;
}

async fn each_selection(language: Language) {
    let world = four_people().await;
    let crm = world.host.crm();
    crm.set_relation("R-1", "De Fietsenhandel")
        .await
        .expect("saved");
    for id in ["1", "2"] {
        let edit = Edit::new().relation("R-1");
        crm.edit(&contact(id), edit).await.expect("saved");
    }
    let called = Activity {
        key: "call-1".to_owned(),
        target: contact("3"),
        kind: ActivityKind::Phone,
        at: crm.now(),
        title: "Gebeld over de beurs".to_owned(),
        facts: Vec::new(),
    };
    crm.note_activity(called).await.expect("noted");
    let site = Site::of(world).await;
    let browser = site.visit(ADMIN, language).await;
    let gated = browser.say(
        "Wie het kenmerk “Spotler” heeft",
        "Those with the attribute “Spotler”",
    );
    let permission = browser.say("Wie deze permissie gaf", "Those who gave this permission");
    let relation = browser.say(
        "De contacten van deze relatie",
        "The contacts of this relation",
    );
    let activity = browser.say("Wie deze activiteit heeft", "Those who have this activity");
    let search = browser.say(
        "Wie deze tekst in naam, e-mail of nummer heeft",
        "Those who have this text in name, e-mail or id",
    );
    let value = browser.say("Relatie, activiteit of tekst", "Relation, activity or text");
    for (who, text, count) in [
        (gated, "", 4),
        (permission, "", 3),
        (relation, "R-1", 2),
        (activity, "beurs", 1),
        (search, "Cato", 1),
    ] {
        fill_wizard(&browser).await;
        browser.tick(who, true).await;
        browser.fill(value, text).await;
        browser
            .press(browser.say("Naar het plan", "On to the plan"))
            .await;
        let selected = format!("{count} {}", browser.say("geselecteerd", "selected"));
        browser.sees(&selected).await;
    }
    browser.close().await;
}

/// PV-15: recipients are chosen in five ways beside everybody.
#[tokio::test]
async fn recipients_are_chosen_in_five_ways_beside_everybody_in_dutch() {
    each_selection(Language::Dutch).await;
}

/// PV-15: the same in English.
#[tokio::test]
async fn recipients_are_chosen_in_five_ways_beside_everybody_in_english() {
    each_selection(Language::English).await;
}

/// C13: going through many people takes a while; the plan appears by itself on the
/// page that was shown before, with who would be left out and why.
#[tokio::test]
async fn the_plan_for_many_people_appears_by_itself() {
    let world = World::start_with(spotler(), "perfectview").await;
    for number in 1..=101 {
        let email = format!("p{number}@voorbeeld.nl");
        let edit = person("Piet", &email).gate(false);
        world.save(&number.to_string(), edit).await;
    }
    let site = Site::of(world).await;
    let browser = site.visit(ADMIN, Language::English).await;
    fill_wizard(&browser).await;
    browser.press("On to the plan").await;
    browser.sees("is being counted").await;
    browser.sees("101 × Lacks the permission").await;
    browser.lacks("is being counted").await;
    browser.close().await;
}
