//! Writing and reading contacts.

use crate::common::{call, contact, error_type, get, post_contact, sim, sim_with};
use serde_json::{Value, json};
use spotler_sim::SeedContact;
use spotler_sim::switches::{DateForm, Dedup, LastPage, OnExisting, OverMaximum};

/// PV-08
#[tokio::test]
async fn an_account_has_a_few_permissions_from_the_start() {
    let sim = sim().await;
    let (status, properties) = get(&sim, "/contact/properties/list");
    let properties = properties.as_array().expect("a list").clone();
    let permissions = properties
        .iter()
        .find(|it| it["name"] == "permissions")
        .expect("permissions");
    assert_eq!((status, &permissions["type"]), (200, &json!("set")));
    let entries = permissions["entries"].as_array().expect("entries");
    assert!(entries.len() >= 2, "{entries:?}");
    assert_eq!(
        entries[0],
        json!({"bit": 1, "description": "Maandelijkse nieuwsbrief", "rank": 1})
    );
}

#[tokio::test]
async fn an_account_may_have_no_permissions_at_all() {
    let sim = sim_with(|it| {
        it.permissions.clear();
        it.contacts.clear();
    })
    .await;
    let (_, properties) = get(&sim, "/contact/properties/list");
    let sets = properties
        .as_array()
        .into_iter()
        .flatten()
        .find(|it| it["name"] == "permissions");
    assert_eq!(sets.and_then(|it| it.get("entries")), None);
}

#[tokio::test]
async fn a_contact_is_created_read_and_changed() {
    let sim = sim().await;
    let bo = json!({"externalId": "bo", "created": null, "unknownKey": 1, "properties": {
        "email": "bo@voorbeeld.nl", "birthday": "1980-12-31", "permissions": [{"bit": 2, "enabled": true}]}});
    assert_eq!(post_contact(&sim, false, bo).0, 204);
    let (status, read) = get(&sim, "/contact/bo/");
    assert_eq!(status, 200);
    assert_eq!(read["properties"]["email"], "bo@voorbeeld.nl");
    assert_eq!(
        read["properties"]["permissions"][1],
        json!({"bit": 2, "enabled": true, "description": "Kwartaal nieuwsbrief"})
    );
    assert_eq!(read["channels"][0], json!({"name": "EMAIL", "value": true}));
    assert!(read["created"].is_number(), "{read}");

    let change = json!({"contact": {"externalId": "bo", "properties": {"city": "Den Haag"}}});
    assert_eq!(call(&sim, "PUT", "/contact/bo", change).0, 204);
    let bo = sim.contact_by_external_id("bo").expect("bo");
    assert_eq!(
        (bo.text("city"), bo.text("birthday")),
        (Some("Den Haag"), Some("1980-12-31"))
    );
}

#[tokio::test]
async fn external_ids_are_percent_decoded() {
    let sim = sim().await;
    assert_eq!(
        post_contact(&sim, false, contact("a b/c@d.nl", "odd@voorbeeld.nl")).0,
        204
    );
    assert_eq!(get(&sim, "/contact/a%20b%2Fc%40d.nl").0, 200);
}

#[tokio::test]
async fn a_purge_clears_what_is_not_sent() {
    let sim = sim().await;
    let body = json!({"purge": true, "contact": contact("anna-1", "anna@voorbeeld.nl")});
    assert_eq!(call(&sim, "PUT", "/contact/anna-1", body).0, 204);
    let anna = sim.contact_by_external_id("anna-1").expect("anna");
    assert_eq!(
        (anna.text("lastName"), anna.permissions(), anna.email()),
        (None, vec![], Some("anna@voorbeeld.nl"))
    );
}

#[tokio::test]
async fn a_create_of_someone_who_exists_is_refused_ignored_or_done_as_the_switch_says() {
    for (switch, status, city) in [
        (OnExisting::Refused, 400, None),
        (OnExisting::Ignored, 204, None),
        (OnExisting::Updated, 204, Some("Ede")),
    ] {
        let sim = sim_with(|it| it.switches.identity.create_on_existing = switch).await;
        let anna = json!({"externalId": "anna-1", "properties": {"city": "Ede"}});
        let answer = post_contact(&sim, false, anna);
        assert_eq!(answer.0, status, "{switch:?}");
        assert_eq!(
            error_type(&answer),
            if status == 400 {
                "CONTACT_ALREADY_EXISTS"
            } else {
                ""
            }
        );
        let anna = sim.contact_by_external_id("anna-1").expect("anna");
        assert_eq!(anna.text("city"), city, "{switch:?}");
    }
}

