//! What the tests share: a simulator without sockets, and a client with its own signing.

pub(crate) mod client;

use serde_json::{Value, json};
use spotler_sim::{Config, Request, Response, SeedContact, SimHandle, SpotlerSim, Status};

pub(crate) const NOW: &str = "2026-01-05T09:00:00Z";

/// A simulator that stands still at [`NOW`], lets everyone in, and has Anna with permission 1.
pub(crate) async fn sim() -> SpotlerSim {
    sim_with(|_| {}).await
}

pub(crate) async fn sim_with(change: impl FnOnce(&mut Config)) -> SpotlerSim {
    let mut config = Config::frozen_at(NOW);
    config.switches.auth.required = false;
    config.contacts = vec![anna()];
    change(&mut config);
    SpotlerSim::start(config).await.expect("a free port")
}

pub(crate) fn anna() -> SeedContact {
    SeedContact::new("anna-1", "anna@voorbeeld.nl")
        .with("firstName", "Anna")
        .with("lastName", "de Boer")
        .with_permissions(&[1])
}

/// Sends a request without a socket; answers status and body.
pub(crate) fn call(sim: &SimHandle, method: &str, route: &str, body: Value) -> (u16, Value) {
    let mut request = Request::new(method, &format!("/integrationservice{route}"));
    if !body.is_null() {
        request.body = body.to_string().into_bytes();
    }
    let Response { status, body, .. } = sim.answer(&request);
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

pub(crate) fn get(sim: &SimHandle, route: &str) -> (u16, Value) {
    call(sim, "GET", route, Value::Null)
}

/// `POST contact` with `update` as given.
pub(crate) fn post_contact(sim: &SimHandle, update: bool, contact: Value) -> (u16, Value) {
    call(
        sim,
        "POST",
        "/contact",
        json!({"update": update, "contact": contact}),
    )
}

pub(crate) fn contact(external_id: &str, email: &str) -> Value {
    json!({"externalId": external_id, "properties": {"email": email}})
}

pub(crate) fn error_type(answer: &(u16, Value)) -> &str {
    answer.1["errorType"].as_str().unwrap_or_default()
}

/// How Anna stands.
pub(crate) fn status(sim: &SimHandle) -> Status {
    sim.contact_by_external_id("anna-1").expect("anna").status
}

/// Switches permission 2 of Anna on.
pub(crate) fn upsert(sim: &SimHandle) -> (u16, Value) {
    let anna = json!({"externalId": "anna-1", "properties": {"permissions": [{"bit": 2, "enabled": true}]}});
    post_contact(sim, true, anna)
}
