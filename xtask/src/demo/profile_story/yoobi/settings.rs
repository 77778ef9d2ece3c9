//! A backup of what Spotler has, key and secret, and how the original data comes back.

use anyhow::{Context, Result, ensure};
use serde_json::json;

use super::{DAAN, FLEUR};
use crate::demo::profile_story::Story;
use crate::demo::profile_story::looks::{rows, text};
use crate::demo::spotler::KEY;

/// The columns of Spotler's list of contacts.
const COLUMNS: &str = "E-mail,First name,Last name,Job title,Company,E-mail status,External id";

/// Spotler's own export, before anything is connected.
pub(super) fn backup_of_spotler(story: &mut Story) -> Result<()> {
    story.step(
        "First a backup: the list of contacts, exported in Spotler",
        "YO-02 YO-04 YO-05",
    )?;
    story.in_screens("", &json!({"action": "opt_out", "who": DAAN.email()}))?;
    let csv = story.spotler.page("/_sim/contacts.csv")?;
    ensure!(
        csv.lines().next() == Some(COLUMNS),
        "the export has other columns: {:?}",
        csv.lines().next()
    );
    ensure!(
        csv.contains("Inactive: opt-out") && csv.contains("Active: dynamic"),
        "the export does not tell the e-mail status"
    );
    story.in_spotler(csv.trim_end());
    Ok(())
}

/// Two fields, and a mapping that is there at once.
pub(super) fn key_and_secret(story: &mut Story) -> Result<()> {
    story.step(
        "Key and secret in the settings; a mapping is there at once",
        "YO-07 YO-08 YO-09",
    )?;
    story.ask(&["settings", "profile", story.profile()])?;
    story.in_crm("API connections: Spotler API Key, Spotler API Secret; save");
    let requests = story.connect("admin")?;
    ensure!(
        requests.iter().all(|it| it.starts_with("GET ")),
        "saving the settings wrote something: {requests:?}"
    );
    let shown = story.ask(&["settings", "show"])?;
    let settings = &shown["settings"];
    ensure!(
        settings["secret_present"] == true
            && text(&settings["key"]) != KEY
            && settings.get("secret").is_none(),
        "the settings show key or secret: {settings}"
    );
    ensure!(
        story.ask(&["status"])?["connection"]["active"] == true,
        "the connection is not active"
    );
    let mapping = story.ask(&["mapping", "show"])?;
    let mapped = rows(&mapping["mapping"])
        .iter()
        .filter(|it| it["property"].is_string())
        .count();
    ensure!(mapped > 0, "no mapping was made");
    story.shown(&format!(
        "connected; key {}, secret present; a basic mapping with {mapped} rows",
        text(&settings["key"])
    ));
    Ok(())
}

/// The same seven columns from the CRM, which also keeps what restores need.
pub(super) fn backup_of_crm(story: &mut Story) -> Result<()> {
    story.step("The same backup from the CRM", "YO-02 YO-03 YO-04")?;
    let file = story.folder().join("backup.csv");
    let path = file.to_string_lossy();
    let done = story.ask(&["backup", &path])?;
    let csv = std::fs::read_to_string(&file).context("there is no backup")?;
    ensure!(
        csv.lines().next() == Some(COLUMNS) && done["contacts"] == 3,
        "the backup is not complete: {done}"
    );
    story.work()?;
    story.shown(csv.trim_end());
    Ok(())
}

/// What a job has overwritten is put back; an opt-out stays.
pub(super) fn restore(story: &mut Story, linked_by: u64) -> Result<()> {
    story.step("The original data back", "YO-03")?;
    let before = story.in_spotler_is(FLEUR.email())?;
    ensure!(
        before["fields"]["firstName"] == "Fleur",
        "the sync did not overwrite anything: {before}"
    );
    story.in_crm("what Spotler had before the contacts were linked is put back there");
    let asked = story.ask(&["restore", "--job", &linked_by.to_string()])?;
    story.work()?;
    let job = asked["job"].to_string();
    let shown = story.ask(&["jobs", "show", &job])?;
    for result in rows(&shown["results"]) {
        story.shown(&format!(
            "{:<12} {}",
            text(&result["record"]),
            text(&result["text"])
        ));
    }
    story.check_property(FLEUR.email(), "firstName", "F.")?;
    story.check_property(FLEUR.email(), "phoneNumber", "020 999 88 77")?;
    let status = story.in_spotler_is(DAAN.email())?["status"].clone();
    ensure!(
        status == json!({"inactive": "opt_out"}),
        "Daan's opt-out did not stand: {status}"
    );
    story.shown("first name F., telephone 020 999 88 77; Daan is still opted out");
    Ok(())
}
