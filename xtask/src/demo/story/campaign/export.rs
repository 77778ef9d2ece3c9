//! The evening, and what the export has left on both sides.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::super::super::screen::{heading, say};
use super::super::mail;
use super::super::stage::{Stage, list, text};
use super::{KNOWN, LARGE, LEFT_OUT, LIST, campaign, is_done};

pub(super) fn evening(stage: &mut Stage) -> Result<()> {
    let at_seven = stage.next_hour(19)?;
    stage.turn_to(at_seven)?;
    heading(&format!(
        "5  {}: the large campaign runs, and still no small one waits",
        stage.time()
    ));
    let hold = json!({"on": "POST /contact/list", "when": {"next": {"times": 1}}, "fault": "hang_before_work"});
    stage.spotler.control("POST", "/_sim/faults", &hold)?;
    let serving = stage.crm.serve()?;
    stage.wait_until("the large campaign sends people to Spotler", || {
        Ok(stage.look("faults")?["held"] == 1)
    })?;
    say(
        "Spotler is slow: it holds a step of the large campaign. Somebody submits a small one now:",
    );
    stage.type_in(
        "campaign new zeist --title Zeist --select filter:city=Zeist --list Zeist --permission 1",
    )?;
    stage.type_in("campaign run zeist")?;
    stage.wait_until("the small campaign is done", || is_done(stage, "zeist"))?;
    ensure!(
        stage.look("faults")?["held"] == 1,
        "the step of the large campaign went on"
    );
    say("the small one is done, within that one step; Spotler goes on");
    stage
        .spotler
        .control("POST", "/_sim/faults/release", &Value::Null)?;
    stage.wait_until("the large campaign is done", || {
        Ok(is_done(stage, "voorjaar")? || waits(stage)?)
    })?;
    drop(serving);
    stage.work_to_the_end()?;
    ensure!(
        is_done(stage, "voorjaar")?,
        "the large campaign is not done: {}",
        campaign(stage, "voorjaar")?
    );
    let progress = progress(stage)?;
    ensure!(
        progress.windows(2).all(|it| it[0] < it[1]) && progress.last() == Some(&LARGE),
        "the log does not count on to {LARGE}: {progress:?}"
    );
    say(&format!(
        "the log followed it: {} of 2,501, {} … {}",
        progress[0], progress[1], LARGE
    ));
    stage.type_in("campaign show voorjaar")?;
    Ok(())
}

/// Whether nothing is under way: everything that is left waits for a later moment.
pub(super) fn waits(stage: &Stage) -> Result<bool> {
    let queue = stage.ask("queue")?;
    Ok(queue["next_due"]
        .as_i64()
        .is_some_and(|it| it > stage.now_ms()))
}

pub(super) fn who_was_exported(stage: &Stage) -> Result<()> {
    heading("6  Who was exported, and who was left out and why");
    stage.type_in("campaign results voorjaar --left-out")?;
    let results = list(&stage.ask("campaign results voorjaar")?, "addressees")?;
    let left_out: Vec<(&str, &str)> = results
        .iter()
        .filter(|it| it["exported"] == false)
        .map(|it| (text(it, "record"), text(it, "left_out")))
        .collect();
    ensure!(
        left_out == LEFT_OUT,
        "others were left out than should be: {left_out:?}"
    );
    let exported: BTreeSet<String> = results
        .iter()
        .filter(|it| it["exported"] == true)
        .map(|it| text(it, "record").replace("contact/P", "contact-P"))
        .map(|it| {
            if it == format!("contact-{KNOWN}") {
                "webshop-1".to_owned()
            } else {
                it
            }
        })
        .collect();
    let lists = mail::static_lists(stage)?;
    let on_it = lists
        .get(LIST)
        .with_context(|| format!("Spotler has no list of that name: {:?}", lists.keys()))?;
    ensure!(
        *on_it == exported,
        "others are on the list than were exported"
    );
    say(&format!(
        "in Spotler: a new static list with exactly the name “{LIST}” and {} people,",
        on_it.len()
    ));
    say(&format!(
        "{KNOWN} among them, found by address and not doubled; nobody has been mailed"
    ));
    ensure!(
        mail::sends(stage)?.is_empty(),
        "somebody was mailed by the export"
    );
    stage.ask("campaign new kenmerk --title Kenmerk --select attribute --channel letter")?;
    let by_letter = stage.answer("campaign run kenmerk");
    ensure!(by_letter.is_err(), "a campaign by letter was exported");
    let carries = stage.ask("campaign plan kenmerk")?;
    ensure!(
        carries["selected"] == on_it.len(),
        "others carry the attribute than were exported: {carries}"
    );
    for (record, _) in LEFT_OUT {
        let contact = stage.ask(&format!("contact show {record}"))?;
        ensure!(contact["gate"] == false, "{record} carries the attribute");
    }
    say(&format!(
        "in the CRM: {} relations carry the attribute “Spotler” now, the four do not",
        on_it.len()
    ));
    Ok(())
}

