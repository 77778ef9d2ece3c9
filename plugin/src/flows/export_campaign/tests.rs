use serde_json::{Value, json};

use super::*;
use crate::campaign::EveningWindow;
use crate::crm::{CrmRecord, FieldValue};
use crate::testing::{Outside, anna, answer, event, run};

fn input() -> CampaignExport {
    CampaignExport {
        campaign: "7".into(),
        channel: "external".into(),
        system: "spotler".into(),
        list_name: "Najaar".into(),
        selection: "s".into(),
        selected: 4,
        permission: Some(1),
        auto_close: false,
        window: EveningWindow {
            open: true,
            opens_at: 0,
        },
    }
}

/// Four people in the CRM, with an opt-in, without the attribute.
fn people(outside: &Outside) {
    for id in ["1", "2", "3", "4"] {
        let mut record: CrmRecord = anna();
        record.reference.id = id.into();
        record.gate = false;
        let mail = format!("p{id}@voorbeeld.example");
        record.fields[0].value = Some(FieldValue::Text(mail));
        outside.call(&record, &event("saved", 1));
    }
}

fn done() -> Value {
    Value::Null
}

fn expect_until_the_list(outside: &Outside) {
    let nothing = json!({ "paging": {}, "contacts": [], "bounces": [] });
    let created: Value = ["1", "2", "3", "4"]
        .iter()
        .map(|id| json!({ "externalId": format!("contact-{id}"), "code": "OK", "message": "" }))
        .collect();
    outside.expect("GET /templist", answer(200, json!([])));
    outside.expect("GET /contact/bounces/list", answer(200, nothing.clone()));
    outside.expect("GET /contact/updates/list", answer(200, nothing.clone()));
    outside.expect("POST /contact/list", answer(200, created));
    outside.expect("GET /contact/bounces/list", answer(200, nothing.clone()));
    outside.expect("GET /contact/updates/list", answer(200, nothing));
}

/// Calls the hook, step after step, until it ends; the answers, and the cursors'
/// longest length.
fn export(outside: &Outside, input: &CampaignExport) -> (Vec<Answer>, usize) {
    let mut event = event("export", 1);
    let mut answers = Vec::new();
    let mut longest = 0;
    loop {
        let answer = run(export_campaign(outside, &event, input));
        let next = match &answer.outcome {
            Outcome::Deferred(deferral) => deferral.cursor.clone(),
            Outcome::Synced(_) | Outcome::Skipped(_) | Outcome::Rejected(..) => None,
        };
        answers.push(answer);
        let Some(cursor) = next else {
            return (answers, longest);
        };
        longest = longest.max(cursor.len());
        event.cursor = Some(cursor);
    }
}

fn unknown() -> Value {
    json!({ "errorType": "CONTACT_NOT_FOUND", "message": "m" })
}

/// PV-28, PV-43: a member whom Spotler does not know any more is found by halves
/// and left out; the others are on the list.
#[test]
fn an_unknown_member_is_found_by_halves_and_left_out() {
    let outside = Outside::connected("default");
    people(&outside);
    expect_until_the_list(&outside);
    // Four, then two, then one; then it goes on with one, two and what is left.
    outside.expect("POST /templist", answer(400, unknown()));
    outside.expect("POST /templist", answer(400, unknown()));
    outside.expect("POST /templist", answer(400, unknown()));
    outside.expect("POST /templist", answer(204, done()));
    outside.expect("POST /templist/koppel-export", answer(204, done()));
    let (answers, longest) = export(&outside, &input());
    let last = answers.last().expect("an answer");
    assert_eq!(last.outcome.code(), codes::EXPORTED);
    let sent = outside.sent();
    let named = |at: usize| sent[at].1["contacts"].clone();
    assert_eq!(named(8), json!(["contact-1"]));
    assert_eq!(named(9), json!(["contact-2"]));
    assert_eq!(named(10), json!(["contact-3", "contact-4"]));
    let gates = answers.iter().flat_map(|it| &it.changes);
    let gates = gates.filter(|it| matches!(it, CrmChange::Gate { open: true, .. }));
    assert_eq!(gates.count(), 3);
    assert!(longest < 1_024, "a cursor of {longest} bytes");
}

/// C20: the answer to the making of the list is lost: the list that is there is
/// our own, and is neither refused nor made twice.
#[test]
fn a_list_whose_answer_was_lost_is_known_as_our_own() {
    let outside = Outside::connected("default");
    people(&outside);
    expect_until_the_list(&outside);
    outside.expect("POST /templist", Err(crate::spotler::wire::NoReply::Lost));
    let (answers, _) = export(&outside, &input());
    let last = answers.last().expect("an answer");
    assert_eq!(last.outcome.code(), codes::LOST);
    let Some(Outcome::Deferred(before)) = answers.iter().rev().nth(1).map(|it| &it.outcome) else {
        panic!("no step before: {answers:?}");
    };
    let mut again = event("export", 2);
    again.cursor.clone_from(&before.cursor);
    let taken = json!({ "errorType": "NAME_ALREADY_IN_USE", "message": "m" });
    let ours =
        json!([{ "externalTemporaryListId": "koppel-export", "name": "Najaar", "type": "API" }]);
    outside.expect("POST /templist", answer(400, taken));
    outside.expect("GET /templist", answer(200, ours));
    outside.expect("POST /templist/koppel-export", answer(204, done()));
    loop {
        let answer = run(export_campaign(&outside, &again, &input()));
        match answer.outcome {
            Outcome::Deferred(deferral) => {
                again.attempt = 1;
                again.cursor = deferral.cursor;
            }
            ended @ (Outcome::Synced(_) | Outcome::Skipped(_) | Outcome::Rejected(..)) => {
                assert_eq!(ended.code(), codes::EXPORTED);
                break;
            }
        }
    }
    outside.sent();
}
