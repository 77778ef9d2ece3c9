//! Facts that the component tells beside a status, a line of the timeline or a
//! job, in words: its names and codes are for programs. Ids are left out.

use super::{
    links::moment,
    visit::Visit,
    words::{Words, words},
};
use crate::contract::NamedValue;

words! {
    struct FactWords {
        selected: "Geselecteerd", "Selected";
        opens_at: "Begint vanaf (UTC)", "Starts from (UTC)";
        state: "Export", "Export";
        state_evening: "wacht op de avond", "waits for the evening";
        state_running: "onderweg", "under way";
        state_exported: "gereed", "done";
        state_failed: "mislukt", "failed";
        exported: "Geëxporteerd", "Exported";
        left_out: "Niet geëxporteerd", "Not exported";
        list_name: "Lijst in Spotler", "List in Spotler";
        list_state: "Stand van de lijst", "State of the list";
        list_present: "staat er onder deze naam", "is there under this name";
        list_renamed: "kreeg een andere naam: nieuwe resultaten kunnen niet meer worden gekoppeld",
            "got another name: new results cannot be attached any more";
        list_removed: "is er niet meer", "is not there any more";
        exported_at: "Geëxporteerd op (UTC)", "Exported at (UTC)";
        activity: "Activiteit", "Activity";
        activity_open: "open", "open";
        activity_closed: "gesloten", "closed";
        reasons: "Waarom niet geëxporteerd", "Why not exported";
        reason: "Reden", "Reason";
        in_spotler: "Staat in Spotler", "Is in Spotler";
        name: "Naam in Spotler", "Name in Spotler";
        form: "Soort lijst in Spotler", "Kind of list in Spotler";
        form_static: "statische lijst", "static list";
        form_audience: "audience", "audience";
        members: "Leden in Spotler", "Members in Spotler";
        synced_at: "Laatst gesynchroniseerd (UTC)", "Last synced (UTC)";
        added: "Toegevoegd", "Added";
        removed: "Verwijderd", "Removed";
        opened: "Geopend", "Opened";
        clicked: "Geklikt", "Clicked";
        clicked_link: "Geklikt op", "Clicked on";
        bounced: "Teruggekomen", "Came back";
        hard: "voorgoed (hard bounce)", "for good (hard bounce)";
        soft: "voorlopig (soft bounce)", "for now (soft bounce)";
        unknown: "onbekend", "unknown";
        not_applicable: "niet van toepassing", "does not apply";
        completed: "Helemaal ingevuld", "Filled in completely";
        form_type: "Soort formulier", "Kind of form";
        type_normal: "gewoon", "normal";
        type_subscribe: "aanmelding", "sign-up";
        type_unsubscribe: "afmelding", "unsubscription";
        type_edit_profile: "profiel wijzigen", "change of profile";
    }
}

/// What a kind of form is called.
pub(crate) fn form_type(visit: &Visit, code: &str) -> String {
    let w = FactWords::of(visit.language());
    match code {
        "normal" => w.type_normal.to_owned(),
        "subscribe" => w.type_subscribe.to_owned(),
        "unSubscribe" => w.type_unsubscribe.to_owned(),
        "editProfile" => w.type_edit_profile.to_owned(),
        other => other.to_owned(),
    }
}

/// The facts that a person reads: name and value, in the order in which they were
/// told.
pub(crate) fn in_words(visit: &Visit, facts: &[NamedValue]) -> Vec<(String, String)> {
    facts.iter().filter_map(|it| in_word(visit, it)).collect()
}

