//! A field of a relation changed: if it is a module field, the relation's
//! primary contact is synced (YO-43..YO-48).

use crate::change::{CrmChange, LogLevel};
use crate::codes;
use crate::crm::{Event, FieldValue};
use crate::memory::Memory;
use crate::outcome::{Actor, Answer, Outcome, Reason};
use crate::ports::Ports;

/// A field of a relation was changed.
#[derive(Clone, Debug, PartialEq)]
pub struct ModuleFieldChanged {
    /// The relation.
    pub relation: String,
    /// The field's name.
    pub field: String,
    /// What users call it.
    pub label: String,
    /// What it was.
    pub before: Option<FieldValue>,
    /// What it is.
    pub after: Option<FieldValue>,
}

/// The hook.
pub fn on_module_field_changed<P: Ports>(
    ports: &P,
    _event: &Event,
    input: &ModuleFieldChanged,
) -> Answer {
    if Memory::new(ports).connection_switched_on().is_none() {
        return skip(codes::NOT_ACTIVE, "PV-04");
    }
    if !is_module_field(&input.label) {
        return skip(codes::NOT_A_MODULE_FIELD, "YO-46");
    }
    if input.before == input.after {
        return skip(codes::NOTHING_CHANGED, "YO-44");
    }
    let primary = ports.primary_contacts(&input.relation);
    match primary.as_slice() {
        [] => skip(codes::NO_PRIMARY_CONTACT, "C8").and(CrmChange::Log {
            level: LogLevel::Warning,
            code: codes::LOG_NO_PRIMARY,
            about: vec![("relation".to_owned(), input.relation.clone())],
        }),
        [only] => {
            let reason = Reason::new(codes::QUEUED).with("records", "1");
            Answer::of(Outcome::Synced(reason))
                .because("YO-45", codes::QUEUED)
                .and(CrmChange::SyncAgain(vec![only.clone()]))
        }
        [_, _, ..] => {
            let reason =
                Reason::new(codes::SEVERAL_PRIMARY).with("relation", input.relation.clone());
            Answer::of(Outcome::Rejected(reason, Actor::CrmUser))
                .because("C8", codes::SEVERAL_PRIMARY)
        }
    }
}

/// Whether the last word is “module” (YO-46, C10).
pub fn is_module_field(label: &str) -> bool {
    label
        .split_whitespace()
        .next_back()
        .is_some_and(|it| it.to_lowercase() == "module")
}

fn skip(code: &'static str, rule: &'static str) -> Answer {
    Answer::of(Outcome::Skipped(Reason::new(code))).because(rule, code)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// YO-46, C10
    #[test]
    fn the_last_word_decides_what_is_a_module_field() {
        for label in [
            "Documenten module",
            "module",
            "Facturen  MODULE ",
            "Orders\u{a0}module",
        ] {
            assert!(is_module_field(label), "{label}");
        }
        for label in [
            "module Documenten",
            "Documenten modules",
            "submodule",
            "Documenten-module",
            "",
        ] {
            assert!(!is_module_field(label), "{label}");
        }
    }
}
