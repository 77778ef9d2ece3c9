//! The results of a campaign and of a mailing, by number and by person.

use koppel_tests::World;
use koppel_tests::pages::{row_of, text_of};
use spotler_sim::{DynamicList, ListAction, RecipientAct, Target};

use crate::campaigns::{LIST, everybody, export, form, people};
use crate::mailed::{does, message};

/// A campaign to eight of nine people, with a mailing to its list and something
/// of everything that can happen.
async fn answered() -> (World, String) {
    let world = World::start().await;
    people(&world, 9).await;
    let crm = world.host.crm();
    let ninth = koppel_tests::contact("9");
    crm.set_mail(&ninth, false).await.expect("saved");
    world.run().await;
    export(&world, "c1", form(everybody())).await;
    let target = Target::StaticList(LIST.to_owned());
    let mailing = world.sim.ui_send("Voorjaar", message("Voorjaar"), target);
    let mailing = mailing.expect("sent");
    world.advance_s(60);
    for (who, act) in [
        (1, RecipientAct::Open),
        (1, RecipientAct::Open),
        (2, RecipientAct::Click { link: 3 }),
        (3, RecipientAct::Bounce { hard: true }),
        (4, RecipientAct::Bounce { hard: false }),
        (5, RecipientAct::Unsubscribe { permission: None }),
    ] {
        does(&world, &format!("contact-{who}"), &mailing, act);
    }
    // Twice, so that there is a course of time to show.
    for hours in [3, 24, 7 * 24] {
        world.advance_s(hours * 3600);
        world.tick().await;
    }
    (world, mailing)
}

/// PV-24, PV-38, PV-42: seven rows of four columns with the numbers of Spotler,
/// beside them the charts; the campaign is found again among all.
#[tokio::test]
async fn the_page_of_a_campaign_shows_the_numbers_of_spotler() {
    let (world, _) = answered().await;
    let browser = world.browser("admin").await;
    let page = browser.page("/campaigns/c1").await;
    for (row, numbers) in [
        ("Delivered", "75.0 % 6 6"),
        ("Opened", "25.0 % 2 3"),
        ("Clicked", "12.5 % 1 1"),
        ("Downloaded", "12.5 % 1 2"),
        ("Unsubscribed", "12.5 % 1 not told"),
        ("Bounced soft", "12.5 % 1 1"),
        ("Bounced hard", "12.5 % 1 1"),
    ] {
        let shown = row_of(&page, row);
        assert!(shown.starts_with(&format!("{row} {numbers}")), "{shown}");
    }
    assert!(
        page.contains("aria-label=\"From sent to clicked\""),
        "{page}"
    );
    assert!(page.contains("aria-label=\"Opened, over time\""), "{page}");
    let charts = text_of(&page);
    assert!(
        charts.contains("Sent 8 Delivered 6 Opened 2 Clicked 1"),
        "{charts}"
    );
    let dutch = browser.in_dutch().page("/campaigns/c1").await;
    assert!(row_of(&dutch, "Geopend").starts_with("Geopend 25,0 % 2 3"));
    assert!(browser.page("/campaigns").await.contains(">Najaar</a>"));
}

/// No code and no id of a program stands where a person reads.
#[tokio::test]
async fn the_page_of_a_campaign_speaks_in_words() {
    let (world, mailing) = answered().await;
    let browser = world.browser("admin").await;
    let text = text_of(&browser.page("/campaigns/c1").await);
    assert!(
        text.contains("Exported 8") && text.contains("Not exported 1"),
        "{text}"
    );
    assert!(text.contains("Why not exported 1 ×"), "{text}");
    for raw in ["exported-at", "list-state", "=1", mailing.as_str()] {
        assert!(!text.contains(raw), "`{raw}` stands on the page: {text}");
    }
    let dutch = text_of(&browser.in_dutch().page("/campaigns/c1").await);
    assert!(dutch.contains("Niet geëxporteerd 1"), "{dutch}");
}

/// PV-43: who was exported, and who was not, each with the reason.
#[tokio::test]
async fn everybody_who_was_selected_stands_in_one_of_two_sets() {
    let (world, _) = answered().await;
    let browser = world.browser("admin").await;
    let exported = browser.page("/addressees/exported/c1").await;
    let left_out = browser.page("/addressees/left-out/c1").await;
    for number in 1..=9 {
        let link = format!("/records/contact/{number}\"");
        let (here, there) = (exported.contains(&link), left_out.contains(&link));
        assert_eq!((here, there), (number < 9, number == 9), "contact {number}");
    }
    let why = row_of(&left_out, "Piet");
    assert!(why.contains("Opted out in the CRM"), "{why}");
    let unknown = browser.get("/addressees/exported/c2").await;
    assert_eq!(unknown.status.as_u16(), 404);
}

