use super::*;

fn response(status: u16, body: &Value) -> Response {
    let body = if body.is_null() {
        Vec::new()
    } else {
        body.to_string().into_bytes()
    };
    Response {
        status,
        retry_after: None,
        body,
    }
}

fn fields() -> Vec<SentField> {
    let field = |name: &str, field_type, values: &[&str]| SentField {
        name: name.into(),
        field_type,
        values: values.iter().map(|it| (*it).to_owned()).collect(),
    };
    vec![
        field("voucher", FieldType::Text, &["LENTE"]),
        field("productlist", FieldType::ProductList, &["p-1", "p-2"]),
        field("linktocart", FieldType::Url, &["https://shop.example/cart"]),
    ]
}

/// C14, AU-18, AU-27
#[test]
fn fields_go_out_as_each_kind_of_journey_wants_them() {
    assert_eq!(
        automation_body("contact-1", &fields(), "automationFields"),
        json!({ "externalContactId": "contact-1", "automationFields": [
            { "name": "voucher", "type": "STRING", "values": ["LENTE"] },
            { "name": "productlist", "type": "PRODUCTLIST", "values": ["p-1", "p-2"] },
            { "name": "linktocart", "type": "URL", "values": ["https://shop.example/cart"] },
        ]})
    );
    assert_eq!(
        campaign_body("contact-1", &fields()),
        json!({ "externalContactId": "contact-1", "campaignFields": [
            { "name": "voucher", "type": "STRING", "value": "LENTE" },
            { "name": "productlist", "type": "PRODUCTLIST", "values": ["p-1", "p-2"] },
            { "name": "linktocart", "type": "URL", "value": "https://shop.example/cart" },
        ]})
    );
    assert_eq!(
        campaign_body("contact-1", &[]),
        json!({ "externalContactId": "contact-1" })
    );
}

/// AU-13
#[test]
fn an_automation_tells_what_began_or_why_nothing_did() {
    let results = json!([{ "automationId": "a", "result": "OK" }]);
    let body = json!({ "result": "OK", "automationResults": results,
        "publishedAutomationResults": [{ "automationContactId": "ac-1" }] });
    assert_eq!(
        automation_answer(response(200, &body)),
        Triggered::Started(vec!["ac-1".into()])
    );
    let not = |result: &str| json!({ "result": "NOT_TRIGGERED", "automationResults": [{ "result": result }] });
    for (status, body, expected) in [
        (417, not("AUTOMATION_INACTIVE"), Refusal::Inactive),
        (
            417,
            not("PARTICIPATION_LIMIT_REACHED"),
            Refusal::LimitReached,
        ),
        (
            404,
            json!({ "result": "TRIGGER_NOTFOUND" }),
            Refusal::NoTrigger,
        ),
        (
            404,
            json!({ "result": "CONTACT_NOTFOUND" }),
            Refusal::NoContact,
        ),
        (
            400,
            json!({ "errorType": "PRODUCT_NOTFOUND" }),
            Refusal::NoProduct,
        ),
        (
            400,
            json!({ "errorType": "CONTACT_OPTOUT" }),
            Refusal::OptedOut,
        ),
    ] {
        assert_eq!(
            automation_answer(response(status, &body)),
            Triggered::Refused(expected)
        );
    }
}

/// C18
#[test]
fn an_answer_that_does_not_say_whether_it_began_is_unsure() {
    for (status, body) in [
        (200, Value::Null),
        (200, json!({ "result": "UNKNOWN" })),
        (500, json!({ "errorType": "CONTACT_NOT_FOUND" })),
        (503, Value::Null),
        (408, Value::Null),
        (302, Value::Null),
    ] {
        let answer = automation_answer(response(status, &body));
        assert!(
            matches!(answer, Triggered::Unsure(_)),
            "{status} {answer:?}"
        );
    }
    let answer = campaign_answer(response(502, &Value::Null));
    assert!(matches!(answer, Triggered::Unsure(_)), "{answer:?}");
}

/// DA-60
#[test]
fn a_campaign_says_why_it_did_not_begin() {
    for (message, expected) in [
        ("campaign inactive", Refusal::Inactive),
        ("campaign missing message", Refusal::NoMessage),
        ("contact already in campaign", Refusal::AlreadyIn),
        ("contact already active in campaign", Refusal::AlreadyIn),
        ("contact not in selection", Refusal::NotInSelection),
        ("campaign already finished", Refusal::NotIn),
        ("campaign not triggered", Refusal::NotIn),
    ] {
        let body = json!({ "errorType": "INVALID_STATE", "message": message });
        let told = refusal(&response(400, &body));
        assert_eq!(told, Some(expected), "{message}");
    }
    assert_eq!(
        campaign_answer(response(204, &Value::Null)),
        Triggered::Started(Vec::new())
    );
}

/// C21
#[test]
fn what_was_surely_not_carried_out_may_be_tried_again() {
    for status in [401, 403, 429] {
        let answer = automation_answer(response(status, &Value::Null));
        assert!(
            matches!(answer, Triggered::NotSent(_)),
            "{status} {answer:?}"
        );
    }
}
