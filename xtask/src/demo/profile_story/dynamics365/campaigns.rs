//! Campaigns of Spotler, started and stopped by jobs.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::{EVA, HANNA, IVO};
use crate::demo::profile_story::looks::{rows, text};
use crate::demo::profile_story::{DAY_S, Story};

/// The campaign's name.
const WELCOME: &str = "Welkomsttraject";

/// A campaign with an external trigger is made in Spotler, and started for several contacts and for one.
pub(super) fn started(story: &mut Story) -> Result<()> {
    story.step(
        "A campaign is started by a Spotler job",
        "DA-27 DA-58 DA-59 DA-60 DA-61 DA-62 DA-63",
    )?;
    story.in_spotler(&format!(
        "the campaign `{WELCOME}` with an external trigger: a mail at once, another after seven days"
    ));
    let mail = |subject: &str| json!({"send_email": {"name": subject, "subject": subject, "body": "Welkom"}});
    story.in_screens(
        "journeys",
        &json!({
            "action": "make", "kind": "campaign", "name": WELCOME, "repeatable": true,
            "steps": [
                {"delay_s": 0, "do": mail("Welkom")},
                {"delay_s": 7 * DAY_S, "do": mail("Hoe bevalt het?")},
            ],
        }),
    )?;
    story.ask(&["action", "refresh-journeys"])?;
    story.work()?;
    let code = code(story)?;
    story.shown(&format!("Spotler made its code by itself: {code}"));
    story.in_crm("Spotler Job: start campaign, the code, Hanna and Ivo");
    let trigger = format!("trigger={code}");
    let asked = story.ask(&[
        "action",
        "start-journey",
        HANNA.id,
        IVO.id,
        "--with",
        &trigger,
    ])?;
    check_job(story, &asked["job"], "processing")?;
    story.work()?;
    check_job(story, &asked["job"], "succeeded")?;
    story.in_crm(
        "Eva is opted out of bulk mail; from her record: Related, Spotler Job, start campaign",
    );
    story.ask(&["contact", "opt-out", EVA.id])?;
    story.work()?;
    story.ask(&["journey", "start", &code, EVA.id])?;
    let jobs = story.ask(&["jobs", "--limit", "1"])?;
    let job = &jobs["jobs"][0];
    ensure!(
        job["operation"] == "start-journey",
        "from the record it should be the same operation: {job}"
    );
    let number = job["job"].clone();
    story.work()?;
    check_job(story, &number, "succeeded")?;
    ensure!(running(story)? == 3, "three should take part in Spotler");
    ensure!(
        sent(story, "Welkom")? == 3,
        "three should have got the first mail"
    );
    story.in_spotler("three take part, and got the first mail; direct mail still reaches Eva");
    story.in_crm("a job with a code that nobody knows");
    let asked = story.ask(&[
        "action",
        "start-journey",
        IVO.id,
        "--with",
        "trigger=bestaat-niet",
    ])?;
    story.work()?;
    check_job(story, &asked["job"], "failed")
}

/// The code of the campaign's trigger.
fn code(story: &Story) -> Result<String> {
    let journeys = story.ask(&["journey", "list"])?;
    let found = rows(&journeys["journeys"])
        .iter()
        .find(|it| it["name"] == WELCOME);
    let code = found.and_then(|it| it["triggers"][0]["code"].as_str());
    Ok(code
        .context("the CRM does not know the campaign")?
        .to_owned())
}

fn check_job(story: &Story, number: &Value, status: &str) -> Result<()> {
    let shown = story.ask(&["jobs", "show", &number.to_string()])?;
    ensure!(
        shown["status"] == status,
        "job {number} is {} and not {status}: {shown}",
        shown["status"]
    );
    let told = shown["text"].as_str().unwrap_or("under way");
    story.shown(&format!(
        "job {number}, {}: {status}; {told}",
        text(&shown["operation"])
    ));
    Ok(())
}

fn running(story: &Story) -> Result<usize> {
    let journeys = story
        .spotler
        .control("GET", "/_sim/journeys", &Value::Null)?;
    Ok(rows(&journeys["participations"])
        .iter()
        .filter(|it| it["progress"] == "running")
        .count())
}

/// How many messages with a subject were sent.
fn sent(story: &Story, subject: &str) -> Result<usize> {
    let mailings = story
        .spotler
        .control("GET", "/_sim/mailings", &Value::Null)?;
    Ok(rows(&mailings["sends"])
        .iter()
        .filter(|it| it["subject"] == subject)
        .count())
}

/// A campaign that is stopped sends nothing more.
pub(super) fn stopped(story: &mut Story) -> Result<()> {
    story.step("A campaign is stopped in the same way", "DA-64")?;
    let code = code(story)?;
    story.in_crm("Spotler Job: stop campaign, for Hanna");
    let trigger = format!("trigger={code}");
    let asked = story.ask(&["action", "stop-journey", HANNA.id, "--with", &trigger])?;
    story.work()?;
    check_job(story, &asked["job"], "succeeded")?;
    story.later(8 * DAY_S)?;
    ensure!(
        sent(story, "Hoe bevalt het?")? == 2,
        "after seven days the second mail should go to Ivo and Eva, and not to Hanna"
    );
    story.in_spotler("after seven days Ivo and Eva get the second mail, Hanna does not");
    Ok(())
}
