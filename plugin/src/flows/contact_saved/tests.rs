use serde_json::{Value, json};

use crate::change::CrmChange;
use crate::codes;
use crate::crm::{
    Consent, CrmRecord, Event, FieldValue, Origin, PermissionChoice, RecordState, SyncStatus,
};
use crate::memory::{LockKind, Memory};
use crate::outcome::{Answer, Outcome};
use crate::spotler::wire::NoReply;
use crate::testing::{Outside, anna, answer, event, found, seen};

const SEARCH: &str = "GET /contact/search?MPSearchQuery=email%3Danna%40voorbeeld.example";
const GET: &str = "GET /contact/contact-7";
const PUT: &str = "PUT /contact/contact-7";
const POST: &str = "POST /contact";

fn done() -> Result<crate::spotler::wire::Response, NoReply> {
    answer(204, Value::Null)
}

fn refusal(error_type: &str) -> Result<crate::spotler::wire::Response, NoReply> {
    answer(400, json!({ "errorType": error_type, "message": "m" }))
}

fn lines(outside: &Outside) -> Vec<String> {
    outside.sent().into_iter().map(|it| it.0).collect()
}

fn status(answer: &Answer) -> Option<SyncStatus> {
    answer.changes.iter().find_map(|it| {
        if let CrmChange::Status { status, .. } = it {
            Some(*status)
        } else {
            None
        }
    })
}

fn opt_ins_from_spotler(answer: &Answer) -> Vec<u32> {
    let opt_in = |it: &CrmChange| {
        if let CrmChange::Permission {
            bit,
            consent: Consent::Given,
            origin: Origin::Spotler,
            ..
        } = it
        {
            Some(*bit)
        } else {
            None
        }
    };
    answer.changes.iter().filter_map(opt_in).collect()
}

/// Anna created and confirmed, with permission 1 on.
fn linked() -> (Outside, CrmRecord) {
    let outside = Outside::connected("default");
    outside.expect(SEARCH, found(&[]));
    outside.expect(POST, done());
    outside.expect(GET, answer(200, seen("contact-7", &[1], Some(true))));
    let record = anna();
    assert_eq!(outside.save(&record, 1).outcome.code(), codes::CREATED);
    outside.sent();
    (outside, record)
}

fn renamed(mut record: CrmRecord) -> CrmRecord {
    record.fields[1].value = Some(FieldValue::Text("Annie".into()));
    record
}

fn opted_in(mut record: CrmRecord, bit: u32, changed_at: u64) -> CrmRecord {
    let choice = PermissionChoice {
        bit,
        consent: Consent::Given,
        changed_at,
        origin: Origin::Crm,
    };
    record.permissions.retain(|it| it.bit != bit);
    record.permissions.push(choice);
    record
}

fn bits(body: &Value) -> Value {
    body["contact"]["properties"]["permissions"].clone()
}

/// PV-10, PV-12, C16
#[test]
fn a_new_person_is_looked_for_created_with_all_permissions_and_looked_at_again() {
    let outside = Outside::connected("default");
    outside.expect(SEARCH, found(&[]));
    outside.expect(POST, done());
    outside.expect(GET, answer(200, seen("contact-7", &[1], Some(true))));
    let answer = outside.save(&anna(), 1);
    assert_eq!(
        (answer.outcome.code(), status(&answer)),
        (codes::CREATED, Some(SyncStatus::Succeeded))
    );
    let sent = outside.sent();
    assert_eq!(sent[1].1["update"], json!(false));
    let expected = json!([{ "bit": 1, "enabled": true }, { "bit": 2, "enabled": false }]);
    assert_eq!(bits(&sent[1].1), expected);
}

/// DA-18
#[test]
fn a_save_that_changes_nothing_asks_nothing() {
    let (outside, record) = linked();
    let answer = outside.save(&record, 1);
    assert_eq!(
        answer.outcome,
        Outcome::Skipped(crate::outcome::Reason::new(codes::NOTHING_CHANGED))
    );
    assert_eq!(lines(&outside), Vec::<String>::new());
    assert_eq!(status(&answer), None);
}