pub(super) fn told_once(stage: &Stage) -> Result<()> {
    heading("7  The user is told once, and has a to-do");
    for id in ["beurs", "zeist", "voorjaar"] {
        let told = stage.messages("notify-exported")?;
        let about = told
            .iter()
            .filter(|it| it["about"]["campaign"] == id)
            .count();
        ensure!(
            about == 1,
            "the user was told {about} times that {id} is done"
        );
    }
    stage.type_in("messages")?;
    stage.type_in("tasks")?;
    let tasks = list(&stage.ask("tasks")?, "tasks")?;
    let mut to_do: Vec<&str> = tasks
        .iter()
        .filter(|it| it["code"] == "task-campaign")
        .map(|it| text(&it["about"], "campaign"))
        .collect();
    to_do.sort_unstable();
    ensure!(
        to_do == ["voorjaar", "zeist"],
        "the to-dos are not those of the campaigns that stay open: {to_do:?}"
    );
    say("none for “Beurs”: its wizard said that the activity closes by itself");
    Ok(())
}

pub(super) fn a_name_is_used_once(stage: &Stage) -> Result<()> {
    heading(
        "8  A list is never added to: the same name again is refused before anything is written",
    );
    stage.type_in(&format!("campaign new nogmaals --title 'Nog eens' --select filter:city=Utrecht --list '{LIST}' --permission 1"))?;
    stage.type_in("campaign run nogmaals")?;
    let before = stage.spotler.request_count()?;
    stage.work()?;
    let requests = stage.spotler.requests_since(before)?;
    ensure!(
        requests.iter().all(|it| it.starts_with("GET ")),
        "something was written: {requests:?}"
    );
    stage.type_in("queue")?;
    let rejected = list(&stage.ask("queue")?, "rejected")?;
    let of_it = rejected
        .iter()
        .find(|it| it["subject"] == "campaign/nogmaals");
    ensure!(
        of_it.is_some_and(|it| it["reason"]["code"] == "list-name-taken"),
        "it should be rejected because of its name: {rejected:?}"
    );
    let failed = stage.messages("notify-export-failed")?.len();
    ensure!(
        failed == 1,
        "the user is told {failed} times that it failed"
    );
    Ok(())
}

/// How far the large campaign was, entry by entry of the log.
pub(super) fn progress(stage: &Stage) -> Result<Vec<u64>> {
    let mut lines = list(&stage.ask("log --limit 1000")?, "lines")?;
    lines.reverse();
    let is_progress =
        |it: &&Value| it["code"] == "log-export-progress" && it["about"]["campaign"] == "voorjaar";
    let done = |it: &Value| text(&it["about"], "done").parse().ok();
    Ok(lines.iter().filter(is_progress).filter_map(done).collect())
}
