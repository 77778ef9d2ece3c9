//! The control API under `/_sim`, and the page at `/`: no signature needed.

mod page;

use serde_json::{Value, json};

use crate::clock::iso;
use crate::error::UiError;
use crate::faults::FaultRule;
use crate::handle::SimHandle;
use crate::http::{Query, Request, Response};
use crate::ui::recipient::RecipientAction;

/// Whether a request is for the control API or the page.
pub(crate) fn is_for(path: &str) -> bool {
    path == "/" || path == "/_sim" || path.starts_with("/_sim/")
}

/// Answers a request to the control API or for the page.
pub(crate) fn answer(sim: &SimHandle, request: &Request) -> Response {
    let path = request.path.trim_end_matches('/');
    let what = path
        .strip_prefix("/_sim")
        .unwrap_or_default()
        .trim_start_matches('/');
    let answered = match (request.method.as_str(), what) {
        ("GET", "") => Ok(Response::text(
            200,
            "text/html; charset=utf-8",
            page::html(sim, request),
        )),
        ("GET", "contacts.csv") => Ok(Response::text(
            200,
            "text/csv; charset=utf-8",
            sim.contacts_csv(),
        )),
        ("GET", _) => look(sim, what, &Query::read(&request.query)),
        ("POST" | "PATCH" | "PUT" | "DELETE", _) => drive(sim, request, what),
        _ => Err("no such control".to_owned()),
    };
    answered.unwrap_or_else(|error| Response::json(400, &json!({"error": error})))
}

fn look(sim: &SimHandle, what: &str, query: &Query) -> Result<Response, String> {
    let value = match what {
        "contacts" => match query.get("who") {
            Some(who) => {
                to_json(crate::ui::contact::find(&sim.lock(), who).map_err(|it| it.to_string())?)?
            }
            None => to_json(sim.contacts())?,
        },
        "requests" => requests(sim, query)?,
        "ledger" => to_json(sim.ledger())?,
        "breaches" => to_json(sim.breaches())?,
        "snapshot" => sim.snapshot(),
        "snapshot-of-effect" => sim.snapshot_of_effect(),
        "switches" => to_json(sim.switches())?,
        "faults" => json!({"rules": sim.faults().rules(), "held": sim.faults().held()}),
        "clock" => clock(sim),
        "lists" => json!({
            "static": sim.static_lists(),
            "dynamic": sim.dynamic_lists(),
            "audiences": sim.audiences(),
        }),
        "mailings" => json!({
            "mailings": sim.mailings(),
            "journeys": sim.journey_mailings(),
            "sends": sim.sends(),
        }),
        "journeys" => json!({
            "journeys": sim.journeys(),
            "participations": sim.participations(),
        }),
        "forms" => json!({"forms": sim.forms(), "results": sim.form_results()}),
        "shop" => json!({"products": sim.products(), "orders": sim.orders()}),
        "properties" => to_json(sim.properties())?,
        _ => return Err("no such view".to_owned()),
    };
    Ok(Response::json(200, &value))
}

fn requests(sim: &SimHandle, query: &Query) -> Result<Value, String> {
    let with_bodies = query.get("bodies") == Some("true");
    let mut rows = Vec::new();
    for request in sim.requests_to(query.get("on").unwrap_or("*")) {
        let mut row = to_json(&request)?;
        if with_bodies {
            row["body"] = Value::from(String::from_utf8_lossy(&request.body));
            row["answer"] = Value::from(String::from_utf8_lossy(&request.answer));
        }
        rows.push(row);
    }
    Ok(Value::from(rows))
}