/// PV-44..PV-47, RE-20..RE-23: the people of each result are those of Spotler;
/// whoever opened twice stands once; soft and hard are disjoint.
#[tokio::test]
async fn each_result_has_its_people() {
    let (world, mailing) = answered().await;
    let browser = world.browser("admin").await;
    let campaign = browser.page("/campaigns/c1").await;
    for (set, expected) in [
        ("recipients", vec![1, 2, 3, 4, 5, 6, 7, 8]),
        ("opens", vec![1]),
        ("clicks", vec![2]),
        ("soft-bounces", vec![4]),
        ("hard-bounces", vec![3]),
    ] {
        let address = format!("/people/{set}/{mailing}");
        assert!(campaign.contains(&address), "{set} is not linked");
        let page = browser.page(&address).await;
        let named = |number: &i32| page.matches(&format!("contact/{number}\"")).count();
        let shown: Vec<i32> = (1..=9).filter(|it| named(it) > 0).collect();
        assert_eq!(shown, expected, "{set}");
        assert!(expected.iter().all(|it| named(it) == 1), "{set}: once");
    }
    let opens = browser.page(&format!("/people/opens/{mailing}")).await;
    assert!(row_of(&opens, "Piet").ends_with(" 2"), "{opens}");
    let clicks = browser.page(&format!("/people/clicks/{mailing}")).await;
    assert!(row_of(&clicks, "Piet").contains("lezen"), "{clicks}");
    let bounces = browser.page(&format!("/people/bounces/{mailing}")).await;
    assert!(bounces.contains("soft bounce") && bounces.contains("hard bounce"));
}

/// RE-21, RE-22: the opens and clicks of one person, without the others.
#[tokio::test]
async fn the_opens_of_one_person_are_asked_for_alone() {
    let (world, mailing) = answered().await;
    let browser = world.browser("admin").await;
    let one = format!("/people/opens/{mailing}?record=contact/1");
    let page = browser.page(&one).await;
    assert!(page.contains("/records/contact/1\"") && page.contains("Of everybody"));
    let other = format!("/people/opens/{mailing}?record=contact/6");
    let page = browser.page(&other).await;
    assert!(page.contains("reports nothing here yet"), "{page}");
    let clicks = format!("/people/clicks/{mailing}?record=contact/2");
    assert!(browser.page(&clicks).await.contains("lezen"));
}

/// Spotler that does not answer is said in a sentence, and is no fault of ours.
#[tokio::test]
async fn a_spotler_that_is_away_is_named() {
    let (world, mailing) = answered().await;
    let browser = world.browser("admin").await;
    world
        .sim
        .faults()
        .always_on("*", spotler_sim::Fault::status(503));
    let answer = browser.get(&format!("/people/opens/{mailing}")).await;
    assert_eq!(answer.status.as_u16(), 503);
    assert!(text_of(&answer.body).contains("Spotler"), "{}", answer.body);
}

/// PV-34, PV-36, PV-51: a mailing says to which campaign it belongs; one to a list of
/// another name, even one made from the campaign's, says that it belongs to none.
#[tokio::test]
async fn a_mailing_to_a_list_of_another_name_belongs_to_no_campaign() {
    let world = World::start().await;
    people(&world, 3).await;
    export(&world, "c1", form(everybody())).await;
    world.tick().await;
    let browser = world.browser("admin").await;
    let page = browser.page("/campaigns/c1").await;
    let said = "only a mailing to a list with exactly this name counts.";
    assert!(page.contains(said), "{page}");
    let name = "Uit de najaarsactie".to_owned();
    let list = DynamicList {
        name: name.clone(),
        from_static_list: Some(LIST.to_owned()),
        selection: Vec::new(),
        exclusion: Vec::new(),
    };
    let made = world.sim.ui_list(&ListAction::CreateDynamicList { list });
    made.expect("made");
    let mut sent = Vec::new();
    for (mailing, target) in [
        ("Eigen", Target::StaticList(LIST.to_owned())),
        ("Afgeleid", Target::DynamicList(name.clone())),
    ] {
        let id = world.sim.ui_send(mailing, message(mailing), target);
        sent.push(id.expect("sent"));
    }
    world.advance_s(2 * 3600);
    world.tick().await;
    let list = browser.page("/mailings").await;
    let own = row_of(&list, "Eigen");
    assert!(own.contains("Najaar Online version"), "{own}");
    assert!(
        list.contains("<a href=\"/campaigns/c1\">Najaar</a>"),
        "{list}"
    );
    let none = "none: no campaign has a list of exactly this name";
    let other = row_of(&list, "Afgeleid");
    assert!(other.contains(none), "{other}");
    let one = text_of(&browser.page(&format!("/mailings/{}", sent[1])).await);
    assert!(one.contains(&format!("Campaign: {none}")), "{one}");
    let one = text_of(&browser.page(&format!("/mailings/{}", sent[0])).await);
    assert!(one.contains("Campaign: Najaar"), "{one}");
    let page = browser.page("/campaigns/c1").await;
    assert!(
        page.contains(&sent[0]) && !page.contains(&sent[1]),
        "{page}"
    );
    let dutch = browser.in_dutch().page("/mailings").await;
    let other = row_of(&dutch, "Afgeleid");
    assert!(other.contains("geen: er is geen campagne met een lijst van precies deze naam"));

    // A campaign of that name which was not exported made no list.
    let planned = host_demo::crm::campaigns::CampaignForm {
        list_name: name,
        ..form(everybody())
    };
    let crm = world.host.crm();
    crm.new_campaign("c2", planned).await.expect("made");
    let other = row_of(&browser.page("/mailings").await, "Afgeleid");
    assert!(
        other.contains("none: it was not the list of the campaign then"),
        "{other}"
    );
}
