//! `form`: forms, and what people filled in.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Answer, ApiError, Call, view};
use crate::clock::instant_ms;
use crate::http::Response;
use crate::state::State;
use crate::world::form::{Form, FormResult};

/// Answers what lies under `form`.
pub(crate) fn route(state: &mut State, call: &Call<'_>, rest: &[&str]) -> Option<Answer> {
    Some(match (call.method, rest) {
        ("GET", ["list"]) => list(state, call),
        ("GET", ["result", form]) => results(state, call, form),
        ("POST", ["result", form]) => submit(state, call, form),
        ("GET", ["result", form, result]) => one_result(state, (form, result)),
        ("GET", [form]) => show(state, call, form),
        ("POST", [form]) => show_prefilled(state, call, form),
        _ => return None,
    })
}

/// A form as it stands in lists.
pub(super) fn summary(form: &Form) -> Value {
    json!({"id": form.id, "name": form.name, "formSubType": form.sub_type, "formState": form.state})
}

fn list(state: &State, call: &Call<'_>) -> Answer {
    let (sub_type, form_state) = (call.query.get("formSubType"), call.query.get("formState"));
    let wanted = |it: &&Form| {
        sub_type.is_none_or(|wanted| it.sub_type == wanted)
            && form_state.is_none_or(|wanted| it.state == wanted)
    };
    let forms = state.world.forms.iter().filter(wanted);
    Ok(Response::json(200, &forms.map(summary).collect::<Value>()))
}

fn known(state: &State, id: &str) -> Result<Form, ApiError> {
    let no_form = || ApiError::of(404, "FORM_NOT_FOUND", "form not found");
    let form = state.world.forms.iter().find(|it| it.id.to_string() == id);
    form.cloned().ok_or_else(no_form)
}

fn show(state: &State, call: &Call<'_>, id: &str) -> Answer {
    let form = known(state, id)?;
    let post_url = call
        .query
        .get("postUrl")
        .ok_or_else(|| ApiError::params("postUrl is missing"))?;
    let encrypted_id = call.query.get("encId").unwrap_or_default();
    Ok(page(&form, (post_url, encrypted_id), &BTreeMap::new()))
}

fn show_prefilled(state: &State, call: &Call<'_>, id: &str) -> Answer {
    let body = call.json()?;
    let form = known(state, id)?;
    let post_url = super::text(&body, "postUrl")?;
    let encrypted_id = body
        .get("encId")
        .and_then(Value::as_str)
        .unwrap_or_default();
    Ok(page(
        &form,
        (&post_url, encrypted_id),
        &parameters(&body, "prefilledValues"),
    ))
}

fn parameters(body: &Value, key: &str) -> BTreeMap<String, Vec<String>> {
    let values = body.get(key).cloned().unwrap_or_default();
    serde_json::from_value(values).unwrap_or_default()
}

/// A question is called `q` and its number; who fills it in goes along as `encId`.
fn page(form: &Form, to: (&str, &str), prefilled: &BTreeMap<String, Vec<String>>) -> Response {
    let (post_url, encrypted_id) = to;
    let mut html = format!("<form method=\"post\" action=\"{}\">", escaped(post_url));
    html.push_str(&format!(
        "<input type=\"hidden\" name=\"encId\" value=\"{}\">",
        escaped(encrypted_id)
    ));
    for (number, question) in (1..).zip(&form.questions) {
        let name = format!("q{number}");
        let value = prefilled
            .get(&name)
            .and_then(|it| it.first())
            .map_or("", String::as_str);
        let (label, value) = (escaped(question), escaped(value));
        html.push_str(&format!(
            "<label>{label} <input name=\"{name}\" value=\"{value}\"></label>"
        ));
    }
    html.push_str("<button>OK</button></form>");
    let body = json!({"html": html, "script": "", "isConfirmationPage": false, "url": post_url});
    Response::json(200, &body)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

fn submit(state: &mut State, call: &Call<'_>, id: &str) -> Answer {
    let body = call.json()?;
    let form = known(state, id)?;
    let given = parameters(&body, "formParams");
    let encrypted_id = given.get("encId").and_then(|it| it.first());
    let contact = encrypted_id.and_then(|it| state.world.contacts.with_encrypted_id(it));
    let contact = contact.map(|it| it.id);
    let question = |number: usize| {
        given
            .get(&format!("q{number}"))
            .cloned()
            .unwrap_or_default()
    };
    let answers: Vec<Vec<String>> = (1..=form.questions.len()).map(question).collect();
    state.world.form_results.push(FormResult {
        id: state.world.form_results.len() as u64 + 1,
        form: form.id,
        contact,
        submitted_ms: call.stamp.at_ms,
        completed: answers.iter().all(|it| !it.is_empty()),
        test: false,
        answers,
    });
    let body =
        json!({"html": "<p>Bedankt</p>", "script": "", "isConfirmationPage": true, "url": ""});
    Ok(Response::json(200, &body))
}

fn results(state: &State, call: &Call<'_>, id: &str) -> Answer {
    let form = known(state, id)?;
    let (from_ms, to_ms) = (day(state, call, "startDate")?, day(state, call, "endDate")?);
    let only_completed = call.query.get("completed") == Some("true");
    let wanted = |it: &&FormResult| {
        it.form == form.id
            && (it.completed || !only_completed)
            && from_ms.is_none_or(|from_ms| it.submitted_ms >= from_ms)
            && to_ms.is_none_or(|to_ms| it.submitted_ms <= to_ms)
    };
    let results = state.world.form_results.iter().filter(wanted);
    Ok(Response::json(
        200,
        &results
            .map(|it| result_view(state, &form, it))
            .collect::<Value>(),
    ))
}

/// Reads `yyyyMMdd`, with or without `HHmmss`.
fn day(state: &State, call: &Call<'_>, name: &str) -> Result<Option<i64>, ApiError> {
    let Some(text) = call.query.get(name) else {
        return Ok(None);
    };
    let invalid = || ApiError::params(&format!("invalid {name}"));
    let is_digits = text.chars().all(|it| it.is_ascii_digit());
    let time = match text.len() {
        8 if is_digits => "000000",
        14 if is_digits => &text[8..],
        _ => return Err(invalid()),
    };
    let offset = state.switches.shape.offset_minutes;
    let (year, month, day) = (&text[..4], &text[4..6], &text[6..8]);
    let (hour, minute, second) = (&time[..2], &time[2..4], &time[4..]);
    let utc = instant_ms(&format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z"));
    Ok(Some(utc.ok_or_else(invalid)? - i64::from(offset) * 60_000))
}

fn one_result(state: &State, which: (&str, &str)) -> Answer {
    let (form, result) = which;
    let form = known(state, form)?;
    let mut results = state
        .world
        .form_results
        .iter()
        .filter(|it| it.form == form.id);
    let no_result = || ApiError::of(404, "FORMRESULT_NOT_FOUND", "form result not found");
    let result = results
        .find(|it| it.id.to_string() == result)
        .ok_or_else(no_result)?;
    Ok(Response::json(200, &result_view(state, &form, result)))
}

fn result_view(state: &State, form: &Form, result: &FormResult) -> Value {
    let answers = (1..).zip(form.questions.iter().zip(&result.answers));
    let answers = answers.map(|(rank, (question, answer)): (u64, _)| {
        json!({"rank": rank, "fieldId": form.id * 100 + rank, "description": question, "answer": answer})
    });
    json!({
        "formResultId": result.id,
        "submittedAt": view::date(state, result.submitted_ms),
        "testResult": result.test,
        "completed": result.completed,
        "answers": answers.collect::<Vec<Value>>(),
    })
}
