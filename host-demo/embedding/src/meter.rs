//! How long a call computes, waiting not counted.

use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The time that a future was being polled, so far.
#[derive(Debug, Default)]
pub(crate) struct Meter(Mutex<Measured>);

#[derive(Debug, Default)]
struct Measured {
    before: Duration,
    polled_since: Option<Instant>,
}

impl Meter {
    /// The time so far; may be asked from within the poll.
    pub(crate) fn computed(&self) -> Duration {
        let it = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = it.polled_since.map_or(Duration::ZERO, |it| it.elapsed());
        it.before + now
    }

    /// Runs a future, and measures it.
    pub(crate) async fn measure<T>(&self, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        std::future::poll_fn(|context| {
            self.note(true);
            let polled = future.as_mut().poll(context);
            self.note(false);
            polled
        })
        .await
    }

    fn note(&self, begins: bool) {
        let mut it = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if begins {
            it.polled_since = Some(Instant::now());
        } else if let Some(since) = it.polled_since.take() {
            it.before += since.elapsed();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spin(time: Duration) {
        let began = Instant::now();
        while began.elapsed() < time {
            std::hint::spin_loop();
        }
    }

    #[tokio::test]
    async fn waiting_is_not_computing() {
        let meter = Meter::default();
        let (waited, computed) = (Duration::from_millis(500), Duration::from_millis(20));
        meter
            .measure(async {
                let others = tokio::task::spawn_blocking(move || spin(waited));
                others.await.expect("it ends");
                spin(computed);
                assert!(meter.computed() >= computed, "counted while it computes");
            })
            .await;
        assert!(meter.computed() >= computed);
        assert!(meter.computed() < waited, "{meter:?}");
    }
}
