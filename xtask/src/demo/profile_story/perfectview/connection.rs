//! The connection: the right to make it, key and secret, permissions that become attributes, and who is synced.

use anyhow::{Result, ensure};
use serde_json::json;

use super::{ELS, NEWSLETTER, SANNE, TOM, USER};
use crate::demo::profile_story::Story;
use crate::demo::profile_story::looks::{count, rows, text};
use crate::demo::spotler::SECRET;

/// Without the right nobody makes the connection.
pub(super) fn right(story: &mut Story) -> Result<()> {
    story.step("The right to make the connection", "PV-02")?;
    story.ask(&["settings", "profile", story.profile()])?;
    story.ask(&["user", "set", USER, "--name", "Remy"])?;
    story.in_crm("Remy wants to connect; his user group has not got the right Spotler");
    let refused = story.refused(&["--user", USER, "settings", "activate"])?;
    story.shown(&refused);
    let requests = story.work()?;
    ensure!(
        requests.is_empty(),
        "requests went over for somebody without the right"
    );
    story.in_crm("the administrator makes the square green: Remy has the right");
    story.ask(&["user", "set", USER, "--name", "Remy", "--right", "spotler"])?;
    Ok(())
}

/// Nothing, something wrong, and then the right key and secret.
pub(super) fn credentials(story: &mut Story) -> Result<()> {
    story.step(
        "Key and secret, first none, then a wrong one",
        "PV-03 PV-04",
    )?;
    story.in_crm("Remy ticks `activate connection` and leaves key and secret empty");
    story.ask(&["--user", USER, "settings", "activate"])?;
    let requests = story.work()?;
    ensure!(
        requests.is_empty(),
        "requests went over without key and secret"
    );
    check_rejected(story, "credentials-missing")?;
    story.in_crm("he copies them from Spotler (Settings, Integrations), the secret wrongly");
    story.fill_in_credentials(USER, "not the secret")?;
    story.work()?;
    check_rejected(story, "credentials-refused")
}

/// Fails unless the last save of the settings was rejected for the reason, and nothing is active.
fn check_rejected(story: &Story, reason: &str) -> Result<()> {
    let queue = story.ask(&["queue"])?;
    let rejected = rows(&queue["rejected"])
        .iter()
        .find(|it| it["reason"]["code"] == reason);
    let Some(rejected) = rejected else {
        anyhow::bail!("the settings were not rejected as {reason}: {queue}");
    };
    story.shown(&format!(
        "{} {}",
        text(&rejected["reason"]["text"]),
        text(&rejected["next_step"])
    ));
    let status = story.ask(&["status"])?;
    ensure!(
        status["connection"]["active"] == false,
        "the connection became active although it was rejected"
    );
    Ok(())
}

/// With the right ones the permissions are there at once.
pub(super) fn permissions(story: &mut Story) -> Result<()> {
    story.step(
        "The connection, and Spotler's permissions as opt-in attributes",
        "PV-04 PV-05 PV-06 PV-07",
    )?;
    story.in_crm("Remy pastes the right secret");
    story.fill_in_credentials(USER, SECRET)?;
    let requests = story.work()?;
    ensure!(
        requests.len() == 1 && count(&requests, "GET /contact/properties/list") == 1,
        "connecting should be one request, for the permissions: {requests:?}"
    );
    let status = story.ask(&["status"])?;
    ensure!(
        status["connection"]["active"] == true,
        "the connection is not active"
    );
    let permissions = story.permissions()?;
    ensure!(!permissions.is_empty(), "there are no opt-in attributes");
    let in_spotler = definitions_in_spotler(story)?;
    ensure!(
        permissions == in_spotler,
        "the attributes are not Spotler's permissions: {permissions:?}"
    );
    let names: Vec<String> = permissions
        .iter()
        .map(|(bit, name)| format!("{bit}  {name}"))
        .collect();
    story.shown(&format!("category Spotler\n  {}", names.join("\n  ")));
    Ok(())
}

fn definitions_in_spotler(story: &Story) -> Result<Vec<(u64, String)>> {
    let properties = story
        .spotler
        .control("GET", "/_sim/properties", &serde_json::Value::Null)?;
    let permissions = rows(&properties)
        .iter()
        .find(|it| it["name"] == "permissions");
    let entries = permissions.map_or(&[][..], |it| rows(&it["entries"]));
    let entry = |it: &serde_json::Value| {
        Some((it["bit"].as_u64()?, it["description"].as_str()?.to_owned()))
    };
    Ok(entries.iter().filter_map(entry).collect())
}

/// Only Spotler defines permissions; the CRM follows.
pub(super) fn definitions(story: &mut Story) -> Result<()> {
    story.step("Only Spotler changes permissions", "PV-06 PV-09")?;
    story.in_spotler("a marketer adds the permission `Acties` and renames another one");
    story.in_screens(
        "",
        &json!({"action": "add_permission", "description": "Acties"}),
    )?;
    story.in_screens(
        "",
        &json!({"action": "rename_permission", "bit": 2, "description": "Kwartaalblad"}),
    )?;
    story.later(24 * 3600)?;
    let requests = story.tick()?;
    ensure!(
        requests.iter().all(|it| it.starts_with("GET ")),
        "a definition was written: {requests:?}"
    );
    let permissions = story.permissions()?;
    ensure!(
        permissions == definitions_in_spotler(story)?,
        "the attributes do not follow Spotler: {permissions:?}"
    );
    story.shown("the attributes `Acties` and `Kwartaalblad`; nothing is there twice");
    Ok(())
}

/// Who is synced, and with what.
pub(super) fn relations(story: &mut Story) -> Result<()> {
    story.step(
        "Relations: known, unknown, and without the attribute Spotler",
        "PV-01 PV-10 PV-12 PV-13 PV-14",
    )?;
    story.in_spotler("Sanne Bakker is known there, from a fair");
    story.in_crm(
        "Sanne and Tom get the attribute Spotler, Els does not; Tom signs up for the newsletter",
    );
    story.add(&SANNE, &["--gate", "--owner", USER])?;
    story.add(&TOM, &["--gate", "--owner", USER])?;
    story.add(&ELS, &["--owner", USER])?;
    story.opt_in(TOM.id, "1", "form on paper")?;
    let requests = story.work()?;
    ensure!(
        count(&requests, "POST /contact ") == 1,
        "not exactly one contact was created: {requests:?}"
    );
    story.check_reason(SANNE.id, "Sanne", "found")?;
    story.check_reason(TOM.id, "Tom", "created")?;
    story.check_reason(ELS.id, "Els", "not-linked")?;
    for person in [&SANNE, &TOM] {
        let email = person.email();
        ensure!(
            story.count_in_spotler(email)? == 1,
            "{email} is not in Spotler exactly once"
        );
    }
    ensure!(
        story.count_in_spotler(ELS.email())? == 0,
        "Els is in Spotler without the attribute"
    );
    story.check_property(SANNE.email(), "firstName", "Sanne")?;
    story.check_permissions(SANNE.email(), &[2])?;
    story.check_permissions(TOM.email(), &[NEWSLETTER])?;
    story.note(
        "Sanne's permission is what Spotler had; only Tom said yes, so only his is switched on",
    );
    story.in_crm("all three are saved once more");
    for person in [&SANNE, &TOM, &ELS] {
        story.ask(&["action", "sync-contact", person.id])?;
    }
    let again = story.work()?;
    ensure!(
        again.iter().all(|it| it.starts_with("GET ")),
        "saving the same again wrote something: {again:?}"
    );
    Ok(())
}
