//! Trouble on the way, and what it leads to where Spotler refuses the credentials.

use super::Visit;
use crate::change::CrmChange;
use crate::codes;
use crate::connection::{Activity, Connection};
use crate::memory::{Link, Memory};
use crate::ports::Ports;
use crate::settle::Settled;
use crate::spotler::trouble::{Kind, Trouble};

impl<P: Ports> Visit<'_, P> {
    /// Trouble; refused credentials are told from a product that the account
    /// lacks by a probe (C21).
    pub(crate) async fn trouble(&self, trouble: &Trouble, link: Option<Link>) -> Settled {
        if trouble.kind == Kind::NotAuthorised && self.credentials_refused().await {
            stop(&self.memory, self.case.connection);
            let mut settled = Settled::waiting(codes::CONNECTION_STOPPED, "C21");
            settled
                .answer
                .changes
                .push(notify_stopped(self.case.connection));
            return settled;
        }
        Settled::trouble(&self.case, trouble, link)
    }

    async fn credentials_refused(&self) -> bool {
        matches!(self.spotler.properties().await, Err(it) if it.kind == Kind::NotAuthorised)
    }
}

/// Stops the connection: nothing is sent until the settings are saved anew.
pub(crate) fn stop<P: Ports>(memory: &Memory<'_, P>, connection: &Connection) {
    memory.keep_connection(&Connection {
        activity: Activity::Stopped,
        ..connection.clone()
    });
}

/// One alert for each time that the connection stops.
pub(crate) fn notify_stopped(connection: &Connection) -> CrmChange {
    CrmChange::Notify {
        key: format!("connection-stopped-{}", connection.refreshed_at),
        user: None,
        code: codes::NOTIFY_STOPPED,
        about: Vec::new(),
    }
}
