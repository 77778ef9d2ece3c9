//! Results: mailings and their figures, who did what, journeys, text messages, forms, the card of one contact, and what
//! a CRM that was off finds when it is back.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use jiff::ToSpan;
use serde_json::{Value, json};

use super::super::screen::{heading, say};
use super::mail;
use super::stage::{Stage, list, text};
use crate::repo;

/// How many people there are.
const PEOPLE: u64 = 20;

/// Tells the story.
pub(crate) fn tell(stage: &mut Stage, folder: &Path) -> Result<()> {
    people(stage, folder)?;
    let mailing = mailings(stage)?;
    let welcome = journey(stage)?;
    let form = form(stage)?;
    first_look(stage, &mailing)?;
    statistics(stage, &mailing)?;
    who(stage, &mailing)?;
    participations(stage, &welcome)?;
    text_messages(stage)?;
    answers(stage, &form)?;
    card(stage)?;
    follow_up(stage)?;
    until_settled(stage, &mailing)?;
    five_days_off(stage)
}

fn people(stage: &Stage, folder: &Path) -> Result<()> {
    heading(
        "1  Twenty people in step with Spotler, and a profile that says what follows from their answers",
    );
    let file = repo::root().join("plugin/profiles/dynamics365.json");
    let known = fs::read_to_string(&file).context("could not read the profile")?;
    let mut profile: Value = serde_json::from_str(&known)?;
    profile["follow-up"] = json!([
        {"name": "Offerte", "when": {"clicked": {"link": "aanbod"}}, "due-in-days": 2},
        {"name": "Nabellen", "when": {"answered": {"form": "Tevredenheid", "question": "Cijfer", "answers": ["1", "2"]}}},
    ]);
    profile["enrichment"] = json!({"last-opened": "last_open"});
    let file = folder.join("profile.json");
    fs::write(&file, profile.to_string()).context("could not write the profile")?;
    stage.crm.ask(&[
        "field",
        "add",
        "last_open",
        "--label",
        "Last opened",
        "--type",
        "date-time",
    ])?;
    stage.connect(&file.to_string_lossy())?;
    let mut rows = "id,kind,first_name,last_name,email,mobile,owner\n".to_owned();
    for number in 1..=PEOPLE {
        writeln!(
            rows,
            "P-{number},contact,Piet,Nummer {number},p{number}@relaties.example,06123456{number:02},wouter"
        )?;
    }
    let file = folder.join("people.csv");
    fs::write(&file, rows).context("could not write the people")?;
    stage
        .crm
        .ask(&["contact", "import", &file.to_string_lossy()])?;
    stage.work()?;
    stage.tick()?;
    let count = stage.spotler.contact_count()?;
    ensure!(count as u64 == PEOPLE, "Spotler has {count} people");
    say("20 people imported and in Spotler");
    Ok(())
}

/// Mails everybody, with something of everything happening; answers Spotler's id of the mailing.
fn mailings(stage: &mut Stage) -> Result<String> {
    heading(
        "2  In Spotler: a mailing and a text message to all; people open, click, buy, bounce and unsubscribe",
    );
    let all = json!("all_contacts");
    let mailing = mail::send_as(stage, ("EMAIL", "Nieuws"), &all, None)?;
    stage.pass(1.minute())?;
    mail::send_as(stage, ("SMS", "Herinnering"), &all, None)?;
    for (who, act) in [
        (1, json!({"action": "open"})),
        (1, json!({"action": "open"})),
        (2, json!({"action": "click", "link": 1})),
        (3, json!({"action": "open"})),
        (3, json!({"action": "click", "link": 2})),
        (4, json!({"action": "bounce", "hard": true})),
        (5, json!({"action": "bounce", "hard": false})),
        (6, json!({"action": "bounce", "hard": false})),
        (7, json!({"action": "unsubscribe"})),
        (8, json!({"action": "complain"})),
    ] {
        stage.pass(1.minute())?;
        mail::does(stage, &format!("P-{who}"), &mailing, act)?;
    }
    let buyer = stage.spotler.contact("P-2")?;
    for (kind, value) in [
        ("CREATE_SHOPPINGCART", Value::Null),
        ("CONVERT_SHOPPINGCART", json!("1995")),
    ] {
        let conversion = json!({
            "mailplusId": format!("{mailing}.{}.1", text(&buyer, "encrypted_id")), "type": kind, "value": value,
            "interactionDate": stage.moment(),
        });
        let asked = json!({"method": "POST", "path": "/conversion", "body": conversion});
        stage
            .spotler
            .control("POST", "/_sim/other-system", &asked)?;
    }
    say(
        "P-1 opens twice, P-2 follows the link to the shop and buys for € 19.95, P-3 opens and follows the offer,",
    );
    say("P-4 comes back for good, P-5 and P-6 for now, P-7 unsubscribes, P-8 reports spam");
    Ok(mailing)
}

