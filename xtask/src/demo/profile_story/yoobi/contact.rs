//! One contact: the block with its three states, the pop-up, and who cannot be made active any more.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::{DAAN, FLEUR, IRIS};
use crate::demo::profile_story::Story;
use crate::demo::profile_story::looks::{count, rows, text};

/// The block shows one of three states.
pub(super) fn block(story: &mut Story) -> Result<()> {
    story.step(
        "The Spotler block of a contact: three states",
        "YO-22 YO-24",
    )?;
    for (person, state) in [
        (&FLEUR, "synchronised"),
        (&IRIS, "not-synchronised"),
        (&DAAN, "inactive"),
    ] {
        let card = story.ask(&["card", person.id])?;
        ensure!(
            card["state"] == state,
            "{} shows {} and not {state}",
            person.id,
            card["state"]
        );
        let name = person.fields[0].1;
        story.shown(&format!("{name:<6} {state:<17} {}", text(&card["text"])));
    }
    Ok(())
}

/// The pop-up: permissions, mailings; save links or changes.
pub(super) fn pop_up(story: &mut Story) -> Result<()> {
    story.step(
        "The pop-up: permissions and mailings; save links, or changes only what differs",
        "YO-10 YO-26 YO-27 YO-29 YO-30 YO-31",
    )?;
    story.send_mailing("Welkom", "EMAIL", &json!("all_contacts"))?;
    let card = story.ask(&["card", FLEUR.id, "--live"])?;
    ensure!(
        rows(&card["permissions"]).len() == story.permissions()?.len(),
        "the pop-up does not list every permission: {card}"
    );
    story.shown(&format!("Fleur\n  {}", switches(&card).join("\n  ")));
    ensure!(
        on(&card) == story.permissions_in_spotler(FLEUR.email())?,
        "the switches are not as in Spotler"
    );
    let mailings = story.ask(&["card", FLEUR.id, "--history", "mailings"])?;
    let first = rows(&mailings["messages"]).first();
    let first = first.context("the pop-up does not show the mailing")?;
    story.shown(&format!("  mailing: {}", text(&first["name"])));
    story.in_crm("permission 1 is switched on, looked at, and cancelled");
    let plan = [
        "--dry-run",
        "action",
        "set-permissions",
        FLEUR.id,
        "--on",
        "1",
    ];
    story.ask(&plan)?;
    story.pass_over_requests()?;
    let requests = story.work()?;
    ensure!(requests.is_empty(), "cancel made requests: {requests:?}");
    story.in_crm("Iris is not synchronised: newsletter on, save");
    story.ask(&["action", "set-permissions", IRIS.id, "--on", "1"])?;
    let requests = story.work()?;
    ensure!(
        count(&requests, "POST /contact ") == 1,
        "Iris should be created with one request: {requests:?}"
    );
    story.check_permissions(IRIS.email(), &[1])?;
    story.in_crm("Fleur is synchronised: permission 2 off, 3 on, save");
    story.ask(&[
        "action",
        "set-permissions",
        FLEUR.id,
        "--off",
        "2",
        "--on",
        "3",
    ])?;
    let requests = story.work()?;
    ensure!(
        count(&requests, "PUT /contact") == 1 && count(&requests, "POST /contact ") == 0,
        "Fleur should be changed with one request: {requests:?}"
    );
    story.check_permissions(FLEUR.email(), &[3])?;
    let held = story.held(FLEUR.id, 3)?;
    story.shown(&format!(
        "the opt-in is on record: {}, {}",
        text(&held["consent"]),
        text(&held["evidence"])
    ));
    Ok(())
}

fn on(card: &Value) -> Vec<u64> {
    rows(&card["permissions"])
        .iter()
        .filter(|it| it["on"] == true)
        .filter_map(|it| it["bit"].as_u64())
        .collect()
}

fn switches(card: &Value) -> Vec<String> {
    let switch = |it: &Value| {
        let on = if it["on"] == true { "(x)" } else { "( )" };
        format!("{on} {}", text(&it["name"]))
    };
    rows(&card["permissions"]).iter().map(switch).collect()
}

/// Nobody becomes active again through the CRM.
pub(super) fn inactive(story: &mut Story) -> Result<()> {
    story.step(
        "An inactive contact cannot be made active through the CRM",
        "YO-25 YO-41",
    )?;
    story.in_crm("Daan: every permission on, save; link; sync; reactivate");
    story.ask(&[
        "action",
        "set-permissions",
        DAAN.id,
        "--on",
        "1",
        "--on",
        "2",
    ])?;
    story.ask(&["action", "link", DAAN.id])?;
    story.ask(&["action", "sync-contact", DAAN.id])?;
    story.ask(&["action", "reactivate", DAAN.id])?;
    story.work()?;
    let status = story.in_spotler_is(DAAN.email())?["status"].clone();
    ensure!(
        status == json!({"inactive": "opt_out"}),
        "Daan is no longer inactive in Spotler: {status}"
    );
    let jobs = story.ask(&["jobs", "--limit", "4"])?;
    for job in rows(&jobs["jobs"]).iter().rev() {
        let shown = story.ask(&["jobs", "show", &job["job"].to_string()])?;
        let text_of = rows(&shown["results"]).first().map_or_else(
            || text(&shown["text"]).to_owned(),
            |it| text(&it["text"]).to_owned(),
        );
        story.shown(&format!("{}: {text_of}", text(&job["operation"])));
    }
    Ok(())
}

/// Automations that Spotler has are switched in the pop-up.
pub(super) fn automations(story: &mut Story) -> Result<()> {
    story.step(
        "Automations: the switches of the pop-up start and stop them",
        "YO-12 YO-28 YO-49",
    )?;
    let journeys = story.ask(&["journey", "list"])?;
    let listed = rows(&journeys["journeys"]);
    ensure!(
        listed.len() == 5,
        "the CRM does not see the automations: {journeys}"
    );
    let code = trigger(listed, "Survey post consult")?;
    story.in_crm("Iris: `Survey post consult` on, save");
    story.ask(&[
        "action",
        "set-journeys",
        IRIS.id,
        "--with",
        &format!("on={code}"),
    ])?;
    story.work()?;
    check_standing(story, "Survey post consult", "started")?;
    story.in_crm("and off, save");
    story.ask(&[
        "action",
        "set-journeys",
        IRIS.id,
        "--with",
        &format!("off={code}"),
    ])?;
    story.work()?;
    check_standing(story, "Survey post consult", "stopped")
}

/// The code of the trigger of an automation.
pub(super) fn trigger(journeys: &[Value], name: &str) -> Result<String> {
    let found = journeys.iter().find(|it| it["name"] == name);
    let code = found.and_then(|it| it["triggers"][0]["code"].as_str());
    Ok(code
        .with_context(|| format!("there is no automation `{name}`"))?
        .to_owned())
}

fn check_standing(story: &Story, name: &str, standing: &str) -> Result<()> {
    let shown = story.ask(&["journey", "show", IRIS.id])?;
    let found = rows(&shown["journeys"])
        .iter()
        .find(|it| it["name"] == name);
    let found = found.with_context(|| format!("the pop-up does not list `{name}`"))?;
    ensure!(
        found["standing"] == standing,
        "`{name}` is {} and not {standing}",
        found["standing"]
    );
    story.shown(&format!("{name}: {standing}"));
    Ok(())
}
