//! What people did with mail comes into the CRM every hour: each message one line
//! in the timeline, whatever happens on the way.

use std::collections::BTreeMap;

use host_demo::contract::{Activity, ActivityKind, FieldType, FieldValue, Profile, RecordKind};
use host_demo::crm::fields::Field;
use host_demo::crm::tasks::StoredTask;
use koppel_tests::{World, contact, spotler};
use serde_json::{Value, json};
use spotler_sim::{Fault, FormAction, JourneyDraft, RecipientAct, StepDo};

use crate::mailed::{does, mail_all, message, people, text_all, trigger};

const HOUR_S: u64 = 3600;
const DAY_S: u64 = 24 * HOUR_S;

/// People in Spotler, and a first tick, which only notes the time.
async fn with_people(count: usize) -> World {
    let world = World::start().await;
    people(&world, count).await;
    world.tick().await;
    world.sim.clear_requests();
    world
}

/// An hour passes, and the tick after it.
async fn poll(world: &World) {
    world.advance_s(HOUR_S);
    world.tick().await;
}

/// The timeline of a contact.
async fn timeline(world: &World, id: &str) -> Vec<Activity> {
    let crm = world.host.crm();
    crm.timeline(&contact(id), 1000).await.expect("a timeline")
}

/// The facts of an activity by name.
fn facts(activity: &Activity) -> BTreeMap<&str, &str> {
    activity
        .facts
        .iter()
        .map(|it| (it.name.as_str(), it.value.as_str()))
        .collect()
}

fn asked_for(world: &World, what: &str) -> usize {
    world.sim.requests_to(&format!("GET {what}")).len()
}

/// DA-68: at 59 minutes nothing, at 60 one poll, and none again right after it.
#[tokio::test]
async fn feedback_is_read_every_hour_and_not_sooner() {
    let world = with_people(1).await;
    mail_all(&world, "Nieuws");
    world.advance_s(59 * 60);
    world.tick().await;
    assert_eq!(asked_for(&world, "/mailing-interaction/*"), 0);
    assert_eq!(timeline(&world, "1").await, []);
    world.advance_s(60);
    world.tick().await;
    for kind in ["sent", "opened", "clicked", "bounced"] {
        let path = format!("/mailing-interaction/{kind}");
        assert_eq!(asked_for(&world, &path), 1, "{kind}");
    }
    assert_eq!(timeline(&world, "1").await.len(), 1);
    world.advance_s(60);
    world.tick().await;
    assert_eq!(asked_for(&world, "/mailing-interaction/*"), 4);
}

/// DA-03, DA-66, DA-70, RE-22, C24: sent, opened, clicked with its link, bounced
/// with its kind; the same line each time.
#[tokio::test]
async fn a_mail_is_one_line_in_the_timeline_that_is_updated() {
    let world = with_people(3).await;
    let mailing = mail_all(&world, "Nieuws");
    poll(&world).await;
    let sent = timeline(&world, "1").await;
    assert_eq!(sent.len(), 1);
    assert_eq!(
        (sent[0].kind, sent[0].title.as_str()),
        (ActivityKind::Email, "Nieuws")
    );
    let told = facts(&sent[0]);
    assert_eq!(told.get("source"), Some(&"spotler"));
    assert!(told["online-version"].starts_with("https://"));
    assert_eq!((told.get("opened"), told.get("clicked")), (None, None));

    does(&world, "contact-1", &mailing, RecipientAct::Open);
    does(
        &world,
        "contact-2",
        &mailing,
        RecipientAct::Click { link: 3 },
    );
    does(
        &world,
        "contact-3",
        &mailing,
        RecipientAct::Bounce { hard: false },
    );
    for _ in 0..3 {
        poll(&world).await;
    }
    let only = async |id: &str| -> Activity {
        let all = timeline(&world, id).await;
        assert_eq!(all.len(), 1, "{all:?}");
        all[0].clone()
    };
    let (one, two, three) = (only("1").await, only("2").await, only("3").await);
    assert_eq!(one.key, sent[0].key);
    assert_eq!((one.at, facts(&one)["opened"]), (sent[0].at, "yes"));
    assert_eq!(facts(&one).get("clicked"), None);
    let clicked = facts(&two);
    assert_eq!(
        (clicked["clicked"], clicked["clicked-link-3"]),
        ("yes", "lezen")
    );
    assert_eq!(facts(&three)["bounced"], "soft");
    let clicks = format!("/mailing/{mailing}/clicks");
    assert!(asked_for(&world, &clicks) > 0);
}

