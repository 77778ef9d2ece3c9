//! Contacts, leads and accounts: what is sent of them by itself, and when.

use anyhow::{Result, ensure};
use serde_json::Value;

use super::{DAM, EVA, FINN, GIJS, HANNA, IVO, LARS, OWNER};
use crate::demo::profile_story::Story;
use crate::demo::profile_story::acts::Person;
use crate::demo::profile_story::looks::{count, rows, text};

/// The connection, and what starts.
pub(super) fn connect(story: &mut Story) -> Result<()> {
    story.step("The connection", "DA-01 DA-07")?;
    story.ask(&["settings", "profile", story.profile()])?;
    story.connect("admin")?;
    ensure!(
        story.ask(&["status"])?["connection"]["active"] == true,
        "the connection is not active"
    );
    story.shown("active; Dynamics 365 keeps the customers, Spotler sends the mail");
    Ok(())
}

/// The fields that are sent where nobody changed the mapping.
pub(super) fn what_is_sent(story: &mut Story) -> Result<()> {
    story.step(
        "What is synchronised by default",
        "DA-02 DA-08 DA-09 DA-12 DA-13 DA-14",
    )?;
    let mapping = story.ask(&["mapping", "show"])?;
    for (kind, sent, not_sent) in [
        (
            "contact",
            &[
                "last_name",
                "organisation",
                "city",
                "phone",
                "gender",
                "birth_date",
            ][..],
            &["job_title", "fax"][..],
        ),
        (
            "lead",
            &["last_name", "organisation", "city"],
            &["topic", "job_title"],
        ),
        ("account", &["organisation", "city", "phone"], &["fax"]),
    ] {
        for field in sent {
            ensure!(
                is_mapped(&mapping, kind, field),
                "{field} of a {kind} is not sent"
            );
        }
        for field in not_sent {
            ensure!(
                !is_mapped(&mapping, kind, field),
                "{field} of a {kind} is sent"
            );
        }
        let all: Vec<&str> = rows(&mapping["mapping"])
            .iter()
            .filter(|it| it["kind"] == kind && it["property"].is_string())
            .map(|it| text(&it["field"]))
            .collect();
        story.shown(&format!(
            "{kind}: {}\n  not: {}",
            all.join(", "),
            not_sent.join(", ")
        ));
    }
    Ok(())
}

fn is_mapped(mapping: &Value, kind: &str, field: &str) -> bool {
    rows(&mapping["mapping"])
        .iter()
        .any(|it| it["kind"] == kind && it["field"] == field && it["property"].is_string())
}

/// New records are in Spotler at once.
pub(super) fn added(story: &mut Story) -> Result<()> {
    story.step(
        "New contacts, leads and accounts",
        "DA-04 DA-06 DA-08 DA-13 DA-15 DA-16 DA-17",
    )?;
    let nameless = ["contact", "add", "--set", "first_name=Zonder"];
    let refused = story.refused(&nameless)?;
    story.shown(&format!("a contact without a last name: {refused}"));
    story.in_crm("Eva van Dam, the lead Lars Berg and the account Dam BV are typed in and saved");
    for person in [&EVA, &LARS, &DAM] {
        story.add(person, &["--owner", OWNER])?;
    }
    let requests = story.work()?;
    ensure!(
        count(&requests, "POST /contact ") == 3,
        "three records should be three new contacts: {requests:?}"
    );
    story.check_property(EVA.email(), "lastName", "Dam")?;
    story.check_property(EVA.email(), "birthday", "1984-05-06")?;
    story.check_property(EVA.email(), "gender", "F")?;
    story.check_property(LARS.email(), "organisation", "Berg & Zn")?;
    story.check_property(DAM.email(), "city", "Utrecht")?;
    for (person, never) in [
        (&EVA, "Directeur"),
        (&EVA, "030 222 33 45"),
        (&LARS, "Offerte dakwerk"),
    ] {
        ensure!(
            !has_value(story, person, never)?,
            "`{never}` was sent although it is not to be"
        );
    }
    story.check_reason(EVA.id, "Eva", "created")?;
    story.in_crm("and four more contacts, who all said yes to the newsletter");
    for person in [&FINN, &GIJS, &HANNA, &IVO] {
        story.add(person, &["--owner", OWNER])?;
        story.opt_in(person.id, "1", "form on the website")?;
    }
    story.work()?;
    for person in [&FINN, &GIJS, &HANNA, &IVO] {
        story.check_permissions(person.email(), &[1])?;
    }
    Ok(())
}

fn has_value(story: &Story, person: &Person, value: &str) -> Result<bool> {
    let contact = story.in_spotler_is(person.email())?;
    let fields = contact["fields"].as_object();
    Ok(fields.is_some_and(|it| it.values().any(|it| it == value)))
}

/// A change is sent if it is one of what is synchronised.
pub(super) fn changed(story: &mut Story) -> Result<()> {
    story.step("A change on the form", "DA-06 DA-15 DA-18")?;
    story.in_crm("Eva gets a mobile number");
    story.edit(EVA.id, "mobile=06 12 34 56 78")?;
    let requests = story.work()?;
    ensure!(
        count(&requests, "PUT /contact") == 1,
        "the mobile number should be one change: {requests:?}"
    );
    story.check_property(EVA.email(), "mobileNumber", "0612345678")?;
    story.in_crm("Eva gets another job title; she is opened and read");
    story.edit(EVA.id, "job_title=Voorzitter")?;
    story.record(EVA.id)?;
    let requests = story.work()?;
    ensure!(
        requests.is_empty(),
        "a job title made requests: {requests:?}"
    );
    Ok(())
}
