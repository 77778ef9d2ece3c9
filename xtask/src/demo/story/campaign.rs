//! A campaign of 2,501 relations: planned, exported in the evening, mailed from Spotler, and its results.

mod export;
mod results;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::super::screen::{heading, say};
use super::mail;
use super::stage::{Stage, text};

/// One more than run at once.
const LARGE: u64 = 2_501;
/// The list's name, in the CRM and in Spotler.
const LIST: &str = "Voorjaar 2026 – crème brûlée";
/// Who is to be left out of the export, and why.
const LEFT_OUT: [(&str, &str); 4] = [
    ("contact/P-0010", "opted-out-in-crm"),
    ("contact/P-0020", "lacks-permission"),
    ("contact/P-0030", "no-email-address"),
    ("contact/P-0050", "inactive-in-spotler"),
];
/// Whom the webshop added to Spotler before there was a connection.
const KNOWN: &str = "P-0060";

/// Who is in Spotler from the start: one customer of the webshop, and one more who opts out.
pub(crate) fn seed() -> Vec<Value> {
    let person = |id: &str, email: &str| json!({"external_id": id, "properties": {"email": email}, "permissions": [1]});
    vec![
        person("webshop-1", &address(60)),
        person("webshop-2", &address(50)),
    ]
}

/// Tells the story.
pub(crate) fn tell(stage: &mut Stage, folder: &Path) -> Result<()> {
    relations(stage, folder)?;
    plan(stage)?;
    waits_for_the_evening(stage)?;
    small_ones_do_not_wait(stage)?;
    export::evening(stage)?;
    export::who_was_exported(stage)?;
    export::told_once(stage)?;
    export::a_name_is_used_once(stage)?;
    let mailing = results::mailing(stage)?;
    let expected = results::people_answer(stage, &mailing)?;
    results::results(stage, &mailing, &expected)?;
    results::feedback(stage)?;
    results::renamed(stage, &mailing)
}

fn address(number: u64) -> String {
    format!("p{number}@relaties.example")
}

fn relations(stage: &Stage, folder: &Path) -> Result<()> {
    heading("1  2,501 relations, none of them in Spotler through this CRM");
    stage.connect("perfectview")?;
    stage.in_spotler("", &json!({"action": "opt_out", "who": address(50)}))?;
    let mut rows =
        "id,kind,first_name,last_name,email,city,spotler,active,bulk_email,permissions\n"
            .to_owned();
    for number in 1..=LARGE {
        let city = match number {
            2_470..=2_479 => "Utrecht",
            2_480..=2_491 => "Zeist",
            _ => "Amersfoort",
        };
        let email = if number == 30 {
            String::new()
        } else {
            address(number)
        };
        let mail = if number == 10 {
            "do-not-allow"
        } else {
            "allow"
        };
        let said = if number == 20 {
            "-Maandelijkse nieuwsbrief"
        } else {
            "Maandelijkse nieuwsbrief"
        };
        writeln!(
            rows,
            "P-{number:04},contact,Relatie,Nummer {number},{email},{city},no,yes,{mail},{said}"
        )?;
    }
    let file = folder.join("relations.csv");
    fs::write(&file, rows).context("could not write the relations")?;
    let report = stage.ask(&format!("contact import '{}'", file.to_string_lossy()))?;
    ensure!(
        report["created"] == LARGE,
        "not all relations were imported: {report}"
    );
    let before = stage.spotler.request_count()?;
    stage.work()?;
    ensure!(
        stage.spotler.request_count()? == before,
        "the import made requests to Spotler"
    );
    say("2,501 imported without the attribute “Spotler”: 0 requests");
    say("in Spotler: two customers of the webshop, of whom one opted out there");
    Ok(())
}

fn plan(stage: &Stage) -> Result<()> {
    heading("2  The wizard: send via an external system, Spotler, and a name for the list");
    stage.type_in(&format!(
        "campaign new voorjaar --title Voorjaar --select all --list '{LIST}' --permission 1"
    ))?;
    let unnamed = "campaign new naamloos --title Naamloos --select all";
    ensure!(
        stage.answer(unnamed).is_err(),
        "a list without a name is taken in"
    );
    let said = stage.type_in("campaign plan voorjaar")?;
    let plan = stage.ask("campaign plan voorjaar")?;
    ensure!(
        plan["selected"] == LARGE,
        "the plan does not select all: {plan}"
    );
    let at_seven = stage.next_hour(19)?.as_millisecond();
    ensure!(
        plan["starts_at"] == at_seven,
        "the plan should wait until seven in the evening: {plan}"
    );
    ensure!(
        said.contains("2,500 at most runs at once"),
        "the plan does not say that fewer would run at once"
    );
    Ok(())
}

fn waits_for_the_evening(stage: &Stage) -> Result<()> {
    heading("3  Run: one more than 2,500 waits for the evening");
    stage.type_in("campaign run voorjaar")?;
    let before = stage.spotler.request_count()?;
    stage.type_in("work")?;
    ensure!(
        stage.spotler.request_count()? == before,
        "the large campaign made requests by day"
    );
    let told = stage.messages("notify-export-waits")?;
    let [message] = told.as_slice() else {
        anyhow::bail!("the user should be told once that it waits: {told:?}");
    };
    for part in ["voorjaar", "2501", "T18:00:00Z", "2,500"] {
        ensure!(
            text(message, "text").contains(part),
            "the message does not say {part}: {message}"
        );
    }
    say("0 requests to Spotler; the user is told which, when, and that one fewer would run now:");
    stage.type_in("messages")?;
    Ok(())
}

fn small_ones_do_not_wait(stage: &Stage) -> Result<()> {
    heading("4  A small campaign does not wait for it");
    stage.type_in("campaign new beurs --title Beurs --select filter:city=Utrecht --list 'Beurs Utrecht' --permission 1 --auto-close")?;
    stage.type_in("campaign run beurs")?;
    let before = stage.spotler.request_count()?;
    stage.type_in("work")?;
    let requests = stage.spotler.requests_since(before)?;
    for request in &requests {
        say(&format!("  {request}"));
    }
    let at = |start: &str| requests.iter().position(|it| it.starts_with(start));
    let (people, list) = (at("POST /contact/list"), at("POST /templist"));
    ensure!(
        people.is_some() && people < list,
        "the list was made before its people: {requests:?}"
    );
    ensure!(is_done(stage, "beurs")?, "the small campaign is not done");
    ensure!(
        !is_done(stage, "voorjaar")?,
        "the large campaign ran by day"
    );
    let lists = mail::static_lists(stage)?;
    ensure!(
        lists.get("Beurs Utrecht").map(BTreeSet::len) == Some(10),
        "not all ten are on the list: {lists:?}"
    );
    stage.type_in("campaign forecast")?;
    Ok(())
}

fn campaign(stage: &Stage, id: &str) -> Result<Value> {
    stage.ask(&format!("campaign show {id}"))
}

fn is_done(stage: &Stage, id: &str) -> Result<bool> {
    Ok(campaign(stage, id)?["status"] == "succeeded")
}
