//! Results of mailings and journeys, and answers to forms, as Spotler has them.

use host_demo::contract::{Bounce, Medium, Statistics};
use koppel_embedding::QuestionError;
use koppel_embedding::contract::outcomes::QuestionFailed;
use koppel_embedding::contract::reports::{Interaction, InteractionKind, Whose};
use koppel_tests::{World, contact, spotler};
use serde_json::json;
use spotler_sim::{FormAction, JourneyDraft, RecipientAct, SeedContact, StepDo};

use crate::mailed::{asked, does, mail_all, message, named, people, post, text_all, trigger};

const START_MS: u64 = 1_772_442_000_000;
const DAY_MS: u64 = 24 * 3_600_000;

/// RE-01, RE-02, RE-03
#[tokio::test]
async fn the_mailings_of_a_period_come_newest_first_with_their_five_facts() {
    let world = World::start().await;
    people(&world, 2).await;
    let first = mail_all(&world, "Eerste");
    world.advance_s(3600);
    let second = mail_all(&world, "Tweede");
    let (host, tenant) = asked(&world);
    let all = host
        .list_mailings(tenant, START_MS, START_MS + DAY_MS, 10)
        .await;
    let all = all.expect("mailings");
    let ids: Vec<&str> = all.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, [second.as_str(), first.as_str()]);
    let told = &all[1];
    assert_eq!((told.name.as_str(), told.sent), ("Eerste", 2));
    assert_eq!((told.sent_at, told.medium), (START_MS, Medium::Email));
    assert!(told.online_version.is_some());
    let newest = host
        .list_mailings(tenant, START_MS, START_MS + DAY_MS, 1)
        .await;
    assert_eq!(newest.expect("mailings").len(), 1);
}

/// RE-04
#[tokio::test]
async fn a_mailing_tells_its_sender_list_message_and_links() {
    let world = World::start().await;
    people(&world, 1).await;
    let mailing = mail_all(&world, "Nieuws");
    let (host, tenant) = asked(&world);
    let details = host.read_details(tenant, &mailing).await.expect("details");
    assert_eq!(details.sender.as_deref(), Some("Spotler"));
    assert_eq!(details.target_group.as_deref(), Some("Alle contacten"));
    let told = details.message.expect("a message");
    assert_eq!(told.subject.as_deref(), Some("Nieuws"));
    assert_eq!(
        (told.author.as_str(), told.from_name.as_str()),
        ("Marit", "Voorbeeld")
    );
    let links: Vec<(u64, &str, Option<&str>)> = details
        .links
        .iter()
        .map(|it| (it.id, it.name.as_str(), it.link_type.as_deref()))
        .collect();
    let expected = [
        (1, "winkel", Some("webshop")),
        (2, "aanbod", Some("conversion")),
        (3, "lezen", None),
    ];
    assert_eq!(links, expected);
}

/// A mailing to nine, with which something of everything has happened.
async fn answered(world: &World) -> String {
    people(world, 9).await;
    let mailing = mail_all(world, "Nieuws");
    world.advance_s(60);
    let acts = [
        (1, RecipientAct::Open),
        (1, RecipientAct::Open),
        (2, RecipientAct::Click { link: 1 }),
        (3, RecipientAct::Open),
        (3, RecipientAct::Click { link: 2 }),
        (4, RecipientAct::Bounce { hard: true }),
        (5, RecipientAct::Bounce { hard: false }),
        (6, RecipientAct::Bounce { hard: false }),
        (7, RecipientAct::Unsubscribe { permission: None }),
        (8, RecipientAct::Complain),
    ];
    for (who, act) in acts {
        does(world, &format!("contact-{who}"), &mailing, act);
        world.advance_s(60);
    }
    let bought = world
        .sim
        .contact_by_external_id("contact-2")
        .expect("there");
    for (kind, value) in [
        ("CREATE_SHOPPINGCART", None),
        ("CONVERT_SHOPPINGCART", Some("1995")),
    ] {
        let body = json!({
            "mailplusId": format!("{mailing}.{}.1", bought.encrypted_id), "type": kind,
            "value": value, "interactionDate": "2026-03-02T11:00:00+01:00",
        });
        post(world, "/conversion", &body);
    }
    world.sim.clear_requests();
    mailing
}

