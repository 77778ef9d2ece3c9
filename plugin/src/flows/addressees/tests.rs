use serde_json::{Value, json};

use super::*;
use crate::crm::{Consent, FieldValue, Origin};
use crate::flows::feeds::Feeds;
use crate::testing::{Outside, anna, answer, event, found, run, seen};

const LIST: &str = "POST /contact/list";
const WAY: Way = Way {
    permission: Some(1),
    flush: true,
    unsure: false,
};

/// Somebody with an opt-in for permission 1.
fn person(id: &str, mail: &str) -> CrmRecord {
    let mut record = anna();
    record.reference.id = id.into();
    record.fields[0].value = Some(FieldValue::Text(mail.into()));
    record.gate = false;
    record
}

fn codes(of: &[(&str, &str)]) -> Value {
    of.iter()
        .map(|(id, code)| json!({ "externalId": id, "code": code, "message": "" }))
        .collect()
}

fn sort(outside: &Outside, records: &[CrmRecord], way: Way) -> Sorted {
    let memory = Memory::new(outside);
    let setup = Setup::of(&memory).expect("a connection");
    let addressees = Addressees::new(outside, &setup, &event("export", 1));
    run(addressees.sort(records, way))
}

fn places(sorted: &Sorted) -> Vec<(&str, &Place)> {
    sorted
        .places
        .iter()
        .map(|(reference, place)| (reference.id.as_str(), place))
        .collect()
}

/// Anna in Spotler and confirmed, by a batch of her own.
fn linked(outside: &Outside) -> CrmRecord {
    let record = person("7", "anna@voorbeeld.example");
    Memory::new(outside).keep_channel_shown();
    outside.expect(LIST, answer(200, codes(&[("contact-7", "OK")])));
    let sorted = sort(outside, std::slice::from_ref(&record), WAY);
    assert_eq!(places(&sorted), [("7", &Place::Member("contact-7".into()))]);
    record
}

/// PV-19, PV-50, C16: new people are created in one request that updates nobody,
/// whether they carry the attribute or not.
#[test]
fn new_people_are_created_together_and_nobody_is_looked_for() {
    let outside = Outside::connected("default");
    let records = [
        person("1", "a@voorbeeld.example"),
        person("2", "b+c@voorbeeld.example"),
    ];
    let ok = codes(&[("contact-2", "OK"), ("contact-1", "OK")]);
    outside.expect(LIST, answer(200, ok));
    let sorted = sort(&outside, &records, WAY);
    let expected = [
        ("1", &Place::Member("contact-1".into())),
        ("2", &Place::Member("contact-2".into())),
    ];
    assert_eq!(places(&sorted), expected);
    let gates = |it: &CrmChange| matches!(it, CrmChange::Gate { .. });
    assert!(!sorted.changes.iter().any(gates), "{:?}", sorted.changes);
    let sent = outside.sent();
    assert_eq!(sent[0].1["update"], json!(false));
    let email = &sent[0].1["contacts"][1]["properties"]["email"];
    assert_eq!(email, &json!("b+c@voorbeeld.example"));
}

/// C13, DA-11, C30
#[test]
fn whoever_may_not_be_mailed_is_left_out_with_the_reason_and_costs_no_request() {
    let outside = Outside::connected("default");
    let mut opted_out = person("1", "a@voorbeeld.example");
    opted_out.mail.allowed = false;
    let mut by_spotler = person("2", "b@voorbeeld.example");
    (by_spotler.mail.allowed, by_spotler.mail.origin) = (false, Origin::Spotler);
    let no_address = person("3", " ");
    let bad_address = person("4", "nobody@");
    let mut withdrew = person("5", "e@voorbeeld.example");
    withdrew.permissions[0].consent = Consent::Withdrawn;
    let mut other_permission = person("6", "f@voorbeeld.example");
    other_permission.permissions[0].bit = 2;
    let mut inactive = person("7", "g@voorbeeld.example");
    inactive.state = crate::crm::RecordState::Inactive;
    let mut disabled = person("8", "h@voorbeeld.example");
    disabled.sync_enabled = false;
    let records = [
        opted_out,
        by_spotler,
        no_address,
        bad_address,
        withdrew,
        other_permission,
        inactive,
        disabled,
    ];
    let sorted = sort(&outside, &records, WAY);
    let reasons: Vec<&Place> = sorted.places.iter().map(|it| &it.1).collect();
    let expected = [
        crate::codes::RULE_CRM_OPT_OUT,
        crate::codes::OPTED_OUT,
        crate::codes::NO_ADDRESS,
        crate::codes::BAD_ADDRESS,
        crate::codes::LACKS_PERMISSION,
        crate::codes::LACKS_PERMISSION,
        crate::codes::RECORD_NOT_ACTIVE,
        crate::codes::SYNC_DISABLED,
    ]
    .map(Place::LeftOut);
    assert_eq!(reasons, expected.iter().collect::<Vec<_>>());
    assert_eq!(outside.sent(), []);
}

