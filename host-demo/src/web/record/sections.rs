//! Parts of the page of a record: permissions, timeline, history.

use koppel_embedding::queue::HistoryEntry;

use super::evidence;
use crate::{
    contract::Activity,
    crm::{Record, attributes::Attribute},
    web::{facts, hooks, links::moment, visit::Visit},
};

/// What the person said for one permission.
pub(crate) struct Said {
    pub(crate) name: String,
    pub(crate) consent: &'static str,
    pub(crate) origin: &'static str,
    pub(crate) evidence: String,
    pub(crate) at: String,
}

/// All permissions of the account, and what the person said for each.
pub(crate) fn permissions(record: &Record, attributes: &[Attribute], visit: &Visit) -> Vec<Said> {
    let words = visit.frame.words;
    let said = |attribute: &Attribute| {
        let choice = record.permissions.get(&attribute.bit);
        Said {
            name: attribute.name.clone(),
            consent: choice.map_or(words.consent_unset, |it| words.consent_of(it.consent)),
            origin: choice.map_or("", |it| words.origin_of(it.origin)),
            evidence: choice
                .map(|it| evidence::told(visit.language(), &it.evidence))
                .unwrap_or_default(),
            at: choice.map(|it| moment(it.changed_at)).unwrap_or_default(),
        }
    };
    let shown = |it: &&Attribute| !it.retired || record.permissions.contains_key(&it.bit);
    attributes.iter().filter(shown).map(said).collect()
}

/// A line of the timeline.
pub(crate) struct Sent {
    pub(crate) at: String,
    pub(crate) kind: &'static str,
    pub(crate) title: String,
    pub(crate) facts: String,
    /// Where Spotler shows it to everybody.
    pub(crate) link: Option<String>,
}

impl Sent {
    pub(crate) fn of(activity: &Activity, visit: &Visit) -> Self {
        let is_link = |it: &str| it.starts_with("https://");
        let facts = facts::in_words(visit, &activity.facts);
        let facts = facts
            .into_iter()
            .filter(|(_, value)| *value != activity.title)
            .map(|(name, value)| format!("{name}: {value}"));
        let facts: Vec<String> = facts.collect();
        let link = activity.facts.iter().find(|it| is_link(&it.value));
        Self {
            at: moment(activity.at),
            kind: visit.frame.words.activity_of(activity.kind),
            title: activity.title.clone(),
            facts: facts.join(" · "),
            link: link.map(|it| it.value.clone()),
        }
    }
}

/// A call of the component about the record.
pub(crate) struct Call {
    pub(crate) at: String,
    pub(crate) hook: String,
    pub(crate) attempt: u32,
    pub(crate) outcome: &'static str,
    pub(crate) reason: String,
    pub(crate) why: Vec<(String, String)>,
}

impl Call {
    pub(crate) fn of(entry: &HistoryEntry, visit: &Visit) -> Self {
        let (explainer, language) = (&visit.explainer, visit.language());
        let why = entry.why.iter().map(|it| {
            let text = explainer.text(language, &it.led_to, &it.about);
            (it.rule.clone(), text)
        });
        Self {
            at: moment(entry.ended_at),
            hook: hooks::name(language, &entry.hook).to_owned(),
            attempt: entry.attempt,
            outcome: visit.frame.words.outcome_of(&entry.outcome),
            reason: explainer.text(language, &entry.reason.code, &entry.reason.about),
            why: why.collect(),
        }
    }
}