/// RE-05..RE-19
#[tokio::test]
async fn all_fourteen_statistics_are_those_of_spotler_and_money_is_exact() {
    let world = World::start().await;
    let mailing = answered(&world).await;
    let (host, tenant) = asked(&world);
    let now = host.read_statistics(tenant, &mailing).await.expect("there");
    let expected = Statistics {
        sent: 9,
        accepted: 6,
        opened: 3,
        rendered: 2,
        clicked: 2,
        hard_bounced: 1,
        soft_bounced: 2,
        not_retained: 1,
        conversion_clicked: 1,
        unsubscribed: 2,
        to_webshop: Some(1),
        carts_created: Some(1),
        carts_converted: Some(1),
        revenue: Some("19.95".to_owned()),
    };
    assert_eq!(now, expected);
    assert_eq!(
        world.requests(),
        [format!("GET /mailing/{mailing}/statistics")]
    );
    let product = world.sim.set_switch("account.product", json!("mail"));
    product.expect("a switch");
    let lesser = host.read_statistics(tenant, &mailing).await.expect("there");
    assert_eq!((lesser.to_webshop, lesser.revenue), (None, None));
}

/// RE-13: the fourth soft bounce in a row loses the contact.
#[tokio::test]
async fn a_fourth_soft_bounce_in_a_row_counts_as_not_retained() {
    let world = World::start().await;
    people(&world, 1).await;
    let mut last = String::new();
    for number in 0..4 {
        last = mail_all(&world, &format!("Nieuws {number}"));
        does(
            &world,
            "contact-1",
            &last,
            RecipientAct::Bounce { hard: false },
        );
    }
    let (host, tenant) = asked(&world);
    let now = host.read_statistics(tenant, &last).await.expect("there");
    assert_eq!((now.soft_bounced, now.not_retained), (1, 1));
}

async fn pages(
    world: &World,
    message: &str,
    kind: InteractionKind,
    whose: Whose,
) -> (Vec<Interaction>, usize) {
    let (host, tenant) = asked(world);
    let (mut all, mut count, mut start) = (Vec::new(), 0, None);
    loop {
        let page = host
            .list_interactions(tenant, message, kind, whose.clone(), start)
            .await
            .expect("a page");
        all.extend(page.interactions);
        count += 1;
        start = page.next;
        if start.is_none() {
            return (all, count);
        }
    }
}

