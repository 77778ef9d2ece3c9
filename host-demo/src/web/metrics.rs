//! Numbers in the text form that Prometheus reads. No name, address or id of a
//! person is among them.

use std::fmt::Write;

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{Pages, trouble::chain};
use crate::{
    crm::{
        codes::Code,
        find::StatusCount,
        health::{Calls, Latency},
    },
    host::{HostError, QueueCounts},
};

/// What is measured at a moment.
struct Measured {
    queue: QueueCounts,
    oldest_ms: u64,
    records: Vec<StatusCount>,
    latency: Latency,
    calls: Calls,
    open_tasks: usize,
}

pub(crate) async fn show(State(pages): State<Pages>) -> Response {
    match measure(&pages).await {
        Ok(measured) => {
            let kind = [(
                header::CONTENT_TYPE,
                "text/plain; version=0.0.4; charset=utf-8",
            )];
            (kind, text(&measured)).into_response()
        }
        Err(error) => {
            tracing::error!(error = %chain(&error), "the metrics cannot be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

async fn measure(pages: &Pages) -> Result<Measured, HostError> {
    let crm = pages.host.crm();
    let oldest = crm.oldest_waiting().await?;
    Ok(Measured {
        queue: crm.count_queue().await?,
        oldest_ms: oldest.map_or(0, |it| crm.now().saturating_sub(it)),
        records: crm.count_by_status().await?,
        latency: crm.opt_out_latency().await?,
        calls: crm.last_calls().await?,
        open_tasks: crm.tasks(true).await?.len(),
    })
}

fn text(it: &Measured) -> String {
    let mut text = Text::default();
    text.family("koppel_queue_events", "Events in the queue.");
    text.line(
        "koppel_queue_events",
        &[("state", "waiting")],
        it.queue.waiting,
    );
    text.line(
        "koppel_queue_events",
        &[("state", "retrying")],
        it.queue.retrying,
    );
    text.line(
        "koppel_queue_events",
        &[("state", "rejected")],
        it.queue.rejected,
    );
    let name = "koppel_queue_oldest_seconds";
    text.family(name, "Age of the event that waits longest.");
    text.line(name, &[], it.oldest_ms / 1000);
    text.family("koppel_records", "Records by status and reason.");
    for count in &it.records {
        let status = count.status.map_or("none", Code::code);
        let reason = count.reason.as_deref().unwrap_or_default();
        text.line(
            "koppel_records",
            &[("status", status), ("reason", reason)],
            count.records,
        );
    }
    let name = "koppel_opt_out_latency_seconds";
    text.family(
        name,
        "From an opt-out in the CRM to its confirmation by Spotler, seven days.",
    );
    text.line(name, &[("quantile", "0.5")], decimal(it.latency.p50_ms));
    text.line(name, &[("quantile", "0.95")], decimal(it.latency.p95_ms));
    text.family(
        "koppel_last_calls",
        "What became of the last 10000 calls of the component.",
    );
    for ((outcome, reason), number) in &it.calls.outcomes {
        text.line(
            "koppel_last_calls",
            &[("outcome", outcome), ("reason", reason)],
            *number,
        );
    }
    let name = "koppel_last_calls_requests";
    text.family(name, "Requests to Spotler that the last 10000 calls made.");
    for (path, number) in &it.calls.requests {
        text.line(name, &[("request", path)], *number);
    }
    let name = "koppel_last_calls_without_request";
    text.family(name, "How many of the last 10000 calls needed no request.");
    text.line(name, &[], it.calls.without_request);
    text.family("koppel_tasks_open", "Tasks that are still to be done.");
    text.line("koppel_tasks_open", &[], it.open_tasks);
    text.0
}

fn decimal(ms: u64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

/// Lines of the text form; writing to a text cannot fail.
#[derive(Default)]
struct Text(String);

impl Text {
    fn family(&mut self, name: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} gauge");
    }

    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        let label = |(name, value): &(&str, &str)| format!("{name}=\"{}\"", escaped(value));
        let labels: Vec<String> = labels.iter().map(label).collect();
        let labels = if labels.is_empty() {
            String::new()
        } else {
            format!("{{{}}}", labels.join(","))
        };
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }
}

fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_may_hold_anything() {
        let mut text = Text::default();
        text.line("a", &[("b", "\"\\\n")], 1);
        assert_eq!(text.0, "a{b=\"\\\"\\\\\\n\"} 1\n");
        assert_eq!(decimal(1_050), "1.050");
    }
}