/// DA-74, DA-76: “Disabled” is the CRM's own status: it is never set from here.
#[test]
fn a_record_whose_sync_is_switched_off_is_given_no_status() {
    let (outside, mut record) = linked();
    record.sync_enabled = false;
    let answer = outside.save(&renamed(record), 1);
    assert_eq!(
        (answer.outcome.code(), status(&answer)),
        (codes::SYNC_DISABLED, None)
    );
    assert_eq!(lines(&outside), Vec::<String>::new());
}

/// DA-18
#[test]
fn only_the_changed_field_is_sent() {
    let (outside, record) = linked();
    outside.expect(GET, answer(200, seen("contact-7", &[1], Some(true))));
    outside.expect(PUT, done());
    assert_eq!(
        outside.save(&renamed(record), 1).outcome.code(),
        codes::UPDATED
    );
    let sent = outside.sent();
    assert_eq!(
        sent[1].1["contact"]["properties"],
        json!({ "firstName": "Annie" })
    );
}

/// YO-15, PV-10
#[test]
fn a_person_who_is_there_under_another_id_is_adopted_and_keeps_her_permissions() {
    let outside = Outside::connected("default");
    outside.expect(SEARCH, found(&[seen("webshop-1", &[2], Some(true))]));
    let result = outside.save(&anna(), 1);
    assert_eq!(result.outcome.code(), codes::FOUND);
    assert_eq!(lines(&outside).len(), 1);
    assert_eq!(opt_ins_from_spotler(&result), [2]);

    outside.advance(1000);
    let newer = opted_in(opted_in(anna(), 2, 1), 1, 1_800_000_000_500);
    outside.expect(
        "GET /contact/webshop-1",
        answer(200, seen("webshop-1", &[2], Some(true))),
    );

    outside.expect(
        "GET /contact/webshop-1",
        answer(200, seen("webshop-1", &[2], Some(true))),
    );
    outside.expect("PUT /contact/webshop-1", done());
    outside.expect(
        "GET /contact/webshop-1",
        answer(200, seen("webshop-1", &[1, 2], Some(true))),
    );
    assert_eq!(outside.save(&newer, 1).outcome.code(), codes::UPDATED);
    assert_eq!(
        bits(&outside.sent()[2].1),
        json!([{ "bit": 1, "enabled": true }])
    );
}

/// C15
#[test]
fn nothing_is_enabled_for_a_found_person_whose_channel_is_not_shown() {
    let outside = Outside::connected("default");
    outside.expect(SEARCH, found(&[seen("webshop-1", &[], None)]));
    outside.save(&anna(), 1);
    outside.advance(1000);
    outside.expect(
        "GET /contact/webshop-1",
        answer(200, seen("webshop-1", &[], None)),
    );
    outside.save(&opted_in(anna(), 1, 1_800_000_000_500), 1);
    assert_eq!(lines(&outside).len(), 2);
}

/// DA-34, DA-35, DA-36
#[test]
fn an_opt_out_that_the_write_tells_ends_everything() {
    let (outside, record) = linked();
    outside.expect(GET, answer(200, seen("contact-7", &[1], None)));
    outside.expect(PUT, refusal("CONTACT_OPTOUT"));
    let answer = outside.save(&renamed(record.clone()), 1);
    assert_eq!(
        (answer.outcome.code(), status(&answer)),
        (codes::OPTED_OUT, Some(SyncStatus::OptOut))
    );
    assert!(answer.changes.iter().any(|it| matches!(
        it,
        CrmChange::Mail {
            allowed: false,
            origin: Origin::Spotler,
            ..
        }
    )));
    outside.sent();
    for _ in 0..3 {
        assert_eq!(
            outside.save(&renamed(record.clone()), 1).outcome.code(),
            codes::OPTED_OUT
        );
    }
    assert_eq!(lines(&outside), Vec::<String>::new());
}

