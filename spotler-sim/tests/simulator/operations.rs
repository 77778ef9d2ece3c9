//! Every documented operation answers every documented status, in its documented shape.

use std::collections::{BTreeMap, BTreeSet};

use crate::common::{NOW, anna, call, sim_with};
use serde_json::{Value, json};
use spotler_sim::{
    FormAction, JourneyAction, JourneyDraft, Link, ListAction, MailingAction, Medium, Message,
    RecipientAct, SeedContact, SimHandle, SpotlerSim, StepDo, Target,
};

const TABLE: &str = include_str!("operations.txt");
const OPERATIONS: usize = 65;

#[tokio::test]
async fn every_operation_answers_every_status_in_its_shape() {
    let mut operation = "";
    let mut required = "";
    for line in TABLE
        .lines()
        .filter(|it| !it.starts_with('#') && !it.is_empty())
    {
        let Some(example) = line.strip_prefix("  ") else {
            (operation, required) = line.split_once(" : ").unwrap_or((line, ""));
            continue;
        };
        let (sim, names) = furnished().await;
        let example = with_names(example, &names);
        check(&sim, operation, required, &example);
    }
}

#[test]
fn the_table_holds_all_operations_once() {
    let lines = TABLE
        .lines()
        .filter(|it| it.starts_with(|first: char| first.is_ascii_uppercase()));
    let operations: Vec<&str> = lines
        .map(|it| it.split(" : ").next().unwrap_or(it))
        .collect();
    let different: BTreeSet<&str> = operations.iter().copied().collect();
    assert_eq!(
        (operations.len(), different.len()),
        (OPERATIONS, OPERATIONS)
    );
}

fn check(sim: &SimHandle, operation: &str, required: &str, example: &str) {
    let example = match example.strip_prefix('[').and_then(|it| it.split_once("] ")) {
        Some((switch, rest)) => {
            let (name, value) = switch.split_once('=').expect("a switch and its value");
            sim.set_switch(name, serde_json::from_str(value).expect("a value"))
                .expect("a switch");
            rest
        }
        None => example,
    };
    let mut parts = example.splitn(4, ' ');
    let mut part = || parts.next().unwrap_or_default();
    let (status, error_type, target, body) = (part(), part(), part(), part());
    let (method, _) = operation.split_once(' ').expect("a method");
    let body = if body.is_empty() {
        Value::Null
    } else {
        serde_json::from_str(body).expect(body)
    };
    let (answered, answer) = call(sim, method, target, body);
    assert_eq!(
        answered.to_string(),
        status,
        "{operation}: {example}\n{answer}"
    );
    assert_eq!(
        answer["errorType"].as_str().unwrap_or("-"),
        error_type,
        "{operation}: {example}"
    );
    match answered {
        200 => {
            for path in required.split_whitespace() {
                assert!(holds(&answer, path), "{operation} lacks `{path}`: {answer}");
            }
        }
        204 => assert_eq!(answer, Value::Null, "{operation}"),
        _ if error_type != "-" => assert!(answer["message"].is_string(), "{operation}: {answer}"),
        _ => {}
    }
}

/// Whether the value has the path; `[]` means every row of at least one.
fn holds(value: &Value, path: &str) -> bool {
    let Some((before, after)) = path.split_once("[]") else {
        return at(value, path).is_some_and(|it| !it.is_null());
    };
    let rows = at(value, before).and_then(Value::as_array);
    let after = after.trim_start_matches('.');
    rows.is_some_and(|rows| !rows.is_empty() && rows.iter().all(|it| holds(it, after)))
}

fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.')
        .filter(|it| !it.is_empty())
        .try_fold(value, |it, key| it.get(key))
}

fn with_names(example: &str, names: &BTreeMap<&str, String>) -> String {
    // Longer names first, since one may begin with another.
    let mut names: Vec<(&&str, &String)> = names.iter().collect();
    names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    names
        .into_iter()
        .fold(example.to_owned(), |text, (name, value)| {
            text.replace(&format!("${name}"), value)
        })
}

