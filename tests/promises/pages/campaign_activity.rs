//! The activity of a campaign: its wizard, what stands around its results, and what is
//! said where it failed.

use host_demo::contract::{FieldValue, RecordKind, RecordRef};
use host_demo::crm::Edit;
use host_demo::crm::selections::Selection;
use koppel_tests::pages::{Browser, text_of};
use koppel_tests::{World, contact};
use spotler_sim::Target;

use crate::campaigns::{LIST, everybody, export, form, people};
use crate::mailed::message;

/// PV-17, PV-26: the list's name has 1 to 255 characters, and the wizard says so.
#[tokio::test]
async fn the_name_of_a_list_has_1_to_255_characters() {
    let world = World::start().await;
    let browser = world.browser("admin").await;
    let page = browser.page("/campaigns").await;
    assert!(
        page.contains("name=\"list\" value=\"\" maxlength=\"255\""),
        "{page}"
    );
    let (most, too_many) = ("é".repeat(255), "é".repeat(256));
    let wizard = |list| {
        [
            ("title", "Najaar"),
            ("who", "all"),
            ("channel", "external"),
            ("list", list),
        ]
    };
    for list in ["", too_many.as_str()] {
        for (browser, said) in [
            (browser.clone(), "needs a name of 1 to 255 characters."),
            (
                browser.in_dutch(),
                "heeft een naam van 1 tot 255 tekens nodig.",
            ),
        ] {
            let answer = browser.post("/campaigns", &wizard(list)).await;
            assert_eq!(answer.status.as_u16(), 422, "{}", list.len());
            assert!(answer.body.contains(said), "{}", answer.body);
        }
    }
    let answer = browser.post("/campaigns", &wizard(&most)).await;
    assert!(answer.location.ends_with("said=saved"), "{}", answer.body);
    let campaigns = world.host.crm().campaigns().await.expect("campaigns");
    let names: Vec<&str> = campaigns.iter().map(|it| it.0.list_name.as_str()).collect();
    assert_eq!(names, [most.as_str()]);
}

/// Fills in the wizard, and exports; answers the page of the campaign, as text.
async fn exported(world: &World, browser: &Browser, list: &str, closes: bool) -> String {
    let tick: &[(&str, &str)] = if closes { &[("auto-close", "on")] } else { &[] };
    let wizard = [
        ("title", list),
        ("who", "all"),
        ("channel", "external"),
        ("list", list),
    ];
    let made = browser
        .post("/campaigns", &[&wizard[..], tick].concat())
        .await;
    let address = made.location.split('?').next().unwrap_or_default();
    browser.post(address, &[]).await;
    world.run_to_the_end().await;
    text_of(&browser.page(address).await)
}

/// PV-37: the tick of the wizard closes the activity, and nobody gets a task; without
/// it, whoever exported it gets one.
#[tokio::test]
async fn an_activity_that_may_close_by_itself_makes_no_task() {
    let world = World::start().await;
    people(&world, 2).await;
    let browser = world.browser("admin").await;
    let page = browser.page("/campaigns").await;
    assert!(page.contains("name=\"auto-close\" value=\"on\""), "{page}");
    let open = exported(&world, &browser, "Blijft open", false).await;
    assert!(open.contains("Activity open"), "{open}");
    assert!(
        open.contains("Task · Campaign Blijft open is ready"),
        "{open}"
    );
    let closed = exported(&world, &browser, "Gaat dicht", true).await;
    assert!(closed.contains("Activity closed"), "{closed}");
    assert!(
        closed.contains("There are no linked activities yet."),
        "{closed}"
    );
    let tasks = text_of(&browser.page("/tasks").await);
    assert!(tasks.contains("Campaign Blijft open is ready"), "{tasks}");
    assert!(!tasks.contains("Gaat dicht"), "{tasks}");
}

/// The contacts 1 and 2 of an organisation, the first of them primary, the second opted
/// out; and 3, who is of none.
async fn of_an_organisation() -> World {
    let world = World::start().await;
    people(&world, 3).await;
    let crm = world.host.crm();
    let named = crm.set_relation("R-1", "De Fietsenhandel").await;
    named.expect("a relation");
    let account = RecordRef {
        kind: RecordKind::Account,
        id: "R-1".to_owned(),
    };
    let reached = Edit::new()
        .text("organisation", "De Fietsenhandel B.V.")
        .text("phone", "088 775 13 10")
        .text("city", "Den Bosch");
    crm.create(&account, reached).await.expect("an account");
    let first = Edit::new()
        .relation("R-1")
        .field("primary", FieldValue::Boolean(true));
    crm.edit(&contact("1"), first).await.expect("saved");
    let second = Edit::new().relation("R-1").mail(false);
    crm.edit(&contact("2"), second).await.expect("saved");
    let selection = Selection::Relation("R-1".to_owned());
    crm.new_campaign("c1", form(selection)).await.expect("made");
    world.run_to_the_end().await;
    world
}