/// Lets somebody go through a campaign twice; answers Spotler's id of the campaign.
fn journey(stage: &mut Stage) -> Result<String> {
    let mut sms = mail::message("x");
    sms["subject"] = Value::Null;
    sms["name"] = "SMS".into();
    let made = stage.in_spotler("journeys", &json!({
        "action": "make", "kind": "campaign", "name": "Welkom", "repeatable": true,
        "steps": [{"do": {"send_email": mail::message("Welkom")}}, {"delay_s": 60, "do": {"send_sms": sms}}],
    }))?;
    let id = text(&made, "id").to_owned();
    stage.crm.ask(&["journey", "refresh"])?;
    stage.work()?;
    let journeys = list(&stage.crm.ask(&["journey", "list"])?, "journeys")?;
    let welcome = journeys
        .iter()
        .find(|it| it["name"] == "Welkom")
        .context("the campaign is not listed")?;
    let code = text(&welcome["triggers"][0], "code");
    let message = list(&stage.look("mailings")?, "journeys")?[0]["id"].clone();
    let message = message.as_str().unwrap_or_default();
    for act in [
        json!({"action": "open"}),
        json!({"action": "click", "link": 3}),
    ] {
        stage.crm.ask(&["journey", "start", code, "P-1"])?;
        stage.work()?;
        stage.pass(5.minutes())?;
        mail::does(stage, "P-1", message, act)?;
        stage.pass(5.minutes())?;
    }
    say(
        "the CRM starts the campaign “Welkom” twice for P-1: the first time P-1 opens it, the second time P-1 reads on",
    );
    Ok(id)
}

/// Lets people fill in a form; answers its number.
fn form(stage: &Stage) -> Result<String> {
    let made = stage.in_spotler("forms", &json!({
        "action": "make", "name": "Tevredenheid", "sub_type": "normal", "questions": ["Cijfer", "Waarom?", "E-mail"],
    }))?;
    for (who, answers, completed) in [
        (Some("P-1"), ["9", "goed", ""], true),
        (Some("P-1"), ["7", "", ""], false),
        (None, ["2", "te duur", "p9@relaties.example"], true),
        (None, ["9", "goed", ""], true),
    ] {
        let answers: Vec<[&str; 1]> = answers.iter().map(|it| [*it]).collect();
        stage.in_spotler("forms", &json!({
            "action": "fill_in", "form": made["id"], "who": who, "answers": answers, "completed": completed,
        }))?;
    }
    say(
        "the form “Tevredenheid” is filled in four times: twice by P-1, once half; with a 2 and the address of P-9; by nobody known",
    );
    Ok(made["id"].to_string())
}