#[tokio::test]
async fn a_known_address_under_another_id_is_the_same_person_unless_ids_alone_decide() {
    for (dedup, contacts) in [
        (Dedup::EmailThenExternalId, 1),
        (Dedup::EmailOnly, 1),
        (Dedup::ExternalIdOnly, 2),
    ] {
        let sim = sim_with(|it| it.switches.identity.dedup = dedup).await;
        assert_eq!(
            post_contact(&sim, true, contact("other", "ANNA@voorbeeld.nl")).0,
            204
        );
        assert_eq!(sim.contact_count(), contacts, "{dedup:?}");
        assert_eq!(
            sim.contact_by_external_id("anna-1").is_some(),
            contacts == 2,
            "{dedup:?}"
        );
        assert!(sim.contact_by_external_id("other").is_some(), "{dedup:?}");
    }
}

#[tokio::test]
async fn invalid_properties_are_refused() {
    let sim = sim().await;
    for properties in [
        json!({"email": "not an address"}),
        json!({"gender": "FEMALE"}),
        json!({"noSuchProperty": "x"}),
        json!({"permissions": [{"bit": 99, "enabled": true}]}),
        json!({"permissions": "all"}),
    ] {
        let answer = post_contact(
            &sim,
            false,
            json!({"externalId": "x", "properties": properties}),
        );
        assert_eq!(
            (answer.0, error_type(&answer)),
            (400, "INVALID_PROPERTY"),
            "{properties}"
        );
    }
    assert_eq!(sim.contact_count(), 1);
}

#[tokio::test]
async fn a_bulk_write_answers_a_code_for_each_contact() {
    let sim = sim().await;
    sim.ui_opt_out("anna-1").expect("anna");
    let contacts = json!([
        contact("new", "new@voorbeeld.nl"),
        contact("bad", "no address"),
        contact("anna-1", "anna@voorbeeld.nl"),
    ]);
    let (status, answers) = call(
        &sim,
        "POST",
        "/contact/list",
        json!({"update": true, "contacts": contacts}),
    );
    let codes: Vec<&Value> = answers
        .as_array()
        .into_iter()
        .flatten()
        .map(|it| &it["code"])
        .collect();
    assert_eq!(
        (status, codes),
        (
            200,
            vec![
                &json!("OK"),
                &json!("PROPERTY_INVALID"),
                &json!("CONTACT_OPTOUT")
            ]
        )
    );

    let again = json!({"contacts": [contact("new", "new@voorbeeld.nl")]});
    let (_, answers) = call(&sim, "POST", "/contact/list", again);
    assert_eq!(answers[0]["code"], "CONTACT_ALREADY_EXISTS");
}

#[tokio::test]
async fn a_bulk_write_takes_a_hundred_contacts_with_ids() {
    let sim = sim().await;
    let contacts: Vec<Value> = (0..101)
        .map(|it| contact(&format!("c{it}"), &format!("c{it}@voorbeeld.nl")))
        .collect();
    let answer = call(&sim, "POST", "/contact/list", json!({"contacts": contacts}));
    assert_eq!(
        (answer.0, answer.1["message"].as_str()),
        (400, Some("Too many contacts provided (max is 100)"))
    );
    assert_eq!(
        call(
            &sim,
            "POST",
            "/contact/list",
            json!({"contacts": contacts[..100]})
        )
        .0,
        200
    );
    assert_eq!(
        call(
            &sim,
            "POST",
            "/contact/list",
            json!({"contacts": [{"properties": {}}]})
        )
        .0,
        400
    );
}

#[tokio::test]
async fn a_search_finds_by_address_whatever_the_case() {
    let sim = sim().await;
    let (_, found) = get(
        &sim,
        "/contact/search?MPSearchQuery=email%3DANNA%40voorbeeld.nl&pageSize=10&after=",
    );
    assert_eq!(found["contacts"][0]["externalId"], "anna-1");
    assert_eq!(found["paging"], json!({"after": 0}));
    assert_eq!(
        get(&sim, "/contact/search?MPSearchQuery=lastName=de%20Boer").1["contacts"][0]["externalId"],
        "anna-1"
    );
    assert_eq!(get(&sim, "/contact/search?MPSearchQuery=anna").0, 400);
}