/// DA-68, RE-01, C4: the host is off for five days during a mailing; afterwards
/// every open, click, bounce and opt-out is in the CRM once.
#[tokio::test]
async fn after_five_days_off_everything_is_caught_up_once() {
    let mut config = spotler();
    config.switches.signals.write_says_opt_out = true;
    let mut world = World::start_with(config, "default").await;
    people(&world, 30).await;
    world.tick().await;
    let mailing = mail_all(&world, "Nieuws");
    for number in 1..=30 {
        world.advance_s(4 * HOUR_S);
        let act = match number % 4 {
            0 => RecipientAct::Open,
            1 => RecipientAct::Click { link: 1 },
            2 => RecipientAct::Bounce { hard: true },
            _ => RecipientAct::Unsubscribe { permission: None },
        };
        does(&world, &format!("contact-{number}"), &mailing, act);
    }
    world.restart().await;
    world.tick().await;
    world.tick().await;
    for number in 1..=30 {
        let all = timeline(&world, &number.to_string()).await;
        assert_eq!(all.len(), 1, "{number}: {all:?}");
        let told = facts(&all[0]);
        let expected = match number % 4 {
            0 => ("opened", "yes"),
            1 => ("clicked", "yes"),
            2 => ("bounced", "hard"),
            _ => ("source", "spotler"),
        };
        assert_eq!(told.get(expected.0), Some(&expected.1), "{number}");
        if number % 4 >= 2 {
            let card = world.host.card(&contact(&number.to_string())).await;
            let state = card.expect("a card").state;
            assert_eq!(
                state,
                koppel_embedding::contract::card::BlockState::Inactive
            );
        }
    }
}

/// RE-37..RE-40: a journey that a contact goes through twice leaves two lines,
/// each with what happened in that participation.
#[tokio::test]
async fn messages_of_journeys_keep_participations_apart_in_the_timeline() {
    let world = with_people(1).await;
    let mut draft = JourneyDraft::campaign("Welkom").then(0, StepDo::SendEmail(message("Welkom")));
    draft.repeatable = true;
    let journey = world.sim.ui_make_journey(draft).expect("a journey");
    let step = world.sim.journey_mailings()[0].id.clone();
    for act in [RecipientAct::Open, RecipientAct::Click { link: 2 }] {
        trigger(&world, &journey.triggers[0].code, "contact-1");
        world.advance_s(1);
        does(&world, "contact-1", &step, act);
        world.advance_s(60);
    }
    poll(&world).await;
    poll(&world).await;
    let mut lines = timeline(&world, "1").await;
    lines.sort_by_key(|it| it.at);
    assert_eq!(lines.len(), 2, "{lines:?}");
    let (one, two) = (facts(&lines[0]), facts(&lines[1]));
    assert_ne!(one["participation"], two["participation"]);
    assert_eq!(
        (one.get("opened"), one.get("clicked")),
        (Some(&"yes"), None)
    );
    assert_eq!((two["clicked"], two["clicked-link-2"]), ("yes", "aanbod"));
}

