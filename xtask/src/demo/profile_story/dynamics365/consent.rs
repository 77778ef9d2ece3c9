//! Permissions, opt-outs from either side, and addresses that bounce.

use anyhow::{Result, ensure};
use serde_json::json;

use super::{EVA, FINN, GIJS, OWNER};
use crate::demo::profile_story::Story;
use crate::demo::profile_story::acts::Person;
use crate::demo::profile_story::looks::text;

/// Somebody without an address, who is not in Spotler.
const NOBODY: Person = Person {
    id: "D-8",
    fields: &[("first_name", "Jip"), ("last_name", "Stil")],
};

/// A permission is changed on the tab Marketing, and sent when the record is saved.
pub(super) fn permissions(story: &mut Story) -> Result<()> {
    story.step("A permission is changed and saved", "DA-10 DA-24 DA-25")?;
    story.in_crm("Eva: `Subscribed` of permission 2 is clicked, the record is not saved yet");
    let dry = story.ask(&[
        "--dry-run",
        "contact",
        "permission",
        EVA.id,
        "2",
        "withdrawn",
    ])?;
    ensure!(dry["calls"].is_array(), "the plan shows nothing: {dry}");
    story.pass_over_requests()?;
    let requests = story.work()?;
    ensure!(
        requests.is_empty(),
        "requests were made before saving: {requests:?}"
    );
    story.check_permissions(EVA.email(), &[1, 2])?;
    story.in_crm("saved");
    story.ask(&["contact", "permission", EVA.id, "2", "withdrawn"])?;
    story.work()?;
    story.check_permissions(EVA.email(), &[1])?;
    story.in_crm("Jip, who has no e-mail address and is not in Spotler, gets a permission");
    story.add(&NOBODY, &["--owner", OWNER])?;
    story.opt_in(NOBODY.id, "1", "form on paper")?;
    let requests = story.work()?;
    ensure!(
        requests.is_empty(),
        "requests were made for Jip: {requests:?}"
    );
    story.check_reason(NOBODY.id, "Jip", "no-email-address")
}

/// Bulk Email: Do Not Allow in the CRM stops bulk mail and nothing else.
pub(super) fn opt_out_in_crm(story: &mut Story) -> Result<()> {
    story.step(
        "Bulk Email: Do Not Allow, in the CRM",
        "DA-26 DA-27 DA-28 DA-29 DA-31",
    )?;
    story.ask(&["contact", "opt-out", EVA.id])?;
    story.in_crm("Eva: Do Not Allow");
    story.work()?;
    story.check_permissions(EVA.email(), &[])?;
    story.shown("all permissions of Eva are off in Spotler");
    story.in_crm("her telephone number is changed");
    story.edit(EVA.id, "phone=030 999 88 77")?;
    story.work()?;
    story.check_property(EVA.email(), "phoneNumber", "030 999 88 77")?;
    story.in_crm("Eva: Allow");
    story.ask(&["contact", "opt-in", EVA.id])?;
    story.work()?;
    story.check_permissions(EVA.email(), &[1])?;
    story.in_spotler("permission 1 is on again, 2 stays off: Eva withdrew it");
    Ok(())
}

/// An opt-out in Spotler is noticed at the next sync, and nothing goes over afterwards.
pub(super) fn opt_out_in_spotler(story: &mut Story) -> Result<()> {
    story.step("An opt-out in Spotler", "DA-26 DA-33 DA-34 DA-35 DA-36")?;
    story.in_spotler("Finn unsubscribes: Inactive: opt-out");
    story.in_screens("", &json!({"action": "opt_out", "who": FINN.email()}))?;
    let before = story.in_spotler_is(FINN.email())?;
    story.in_crm("his street is changed");
    story.edit(FINN.id, "street=Laan")?;
    story.work()?;
    story.check_reason(FINN.id, "Finn", "opted-out-in-spotler")?;
    story.check_status(FINN.id, "opt-out", false)?;
    ensure!(
        story.in_spotler_is(FINN.email())? == before,
        "something was written for Finn in Spotler"
    );
    story.shown("Bulk Email: Do Not Allow; Spotler status: Opt-out; nothing was written");
    story.in_crm("Finn is changed once more, and synchronised by hand");
    story.edit(FINN.id, "street=Plein")?;
    story.ask(&["action", "sync-contact", FINN.id])?;
    let requests = story.work()?;
    ensure!(
        requests.iter().all(|it| it.starts_with("GET ")),
        "something was written for Finn: {requests:?}"
    );
    ensure!(
        story.in_spotler_is(FINN.email())? == before,
        "something was written for Finn in Spotler"
    );
    Ok(())
}

/// A wrong address is a task for the owner.
pub(super) fn bounce(story: &mut Story) -> Result<()> {
    story.step("An address that does not exist", "DA-37 DA-38 DA-39")?;
    story.in_spotler("mail to Gijs comes back for good: Inactive: Hard Bounce");
    story.in_screens("", &json!({"action": "hard_bounce", "who": GIJS.email()}))?;
    for street in ["street=Laan", "street=Plein"] {
        story.in_crm("Gijs is changed and saved");
        story.edit(GIJS.id, street)?;
        story.work()?;
    }
    story.tick()?;
    let tasks = story.tasks_about(GIJS.id)?;
    ensure!(tasks.len() == 1, "there should be one task: {tasks:?}");
    ensure!(
        tasks[0]["owner"] == OWNER,
        "the task has another owner: {tasks:?}"
    );
    let record = story.record(GIJS.id)?;
    ensure!(
        record["mail"]["allowed"] == true,
        "Gijs was opted out: {record}"
    );
    story.shown(&format!("a task for {OWNER}: {}", text(&tasks[0]["text"])));
    Ok(())
}
