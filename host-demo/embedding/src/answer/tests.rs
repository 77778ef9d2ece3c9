use super::*;
use crate::contract::changes::{LogLevel, LogLine, StatusChange};
use crate::contract::outcomes::{Deferral, Progress};
use crate::contract::types::{RecordKind, SyncStatus};

fn fact(value: &str) -> NamedValue {
    NamedValue {
        name: "field".into(),
        value: value.into(),
    }
}

fn saying(code: &str, about: Vec<NamedValue>) -> Answer {
    let code = code.to_owned();
    Answer {
        outcome: Outcome::Synced(Reason { code, about }),
        changes: vec![],
        why: vec![],
        more: vec![],
    }
}

fn asking(change: CrmChange) -> Answer {
    Answer {
        changes: vec![change],
        ..saying("created", vec![])
    }
}

fn status(id: &str, reason: &str) -> CrmChange {
    let target = RecordRef {
        kind: RecordKind::Contact,
        id: id.into(),
    };
    CrmChange::Status(StatusChange {
        target,
        status: SyncStatus::Succeeded,
        reason: reason.into(),
    })
}

fn checked(answer: &Answer) -> Result<(), &'static str> {
    check(&Limits::default(), answer)
}

#[test]
fn an_honest_answer_passes() {
    assert_eq!(checked(&saying("created", vec![fact("email")])), Ok(()));
    assert_eq!(checked(&asking(status("17", "created"))), Ok(()));
}

#[test]
fn a_code_is_kebab_case_so_that_no_person_fits_into_it() {
    for bad in ["", "Anna de Boer", "anna@voorbeeld.nl", &"a".repeat(65)] {
        assert_eq!(
            checked(&saying(bad, vec![])),
            Err("code-malformed"),
            "{bad}"
        );
        let shown = asking(status("17", bad));
        assert_eq!(checked(&shown), Err("code-malformed"), "{bad}");
    }
}

#[test]
fn facts_are_few_short_and_on_one_line() {
    let long = "x".repeat(FACT_BYTES + 1);
    for bad in [vec![fact(&long)], vec![fact("a\nb")], vec![fact("a"); 65]] {
        let logged = CrmChange::Log(LogLine {
            level: LogLevel::Info,
            code: "note".into(),
            about: bad.clone(),
        });
        assert_eq!(checked(&saying("created", bad)), Err("facts-malformed"));
        assert_eq!(checked(&asking(logged)), Err("facts-malformed"));
    }
}

#[test]
fn a_record_has_an_id_of_a_length_that_the_contract_allows() {
    for bad in [String::new(), "1".repeat(201)] {
        let again = CrmChange::SyncAgain(vec![RecordRef {
            kind: RecordKind::Lead,
            id: bad.clone(),
        }]);
        let shown = asking(status(&bad, "created"));
        assert_eq!(checked(&shown), Err("record-malformed"));
        assert_eq!(checked(&asking(again)), Err("record-malformed"));
    }
    assert_eq!(
        checked(&asking(CrmChange::EndTask(String::new()))),
        Err("key-malformed")
    );
}

#[test]
fn the_size_of_an_answer_is_bounded_in_every_direction() {
    let limits = Limits {
        changes: 2,
        sync_again: 1,
        answer_bytes: 2_000,
        cursor_bytes: 3,
        ..Limits::default()
    };
    let many = Answer {
        changes: vec![status("17", "created"); 3],
        ..saying("created", vec![])
    };
    assert_eq!(check(&limits, &many), Err("too-many-changes"));
    let long = saying("created", vec![fact(&"x".repeat(2_000))]);
    assert_eq!(check(&limits, &long), Err("answer-too-long"));
    let record = RecordRef {
        kind: RecordKind::Contact,
        id: "1".into(),
    };
    let again = asking(CrmChange::SyncAgain(vec![record.clone(), record]));
    assert_eq!(check(&limits, &again), Err("too-many-to-sync-again"));
    let deferred = |cursor: &str, unit: &str| Answer {
        outcome: Outcome::Deferred(Deferral {
            reason: Reason {
                code: "step".into(),
                about: vec![],
            },
            not_before: None,
            cursor: Some(cursor.into()),
            progress: Some(Progress {
                done: 1,
                total: 2,
                unit: unit.into(),
            }),
        }),
        ..saying("created", vec![])
    };
    assert_eq!(
        check(&limits, &deferred("1234", "records")),
        Err("cursor-too-long")
    );
    assert_eq!(
        check(&limits, &deferred("123", "a b")),
        Err("code-malformed")
    );
    assert_eq!(check(&limits, &deferred("123", "records")), Ok(()));
}
