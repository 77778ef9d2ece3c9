//! The API: prefix, signature, route, answer.

mod audience;
mod automation;
mod campaign;
mod contact;
mod feed;
mod fields;
mod form;
mod history;
mod incoming;
mod interaction;
mod mailing;
mod order;
mod paging;
mod product;
mod templist;
mod view;
mod write;

use mailing::Family;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::http::{Query, Request, Response};
use crate::oauth;
use crate::state::{Admitted, State};
use crate::world::ledger::{Cause, Stamp};

/// The prefix that the vendor documents.
pub(crate) const UNVERSIONED: &str = "/integrationservice";
/// The prefix of the pinned version.
pub(crate) const PINNED: &str = "/integrationservice-1.1.0";
/// Header that marks a repetition within the simulator; no name that can be on the wire.
pub(crate) const REPEATED: &str = " repeated";

/// A request that was let in, taken apart.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) method: &'a str,
    pub(crate) segments: Vec<String>,
    pub(crate) query: Query,
    pub(crate) raw_query: &'a str,
    pub(crate) body: &'a [u8],
    pub(crate) pinned: bool,
    pub(crate) base_url: String,
    pub(crate) path: &'a str,
    pub(crate) stamp: Stamp,
    pub(crate) admitted: &'a Admitted,
}

/// What a call answers.
pub(crate) type Answer = Result<Response, ApiError>;

/// A refusal.
#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    status: u16,
    error: Option<(String, String)>,
}

impl ApiError {
    /// A refusal with an error body.
    pub(crate) fn of(status: u16, error_type: &str, message: &str) -> ApiError {
        ApiError {
            status,
            error: Some((error_type.to_owned(), message.to_owned())),
        }
    }

    /// A refusal without a body.
    pub(crate) fn bare(status: u16) -> ApiError {
        ApiError {
            status,
            error: None,
        }
    }

    /// 400 because of what was sent.
    pub(crate) fn params(message: &str) -> ApiError {
        ApiError::of(400, "INVALID_PARAMS", message)
    }

    /// 404 because there is no such contact.
    pub(crate) fn no_contact() -> ApiError {
        ApiError::of(404, "CONTACT_NOT_FOUND", "contact not found")
    }

    /// The refusal as a response.
    pub(crate) fn into_response(self) -> Response {
        match self.error {
            Some((error_type, message)) => Response::json(
                self.status,
                &json!({"errorType": error_type, "message": message}),
            ),
            None => Response::empty(self.status),
        }
    }
}

impl Call<'_> {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Result<Value, ApiError> {
        serde_json::from_slice(self.body).map_err(|_| ApiError::params("body is not valid JSON"))
    }
}

/// The path after the prefix, decoded, without a trailing slash; the path itself if it has none.
pub(crate) fn route_of(path: &str) -> String {
    let route = split_prefix(path).map_or(path, |(_, rest)| rest);
    let decoded = percent_decode_str(route).decode_utf8_lossy().into_owned();
    match decoded.trim_end_matches('/') {
        "" => "/".to_owned(),
        it => it.to_owned(),
    }
}

fn split_prefix(path: &str) -> Option<(bool, &str)> {
    let after = |prefix| {
        path.strip_prefix(prefix)
            .filter(|rest: &&str| rest.starts_with('/'))
    };
    let pinned = after(PINNED).map(|rest| (true, rest));
    pinned.or_else(|| after(UNVERSIONED).map(|rest| (false, rest)))
}

/// Answers a request.
pub(crate) fn answer(state: &mut State, request: &Request, admitted: &Admitted) -> Response {
    answer_or_refuse(state, request, admitted).unwrap_or_else(ApiError::into_response)
}