/// C3, DA-31: a CRM that lifts an opt-out of Spotler's is told of it again at the next
/// save, and nothing is sent.
#[test]
fn an_opt_out_of_spotlers_that_the_crm_lifted_is_told_again() {
    let (outside, record) = linked();
    outside.expect(GET, answer(200, seen("contact-7", &[1], None)));
    outside.expect(PUT, refusal("CONTACT_OPTOUT"));
    let answer = outside.save(&renamed(record.clone()), 1);
    assert_eq!(answer.outcome.code(), codes::OPTED_OUT);
    outside.sent();
    let answer = outside.save(&record, 1);
    assert_eq!(answer.outcome.code(), codes::OPTED_OUT);
    let told = |it: &CrmChange| {
        matches!(
            it,
            CrmChange::Mail {
                allowed: false,
                origin: Origin::Spotler,
                ..
            }
        )
    };
    assert!(answer.changes.iter().any(told), "{answer:?}");
    assert_eq!(lines(&outside), Vec::<String>::new());
}

/// C15
#[test]
fn a_channel_that_is_off_locks_without_setting_the_opt_out_and_asks_a_person() {
    let (outside, record) = linked();
    outside.expect(GET, answer(200, seen("contact-7", &[1], Some(false))));
    let answer = outside.save(&renamed(record.clone()), 1);
    assert_eq!(answer.outcome.code(), codes::INACTIVE);
    assert!(
        answer
            .changes
            .iter()
            .any(|it| matches!(it, CrmChange::Task(_)))
    );
    assert!(
        !answer
            .changes
            .iter()
            .any(|it| matches!(it, CrmChange::Mail { .. }))
    );
    let lock = Memory::new(&outside)
        .link(&record.reference)
        .and_then(|it| it.lock)
        .map(|it| it.kind);
    assert_eq!(lock, Some(LockKind::Unknown));
}

/// DA-82
#[test]
fn a_permission_that_went_off_in_spotler_is_imported_and_stays_off() {
    let (outside, record) = linked();
    outside.expect(GET, answer(200, seen("contact-7", &[], Some(true))));
    outside.expect(PUT, done());
    let result = outside.save(&renamed(record.clone()), 1);
    assert!(result.changes.iter().any(|it| {
        matches!(
            it,
            CrmChange::Permission {
                bit: 1,
                consent: Consent::Withdrawn,
                origin: Origin::Spotler,
                ..
            }
        )
    }));
    assert!(bits(&outside.sent()[1].1).is_null());
    assert_eq!(
        outside.save(&renamed(record), 1).outcome.code(),
        codes::NOTHING_CHANGED
    );
}

/// C16
#[test]
fn somebody_who_turns_out_to_exist_is_looked_at_and_never_overwritten_blindly() {
    let outside = Outside::connected("default");
    outside.expect(SEARCH, found(&[]));
    outside.expect(POST, refusal("CONTACT_ALREADY_EXISTS"));
    outside.expect(GET, answer(404, Value::Null));
    outside.expect(SEARCH, found(&[]));
    assert_eq!(
        outside.save(&anna(), 1).outcome.code(),
        codes::EXISTS_HIDDEN
    );
    assert_eq!(lines(&outside).len(), 4);
}

#[test]
fn a_creation_whose_answer_was_lost_is_found_again_and_not_repeated() {
    let outside = Outside::connected("default");
    outside.expect(SEARCH, found(&[]));
    outside.expect(POST, Err(NoReply::Lost));
    let lost = outside.save(&anna(), 1);
    assert!(matches!(lost.outcome, Outcome::Deferred(_)), "{lost:?}");
    assert_eq!(status(&lost), Some(SyncStatus::Processing));
    outside.sent();
    outside.expect(GET, answer(200, seen("contact-7", &[1], Some(true))));
    assert_eq!(
        outside.save(&anna(), 2).outcome,
        Outcome::Synced(crate::outcome::Reason::new(codes::CREATED))
    );
    assert_eq!(lines(&outside).len(), 1);
}

