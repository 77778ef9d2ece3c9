//! How well the connector does, for whoever runs it. The same numbers stand on
//! `/metrics` for Prometheus.

use askama::Template;
use axum::response::Response;

use super::{
    frame::Frame,
    links::moment,
    trouble::Trouble,
    visit::Visit,
    words::{counted, fill, words},
};
use crate::{crm::health::Latency, host::QueueCounts};

words! {
    struct HealthWords {
        connection_on: "actief", "active";
        connection_off: "niet actief", "not active";
        waiting_one: "gebeurtenis in de wachtrij", "event in the queue";
        waiting: "gebeurtenissen in de wachtrij", "events in the queue";
        oldest: "De oudste wacht {}.", "The oldest has waited {}.";
        seconds: "{} s", "{} s";
        minutes: "{} minuten", "{} minutes";
        hours: "{} uur", "{} hours";
        days: "{} dagen", "{} days";
        nothing_waits: "Er wacht niets.", "Nothing waits.";
        rejected: "waarvoor iemand iets moet doen", "for which somebody has to act";
        opt_out: "Opt-out bij Spotler", "Opt-out at Spotler";
        p50: "de helft binnen {} s", "half of them within {} s";
        p95: "95 van de 100 binnen {} s", "95 of 100 within {} s";
        measured_none: "geen opt-out in zeven dagen", "no opt-out in seven days";
        measured_one: "van 1 opt-out in zeven dagen", "of 1 opt-out in seven days";
        measured: "van {} opt-outs in zeven dagen", "of {} opt-outs in seven days";
        requests: "Verzoeken aan Spotler", "Requests to Spotler";
        made: "gedaan", "made";
        saved_one: "1 gebeurtenis kwam zonder verzoek uit", "1 event needed no request";
        saved: "{} gebeurtenissen kwamen zonder verzoek uit", "{} events needed no request";
        request: "Verzoek", "Request";
        no_calls: "Er is nog niets verwerkt.", "Nothing has been dealt with yet.";
        no_requests: "Er is nog geen verzoek aan Spotler gedaan.", "No request has been made to Spotler yet.";
        last: "De laatste 1.000 aanroepen", "The last 1,000 calls";
        component: "Koppeling", "Connector";
        version: "versie {}", "version {}";
        since: "in gebruik sinds {} UTC", "in use since {} UTC";
        from_the_start: "in gebruik sinds de start van het programma", "in use since the program was started";
        not_the_chosen: "Gekozen is een andere versie, die hier niet geladen kan worden; kijk in het logboek van het programma.", "Another version was chosen, which cannot be loaded here; look at the log of the program.";
        for_machines: "Voor Prometheus:", "For Prometheus:";
    }
}

#[derive(Template)]
#[template(path = "health.html")]
struct Health<'a> {
    frame: &'a Frame,
    w: &'static HealthWords,
    active: bool,
    explanation: String,
    queue: QueueCounts,
    oldest: String,
    latency: Latency,
    p50: String,
    p95: String,
    measured: String,
    outcomes: Vec<(&'static str, String, u64)>,
    requests: Vec<(String, u64)>,
    made: u64,
    without_request: String,
    version: String,
    sha256: String,
    since: String,
    is_the_chosen: bool,
}

pub(crate) async fn show(visit: Visit) -> Response {
    visit.show(gather(&visit).await)
}

async fn gather(visit: &Visit) -> Result<Health<'_>, Trouble> {
    let (crm, language) = (visit.host.crm(), visit.language());
    let w = HealthWords::of(language);
    let state = visit.host.connection().await?;
    let queue = crm.count_queue().await?;
    // What waits for a confirmation is not counted, and so its age is not told.
    let is_empty = queue.waiting + queue.retrying == 0;
    let oldest = crm.oldest_waiting().await?.filter(|_| !is_empty);
    let oldest = oldest.map(|it| fill(w.oldest, waited(w, crm.now().saturating_sub(it) / 1000)));
    let latency = crm.opt_out_latency().await?;
    let calls = crm.last_calls().await?;
    let component = visit.host.component().await?;
    let in_use = component.in_use;
    let outcome = |((outcome, reason), number): ((String, String), u64)| {
        let reason = visit.explainer.text_for_many(language, &reason);
        (visit.frame.words.outcome_of(&outcome), reason, number)
    };
    Ok(Health {
        frame: &visit.frame,
        active: state.active,
        explanation: visit.explainer.text(language, &state.reason, &[]),
        queue,
        oldest: oldest.unwrap_or_else(|| w.nothing_waits.to_owned()),
        p50: fill(w.p50, seconds(latency.p50_ms)),
        p95: fill(w.p95, seconds(latency.p95_ms)),
        measured: match latency.measured {
            0 => w.measured_none.to_owned(),
            some => counted(some as u64, w.measured_one, w.measured),
        },
        latency,
        outcomes: calls.outcomes.into_iter().map(outcome).collect(),
        made: calls.requests.values().sum(),
        requests: calls.requests.into_iter().collect(),
        without_request: counted(calls.without_request, w.saved_one, w.saved),
        version: fill(w.version, component.version),
        sha256: in_use.sha256.chars().take(12).collect(),
        since: match in_use.since {
            Some(since) => fill(w.since, moment(since)),
            None => w.from_the_start.to_owned(),
        },
        is_the_chosen: in_use.instead_of.is_none(),
        w,
    })
}

/// So many seconds, as a person would say it.
fn waited(w: &HealthWords, seconds: u64) -> String {
    match seconds {
        0..120 => fill(w.seconds, seconds),
        120..7_200 => fill(w.minutes, seconds / 60),
        7_200..172_800 => fill(w.hours, seconds / 3_600),
        _ => fill(w.days, seconds / 86_400),
    }
}

/// Milliseconds as seconds with one place.
fn seconds(ms: u64) -> String {
    format!("{}.{}", ms / 1000, ms % 1000 / 100)
}