/// RE-37..RE-39, C24: no list tells the messages of automations; they become known
/// through the feed of all messages, and are kept apart by participation as well.
#[tokio::test]
async fn messages_of_automations_keep_participations_apart_in_the_timeline() {
    let world = with_people(1).await;
    let draft = JourneyDraft::automation("Welkom").then(0, StepDo::SendEmail(message("Welkom")));
    let journey = world.sim.ui_make_journey(draft).expect("a journey");
    let step = world.sim.journey_mailings()[0].id.clone();
    for act in [RecipientAct::Open, RecipientAct::Click { link: 2 }] {
        let started = world.start_journey(&["1"], &journey).await;
        assert_eq!(started, "journey-started");
        world.advance_s(1);
        does(&world, "contact-1", &step, act);
        world.advance_s(60);
    }
    poll(&world).await;
    poll(&world).await;
    let mut lines = timeline(&world, "1").await;
    lines.sort_by_key(|it| it.at);
    assert_eq!(lines.len(), 2, "{lines:?}");
    let (one, two) = (facts(&lines[0]), facts(&lines[1]));
    assert_ne!(one["participation"], two["participation"]);
    assert_eq!(
        (one.get("opened"), one.get("clicked")),
        (Some(&"yes"), None)
    );
    assert_eq!((two["clicked"], two["clicked-link-2"]), ("yes", "aanbod"));
}

/// DA-03, DA-69, RE-43: a text message is a phone activity in a CRM that knows no other,
/// and neither opened nor not opened.
#[tokio::test]
async fn a_text_message_is_what_the_profile_says_and_has_no_opens() {
    for (profile, kind) in [
        ("dynamics365", ActivityKind::Phone),
        ("perfectview", ActivityKind::Sms),
    ] {
        let world = World::start_with(spotler(), profile).await;
        people(&world, 1).await;
        world.tick().await;
        let who = "p1@voorbeeld.nl";
        let edit = world
            .sim
            .ui_edit_property(who, "mobileNumber", "0612345678".into());
        edit.expect("a number");
        text_all(&world, "Herinnering");
        poll(&world).await;
        let lines = timeline(&world, "1").await;
        assert_eq!(lines.len(), 1, "{profile}");
        let told = facts(&lines[0]);
        assert_eq!(
            (lines[0].kind, lines[0].title.as_str()),
            (kind, "Herinnering")
        );
        let not = "not-applicable";
        assert_eq!((told["opened"], told["clicked"]), (not, not));
    }
}

/// The default profile with something changed.
async fn with_profile(world: &World, changes: &Value) {
    let default = include_str!("../../plugin/profiles/default.json");
    let mut profile: Value = serde_json::from_str(default).expect("JSON");
    for (name, value) in changes.as_object().expect("an object") {
        profile[name] = value.clone();
    }
    let json = profile.to_string();
    world
        .host
        .crm()
        .change_settings(move |it| it.profile = Profile::Custom(json))
        .await
        .expect("saved");
    world.run().await;
    world.save_mapping().await;
}

async fn tasks(world: &World) -> Vec<StoredTask> {
    world.host.crm().tasks(false).await.expect("tasks")
}

/// DA-03, RE-22: the rule asks for one task for the owner, once for each mailing,
/// and a task that was done is not made again.
#[tokio::test]
async fn following_the_link_of_a_rule_makes_one_task_for_the_owner() {
    let world = with_people(2).await;
    let rule =
        json!({"name": "Offerte", "when": {"clicked": {"link": "aanbod"}}, "due-in-days": 2});
    with_profile(&world, &json!({"follow-up": [rule]})).await;
    let mailing = mail_all(&world, "Nieuws");
    for link in [2, 2, 3] {
        does(&world, "contact-1", &mailing, RecipientAct::Click { link });
    }
    does(
        &world,
        "contact-2",
        &mailing,
        RecipientAct::Click { link: 3 },
    );
    poll(&world).await;
    let made = tasks(&world).await;
    assert_eq!(made.len(), 1, "{made:?}");
    assert_eq!(made[0].code, "task-follow-up");
    assert_eq!(made[0].owner.as_deref(), Some("owner-1"));
    assert_eq!(made[0].target, Some(contact("1")));
    assert!(made[0].due.is_some());
    let ended = world.host.crm().end_task(&made[0].key).await;
    assert!(ended.expect("ended"));
    poll(&world).await;
    let after = tasks(&world).await;
    assert_eq!((after.len(), after[0].open), (1, false));
}

