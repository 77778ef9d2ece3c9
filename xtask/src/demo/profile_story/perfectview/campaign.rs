//! A campaign: its wizard, its export to a new static list, and when a large one runs.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{ELS, MORE, TOM, USER};
use crate::demo::profile_story::Story;
use crate::demo::profile_story::looks::{count, rows, text};

/// The list's name, the same in the CRM and in Spotler.
pub(super) const LIST: &str = "Nieuwsbrief september – café's";
/// The campaign's id.
pub(super) const CAMPAIGN: &str = "september";
/// How many relations may be exported at once by day.
const AT_ONCE: u64 = 2500;

fn new<'a>(id: &'a str, select: &'a str, list: &'a str) -> Vec<&'a str> {
    vec![
        "--user", USER, "campaign", "new", id, "--title", id, "--select", select, "--list", list,
    ]
}

/// The steps of the wizard, and what it refuses.
pub(super) fn wizard(story: &mut Story) -> Result<()> {
    story.step(
        "A selection, and the wizard of a campaign",
        "PV-15 PV-16 PV-17",
    )?;
    story.in_crm(
        "four more relations in Utrecht sign up for the newsletter; Ada allows no bulk mail",
    );
    for person in &MORE {
        story.add(person, &["--owner", USER])?;
        story.opt_in(person.id, "1", "form on the website")?;
    }
    story.opt_in(ELS.id, "1", "form on the website")?;
    story.ask(&["contact", "opt-out", MORE[3].id])?;
    story.work()?;
    let by_letter = [
        new("brief", "filter:city=Utrecht", LIST),
        vec!["--channel", "letter"],
    ];
    story.ask(&by_letter.concat())?;
    let refused = story.refused(&["--user", USER, "campaign", "run", "brief"])?;
    story.shown(&format!("How: by letter. {refused}"));
    let refused = story.refused(&new("naamloos", "filter:city=Utrecht", ""))?;
    story.shown(&format!("without a name: {refused}"));
    story.in_crm(&format!(
        "How: through an external system; the system: Spotler; the list: {LIST}"
    ));
    let mut wizard = new(CAMPAIGN, "filter:city=Utrecht", LIST);
    wizard.extend(["--permission", "1"]);
    story.ask(&wizard)?;
    let plan = story.ask(&["campaign", "plan", CAMPAIGN])?;
    ensure!(
        plan["selected"] == 7 && plan["starts_at"] == Value::Null,
        "the campaign should select 7 and run at once: {plan}"
    );
    story.shown("7 selected; it runs at once");
    Ok(())
}

/// The export: people first, then the list; nobody is mailed.
pub(super) fn export(story: &mut Story) -> Result<()> {
    story.step(
        "Carry the campaign out: a static list in Spotler, and no mail",
        "PV-18 PV-19 PV-20 PV-21 PV-25 PV-26 PV-28 PV-37 PV-43 PV-50",
    )?;
    story.ask(&["--user", USER, "campaign", "run", CAMPAIGN])?;
    let requests = story.work()?;
    let list = requests
        .iter()
        .position(|it| it.starts_with("POST /templist"));
    let last_person = requests
        .iter()
        .rposition(|it| it.starts_with("POST /contact"));
    ensure!(
        list.is_some() && last_person < list,
        "the list was not made after its people: {requests:?}"
    );
    ensure!(mails(story)? == 0, "something was mailed");
    let members = members(story, LIST)?.context("there is no list of that name in Spotler")?;
    ensure!(
        members == 5,
        "{members} are on the list in Spotler; it should be 5"
    );
    story.shown("in Spotler, under Lists: the static list with 5 people; no mail was sent");
    left_out(story)?;
    for person in [&TOM, &ELS, &MORE[0]] {
        let record = story.record(person.id)?;
        ensure!(
            record["gate"] == true,
            "{} was exported and has not got the attribute Spotler",
            person.id
        );
    }
    ensure!(
        story.record(MORE[3].id)?["gate"] == false,
        "Ada was not exported and got the attribute Spotler"
    );
    story.shown("who was exported carries the attribute Spotler now, and nobody else");
    let messages = story.ask(&["messages", "--to", USER])?;
    ensure!(
        rows(&messages["messages"]).len() == 1,
        "Remy should get one message: {messages}"
    );
    story.shown(&format!(
        "e-mail to Remy: {}",
        text(&messages["messages"][0]["text"])
    ));
    let tasks = story.ask(&["tasks"])?;
    let to_do = rows(&tasks["tasks"])
        .iter()
        .find(|it| it["code"] == "task-campaign")
        .context("the campaign is not in the to-do list")?;
    story.shown(&format!("to do: {}", text(&to_do["text"])));
    log(story)
}

/// Who was left out, and why.
fn left_out(story: &Story) -> Result<()> {
    let results = story.ask(&["campaign", "results", CAMPAIGN])?;
    let left_out: Vec<(&str, &str)> = rows(&results["addressees"])
        .iter()
        .filter(|it| it["exported"] == false)
        .map(|it| (text(&it["record"]), text(&it["left_out"])))
        .collect();
    ensure!(
        left_out.len() == 2,
        "two should be left out, Sanne and Ada: {left_out:?}"
    );
    let told: Vec<String> = left_out
        .iter()
        .map(|(record, why)| format!("{record} {why}"))
        .collect();
    story.shown(&format!("left out: {}", told.join(", ")));
    Ok(())
}