#[tokio::test]
async fn pages_lead_to_each_other() {
    let sim = sim_with(|it| {
        it.contacts = (0..5)
            .map(|n| SeedContact::new(&format!("c{n}"), &format!("c{n}@voorbeeld.nl")))
            .collect();
        it.public_base_url = Some("https://rest.example".to_owned());
    })
    .await;
    let mut target =
        "/contact/updates/list?fromDate=2026-01-01&toDate=2026-02-01&pageSize=2".to_owned();
    let mut ids = Vec::new();
    loop {
        let (status, page) = get(&sim, &target);
        assert_eq!(status, 200);
        ids.extend(
            page["contacts"]
                .as_array()
                .expect("contacts")
                .iter()
                .map(|it| it["externalId"].to_string()),
        );
        let Some(next) = page["paging"]["next"].as_str() else {
            break;
        };
        target = next
            .strip_prefix("https://rest.example/integrationservice")
            .expect("the public address")
            .to_owned();
    }
    assert_eq!(ids, ["\"c0\"", "\"c1\"", "\"c2\"", "\"c3\"", "\"c4\""]);
}

#[tokio::test]
async fn feeds_want_both_dates_and_are_bare_on_the_pinned_prefix() {
    let sim = sim().await;
    let answer = get(&sim, "/contact/updates/list?fromDate=2026-01-01");
    assert_eq!(
        (answer.0, answer.1["message"].as_str()),
        (400, Some("Invalid toDate or no toDate given"))
    );
    let request = spotler_sim::Request::new(
        "GET",
        "/integrationservice-1.1.0/contact/updates/list?fromDate=2026-01-01&toDate=2026-02-01",
    );
    let body: Value = serde_json::from_slice(&sim.answer(&request).body).expect("JSON");
    assert_eq!(body[0]["externalId"], "anna-1");
}

#[tokio::test]
async fn shapes_follow_their_switches() {
    let sim = sim_with(|it| {
        it.switches.shape.dates = DateForm::Iso;
        it.switches.shape.last_page = LastPage::WithoutPaging;
        it.switches.limits.over_max_page_size = OverMaximum::Refused;
    })
    .await;
    assert_eq!(
        get(&sim, "/contact/anna-1").1["created"],
        "2026-01-05T10:00:00.000+01:00"
    );
    let (_, found) = get(
        &sim,
        "/contact/search?MPSearchQuery=email=anna@voorbeeld.nl",
    );
    assert_eq!(found.get("paging"), None);
    assert_eq!(
        get(
            &sim,
            "/contact/search?MPSearchQuery=email=a@b.nl&pageSize=10001"
        )
        .0,
        400
    );
}

#[tokio::test]
async fn what_does_not_exist_is_404() {
    let sim = sim().await;
    for (method, route) in [
        ("GET", "/contact/nobody"),
        ("PUT", "/contact/anonymize/nobody"),
        ("PUT", "/contact/inactivate/nobody"),
    ] {
        let answer = call(&sim, method, route, Value::Null);
        assert_eq!(
            (answer.0, error_type(&answer)),
            (404, "CONTACT_NOT_FOUND"),
            "{method} {route}"
        );
    }
    assert_eq!(
        call(&sim, "PUT", "/contact/nobody", json!({"contact": {}})).0,
        404
    );
    assert_eq!(get(&sim, "/no/such/resource").0, 404);
}

#[tokio::test]
async fn a_second_simulator_goes_on_where_the_first_left_off() {
    let first = sim().await;
    post_contact(&first, false, contact("bo", "bo@voorbeeld.nl"));
    let saved = serde_json::to_string(&first.saved()).expect("serializable");
    let second = sim_with(|it| it.contacts.clear()).await;
    second.resume(serde_json::from_str(&saved).expect("deserializable"));
    assert_eq!(second.snapshot(), first.snapshot());
    assert!(second.contact_by_email("BO@voorbeeld.nl").is_some());
}
