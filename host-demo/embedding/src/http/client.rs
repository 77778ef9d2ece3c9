//! The pooled client behind the gate.

use crate::limits::Limits;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error as ClientError};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::error::Error as _;
use std::io;
use std::time::Duration;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody};

/// Connections to Spotler that all calls share. Clones share them too.
///
/// It follows no redirect, sends no cookie, and asks no proxy.
#[derive(Clone, Debug)]
pub struct HttpClient(Client<HttpsConnector<HttpConnector>, WasiBody>);

impl HttpClient {
    /// A client that waits so long for a connection.
    #[must_use]
    pub fn new(connect: Duration) -> Self {
        let mut tcp = HttpConnector::new();
        // Without it, small requests on a kept connection wait 40 ms each.
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(connect));
        tcp.enforce_http(false);
        let tls = hyper_rustls::HttpsConnectorBuilder::new()
            .with_webpki_roots()
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            // Shorter than servers usually keep a connection: fewer requests
            // end as “was it sent?”.
            .pool_idle_timeout(Duration::from_secs(15))
            .pool_max_idle_per_host(64)
            .build(tls);
        Self(client)
    }

    pub(super) async fn send(
        &self,
        request: http::Request<WasiBody>,
        options: RequestOptions,
        limits: &Limits,
    ) -> Result<http::Response<Incoming>, Error> {
        let most = usize::try_from(limits.request_body_bytes).unwrap_or(usize::MAX);
        let request = request.map(|body| {
            Limited::new(Unboxed(body), most)
                .map_err(|error| match error.downcast::<Error>() {
                    Ok(error) => *error,
                    Err(_) => Error::HttpRequestBodySize(None),
                })
                .boxed_unsync()
        });
        let wait = options
            .first_byte_timeout
            .map_or(limits.first_byte, |it| it.min(limits.first_byte));
        let wait = options
            .connect_timeout
            .map_or(wait, |it| wait.max(it.min(limits.connect)));
        match tokio::time::timeout(wait, self.0.request(request)).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(told(&error)),
            Err(_) => Err(Error::ConnectionReadTimeout),
        }
    }
}

/// What the component is told. It matters whether the request can have been
/// sent: before a connection stands, it cannot.
fn told(error: &ClientError) -> Error {
    let mut cause = error.source();
    let mut io = None;
    while let Some(it) = cause {
        io = io.or_else(|| it.downcast_ref::<io::Error>().map(io::Error::kind));
        cause = it.source();
    }
    match (error.is_connect(), io) {
        (true, Some(io::ErrorKind::TimedOut)) => Error::ConnectionTimeout,
        (true, Some(io::ErrorKind::InvalidData)) => Error::TlsCertificateError,
        (true, _) => Error::ConnectionRefused,
        (false, _) => Error::ConnectionTerminated,
    }
}

/// Gives the body an error type that `Limited` can wrap.
struct Unboxed(WasiBody);

/// The body's own error, as an error of the standard library.
impl hyper::body::Body for Unboxed {
    type Data = bytes::Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<bytes::Bytes>, Error>>> {
        std::pin::Pin::new(&mut self.0).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        self.0.size_hint()
    }
}