/// C30: without a named permission, one of any kind is needed.
#[test]
fn without_a_named_permission_any_one_will_do() {
    let outside = Outside::connected("default");
    let mut second = person("1", "a@voorbeeld.example");
    second.permissions[0].bit = 2;
    let mut none = person("2", "b@voorbeeld.example");
    none.permissions.clear();
    outside.expect(LIST, answer(200, codes(&[("contact-1", "OK")])));
    let any = Way {
        permission: None,
        ..WAY
    };
    let sorted = sort(&outside, &[second, none], any);
    let lacks = Place::LeftOut(crate::codes::LACKS_PERMISSION);
    let expected = [("2", &lacks), ("1", &Place::Member("contact-1".into()))];
    assert_eq!(places(&sorted), expected);
}

/// PV-19, C12: of somebody who changed, only that is sent, with others who
/// changed, and nothing of it switches a permission or a channel on.
#[test]
fn somebody_who_changed_is_updated_without_a_look_and_somebody_who_did_not_costs_nothing() {
    let outside = Outside::connected("default");
    let mut record = linked(&outside);
    outside.sent();
    let same = sort(&outside, std::slice::from_ref(&record), WAY);
    assert_eq!(places(&same), [("7", &Place::Member("contact-7".into()))]);
    assert_eq!(outside.sent(), []);
    record.fields[1].value = Some(FieldValue::Text("Annie".into()));
    outside.expect(LIST, answer(200, codes(&[("contact-7", "OK")])));
    sort(&outside, std::slice::from_ref(&record), WAY);
    let sent = outside.sent();
    assert_eq!(sent[0].1["update"], json!(true));
    let expected = json!([{ "externalId": "contact-7", "properties": { "firstName": "Annie" } }]);
    assert_eq!(sent[0].1["contacts"], expected);
}

/// C16: whoever is to get a permission switched on is looked at first.
#[test]
fn a_permission_is_switched_on_by_the_way_of_a_saved_record_alone() {
    let outside = Outside::connected("default");
    let mut record = linked(&outside);
    record.permissions.push(crate::crm::PermissionChoice {
        bit: 2,
        changed_at: 1_900_000_000_000,
        ..record.permissions[0].clone()
    });
    outside.sent();
    let sorted = sort(&outside, std::slice::from_ref(&record), WAY);
    assert_eq!(places(&sorted), [("7", &Place::Waits)]);
    let queued = CrmChange::SyncAgain(vec![record.reference.clone()]);
    assert!(sorted.changes.contains(&queued));
    assert_eq!(outside.sent(), []);
}

/// C12, C15: where Spotler does not tell who is inactive, somebody who changed is
/// looked at, because a change for many may make a person active again.
#[test]
fn where_inactivity_is_not_shown_everybody_who_changed_is_looked_at() {
    let outside = Outside::connected("default");
    let mut record = person("7", "anna@voorbeeld.example");
    outside.expect(LIST, answer(200, codes(&[("contact-7", "OK")])));
    sort(&outside, std::slice::from_ref(&record), WAY);
    record.fields[1].value = Some(FieldValue::Text("Annie".into()));
    let sorted = sort(&outside, &[record], WAY);
    assert_eq!(places(&sorted), [("7", &Place::Waits)]);
    outside.sent();
}

/// PV-19
#[test]
fn requests_that_are_not_full_are_kept_back_until_they_are() {
    let outside = Outside::connected("default");
    let record = person("1", "a@voorbeeld.example");
    let way = Way {
        flush: false,
        ..WAY
    };
    let sorted = sort(&outside, std::slice::from_ref(&record), way);
    assert_eq!(sorted.pending, std::slice::from_ref(&record.reference));
    assert_eq!(outside.sent(), []);
    outside.expect(LIST, answer(200, codes(&[("contact-1", "OK")])));
    let sorted = sort(&outside, &[record], WAY);
    assert_eq!(sorted.pending, []);
    assert_eq!(sorted.places.len(), 1);
    outside.sent();
}

/// DA-78
#[test]
fn of_two_with_the_same_address_the_second_is_left_out() {
    let outside = Outside::connected("default");
    let records = [
        person("1", "a@voorbeeld.example"),
        person("2", "A@voorbeeld.example"),
    ];
    outside.expect(LIST, answer(200, codes(&[("contact-1", "OK")])));
    let sorted = sort(&outside, &records, WAY);
    let in_use = Place::LeftOut(crate::codes::ADDRESS_IN_USE);
    let expected = [("2", &in_use), ("1", &Place::Member("contact-1".into()))];
    assert_eq!(places(&sorted), expected);
    outside.sent();
}

