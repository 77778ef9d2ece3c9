//! Results: mailings and their figures, who did what, journeys, text messages, forms, the card of one contact, and what
//! a CRM that was off finds when it is back.

mod figures;
mod people;

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
    figures::first_look(stage, &mailing)?;
    figures::statistics(stage, &mailing)?;
    figures::who(stage, &mailing)?;
    figures::participations(stage, &welcome)?;
    figures::text_messages(stage)?;
    people::answers(stage, &form)?;
    people::card(stage)?;
    people::follow_up(stage)?;
    people::until_settled(stage, &mailing)?;
    people::five_days_off(stage)
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
    stage.ask("field add last_open --label 'Last opened' --type date-time")?;
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
    stage.ask(&format!("contact import '{}'", file.to_string_lossy()))?;
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
    stage.ask("journey refresh")?;
    stage.work()?;
    let journeys = list(&stage.ask("journey list")?, "journeys")?;
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
        stage.ask(&format!("journey start {code} P-1"))?;
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

fn timeline(stage: &Stage, contact: &str) -> Result<Vec<Value>> {
    list(
        &stage.ask(&format!("card {contact} --history timeline"))?,
        "timeline",
    )
}