/// What the rules asked for: the name of the rule, and whom it is about.
async fn follow_ups(world: &World) -> Vec<(String, String)> {
    let mut told: Vec<(String, String)> = tasks(world)
        .await
        .into_iter()
        .filter(|it| it.code == "task-follow-up")
        .map(|it| {
            let rule = it.about.iter().find(|fact| fact.name == "rule");
            let rule = rule.map(|fact| fact.value.clone());
            let whose = it.target.map(|it| it.id);
            (rule.unwrap_or_default(), whose.unwrap_or_default())
        })
        .collect();
    told.sort();
    told
}

fn pairs(told: &[(&str, &str)]) -> Vec<(String, String)> {
    let own = |it: &(&str, &str)| (it.0.to_owned(), it.1.to_owned());
    told.iter().map(own).collect()
}

/// RE-21, DA-03: a message that is opened twice, within one poll or over several, makes
/// one task; another message and somebody who did not open it make none.
#[tokio::test]
async fn a_message_that_is_opened_more_than_once_makes_one_task() {
    let world = with_people(2).await;
    let rule = json!({"name": "Bellen", "when": {"opened": {"message": "Nieuws"}}});
    with_profile(&world, &json!({"follow-up": [rule]})).await;
    let [meant, other] = ["Nieuws", "Anders"].map(|it| mail_all(&world, it));
    for _ in 0..2 {
        world.advance_s(60);
        does(&world, "contact-1", &meant, RecipientAct::Open);
    }
    does(&world, "contact-2", &other, RecipientAct::Open);
    poll(&world).await;
    assert_eq!(follow_ups(&world).await, pairs(&[("Bellen", "1")]));
    does(&world, "contact-1", &meant, RecipientAct::Open);
    poll(&world).await;
    assert_eq!(follow_ups(&world).await, pairs(&[("Bellen", "1")]));
}

/// RE-23, DA-03: of what came back, a rule makes a task for the owner of whom nothing
/// reaches any more, once, and none for whom a message did not reach for now.
#[tokio::test]
async fn a_hard_bounce_of_a_mailing_makes_the_task_of_its_rule() {
    let world = with_people(3).await;
    let rule = json!({"name": "Adres navragen", "when": "hard-bounced", "due-in-days": 2});
    with_profile(&world, &json!({"follow-up": [rule]})).await;
    let mailing = mail_all(&world, "Nieuws");
    for (who, hard) in [("contact-1", true), ("contact-2", false)] {
        does(&world, who, &mailing, RecipientAct::Bounce { hard });
    }
    for _ in 0..2 {
        poll(&world).await;
        let told = pairs(&[("Adres navragen", "1")]);
        assert_eq!(follow_ups(&world).await, told);
    }
    let made = tasks(&world).await;
    let made = made.iter().find(|it| it.code == "task-follow-up");
    let made = made.expect("the task");
    assert_eq!(made.owner.as_deref(), Some("owner-1"));
    assert!(made.due.is_some());
    assert_eq!(facts(&timeline(&world, "1").await[0])["bounced"], "hard");
}

