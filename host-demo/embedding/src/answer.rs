//! What an answer may be, whatever the component says: shapes and sizes, read
//! off the contract. Pure.
//!
//! Who may be changed at all is the CRM's part: it knows its records, and looks
//! for them among those of the calling tenant only ([`Crm::apply`](crate::Crm)).

use crate::contract::changes::CrmChange;
use crate::contract::outcomes::{Answer, Outcome, Reason};
use crate::contract::types::{NamedValue, RecordRef};
use crate::limits::Limits;
use std::io::Write;

/// Bytes of a code, a rule's id or a fact's name.
const CODE_BYTES: usize = 64;
/// Facts about one thing.
const FACTS: usize = 64;
/// Bytes of a fact: room for a list's name or a link, not for a letter.
const FACT_BYTES: usize = 2_048;
/// Bytes of a key that makes two tasks, activities or messages the same.
const KEY_BYTES: usize = 512;
/// Bytes of a record's id (`types.wit`).
const ID_BYTES: usize = 200;

/// Checks an answer; the error is the code of the fault.
pub(crate) fn check(limits: &Limits, answer: &Answer) -> Result<(), &'static str> {
    if answer.changes.len() > limits.changes || answer.why.len() > limits.changes {
        return Err("too-many-changes");
    }
    outcome(limits, &answer.outcome)?;
    for change in &answer.changes {
        self::change(change)?;
    }
    for rule in &answer.why {
        code(&rule.led_to)?;
        named(&rule.rule)?;
        facts(&rule.about)?;
    }
    sync_again(limits, &answer.changes)?;
    if size(answer) > limits.answer_bytes {
        return Err("answer-too-long");
    }
    Ok(())
}

fn outcome(limits: &Limits, outcome: &Outcome) -> Result<(), &'static str> {
    match outcome {
        Outcome::Synced(it) | Outcome::Skipped(it) => reason(it),
        Outcome::Rejected(it) => reason(&it.reason),
        Outcome::Deferred(it) => {
            let cursor = it.cursor.as_ref().map_or(0, String::len);
            if cursor > limits.cursor_bytes {
                return Err("cursor-too-long");
            }
            if it.progress.as_ref().is_some_and(|it| !is_code(&it.unit)) {
                return Err("code-malformed");
            }
            reason(&it.reason)
        }
    }
}

fn change(change: &CrmChange) -> Result<(), &'static str> {
    match change {
        CrmChange::Status(it) => record(&it.target).and_then(|()| code(&it.reason)),
        CrmChange::Mail(it) => record(&it.target).and_then(|()| named(&it.evidence)),
        CrmChange::Permission(it) => record(&it.target).and_then(|()| named(&it.evidence)),
        CrmChange::Gate(it) => record(&it.target),
        CrmChange::Fields(it) => record(&it.target),
        CrmChange::State(it) => record(&it.target),
        CrmChange::Task(it) => {
            it.target.as_ref().map_or(Ok(()), record)?;
            key(&it.key)?;
            code(&it.code)?;
            facts(&it.about)
        }
        CrmChange::EndTask(it) => key(it),
        CrmChange::Activity(it) => {
            record(&it.target)?;
            key(&it.key)?;
            facts(&it.facts)
        }
        CrmChange::Log(it) => code(&it.code).and_then(|()| facts(&it.about)),
        CrmChange::Notify(it) => {
            key(&it.key)?;
            code(&it.code)?;
            facts(&it.about)
        }
        CrmChange::Subject(it) => code(&it.subject).and_then(|()| facts(&it.facts)),
        CrmChange::SyncAgain(records) => records.iter().try_for_each(record),
        CrmChange::RecordResult(it) => {
            record(&it.target)?;
            code(&it.code)?;
            facts(&it.about)
        }
        CrmChange::Mailing(it) => key(&it.mailing.id),
        CrmChange::ContactSnapshot(it) => {
            it.target.as_ref().map_or(Ok(()), record)?;
            if it.external_id.len() > KEY_BYTES {
                return Err("key-malformed");
            }
            facts(&it.meanings)
        }
        CrmChange::PermissionAttributes(_) => Ok(()),
    }
}

fn sync_again(limits: &Limits, changes: &[CrmChange]) -> Result<(), &'static str> {
    let again = changes.iter().map(|change| {
        if let CrmChange::SyncAgain(records) = change {
            records.len()
        } else {
            0
        }
    });
    if again.sum::<usize>() > limits.sync_again {
        return Err("too-many-to-sync-again");
    }
    Ok(())
}

fn reason(reason: &Reason) -> Result<(), &'static str> {
    code(&reason.code).and_then(|()| facts(&reason.about))
}

fn code(code: &str) -> Result<(), &'static str> {
    if is_code(code) {
        Ok(())
    } else {
        Err("code-malformed")
    }
}

/// Kebab-case ASCII (`world.wit`): a person's name or address does not fit.
fn is_code(code: &str) -> bool {
    (1..=CODE_BYTES).contains(&code.len())
        && code
            .bytes()
            .all(|it| matches!(it, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

/// A rule's id or an evidence: short and printable.
fn named(name: &str) -> Result<(), &'static str> {
    if name.len() <= CODE_BYTES && name.bytes().all(|it| it.is_ascii_graphic()) {
        Ok(())
    } else {
        Err("code-malformed")
    }
}

fn facts(facts: &[NamedValue]) -> Result<(), &'static str> {
    let fits = facts.len() <= FACTS
        && facts.iter().all(|it| {
            it.name.len() <= CODE_BYTES
                && it.value.len() <= FACT_BYTES
                && !it.value.contains(['\0', '\r', '\n'])
        });
    if fits { Ok(()) } else { Err("facts-malformed") }
}

fn key(key: &str) -> Result<(), &'static str> {
    if (1..=KEY_BYTES).contains(&key.len()) {
        Ok(())
    } else {
        Err("key-malformed")
    }
}

fn record(record: &RecordRef) -> Result<(), &'static str> {
    if (1..=ID_BYTES).contains(&record.id.len()) {
        Ok(())
    } else {
        Err("record-malformed")
    }
}

/// Bytes of an answer in its JSON form, counted without building it.
fn size(answer: &Answer) -> usize {
    struct Count(usize);
    impl Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    serde_json::to_writer(&mut count, answer).map_or(usize::MAX, |()| count.0)
}

#[cfg(test)]
mod tests;
