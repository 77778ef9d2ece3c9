//! A campaign of 2,501 relations: planned, exported in the evening, mailed from Spotler, and its results.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use jiff::ToSpan;
use serde_json::{Value, json};

use super::super::screen::{heading, say};
use super::mail;
use super::stage::{Stage, list, text};

/// One more than run at once.
const LARGE: u64 = 2_501;
/// The list's name, in the CRM and in Spotler.
const LIST: &str = "Voorjaar 2026 – crème brûlée";
/// Who is to be left out of the export, and why.
const LEFT_OUT: [(&str, &str); 4] = [
    ("contact/P-0010", "opted-out-in-crm"),
    ("contact/P-0020", "lacks-permission"),
    ("contact/P-0030", "no-email-address"),
    ("contact/P-0050", "inactive-in-spotler"),
];
/// Whom the webshop added to Spotler before there was a connection.
const KNOWN: &str = "P-0060";

/// Who is in Spotler from the start: one customer of the webshop, and one more who opts out.
pub(crate) fn seed() -> Vec<Value> {
    let person = |id: &str, email: &str| json!({"external_id": id, "properties": {"email": email}, "permissions": [1]});
    vec![
        person("webshop-1", &address(60)),
        person("webshop-2", &address(50)),
    ]
}

/// Tells the story.
pub(crate) fn tell(stage: &mut Stage, folder: &Path) -> Result<()> {
    relations(stage, folder)?;
    plan(stage)?;
    waits_for_the_evening(stage)?;
    small_ones_do_not_wait(stage)?;
    evening(stage)?;
    who_was_exported(stage)?;
    told_once(stage)?;
    a_name_is_used_once(stage)?;
    let mailing = mailing(stage)?;
    let expected = people_answer(stage, &mailing)?;
    results(stage, &mailing, &expected)?;
    feedback(stage)?;
    renamed(stage, &mailing)
}

fn address(number: u64) -> String {
    format!("p{number}@relaties.example")
}

fn relations(stage: &Stage, folder: &Path) -> Result<()> {
    heading("1  2,501 relations, none of them in Spotler through this CRM");
    stage.connect("perfectview")?;
    stage.in_spotler("", &json!({"action": "opt_out", "who": address(50)}))?;
    let mut rows =
        "id,kind,first_name,last_name,email,city,spotler,active,bulk_email,permissions\n"
            .to_owned();
    for number in 1..=LARGE {
        let city = match number {
            2_470..=2_479 => "Utrecht",
            2_480..=2_491 => "Zeist",
            _ => "Amersfoort",
        };
        let email = if number == 30 {
            String::new()
        } else {
            address(number)
        };
        let mail = if number == 10 {
            "do-not-allow"
        } else {
            "allow"
        };
        let said = if number == 20 {
            "-Maandelijkse nieuwsbrief"
        } else {
            "Maandelijkse nieuwsbrief"
        };
        writeln!(
            rows,
            "P-{number:04},contact,Relatie,Nummer {number},{email},{city},no,yes,{mail},{said}"
        )?;
    }
    let file = folder.join("relations.csv");
    fs::write(&file, rows).context("could not write the relations")?;
    let report = stage
        .crm
        .ask(&["contact", "import", &file.to_string_lossy()])?;
    ensure!(
        report["created"] == LARGE,
        "not all relations were imported: {report}"
    );
    let before = stage.spotler.request_count()?;
    stage.work()?;
    ensure!(
        stage.spotler.request_count()? == before,
        "the import made requests to Spotler"
    );
    say("2,501 imported without the attribute “Spotler”: 0 requests");
    say("in Spotler: two customers of the webshop, of whom one opted out there");
    Ok(())
}

fn plan(stage: &Stage) -> Result<()> {
    heading("2  The wizard: send via an external system, Spotler, and a name for the list");
    stage.type_in(&[
        "campaign",
        "new",
        "voorjaar",
        "--title",
        "Voorjaar",
        "--select",
        "all",
        "--list",
        LIST,
        "--permission",
        "1",
    ])?;
    let said = stage.type_in(&["campaign", "plan", "voorjaar"])?;
    let plan = stage.crm.ask(&["campaign", "plan", "voorjaar"])?;
    ensure!(
        plan["selected"] == LARGE,
        "the plan does not select all: {plan}"
    );
    let at_seven = stage.next_hour(19)?.as_millisecond();
    ensure!(
        plan["starts_at"] == at_seven,
        "the plan should wait until seven in the evening: {plan}"
    );
    ensure!(
        said.contains("2,500 at most runs at once"),
        "the plan does not say that fewer would run at once"
    );
    Ok(())
}