/// RE-20..RE-24, PV-44..PV-47: six methods, each row with the record that it is
/// about, each click with its link.
#[tokio::test]
async fn who_got_opened_clicked_and_bounced_is_told_with_record_moment_and_link() {
    let world = World::start().await;
    let mailing = answered(&world).await;
    let who = async |kind, whose| -> Vec<String> {
        let (rows, _) = pages(&world, &mailing, kind, whose).await;
        let mut who: Vec<String> = rows.iter().map(|it| named(it.target.as_ref())).collect();
        who.sort_unstable();
        who
    };
    let everybody = || Whose::Everybody;
    let got = who(InteractionKind::Recipients, everybody()).await;
    assert_eq!(got, ["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    let opened = who(InteractionKind::Opens, everybody()).await;
    assert_eq!(opened, ["1", "1", "3"]);
    let (mut clicks, _) = pages(&world, &mailing, InteractionKind::Clicks, everybody()).await;
    clicks.sort_by_key(|it| named(it.target.as_ref()));
    let told: Vec<(String, &str, &str)> = clicks
        .iter()
        .map(|it| {
            let link = it.link.as_ref().expect("a link");
            (
                named(it.target.as_ref()),
                link.name.as_str(),
                link.url.as_str(),
            )
        })
        .collect();
    let link = |name: &str| format!("https://voorbeeld.example/{name}");
    let (shop, offer) = (link("winkel"), link("aanbod"));
    let expected = [
        ("2".to_owned(), "winkel", shop.as_str()),
        ("3".to_owned(), "aanbod", offer.as_str()),
    ];
    assert_eq!(told, expected);
    assert!(
        clicks
            .iter()
            .all(|it| it.at.is_some_and(|at| at > START_MS))
    );
    let (mut bounces, _) = pages(&world, &mailing, InteractionKind::Bounces, everybody()).await;
    bounces.sort_by_key(|it| named(it.target.as_ref()));
    let kinds: Vec<(String, Option<Bounce>)> = bounces
        .iter()
        .map(|it| (named(it.target.as_ref()), it.bounce))
        .collect();
    let expected = [
        ("4".to_owned(), Some(Bounce::Hard)),
        ("5".to_owned(), Some(Bounce::Soft)),
        ("6".to_owned(), Some(Bounce::Soft)),
    ];
    assert_eq!(kinds, expected);
    let one = || Whose::Person(contact("3"));
    assert_eq!(who(InteractionKind::Opens, one()).await, ["3"]);
    assert_eq!(who(InteractionKind::Clicks, one()).await, ["3"]);
    let four = Whose::Person(contact("1"));
    assert_eq!(who(InteractionKind::Opens, four).await, ["1", "1"]);
}

/// RE-20, RE-24: complete over many pages; somebody whom the CRM does not know is
/// listed all the same.
#[tokio::test]
async fn the_recipients_of_a_large_mailing_are_complete_over_many_pages() {
    let mut config = spotler();
    let seed = |it: usize| SeedContact::new(&format!("x{it}"), &format!("x{it}@voorbeeld.nl"));
    config.contacts = (0..2500).map(seed).collect();
    let world = World::start_with(config, "default").await;
    let mailing = mail_all(&world, "Groot");
    let everybody = Whose::Everybody;
    let (rows, count) = pages(&world, &mailing, InteractionKind::Recipients, everybody).await;
    let mut ids: Vec<&str> = rows
        .iter()
        .filter_map(|it| it.external_id.as_deref())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((rows.len(), ids.len(), count), (2500, 2500, 3));
    assert!(rows.iter().all(|it| it.target.is_none()));
}

/// RE-43: opens and clicks of a text message are refused as not applicable.
#[tokio::test]
async fn opens_and_clicks_of_a_text_message_do_not_apply() {
    let world = World::start().await;
    people(&world, 1).await;
    world
        .sim
        .ui_edit_property("contact-1", "mobileNumber", "0612345678".into())
        .expect("a number");
    let mailing = text_all(&world, "Herinnering");
    let (host, tenant) = asked(&world);
    let details = host.read_details(tenant, &mailing).await.expect("details");
    assert_eq!(
        (
            details.links.len(),
            details.message.and_then(|it| it.subject)
        ),
        (0, None)
    );
    for kind in [InteractionKind::Opens, InteractionKind::Clicks] {
        let refused = host
            .list_interactions(tenant, &mailing, kind, Whose::Everybody, None)
            .await;
        let Err(QuestionError::Refused(QuestionFailed::Refused(reason))) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(reason.code, "not-for-sms");
    }
    let everybody = Whose::Everybody;
    let (rows, _) = pages(&world, &mailing, InteractionKind::Recipients, everybody).await;
    assert_eq!(rows.len(), 1);
}

/// RE-34..RE-41: campaigns, their steps, and per step who, when, and in which
/// participation: the same contact twice is two.
#[tokio::test]
async fn the_nine_questions_about_campaigns_keep_participations_apart() {
    let world = World::start().await;
    people(&world, 2).await;
    let sms = spotler_sim::Message {
        subject: None,
        ..message("SMS")
    };
    let mut draft = JourneyDraft::campaign("Welkom")
        .then(0, StepDo::SendEmail(message("Welkom")))
        .then(60, StepDo::SendSms(sms));
    draft.repeatable = true;
    let journey = world.sim.ui_make_journey(draft).expect("a journey");
    let code = &journey.triggers[0].code;
    let (host, tenant) = asked(&world);
    let campaigns = host.list_campaigns(tenant).await.expect("campaigns");
    let welcome = campaigns.iter().find(|it| it.name == "Welkom").expect("it");
    assert!(welcome.active);
    let steps = host.list_campaign_steps(tenant, &welcome.id).await;
    let steps = steps.expect("steps");
    let media: Vec<Medium> = steps.iter().map(|it| it.medium).collect();
    assert_eq!(media, [Medium::Email, Medium::Sms]);
    let subject = |at: usize| {
        let message = steps[at].details.message.as_ref().expect("a message");
        message.subject.clone()
    };
    assert_eq!((subject(0).as_deref(), subject(1)), (Some("Welkom"), None));
    assert_eq!(
        (steps[0].details.links.len(), steps[1].details.links.len()),
        (3, 0)
    );

    let first = &steps[0].message;
    for act in [RecipientAct::Open, RecipientAct::Click { link: 2 }] {
        trigger(&world, code, "contact-1");
        world.advance_s(1);
        does(&world, "contact-1", first, act);
        world.advance_s(120);
    }
    trigger(&world, code, "contact-2");
    world.advance_s(1);
    does(
        &world,
        "contact-2",
        first,
        RecipientAct::Bounce { hard: false },
    );

    let of = async |kind, whose| pages(&world, first, kind, whose).await.0;
    let sent = of(InteractionKind::Recipients, Whose::Everybody).await;
    let mut participations: Vec<String> = sent
        .iter()
        .filter_map(|it| it.participation.clone())
        .collect();
    participations.dedup();
    assert_eq!((sent.len(), participations.len()), (3, 3));
    assert!(sent.iter().all(|it| it.at.is_some()));
    let clicks = of(InteractionKind::Clicks, Whose::Everybody).await;
    assert_eq!(clicks.len(), 1);
    assert_eq!(
        clicks[0].participation.as_deref(),
        Some(participations[1].as_str())
    );
    assert_eq!(
        clicks[0].link.as_ref().map(|it| it.name.as_str()),
        Some("aanbod")
    );
    let one = |at: usize| Whose::Participation(participations[at].clone());
    assert_eq!(of(InteractionKind::Opens, one(0)).await.len(), 1);
    assert_eq!(of(InteractionKind::Opens, one(1)).await.len(), 0);
    assert_eq!(of(InteractionKind::Clicks, one(0)).await.len(), 0);
    assert_eq!(of(InteractionKind::Clicks, one(1)).await.len(), 1);
    let bounces = of(InteractionKind::Bounces, Whose::Everybody).await;
    let told: Vec<(String, Option<Bounce>)> = bounces
        .iter()
        .map(|it| (named(it.target.as_ref()), it.bounce))
        .collect();
    assert_eq!(told, [("2".to_owned(), Some(Bounce::Soft))]);
}

/// RE-27, RE-30, RE-33: all answers of all people over months, oldest first; the
/// questions are those that were answered.
#[tokio::test]
async fn the_total_response_to_a_form_is_complete_over_months() {
    let world = World::start().await;
    people(&world, 1).await;
    let make = FormAction::Make {
        name: "Tevredenheid".to_owned(),
        sub_type: "normal".to_owned(),
        questions: vec!["Cijfer".to_owned(), "Waarom?".to_owned()],
    };
    let form = world.sim.ui_form(&make).expect("a form");
    for number in 0..8 {
        let fill = FormAction::FillIn {
            form,
            who: (number % 2 == 0).then(|| "contact-1".to_owned()),
            answers: vec![vec![number.to_string()], vec!["want".to_owned()]],
            completed: true,
        };
        world.sim.ui_form(&fill).expect("filled in");
        world.advance_s(10 * 24 * 3600);
    }
    let (host, tenant) = asked(&world);
    let forms = host.list_forms(tenant).await.expect("forms");
    assert_eq!(forms[0].name, "Tevredenheid");
    let (id, end) = (&forms[0].id, world.host.crm().now());
    let (mut answers, mut next) = (Vec::new(), None);
    loop {
        let page = host
            .list_form_results(tenant, id, START_MS, end, next)
            .await;
        let page = page.expect("a page");
        answers.extend(
            page.results
                .iter()
                .map(|it| it.answers[0].answers[0].clone()),
        );
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    assert_eq!(answers, ["0", "1", "2", "3", "4", "5", "6", "7"]);
    let questions = host.list_form_questions(tenant, id, START_MS, end).await;
    let texts: Vec<String> = questions
        .expect("there")
        .into_iter()
        .map(|it| it.text)
        .collect();
    assert_eq!(texts, ["Cijfer", "Waarom?"]);
}

/// RE-05, C21: while the connection is off nothing is asked.
#[tokio::test]
async fn a_question_without_an_active_connection_asks_nothing() {
    let world = World::start().await;
    world
        .host
        .crm()
        .change_settings(|it| it.active = false)
        .await
        .expect("saved");
    world.run().await;
    world.sim.clear_requests();
    let (host, tenant) = asked(&world);
    let refused = host.list_campaigns(tenant).await;
    assert!(matches!(
        refused,
        Err(QuestionError::Refused(QuestionFailed::NotActive))
    ));
    assert_eq!(world.requests(), Vec::<String>::new());
}
