//! Journeys: the four examples, what a message gets, stopping, at most once, and each refusal in words.

mod by_hand;
mod examples;

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::super::screen::{heading, say};
use super::mail;
use super::stage::{Stage, list, text};

/// The contact of most of the story.
const ANNA: &str = "K-1";
/// Somebody else, for two at a time.
const BO: &str = "K-2";

/// The trigger codes that Spotler made.
#[derive(Debug)]
struct Codes {
    confirmation: String,
    cart: String,
    review: String,
    life_cycle: String,
}

/// Tells the story.
pub(crate) fn tell(stage: &mut Stage, folder: &Path) -> Result<()> {
    let codes = listed(stage)?;
    examples::sign_up(stage, &codes)?;
    examples::lint(stage, &codes, folder)?;
    examples::cart(stage)?;
    examples::review(stage, &codes)?;
    examples::life_cycle(stage, &codes)?;
    by_hand::by_hand(stage, &codes)?;
    by_hand::at_most_once(stage, &codes)?;
    by_hand::refusals(stage)
}

/// A message as a step of a journey.
fn email(subject: &str, body: &str) -> Value {
    let mut message = mail::message(subject);
    message["body"] = body.into();
    json!({"send_email": message})
}

/// Makes a journey in Spotler's screens; answers the code of its external trigger.
fn make(stage: &Stage, draft: &Value) -> Result<String> {
    let mut action = draft.clone();
    action["action"] = "make".into();
    let id = stage.in_spotler("journeys", &action)?["id"].clone();
    let journeys = list(&stage.look("journeys")?, "journeys")?;
    let made = journeys
        .iter()
        .find(|it| it["id"] == id)
        .context("Spotler did not make the journey")?;
    Ok(text(&made["triggers"][0], "code").to_owned())
}

fn listed(stage: &Stage) -> Result<Codes> {
    heading("1  Four journeys in Spotler, each with an external trigger, are listed in the CRM");
    stage.connect("default")?;
    for (id, name) in [(ANNA, "Anna"), (BO, "Bo")] {
        let (first, email) = (
            format!("first_name={name}"),
            format!("email={}@relaties.example", name.to_lowercase()),
        );
        stage.ask(&format!(
            "contact add --id {id} --gate --set {first} --set 'last_name=de Boer' --set {email}"
        ))?;
        stage.ask(&format!("contact permission {id} 1 given --evidence form"))?;
    }
    stage.work()?;
    let later = |days: i64| days * 86_400;
    let cart =
        "[automationfield:productlist] [automationfield:linktocart] [automationfield:voucher]";
    let codes = Codes {
        confirmation: make(
            stage,
            &json!({
                "kind": "automation", "name": "Bevestiging nieuwsbrief", "steps": [{"do": email("Welkom", "Fijn!")}],
            }),
        )?,
        cart: make(
            stage,
            &json!({
                "kind": "automation", "name": "Verlaten winkelwagen", "steps": [{"do": email("Vergeten?", cart)}],
            }),
        )?,
        review: make(
            stage,
            &json!({
                "kind": "automation", "name": "Productreview",
                "steps": [{"delay_s": later(14), "do": email("Wat vindt u ervan?", "[automationfield:productlist]")}],
            }),
        )?,
        life_cycle: make(
            stage,
            &json!({
                "kind": "campaign", "name": "Levenscyclus klant", "repeatable": true,
                "steps": [
                    {"do": email("Welkom als klant", "1")},
                    {"delay_s": later(30), "do": email("Al een maand klant", "2")},
                    {"delay_s": later(30), "do": email("Twee maanden klant", "3")},
                ],
            }),
        )?,
    };
    stage.type_in("journey refresh")?;
    stage.work()?;
    stage.type_in("journey list")?;
    let journeys = list(&stage.ask("journey list")?, "journeys")?;
    for code in [
        &codes.confirmation,
        &codes.cart,
        &codes.review,
        &codes.life_cycle,
    ] {
        let has = |it: &Value| it["active"] == true && it["triggers"][0]["code"] == code.as_str();
        ensure!(
            journeys.iter().any(has),
            "the journey with the trigger {code} is not listed"
        );
    }
    Ok(codes)
}

/// The last call of a hook.
fn last(stage: &Stage, hook: &str) -> Result<Value> {
    let history = list(&stage.ask("history --limit 20")?, "history")?;
    let last = history.into_iter().find(|it| it["hook"] == hook);
    last.with_context(|| format!("nothing was called for {hook}"))
}

/// Fails unless the last call of a hook ended for a reason; shows it as a person reads it.
fn expect(stage: &Stage, hook: &str, reason: &str) -> Result<()> {
    let last = last(stage, hook)?;
    ensure!(
        last["reason"] == reason,
        "it should have ended as {reason}: {last}"
    );
    let next = last["next_step"]
        .as_str()
        .map(|it| format!(" {it}"))
        .unwrap_or_default();
    say(&format!(
        "{}: {}{next}",
        text(&last, "outcome"),
        text(&last, "text")
    ));
    Ok(())
}

fn standing(stage: &Stage, contact: &str, code: &str) -> Result<Value> {
    let journeys = list(&stage.ask(&format!("journey show {contact}"))?, "journeys")?;
    let here = journeys.into_iter().find(|it| it["trigger"] == code);
    here.with_context(|| format!("{contact} shows no journey with the trigger {code}"))
}

fn expect_standing(stage: &Stage, contact: &str, code: &str, expected: &str) -> Result<()> {
    let here = standing(stage, contact, code)?;
    ensure!(
        here["standing"] == expected,
        "it should be {expected}: {here}"
    );
    say(&format!(
        "{contact} in “{}”: {expected}",
        text(&here, "name")
    ));
    Ok(())
}

/// Fails unless exactly these messages went out so far, by their text.
fn expect_sends(stage: &Stage, expected: &[&str]) -> Result<()> {
    let sends = mail::sends(stage)?;
    let sent: Vec<&str> = sends.iter().map(|it| text(it, "body")).collect();
    ensure!(sent == expected, "these messages were sent: {sent:?}");
    if let Some(last) = sends.last() {
        say(&format!(
            "the last message that Spotler sent: {} – {}",
            text(last, "subject"),
            text(last, "body")
        ));
    }
    Ok(())
}
