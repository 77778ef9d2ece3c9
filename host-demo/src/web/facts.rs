//! Facts as a person reads them: how a campaign or list stands, what happened to
//! a message. Their names and values are codes elsewhere.

use super::{
    links::moment,
    words::{fill, words},
};
use crate::{
    contract::NamedValue,
    explain::{Explainer, Language},
};

words! {
    struct FactWords {
        exported: "Geëxporteerd", "Exported";
        left_out: "Niet meegegaan", "Left out";
        reasons: "Waarom niet", "Why not";
        reason: "Reden", "Reason";
        list_state: "Toestand van de lijst", "State of the list";
        exported_at: "Geëxporteerd op (UTC)", "Exported at (UTC)";
        activity: "Activiteit", "Activity";
        selected: "Geselecteerd", "Selected";
        opens_at: "Begint op (UTC)", "Begins at (UTC)";
        in_spotler: "Staat in Spotler", "Is in Spotler";
        name: "Naam in Spotler", "Name in Spotler";
        id: "Nummer in Spotler", "Id in Spotler";
        form: "Vorm in Spotler", "Form in Spotler";
        members: "Leden in Spotler", "Members in Spotler";
        synced_at: "Gesynchroniseerd op (UTC)", "Synced at (UTC)";
        added: "Toegevoegd", "Added";
        removed: "Van de lijst gehaald", "Taken off the list";
        opened: "geopend", "opened";
        clicked: "geklikt", "clicked";
        link: "link", "link";
        bounced: "gebounced", "bounced";
        completed: "afgerond", "completed";
        yes: "ja", "yes";
        no: "nee", "no";
        open: "open", "open";
        closed: "gesloten", "closed";
        there: "aanwezig", "there";
        renamed: "hernoemd", "renamed";
        deleted: "verwijderd", "removed";
        static_list: "statische lijst", "static list";
        audience: "doelgroep", "audience";
        hard: "hard", "hard";
        soft: "soft", "soft";
        unknown: "onbekend", "unknown";
        of_reason: "{} keer", "{} times";
    }
}

/// Facts with the names and values that a person reads. Numbers that only
/// programs use, and what a page says elsewhere, are left out.
pub(crate) fn shown(
    language: Language,
    explainer: &Explainer,
    facts: &[NamedValue],
) -> Vec<(String, String)> {
    let w = FactWords::of(language);
    let for_people = facts.iter().filter(|it| !is_for_programs(it));
    for_people
        .map(|it| {
            let name = match it.name.strip_prefix("left-out-") {
                Some(code) => explainer.text_for_many(language, code),
                None => called(w, &it.name).to_owned(),
            };
            let value = match it.name.as_str() {
                "reason" => explainer.text(language, &it.value, facts),
                "reasons" => reasons(language, explainer, &it.value),
                _ => value(w, it),
            };
            (name, value)
        })
        .collect()
}

fn is_for_programs(fact: &NamedValue) -> bool {
    let programs = [
        "state",
        "list",
        "source",
        "message",
        "participation",
        "list-name",
        "members",
        "form-result",
        "form-type",
    ];
    programs.contains(&fact.name.as_str()) || fact.value == "not-applicable"
}

fn called<'a>(w: &FactWords, name: &'a str) -> &'a str {
    match name {
        "exported" => w.exported,
        "left-out" => w.left_out,
        "reasons" => w.reasons,
        "reason" => w.reason,
        "list-state" => w.list_state,
        "exported-at" => w.exported_at,
        "activity" => w.activity,
        "selected" => w.selected,
        "opens-at" => w.opens_at,
        "in-spotler" => w.in_spotler,
        "name" => w.name,
        "spotler-id" => w.id,
        "form" => w.form,
        "members-in-spotler" => w.members,
        "synced-at" => w.synced_at,
        "added" => w.added,
        "removed" => w.removed,
        "opened" => w.opened,
        "clicked" => w.clicked,
        "bounced" => w.bounced,
        "completed" => w.completed,
        link if link.starts_with("clicked-link-") => w.link,
        other => other,
    }
}

fn value(w: &FactWords, fact: &NamedValue) -> String {
    let word = match (fact.name.as_str(), fact.value.as_str()) {
        ("exported-at" | "opens-at", text) => return written(text),
        ("synced-at", text) => return text.parse().map_or_else(|_| text.to_owned(), moment),
        ("in-spotler" | "opened" | "clicked" | "completed", "yes" | "true") => w.yes,
        ("in-spotler" | "opened" | "clicked" | "completed", "no" | "false") => w.no,
        ("activity", "open") => w.open,
        ("activity", "closed") => w.closed,
        ("list-state", "present") => w.there,
        ("list-state", "renamed") => w.renamed,
        ("list-state", "removed") => w.deleted,
        ("form", "static-list") => w.static_list,
        ("form", "audience") => w.audience,
        ("bounced", "hard") => w.hard,
        ("bounced", "soft") => w.soft,
        ("bounced", "unknown") => w.unknown,
        (_, text) => text,
    };
    word.to_owned()
}

/// A moment as the component writes it.
fn written(text: &str) -> String {
    let at = text.parse::<jiff::Timestamp>().ok();
    let ms = at.and_then(|it| u64::try_from(it.as_millisecond()).ok());
    ms.map_or_else(|| text.to_owned(), moment)
}

/// `no-email-address=2 opted-out=1` in words.
fn reasons(language: Language, explainer: &Explainer, text: &str) -> String {
    let w = FactWords::of(language);
    let one = |it: &str| {
        let (code, count) = it.split_once('=').unwrap_or((it, ""));
        let reason = explainer.text_for_many(language, code);
        format!("{} {}", reason, fill(w.of_reason, count))
    };
    let all: Vec<String> = text.split_whitespace().map(one).collect();
    all.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(name: &str, value: &str) -> NamedValue {
        NamedValue {
            name: name.to_owned(),
            value: value.to_owned(),
        }
    }

    #[test]
    fn a_person_reads_no_codes() {
        let facts = [
            fact("state", "exported"),
            fact("list-state", "present"),
            fact("exported-at", "2026-03-02T09:00:00Z"),
            fact("opened", "not-applicable"),
            fact("clicked-link-3", "lezen"),
            fact("synced-at", "1772442000000"),
        ];
        let shown = shown(Language::English, &Explainer::default(), &facts);
        let shown: Vec<String> = shown.iter().map(|(a, b)| format!("{a}: {b}")).collect();
        assert_eq!(
            shown,
            [
                "State of the list: there",
                "Exported at (UTC): 2026-03-02 09:00:00",
                "link: lezen",
                "Synced at (UTC): 2026-03-02 09:00:00",
            ]
        );
    }
}
