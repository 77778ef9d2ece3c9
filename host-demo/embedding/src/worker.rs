//! The worker: claims what is due, keeps the order, lets nobody wait for others.

mod claims;
mod job_engine;
mod leases;
mod places;
mod sole;

pub(crate) use job_engine::JobEngine;

use crate::host::Host;
use crate::queue::Event;
use crate::queue::task::{self, Task};
use crate::store::{Database, StoreError};
use crate::transaction::Committed;
use crate::{TenantId, Timestamp, attempt, guard};
use claims::Claims;
use futures::FutureExt;
use job_engine::LOOK;
use leases::Leases;
use sole::Sole;
use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// The worker cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// Another process works on the same file, or another worker of this process on
    /// the same database.
    #[error("another worker works on this database")]
    AnotherWorker,
    /// The file that keeps others away cannot be had.
    #[error("the lock file of the worker cannot be had")]
    Lock(#[source] std::io::Error),
    /// The database failed.
    #[error("the queue could not be read")]
    Store(#[from] StoreError),
    /// What became of a call could not be written; its event stands as it was.
    #[error("what became of a call could not be written: {0}")]
    Unwritten(String),
    /// A test cut everything off here ([`FaultPoints`](crate::FaultPoints)).
    #[error("cut off at a fault point")]
    CutOff,
}

impl From<sqlx::Error> for WorkerError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(StoreError::Database(error))
    }
}

/// What a run of the worker did, in calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Ran {
    /// Calls of which the outcome stands, deferrals and faults included.
    pub settled: u64,
    /// Calls that were thrown away because what they had read has changed.
    pub conflicts: u64,
}

/// Works the queue of one database. Of a file there is one at a time; on one
/// PostgreSQL there may be one in each of several processes.
#[derive(Debug)]
pub struct Worker {
    host: Host,
    jobs: Arc<dyn JobEngine>,
}

/// How long a worker waits for calls under way when it is to stop.
pub const GRACE: Duration = Duration::from_secs(30);

type Flight = JoinSet<(Task, Result<Committed, String>)>;

impl Host {
    /// The worker of this database.
    ///
    /// # Errors
    /// [`WorkerError::AnotherWorker`] while there is one: with a file, in any
    /// process; with PostgreSQL, in this one.
    pub fn worker(&self) -> Result<Worker, WorkerError> {
        let config = &self.inner.config;
        let jobs: Arc<dyn JobEngine> = match self.store().database() {
            Database::File(path) => Arc::new(Sole::of(path)?),
            Database::Postgres(_) => {
                Arc::new(Leases::of(self.store(), config.in_flight, config.lease)?)
            }
        };
        Ok(Worker {
            host: self.clone(),
            jobs,
        })
    }
}

impl Worker {
    /// Works until nothing is due at the clock's time, and never sleeps: what is
    /// deferred is left for a later run.
    ///
    /// # Errors
    /// [`WorkerError`]; what was under way is dropped as by a kill, and is taken
    /// up again by the next run as the next attempt.
    pub async fn run_until_idle(&self) -> Result<Ran, WorkerError> {
        let mut ran = Ran::default();
        let mut claims = Claims::default();
        let mut flight = Flight::new();
        loop {
            self.fill(&mut flight, &mut claims).await?;
            if flight.is_empty() {
                self.give_all_back().await?;
                return Ok(ran);
            }
            self.land(&mut flight, &mut claims, &mut ran).await?;
        }
    }

    /// Others need not wait for what this worker had.
    async fn give_all_back(&self) -> Result<(), WorkerError> {
        let mut connection = self.host.store().readers().acquire().await?;
        let given = self.jobs.give_back(&mut connection, &HashSet::new()).await;
        Ok(given?)
    }