fn waits_for_the_evening(stage: &Stage) -> Result<()> {
    heading("3  Run: one more than 2,500 waits for the evening");
    stage.type_in(&["campaign", "run", "voorjaar"])?;
    let before = stage.spotler.request_count()?;
    stage.type_in(&["work"])?;
    ensure!(
        stage.spotler.request_count()? == before,
        "the large campaign made requests by day"
    );
    let told = stage.messages("notify-export-waits")?;
    let [message] = told.as_slice() else {
        anyhow::bail!("the user should be told once that it waits: {told:?}");
    };
    for part in ["voorjaar", "2501", "T18:00:00Z", "2,500"] {
        ensure!(
            text(message, "text").contains(part),
            "the message does not say {part}: {message}"
        );
    }
    say("0 requests to Spotler; the user is told which, when, and that one fewer would run now:");
    stage.type_in(&["messages"])?;
    Ok(())
}

fn small_ones_do_not_wait(stage: &Stage) -> Result<()> {
    heading("4  A small campaign does not wait for it");
    stage.type_in(&[
        "campaign",
        "new",
        "beurs",
        "--title",
        "Beurs",
        "--select",
        "filter:city=Utrecht",
        "--list",
        "Beurs Utrecht",
        "--permission",
        "1",
        "--auto-close",
    ])?;
    stage.type_in(&["campaign", "run", "beurs"])?;
    let before = stage.spotler.request_count()?;
    stage.type_in(&["work"])?;
    for request in stage.spotler.requests_since(before)? {
        say(&format!("  {request}"));
    }
    ensure!(is_done(stage, "beurs")?, "the small campaign is not done");
    ensure!(
        !is_done(stage, "voorjaar")?,
        "the large campaign ran by day"
    );
    let lists = mail::static_lists(stage)?;
    ensure!(
        lists.get("Beurs Utrecht").map(BTreeSet::len) == Some(10),
        "not all ten are on the list: {lists:?}"
    );
    stage.type_in(&["campaign", "forecast"])?;
    Ok(())
}

fn evening(stage: &mut Stage) -> Result<()> {
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
    stage.type_in(&[
        "campaign",
        "new",
        "zeist",
        "--title",
        "Zeist",
        "--select",
        "filter:city=Zeist",
        "--list",
        "Zeist",
        "--permission",
        "1",
    ])?;
    stage.type_in(&["campaign", "run", "zeist"])?;
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
    stage.type_in(&["campaign", "show", "voorjaar"])?;
    Ok(())
}

/// Whether nothing is under way: everything that is left waits for a later moment.
fn waits(stage: &Stage) -> Result<bool> {
    let queue = stage.crm.ask(&["queue"])?;
    Ok(queue["next_due"]
        .as_i64()
        .is_some_and(|it| it > stage.now_ms()))
}

fn who_was_exported(stage: &Stage) -> Result<()> {
    heading("6  Who was exported, and who was left out and why");
    stage.type_in(&["campaign", "results", "voorjaar", "--left-out"])?;
    let results = list(
        &stage.crm.ask(&["campaign", "results", "voorjaar"])?,
        "addressees",
    )?;
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
    stage.crm.ask(&[
        "campaign",
        "new",
        "kenmerk",
        "--title",
        "Kenmerk",
        "--select",
        "attribute",
        "--channel",
        "letter",
    ])?;
    let carries = stage.crm.ask(&["campaign", "plan", "kenmerk"])?;
    ensure!(
        carries["selected"] == on_it.len(),
        "others carry the attribute than were exported: {carries}"
    );
    for (record, _) in LEFT_OUT {
        let contact = stage.crm.ask(&["contact", "show", record])?;
        ensure!(contact["gate"] == false, "{record} carries the attribute");
    }
    say(&format!(
        "in the CRM: {} relations carry the attribute “Spotler” now, the four do not",
        on_it.len()
    ));
    Ok(())
}

