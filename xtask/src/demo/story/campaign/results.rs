//! The mailing in Spotler, what people do with it, and what the CRM makes of that.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use jiff::ToSpan;
use serde_json::{Value, json};

use super::super::super::screen::{heading, say};
use super::super::mail;
use super::super::stage::{Stage, list, text};
use super::{LARGE, LEFT_OUT, LIST, campaign};

/// Makes the mailing in Spotler and lets it be sent.
pub(super) fn mailing(stage: &mut Stage) -> Result<String> {
    let at_ten = stage.next_hour(10)?;
    heading("9  In Spotler: a dynamic list of the static one, and a mailing to it in five parts");
    stage.in_spotler(
        "lists",
        &json!({
            "action": "create_dynamic_list", "list": {"name": LIST, "from_static_list": LIST},
        }),
    )?;
    let target = json!({"dynamic_list": LIST});
    let mailing = mail::schedule(stage, "Voorjaarsmailing", &target, at_ten)?;
    say(&format!("the dynamic list has the same name: {LIST}"));
    ensure!(
        mail::sends(stage)?.is_empty(),
        "it was sent before its time"
    );
    stage.turn_to(at_ten)?;
    let sent = mail::sends(stage)?.len();
    say(&format!("{}: sent to {sent}", stage.time()));
    ensure!(
        sent as u64 == LARGE - LEFT_OUT.len() as u64,
        "it was sent to {sent}"
    );
    Ok(mailing)
}

/// What a row of the results should say: unique, total, last action.
pub(super) type Expected = BTreeMap<&'static str, (u64, Option<u64>, Option<i64>)>;

/// Lets people open, click, and so on; answers what the results should be.
pub(super) fn people_answer(stage: &mut Stage, mailing: &str) -> Result<Expected> {
    heading("10  People open it, click, bounce and unsubscribe");
    let sent_at = stage.now_ms();
    let who = |number: u64| format!("contact-P-{number:04}");
    let does =
        |stage: &Stage, number: u64, act: Value| mail::does(stage, &who(number), mailing, act);
    stage.pass(5.minutes())?;
    for number in 101..=140 {
        does(stage, number, json!({"action": "open"}))?;
    }
    stage.pass(5.minutes())?;
    for number in 101..=110 {
        does(stage, number, json!({"action": "open"}))?;
    }
    let opened_again = stage.now_ms();
    stage.pass(5.minutes())?;
    for number in 201..=215 {
        does(stage, number, json!({"action": "click", "link": 1}))?;
    }
    let clicked = stage.now_ms();
    stage.pass(5.minutes())?;
    for number in 301..=305 {
        does(
            stage,
            number,
            json!({"action": "bounce", "hard": number > 303}),
        )?;
    }
    let bounced = stage.now_ms();
    stage.pass(5.minutes())?;
    for number in 401..=404 {
        does(
            stage,
            number,
            json!({"action": "unsubscribe", "permission": 1}),
        )?;
    }
    does(stage, 405, json!({"action": "unsubscribe"}))?;
    say("40 open it, ten of them twice; 15 click; 3 come back for now, 2 for good; 5 unsubscribe");
    let sent = mail::sends(stage)?.len() as u64;
    Ok(BTreeMap::from([
        ("delivered", (sent - 5, Some(sent - 5), Some(sent_at))),
        ("opened", (55, Some(65), Some(clicked))),
        ("clicked", (15, Some(15), Some(clicked))),
        ("downloaded", (40, Some(50), Some(opened_again))),
        ("unsubscribed", (5, None, None)),
        ("soft-bounced", (3, Some(3), Some(bounced))),
        ("hard-bounced", (2, Some(2), Some(bounced))),
    ]))
}

pub(super) fn results(stage: &mut Stage, mailing: &str, expected: &Expected) -> Result<()> {
    stage.pass(1.hour())?;
    heading(&format!(
        "11  {}: the hourly look, and the results of the campaign",
        stage.time()
    ));
    stage.type_in("tick")?;
    stage.work()?;
    stage.type_in(&format!("report results '{LIST}'"))?;
    let answer = stage.ask(&format!("report results '{LIST}'"))?;
    ensure!(
        answer["mailings"] == json!([mailing]),
        "another mailing than that one is attached: {answer}"
    );
    let rows = list(&answer, "results")?;
    ensure!(
        rows.len() == expected.len(),
        "there are not seven rows: {rows:?}"
    );
    let sent = LARGE - LEFT_OUT.len() as u64;
    for row in &rows {
        let counted = text(row, "counted");
        let (unique, total, last_at) = expected
            .get(counted)
            .with_context(|| format!("what is {counted}?"))?;
        let tenths = (unique * 2_000 + sent) / (sent * 2);
        let wanted = json!({
            "counted": counted, "percentage": format!("{}.{} %", tenths / 10, tenths % 10), "unique": unique,
            "total": total, "last_action_at": last_at,
        });
        ensure!(*row == wanted, "the results should say {wanted}, not {row}");
    }
    say("as expected: counted from what people did, the same comes out");
    stage.type_in("campaign list")?;
    Ok(())
}

pub(super) fn feedback(stage: &Stage) -> Result<()> {
    heading("12  What it means for each of them, in the CRM");
    for (id, reason) in [("P-0405", "inactive-in-spotler"), ("P-0304", "bounced")] {
        let contact = stage.ask(&format!("contact show {id}"))?;
        say(&format!(
            "{id}: status {}, reason {}",
            text(&contact, "status"),
            text(&contact, "reason")
        ));
        ensure!(
            contact["reason"] == reason,
            "{id} should be {reason}: {contact}"
        );
    }
    let contact = stage.ask("contact show P-0401")?;
    let held = list(&contact, "permissions")?
        .into_iter()
        .find(|it| it["bit"] == 1);
    ensure!(
        held.is_some_and(|it| it["consent"] == "withdrawn" && it["origin"] == "spotler"),
        "the CRM does not know that P-0401 withdrew the permission: {contact}"
    );
    say("P-0401: the permission is withdrawn in the CRM too");
    stage.type_in("card P-0201 --history timeline")?;
    Ok(())
}

pub(super) fn renamed(stage: &mut Stage, mailing: &str) -> Result<()> {
    heading("13  Somebody renames the list in Spotler");
    stage.in_spotler(
        "lists",
        &json!({"action": "rename_static_list", "name": LIST, "to": "Voorjaar oud"}),
    )?;
    let soon = stage.next_hour(14)?;
    let other = mail::schedule(
        stage,
        "Herinnering",
        &json!({"static_list": "Voorjaar oud"}),
        soon,
    )?;
    stage.turn_to(soon)?;
    stage.pass(1.hour())?;
    stage.tick()?;
    stage.tick()?;
    let told = stage.messages("log-list-renamed")?;
    ensure!(told.len() == 1, "the user should be warned once: {told:?}");
    say(&format!("told once: {}", text(&told[0], "text")));
    let show = campaign(stage, "voorjaar")?;
    ensure!(
        show["facts"]["list-state"] == "renamed",
        "the campaign does not show it: {show}"
    );
    let mailings = list(&stage.ask("report mailings")?, "mailings")?;
    ensure!(
        mailings.iter().any(|it| it["id"] == other.as_str()),
        "the other mailing is not listed"
    );
    let answer = stage.ask(&format!("report results '{LIST}'"))?;
    ensure!(
        answer["mailings"] == json!([mailing]),
        "a mailing to the renamed list was attached: {answer}"
    );
    stage.type_in("report mailings")?;
    say("a mailing to the renamed list is listed, and attached to no campaign");
    Ok(())
}
