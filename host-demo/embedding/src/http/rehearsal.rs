//! A request while a plan is made: what would change something is held back and
//! answered as Spotler most likely would; what only reads goes out, and the
//! plan's writes are put over the answer.

use super::{Sent, nothing_behind};
use crate::limits::Limits;
use crate::plan::{Answered, Mirror};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use wasmtime_wasi_http::{Error, WasiBody};

/// One request of a plan.
#[derive(Clone)]
pub(super) struct Rehearsal {
    mirror: Arc<Mutex<Mirror>>,
    /// The path below the configured address.
    path: String,
    query: String,
    wire: String,
}

impl Rehearsal {
    pub(super) fn new(mirror: Arc<Mutex<Mirror>>, path: &str, uri: &http::Uri) -> Self {
        let wire = uri.path_and_query().map(ToString::to_string);
        Self {
            mirror,
            path: path.to_owned(),
            query: uri.query().unwrap_or_default().to_owned(),
            wire: wire.unwrap_or_default(),
        }
    }

    /// Keeps the request, and answers it.
    pub(super) async fn hold_back(
        self,
        request: http::Request<WasiBody>,
        limits: Arc<Limits>,
    ) -> Sent {
        let most = usize::try_from(limits.request_body_bytes).unwrap_or(usize::MAX);
        let (head, body) = request.into_parts();
        let body = Limited::new(body, most).collect().await;
        let body = body.map_err(|_| Error::HttpRequestBodySize(None))?;
        let answered = self.mirror().write(
            &head.method,
            &self.path,
            &self.wire,
            body.to_bytes().to_vec(),
        );
        let response = http::Response::builder().status(answered.status);
        let response = response
            .body(full(answered.body))
            .map_err(|_| Error::ConfigurationError)?;
        Ok((response, nothing_behind()))
    }

    /// Puts the plan's writes over an answer.
    pub(super) async fn over(self, response: http::Response<WasiBody>) -> Sent {
        let (mut head, body) = response.into_parts();
        let read = Answered {
            status: head.status.as_u16(),
            body: body.collect().await?.to_bytes().to_vec(),
        };
        let answered = self.mirror().read(&self.path, &self.query, read);
        head.status =
            http::StatusCode::from_u16(answered.status).map_err(|_| Error::ConfigurationError)?;
        head.headers.remove(http::header::CONTENT_LENGTH);
        head.headers.remove(http::header::TRANSFER_ENCODING);
        let response = http::Response::from_parts(head, full(answered.body));
        Ok((response, nothing_behind()))
    }

    fn mirror(&self) -> MutexGuard<'_, Mirror> {
        self.mirror.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn full(body: Vec<u8>) -> WasiBody {
    Full::new(Bytes::from(body))
        .map_err(Error::from)
        .boxed_unsync()
}