fn told_once(stage: &Stage) -> Result<()> {
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
    stage.type_in(&["messages"])?;
    stage.type_in(&["tasks"])?;
    let tasks = list(&stage.crm.ask(&["tasks"])?, "tasks")?;
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

fn a_name_is_used_once(stage: &Stage) -> Result<()> {
    heading(
        "8  A list is never added to: the same name again is refused before anything is written",
    );
    stage.type_in(&[
        "campaign",
        "new",
        "nogmaals",
        "--title",
        "Nog eens",
        "--select",
        "filter:city=Utrecht",
        "--list",
        LIST,
        "--permission",
        "1",
    ])?;
    stage.type_in(&["campaign", "run", "nogmaals"])?;
    let before = stage.spotler.request_count()?;
    stage.work()?;
    let requests = stage.spotler.requests_since(before)?;
    ensure!(
        requests.iter().all(|it| it.starts_with("GET ")),
        "something was written: {requests:?}"
    );
    stage.type_in(&["queue"])?;
    let rejected = list(&stage.crm.ask(&["queue"])?, "rejected")?;
    let of_it = rejected
        .iter()
        .find(|it| it["subject"] == "campaign/nogmaals");
    ensure!(
        of_it.is_some_and(|it| it["reason"]["code"] == "list-name-taken"),
        "it should be rejected because of its name: {rejected:?}"
    );
    Ok(())
}

/// Makes the mailing in Spotler and lets it be sent.
fn mailing(stage: &mut Stage) -> Result<String> {
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
type Expected = BTreeMap<&'static str, (u64, Option<u64>, Option<i64>)>;

/// Lets people open, click, and so on; answers what the results should be.
fn people_answer(stage: &mut Stage, mailing: &str) -> Result<Expected> {
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

fn results(stage: &mut Stage, mailing: &str, expected: &Expected) -> Result<()> {
    stage.pass(1.hour())?;
    heading(&format!(
        "11  {}: the hourly look, and the results of the campaign",
        stage.time()
    ));
    stage.type_in(&["tick"])?;
    stage.work()?;
    stage.type_in(&["report", "results", LIST])?;
    let answer = stage.crm.ask(&["report", "results", LIST])?;
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
    stage.type_in(&["campaign", "list"])?;
    Ok(())
}

fn feedback(stage: &Stage) -> Result<()> {
    heading("12  What it means for each of them, in the CRM");
    for (id, reason) in [("P-0405", "inactive-in-spotler"), ("P-0304", "bounced")] {
        let contact = stage.crm.ask(&["contact", "show", id])?;
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
    let contact = stage.crm.ask(&["contact", "show", "P-0401"])?;
    let held = list(&contact, "permissions")?
        .into_iter()
        .find(|it| it["bit"] == 1);
    ensure!(
        held.is_some_and(|it| it["consent"] == "withdrawn" && it["origin"] == "spotler"),
        "the CRM does not know that P-0401 withdrew the permission: {contact}"
    );
    say("P-0401: the permission is withdrawn in the CRM too");
    stage.type_in(&["card", "P-0201", "--history", "timeline"])?;
    Ok(())
}

fn renamed(stage: &mut Stage, mailing: &str) -> Result<()> {
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
    let mailings = list(&stage.crm.ask(&["report", "mailings"])?, "mailings")?;
    ensure!(
        mailings.iter().any(|it| it["id"] == other.as_str()),
        "the other mailing is not listed"
    );
    let answer = stage.crm.ask(&["report", "results", LIST])?;
    ensure!(
        answer["mailings"] == json!([mailing]),
        "a mailing to the renamed list was attached: {answer}"
    );
    stage.type_in(&["report", "mailings"])?;
    say("a mailing to the renamed list is listed, and attached to no campaign");
    Ok(())
}

fn campaign(stage: &Stage, id: &str) -> Result<Value> {
    stage.crm.ask(&["campaign", "show", id])
}

fn is_done(stage: &Stage, id: &str) -> Result<bool> {
    Ok(campaign(stage, id)?["status"] == "succeeded")
}

/// How far the large campaign was, entry by entry of the log.
fn progress(stage: &Stage) -> Result<Vec<u64>> {
    let mut lines = list(&stage.crm.ask(&["log", "--limit", "1000"])?, "lines")?;
    lines.reverse();
    let is_progress =
        |it: &&Value| it["code"] == "log-export-progress" && it["about"]["campaign"] == "voorjaar";
    let done = |it: &Value| text(&it["about"], "done").parse().ok();
    Ok(lines.iter().filter(is_progress).filter_map(done).collect())
}