fn first_look(stage: &mut Stage, mailing: &str) -> Result<()> {
    let asked = |stage: &Stage| -> Result<usize> {
        let requests = stage.look("requests?on=GET%20/mailing-interaction/*")?;
        Ok(requests.as_array().map_or(0, Vec::len))
    };
    let before = asked(stage)?;
    let sent = stage.since_start(59);
    if stage.now_ms() < sent.as_millisecond() {
        stage.turn_to(sent)?;
    }
    stage.tick()?;
    ensure!(
        asked(stage)? == before,
        "feedback was read before an hour had passed"
    );
    stage.pass(1.minute())?;
    heading(&format!(
        "3  {}: the hourly look, and the mailings since the last one",
        stage.time()
    ));
    say("at 59 minutes: no request for feedback; at 60:");
    let requests = stage.spotler.request_count()?;
    stage.type_in(&["tick"])?;
    stage.work()?;
    ensure!(
        asked(stage)? > before,
        "feedback was not read after an hour"
    );
    for request in stage
        .spotler
        .requests_since(requests)?
        .iter()
        .filter(|it| it.contains("/mailing"))
    {
        say(&format!("  {request}"));
    }
    stage.type_in(&["report", "mailings"])?;
    let mailings = list(&stage.crm.ask(&["report", "mailings"])?, "mailings")?;
    let told: Vec<(&str, &str, &Value)> = mailings
        .iter()
        .map(|it| (text(it, "name"), text(it, "medium"), &it["sent"]))
        .collect();
    ensure!(
        told == [
            ("Herinnering", "sms", &json!(PEOPLE)),
            ("Nieuws", "email", &json!(PEOPLE))
        ],
        "these mailings are listed: {told:?}"
    );
    let first = &mailings[1];
    ensure!(
        first["id"] == mailing
            && first["online_version"].is_string()
            && first["sent_at"] == stage.since_start(0).as_millisecond(),
        "a fact of the mailing is missing: {first}"
    );
    stage.type_in(&["report", "details", mailing])?;
    let details = stage.crm.ask(&["report", "details", mailing])?;
    let links: Vec<&str> = list(&details, "links")?
        .iter()
        .map(|it| it["url"].as_str().unwrap_or_default())
        .map(|it| match it {
            "https://voorbeeld.example/winkel" => "winkel",
            "https://voorbeeld.example/aanbod" => "aanbod",
            "https://voorbeeld.example/lezen" => "lezen",
            _ => "?",
        })
        .collect();
    ensure!(
        links == ["winkel", "aanbod", "lezen"]
            && details["message"]["subject"] == "Nieuws"
            && details["sender"] == "Spotler"
            && details["target_group"] == "Alle contacten",
        "the details are others: {details}"
    );
    Ok(())
}

fn statistics(stage: &Stage, mailing: &str) -> Result<()> {
    heading("4  The fourteen figures of the mailing, as they are now");
    stage.type_in(&["report", "statistics", mailing, "--live"])?;
    let answer = stage
        .crm
        .ask(&["report", "statistics", mailing, "--live"])?;
    let expected = json!({
        "sent": 20, "accepted": 17, "opened": 3, "rendered": 2, "clicked": 2, "hard-bounced": 1, "soft-bounced": 2,
        "not-retained": 1, "conversion-clicked": 1, "unsubscribed": 2, "to-webshop": 1, "carts-created": 1,
        "carts-converted": 1, "revenue": "19.95",
    });
    let now = &answer["snapshots"][0]["statistics"];
    ensure!(*now == expected, "they should be {expected}, not {now}");
    say(
        "as expected: counted from what people did, all fourteen are the same, and the money is exact",
    );
    Ok(())
}

/// The records of the rows of a report, sorted.
fn records(stage: &Stage, arguments: &[&str]) -> Result<Vec<String>> {
    let rows = list(
        &stage.crm.ask(&[&["report"], arguments].concat())?,
        "interactions",
    )?;
    let mut who: Vec<String> = rows
        .iter()
        .map(|it| text(it, "record").trim_start_matches("contact/").to_owned())
        .collect();
    who.sort();
    Ok(who)
}

fn who(stage: &Stage, mailing: &str) -> Result<()> {
    heading("5  Who got it, opened it, clicked what and bounced");
    let all = records(stage, &["recipients", mailing])?;
    let expected: BTreeSet<String> = (1..=PEOPLE).map(|it| format!("P-{it}")).collect();
    ensure!(
        all.len() as u64 == PEOPLE && all.into_iter().collect::<BTreeSet<_>>() == expected,
        "not all recipients are told"
    );
    say("recipients: all twenty");
    for (question, expected) in [
        (&["opens", mailing][..], &["P-1", "P-1", "P-3"][..]),
        (&["clicks", mailing], &["P-2", "P-3"]),
        (&["bounces", mailing], &["P-4", "P-5", "P-6"]),
        (&["opens", mailing, "--contact", "P-1"], &["P-1", "P-1"]),
        (&["clicks", mailing, "--contact", "P-3"], &["P-3"]),
        (&["clicks", mailing, "--contact", "P-1"], &[]),
    ] {
        let found = records(stage, question)?;
        ensure!(
            found == expected,
            "`report {}` tells {found:?}",
            question.join(" ")
        );
        stage.type_in(&[&["report"], question].concat())?;
    }
    let clicks = list(
        &stage
            .crm
            .ask(&["report", "clicks", mailing, "--contact", "P-3"])?,
        "interactions",
    )?;
    ensure!(
        clicks[0]["link"]["name"] == "aanbod"
            && clicks[0]["link"]["type"] == "conversion"
            && clicks[0]["at"].is_u64(),
        "the click has another link or no moment: {clicks:?}"
    );
    let bounces = list(
        &stage.crm.ask(&["report", "bounces", mailing])?,
        "interactions",
    )?;
    let mut kinds: Vec<(&str, &str)> = bounces
        .iter()
        .map(|it| (text(it, "record"), text(it, "bounce")))
        .collect();
    kinds.sort_unstable();
    ensure!(
        kinds
            == [
                ("contact/P-4", "hard"),
                ("contact/P-5", "soft"),
                ("contact/P-6", "soft")
            ],
        "they bounced otherwise: {kinds:?}"
    );
    Ok(())
}