fn in_word(visit: &Visit, fact: &NamedValue) -> Option<(String, String)> {
    let (w, words) = (FactWords::of(visit.language()), visit.frame.words);
    let value = fact.value.as_str();
    let plain = |name: &str| Some((name.to_owned(), value.to_owned()));
    let named = |name: &str, value: &str| Some((name.to_owned(), value.to_owned()));
    match fact.name.as_str() {
        // Ids, and what stands elsewhere on the page.
        "source" | "message" | "participation" | "form-result" | "list" | "spotler-id"
        | "list-absent" | "online-version" | "members" => None,
        "selected" => plain(w.selected),
        "exported" => plain(w.exported),
        "left-out" => plain(w.left_out),
        "list-name" => plain(w.list_name),
        "members-in-spotler" => plain(w.members),
        "added" => plain(w.added),
        "removed" => plain(w.removed),
        "opens-at" => named(w.opens_at, &iso(value)),
        "exported-at" => named(w.exported_at, &iso(value)),
        "synced-at" => named(
            w.synced_at,
            &value.parse().map_or_else(|_| iso(value), moment),
        ),
        "state" => named(w.state, state(w, value)),
        "list-state" => named(w.list_state, state(w, value)),
        "activity" => named(
            w.activity,
            if value == "closed" {
                w.activity_closed
            } else {
                w.activity_open
            },
        ),
        "reason" => named(
            w.reason,
            &visit.explainer.text_for_many(visit.language(), value),
        ),
        "reasons" if value.is_empty() => None,
        "reasons" => named(w.reasons, &reasons(visit, value)),
        "form" if matches!(value, "static-list" | "audience") => named(w.form, state(w, value)),
        "form" => None,
        "form-type" => named(w.form_type, &form_type(visit, value)),
        "in-spotler" => named(w.in_spotler, yes_no(words, w, value)),
        "opened" => named(w.opened, yes_no(words, w, value)),
        "clicked" => named(w.clicked, yes_no(words, w, value)),
        "completed" => named(w.completed, yes_no(words, w, value)),
        "bounced" => named(w.bounced, state(w, value)),
        "name" => plain(w.name),
        other if other.starts_with("clicked-link-") => plain(w.clicked_link),
        other if other.starts_with("left-out-") => {
            let reason = other.trim_start_matches("left-out-");
            plain(&visit.explainer.text_for_many(visit.language(), reason))
        }
        other => Some((other.replace('-', " "), value.to_owned())),
    }
}

/// The words of a state, of whatever it is the state.
fn state<'a>(w: &'static FactWords, value: &'a str) -> &'a str {
    match value {
        "evening" => w.state_evening,
        "running" => w.state_running,
        "exported" => w.state_exported,
        "failed" => w.state_failed,
        "present" => w.list_present,
        "renamed" => w.list_renamed,
        "removed" => w.list_removed,
        "static-list" => w.form_static,
        "audience" => w.form_audience,
        "hard" => w.hard,
        "soft" => w.soft,
        "unknown" => w.unknown,
        other => other,
    }
}

fn yes_no<'a>(words: &'static Words, w: &'static FactWords, value: &'a str) -> &'a str {
    match value {
        "yes" => words.yes,
        "no" => words.no,
        "not-applicable" => w.not_applicable,
        other => other,
    }
}

/// `opted-out=3 no-email-address=1` as sentences with their numbers.
fn reasons(visit: &Visit, value: &str) -> String {
    let one = |it: &str| {
        let (code, number) = it.split_once('=').unwrap_or((it, ""));
        let text = visit.explainer.text_for_many(visit.language(), code);
        format!("{number} × {}", text.trim_end_matches('.'))
    };
    let all: Vec<String> = value.split_whitespace().map(one).collect();
    all.join("; ")
}

/// A moment that the component wrote, as the pages show moments.
fn iso(value: &str) -> String {
    value.trim_end_matches('Z').replacen('T', " ", 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::Language;

    #[test]
    fn a_state_without_words_stands_for_itself() {
        let w = FactWords::of(Language::English);
        assert_eq!(state(w, "running"), "under way");
        assert_eq!(state(w, "odd"), "odd");
    }

    #[test]
    fn a_moment_is_written_as_everywhere() {
        assert_eq!(iso("2026-03-02T09:00:00Z"), "2026-03-02 09:00:00");
    }
}