/// RE-38, RE-39, RE-40, C24: what people do with the messages of a campaign or of an
/// automation leads to tasks by the same rules, once for each participation; and what
/// came back stands in the timeline, with the participation.
#[tokio::test]
async fn messages_of_journeys_lead_to_tasks_and_tell_how_they_came_back() {
    let rules = json!([
        {"name": "Geopend", "when": {"opened": {}}},
        {"name": "Gevolgd", "when": {"clicked": {"link": "aanbod"}}},
        {"name": "Terug", "when": "hard-bounced"},
    ]);
    for draft in [
        JourneyDraft::campaign("Welkom"),
        JourneyDraft::automation("Welkom"),
    ] {
        let world = with_people(2).await;
        with_profile(&world, &json!({"follow-up": rules})).await;
        let mut draft = draft.then(0, StepDo::SendEmail(message("Welkom")));
        draft.repeatable = true;
        let journey = world.sim.ui_make_journey(draft).expect("a journey");
        let step = world.sim.journey_mailings()[0].id.clone();
        for (id, acts) in [
            ("1", vec![RecipientAct::Open, RecipientAct::Open]),
            ("1", vec![RecipientAct::Click { link: 2 }]),
            ("2", vec![RecipientAct::Bounce { hard: true }]),
        ] {
            let started = world.start_journey(&[id], &journey).await;
            assert_eq!(started, "journey-started");
            world.advance_s(1);
            for act in acts {
                does(&world, &format!("contact-{id}"), &step, act);
                world.advance_s(30);
            }
        }
        let expected = pairs(&[("Geopend", "1"), ("Gevolgd", "1"), ("Terug", "2")]);
        for _ in 0..2 {
            poll(&world).await;
            assert_eq!(follow_ups(&world).await, expected, "{:?}", journey.kind);
        }
        let back = timeline(&world, "2").await;
        assert_eq!(back.len(), 1, "{back:?}");
        let told = facts(&back[0]);
        assert_eq!((told["bounced"], told["participation"]), ("hard", "3"));
        assert_eq!((told.get("opened"), told.get("clicked")), (None, None));
    }
}

async fn fill_in(world: &World, form: u64, who: Option<&str>, answers: &[&str]) {
    let fill = FormAction::FillIn {
        form,
        who: who.map(str::to_owned),
        answers: answers.iter().map(|it| vec![(*it).to_owned()]).collect(),
        completed: true,
    };
    world.sim.ui_form(&fill).expect("filled in");
}

/// RE-32, RE-27, DA-65: a negative answer becomes one task for the owner of whoever
/// followed the link to the survey; a positive one does not; the form stands in
/// the timeline, its answers do not.
#[tokio::test]
async fn a_negative_answer_makes_one_task_for_the_owner() {
    let world = with_people(3).await;
    let when = json!({"answered": {"form": "Survey", "question": "Cijfer", "answers": ["1", "2"]}});
    with_profile(
        &world,
        &json!({"follow-up": [{"name": "Nabellen", "when": when}]}),
    )
    .await;
    let make = FormAction::Make {
        name: "Survey".to_owned(),
        sub_type: "normal".to_owned(),
        questions: vec!["Cijfer".to_owned(), "E-mail".to_owned()],
    };
    let form = world.sim.ui_form(&make).expect("a form");
    let mailing = mail_all(&world, "Wat vond u ervan?");
    for who in ["contact-1", "contact-2"] {
        does(&world, who, &mailing, RecipientAct::Click { link: 3 });
    }
    fill_in(&world, form, Some("contact-1"), &["2", ""]).await;
    fill_in(&world, form, Some("contact-2"), &["9", ""]).await;
    fill_in(&world, form, None, &["1", "p3@voorbeeld.nl"]).await;
    fill_in(&world, form, None, &["1", "iemand@anders.nl"]).await;
    poll(&world).await;
    poll(&world).await;
    let mut made = tasks(&world).await;
    made.sort_by(|one, other| one.key.cmp(&other.key));
    let whose: Vec<Option<String>> = made
        .iter()
        .map(|it| it.target.clone().map(|it| it.id))
        .collect();
    assert_eq!(
        whose,
        [Some("1".to_owned()), Some("3".to_owned())],
        "{made:?}"
    );
    let lines = timeline(&world, "1").await;
    let filled_in: Vec<&Activity> = lines
        .iter()
        .filter(|it| it.kind == ActivityKind::Form)
        .collect();
    assert_eq!(filled_in.len(), 1);
    assert_eq!(filled_in[0].title, "Survey");
    assert!(filled_in[0].facts.iter().all(|it| it.value != "2"));
}

