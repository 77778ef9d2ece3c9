//! The page at `/`: what a Spotler user would see, in Dutch or English.

use std::fmt::Write as _;

use crate::handle::SimHandle;
use crate::http::Request;
use crate::world::World;
use crate::world::contact::Contact;
use crate::world::mailing::Mailing;
use crate::world::property::Property;

/// The words of the page in one language.
struct Words {
    lang: &'static str,
    title: &'static str,
    contacts: &'static str,
    columns: [&'static str; 5],
    permissions: &'static str,
    lists: &'static str,
    list_columns: [&'static str; 3],
    kinds: [&'static str; 3],
    mailings: &'static str,
    mailing_columns: [&'static str; 3],
    nothing: &'static str,
}

const DUTCH: Words = Words {
    lang: "nl",
    title: "Spotler (simulator)",
    contacts: "Contacten",
    columns: ["E-mail", "Naam", "Status", "Permissies", "Externe id"],
    permissions: "Permissies",
    lists: "Lijsten",
    list_columns: ["Naam", "Soort", "Contacten"],
    kinds: ["statisch", "dynamisch", "audience"],
    mailings: "Mailings",
    mailing_columns: ["Naam", "Lijst", "Verzonden"],
    nothing: "Er is nog niets.",
};

const ENGLISH: Words = Words {
    lang: "en",
    title: "Spotler (simulator)",
    contacts: "Contacts",
    columns: ["E-mail", "Name", "Status", "Permissions", "External id"],
    permissions: "Permissions",
    lists: "Lists",
    list_columns: ["Name", "Kind", "Contacts"],
    kinds: ["static", "dynamic", "audience"],
    mailings: "Mailings",
    mailing_columns: ["Name", "List", "Sent"],
    nothing: "Nothing yet.",
};

const MOST_ROWS: usize = 500;

/// The page.
pub(super) fn html(sim: &SimHandle, request: &Request) -> String {
    let words = words(request.header("accept-language").unwrap_or_default());
    let state = sim.lock();
    let mut page = format!(
        "<!doctype html><html lang=\"{}\"><meta charset=\"utf-8\"><title>{}</title><style>{STYLE}</style><h1>{}</h1>",
        words.lang, words.title, words.title
    );
    let permissions = state
        .world
        .set_properties()
        .find(|it| it.name == crate::PERMISSIONS);
    let entries = permissions.map_or(0, |it| it.entries.len());
    section(&mut page, words.permissions, entries);
    for entry in permissions.into_iter().flat_map(|it| &it.entries) {
        let _ = write!(
            page,
            "<span>{} {}</span> ",
            entry.bit,
            escaped(&entry.description)
        );
    }
    section(&mut page, words.contacts, state.world.contacts.len());
    table(
        &mut page,
        &words.columns,
        state.world.contacts.iter().map(|it| row(it, permissions)),
    );
    if state.world.contacts.len() == 0 {
        let _ = write!(page, "<p>{}</p>", words.nothing);
    }
    let lists = list_rows(&state.world, words);
    section(&mut page, words.lists, lists.len());
    table(&mut page, &words.list_columns, lists.into_iter());
    section(&mut page, words.mailings, state.world.mailings.len());
    table(
        &mut page,
        &words.mailing_columns,
        state
            .world
            .mailings
            .iter()
            .map(|it| mailing_row(&state.world, it)),
    );
    page
}

const STYLE: &str = "body{font:15px system-ui;margin:2em;max-width:75em}table{border-collapse:collapse;width:100%}\
td,th{text-align:left;padding:.3em .6em;border-bottom:1px solid #ddd}span{background:#eee;border-radius:3px;padding:0 .4em}";

fn words(accepted: &str) -> &'static Words {
    let first = |language: &str| {
        accepted
            .to_ascii_lowercase()
            .find(language)
            .unwrap_or(usize::MAX)
    };
    if first("en") < first("nl") {
        &ENGLISH
    } else {
        &DUTCH
    }
}

fn section(page: &mut String, title: &str, count: usize) {
    let _ = write!(page, "<h2>{title} <small>({count})</small></h2>");
}

fn table(page: &mut String, columns: &[&str], rows: impl Iterator<Item = Vec<String>>) {
    let head: String = columns.iter().map(|it| format!("<th>{it}</th>")).collect();
    let _ = write!(page, "<table><tr>{head}</tr>");
    for row in rows.take(MOST_ROWS) {
        let cells: String = row
            .iter()
            .map(|it| format!("<td>{}</td>", escaped(it)))
            .collect();
        let _ = write!(page, "<tr>{cells}</tr>");
    }
    page.push_str("</table>");
}

fn row(contact: &Contact, permissions: Option<&Property>) -> Vec<String> {
    let names = ["firstName", "infix", "lastName"].map(|it| contact.text(it).unwrap_or_default());
    let name: Vec<&str> = names.into_iter().filter(|it| !it.is_empty()).collect();
    let entries = permissions.into_iter().flat_map(|it| &it.entries);
    let enabled = entries
        .filter(|it| contact.permission(it.bit))
        .map(|it| it.description.as_str());
    vec![
        contact.email().unwrap_or_default().to_owned(),
        name.join(" "),
        contact.status.label().to_owned(),
        enabled.collect::<Vec<_>>().join(" · "),
        contact.external_id.clone().unwrap_or_default(),
    ]
}

fn list_rows(world: &World, words: &Words) -> Vec<Vec<String>> {
    let row = |name: &str, kind: &str, count: usize| {
        vec![name.to_owned(), kind.to_owned(), count.to_string()]
    };
    let [fixed, dynamic, audience] = words.kinds;
    let mut rows = Vec::new();
    rows.extend(
        world
            .static_lists
            .iter()
            .map(|it| row(&it.name, fixed, it.members.len())),
    );
    rows.extend(
        world
            .dynamic_lists
            .iter()
            .map(|it| row(&it.name, dynamic, world.dynamic_members(it).len())),
    );
    rows.extend(
        world
            .audiences
            .iter()
            .map(|it| row(&it.name, audience, it.members.len())),
    );
    rows
}

fn mailing_row(world: &World, mailing: &Mailing) -> Vec<String> {
    let target = mailing.target.as_ref().map_or("", |it| it.name());
    vec![
        mailing.name.clone(),
        target.to_owned(),
        world.sends_of(&mailing.id).count().to_string(),
    ]
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
