//! Bodies with a bound on their size and on the pauses within them.

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, Sleep};
use wasmtime_wasi_http::{Error, WasiBody};

/// Bytes that all bodies of a call may still bring.
#[derive(Debug)]
pub(super) struct Budget(AtomicU64);

impl Budget {
    pub(super) fn new(bytes: u64) -> Self {
        Self(AtomicU64::new(bytes))
    }

    fn take(&self, bytes: u64) -> bool {
        self.0
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(bytes)
            })
            .is_ok()
    }
}

/// The body of an answer as the component may read it; while it is open it
/// holds its place among the requests that wait at the same time.
pub(super) fn incoming(
    body: Incoming,
    pause: Duration,
    limit: u64,
    budget: Arc<Budget>,
    permit: OwnedSemaphorePermit,
) -> WasiBody {
    let sleep = Box::pin(tokio::time::sleep(pause));
    BoundedBody {
        body,
        pause,
        sleep,
        left: limit,
        budget,
        _permit: permit,
    }
    .boxed_unsync()
}

struct BoundedBody {
    body: Incoming,
    pause: Duration,
    sleep: Pin<Box<Sleep>>,
    left: u64,
    budget: Arc<Budget>,
    _permit: OwnedSemaphorePermit,
}

impl Body for BoundedBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Pending => match self.sleep.as_mut().poll(context) {
                Poll::Ready(()) => Poll::Ready(Some(Err(Error::ConnectionReadTimeout))),
                Poll::Pending => Poll::Pending,
            },
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(Error::from(error)))),
            Poll::Ready(Some(Ok(frame))) => {
                let next = Instant::now() + self.pause;
                self.sleep.as_mut().reset(next);
                let size = frame.data_ref().map_or(0, |it| it.len() as u64);
                match self.left.checked_sub(size) {
                    Some(left) if self.budget.take(size) => {
                        self.left = left;
                        Poll::Ready(Some(Ok(frame)))
                    }
                    _ => Poll::Ready(Some(Err(Error::HttpResponseBodySize(None)))),
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
