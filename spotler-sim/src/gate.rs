//! The gate at which held requests wait.

use tokio::sync::watch;

/// Lets those who wait through in the order in which they came.
#[derive(Debug)]
pub(crate) struct Gate {
    arrived: watch::Sender<u64>,
    released: watch::Sender<u64>,
}

impl Gate {
    pub(crate) fn new() -> Gate {
        Gate {
            arrived: watch::Sender::new(0),
            released: watch::Sender::new(0),
        }
    }

    /// Waits until released.
    pub(crate) async fn wait(&self) {
        let mut released = self.released.subscribe();
        let mut ticket = 0;
        self.arrived.send_modify(|it| {
            *it += 1;
            ticket = *it;
        });
        // Fails only when the gate is gone, and whoever waits with it.
        let _ = released.wait_for(|it| *it >= ticket).await;
    }

    /// How many wait.
    pub(crate) fn waiting(&self) -> u64 {
        let arrived = *self.arrived.borrow();
        arrived - *self.released.borrow()
    }

    /// Waits until at least so many wait.
    pub(crate) async fn until_waiting(&self, count: u64) {
        let mut arrived = self.arrived.subscribe();
        let wanted = *self.released.borrow() + count;
        // Fails only when the gate is gone.
        let _ = arrived.wait_for(|it| *it >= wanted).await;
    }

    /// Lets so many through.
    pub(crate) fn release(&self, count: u64) {
        let arrived = *self.arrived.borrow();
        self.released
            .send_modify(|it| *it = arrived.min(it.saturating_add(count)));
    }
}
