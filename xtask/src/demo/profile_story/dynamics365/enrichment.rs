//! What people did with mail and text messages, in the timeline and in fields.

use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::{HANNA, IVO, OWNER};
use crate::demo::profile_story::looks::{rows, text};
use crate::demo::profile_story::{HOUR_S, Story};
use crate::repo;

/// Mail and text messages in the timeline, every hour.
pub(super) fn timeline(story: &mut Story) -> Result<()> {
    story.step(
        "Spotler interactions in the timeline, every hour",
        "DA-03 DA-65 DA-66 DA-67 DA-68 DA-69 DA-70",
    )?;
    story.in_crm("a field `Laatst geopend` is mapped to the last open; a rule: whoever follows the offer is called");
    story.ask(&[
        "field",
        "add",
        "last_opened",
        "--label",
        "Laatst geopend",
        "--type",
        "date-time",
    ])?;
    set_profile(story)?;
    story.edit(HANNA.id, "mobile=06 11 22 33 44")?;
    story.work()?;
    story.later(HOUR_S + 60)?;
    story.tick()?;
    story.in_spotler("a mailing and a text message go to everybody");
    let mailing = story.send_mailing("Aanbieding", "EMAIL", &json!("all_contacts"))?;
    story.send_mailing("Herinnering", "SMS", &json!("all_contacts"))?;
    story.later(50 * 60)?;
    story.tick()?;
    ensure!(
        line(story, HANNA.id, "Aanbieding")?.is_none(),
        "the mail was in the timeline before the hour was over"
    );
    story.shown("after 50 minutes: nothing yet");
    story.later(15 * 60)?;
    story.tick()?;
    let mail = line(story, HANNA.id, "Aanbieding")?.context("the mail is not in the timeline")?;
    ensure!(
        mail["kind"] == "email" && mail["facts"]["source"] == "spotler",
        "the mail is no e-mail of Spotler: {mail}"
    );
    let sms =
        line(story, HANNA.id, "Herinnering")?.context("the text message is not in the timeline")?;
    ensure!(
        sms["kind"] == "phone",
        "the text message is no phone activity: {sms}"
    );
    story.shown("after an hour: an e-mail `Aanbieding` and, for the text message, a phone activity `Herinnering`");
    story.in_spotler("Hanna opens and follows the offer, Ivo's mail comes back for now");
    for (who, act) in [
        (&HANNA, json!({"action": "open"})),
        (&HANNA, json!({"action": "click", "link": 1})),
        (&IVO, json!({"action": "bounce", "hard": false})),
    ] {
        story.recipient(who.email(), &mailing, &act)?;
    }
    story.later(HOUR_S + 60)?;
    story.tick()?;
    results(story)
}

fn results(story: &Story) -> Result<()> {
    let mail = line(story, HANNA.id, "Aanbieding")?.context("the mail is no longer there")?;
    ensure!(
        mail["facts"]["opened"] == "yes" && mail["facts"]["clicked"] == "yes",
        "the e-mail does not show open and click: {mail}"
    );
    let bounced = line(story, IVO.id, "Aanbieding")?.context("Ivo's mail is not there")?;
    ensure!(
        bounced["facts"]["bounced"] == "soft",
        "the e-mail does not show the bounce: {bounced}"
    );
    story.shown("the same e-mail of Hanna: opened, clicked; that of Ivo: bounced, soft");
    let record = story.record(HANNA.id)?;
    ensure!(
        !record["fields"]["last_opened"].is_null(),
        "`Laatst geopend` is not filled in: {record}"
    );
    let tasks = story.tasks_about(HANNA.id)?;
    let call = tasks
        .iter()
        .find(|it| it["code"] == "task-follow-up")
        .context("there is no task to call Hanna")?;
    story.shown(&format!("a task for {OWNER}: {}", text(&call["text"])));
    Ok(())
}

/// The only line of a record's timeline with a title.
fn line(story: &Story, record: &str, title: &str) -> Result<Option<Value>> {
    let timeline = story.ask(&["card", record, "--history", "timeline"])?;
    let found: Vec<&Value> = rows(&timeline["timeline"])
        .iter()
        .filter(|it| it["title"] == title)
        .collect();
    ensure!(
        found.len() <= 1,
        "`{title}` is in the timeline {} times",
        found.len()
    );
    Ok(found.first().map(|it| (*it).clone()))
}

/// The profile of Dynamics 365, with a field for the last open and a rule for the offer.
fn set_profile(story: &Story) -> Result<()> {
    let file = repo::root().join("plugin/profiles/dynamics365.json");
    let profile = fs::read_to_string(file).context("could not read the profile")?;
    let mut profile: Value = serde_json::from_str(&profile)?;
    profile["enrichment"] = json!({"last-opened": "last_opened"});
    profile["follow-up"] = json!([
        {"name": "Bellen over het aanbod", "when": {"clicked": {"link": "aanbod"}}, "due-in-days": 2},
    ]);
    let own = story.folder().join("dynamics365-own.json");
    fs::write(&own, profile.to_string()).context("could not write the profile")?;
    story
        .ask(&["settings", "profile", &own.to_string_lossy()])
        .map(drop)
}