/// A field of contacts that holds a moment.
fn moment_field(name: &str) -> Field {
    Field {
        name: name.to_owned(),
        label: name.to_owned(),
        field_type: FieldType::DateTime,
        kinds: vec![RecordKind::Contact],
        meaning: None,
        options: Vec::new(),
    }
}

/// DA-65: a moment is written into the field that the profile maps it to, where the
/// CRM has such a field, and never an older one over a newer.
#[tokio::test]
async fn enrichment_is_written_into_mapped_fields_only() {
    let world = with_people(1).await;
    for name in ["last_open", "last_click"] {
        world
            .host
            .crm()
            .add_field(moment_field(name))
            .await
            .expect("added");
    }
    let mapped = json!({"last-opened": "last_open", "last-received": "not_a_field"});
    with_profile(&world, &json!({"enrichment": mapped})).await;
    let mailing = mail_all(&world, "Nieuws");
    does(&world, "contact-1", &mailing, RecipientAct::Open);
    does(
        &world,
        "contact-1",
        &mailing,
        RecipientAct::Click { link: 1 },
    );
    poll(&world).await;
    let record = world.record("1").await;
    let opened = record.fields.get("last_open").cloned();
    let Some(FieldValue::DateTime(first)) = opened else {
        panic!("{:?}", record.fields);
    };
    assert_eq!(record.fields.get("last_click"), None);
    let revision = record.revision;
    poll(&world).await;
    let again = world.record("1").await;
    assert_eq!(again.revision, revision, "nothing newer, nothing written");
    does(&world, "contact-1", &mailing, RecipientAct::Open);
    poll(&world).await;
    let later = world.record("1").await.fields.get("last_open").cloned();
    assert!(matches!(later, Some(FieldValue::DateTime(it)) if it > first));
}

/// The moment that a field of a contact holds, in milliseconds.
async fn moment(world: &World, id: &str, field: &str) -> Option<u64> {
    let record = world.record(id).await;
    let Some(FieldValue::DateTime(text)) = record.fields.get(field) else {
        return None;
    };
    let moment: jiff::Timestamp = text.parse().expect("a moment");
    u64::try_from(moment.as_millisecond()).ok()
}

/// DA-65: what the person was sent, opened, followed and filled in last, each in the
/// field that the profile maps it to.
#[tokio::test]
async fn each_moment_is_written_into_the_field_that_it_is_mapped_to() {
    let world = with_people(2).await;
    let crm = world.host.crm();
    let fields = ["last_mail", "last_open", "last_click", "last_form"];
    for name in fields {
        crm.add_field(moment_field(name)).await.expect("added");
    }
    let mapped = json!({
        "last-received": "last_mail",
        "last-opened": "last_open",
        "last-clicked": "last_click",
        "last-form-filled-in": "last_form",
    });
    with_profile(&world, &json!({"enrichment": mapped})).await;
    let make = FormAction::Make {
        name: "Survey".to_owned(),
        sub_type: "normal".to_owned(),
        questions: vec!["Cijfer".to_owned(), "E-mail".to_owned()],
    };
    let form = world.sim.ui_form(&make).expect("a form");
    let began = crm.now();
    let mailing = mail_all(&world, "Nieuws");
    for act in [RecipientAct::Open, RecipientAct::Click { link: 3 }] {
        world.advance_s(60);
        does(&world, "contact-1", &mailing, act);
    }
    world.advance_s(60);
    fill_in(&world, form, None, &["9", "p1@voorbeeld.nl"]).await;
    poll(&world).await;
    poll(&world).await;
    for (minute, field) in (0..).zip(fields) {
        let expected = Some(began + minute * 60_000);
        assert_eq!(moment(&world, "1", field).await, expected, "{field}");
        let sent_only = expected.filter(|_| field == "last_mail");
        assert_eq!(moment(&world, "2", field).await, sent_only, "{field}");
    }
}