/// PV-24: the activity shows its title, the data of its organisation, and beside its
/// results the export as an attachment, and its task and mailings.
#[tokio::test]
async fn the_activity_shows_its_organisation_attachments_and_linked_activities() {
    let world = of_an_organisation().await;
    let browser = world.browser("admin").await;
    let page = browser.page("/campaigns/c1").await;
    for tab in [
        "#results\">Data",
        "#attachments\">Attachments",
        "#linked\">Linked activities",
    ] {
        assert!(page.contains(&format!("<a href=\"{tab}</a>")), "{page}");
    }
    let text = text_of(&page);
    for told in [
        "Relation De Fietsenhandel Phone 088 775 13 10 City Den Bosch Primary contact Piet",
        "Made by Admin",
        "There are no attachments yet",
        "There are no linked activities yet.",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
    assert!(
        page.contains("<a href=\"/relations/R-1\">De Fietsenhandel</a>"),
        "{page}"
    );

    world.host.run_campaign("c1").await.expect("queued");
    world.run_to_the_end().await;
    world.tick().await;
    let target = Target::StaticList(LIST.to_owned());
    let sent = world.sim.ui_send("Voorjaar", message("Voorjaar"), target);
    sent.expect("sent");
    world.advance_s(2 * 3600);
    world.tick().await;
    let page = browser.page("/campaigns/c1").await;
    assert!(
        page.contains("<a href=\"/attachments/c1\" download>"),
        "{page}"
    );
    let text = text_of(&page);
    for told in [
        "Task · Campaign Najaar is ready in Spotler",
        "· open",
        "Mailing · Voorjaar",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
    let crm = world.host.crm();
    for task in crm.tasks(true).await.expect("tasks") {
        crm.end_task(&task.key).await.expect("done");
    }
    let text = text_of(&browser.page("/campaigns/c1").await);
    assert!(text.contains("· done"), "{text}");
    let dutch = text_of(&browser.in_dutch().page("/campaigns/c1").await);
    for told in [
        "Gegevens",
        "Bijlagen",
        "Gekoppelde activiteiten",
        "Organisatie",
        "· gedaan",
    ] {
        assert!(dutch.contains(told), "{told}: {dutch}");
    }
}

/// PV-24: a campaign to others than the contacts of a relation is the CRM's own.
#[tokio::test]
async fn a_campaign_to_everybody_is_of_the_organisation_whose_crm_it_is() {
    let world = World::start().await;
    let crm = world.host.crm();
    crm.new_campaign("c1", form(everybody()))
        .await
        .expect("made");
    let browser = world.browser("admin").await;
    let text = text_of(&browser.page("/campaigns/c1").await);
    let told = format!(
        "Organisation CRM of {} Made by Admin",
        crm.tenant().as_str()
    );
    assert!(text.contains(&told), "{text}");
}

/// PV-24, PV-43: the attachment holds everybody who was selected, and why somebody was
/// left out; it is for those with the right only.
#[tokio::test]
async fn the_attachment_holds_what_was_exported() {
    let world = of_an_organisation().await;
    let browser = world.browser("admin").await;
    let none = browser.get("/attachments/c1").await;
    assert_eq!(none.status.as_u16(), 404, "not exported yet");
    world.host.run_campaign("c1").await.expect("queued");
    world.run_to_the_end().await;
    let file = browser.get("/attachments/c1").await;
    assert_eq!(file.content_type, "text/csv; charset=utf-8");
    let mut lines: Vec<&str> = file.body.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert_eq!(lines[0], "Kind,Id,Name,On the list,Why not");
    assert!(lines[1].starts_with("contact,1,Piet") && lines[1].ends_with(",yes,"));
    assert!(
        lines[2].starts_with("contact,2,Piet") && lines[2].contains(",no,"),
        "{lines:?}"
    );
    assert!(lines[2].contains("Opted out in the CRM"), "{lines:?}");

    let added = world.host.crm().set_user("femke", "Femke", &[]).await;
    added.expect("a user");
    let femke = world.browser("femke").await;
    let page = femke.page("/campaigns/c1").await;
    assert!(!page.contains("/attachments/c1"), "{page}");
    assert_eq!(femke.get("/attachments/c1").await.status.as_u16(), 403);
}

/// PV-20, PV-21: a campaign that failed says why in a sentence, in the message and in
/// the log, and names its list.
#[tokio::test]
async fn a_campaign_that_failed_says_why_in_words() {
    let world = World::start().await;
    people(&world, 2).await;
    export(&world, "c1", form(everybody())).await;
    export(&world, "c2", form(everybody())).await;
    let browser = world.browser("admin").await;
    let dutch = browser.in_dutch();
    let english = format!(
        "(Spotler has a list with the name {LIST} already; an existing list is not added to)."
    );
    let in_dutch = format!(
        "(Spotler heeft al een lijst met de naam {LIST}; een bestaande lijst wordt niet aangevuld)."
    );
    for address in ["/messages", "/log"] {
        for (browser, why) in [(&browser, &english), (&dutch, &in_dutch)] {
            let text = text_of(&browser.page(address).await);
            assert!(text.contains(why), "{text}");
            assert!(!text.contains("list-name-taken"), "{text}");
        }
    }
}