    /// Works until `shutdown` is ready, then lets the calls under way end.
    ///
    /// # Errors
    /// [`WorkerError`], as for [`Worker::run_until_idle`]. A database that fails
    /// for a moment is not an error: the worker tries again.
    pub async fn run(&self, shutdown: impl Future<Output = ()>) -> Result<Ran, WorkerError> {
        let mut ran = Ran::default();
        let mut claims = Claims::default();
        let mut flight = Flight::new();
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            if let Err(error) = self.fill(&mut flight, &mut claims).await {
                tracing::warn!(%error, "the queue could not be read");
            }
            let pause = self.until_the_next_look(&flight);
            tokio::select! {
                () = &mut shutdown => break,
                landed = self.land(&mut flight, &mut claims, &mut ran), if !flight.is_empty() => {
                    match landed {
                        Err(WorkerError::Unwritten(error)) => {
                            tracing::error!(%error, "a call could not be settled");
                            tokio::time::sleep(self.host.inner.config.poll).await;
                        }
                        other => other?,
                    }
                }
                () = self.host.store().woken() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
        self.end(&mut flight, &mut claims, &mut ran).await?;
        Ok(ran)
    }

    /// What a busy worker knows of other tenants may be a look old.
    fn until_the_next_look(&self, flight: &Flight) -> Duration {
        let poll = self.host.inner.config.poll;
        if flight.is_empty() {
            poll
        } else {
            poll.min(LOOK)
        }
    }

    /// Works until nothing is due, as [`Worker::run_until_idle`], or until
    /// `shutdown` is ready; then lets the calls under way end. Whether it was told
    /// to stop before it was done. Where nothing but a tenant's rate keeps what is
    /// due, it waits for that.
    ///
    /// # Errors
    /// [`WorkerError`], as for [`Worker::run_until_idle`].
    pub async fn run_until_idle_or(
        &self,
        shutdown: impl Future<Output = ()>,
    ) -> Result<(Ran, bool), WorkerError> {
        let mut ran = Ran::default();
        let mut claims = Claims::default();
        let mut flight = Flight::new();
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            self.fill(&mut flight, &mut claims).await?;
            if !flight.is_empty() {
                tokio::select! {
                    () = &mut shutdown => break,
                    landed = self.land(&mut flight, &mut claims, &mut ran) => landed?,
                }
                continue;
            }
            let now = self.host.clock().now();
            let Some(wait) = self.wait_for_a_rate(now).await? else {
                self.give_all_back().await?;
                return Ok((ran, false));
            };
            tokio::select! {
                () = &mut shutdown => break,
                () = tokio::time::sleep(wait) => {}
            }
            if self.host.clock().now() == now {
                // A clock that stands still never brings a token.
                self.give_all_back().await?;
                return Ok((ran, false));
            }
        }
        self.end(&mut flight, &mut claims, &mut ran).await?;
        Ok((ran, true))
    }

    /// How long it takes until a tenant may go on that has something due and only
    /// its rate against it.
    async fn wait_for_a_rate(&self, now: Timestamp) -> Result<Option<Duration>, WorkerError> {
        let paces = &self.host.inner.paces;
        if !paces.any_in_trouble() {
            return Ok(None);
        }
        let mut connection = self.host.store().readers().acquire().await?;
        let due = task::next_due_of_each(&mut connection).await?;
        let waits = due
            .into_iter()
            .filter(|(_, due)| *due <= now)
            .filter_map(|(tenant, _)| paces.waits_for_a_token(&tenant, now));
        Ok(waits.min().map(Duration::from_millis))
    }

    /// Lets the calls under way end. What takes longer than [`GRACE`] is dropped as
    /// by a kill, and is taken up again at the next start.
    async fn end(
        &self,
        flight: &mut Flight,
        claims: &mut Claims,
        ran: &mut Ran,
    ) -> Result<(), WorkerError> {
        let ending = async {
            while !flight.is_empty() {
                self.land(flight, claims, ran).await?;
            }
            Ok::<(), WorkerError>(())
        };
        tokio::time::timeout(GRACE, ending)
            .await
            .unwrap_or(Ok(()))?;
        flight.abort_all();
        while flight.join_next().await.is_some() {}
        self.give_all_back().await
    }

