//! The control API and the page.

mod common;

use common::{get, sim};
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
    let answer = common::client::send(sim, &request)
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
    for view in [
        "requests",
        "ledger",
        "breaches",
        "snapshot",
        "snapshot-of-effect",
        "switches",
        "faults",
        "properties",
    ] {
        let body = control(&sim, &format!("GET /_sim/{view}"), Value::Null).await;
        assert!(
            serde_json::from_str::<Value>(&body).is_ok(),
            "{view}: {body}"
        );
    }
    assert!(
        control(&sim, "GET /_sim/contacts.csv", Value::Null)
            .await
            .contains("Inactive: opt-out")
    );
    assert!(
        control(&sim, "POST /_sim/ui", json!({"action": "dance"}))
            .await
            .contains("error")
    );
    assert_eq!(
        sim.request_count(),
        2,
        "controls are not requests to the API"
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
