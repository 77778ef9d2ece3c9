//! The mapping: when the first synchronisation may be, the screen, and who is linked already.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{DAAN, FLEUR, IRIS};
use crate::demo::profile_story::Story;
use crate::demo::profile_story::looks::{count, rows, text};

/// The part of the default mapping that the screen shows.
const SHOWN: [(&str, &str, Option<&str>); 8] = [
    ("Voornaam", "first_name", Some("firstName")),
    ("Voorletter(s)", "initials", Some("initials")),
    ("Tussenvoegsels", "infix", Some("infix")),
    ("Achternaam", "last_name", Some("lastName")),
    ("Tel.", "phone", Some("phoneNumber")),
    ("Mobiel", "mobile", Some("mobileNumber")),
    ("Primair bij relatie", "primary", None),
    ("Titel", "title", None),
];

/// Until the mapping is saved, nothing is synchronised.
pub(super) fn nothing_before_it_is_saved(story: &mut Story) -> Result<()> {
    story.step(
        "Until the mapping is saved nothing is synchronised",
        "YO-14",
    )?;
    story.in_crm("three contacts are typed in: Fleur, Daan and Iris");
    for person in [&FLEUR, &DAAN, &IRIS] {
        story.add(person, &["--owner", "femke"])?;
    }
    let requests = story.work()?;
    ensure!(requests.is_empty(), "requests were made: {requests:?}");
    Ok(())
}

/// The screen, with cancel and save.
pub(super) fn screen(story: &mut Story) -> Result<()> {
    story.step(
        "The mapping screen: look, change, cancel, save",
        "YO-13 YO-16 YO-17 YO-18 YO-19 YO-20 YO-52",
    )?;
    let mapping = story.ask(&["mapping", "show"])?;
    let mut told = Vec::new();
    for (label, field, property) in SHOWN {
        let found = property_of(&mapping, field);
        ensure!(
            found.as_deref() == property,
            "`{label}` is mapped to {found:?} and not to {property:?}"
        );
        told.push(format!("{label:<20} {}", property.unwrap_or("not mapped")));
    }
    story.shown(&format!("the mapping\n  {}", told.join("\n  ")));
    let jobs = rows(&mapping["properties"])
        .iter()
        .filter(|it| it["name"] == "jobTitle")
        .count();
    ensure!(jobs == 1, "the screen does not offer Spotler's job title");
    story.in_crm("Functie is put to jobTitle, and cancelled");
    story.ask(&["mapping", "edit", "job_title=jobTitle"])?;
    story.ask(&["mapping", "cancel"])?;
    let after = story.ask(&["mapping", "show"])?;
    ensure!(
        after["mapping"] == mapping["mapping"] && after["draft"] == Value::Null,
        "the mapping changed although it was cancelled"
    );
    let refused = story.refused(&["mapping", "set", "email="])?;
    story.shown(&format!("E-mail not mapped: {refused}"));
    let refused = story.refused(&["mapping", "set", "birth_date=freeField1"])?;
    story.shown(&format!("a date for a number: {refused}"));
    story.in_crm("Functie is put to jobTitle, and saved");
    story.ask(&["mapping", "set", "job_title=jobTitle"])?;
    let requests = story.work()?;
    ensure!(
        count(&requests, "POST /contact") == 0 && count(&requests, "PUT /contact") == 0,
        "saving the mapping wrote contacts although nobody is linked: {requests:?}"
    );
    Ok(())
}

fn property_of(mapping: &Value, field: &str) -> Option<String> {
    rows(&mapping["mapping"])
        .iter()
        .find(|it| it["kind"] == "contact" && it["field"] == field)
        .and_then(|it| it["property"].as_str())
        .map(str::to_owned)
}

/// Who is on both sides is linked; nobody is added. Answers the number of the job that linked them.
pub(super) fn matching(story: &mut Story) -> Result<u64> {
    story.step(
        "Contacts who are in Spotler already are linked, and saving the mapping syncs all who are linked",
        "YO-11 YO-15 YO-21",
    )?;
    story.in_crm("a synchronisation: who is on both sides?");
    let asked = story.ask(&["action", "match"])?;
    let requests = story.work()?;
    ensure!(
        count(&requests, "POST /contact ") == 0,
        "a synchronisation added somebody: {requests:?}"
    );
    story.check_reason_shown(FLEUR.id, "Fleur")?;
    story.check_reason_shown(DAAN.id, "Daan")?;
    story.check_reason_shown(IRIS.id, "Iris")?;
    ensure!(
        story.count_in_spotler(IRIS.email())? == 0,
        "Iris was added by a synchronisation"
    );
    story.in_crm("Notitie is put to profileField1; Fleur alone has a note and is linked");
    story.edit(FLEUR.id, "note=Belt liever")?;
    story.edit(IRIS.id, "note=Nog niet gekoppeld")?;
    let requests = story.work()?;
    ensure!(
        requests.is_empty(),
        "a field that is not mapped was sent: {requests:?}"
    );
    let forecast = story.ask(&["mapping", "what-if", "note=profileField1"])?;
    story.shown(&format!(
        "what if: {} linked, {} would change",
        forecast["linked"], forecast["changing"]
    ));
    story.ask(&["mapping", "set", "note=profileField1"])?;
    let requests = story.work()?;
    ensure!(
        count(&requests, "PUT /contact") == 1 && count(&requests, "POST /contact ") == 0,
        "saving the mapping should change Fleur alone: {requests:?}"
    );
    story.check_property(FLEUR.email(), "profileField1", "Belt liever")?;
    let jobs = story.ask(&["jobs"])?;
    story.shown(&format!("job: {}", text(&jobs["jobs"][0]["text"])));
    asked["job"]
        .as_u64()
        .context("the synchronisation has no number")
}
