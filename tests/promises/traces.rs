//! Traces for those who collect them: a span a call, with one for each request.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use koppel_tests::spotler;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use spotler_sim::{Config, SpotlerSim};

use crate::program::{Program, blocking};

/// What of a person must not be in any trace.
const OF_THE_PERSON: [&str; 4] = ["Wilhelmina", "wilhelmina", "Zonderland", "C-4711"];

/// A collector on a free port, that keeps what it is sent.
struct Collector {
    address: SocketAddr,
    sent: Arc<Mutex<Vec<Bytes>>>,
}

impl Collector {
    async fn start() -> Self {
        let sent: Arc<Mutex<Vec<Bytes>>> = Arc::default();
        let kept = sent.clone();
        let take = move |body: Bytes| async move { kept.lock().expect("no panic").push(body) };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("an address");
        let router = Router::new().route("/v1/traces", post(take));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, sent }
    }

    /// All spans that came.
    fn spans(&self) -> Vec<Span> {
        let sent = self.sent.lock().expect("no panic");
        let spans = sent.iter().flat_map(|body| {
            let request = ExportTraceServiceRequest::decode(body.clone()).expect("spans in OTLP");
            request
                .resource_spans
                .into_iter()
                .flat_map(|it| it.scope_spans)
        });
        spans.flat_map(|it| it.spans).collect()
    }

    /// The bytes of everything that came, as text as far as they are text.
    fn text(&self) -> String {
        let sent = self.sent.lock().expect("no panic");
        sent.iter().map(|it| String::from_utf8_lossy(it)).collect()
    }
}

/// An attribute of a span as a text.
fn attribute(span: &Span, name: &str) -> Option<String> {
    let found = span.attributes.iter().find(|it| it.key == name)?;
    let value = found.value.as_ref()?.value.as_ref()?;
    if let Value::IntValue(number) = value {
        return Some(number.to_string());
    }
    if let Value::StringValue(text) = value {
        return Some(text.clone());
    }
    None
}

/// Saves a contact and works it, with its traces going there; the methods of the
/// requests.
async fn save_and_work(collector: SocketAddr) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = spotler_sim::ClockStart::RealTime;
    let sim = SpotlerSim::start(Config { clock, ..spotler() })
        .await
        .expect("a simulator");
    let crm = Program::on(folder.path().join("crm.sqlite"));
    let address = format!("{}/integrationservice", sim.base_url());
    let crm = blocking(move || {
        crm.connect(&address);
        crm
    })
    .await;
    sim.clear_requests();
    blocking(move || {
        let crm = crm.with("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{collector}"));
        crm.run(&[
            "contact",
            "add",
            "--id",
            "C-4711",
            "--gate",
            "--set",
            "first_name=Wilhelmina",
            "--set",
            "last_name=Zonderland",
            "--set",
            "email=wilhelmina@voorbeeld.nl",
        ]);
        crm.run(&["work"])
    })
    .await;
    assert!(
        sim.contact_by_email("wilhelmina@voorbeeld.nl").is_some(),
        "the save was worked"
    );
    sim.requests().iter().map(|it| it.method.clone()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_save_is_a_span_with_one_for_each_request_and_nothing_of_the_person() {
    let collector = Collector::start().await;
    let methods = save_and_work(collector.address).await;
    assert!(
        methods.len() > 1,
        "a new person is looked for and created: {methods:?}"
    );
    let spans = collector.spans();
    let calls: Vec<&Span> = spans
        .iter()
        .filter(|it| it.name == "on-contact-saved")
        .collect();
    let [call] = calls[..] else {
        panic!("one call: {spans:#?}")
    };
    let of_call = |name: &str| attribute(call, name);
    assert_eq!(of_call("attempt").as_deref(), Some("1"));
    assert_eq!(of_call("outcome").as_deref(), Some("synced"));
    assert_eq!(of_call("reason").as_deref(), Some("created"));
    assert_eq!(of_call("requests"), Some(methods.len().to_string()));
    let mut requests: Vec<&Span> = spans
        .iter()
        .filter(|it| it.parent_span_id == call.span_id)
        .collect();
    requests.sort_by_key(|it| it.start_time_unix_nano);
    let sent: Vec<String> = requests
        .iter()
        .filter_map(|it| attribute(it, "http.request.method"))
        .collect();
    assert_eq!(
        sent, methods,
        "each request is a span of the call: {spans:#?}"
    );
    for request in requests {
        assert_eq!(request.trace_id, call.trace_id);
        assert_eq!(attribute(request, "attempt").as_deref(), Some("1"));
        let status = attribute(request, "http.response.status_code").expect("a status");
        assert!(["200", "204", "404"].contains(&status.as_str()), "{status}");
        let path = attribute(request, "url.template").expect("a path");
        assert!(path.starts_with("/contact"), "{path}");
        assert!(request.start_time_unix_nano >= call.start_time_unix_nano);
        assert!(request.end_time_unix_nano <= call.end_time_unix_nano);
    }
    let text = collector.text();
    for it in OF_THE_PERSON {
        assert!(!text.contains(it), "“{it}” is in the traces");
    }
}

/// A port that nobody listens on any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_is_not_there_keeps_no_save_from_its_way() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    save_and_work(address).await;
}
