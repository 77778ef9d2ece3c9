//! How the connector stands, at a glance.

use koppel_embedding::{contract::connection::State, guard::HELD_UNTIL};

use super::{DemoHost, HostError};
use crate::crm::{DemoCrm, find::StatusCount};

/// How many events there are of each sort.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueCounts {
    /// Not handed in yet.
    pub waiting: u64,
    /// Handed in, and waiting for another attempt or step.
    pub retrying: u64,
    /// Somebody has to act.
    pub rejected: u64,
    /// Waiting for a person's confirmation.
    pub held: u64,
    /// When the next one is due; none where nothing waits.
    pub next_due: Option<u64>,
}

/// How the connector stands.
#[derive(Clone, Debug)]
pub struct StatusReport {
    /// The connection, as the component tells.
    pub connection: State,
    /// How many records show which status.
    pub records: Vec<StatusCount>,
    /// The queue.
    pub queue: QueueCounts,
}

impl DemoHost {
    /// How the connector stands.
    pub async fn status(&self) -> Result<StatusReport, HostError> {
        Ok(StatusReport {
            connection: self.connection().await?,
            records: self.crm.count_by_status().await?,
            queue: self.crm.count_queue().await?,
        })
    }
}

impl DemoCrm {
    /// How many events there are of each sort.
    pub async fn count_queue(&self) -> Result<QueueCounts, HostError> {
        let tenant = self.tenant.as_str();
        let readers = self.store.readers();
        let held_until = i64::try_from(HELD_UNTIL).unwrap_or(i64::MAX);
        let (waiting, retrying, held, next_due): (i64, i64, i64, Option<i64>) = sqlx::query_as(
            "SELECT count(*) FILTER (WHERE attempt = 0 AND reason IS NULL),
                    count(*) FILTER (WHERE not_before < $2 AND (attempt > 0 OR reason IS NOT NULL)),
                    count(*) FILTER (WHERE not_before >= $2),
                    min(not_before) FILTER (WHERE not_before < $2)
             FROM koppel_event WHERE tenant = $1",
        )
        .bind(tenant)
        .bind(held_until)
        .fetch_one(readers)
        .await?;
        let rejected: i64 =
            sqlx::query_scalar("SELECT count(*) FROM koppel_rejection WHERE tenant = $1")
                .bind(tenant)
                .fetch_one(readers)
                .await?;
        Ok(QueueCounts {
            waiting: waiting.unsigned_abs(),
            retrying: retrying.unsigned_abs(),
            rejected: rejected.unsigned_abs(),
            held: held.unsigned_abs(),
            next_due: next_due.map(i64::unsigned_abs),
        })
    }
}
