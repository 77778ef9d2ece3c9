//! Spans for those who collect traces: one a call of a hook, and in it one for
//! each request. No id, name or address of a person is in them. Where nobody
//! listens they cost nothing.

use http::{Method, StatusCode};
use tracing::Span;
use tracing::field::Empty;

use crate::queue::kind_name;
use crate::queue::task::Task;
use crate::transaction::Committed;

/// The target of all spans, by which a subscriber finds them and no others.
pub const TARGET: &str = "koppel::trace";

/// The span of one attempt of an event.
pub(crate) fn call(task: &Task) -> Span {
    let kind = task.event.record().map(|it| kind_name(it.kind));
    tracing::info_span!(
        target: TARGET, "hook",
        otel.name = task.event.hook(), tenant = %task.tenant, kind, attempt = task.attempt,
        outcome = Empty, reason = Empty, requests = Empty, otel.status_code = Empty,
    )
}

/// What became of the call; a call that could not be committed is an error.
pub(crate) fn ended(span: &Span, requests: u32, committed: Option<&Committed>) {
    span.record("requests", requests);
    match committed.map(Committed::told) {
        Some((outcome, reason)) => {
            span.record("outcome", outcome).record("reason", reason);
        }
        None => {
            span.record("otel.status_code", "ERROR");
        }
    }
}

/// The span of one request, below whatever span is open; `template` is method and
/// path without ids.
pub(crate) fn request(method: &Method, template: &str, attempt: Option<u32>) -> Span {
    let path = template.split_once(' ').map_or(template, |(_, path)| path);
    tracing::info_span!(
        target: TARGET, "request",
        otel.name = template, otel.kind = "client",
        http.request.method = method.as_str(), url.template = path, attempt,
        http.response.status_code = Empty, otel.status_code = Empty,
    )
}

/// How the request was answered; none where no answer came.
pub(crate) fn answered(span: &Span, status: Option<StatusCode>) {
    if let Some(status) = status {
        span.record("http.response.status_code", status.as_u16());
    }
    if status.is_none_or(|it| it.is_client_error() || it.is_server_error()) {
        span.record("otel.status_code", "ERROR");
    }
}