fn participations(stage: &Stage, campaign: &str) -> Result<()> {
    heading("6  Campaigns, their steps, and each participation apart");
    stage.type_in(&["report", "campaigns"])?;
    let campaigns = list(&stage.crm.ask(&["report", "campaigns"])?, "campaigns")?;
    ensure!(
        campaigns
            .iter()
            .any(|it| it["id"] == campaign && it["active"] == true),
        "it is not listed: {campaigns:?}"
    );
    stage.type_in(&["report", "campaigns", campaign])?;
    let steps = list(&stage.crm.ask(&["report", "campaigns", campaign])?, "steps")?;
    let told: Vec<(&str, bool, usize)> = steps
        .iter()
        .map(|it| {
            (
                text(it, "medium"),
                it["details"]["message"]["subject"].is_string(),
                it["details"]["links"].as_array().map_or(0, Vec::len),
            )
        })
        .collect();
    ensure!(
        told == [("email", true, 3), ("sms", false, 0)],
        "the steps are others: {told:?}"
    );
    let message = text(&steps[0], "message");
    stage.type_in(&["report", "recipients", message])?;
    let sent = list(
        &stage.crm.ask(&["report", "recipients", message])?,
        "interactions",
    )?;
    let mut rows: Vec<(u64, &str)> = sent
        .iter()
        .map(|it| {
            (
                it["at"].as_u64().unwrap_or_default(),
                text(it, "participation"),
            )
        })
        .collect();
    rows.sort_unstable();
    let [(_, first), (_, second)] = rows.as_slice() else {
        anyhow::bail!("P-1 took part twice: {sent:?}");
    };
    ensure!(first != second, "the two participations are one");
    for (question, participation, count) in [
        ("opens", first, 1),
        ("opens", second, 0),
        ("clicks", first, 0),
        ("clicks", second, 1),
    ] {
        let rows = records(
            stage,
            &[question, message, "--participation", participation],
        )?;
        ensure!(
            rows.len() == count,
            "{question} of one participation: {rows:?}"
        );
    }
    say("opened in the first participation only, clicked in the second only");
    Ok(())
}

fn text_messages(stage: &Stage) -> Result<()> {
    heading("7  A text message is neither opened nor not opened");
    let mailings = list(&stage.crm.ask(&["report", "mailings"])?, "mailings")?;
    let sms = mailings
        .iter()
        .find(|it| it["medium"] == "sms")
        .context("the text message is not listed")?;
    let id = text(sms, "id");
    for question in ["opens", "clicks"] {
        let refused = stage.crm.read(&["report", question, id]);
        let Err(why) = refused else {
            anyhow::bail!("{question} of a text message are told");
        };
        say(&format!(
            "report {question}: {}",
            why.to_string().lines().last().unwrap_or_default()
        ));
    }
    ensure!(
        records(stage, &["recipients", id])?.len() as u64 == PEOPLE,
        "not all got the text message"
    );
    let lines = timeline(stage, "P-10")?;
    let line = lines
        .iter()
        .find(|it| it["title"] == "Herinnering")
        .context("it is not in the timeline")?;
    ensure!(
        line["kind"] == "phone"
            && line["facts"]["opened"] == "not-applicable"
            && line["facts"]["clicked"] == "not-applicable",
        "the timeline says otherwise: {line}"
    );
    say(
        "in the timeline it is a phone activity, as this profile has no other; opened and clicked do not apply",
    );
    Ok(())
}

