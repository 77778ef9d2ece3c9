//! The customer card: what Spotler has of one person at this moment.

use host_demo::contract::{Bounce, Happened, Medium};
use koppel_embedding::contract::card::{BlockState, MessagePage, SentMessage};
use koppel_tests::{World, contact};
use spotler_sim::{FormAction, JourneyDraft, RecipientAct, StepDo};

use crate::mailed::{asked, does, mail_all, message, people};

/// YO-26, YO-27: the card lists every permission of the account with what Spotler
/// has now; the block that makes no request shows what was confirmed last.
#[tokio::test]
async fn the_live_card_shows_what_spotler_has_now_for_every_permission() {
    let world = World::start().await;
    people(&world, 1).await;
    world.opt_in("1", 1).await;
    world.run().await;
    let change = |bit, on| world.sim.ui_set_permission("contact-1", (bit, on));
    change(1, false).expect("off");
    change(3, true).expect("on");
    world.sim.clear_requests();
    let (host, tenant) = asked(&world);
    let known = world.host.card(&contact("1")).await.expect("a card");
    assert_eq!(world.requests(), Vec::<String>::new());
    assert!(known.permissions.iter().any(|it| it.bit == 1 && it.on));
    let live = host
        .read_live_card(tenant, &contact("1"))
        .await
        .expect("a card");
    assert_eq!(world.requests(), ["GET /contact/contact-1"]);
    let on: Vec<u32> = live
        .permissions
        .iter()
        .filter(|it| it.on)
        .map(|it| it.bit)
        .collect();
    assert_eq!((live.permissions.len(), on), (8, vec![3]));
    assert_eq!(live.state, BlockState::Synchronised);
    let after = world.host.card(&contact("1")).await.expect("a card");
    assert_eq!(after, known, "a question changes nothing");
}

/// YO-25, YO-24: somebody who became inactive a moment ago shows as inactive.
#[tokio::test]
async fn the_live_card_of_somebody_who_just_became_inactive_says_so() {
    let world = World::start().await;
    people(&world, 1).await;
    world.sim.ui_opt_out("contact-1").expect("opted out");
    let (host, tenant) = asked(&world);
    let live = host
        .read_live_card(tenant, &contact("1"))
        .await
        .expect("a card");
    assert_eq!(live.state, BlockState::Inactive);
    assert!(live.permissions.iter().all(|it| it.locked));
}

async fn all_mailings(world: &World, id: &str) -> (Vec<SentMessage>, usize) {
    let (host, tenant) = asked(world);
    let (mut all, mut pages, mut start) = (Vec::new(), 0, None);
    loop {
        let page = host.list_mailing_history(tenant, &contact(id), start).await;
        let MessagePage { messages, next } = page.expect("a page");
        all.extend(messages);
        pages += 1;
        start = next;
        if start.is_none() {
            return (all, pages);
        }
    }
}

/// RE-25, RE-26, YO-26: 120 mailings in pages of fifty, each once, with the six
/// fields.
#[tokio::test]
async fn the_mailing_history_is_complete_over_many_pages() {
    let world = World::start().await;
    people(&world, 1).await;
    let mut sent = Vec::new();
    for number in 0..120 {
        sent.push(mail_all(&world, &format!("Nieuws {number}")));
        world.advance_s(60);
    }
    does(
        &world,
        "contact-1",
        &sent[118],
        RecipientAct::Click { link: 3 },
    );
    does(&world, "contact-1", &sent[117], RecipientAct::Open);
    does(
        &world,
        "contact-1",
        &sent[116],
        RecipientAct::Bounce { hard: false },
    );
    let (all, pages) = all_mailings(&world, "1").await;
    assert_eq!(pages, 3);
    let mut ids: Vec<&str> = all.iter().map(|it| it.message.as_str()).collect();
    ids.sort_unstable();
    let mut expected: Vec<&str> = sent.iter().map(String::as_str).collect();
    expected.sort_unstable();
    assert_eq!(ids, expected, "each mailing once");
    let of = |id: &str| all.iter().find(|it| it.message == id).expect("there");
    let clicked = of(&sent[118]);
    assert_eq!(
        (clicked.opened, clicked.clicked),
        (Happened::Yes, Happened::Yes)
    );
    assert!(clicked.online_version.is_some());
    assert_eq!(clicked.sent_at, 1_772_442_000_000 + 118 * 60_000);
    let opened = of(&sent[117]);
    assert_eq!(
        (opened.opened, opened.clicked),
        (Happened::Yes, Happened::No)
    );
    assert_eq!(of(&sent[116]).bounced, Some(Bounce::Soft));
    assert_eq!(
        (of(&sent[0]).opened, of(&sent[0]).bounced),
        (Happened::No, None)
    );
}