/// C15
#[test]
fn what_was_switched_off_after_a_lost_creation_stays_off() {
    let outside = Outside::connected("default");
    outside.expect(SEARCH, found(&[]));
    outside.expect(POST, Err(NoReply::Lost));
    outside.save(&anna(), 1);
    outside.sent();
    outside.expect(GET, answer(200, seen("contact-7", &[], Some(true))));
    outside.save(&anna(), 2);
    assert_eq!(lines(&outside).len(), 1);
}

#[test]
fn a_write_that_did_not_arrive_is_repeated() {
    let (outside, record) = linked();
    let record = opted_in(record, 2, 1_800_000_000_500);
    outside.expect(GET, answer(200, seen("contact-7", &[1], Some(true))));

    outside.expect(GET, answer(200, seen("contact-7", &[1], Some(true))));
    outside.expect(PUT, Err(NoReply::Lost));
    outside.save(&record, 1);
    outside.expect(GET, answer(200, seen("contact-7", &[1], Some(true))));
    outside.expect(PUT, done());
    outside.expect(GET, answer(200, seen("contact-7", &[1, 2], Some(true))));
    assert_eq!(outside.save(&record, 2).outcome.code(), codes::UPDATED);
}

/// C21
#[test]
fn refused_credentials_stop_the_connection_and_the_event_waits() {
    let (outside, record) = linked();
    outside.expect(GET, answer(401, Value::Null));
    outside.expect("GET /contact/properties/list", answer(401, Value::Null));
    let stopped = outside.save(&renamed(record.clone()), 1);
    assert!(
        matches!(stopped.outcome, Outcome::Deferred(_)),
        "{stopped:?}"
    );
    assert!(
        stopped
            .changes
            .iter()
            .any(|it| matches!(it, CrmChange::Notify { .. }))
    );
    outside.sent();
    let waiting = outside.save(&renamed(record), 2);
    assert!(
        matches!(waiting.outcome, Outcome::Deferred(_)),
        "{waiting:?}"
    );
    assert_eq!(lines(&outside), Vec::<String>::new());
}

/// C21
#[test]
fn a_product_that_the_account_lacks_does_not_stop_the_connection() {
    let (outside, record) = linked();
    outside.expect(GET, answer(403, Value::Null));
    outside.expect("GET /contact/properties/list", answer(200, json!([])));
    assert_eq!(
        outside.save(&renamed(record), 1).outcome.code(),
        codes::NOT_IN_PRODUCT
    );
}

/// C15, C18
#[test]
fn what_was_switched_on_by_a_lost_write_and_off_since_stays_off() {
    let (outside, record) = linked();
    let record = opted_in(record, 2, 1_800_000_000_500);
    outside.expect(GET, answer(200, seen("contact-7", &[1], Some(true))));
    outside.expect(GET, answer(200, seen("contact-7", &[1], Some(true))));
    outside.expect(PUT, Err(NoReply::Lost));
    outside.save(&record, 1);
    outside.sent();
    let mut changed = seen("contact-7", &[1], Some(true));
    changed["lastChanged"] = json!(1_799_999_999_999_u64);
    outside.expect(GET, answer(200, changed));
    outside.save(&record, 2);
    assert_eq!(lines(&outside).len(), 1);
}

/// Anna without an opt-in, created; then she said yes to permission 2, which was
/// switched on by a write whose answer was lost.
fn switched_on_and_lost() -> (Outside, CrmRecord) {
    let outside = Outside::connected("default");
    let mut record = anna();
    record.permissions.clear();
    outside.expect(SEARCH, found(&[]));
    outside.expect(POST, done());
    outside.save(&record, 1);
    let record = opted_in(record, 2, 1_800_000_000_500);
    outside.expect(GET, answer(200, seen("contact-7", &[], Some(true))));
    outside.expect(GET, answer(200, seen("contact-7", &[], Some(true))));
    outside.expect(PUT, Err(NoReply::Lost));
    outside.save(&record, 1);
    outside.sent();
    outside.advance(1_000);
    (outside, record)
}

