//! The control API and the page.

use crate::common::{get, sim, sim_with};
use serde_json::{Value, json};
use spotler_sim::{Request, SpotlerSim};

/// Sends a request to the control API over the socket; answers the body.
async fn control(sim: &SpotlerSim, line: &str, body: Value) -> String {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let request = format!(
        "{line} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\naccept-language: en\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let answer = crate::common::client::send(sim, &request)
        .await
        .expect("an answer");
    answer.split_once("\r\n\r\n").expect("a body").1.to_owned()
}

#[tokio::test]
async fn everything_can_be_driven_over_http() {
    let sim = sim().await;
    control(
        &sim,
        "POST /_sim/ui",
        json!({"action": "opt_out", "who": "anna-1"}),
    )
    .await;
    let contact: Value =
        serde_json::from_str(&control(&sim, "GET /_sim/contacts?who=anna-1", Value::Null).await)
            .expect("JSON");
    assert_eq!(contact["status"], json!({"inactive": "opt_out"}));

    control(
        &sim,
        "POST /_sim/faults",
        json!({"on": "GET *", "fault": {"status": {"status": 503}}}),
    )
    .await;
    assert_eq!(get(&sim, "/contact/anna-1").0, 503);
    control(&sim, "DELETE /_sim/faults", Value::Null).await;

    control(
        &sim,
        "PATCH /_sim/switches",
        json!({"signals": {"channels": "left_out"}}),
    )
    .await;
    assert_eq!(get(&sim, "/contact/anna-1").1.get("channels"), None);

    let clock = control(&sim, "PUT /_sim/clock", json!({"advance_s": 3600})).await;
    assert!(clock.contains("2026-01-05T10:00:00"), "{clock}");
    let file = control(&sim, "GET /_sim/contacts.csv", Value::Null).await;
    assert!(file.contains("Inactive: opt-out"), "{file}");
    let log = control(
        &sim,
        "GET /_sim/requests?on=GET%20*&bodies=true",
        Value::Null,
    )
    .await;
    let log: Value = serde_json::from_str(&log).expect("JSON");
    assert!(
        log[1]["answer"]
            .as_str()
            .is_some_and(|it| it.contains("anna@voorbeeld.nl")),
        "{log}"
    );
    assert_eq!(sim.request_counts()["GET /contact/anna-1"], 2);
    assert_eq!(
        sim.request_count(),
        2,
        "controls are not requests to the API"
    );
}

#[tokio::test]
async fn every_view_is_json_and_what_is_wrong_says_so() {
    let sim = sim().await;
    let views = "contacts requests ledger breaches snapshot snapshot-of-effect switches faults clock properties lists mailings journeys forms shop";
    for view in views.split(' ') {
        let body = control(&sim, &format!("GET /_sim/{view}"), Value::Null).await;
        let value: Value = serde_json::from_str(&body).expect(view);
        assert_eq!(value.get("error"), None, "{view}: {body}");
    }
    for (line, body) in [
        ("GET /_sim/nothing", Value::Null),
        ("POST /_sim/ui", json!({"action": "dance"})),
        (
            "POST /_sim/ui",
            json!({"action": "opt_out", "who": "nobody"}),
        ),
        ("PATCH /_sim/switches", json!({"signals": {"x": 1}})),
        ("PUT /_sim/clock", json!({})),
    ] {
        assert!(control(&sim, line, body).await.contains("error"), "{line}");
    }
}

#[tokio::test]
async fn another_system_needs_no_signature_and_this_one_still_does() {
    let sim = sim_with(|it| it.switches.auth.required = true).await;
    let page = "https://shop.example/p-1";
    let product = json!({"externalId": "p-1", "name": "P", "link": page, "price": "100", "imageUrl": page, "imageLargeUrl": page});
    let asked = json!({"method": "POST", "path": "/product", "body": {"product": product}});
    let answer = control(&sim, "POST /_sim/other-system", asked).await;
    assert_eq!(
        serde_json::from_str::<Value>(&answer).expect("JSON")["status"],
        204
    );
    assert_eq!(sim.products().len(), 1);
    let refused = json!({"method": "POST", "path": "/product", "body": {}});
    let answer = control(&sim, "POST /_sim/other-system", refused).await;
    assert!(answer.contains("error"), "{answer}");
    let unsigned = sim.answer(&Request::new(
        "GET",
        "/integrationservice/contact/properties/list",
    ));
    assert_eq!(unsigned.status, 401);
}

#[tokio::test]
async fn lists_mailings_journeys_and_forms_can_be_made_over_http() {
    let sim = sim().await;
    control(
        &sim,
        "POST /_sim/ui/lists",
        json!({"action": "import_static_list", "name": "L", "contacts": ["anna-1"]}),
    )
    .await;
    let message = json!({"name": "Opmaak", "subject": "Nieuws", "links": [{"id": 1, "name": "x", "url": "https://x.example"}]});
    control(
        &sim,
        "POST /_sim/ui/mailings",
        json!({"action": "make", "name": "M", "message": message}),
    )
    .await;
    let mailing = sim.mailings()[0].id.clone();
    let choose =
        json!({"action": "choose_list", "mailing": mailing, "target": {"static_list": "L"}});
    control(&sim, "POST /_sim/ui/mailings", choose).await;
    control(
        &sim,
        "POST /_sim/ui/mailings",
        json!({"action": "schedule", "mailing": mailing}),
    )
    .await;
    control(
        &sim,
        "POST /_sim/ui/mailings",
        json!({"action": "confirm", "mailing": mailing}),
    )
    .await;
    let click = json!({"who": "anna-1", "mailing": mailing, "action": "click", "link": 1});
    control(&sim, "POST /_sim/ui/recipients", click).await;
    assert_eq!(sim.sends()[0].clicks.len(), 1);

    let steps = json!([{"delay_s": 60, "do": {"send_email": {"body": "x"}}}, {"do": {"change_property": ["city", "Ede"]}}]);
    control(
        &sim,
        "POST /_sim/ui/journeys",
        json!({"action": "make", "kind": "automation", "name": "A", "steps": steps}),
    )
    .await;
    assert_eq!(sim.journeys()[0].steps.len(), 2);
    let form = json!({"action": "make", "name": "F", "sub_type": "normal", "questions": ["?"]});
    assert_eq!(
        control(&sim, "POST /_sim/ui/forms", form).await,
        r#"{"id":1}"#
    );
}

#[tokio::test]
async fn the_page_speaks_dutch_or_english_and_escapes_what_people_typed() {
    let sim = sim().await;
    sim.ui_edit_property("anna-1", "lastName", json!("<b>Boer</b>"))
        .expect("anna");
    let english = control(&sim, "GET /", Value::Null).await;
    assert!(
        english.contains("<h2>Contacts") && english.contains("&lt;b&gt;Boer"),
        "{english}"
    );
    let mut request = Request::new("GET", "/");
    request
        .headers
        .push(("accept-language".to_owned(), "nl,en;q=0.8".to_owned()));
    let dutch = sim.control(&request);
    assert!(String::from_utf8_lossy(&dutch.body).contains("<h2>Contacten"));
}
