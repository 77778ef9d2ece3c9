//! How the demo speaks: a heading a step, a few lines below it.

use std::collections::BTreeMap;
use std::path::Path;

use super::crm::Ended;
use super::steps::Demo;
use crate::repo;

/// Says what comes next.
pub(crate) fn heading(text: &str) {
    println!("\n── {text}");
}

/// Says something about the step.
pub(crate) fn say(text: &str) {
    for line in text.lines() {
        println!("   {}", line.trim_end());
    }
}

/// Says who did or saw what in a story; a long text goes on below itself.
pub(crate) fn told(who: &str, text: &str) {
    for (number, line) in text.lines().enumerate() {
        let who = if number == 0 { who } else { "" };
        println!("   {who:<8} {}", line.trim_end());
    }
}

/// The requests of a step, the same ones in a row together.
pub(crate) fn requests(requests: &[String], most: usize) {
    let mut rows: Vec<(&str, usize)> = Vec::new();
    for request in requests {
        match rows.last_mut() {
            Some((last, times)) if *last == request.as_str() => *times += 1,
            Some(_) | None => rows.push((request, 1)),
        }
    }
    if rows.is_empty() {
        told("requests", "none");
    }
    for (number, (request, times)) in rows.iter().take(most).enumerate() {
        let who = if number == 0 { "requests" } else { "" };
        let times = if *times > 1 {
            format!("   {times} times")
        } else {
            String::new()
        };
        println!("   {who:<8} {request}{times}");
    }
    if rows.len() > most {
        println!("   {:<8} … and {} more", "", rows.len() - most);
    }
}

/// How many records ended for which reason, most first, with what a person reads for it.
pub(crate) fn reasons(counts: &BTreeMap<String, usize>, endings: &[Ended]) {
    let mut rows: Vec<_> = counts.iter().collect();
    rows.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    for (code, count) in rows {
        let ending = endings.iter().find(|it| it.reason == *code);
        let (outcome, text) = ending.map_or(("", ""), |it| (it.outcome.as_str(), it.text.as_str()));
        // The text of one record may name another record; of many it must not.
        let text = text.split_once(": ").map_or(text, |(text, _)| text);
        println!("   {count:>5}  {outcome:<8}  {code:<18}  {text}");
    }
}

/// The addresses of what is running.
pub(crate) fn where_to_look(spotler: &str, crm: Option<(&str, &str)>) {
    println!("   Spotler (simulated)  {spotler}/");
    if let Some((crm, password)) = crm {
        println!("   the CRM              {crm}/");
        println!("   log in there as      admin, with the password {password}");
    }
    println!();
}

/// Commands to try, ready to be copied.
pub(crate) fn first_commands(database: &Path) {
    let crm = crm_command(database);
    for command in ["status", "contact list", "tasks", "messages", "log", "jobs"] {
        println!("   {crm} {command}");
    }
}

fn crm_command(database: &Path) -> String {
    let database = database.strip_prefix(repo::root()).unwrap_or(database);
    format!(
        "cargo run -q -p host-demo -- --database {}",
        database.display()
    )
}

/// Commands to try about who was shown; while everything runs, something can happen in Spotler as well.
pub(crate) fn next_commands(demo: &Demo, running: bool) {
    let crm = crm_command(demo.crm.database());
    println!("   {crm} status");
    println!("   {crm} contact list --status failed");
    println!("   {crm} tasks");
    if let Some((person, opted_out)) = demo.people() {
        let opted_out = opted_out.subject();
        println!("   {crm} contact show {opted_out}");
        println!("   {crm} why {opted_out}");
        println!("   {crm} history {opted_out}");
        if running {
            let (spotler, address, person) =
                (demo.spotler.address(), person.address(), person.subject());
            println!("   {crm} contact edit {person} --set phone='030 123 45 67'");
            println!("   curl -s '{spotler}/_sim/contacts?who={address}'");
            println!(
                "   curl -X POST {spotler}/_sim/ui -d '{{\"action\": \"opt_out\", \"who\": \"{address}\"}}'"
            );
            println!("   {crm} tick");
        }
    }
    println!("   {crm} inspect");
}