fn drive(sim: &SimHandle, request: &Request, what: &str) -> Result<Response, String> {
    let body: Value = if request.body.is_empty() {
        Value::Null
    } else {
        serde_json::from_slice(&request.body).map_err(|it| it.to_string())?
    };
    let value = match (request.method.as_str(), what) {
        ("POST", _) if what == "ui" || what.starts_with("ui/") => act(sim, what, body)?,
        ("POST", "faults") => {
            let rule: FaultRule = from_json(body)?;
            sim.faults().add(rule);
            json!({"rules": sim.faults().rules()})
        }
        ("DELETE", "faults") => {
            sim.faults().clear();
            json!({"rules": []})
        }
        ("POST", "faults/release") => {
            sim.faults().release();
            json!({"held": sim.faults().held()})
        }
        ("PATCH" | "POST", "switches") => {
            sim.lock()
                .switches
                .merge(&body)
                .map_err(|it| it.to_string())?;
            to_json(sim.switches())?
        }
        ("PUT" | "POST", "clock") => {
            set_clock(sim, &body)?;
            clock(sim)
        }
        ("POST", "other-system") => other_system(sim, from_json(body)?)?,
        ("POST", "save") => {
            sim.save().map_err(|it| it.to_string())?;
            json!({})
        }
        ("DELETE", "requests") => {
            sim.clear_requests();
            json!([])
        }
        _ => return Err("no such control".to_owned()),
    };
    Ok(Response::json(200, &value))
}

fn act(sim: &SimHandle, what: &str, body: Value) -> Result<Value, String> {
    let refused = |it: UiError| it.to_string();
    Ok(match what {
        "ui" => json!({"contact": sim.ui(&from_json(body)?).map_err(refused)?}),
        "ui/lists" => json!({"done": sim.ui_list(&from_json(body)?).map_err(refused)?}),
        "ui/mailings" => json!({"id": sim.ui_mailing(&from_json(body)?).map_err(refused)?}),
        "ui/journeys" => json!({"id": sim.ui_journey(&from_json(body)?).map_err(refused)?}),
        "ui/forms" => json!({"id": sim.ui_form(&from_json(body)?).map_err(refused)?}),
        "ui/recipients" => {
            let RecipientAction { who, mailing, act } = from_json(body)?;
            json!({"done": sim.recipient(&who, &mailing, act).map_err(refused)?})
        }
        _ => return Err("no such control".to_owned()),
    })
}

/// A request to the API by another system of the account.
#[derive(serde::Deserialize)]
struct OtherSystem {
    /// The method.
    method: String,
    /// The path after the prefix, as `/product`.
    path: String,
    /// The body.
    #[serde(default)]
    body: Value,
}

fn other_system(sim: &SimHandle, asked: OtherSystem) -> Result<Value, String> {
    let target = format!("/integrationservice{}", asked.path);
    let mut request = Request::new(&asked.method, &target);
    if !asked.body.is_null() {
        request.body = asked.body.to_string().into_bytes();
    }
    let response = sim.answer_other_system(&request);
    let answer = serde_json::from_slice(&response.body).unwrap_or(Value::Null);
    if response.status >= 300 {
        return Err(format!("the API answered {}: {answer}", response.status));
    }
    Ok(json!({"status": response.status, "answer": answer}))
}

fn set_clock(sim: &SimHandle, body: &Value) -> Result<(), String> {
    if let Some(at) = body.get("set").and_then(Value::as_str) {
        return sim.clock().set(at).map_err(|it| it.to_string());
    }
    if body.get("freeze") == Some(&Value::Bool(true)) {
        sim.clock().freeze();
        return Ok(());
    }
    let seconds = body.get("advance_s").and_then(Value::as_i64);
    sim.clock()
        .advance_s(seconds.ok_or("give `set`, `advance_s` or `freeze`")?);
    Ok(())
}

fn clock(sim: &SimHandle) -> Value {
    let now_ms = sim.clock().now_ms();
    json!({"now_ms": now_ms, "now": iso(now_ms, 0)})
}

fn to_json(value: impl serde::Serialize) -> Result<Value, String> {
    serde_json::to_value(value).map_err(|it| it.to_string())
}

fn from_json<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, String> {
    serde_json::from_value(value).map_err(|it| it.to_string())
}