/// Anna as Spotler shows her after she has switched everything off there.
fn switched_off() -> Value {
    let mut changed = seen("contact-7", &[], Some(true));
    changed["lastChanged"] = json!(1_799_999_999_999_u64);
    changed
}

/// C15, C18, DA-82: the note of a later opt-in does not take the doubt about an
/// earlier one away.
#[test]
fn what_was_switched_off_after_a_lost_write_stays_off_when_something_else_is_switched_on() {
    let (outside, record) = switched_on_and_lost();
    let record = opted_in(record, 1, 1_800_000_000_900);
    outside.expect(GET, answer(200, switched_off()));
    outside.expect(GET, answer(200, switched_off()));
    outside.expect(PUT, done());
    outside.expect(GET, answer(200, seen("contact-7", &[1], Some(true))));
    assert_eq!(outside.save(&record, 1).outcome.code(), codes::UPDATED);
    let sent = outside.sent();
    assert_eq!(
        bits(&sent[2].1),
        json!([{ "bit": 1, "enabled": true }]),
        "{sent:?}"
    );
}

/// C15, C18, YO-03: neither does a step that only keeps what Spotler had.
#[test]
fn what_was_switched_off_after_a_lost_write_stays_off_after_a_value_was_kept_first() {
    let (outside, record) = switched_on_and_lost();
    let mut foreign = switched_off();
    foreign["properties"]["firstName"] = json!("Vreemd");
    outside.expect(GET, answer(200, foreign.clone()));
    outside.expect(GET, answer(200, foreign));
    outside.expect(PUT, done());
    assert_eq!(
        outside.save(&renamed(record), 1).outcome.code(),
        codes::UPDATED
    );
    let sent = outside.sent();
    assert_eq!(bits(&sent[2].1), Value::Null, "{sent:?}");
}

/// C17, C18
#[test]
fn a_call_that_was_killed_before_it_switched_something_on_does_so_the_second_time() {
    let (outside, record) = linked();
    let record = opted_in(record, 2, 1_800_000_000_500);
    outside.expect(GET, answer(200, seen("contact-7", &[1], Some(true))));
    let noted = outside.call(&record, &event("saved", 1));
    let Outcome::Deferred(deferral) = noted.outcome else {
        panic!("{noted:?}")
    };
    let second_attempt = Event {
        cursor: deferral.cursor,
        ..event("saved", 2)
    };
    outside.expect(GET, answer(200, seen("contact-7", &[1], Some(true))));
    outside.expect(PUT, done());
    outside.expect(GET, answer(200, seen("contact-7", &[1, 2], Some(true))));
    let answer = outside.call(&record, &second_attempt);
    assert_eq!(answer.outcome.code(), codes::UPDATED);
}

/// C16
#[test]
fn an_opt_out_between_look_and_write_is_found_by_the_look_after_it() {
    let (outside, record) = linked();
    let record = opted_in(record, 2, 1_800_000_000_500);
    outside.expect(GET, answer(200, seen("contact-7", &[1], Some(true))));

    outside.expect(GET, answer(200, seen("contact-7", &[1], Some(true))));
    outside.expect(PUT, done());
    outside.expect(GET, answer(200, seen("contact-7", &[1, 2], Some(false))));
    let answer = outside.save(&record, 1);
    assert_eq!(answer.outcome.code(), codes::INACTIVE);
    outside.sent();
    assert_eq!(
        outside.save(&renamed(record), 1).outcome.code(),
        codes::INACTIVE
    );
    assert_eq!(lines(&outside), Vec::<String>::new());
}

