//! Mailings, what a person received, and forms with their answers.

use koppel_tests::World;
use koppel_tests::pages::{row_of, text_of};
use spotler_sim::{FormAction, RecipientAct};

use crate::mailed::{does, mail_all, people};

/// RE-02..RE-04, RE-06..RE-19, RE-22: a mailing with its message, its links with
/// name, address and type, and all fourteen statistics.
#[tokio::test]
async fn a_mailing_shows_its_message_links_and_fourteen_statistics() {
    let world = World::start().await;
    people(&world, 3).await;
    world.tick().await;
    let mailing = mail_all(&world, "Nieuws");
    for (who, act) in [
        (1, RecipientAct::Open),
        (2, RecipientAct::Click { link: 2 }),
        (3, RecipientAct::Bounce { hard: true }),
    ] {
        does(&world, &format!("contact-{who}"), &mailing, act);
    }
    world.advance_s(2 * 3600);
    world.tick().await;
    let browser = world.browser("admin").await;
    let list = browser.page("/mailings").await;
    let row = row_of(&list, "Nieuws");
    assert!(
        row.starts_with("Nieuws e-mail Alle contacten 2026-"),
        "{row}"
    );
    let page = browser.page(&format!("/mailings/{mailing}")).await;
    let text = text_of(&page);
    for told in [
        "Sent 3 Accepted 2 Opened 2 Images downloaded 1 Clicked 1 Hard bounced 1 Soft bounced 0",
        "Lost to bounces 1 Clicked a conversion link 1 Unsubscribed 0 Went to the webshop 0",
        "Carts made 0 Carts checked out 0 Revenue",
        "Subject Nieuws",
        "Made by Marit",
        "aanbod https://voorbeeld.example/aanbod conversion",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
    let statistics = page.split("id=\"statistics\"").nth(1).expect("statistics");
    let statistics = statistics.split("</dl>").next().unwrap_or_default();
    assert_eq!(statistics.matches("<dt>").count(), 14);
}

/// RE-25, RE-26, YO-26: what a person received, newest first, each with six facts; a
/// contact that is not linked has nothing to ask for.
#[tokio::test]
async fn a_contact_shows_the_mailings_that_it_received() {
    let world = World::start().await;
    people(&world, 2).await;
    let first = mail_all(&world, "Eerste");
    world.advance_s(3600);
    let second = mail_all(&world, "Tweede");
    does(&world, "contact-1", &first, RecipientAct::Click { link: 1 });
    does(
        &world,
        "contact-1",
        &second,
        RecipientAct::Bounce { hard: false },
    );
    let browser = world.browser("admin").await;
    let page = browser.page("/received/contact/1").await;
    let (row_1, row_2) = (row_of(&page, "Eerste"), row_of(&page, "Tweede"));
    assert!(row_1.contains("yes yes no"), "{row_1}");
    assert!(row_2.contains("no no soft bounce"), "{row_2}");
    assert!(page.contains("Online version"), "{page}");
    assert!(
        page.contains(&format!("/people/opens/{first}?record=contact%2F1")),
        "{page}"
    );
    assert!(
        browser
            .page("/spotler/contact/1")
            .await
            .contains("/received/contact/1")
    );
    let none = koppel_tests::person("Bo", "bo@voorbeeld.nl").gate(false);
    world.save("9", none).await;
    let page = browser.page("/received/contact/9").await;
    assert!(
        page.contains("This contact is not linked with Spotler"),
        "{page}"
    );
}

/// RE-27..RE-31, RE-33: forms with their questions, the total of all answers, each
/// time that one was filled in, and the answers of one person at one time.
#[tokio::test]
async fn forms_show_questions_answers_and_the_total() {
    let world = World::start().await;
    people(&world, 1).await;
    let make = FormAction::Make {
        name: "Tevredenheid".to_owned(),
        sub_type: "normal".to_owned(),
        questions: vec!["Oordeel".to_owned(), "Waarom?".to_owned()],
    };
    let form = world.sim.ui_form(&make).expect("a form");
    for (who, judgement, completed) in [
        (Some("contact-1"), "goed", true),
        (None, "goed", true),
        (Some("contact-1"), "slecht", false),
    ] {
        let fill = FormAction::FillIn {
            form,
            who: who.map(str::to_owned),
            answers: vec![vec![judgement.to_owned()], vec!["daarom".to_owned()]],
            completed,
        };
        world.sim.ui_form(&fill).expect("filled in");
        world.advance_s(24 * 3600);
    }
    let browser = world.browser("admin").await;
    let list = browser.page("/forms").await;
    assert!(
        row_of(&list, "Tevredenheid").contains("normal final"),
        "{list}"
    );
    let link = list
        .split("/form-answers/")
        .nth(1)
        .and_then(|it| it.split('"').next());
    let page = browser
        .page(&format!("/form-answers/{}", link.expect("a link")))
        .await;
    let text = text_of(&page);
    assert!(text.contains("Filled in 3 times"), "{text}");
    assert!(
        text.contains("1. Oordeel Oordeel Answer Times goed 2 slecht 1"),
        "{text}"
    );
    assert!(
        text.contains("2. Waarom? Waarom? Answer Times daarom 3"),
        "{text}"
    );
    let none = browser
        .page(&format!("/form-answers/{}?days=30", link.expect("a link")))
        .await;
    assert!(none.contains("last 30 days"), "{none}");

    let received = browser.page("/received/contact/1?show=forms").await;
    assert_eq!(received.matches("/form-answers/").count(), 2, "{received}");
    let times = received.split("/form-answers/").skip(1);
    let mut answers = Vec::new();
    for it in times {
        let address = it.split('"').next().unwrap_or_default();
        let page = browser.page(&format!("/form-answers/{address}")).await;
        answers.push(text_of(&page));
    }
    let said = |judgement: &str, completed: &str| {
        let line = format!("{completed} Oordeel {judgement} Waarom? daarom");
        answers.iter().filter(|it| it.contains(&line)).count()
    };
    assert_eq!(
        (said("goed", "yes"), said("slecht", "no")),
        (1, 1),
        "{answers:?}"
    );
}