fn message(name: &str) -> Message {
    let link = |id: u64, kind: &str| Link {
        id,
        name: kind.to_owned(),
        url: format!("https://x.example/{id}"),
        kind: Some(kind.to_owned()),
    };
    Message {
        name: name.to_owned(),
        author: "Marketeer".to_owned(),
        subject: Some("Hallo".to_owned()),
        from_name: "Ons Bedrijf".to_owned(),
        from_email: Some("info@ons.example".to_owned()),
        body: "Tekst".to_owned(),
        links: vec![link(1, "webshop"), link(2, "conversion")],
    }
}

/// A world in which every example of the table has what it needs, and the names in it.
async fn furnished() -> (SpotlerSim, BTreeMap<&'static str, String>) {
    let sim = sim_with(|it| {
        let bo = SeedContact::new("bo", "bo@voorbeeld.nl")
            .with("mobileNumber", "0612345678")
            .with_permissions(&[1, 2]);
        it.contacts = vec![
            anna().with("mobileNumber", "0687654321"),
            bo,
            SeedContact::new("cas", "cas@voorbeeld.nl"),
        ];
    })
    .await;
    let mut names = BTreeMap::new();
    names.insert(
        "contact",
        sim.contact_by_external_id("anna-1")
            .expect("anna")
            .encrypted_id,
    );
    shop(&sim);
    lists(&sim);
    mailings(&sim, &mut names);
    campaigns(&sim, &mut names);
    automations(&sim, &mut names);
    let questions = vec!["Wat vindt u ervan?".to_owned()];
    let (name, sub_type) = ("Enquete".to_owned(), "normal".to_owned());
    let form = sim
        .ui_form(&FormAction::Make {
            name,
            sub_type,
            questions,
        })
        .expect("a form");
    let (who, answers) = (Some("anna-1".to_owned()), vec![vec!["8".to_owned()]]);
    sim.ui_form(&FormAction::FillIn {
        form,
        who,
        answers,
        completed: true,
    })
    .expect("a result");
    sim.ui_opt_out("cas").expect("cas");
    (sim, names)
}

fn done(sim: &SimHandle, method: &str, route: &str, body: Value) {
    let (status, answer) = call(sim, method, route, body);
    assert!(status < 300, "{method} {route}: {status} {answer}");
}

fn shop(sim: &SimHandle) {
    let product = json!({"externalId": "p-1", "name": "n", "link": "l", "price": 100, "imageUrl": "i", "imageLargeUrl": "i"});
    done(sim, "POST", "/product", json!({"product": product}));
    let order = json!({"externalId": "o-1", "externalContactId": "anna-1", "date": "2026-01-05", "value": "100", "externalProductIds": ["p-1"]});
    done(sim, "POST", "/order", json!({"order": order}));
}

fn lists(sim: &SimHandle) {
    for (id, name) in [("list-1", "Lijst 1"), ("list-used", "Lijst 2")] {
        done(
            sim,
            "POST",
            "/templist",
            json!({"externalTemporaryListId": id, "name": name, "contacts": ["anna-1"]}),
        );
    }
    for (id, name) in [("aud-1", "Audience 1"), ("aud-2", "Audience 2")] {
        done(
            sim,
            "POST",
            "/audience",
            json!({"externalId": id, "name": name}),
        );
        done(
            sim,
            "POST",
            &format!("/audience/{id}/contact"),
            json!({"contacts": ["anna-1"]}),
        );
    }
    let list = serde_json::from_value(json!({"name": "Dynamisch", "from_static_list": "Lijst 2"}))
        .expect("a list");
    sim.ui_list(&ListAction::CreateDynamicList { list })
        .expect("a dynamic list");
    let target = Target::Audience("Audience 2".to_owned());
    schedule(sim, target, Some("2026-06-01T09:00:00Z"), Medium::Email);
}