/// C16
#[test]
fn a_withdrawal_between_look_and_write_takes_back_what_the_call_enabled() {
    let (outside, record) = linked();
    let record = opted_in(record, 2, 1_800_000_000_500);
    outside.expect(GET, answer(200, seen("contact-7", &[1], Some(true))));

    outside.expect(GET, answer(200, seen("contact-7", &[1], Some(true))));
    outside.expect(PUT, done());
    outside.expect(GET, answer(200, seen("contact-7", &[2], Some(true))));
    outside.expect(PUT, done());
    outside.save(&record, 1);
    assert_eq!(
        bits(&outside.sent()[4].1),
        json!([{ "bit": 2, "enabled": false }])
    );
}

/// C31
#[test]
fn an_opted_out_address_is_remembered_beyond_blanking() {
    let (outside, mut record) = linked();
    outside.expect(GET, answer(200, seen("contact-7", &[1], None)));
    outside.expect(PUT, refusal("CONTACT_OPTOUT"));
    outside.save(&renamed(record.clone()), 1);
    record.state = RecordState::Deleted;
    outside.expect(GET, answer(200, seen("contact-7", &[], None)));
    outside.expect("PUT /contact/anonymize/contact-7", done());
    assert_eq!(outside.save(&record, 1).outcome.code(), codes::BLANKED);
    outside.sent();
    let mut again = anna();
    again.reference.id = "8".into();
    let answer = outside.save(&again, 1);
    assert_eq!(
        (answer.outcome.code(), status(&answer)),
        (codes::OPTED_OUT_EARLIER, Some(SyncStatus::OptOut))
    );
    assert_eq!(lines(&outside), Vec::<String>::new());
}

/// DA-05, DA-20, DA-23
#[test]
fn a_deactivated_record_is_switched_off_blanked_and_restored() {
    let (outside, mut record) = linked();
    record.state = RecordState::Inactive;
    outside.expect(GET, answer(200, seen("contact-7", &[1], Some(true))));
    outside.expect(PUT, done());
    outside.expect("PUT /contact/anonymize/contact-7", done());
    assert_eq!(outside.save(&record, 1).outcome.code(), codes::BLANKED);
    assert_eq!(
        bits(&outside.sent()[1].1),
        json!([{ "bit": 1, "enabled": false }])
    );

    record.state = RecordState::Active;
    let blank = json!({ "externalId": "contact-7", "properties": {}, "channels": [{ "name": "EMAIL", "value": false }] });
    for _ in 0..2 {
        outside.expect(GET, answer(200, blank.clone()));
        outside.expect(SEARCH, found(&[]));
    }
    outside.expect(PUT, done());
    outside.expect(GET, answer(200, seen("contact-7", &[1], Some(true))));
    assert_eq!(outside.save(&record, 1).outcome.code(), codes::RESTORED);
    let sent = outside.sent();
    assert_eq!(bits(&sent[4].1), json!([{ "bit": 1, "enabled": true }]));
    assert_eq!(
        sent[4].1["contact"]["properties"]["email"],
        json!("anna@voorbeeld.example")
    );
}

/// DA-78
#[test]
fn a_second_record_with_the_same_address_is_refused_and_names_the_owner() {
    let (outside, _) = linked();
    let mut twin = anna();
    twin.reference.id = "8".into();
    let answer = outside.save(&twin, 1);
    let Outcome::Rejected(reason, _) = answer.outcome else {
        panic!("{answer:?}")
    };
    assert_eq!(reason.about, [("owner".to_owned(), "contact/7".to_owned())]);
    assert_eq!(lines(&outside), Vec::<String>::new());
}

#[test]
fn after_a_failure_an_unchanged_save_is_the_success_that_ends_it() {
    let (outside, record) = linked();
    let mut bad = record.clone();
    bad.fields[0].value = Some(FieldValue::Text("anna@".into()));
    assert_eq!(outside.save(&bad, 1).outcome.code(), codes::BAD_ADDRESS);
    let answer = outside.save(&record, 1);
    assert_eq!(
        (answer.outcome.code(), status(&answer)),
        (codes::IN_STEP, Some(SyncStatus::Succeeded))
    );
}
