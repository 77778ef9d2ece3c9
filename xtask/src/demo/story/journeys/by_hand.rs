//! Started and stopped by hand, at most once, and refused.

use anyhow::{Context, Result, ensure};
use jiff::ToSpan;
use serde_json::{Value, json};

use super::super::super::screen::{heading, say};
use super::super::mail;
use super::super::stage::{Stage, list, text};
use super::{ANNA, BO, Codes, email, expect, expect_standing, make, standing};

pub(super) fn by_hand(stage: &Stage, codes: &Codes) -> Result<()> {
    heading("7  By hand: started for two, three times for one, one of them stopped, and then all");
    let code = make(
        stage,
        &json!({
            "kind": "automation", "name": "Elke maand", "steps": [{"delay_s": 86_400, "do": email("Deze maand", "x")}],
        }),
    )?;
    stage.ask("journey refresh")?;
    stage.work()?;
    stage.type_in(&format!("journey start {code} {ANNA} {BO}"))?;
    stage.work()?;
    expect(stage, "run-action", "journeys-done")?;
    for _ in 0..2 {
        stage.ask(&format!("journey start {code} {ANNA}"))?;
        stage.work()?;
    }
    let running = |contact: &str| -> Result<Vec<Value>> {
        let here = standing(stage, contact, &code)?;
        list(&here, "participations")
    };
    let three = running(ANNA)?;
    ensure!(three.len() == 3, "it was started three times: {three:?}");
    let second = three[1].as_str().unwrap_or_default().to_owned();
    stage.type_in(&format!(
        "journey stop {code} {ANNA} --participation {second}"
    ))?;
    stage.work()?;
    let in_spotler = || -> Result<usize> {
        let all = list(&stage.look("journeys")?, "participations")?;
        Ok(all.iter().filter(|it| it["progress"] == "running").count())
    };
    ensure!(
        running(ANNA)?.len() == 2 && in_spotler()? == 3,
        "not exactly one participation was stopped"
    );
    stage.type_in(&format!("journey stop {code} {ANNA}"))?;
    stage.work()?;
    ensure!(
        running(ANNA)?.is_empty() && in_spotler()? == 1,
        "not all of Anna's participations were stopped"
    );
    expect_standing(stage, ANNA, &code, "stopped")?;
    say("the switches of the pop-up do the same:");
    let (on, off) = (format!("on={}", codes.life_cycle), format!("off={code}"));
    stage.type_in(&format!(
        "action set-journeys {BO} --with {on} --with {off}"
    ))?;
    stage.work()?;
    expect_standing(stage, BO, &codes.life_cycle, "started")?;
    expect_standing(stage, BO, &code, "stopped")?;
    ensure!(
        in_spotler()? == 1,
        "Spotler has other participations than the switches show"
    );
    stage.type_in(&format!("journey show {BO}"))?;
    Ok(())
}

pub(super) fn at_most_once(stage: &mut Stage, codes: &Codes) -> Result<()> {
    heading("8  The answer to a start is lost: nobody is mailed twice");
    let fault = json!({
        "on": "POST /automation/trigger/*", "when": {"next": {"times": 1}}, "fault": "reset_after_work",
    });
    stage.spotler.control("POST", "/_sim/faults", &fault)?;
    let before = mail::sends(stage)?.len();
    stage.type_in(&format!("journey start {} {ANNA}", codes.confirmation))?;
    stage.work()?;
    expect(stage, "run-action", "start-unsure")?;
    expect_standing(stage, ANNA, &codes.confirmation, "unsure")?;
    let requests = stage.spotler.request_count()?;
    stage.pass((24).hours())?;
    stage.work_to_the_end()?;
    ensure!(
        stage.spotler.request_count()? == requests,
        "it was tried again without anybody asking"
    );
    let tasks = list(&stage.ask("tasks")?, "tasks")?;
    let about = format!("contact/{ANNA}");
    let task = tasks.iter().find(|it| it["target"] == about.as_str());
    say(&format!(
        "a day later nothing was tried again; a task: {}",
        text(task.context("there is no task")?, "text")
    ));
    ensure!(
        mail::sends(stage)?.len() == before + 1,
        "it was not sent exactly once"
    );
    say("somebody looks in Spotler: it did begin");
    stage.type_in(&format!(
        "journey start {} {ANNA} --assume-started",
        codes.confirmation
    ))?;
    stage.work()?;
    expect_standing(stage, ANNA, &codes.confirmation, "started")?;
    ensure!(mail::sends(stage)?.len() == before + 1, "it was sent twice");
    Ok(())
}

/// A journey that refuses, and with which reason.
pub(super) fn refusals(stage: &Stage) -> Result<()> {
    heading("9  What Spotler may answer, in words");
    let draft = |more: Value| {
        let mut draft = json!({"kind": "automation", "name": "x", "steps": [{"delay_s": 86_400, "do": email("x", "x")}]});
        for (name, value) in more.as_object().into_iter().flatten() {
            draft[name] = value.clone();
        }
        make(stage, &draft)
    };
    let limited = draft(json!({"name": "Een keer tegelijk", "participation_limit": 1}))?;
    let once = draft(json!({"kind": "campaign", "name": "Eenmalig"}))?;
    let selected =
        draft(json!({"kind": "campaign", "name": "Alleen kwartaalnieuws", "selection": 2}))?;
    let off = draft(json!({"name": "Uitgezet"}))?;
    let journeys = list(&stage.look("journeys")?, "journeys")?;
    let id = journeys
        .iter()
        .find(|it| it["name"] == "Uitgezet")
        .map(|it| it["id"].clone());
    stage.in_spotler(
        "journeys",
        &json!({"action": "activate", "journey": id, "active": false}),
    )?;
    stage.ask("journey refresh")?;
    stage.work()?;
    let start = |code: &str, contact: &str, reason: &str| -> Result<()> {
        let code = if code.is_empty() {
            "no-such-code"
        } else {
            code
        };
        stage.ask(&format!("journey start {code} {contact}"))?;
        stage.work()?;
        expect(stage, "run-action", reason)
    };
    start(&limited, ANNA, "journey-started")?;
    start(&limited, ANNA, "participation-limit")?;
    start(&once, ANNA, "journey-started")?;
    start(&once, ANNA, "already-in-journey")?;
    start(&selected, ANNA, "not-in-selection")?;
    start(&off, ANNA, "journey-inactive")?;
    start("", ANNA, "trigger-not-found")?;
    stage.ask("contact add --id K-3 --gate --set last_name=Zonder")?;
    stage.work()?;
    start(&limited, "K-3", "no-email-address")?;
    stage.ask(&format!("contact opt-out {BO}"))?;
    stage.work()?;
    start(&limited, BO, "no-journey-after-opt-out")?;
    stage.spotler.control(
        "PATCH",
        "/_sim/switches",
        &json!({"account": {"product": "mail"}}),
    )?;
    start(&limited, ANNA, "not-in-your-product")?;
    let status = stage.ask("status")?;
    ensure!(
        status["connection"]["active"] == true,
        "the connection was stopped: {status}"
    );
    say("the connection stays active");
    Ok(())
}
