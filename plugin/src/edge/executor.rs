//! Waits for the host: runs one future to its end, with as many requests in
//! flight as it has started.
//!
//! Each future that waits leaves its pollable and its waker in the
//! [`Reactor`]. When nothing can go on, all pollables are handed to the host
//! at once, and the wakers of those that are ready are called; so combinators
//! that poll only what was woken (`join_all`, `FuturesUnordered`) work.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use super::bindings::wasi::io::poll::{Pollable, poll};

/// What is waited for at the moment.
#[derive(Default)]
pub(super) struct Reactor {
    next: Cell<u64>,
    waiting: RefCell<BTreeMap<u64, (Pollable, Waker)>>,
}

impl Reactor {
    /// Completes once the pollable is ready. Dropping the future gives the
    /// pollable up, as the host demands before its stream may go.
    pub(super) fn ready(&self, pollable: Pollable) -> Ready<'_> {
        let id = self.next.get();
        self.next.set(id + 1);
        Ready {
            reactor: self,
            id,
            pollable: Some(pollable),
        }
    }

    /// Runs a future to its end.
    pub(super) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        let woken = Arc::new(Woken(AtomicBool::new(true)));
        let waker = Waker::from(Arc::clone(&woken));
        let mut context = Context::from_waker(&waker);
        loop {
            while woken.0.swap(false, Ordering::Relaxed) {
                if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                    return output;
                }
            }
            self.wait();
        }
    }

    fn wait(&self) {
        let mut waiting = self.waiting.borrow_mut();
        assert!(
            !waiting.is_empty(),
            "a future waits for nothing that the host could tell"
        );
        let (ids, pollables): (Vec<_>, Vec<_>) = waiting
            .iter()
            .map(|(id, (pollable, _))| (*id, pollable))
            .unzip();
        let ready = poll(&pollables)
            .into_iter()
            .filter_map(|at| ids.get(at as usize));
        let wakers: Vec<_> = ready
            .filter_map(|id| waiting.remove(id))
            .map(|(_, waker)| waker)
            .collect();
        drop(waiting);
        wakers.into_iter().for_each(Waker::wake);
    }
}

/// See [`Reactor::ready`].
pub(super) struct Ready<'a> {
    reactor: &'a Reactor,
    id: u64,
    /// Until the first poll; then the reactor has it, until it is ready.
    pollable: Option<Pollable>,
}

impl Future for Ready<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut waiting = self.reactor.waiting.borrow_mut();
        if let Some(pollable) = self.pollable.take() {
            waiting.insert(self.id, (pollable, context.waker().clone()));
            return Poll::Pending;
        }
        match waiting.get_mut(&self.id) {
            Some((_, waker)) => {
                waker.clone_from(context.waker());
                Poll::Pending
            }
            None => Poll::Ready(()),
        }
    }
}

impl Drop for Ready<'_> {
    fn drop(&mut self) {
        self.reactor.waiting.borrow_mut().remove(&self.id);
    }
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}