fn schedule(sim: &SimHandle, target: Target, at: Option<&str>, medium: Medium) -> String {
    let make = MailingAction::Make {
        name: "Nieuwsbrief".to_owned(),
        medium,
        message: message("Opmaak"),
    };
    let mailing = sim.ui_mailing(&make).expect("a mailing");
    let id = || mailing.clone();
    if at.is_none() {
        let report = sim
            .ui_mailing(&MailingAction::AddTrendReport {
                name: "Trend".to_owned(),
            })
            .expect("a report");
        let report = report.parse().expect("a number");
        sim.ui_mailing(&MailingAction::ChooseReport {
            mailing: id(),
            report,
        })
        .expect("a report");
    }
    sim.ui_mailing(&MailingAction::ChooseList {
        mailing: id(),
        target,
        permission: None,
    })
    .expect("a list");
    sim.ui_mailing(&MailingAction::Schedule {
        mailing: id(),
        at: at.map(str::to_owned),
    })
    .expect("a time");
    sim.ui_mailing(&MailingAction::Confirm { mailing: id() })
        .expect("confirmed")
}

fn respond(sim: &SimHandle, mailing: &str) {
    sim.recipient("anna-1", mailing, RecipientAct::Open)
        .expect("sent to anna");
    sim.recipient("anna-1", mailing, RecipientAct::Click { link: 1 })
        .expect("sent to anna");
}

fn mailings(sim: &SimHandle, names: &mut BTreeMap<&str, String>) {
    let mailing = schedule(sim, Target::AllContacts, None, Medium::Email);
    respond(sim, &mailing);
    sim.recipient("bo", &mailing, RecipientAct::Bounce { hard: false })
        .expect("sent to bo");
    names.insert("mailing", mailing);
    names.insert("sms", schedule(sim, Target::AllContacts, None, Medium::Sms));
}

fn campaigns(sim: &SimHandle, names: &mut BTreeMap<&str, String>) {
    let draft = |name: &str| JourneyDraft::campaign(name).then(0, StepDo::SendEmail(message(name)));
    let running = sim
        .ui_make_journey(draft("Welkom").then(86_400, StepDo::AddScore(1)))
        .expect("a campaign");
    let finished = sim.ui_make_journey(draft("Kort")).expect("a campaign");
    let inactive = sim.ui_make_journey(draft("Oud")).expect("a campaign");
    let journey = inactive.id.clone();
    sim.ui_journey(&JourneyAction::Activate {
        journey,
        active: false,
    })
    .expect("inactive");
    let empty = JourneyDraft::campaign("Leeg").then(0, StepDo::SendEmail(Message::default()));
    let empty = sim.ui_make_journey(empty).expect("a campaign");
    let selective = JourneyDraft {
        selection: Some(3),
        ..draft("Selectief")
    };
    let selective = sim.ui_make_journey(selective).expect("a campaign");
    for journey in [&running, &finished] {
        let route = format!("/campaign/trigger/{}", journey.triggers[0].code);
        done(sim, "POST", &route, json!({"externalContactId": "anna-1"}));
    }
    let mailing = sim.journey_mailings()[0].id.clone();
    respond(sim, &mailing);
    sim.recipient("anna-1", &mailing, RecipientAct::Bounce { hard: false })
        .expect("sent to anna");
    names.insert("subscription", sim.participations()[0].id.to_string());
    names.insert("journeyMailing", mailing);
    for (name, journey) in [
        ("trigger", &running),
        ("finishedTrigger", &finished),
        ("inactiveTrigger", &inactive),
        ("emptyTrigger", &empty),
        ("selectiveTrigger", &selective),
    ] {
        names.insert(name, journey.triggers[0].code.clone());
    }
    names.insert("campaign", running.id);
    names.insert("finishedCampaign", finished.id);
}

fn automations(sim: &SimHandle, names: &mut BTreeMap<&str, String>) {
    let active = sim
        .ui_make_journey(JourneyDraft::automation("Download e-book"))
        .expect("an automation");
    let inactive = sim
        .ui_make_journey(JourneyDraft::automation("Prospect uitstel"))
        .expect("an automation");
    let journey = inactive.id.clone();
    sim.ui_journey(&JourneyAction::Activate {
        journey,
        active: false,
    })
    .expect("inactive");
    names.insert("code", active.triggers[0].code.clone());
    names.insert("inactiveCode", inactive.triggers[0].code.clone());
    assert!(sim.clock().now_ms() > 0, "the clock stands at {NOW}");
}