/// The log of the export, from queued to finished.
fn log(story: &Story) -> Result<()> {
    let log = story.ask(&["log"])?;
    let mut lines: Vec<&Value> = rows(&log["lines"])
        .iter()
        .filter(|it| text(&it["about"]["campaign"]) == CAMPAIGN)
        .collect();
    lines.reverse();
    let codes: Vec<&str> = lines.iter().map(|it| text(&it["code"])).collect();
    ensure!(
        codes.first() == Some(&"campaign-queued") && codes.last() == Some(&"log-export-finished"),
        "the log does not go from queued to finished: {codes:?}"
    );
    let told: Vec<&str> = lines.iter().map(|it| text(&it["text"])).collect();
    story.shown(&format!("log\n  {}", told.join("\n  ")));
    Ok(())
}

/// An export never adds to a list that is there.
pub(super) fn second_export(story: &mut Story) -> Result<()> {
    story.step("A later export is a new list", "PV-17 PV-29 PV-30")?;
    story.in_crm("the same selection once more, to a list of the same name");
    story.ask(&new("nog-eens", "filter:city=Utrecht", LIST))?;
    story.ask(&["--user", USER, "campaign", "run", "nog-eens"])?;
    let requests = story.work()?;
    ensure!(
        requests.iter().all(|it| it.starts_with("GET ")),
        "something was written although the name is taken: {requests:?}"
    );
    let queue = story.ask(&["queue"])?;
    let rejected = rows(&queue["rejected"])
        .iter()
        .find(|it| text(&it["hook"]) == "export-campaign")
        .context("the second export was not refused")?;
    story.shown(&format!("refused: {}", text(&rejected["reason"]["text"])));
    story.in_crm("and to a list with a name of its own");
    let second = "Nieuwsbrief september, tweede zending";
    story.ask(&new("tweede", "filter:city=Utrecht", second))?;
    story.ask(&["--user", USER, "campaign", "run", "tweede"])?;
    let requests = story.work()?;
    ensure!(
        count(&requests, "POST /templist") == 1,
        "there is not one new list: {requests:?}"
    );
    ensure!(
        members(story, LIST)? == Some(5) && members(story, second)?.is_some(),
        "there should be two lists, the first one as it was"
    );
    story.shown("two lists in Spotler, the first one as it was");
    Ok(())
}

/// More than 2,500 relations wait for the evening.
pub(super) fn evening(story: &mut Story) -> Result<()> {
    story.step("A large campaign waits for the evening", "PV-22 PV-23")?;
    story.in_crm("2,501 relations come from a file, without the attribute Spotler; a campaign selects them all");
    let mut file = String::from("id,kind,last_name,email,city,permissions\n");
    for number in 1..=AT_ONCE + 1 {
        writeln!(
            file,
            "G-{number},contact,Groot {number},g{number}@groot.example,Zwolle,Maandelijkse nieuwsbrief"
        )?;
    }
    let path = story.folder().join("large.csv");
    fs::write(&path, file).context("could not write the relations")?;
    story.ask(&["contact", "import", &path.to_string_lossy()])?;
    let requests = story.work()?;
    ensure!(
        requests.is_empty(),
        "the import made requests without the attribute: {requests:?}"
    );
    story.ask(&new("groot", "filter:city=Zwolle", "Groot"))?;
    let plan = story.ask(&["campaign", "plan", "groot"])?;
    ensure!(
        plan["selected"] == AT_ONCE + 1 && plan["starts_at"].is_u64(),
        "2,501 relations should wait for the evening: {plan}"
    );
    story.ask(&["--user", USER, "campaign", "run", "groot"])?;
    let requests = story.work()?;
    ensure!(
        requests.is_empty(),
        "a large campaign made requests by day: {requests:?}"
    );
    let shown = story.ask(&["campaign", "show", "groot"])?;
    story.shown(&format!("groot: {}", text(&shown["queue"]["waits"])));
    story.in_crm("a small one is submitted meanwhile: it runs at once");
    story.ask(&new("klein", "search:Tom", "Klein"))?;
    story.ask(&["--user", USER, "campaign", "run", "klein"])?;
    story.work()?;
    ensure!(
        members(story, "Klein")? == Some(1) && members(story, "Groot")?.is_none(),
        "the small campaign should be in Spotler, and the large one not yet"
    );
    Ok(())
}

/// How many messages Spotler has sent.
pub(super) fn mails(story: &Story) -> Result<usize> {
    let mailings = story
        .spotler
        .control("GET", "/_sim/mailings", &Value::Null)?;
    Ok(rows(&mailings["sends"]).len())
}

/// How many are on a static list in Spotler; none where there is no such list.
pub(super) fn members(story: &Story, name: &str) -> Result<Option<usize>> {
    let lists = story.spotler.control("GET", "/_sim/lists", &Value::Null)?;
    let list = rows(&lists["static"]).iter().find(|it| it["name"] == name);
    Ok(list.map(|it| rows(&it["members"]).len()))
}
