//! What is known of one person, what follows from it, and what comes in later.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use jiff::ToSpan;
use serde_json::{Value, json};

use super::super::super::screen::{heading, say};
use super::super::mail;
use super::super::stage::{Stage, list, text};
use super::{PEOPLE, timeline};

pub(super) fn answers(stage: &Stage, form: &str) -> Result<()> {
    heading("8  Forms, and what people answered");
    stage.type_in("report forms")?;
    stage.type_in(&format!("report answers {form}"))?;
    stage.type_in(&format!("report answers {form} --total"))?;
    let totals = list(
        &stage.ask(&format!("report answers {form} --total"))?,
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
    let filled_in = list(&stage.ask("card P-1 --history forms")?, "forms")?;
    let completed: Vec<&Value> = filled_in.iter().map(|it| &it["completed"]).collect();
    ensure!(
        completed.len() == 2
            && completed.contains(&&json!(true))
            && completed.contains(&&json!(false)),
        "P-1 filled it in once wholly and once in part: {filled_in:?}"
    );
    stage.type_in("card P-1 --history forms")?;
    let half = filled_in
        .iter()
        .find(|it| it["completed"] == false)
        .context("there is no half one")?;
    let one = stage.ask(&format!(
        "report answers {form} --result {}",
        text(half, "result")
    ))?;
    ensure!(
        one["results"][0]["answers"][0]["answers"] == json!(["7"]),
        "that result has other answers: {one}"
    );
    Ok(())
}

pub(super) fn card(stage: &Stage) -> Result<()> {
    heading("9  The card of one contact");
    stage.type_in("card P-1 --live")?;
    let live = stage.ask("card P-1 --live")?;
    ensure!(live["state"] == "synchronised", "P-1 is in step: {live}");
    let gone = stage.ask("card P-7 --live")?;
    ensure!(gone["state"] == "inactive", "P-7 unsubscribed: {gone}");
    stage.type_in("card P-1 --history mailings")?;
    let mailings = list(&stage.ask("card P-1 --history mailings")?, "messages")?;
    let told: BTreeSet<(&str, &str, &str)> = mailings
        .iter()
        .map(|it| (text(it, "name"), text(it, "opened"), text(it, "clicked")))
        .collect();
    let expected = BTreeSet::from([
        ("Nieuws", "yes", "no"),
        ("Herinnering", "not-applicable", "not-applicable"),
    ]);
    ensure!(told == expected, "the history says {told:?}");
    stage.type_in("card P-1 --history journeys")?;
    let journeys = list(&stage.ask("card P-1 --history journeys")?, "messages")?;
    ensure!(
        journeys.len() == 4,
        "two e-mails and two text messages of the campaign: {journeys:?}"
    );
    stage.type_in("card P-3 --history timeline")?;
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

pub(super) fn follow_up(stage: &Stage) -> Result<()> {
    heading(
        "10  What follows: a task for the owner, once; and a field that is mapped is filled in",
    );
    stage.type_in("tasks")?;
    let tasks = list(&stage.ask("tasks")?, "tasks")?;
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
    let opened = stage.ask("contact show P-1")?;
    ensure!(
        opened["fields"]["last_open"].is_u64() || opened["fields"]["last_open"].is_string(),
        "P-1 has no moment of opening: {opened}"
    );
    let other = stage.ask("contact show P-10")?;
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

pub(super) fn until_settled(stage: &mut Stage, mailing: &str) -> Result<()> {
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
    stage.type_in(&format!("report statistics {mailing}"))?;
    let kept = list(
        &stage.ask(&format!("report statistics {mailing}"))?,
        "snapshots",
    )?;
    let opened: Vec<u64> = kept
        .iter()
        .filter_map(|it| it["statistics"]["opened"].as_u64())
        .collect();
    ensure!(opened == [3, 4, 4, 4, 4, 4], "six times: {opened:?}");
    say("after an hour, 1, 3, 7, 14 and 28 days; then no request more");
    let lines = timeline(stage, "P-10")?;
    let of_it: Vec<&Value> = lines.iter().filter(|it| it["title"] == "Nieuws").collect();
    ensure!(
        of_it.len() == 1 && of_it[0]["facts"]["opened"] == "yes",
        "P-10 opened it a day later, and has one line of it: {of_it:?}"
    );
    say("P-10 opened it after the first look: the same line in the timeline says so now");
    Ok(())
}

pub(super) fn five_days_off(stage: &mut Stage) -> Result<()> {
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
    stage.type_in("tick")?;
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
            let block = stage.ask(&format!("card P-{number}"))?;
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
    let mailings = list(&stage.ask("report mailings")?, "mailings")?;
    let names: Vec<&str> = mailings.iter().map(|it| text(it, "name")).collect();
    ensure!(
        names == ["Intussen", "Herinnering", "Nieuws"],
        "these mailings are listed: {names:?}"
    );
    stage.type_in("card P-12 --history timeline")?;
    Ok(())
}