/// C21: a product without the account-wide feed keeps its connection, its opt-outs
/// and the rest of its feedback; it is said once, and asked for again a day later.
#[tokio::test]
async fn feedback_that_the_product_lacks_does_not_stop_the_connection() {
    let world = with_people(1).await;
    let refused = Fault::Status {
        status: 403,
        retry_after_s: None,
        error_type: None,
    };
    world
        .sim
        .faults()
        .always_on("GET /mailing-interaction/*", refused);
    let mailing = mail_all(&world, "Nieuws");
    poll(&world).await;
    assert!(world.host.connection().await.expect("there").active);
    assert_eq!(world.last_reason_of("on-tick").await, "feed-read");
    assert!(
        world
            .host
            .crm()
            .mailing(&mailing)
            .await
            .expect("read")
            .is_some()
    );
    let lines = world.host.crm().log(100).await.expect("a log");
    let said = lines.iter().filter(|it| it.code == "log-feedback-left-out");
    assert_eq!(said.count(), 4, "one for each list");
    world.sim.clear_requests();
    poll(&world).await;
    assert_eq!(asked_for(&world, "/mailing-interaction/*"), 0);
    world.sim.faults().clear();
    world.advance_s(DAY_S);
    world.tick().await;
    assert_eq!(timeline(&world, "1").await.len(), 1, "nothing was lost");
}

/// DA-68, C4: trouble with feedback keeps no opt-out waiting, and what it kept
/// back is read once the trouble is over.
#[tokio::test]
async fn trouble_with_feedback_keeps_no_opt_out_waiting() {
    let world = with_people(2).await;
    let mailing = mail_all(&world, "Nieuws");
    does(&world, "contact-1", &mailing, RecipientAct::Open);
    world
        .sim
        .faults()
        .always_on("GET /mailing-interaction/opened", Fault::status(500));
    poll(&world).await;
    for _ in 0..4 {
        world.advance_s(300);
        world.tick().await;
    }
    world.sim.ui_opt_out("contact-2").expect("opted out");
    world.advance_s(300);
    world.tick().await;
    let card = world.host.card(&contact("2")).await.expect("a card");
    assert!(card.permissions.iter().all(|it| it.locked));
    assert_eq!(facts(&timeline(&world, "1").await[0]).get("opened"), None);
    world.sim.faults().clear();
    poll(&world).await;
    assert_eq!(facts(&timeline(&world, "1").await[0])["opened"], "yes");
}

/// RE-01, RE-02, RE-04, RE-05: every mailing once, with what does not change read
/// once; six snapshots until the response has settled, and then no request more.
/// Twenty-eight days take a moment.
#[tokio::test]
async fn the_results_of_a_mailing_are_read_until_they_settle() {
    let mut world = with_people(3).await;
    let mailing = mail_all(&world, "Nieuws");
    world.advance_s(60);
    does(&world, "contact-1", &mailing, RecipientAct::Open);
    does(&world, "contact-1", &mailing, RecipientAct::Open);
    for hour in 0..(30 * 24) {
        if hour == 48 {
            does(
                &world,
                "contact-2",
                &mailing,
                RecipientAct::Click { link: 2 },
            );
            world.restart().await;
        }
        poll(&world).await;
    }
    let crm = world.host.crm();
    let all = crm.mailings(10).await.expect("mailings");
    assert_eq!(all.len(), 1, "{all:?}");
    assert_eq!(
        (all[0].mailing.name.as_str(), all[0].mailing.sent),
        ("Nieuws", 3)
    );
    let details = all[0].details.as_ref().expect("details");
    assert_eq!(details.target_group.as_deref(), Some("Alle contacten"));
    let snapshots = crm.snapshots(&mailing).await.expect("snapshots");
    let opened: Vec<u64> = snapshots.iter().map(|it| it.statistics.opened).collect();
    assert_eq!(opened, [1, 1, 2, 2, 2, 2]);
    let last: Vec<bool> = snapshots.iter().map(|it| it.is_last).collect();
    assert_eq!(last, [false, false, false, false, false, true]);
    let tallies = &snapshots[5].tallies;
    assert_eq!(
        (tallies.opened.total, tallies.clicked.total),
        (Some(3), Some(1))
    );
    assert!(tallies.clicked.last_at > tallies.rendered.last_at);
    assert_eq!(
        asked_for(&world, &format!("/mailing/{mailing}/statistics")),
        6
    );
    assert_eq!(asked_for(&world, &format!("/mailing/{mailing}")), 1);
}