fn answers(stage: &Stage, form: &str) -> Result<()> {
    heading("8  Forms, and what people answered");
    stage.type_in(&["report", "forms"])?;
    stage.type_in(&["report", "answers", form])?;
    stage.type_in(&["report", "answers", form, "--total"])?;
    let totals = list(
        &stage.crm.ask(&["report", "answers", form, "--total"])?,
        "totals",
    )?;
    let count = |question: &str, answer: &str| {
        let found = totals
            .iter()
            .find(|it| it["text"] == question && it["answer"] == answer);
        found
            .and_then(|it| it["count"].as_u64())
            .unwrap_or_default()
    };
    ensure!(
        [
            count("Cijfer", "9"),
            count("Cijfer", "7"),
            count("Cijfer", "2"),
            count("Waarom?", "goed")
        ] == [2, 1, 1, 2],
        "the totals are others: {totals:?}"
    );
    let filled_in = list(
        &stage.crm.ask(&["card", "P-1", "--history", "forms"])?,
        "forms",
    )?;
    let completed: Vec<&Value> = filled_in.iter().map(|it| &it["completed"]).collect();
    ensure!(
        completed.len() == 2
            && completed.contains(&&json!(true))
            && completed.contains(&&json!(false)),
        "P-1 filled it in once wholly and once in part: {filled_in:?}"
    );
    stage.type_in(&["card", "P-1", "--history", "forms"])?;
    let half = filled_in
        .iter()
        .find(|it| it["completed"] == false)
        .context("there is no half one")?;
    let one = stage
        .crm
        .ask(&["report", "answers", form, "--result", text(half, "result")])?;
    ensure!(
        one["results"][0]["answers"][0]["answers"] == json!(["7"]),
        "that result has other answers: {one}"
    );
    Ok(())
}

fn card(stage: &Stage) -> Result<()> {
    heading("9  The card of one contact");
    stage.type_in(&["card", "P-1", "--live"])?;
    let live = stage.crm.ask(&["card", "P-1", "--live"])?;
    ensure!(live["state"] == "synchronised", "P-1 is in step: {live}");
    let gone = stage.crm.ask(&["card", "P-7", "--live"])?;
    ensure!(gone["state"] == "inactive", "P-7 unsubscribed: {gone}");
    stage.type_in(&["card", "P-1", "--history", "mailings"])?;
    let mailings = list(
        &stage.crm.ask(&["card", "P-1", "--history", "mailings"])?,
        "messages",
    )?;
    let told: BTreeSet<(&str, &str, &str)> = mailings
        .iter()
        .map(|it| (text(it, "name"), text(it, "opened"), text(it, "clicked")))
        .collect();
    let expected = BTreeSet::from([
        ("Nieuws", "yes", "no"),
        ("Herinnering", "not-applicable", "not-applicable"),
    ]);
    ensure!(told == expected, "the history says {told:?}");
    stage.type_in(&["card", "P-1", "--history", "journeys"])?;
    let journeys = list(
        &stage.crm.ask(&["card", "P-1", "--history", "journeys"])?,
        "messages",
    )?;
    ensure!(
        journeys.len() == 4,
        "two e-mails and two text messages of the campaign: {journeys:?}"
    );
    stage.type_in(&["card", "P-3", "--history", "timeline"])?;
    let lines = timeline(stage, "P-3")?;
    let line = lines
        .iter()
        .find(|it| it["title"] == "Nieuws")
        .context("it is not in the timeline")?;
    ensure!(
        line["facts"]["source"] == "spotler"
            && line["facts"]["opened"] == "yes"
            && line["facts"]["clicked-link-2"] == "aanbod",
        "the timeline says otherwise: {line}"
    );
    Ok(())
}

fn follow_up(stage: &Stage) -> Result<()> {
    heading(
        "10  What follows: a task for the owner, once; and a field that is mapped is filled in",
    );
    stage.type_in(&["tasks"])?;
    let tasks = list(&stage.crm.ask(&["tasks"])?, "tasks")?;
    let mut follow: Vec<(&str, &str)> = tasks
        .iter()
        .filter(|it| it["code"] == "task-follow-up")
        .map(|it| (text(it, "target"), text(it, "owner")))
        .collect();
    follow.sort_unstable();
    ensure!(
        follow == [("contact/P-3", "wouter"), ("contact/P-9", "wouter")],
        "P-3 followed the offer and P-9 gave a 2: {follow:?}"
    );
    let opened = stage.crm.ask(&["contact", "show", "P-1"])?;
    ensure!(
        opened["fields"]["last_open"].is_u64() || opened["fields"]["last_open"].is_string(),
        "P-1 has no moment of opening: {opened}"
    );
    let other = stage.crm.ask(&["contact", "show", "P-10"])?;
    ensure!(
        other["fields"]["last_open"].is_null(),
        "P-10 opened nothing: {other}"
    );
    say(&format!(
        "the field “Last opened” of P-1: {}",
        opened["fields"]["last_open"]
    ));
    Ok(())
}

