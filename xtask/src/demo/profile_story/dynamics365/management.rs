//! How synchronisation is watched and managed, and how somebody comes back after an opt-out.

use anyhow::{Result, ensure};
use serde_json::json;

use super::{DAM, FINN, IVO};
use crate::demo::profile_story::Story;
use crate::demo::profile_story::looks::{rows, text};

/// The status of a record, its history, and its switch.
pub(super) fn status(story: &mut Story) -> Result<()> {
    story.step(
        "The tab Marketing: status, history, and the switch",
        "DA-71 DA-72 DA-73 DA-74 DA-75 DA-76",
    )?;
    for id in [IVO.id, DAM.id, FINN.id] {
        let record = story.record(id)?;
        story.shown(&format!("{id}: Spotler Status {}", text(&record["status"])));
    }
    let history = story.ask(&["history", IVO.id])?;
    let lines = rows(&history["history"]);
    ensure!(
        lines.len() > 1,
        "the history does not list every attempt: {history}"
    );
    let told: Vec<String> = lines
        .iter()
        .take(4)
        .map(|it| format!("{}: {}", text(&it["hook"]), text(&it["text"])))
        .collect();
    story.shown(&format!("history of Ivo\n  {}", told.join("\n  ")));
    story.in_crm("Ivo's synchronisation is switched off, and his street changed");
    story.ask(&["contact", "sync", IVO.id, "off"])?;
    story.edit(IVO.id, "street=Laan")?;
    let requests = story.work()?;
    ensure!(requests.is_empty(), "requests were made: {requests:?}");
    ensure!(
        story.record(IVO.id)?["status"] == "disabled",
        "Ivo does not show Disabled"
    );
    story.shown("Ivo: Disabled");
    story.in_crm("and on again");
    story.ask(&["contact", "sync", IVO.id, "on"])?;
    story.work()?;
    story.check_property(IVO.email(), "street", "Laan")?;
    ensure!(
        story.record(IVO.id)?["status"] == "succeeded",
        "Ivo does not show Succeeded"
    );
    story.shown("Ivo: Succeeded, and Spotler has the new street");
    Ok(())
}

/// After an opt-out: first in Spotler, then the status in the CRM, then a job by hand.
pub(super) fn reactivation(story: &mut Story) -> Result<()> {
    story.step(
        "Back after an opt-out: first in Spotler, then in the CRM, by a job",
        "DA-77 DA-78 DA-79 DA-82",
    )?;
    story.note("a Spotler that shows whether the e-mail channel is on; without that nobody can be taken up");
    story.spotler.set_channels("truthful")?;
    story.in_crm("a job for Finn, who opted out, without the first step");
    story.ask(&["action", "reactivate", FINN.id])?;
    story.work()?;
    ensure!(
        story.record(FINN.id)?["mail"]["allowed"] == false,
        "Finn may be mailed although he is not active again in Spotler"
    );
    story.check_reason(FINN.id, "Finn", "not-active-in-spotler")?;
    story.in_spotler(
        "a new contact with nothing but Finn's address: Spotler finds him, and he is active",
    );
    let only_email = json!({"action": "create_with_only_email", "email": FINN.email()});
    story.in_screens("", &only_email)?;
    ensure!(
        story.count_in_spotler(FINN.email())? == 1,
        "there are two contacts with Finn's address"
    );
    story.in_crm("the job once more");
    story.ask(&["action", "reactivate", FINN.id])?;
    story.work()?;
    let record = story.record(FINN.id)?;
    ensure!(
        record["status"] == "succeeded" && record["mail"]["allowed"] == true,
        "Finn was not taken up again: {record}"
    );
    story.check_property(FINN.email(), "street", "Plein")?;
    story.shown("Finn: Succeeded, Allow; his data is up to date in Spotler");
    Ok(())
}
