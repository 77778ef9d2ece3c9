//! What goes on, for those who run the demo CRM: a log on the standard error, and
//! traces over OTLP/HTTP where `OTEL_EXPORTER_OTLP_ENDPOINT` names a collector.
//! Without that variable nothing of it is started.

use std::time::Duration;

use anyhow::Context;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::HttpConnector;
use koppel_embedding::trace::TARGET;
use opentelemetry::trace::TracerProvider;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response, hyper::HyperClient};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use tokio::runtime::Handle;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{
    EnvFilter, Layer, Registry,
    filter::{FilterExt, Targets, filter_fn},
    layer::{Filter, SubscriberExt},
    util::SubscriberInitExt,
};

/// Either of them names a collector.
const COLLECTOR: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
];
/// How long the collector may take for one request.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the last spans may take when the program ends.
const GRACE: Duration = Duration::from_secs(5);

/// The log, and the traces where somebody collects them.
#[derive(Debug)]
pub struct Telemetry {
    traces: Option<SdkTracerProvider>,
}

impl Telemetry {
    /// Starts both; once a process.
    ///
    /// # Errors
    /// If the collector's address or another variable of it cannot be read.
    pub fn start() -> anyhow::Result<Self> {
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
        // What a span holds is said by the log's own lines already.
        let mut no_spans = filter_fn(|it| it.target() != TARGET);
        // Without a hint, each line that a compiler or a database would trace is made
        // first and thrown away then.
        if let Some(most) = Filter::<Registry>::max_level_hint(&filter) {
            no_spans = no_spans.with_max_level_hint(most);
        }
        let log = tracing_subscriber::fmt::layer()
            .with_writer(std::io::stderr)
            .with_filter(filter.and(no_spans));
        let traces = is_collected().then(exporting).transpose()?;
        let spans = traces.as_ref().map(|provider| {
            tracing_opentelemetry::layer()
                .with_tracer(provider.tracer("koppel"))
                .with_location(false)
                .with_threads(false)
                .with_tracked_inactivity(false)
                .with_filter(Targets::new().with_target(TARGET, LevelFilter::INFO))
        });
        tracing_subscriber::registry().with(log).with(spans).init();
        Ok(Self { traces })
    }

    /// Sends what is left.
    pub async fn end(self) {
        let Some(traces) = self.traces else { return };
        // It blocks, and its requests need the runtime.
        let ended = tokio::task::spawn_blocking(move || traces.shutdown_with_timeout(GRACE)).await;
        match ended {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the last traces did not reach the collector"),
            Err(error) => tracing::warn!(%error, "the traces could not be ended"),
        }
    }
}

fn is_collected() -> bool {
    let named = |name: &str| std::env::var_os(name).is_some_and(|it| !it.is_empty());
    COLLECTOR.into_iter().any(named)
}

/// Sends spans in batches; where to, with which headers and which part of them
/// is said by OpenTelemetry's own variables.
fn exporting() -> anyhow::Result<SdkTracerProvider> {
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_http_client(OnRuntime::new(Handle::current()))
        .build()
        .context("the traces cannot be exported; check the variables OTEL_EXPORTER_OTLP_…")?;
    let mut resource = Resource::builder();
    if std::env::var_os("OTEL_SERVICE_NAME").is_none() {
        resource = resource.with_service_name("koppel-demo");
    }
    Ok(SdkTracerProvider::builder()
        .with_resource(resource.build())
        .with_batch_exporter(exporter)
        .build())
}

/// The batches are sent from a thread of their own that knows no runtime; the
/// client needs one.
#[derive(Debug)]
struct OnRuntime {
    client: HyperClient<HttpsConnector<HttpConnector>>,
    runtime: Handle,
}

impl OnRuntime {
    fn new(runtime: Handle) -> Self {
        let connector = hyper_rustls::HttpsConnectorBuilder::new()
            .with_webpki_roots()
            .https_or_http()
            .enable_http1()
            .build();
        Self {
            client: HyperClient::new(connector, PATIENCE, None),
            runtime,
        }
    }
}

#[async_trait::async_trait]
impl HttpClient for OnRuntime {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let sent = self
            .runtime
            .spawn(async move { client.send_bytes(request).await });
        sent.await?
    }
}