/// RE-01: more new mailings than are introduced at a time are all there after one poll,
/// each once, with what does not change read once.
#[tokio::test]
async fn thirty_new_mailings_are_taken_in_with_one_poll_each_once() {
    let world = with_people(1).await;
    let mut sent = Vec::new();
    for number in 1..=30 {
        sent.push(mail_all(&world, &format!("Nieuws {number}")));
        world.advance_s(1);
    }
    sent.sort();
    for _ in 0..2 {
        poll(&world).await;
        let all = world.host.crm().mailings(100).await.expect("mailings");
        let mut kept: Vec<String> = all.iter().map(|it| it.mailing.id.clone()).collect();
        kept.sort();
        assert_eq!(kept, sent);
        assert!(all.iter().all(|it| it.details.is_some()));
        for id in &sent {
            assert_eq!(asked_for(&world, &format!("/mailing/{id}")), 1, "{id}");
        }
        assert_eq!(timeline(&world, "1").await.len(), 30);
    }
}

/// DA-68, RE-20: a mailing to 20,000 people takes a request for each thousand rows,
/// and no more memory than a small one: an eighth of what the component may have.
/// With `RECIPIENTS` in the environment it is tried with another number.
#[tokio::test]
async fn a_large_mailing_takes_few_requests_and_little_memory() {
    let recipients = std::env::var("RECIPIENTS").ok();
    let recipients: usize = recipients.map_or(3_000, |it| it.parse().expect("a number"));
    let mut config = spotler();
    let seed = |it: usize| {
        let email = format!("x{it}@voorbeeld.nl");
        spotler_sim::SeedContact::new(&format!("x{it}"), &email)
    };
    config.contacts = (0..recipients).map(seed).collect();
    let mut world = World::start_with(config, "default").await;
    world.tick().await;
    // The people themselves are out of the feed of changes by then.
    for _ in 0..4 {
        poll(&world).await;
    }
    world
        .restart_with(|it| it.limits.memory_bytes = 8 << 20)
        .await;
    let mailing = mail_all(&world, "Groot");
    for number in 0..recipients / 10 {
        let act = RecipientAct::Click { link: 1 };
        does(&world, &format!("x{number}"), &mailing, act);
    }
    world.sim.clear_requests();
    let started = std::time::Instant::now();
    poll(&world).await;
    let requests = world.sim.request_count();
    println!(
        "{recipients} recipients: {requests} requests, {:?}",
        started.elapsed()
    );
    assert_eq!(world.last_reason_of("on-tick").await, "feed-read");
    // A full page does not tell whether it is the last one: an empty one may follow.
    let pages = |rows: usize| rows / 1_000 + 1;
    let to = |path: &str| {
        let all = world.sim.requests();
        all.iter().filter(|it| it.line().starts_with(path)).count()
    };
    let feeds = pages(recipients) + 2 * pages(0) + pages(recipients / 10);
    let snapshot = 2 * pages(0) + pages(recipients / 10) + 1;
    let (list, details) = (1, 1);
    let all = feeds + list + details + snapshot;
    let counts = world.sim.request_counts();
    assert!(to("GET /mailing") <= all + 2, "{counts:?}");
    assert!(
        requests < feeds + snapshot + 20,
        "{:?}",
        world.sim.request_counts()
    );
    let kept = world.host.crm().snapshots(&mailing).await.expect("kept");
    assert_eq!(kept[0].statistics.clicked, (recipients / 10) as u64);
}