/// RE-42, RE-43, RE-37: messages of journeys by participation, each with when it was
/// sent and how it came back; a text message has no opens and clicks, which is not the
/// same as not opened.
#[tokio::test]
async fn the_history_of_journeys_keeps_participations_apart_and_knows_what_does_not_apply() {
    let world = World::start().await;
    people(&world, 1).await;
    let sms = spotler_sim::Message {
        subject: None,
        ..message("SMS")
    };
    let mut draft = JourneyDraft::campaign("Welkom")
        .then(0, StepDo::SendEmail(message("Welkom")))
        .then(60, StepDo::SendSms(sms));
    draft.repeatable = true;
    let journey = world.sim.ui_make_journey(draft).expect("a journey");
    world
        .sim
        .ui_edit_property("contact-1", "mobileNumber", "0612345678".into())
        .expect("a number");
    let began = world.host.crm().now();
    for _ in 0..2 {
        crate::mailed::trigger(&world, &journey.triggers[0].code, "contact-1");
        world.advance_s(120);
    }
    let steps: Vec<String> = world
        .sim
        .journey_mailings()
        .into_iter()
        .map(|it| it.id)
        .collect();
    let soft = RecipientAct::Bounce { hard: false };
    does(&world, "contact-1", &steps[0], soft);
    let (host, tenant) = asked(&world);
    let page = host
        .list_journey_history(tenant, &contact("1"), None)
        .await
        .expect("a page");
    assert_eq!((page.messages.len(), page.next), (4, None));
    let told: Vec<_> = page
        .messages
        .iter()
        .map(|it| {
            let participation = it.participation.as_deref().expect("a participation");
            let minute = (it.sent_at - began) / 60_000;
            (it.message.as_str(), participation, minute, it.bounced)
        })
        .collect();
    let (mail, text) = (steps[0].as_str(), steps[1].as_str());
    let expected = [
        (text, "2", 3, None),
        (mail, "2", 2, Some(Bounce::Soft)),
        (text, "1", 1, None),
        (mail, "1", 0, None),
    ];
    assert_eq!(told, expected, "newest first");
    let sms: Vec<&SentMessage> = page
        .messages
        .iter()
        .filter(|it| it.medium == Medium::Sms)
        .collect();
    assert_eq!(sms.len(), 2);
    assert_ne!(sms[0].participation, sms[1].participation);
    for it in &sms {
        let told = (it.opened, it.clicked);
        assert_eq!(told, (Happened::NotApplicable, Happened::NotApplicable));
    }
}

/// RE-27, RE-28, RE-29, RE-31: two times are two entries, half filled in is not
/// completed, and each leads to its own answers.
#[tokio::test]
async fn every_time_that_a_form_was_filled_in_stands_on_its_own() {
    let world = World::start().await;
    people(&world, 1).await;
    let make = FormAction::Make {
        name: "Tevredenheid".to_owned(),
        sub_type: "normal".to_owned(),
        questions: vec!["Cijfer".to_owned(), "Waarom?".to_owned()],
    };
    let form = world.sim.ui_form(&make).expect("a form");
    for (answers, completed) in [(["9", "goed"], true), (["2", ""], false)] {
        let fill = FormAction::FillIn {
            form,
            who: Some("contact-1".to_owned()),
            answers: answers.iter().map(|it| vec![(*it).to_owned()]).collect(),
            completed,
        };
        world.sim.ui_form(&fill).expect("filled in");
        world.advance_s(60);
    }
    let (host, tenant) = asked(&world);
    let page = host
        .list_form_history(tenant, &contact("1"), None)
        .await
        .expect("a page");
    let told: Vec<(&str, &str, bool)> = page
        .forms
        .iter()
        .map(|it| (it.name.as_str(), it.form_type.as_str(), it.completed))
        .collect();
    let name = ("Tevredenheid", "normal");
    assert_eq!(told, [(name.0, name.1, true), (name.0, name.1, false)]);
    let second = &page.forms[1];
    let result = host
        .read_form_result(tenant, &second.form, &second.form_result)
        .await
        .expect("a result");
    assert_eq!(result.submitted_at, second.submitted_at);
    let answers: Vec<(&str, &str)> = result
        .answers
        .iter()
        .map(|it| (it.question.text.as_str(), it.answers[0].as_str()))
        .collect();
    assert_eq!(answers, [("Cijfer", "2"), ("Waarom?", "")]);
}

/// YO-26: a record that is not linked has no history at Spotler, and costs nothing.
#[tokio::test]
async fn a_record_that_is_not_linked_has_no_live_card() {
    use koppel_embedding::QuestionError;
    use koppel_embedding::contract::outcomes::QuestionFailed;
    let world = World::start().await;
    let edit = koppel_tests::anna().gate(false);
    world.save("1", edit).await;
    world.run().await;
    let (host, tenant) = asked(&world);
    let refused = host.read_live_card(tenant, &contact("1")).await;
    assert!(matches!(
        refused,
        Err(QuestionError::Refused(QuestionFailed::NotFound))
    ));
    assert_eq!(world.requests(), Vec::<String>::new());
}