    /// When the next event is due; none where nothing waits.
    ///
    /// # Errors
    /// [`WorkerError::Store`].
    pub async fn next_due(&self) -> Result<Option<Timestamp>, WorkerError> {
        let mut connection = self.host.store().readers().acquire().await?;
        let paces = &self.host.inner.paces;
        if !paces.any_in_trouble() {
            return Ok(task::next_due(&mut connection).await?);
        }
        let due = task::next_due_of_each(&mut connection).await?;
        let after_its_pause =
            |(tenant, due): (String, Timestamp)| due.max(paces.paused_until(&tenant));
        Ok(due.into_iter().map(after_its_pause).min())
    }

    /// Claims what is due, as far as there is room, and starts it.
    async fn fill(&self, flight: &mut Flight, claims: &mut Claims) -> Result<(), WorkerError> {
        let most = self.host.inner.config.in_flight.max(1);
        if flight.len() < most {
            self.host.follow_choice().await?;
        }
        while flight.len() < most {
            let now = self.host.clock().now();
            let mut connection = self.host.store().readers().acquire().await?;
            let paces = &self.host.inner.paces;
            let jobs = self.jobs.as_ref();
            let rows = claims
                .choose(&mut connection, jobs, paces, most, now)
                .await?;
            drop(connection);
            if rows.is_empty() {
                break;
            }
            let begun = rows
                .iter()
                .map(|(tenant, rows)| self.begin(tenant, rows, now));
            let mut started = 0;
            for tasks in futures::future::join_all(begun).await {
                for task in tasks? {
                    claims.take(&task);
                    self.start(flight, task);
                    started += 1;
                }
            }
            if started == 0 {
                // Another worker has taken the tenants, or people the events.
                break;
            }
        }
        Ok(())
    }

    /// Counts the attempts of what was chosen of one tenant.
    async fn begin(
        &self,
        tenant: &str,
        rows: &[i64],
        now: Timestamp,
    ) -> Result<Vec<Task>, StoreError> {
        let tenant =
            TenantId::new(tenant).map_err(|_| StoreError::Unreadable("koppel_event.tenant"))?;
        let (crm, jobs, begun) = (
            self.host.inner.crm.clone(),
            self.jobs.clone(),
            rows.to_vec(),
        );
        let of = tenant.clone();
        let began = self.host.store().write_quietly(&tenant, move |connection| {
            Box::pin(async move {
                if !jobs.holds(connection, &of).await? {
                    return Ok(Vec::new());
                }
                guard::judge(connection, crm.as_ref(), now, &begun).await?;
                task::begin(connection, &begun).await
            })
        });
        began.await.map_err(crate::store::WriteError::into_inner)
    }

    fn start(&self, flight: &mut Flight, task: Task) {
        if matches!(task.event, Event::SettingsSaved) {
            self.host.inner.paces.forget(&task.tenant);
        }
        let (host, jobs) = (self.host.clone(), self.jobs.clone());
        flight.spawn(async move {
            // A vendor's code runs in here: a panic must give the claim back.
            let attempt = AssertUnwindSafe(attempt::run(&host, &jobs, task.clone()));
            let ran = attempt.catch_unwind().await;
            (
                task,
                ran.unwrap_or_else(|_| Err("the CRM's code panicked".to_owned())),
            )
        });
    }

    /// Waits for one call to end and gives its claim back.
    async fn land(
        &self,
        flight: &mut Flight,
        claims: &mut Claims,
        ran: &mut Ran,
    ) -> Result<(), WorkerError> {
        let landed = tokio::select! {
            biased;
            () = self.host.faults().cut() => {
                flight.abort_all();
                while flight.join_next().await.is_some() {}
                return Err(WorkerError::CutOff);
            }
            landed = flight.join_next() => landed,
        };
        match landed {
            None => Ok(()),
            Some(Ok((task, Ok(committed)))) => {
                claims.give_back(&task);
                match committed {
                    Committed::Stands(..) => ran.settled += 1,
                    Committed::Conflict => ran.conflicts += 1,
                    Committed::Gone | Committed::Lost => {}
                }
                Ok(())
            }
            Some(Ok((task, Err(text)))) => {
                claims.give_back(&task);
                Err(WorkerError::Unwritten(text))
            }
            Some(Err(error)) => Err(WorkerError::Unwritten(error.to_string())),
        }
    }
}
