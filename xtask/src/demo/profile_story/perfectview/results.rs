//! What comes back from Spotler: figures, bounces, opt-outs, and what breaks it.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::campaign::{CAMPAIGN, LIST, mails};
use super::{ELS, MORE, NEWSLETTER, TOM};
use crate::demo::profile_story::looks::{rows, text};
use crate::demo::profile_story::{HOUR_S, Story};

/// Who was exported, and gets the mailing.
const ON_THE_LIST: [&str; 5] = ["R-2", "R-3", "R-4", "R-5", "R-6"];

/// The mailing is made and sent in Spotler alone.
pub(super) fn mailing(story: &mut Story) -> Result<String> {
    story.step(
        "A dynamic list, a layout and the mailing, all in Spotler",
        "PV-31 PV-32 PV-33 PV-34 PV-35",
    )?;
    story
        .in_spotler("from the static list a dynamic list of the same name: who has the newsletter");
    let has_newsletter = json!({"has": {"set": "permissions", "bit": NEWSLETTER}});
    let list = json!({"name": LIST, "from_static_list": LIST, "selection": [has_newsletter]});
    story.in_screens(
        "lists",
        &json!({"action": "create_dynamic_list", "list": list}),
    )?;
    let mailing = story.send_mailing("September", "EMAIL", &json!({"dynamic_list": LIST}))?;
    let sent = mails(story)?;
    ensure!(sent == 5, "{sent} messages were sent; it should be 5");
    story.in_spotler("the mailing `September` goes to that list: 5 messages");
    Ok(mailing)
}

/// What recipients do comes into the campaign's activity.
pub(super) fn feedback(story: &mut Story, mailing: &str) -> Result<()> {
    story.step(
        "What recipients did, in the campaign's activity",
        "PV-24 PV-38 PV-42 PV-43 PV-44 PV-45 PV-46 PV-47",
    )?;
    story.in_spotler("Tom opens and clicks, Joris opens, Els's mail comes back for now, Bram's for good, Noor unsubscribes");
    let [bram, noor, joris, _] = &MORE;
    for (who, act) in [
        (&TOM, json!({"action": "open"})),
        (&TOM, json!({"action": "click", "link": 1})),
        (joris, json!({"action": "open"})),
        (&ELS, json!({"action": "bounce", "hard": false})),
        (bram, json!({"action": "bounce", "hard": true})),
        (noor, json!({"action": "unsubscribe"})),
    ] {
        story.recipient(who.email(), mailing, &act)?;
    }
    story.later(HOUR_S + 60)?;
    story.tick()?;
    let results = story.ask(&["report", "results", LIST])?;
    let expected = [
        ("delivered", 3),
        ("opened", 2),
        ("clicked", 1),
        ("unsubscribed", 1),
        ("soft-bounced", 1),
        ("hard-bounced", 1),
    ];
    ensure!(
        rows(&results["results"]).len() == 7,
        "the activity has other rows: {results}"
    );
    for (counted, unique) in expected {
        let row = rows(&results["results"])
            .iter()
            .find(|it| it["counted"] == counted)
            .with_context(|| format!("there is no row `{counted}`: {results}"))?;
        ensure!(
            row["unique"] == unique,
            "`{counted}` should be {unique}: {row}"
        );
    }
    let row = |it: &Value| {
        format!(
            "{:<14} {:>8} {:>7} {:>6}",
            text(&it["counted"]),
            text(&it["percentage"]),
            number(&it["unique"]),
            number(&it["total"])
        )
    };
    let table: Vec<String> = rows(&results["results"]).iter().map(row).collect();
    story.shown(&format!(
        "the activity    percent  unique  total\n  {}",
        table.join("\n  ")
    ));
    sets(story, mailing)
}

/// A number, or that there is none.
fn number(value: &Value) -> String {
    value
        .as_u64()
        .map_or_else(|| "n/a".to_owned(), |it| it.to_string())
}

