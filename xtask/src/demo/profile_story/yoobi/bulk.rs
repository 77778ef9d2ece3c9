//! Many contacts at once, in two steps.

use anyhow::{Context, Result, ensure};

use super::contact::trigger;
use super::{DAAN, MANY};
use crate::demo::profile_story::Story;
use crate::demo::profile_story::looks::{rows, text};

/// A bulk change: whom, what, look, save.
pub(super) fn change(story: &mut Story) -> Result<()> {
    story.step(
        "A bulk change: choose contacts, choose settings, look, save",
        "YO-32 YO-33 YO-34 YO-35 YO-36 YO-49",
    )?;
    for person in &MANY {
        story.add(person, &["--owner", "femke"])?;
    }
    story.ask(&["action", "refresh-journeys"])?;
    story.work()?;
    let journeys = story.ask(&["journey", "list"])?;
    let code = trigger(rows(&journeys["journeys"]), "Onboarding nieuwe klant")?;
    story.in_crm("1. Koen, Lotte (who has no address), Mees and Daan (who opted out)");
    let ids = [MANY[0].id, MANY[1].id, MANY[2].id, DAAN.id];
    let chosen = story.ask(&[&["bulk", "choose"][..], &ids].concat())?;
    let number = chosen["bulk"].to_string();
    story.in_crm(
        "2. note, job title, department, language, a keyword, the newsletter, an automation",
    );
    story.ask(&[
        "bulk",
        "set",
        &number,
        "--set",
        "note=Beurs Utrecht",
        "--set",
        "job_title=Inkoper",
        "--set",
        "department=Inkoop",
        "--set",
        "language=nl",
        "--keyword",
        "klant",
        "--on",
        "1",
        "--start",
        &code,
    ])?;
    let preview = story.ask(&["bulk", "preview", &number])?;
    story.shown(&format!(
        "look: {} would change, {} are refused",
        preview["changed"], preview["refused"]
    ));
    let applied = story.ask(&["bulk", "apply", &number])?;
    story.work()?;
    let job = applied["job"].to_string();
    let shown = story.ask(&["jobs", "show", &job])?;
    let results = rows(&shown["results"]);
    ensure!(
        results.len() == ids.len(),
        "not every contact has a result: {shown}"
    );
    for result in results {
        story.shown(&format!(
            "{:<12} {}",
            text(&result["record"]),
            text(&result["text"])
        ));
    }
    for person in [&MANY[0], &MANY[2]] {
        story.check_permissions(person.email(), &[1])?;
        story.check_property(person.email(), "jobTitle", "Inkoper")?;
        story.check_property(person.email(), "profileField1", "Beurs Utrecht")?;
        let contact = story.in_spotler_is(person.email())?;
        let sent = contact["fields"].as_object().context("no fields")?;
        ensure!(
            !sent.values().any(|it| it == "Inkoop"),
            "the department is not mapped and was sent: {contact}"
        );
    }
    let keywords = story.record(MANY[0].id)?["fields"]["keywords"].clone();
    ensure!(
        rows(&keywords).len() == 2,
        "the keyword was not added to the one that Koen had: {keywords}"
    );
    story.note("what is mapped went over: note and job title; department and language did not");
    let daan = story.permissions_in_spotler(DAAN.email())?;
    ensure!(
        daan == [1],
        "a permission was written for Daan, who opted out: {daan:?}"
    );
    participants(story)
}

/// The automation was started once for each who is in Spotler and active.
fn participants(story: &Story) -> Result<()> {
    let journeys = story
        .spotler
        .control("GET", "/_sim/journeys", &serde_json::Value::Null)?;
    let started = rows(&journeys["participations"]).len();
    ensure!(
        started == 2,
        "`Onboarding nieuwe klant` was started {started} times; it should be twice"
    );
    story.in_spotler("`Onboarding nieuwe klant` was started for Koen and for Mees");
    Ok(())
}
