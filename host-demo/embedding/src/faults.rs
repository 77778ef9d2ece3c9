//! Points at which tests cut a call off, as a kill of the process would.

use crate::bounds::Passed;
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Notify;

/// Counts the steps of all calls, and cuts everything off at one of them.
///
/// A step is each call of a key-value, CRM or signer import, each request just
/// before it is sent, each answer when its head has arrived, and each commit,
/// before and after. The cut is that of a kill: whatever was under way is
/// dropped where it stands, and the worker returns
/// [`WorkerError::CutOff`](crate::worker::WorkerError::CutOff). It happens once.
#[derive(Clone, Debug, Default)]
pub struct FaultPoints(Arc<Points>);

#[derive(Debug, Default)]
struct Points {
    seen: AtomicU64,
    /// The step at which to cut, 0 for none.
    cut_at: AtomicU64,
    cut: Notify,
}

impl FaultPoints {
    /// Cuts everything off when `steps` further steps have been seen.
    pub fn cut_after(&self, steps: u64) {
        self.0
            .cut_at
            .store(self.seen() + steps.max(1), Ordering::SeqCst);
    }

    /// Takes a cut back that has not happened.
    pub fn disarm(&self) {
        self.0.cut_at.store(0, Ordering::SeqCst);
    }

    /// How many steps there were so far, so that a test can try each.
    #[must_use]
    pub fn seen(&self) -> u64 {
        self.0.seen.load(Ordering::SeqCst)
    }

    /// Counts a step; never returns if it is the one at which to cut.
    pub(crate) async fn step(&self) {
        let step = self.0.seen.fetch_add(1, Ordering::SeqCst) + 1;
        if self
            .0
            .cut_at
            .compare_exchange(step, 0, Ordering::SeqCst, Ordering::SeqCst)
            .is_ok()
        {
            self.0.cut.notify_one();
            pending::<()>().await;
        }
    }

    /// Returns when the cut happens.
    pub(crate) async fn cut(&self) {
        self.0.cut.notified().await;
    }
}

/// The steps of one call, with the limit on them.
#[derive(Clone, Debug)]
pub(crate) struct CallSteps {
    points: FaultPoints,
    left: u64,
}

impl CallSteps {
    pub(crate) fn new(points: FaultPoints, limit: u64) -> Self {
        Self {
            points,
            left: limit,
        }
    }

    /// Counts an import; an error ends the call.
    pub(crate) async fn step(&mut self) -> wasmtime::Result<()> {
        self.left = self.left.checked_sub(1).ok_or(Passed("limit-host-calls"))?;
        self.points.step().await;
        Ok(())
    }
}
