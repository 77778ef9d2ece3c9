//! Mailings with their figures, who did what, participations and text messages.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use jiff::ToSpan;
use serde_json::{Value, json};

use super::super::super::screen::{heading, say};
use super::super::stage::{Stage, list, text};
use super::{PEOPLE, timeline};

pub(super) fn first_look(stage: &mut Stage, mailing: &str) -> Result<()> {
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
    stage.type_in("tick")?;
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
    stage.type_in("report mailings")?;
    let mailings = list(&stage.ask("report mailings")?, "mailings")?;
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
    stage.type_in(&format!("report details {mailing}"))?;
    let details = stage.ask(&format!("report details {mailing}"))?;
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

pub(super) fn statistics(stage: &Stage, mailing: &str) -> Result<()> {
    heading("4  The fourteen figures of the mailing, as they are now");
    stage.type_in(&format!("report statistics {mailing} --live"))?;
    let answer = stage.ask(&format!("report statistics {mailing} --live"))?;
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
pub(super) fn records(stage: &Stage, question: &str) -> Result<Vec<String>> {
    let rows = list(&stage.ask(&format!("report {question}"))?, "interactions")?;
    let mut who: Vec<String> = rows
        .iter()
        .map(|it| text(it, "record").trim_start_matches("contact/").to_owned())
        .collect();
    who.sort();
    Ok(who)
}

pub(super) fn who(stage: &Stage, mailing: &str) -> Result<()> {
    heading("5  Who got it, opened it, clicked what and bounced");
    let all = records(stage, &format!("recipients {mailing}"))?;
    let expected: BTreeSet<String> = (1..=PEOPLE).map(|it| format!("P-{it}")).collect();
    ensure!(
        all.len() as u64 == PEOPLE && all.into_iter().collect::<BTreeSet<_>>() == expected,
        "not all recipients are told"
    );
    say("recipients: all twenty");
    let of = |kind: &str, whose: &str| format!("{kind} {mailing}{whose}");
    for (question, expected) in [
        (of("opens", ""), &["P-1", "P-1", "P-3"][..]),
        (of("clicks", ""), &["P-2", "P-3"]),
        (of("bounces", ""), &["P-4", "P-5", "P-6"]),
        (of("opens", " --contact P-1"), &["P-1", "P-1"]),
        (of("clicks", " --contact P-3"), &["P-3"]),
        (of("clicks", " --contact P-1"), &[]),
    ] {
        let found = records(stage, &question)?;
        ensure!(found == expected, "`report {question}` tells {found:?}");
        stage.type_in(&format!("report {question}"))?;
    }
    let clicks = list(
        &stage.ask(&format!("report clicks {mailing} --contact P-3"))?,
        "interactions",
    )?;
    ensure!(
        clicks[0]["link"]["name"] == "aanbod"
            && clicks[0]["link"]["type"] == "conversion"
            && clicks[0]["at"].is_u64(),
        "the click has another link or no moment: {clicks:?}"
    );
    let bounces = list(
        &stage.ask(&format!("report bounces {mailing}"))?,
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

pub(super) fn participations(stage: &Stage, campaign: &str) -> Result<()> {
    heading("6  Campaigns, their steps, and each participation apart");
    stage.type_in("report campaigns")?;
    let campaigns = list(&stage.ask("report campaigns")?, "campaigns")?;
    ensure!(
        campaigns
            .iter()
            .any(|it| it["id"] == campaign && it["active"] == true),
        "it is not listed: {campaigns:?}"
    );
    stage.type_in(&format!("report campaigns {campaign}"))?;
    let steps = list(
        &stage.ask(&format!("report campaigns {campaign}"))?,
        "steps",
    )?;
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
    stage.type_in(&format!("report recipients {message}"))?;
    let sent = list(
        &stage.ask(&format!("report recipients {message}"))?,
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
    for question in ["opens", "clicks"] {
        let all = records(stage, &format!("{question} {message}"))?;
        ensure!(all == ["P-1"], "{question} of the step: {all:?}");
    }
    for (question, participation, count) in [
        ("opens", first, 1),
        ("opens", second, 0),
        ("clicks", first, 0),
        ("clicks", second, 1),
    ] {
        let question = format!("{question} {message} --participation {participation}");
        let rows = records(stage, &question)?;
        ensure!(rows.len() == count, "`report {question}` tells {rows:?}");
    }
    say("opened in the first participation only, clicked in the second only");
    Ok(())
}

pub(super) fn text_messages(stage: &Stage) -> Result<()> {
    heading("7  A text message is neither opened nor not opened");
    let mailings = list(&stage.ask("report mailings")?, "mailings")?;
    let sms = mailings
        .iter()
        .find(|it| it["medium"] == "sms")
        .context("the text message is not listed")?;
    let id = text(sms, "id");
    for question in ["opens", "clicks"] {
        let refused = stage.answer(&format!("report {question} {id}"));
        let Err(why) = refused else {
            anyhow::bail!("{question} of a text message are told");
        };
        say(&format!(
            "report {question}: {}",
            why.to_string().lines().last().unwrap_or_default()
        ));
    }
    ensure!(
        records(stage, &format!("recipients {id}"))?.len() as u64 == PEOPLE,
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