fn answer_or_refuse(state: &mut State, request: &Request, admitted: &Admitted) -> Answer {
    let Some((pinned, rest)) = split_prefix(&request.path) else {
        return Err(ApiError::of(404, "RESOURCE_NOT_FOUND", "no such resource"));
    };
    let base_url = base_url(state, request);
    authenticate(state, request, (&base_url, admitted))?;
    if state.switches.shape.refuse_xml && wants_xml(request) {
        return Err(ApiError::bare(406));
    }
    let decode = |it: &str| percent_decode_str(it).decode_utf8_lossy().into_owned();
    let call = Call {
        method: &request.method,
        segments: rest
            .split('/')
            .filter(|it| !it.is_empty())
            .map(decode)
            .collect(),
        query: Query::read(&request.query),
        raw_query: &request.query,
        body: &request.body,
        pinned,
        base_url,
        path: &request.path,
        stamp: Stamp {
            at_ms: state.clock.now_ms(),
            cause: Cause::Api {
                request: admitted.number,
                operation: format!("{} {}", request.method, route_of(&request.path)),
            },
        },
        admitted,
    };
    route(state, &call)
}

fn route(state: &mut State, call: &Call<'_>) -> Answer {
    let segments: Vec<&str> = call.segments.iter().map(String::as_str).collect();
    if let Some(answered) = automation::route(state, call) {
        return answered;
    }
    let answered = match segments.split_first() {
        Some((&"audience", rest)) => audience::route(state, call, rest),
        Some((&"campaign", rest)) => campaign::route(state, call, rest),
        Some((&"campaign-mailing", rest)) => mailing::route(state, call, (Family::Journey, rest)),
        Some((&"contact", rest)) => contact::route(state, call, rest),
        Some((&"conversion", [])) if call.method == "POST" => Some(order::convert(state, call)),
        Some((&"form", rest)) => form::route(state, call, rest),
        Some((&"mailing", rest)) => mailing::route(state, call, (Family::Mailing, rest)),
        Some((&"mailing-interaction", rest)) => interaction::route(state, call, rest),
        Some((&"order", rest)) => order::route(state, call, rest),
        Some((&"product", rest)) => product::route(state, call, rest),
        Some((&"subscription", rest)) => contact::route_subscription(state, call, rest),
        Some((&"templist", rest)) => templist::route(state, call, rest),
        Some((&"trend-report", [])) if call.method == "GET" => {
            Some(interaction::trend_reports(state, call))
        }
        Some(_) | None => None,
    };
    answered.unwrap_or_else(|| Err(ApiError::of(404, "RESOURCE_NOT_FOUND", "no such resource")))
}

fn base_url(state: &State, request: &Request) -> String {
    match &state.public_base_url {
        Some(it) => it.trim_end_matches('/').to_owned(),
        None => format!("http://{}", request.header("host").unwrap_or("localhost")),
    }
}

fn authenticate(
    state: &mut State,
    request: &Request,
    by: (&str, &Admitted),
) -> Result<(), ApiError> {
    let (base_url, admitted) = by;
    if !state.switches.auth.required {
        return Ok(());
    }
    let verdict = oauth::verify(request, base_url, &state.credentials);
    let repeated = request.header(REPEATED).is_some();
    if verdict.is_ok_and(|it| repeated || state.is_fresh(&it, admitted)) {
        return Ok(());
    }
    let auth = &state.switches.auth;
    Err(if auth.refusal_has_body {
        ApiError::of(auth.refusal_status, "NOT_AUTHORIZED", "not authorized")
    } else {
        ApiError::bare(auth.refusal_status)
    })
}

fn wants_xml(request: &Request) -> bool {
    let accept = request.header("accept").unwrap_or("*/*");
    accept.contains("xml") && !accept.contains("json") && !accept.contains('*')
}

/// A text that must be there and not be empty.
fn text(body: &Value, name: &str) -> Result<String, ApiError> {
    let value = body
        .get(name)
        .and_then(Value::as_str)
        .filter(|it| !it.is_empty());
    value
        .map(str::to_owned)
        .ok_or_else(|| ApiError::params(&format!("{name} is missing")))
}

/// A list of texts; empty if it is not there.
fn texts(body: &Value, name: &str) -> Result<Vec<String>, ApiError> {
    let invalid = || ApiError::params(&format!("{name} is not a list of texts"));
    let Some(value) = body.get(name).filter(|it| !it.is_null()) else {
        return Ok(Vec::new());
    };
    let items = value.as_array().ok_or_else(invalid)?;
    let text = |it: &Value| it.as_str().map(str::to_owned).ok_or_else(invalid);
    items.iter().map(text).collect()
}