fn until_settled(stage: &mut Stage, mailing: &str) -> Result<()> {
    heading("11  The figures are kept six times, until they settle");
    let asked = |stage: &Stage| -> Result<usize> {
        let requests = stage.look(&format!("requests?on=GET%20/mailing/{mailing}/statistics"))?;
        Ok(requests.as_array().map_or(0, Vec::len))
    };
    let before = asked(stage)?;
    mail::does(stage, "P-10", mailing, json!({"action": "open"}))?;
    for days in [1, 3, 7, 14, 28] {
        let moment = stage.since_start(days * 24 * 60 + 5);
        stage.turn_to(moment)?;
        stage.tick()?;
        stage.pass(2.hours())?;
        stage.tick()?;
    }
    ensure!(
        asked(stage)? == before + 5,
        "the figures were asked for {} times",
        asked(stage)? - before + 1
    );
    for _ in 0..3 {
        stage.pass(72.hours())?;
        stage.tick()?;
    }
    ensure!(
        asked(stage)? == before + 5,
        "the figures were asked for after they had settled"
    );
    stage.type_in(&["report", "statistics", mailing])?;
    let kept = list(
        &stage.crm.ask(&["report", "statistics", mailing])?,
        "snapshots",
    )?;
    let opened: Vec<u64> = kept
        .iter()
        .filter_map(|it| it["statistics"]["opened"].as_u64())
        .collect();
    ensure!(opened == [3, 4, 4, 4, 4, 4], "six times: {opened:?}");
    say("after an hour, 1, 3, 7, 14 and 28 days; then no request more");
    Ok(())
}

fn five_days_off(stage: &mut Stage) -> Result<()> {
    heading("12  The CRM is off for five days, and then catches up once");
    let mailing = mail::send_as(stage, ("EMAIL", "Intussen"), &json!("all_contacts"), None)?;
    let acts = [
        ("opened", "yes", json!({"action": "open"})),
        ("clicked", "yes", json!({"action": "click", "link": 1})),
        ("bounced", "hard", json!({"action": "bounce", "hard": true})),
        ("source", "spotler", json!({"action": "unsubscribe"})),
    ];
    for number in 11..=PEOPLE {
        stage.pass(12.hours())?;
        let (_, _, act) = &acts[(number % 4) as usize];
        mail::does(stage, &format!("P-{number}"), &mailing, act.clone())?;
    }
    say(&format!(
        "{}: ten people did something meanwhile; the CRM is started again",
        stage.time()
    ));
    stage.type_in(&["tick"])?;
    stage.work()?;
    let told = |stage: &Stage| -> Result<Vec<Vec<Value>>> {
        (1..=PEOPLE)
            .map(|it| timeline(stage, &format!("P-{it}")))
            .collect()
    };
    let after = told(stage)?;
    for number in 11..=PEOPLE {
        let (fact, value, _) = &acts[(number % 4) as usize];
        let lines = &after[(number - 1) as usize];
        let of_it: Vec<&Value> = lines
            .iter()
            .filter(|it| it["title"] == "Intussen")
            .collect();
        ensure!(
            of_it.len() == 1 && of_it[0]["facts"][fact] == *value,
            "P-{number} should be {fact}={value}, once: {of_it:?}"
        );
        if number % 4 >= 2 {
            let block = stage.crm.ask(&["card", &format!("P-{number}")])?;
            ensure!(
                block["state"] == "inactive",
                "P-{number} is not mailed any more: {block}"
            );
        }
    }
    stage.pass(1.hour())?;
    stage.tick()?;
    ensure!(told(stage)? == after, "another look made something double");
    say("every open, click, bounce and opt-out is in the CRM once; another look changes nothing");
    let mailings = list(&stage.crm.ask(&["report", "mailings"])?, "mailings")?;
    let names: Vec<&str> = mailings.iter().map(|it| text(it, "name")).collect();
    ensure!(
        names == ["Intussen", "Herinnering", "Nieuws"],
        "these mailings are listed: {names:?}"
    );
    stage.type_in(&["card", "P-12", "--history", "timeline"])?;
    Ok(())
}

fn timeline(stage: &Stage, contact: &str) -> Result<Vec<Value>> {
    list(
        &stage.crm.ask(&["card", contact, "--history", "timeline"])?,
        "timeline",
    )
}