/// C16, PV-50: somebody who is there already is looked up, as an event of its
/// own, and does not get the attribute by it.
#[test]
fn somebody_who_is_there_already_is_looked_up_and_asked_about_again() {
    let outside = Outside::connected("default");
    let record = person("7", "anna@voorbeeld.example");
    let exists = codes(&[("contact-7", "CONTACT_ALREADY_EXISTS")]);
    outside.expect(LIST, answer(200, exists));
    let sorted = sort(&outside, std::slice::from_ref(&record), WAY);
    assert_eq!(places(&sorted), [("7", &Place::Waits)]);
    outside.sent();

    let memory = Memory::new(&outside);
    let setup = Setup::of(&memory).expect("a connection");
    let addressees = Addressees::new(&outside, &setup, &event("export", 1));
    assert_eq!(addressees.after_look(&record, Some(1)), Place::Waits);

    let hers = found(&[seen("webshop-1", &[1], Some(true))]);
    outside.expect("GET /contact/search", hers);
    let saved = outside.save(&record, 1);
    assert_eq!(saved.outcome.code(), crate::codes::FOUND);
    let gates = |it: &CrmChange| matches!(it, CrmChange::Gate { .. });
    assert!(!saved.changes.iter().any(gates), "{:?}", saved.changes);
    let place = addressees.after_look(&record, Some(1));
    assert_eq!(place, Place::Member("webshop-1".into()));
    outside.sent();
}

/// C13, C15: under an address that the feed showed inactive, nobody is created by
/// the hundred, which an account that goes by the external id alone would carry out.
#[test]
fn under_an_address_that_the_feed_showed_inactive_nobody_is_created_without_a_look() {
    let outside = Outside::connected("default");
    let nothing = json!({ "paging": {}, "bounces": [] });
    outside.expect("GET /contact/bounces/list", answer(200, nothing));
    let off = json!({ "paging": {}, "contacts": [seen("webshop-1", &[], Some(false))] });
    outside.expect("GET /contact/updates/list", answer(200, off));
    let memory = Memory::new(&outside);
    let setup = Setup::of(&memory).expect("a connection");
    let feeds = Feeds::new(&outside, &setup.connection);
    let (_, next) = run(feeds.read(feeds.first(0), &mut Vec::new())).expect("bounces");
    run(feeds.read(next.expect("updates"), &mut Vec::new())).expect("updates");
    outside.sent();

    let records = [
        person("7", "ANNA@voorbeeld.example"),
        person("8", "b@voorbeeld.example"),
    ];
    outside.expect(LIST, answer(200, codes(&[("contact-8", "OK")])));
    let sorted = sort(&outside, &records, WAY);
    let expected = [
        ("8", &Place::Member("contact-8".into())),
        ("7", &Place::Waits),
    ];
    assert_eq!(places(&sorted), expected);
    outside.sent();
}

/// C15, C31: an opt-out that a batch shows locks the person and is remembered.
#[test]
fn an_opt_out_that_a_batch_shows_is_taken_over() {
    let outside = Outside::connected("default");
    let mut record = linked(&outside);
    record.fields[1].value = Some(FieldValue::Text("Annie".into()));
    outside.expect(LIST, answer(200, codes(&[("contact-7", "CONTACT_OPTOUT")])));
    let sorted = sort(&outside, std::slice::from_ref(&record), WAY);
    let opted_out = Place::LeftOut(crate::codes::OPTED_OUT);
    assert_eq!(places(&sorted), [("7", &opted_out)]);
    let told = |it: &CrmChange| matches!(it, CrmChange::Mail { allowed: false, .. });
    assert!(sorted.changes.iter().any(told), "{:?}", sorted.changes);
    outside.sent();
    let again = sort(&outside, &[record], WAY);
    assert_eq!(places(&again), [("7", &opted_out)]);
}

/// C16, C20: a creation whose answer was lost is made again; whoever is there by
/// then is known as ours.
#[test]
fn a_creation_whose_answer_was_lost_is_made_again_and_known_as_ours() {
    let outside = Outside::connected("default");
    let record = person("7", "anna@voorbeeld.example");
    outside.expect(LIST, Err(crate::spotler::wire::NoReply::Lost));
    let sorted = sort(&outside, std::slice::from_ref(&record), WAY);
    assert_eq!(sorted.pending, std::slice::from_ref(&record.reference));
    assert!(sorted.trouble.is_some());
    let exists = codes(&[("contact-7", "CONTACT_ALREADY_EXISTS")]);
    outside.expect(LIST, answer(200, exists));
    let sorted = sort(&outside, std::slice::from_ref(&record), WAY);
    assert_eq!(places(&sorted), [("7", &Place::Waits)]);
    outside.sent();
    let hers = answer(200, seen("contact-7", &[1], Some(true)));
    outside.expect("GET /contact/contact-7", hers);
    assert_eq!(
        outside.save(&record, 1).outcome.code(),
        crate::codes::CREATED
    );
}

/// A killed attempt leaves nothing in memory: the next one says so itself.
#[test]
fn a_creation_of_a_killed_attempt_is_known_as_ours() {
    let outside = Outside::connected("default");
    let record = person("7", "anna@voorbeeld.example");
    let exists = codes(&[("contact-7", "CONTACT_ALREADY_EXISTS")]);
    outside.expect(LIST, answer(200, exists));
    let unsure = Way {
        unsure: true,
        ..WAY
    };
    sort(&outside, std::slice::from_ref(&record), unsure);
    let hers = answer(200, seen("contact-7", &[1], Some(true)));
    outside.expect("GET /contact/contact-7", hers);
    assert_eq!(
        outside.save(&record, 1).outcome.code(),
        crate::codes::CREATED
    );
}