/// The result sets, relation by relation.
fn sets(story: &Story, mailing: &str) -> Result<()> {
    let campaigns = story.ask(&["campaign", "list"])?;
    ensure!(
        rows(&campaigns["campaigns"]).len() == 4,
        "the campaign events should list four campaigns: {campaigns}"
    );
    let exported = story.ask(&["campaign", "results", CAMPAIGN, "--exported"])?;
    let mut who: Vec<&str> = rows(&exported["addressees"])
        .iter()
        .map(|it| text(&it["record"]).trim_start_matches("contact/"))
        .collect();
    who.sort_unstable();
    ensure!(
        who == ON_THE_LIST,
        "exported were {who:?}; it should be {ON_THE_LIST:?}"
    );
    let mut told = vec![format!("exported    {}", who.join(" "))];
    let set = |kind: &str, bounce: Option<&str>| -> Result<Vec<String>> {
        let answer = story.ask(&["report", kind, mailing])?;
        let mut who: Vec<String> = rows(&answer["interactions"])
            .iter()
            .filter(|it| bounce.is_none_or(|kind| it["bounce"] == kind))
            .map(|it| {
                text(&it["record"])
                    .trim_start_matches("contact/")
                    .to_owned()
            })
            .collect();
        who.sort();
        who.dedup();
        Ok(who)
    };
    for (name, kind, bounce, expected) in [
        ("sent to", "recipients", None, &ON_THE_LIST[..]),
        ("opened", "opens", None, &["R-2", "R-6"]),
        ("soft bounce", "bounces", Some("soft"), &["R-3"]),
        ("hard bounce", "bounces", Some("hard"), &["R-4"]),
    ] {
        let found = set(kind, bounce)?;
        ensure!(
            found == expected,
            "`{name}` is {found:?}; it should be {expected:?}"
        );
        told.push(format!("{name:<11} {}", found.join(" ")));
    }
    story.shown(&format!(
        "campaign events, by relation\n  {}",
        told.join("\n  ")
    ));
    Ok(())
}

/// Who unsubscribed is opted out in the CRM; who bounced is not.
pub(super) fn opt_out(story: &mut Story, _mailing: &str) -> Result<()> {
    story.step(
        "Who unsubscribed gets the opt-out; who bounced does not",
        "PV-39 PV-40",
    )?;
    let [bram, noor, ..] = &MORE;
    story.note("here Spotler tells of an opt-out only by refusing a write");
    story.in_crm("Noor's and Bram's telephone numbers are saved");
    story.edit(noor.id, "phone=030 123 45 67")?;
    story.edit(bram.id, "phone=030 765 43 21")?;
    story.work()?;
    story.check_reason(noor.id, "Noor", "opted-out-in-spotler")?;
    story.check_status(noor.id, "opt-out", false)?;
    story.shown("Noor: status opt-out, bulk e-mail not allowed");
    let bram_now = story.record(bram.id)?;
    ensure!(
        bram_now["mail"]["allowed"] == true && bram_now["status"] != "opt-out",
        "Bram bounced and was opted out: {bram_now}"
    );
    let tasks = story.tasks_about(bram.id)?;
    ensure!(
        tasks.len() == 1,
        "there is not one task about Bram: {tasks:?}"
    );
    story.shown(&format!(
        "Bram: no opt-out, but a task: {}",
        text(&tasks[0]["text"])
    ));
    story.in_crm("Noor is saved once more");
    story.edit(noor.id, "phone=030 111 22 33")?;
    let requests = story.work()?;
    ensure!(
        requests.is_empty(),
        "requests were made for somebody who opted out: {requests:?}"
    );
    Ok(())
}

/// The same after a mailing with which the CRM had nothing to do.
pub(super) fn another_mailing(story: &mut Story) -> Result<()> {
    story.step(
        "An opt-out from a mailing that the CRM had no part in, after a day without the CRM",
        "PV-41 PV-48",
    )?;
    story.in_spotler(
        "a mailing to everybody; Joris unsubscribes, and this time his channel shows it",
    );
    story.spotler.set_channels("truthful")?;
    let mailing = story.send_mailing("Aan iedereen", "EMAIL", &json!("all_contacts"))?;
    let joris = &MORE[2];
    story.recipient(joris.email(), &mailing, &json!({"action": "unsubscribe"}))?;
    story.later(25 * HOUR_S)?;
    story.in_crm("comes back after a day and imports what changed in Spotler");
    story.tick()?;
    story.check_reason_of_record(joris.id, "inactive-in-spotler")?;
    let tasks = story.tasks_about(joris.id)?;
    ensure!(
        tasks.len() == 1,
        "there is not one task about Joris: {tasks:?}"
    );
    story.shown(&format!("Joris: {}", text(&tasks[0]["text"])));
    story.in_crm("Remy sees `Inactive: opt-out` in Spotler and ticks `no more mail`");
    story.ask(&["contact", "opt-out", joris.id])?;
    let requests = story.work()?;
    ensure!(
        requests.is_empty(),
        "requests were made for Joris: {requests:?}"
    );
    ensure!(
        story.record(joris.id)?["mail"]["allowed"] == false,
        "Joris is not opted out in the CRM"
    );
    Ok(())
}

/// A list that does not keep its name.
pub(super) fn renamed(story: &mut Story) -> Result<()> {
    story.step("The list has to keep its name", "PV-36 PV-51")?;
    story.in_spotler("somebody renames the static list");
    let renamed = json!({"action": "rename_static_list", "name": LIST, "to": "Iets anders"});
    story.in_screens("lists", &renamed)?;
    story.tick()?;
    let messages = story.ask(&["messages"])?;
    let warning = rows(&messages["messages"])
        .iter()
        .find(|it| it["code"] == "log-list-renamed")
        .context("nobody was told that the list was renamed")?;
    story.shown(text(&warning["text"]));
    Ok(())
}
