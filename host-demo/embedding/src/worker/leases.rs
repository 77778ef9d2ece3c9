//! Workers of several processes on one PostgreSQL: each leases the tenants that it
//! works on. A lease ends by itself some seconds after its process has died.

use super::WorkerError;
use super::job_engine::{JobEngine, LOOK};
use crate::queue::{stored, task};
use crate::{Connection, Store, TenantId, Timestamp};
use async_trait::async_trait;
use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// How long a tenant is worked on while others wait for a worker.
const TURN: Duration = Duration::from_secs(2);

/// How often a busy worker looks for tenants that nobody has leased yet, which it has to
/// go through the whole queue for.
const REGISTER: Duration = Duration::from_secs(1);

/// The clock of the database, in milliseconds: it is the same for all processes.
const DATABASE_NOW: &str = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

/// The leases of one worker.
#[derive(Debug)]
pub(super) struct Leases {
    owner: String,
    time: Duration,
    most: usize,
    store: Store,
    state: Arc<Mutex<State>>,
    heart: JoinHandle<()>,
}

#[derive(Debug)]
struct State {
    /// Since when each tenant is held.
    held: BTreeMap<String, Instant>,
    /// Until when all of them are held for certain, by this process's clock.
    certain_until: Instant,
    looked_at: Option<Instant>,
    registered_at: Option<Instant>,
    /// Which tenant was leased last: the next ones come after it.
    last: String,
}

impl Leases {
    /// At most `most` tenants, each for `time` and as long as it is renewed.
    pub(super) fn of(store: &Store, most: usize, time: Duration) -> Result<Self, WorkerError> {
        let owner = store.lease_owner().ok_or(WorkerError::AnotherWorker)?;
        let state = Arc::new(Mutex::new(State {
            held: BTreeMap::new(),
            certain_until: Instant::now() + time,
            looked_at: None,
            registered_at: None,
            last: String::new(),
        }));
        let heart = tokio::spawn(beat(store.clone(), owner.clone(), time, state.clone()));
        Ok(Self {
            owner,
            time,
            most: most.max(1),
            store: store.clone(),
            state,
            heart,
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        locked(&self.state)
    }

    /// Whether it is time to look for further tenants, and for how many.
    fn room(&self, is_idle: bool) -> Option<(usize, String)> {
        let mut state = self.lock();
        let is_time = state.looked_at.is_none_or(|it| it.elapsed() >= LOOK);
        let room = self.most.saturating_sub(state.held.len());
        if room == 0 || !(is_idle || is_time) {
            return None;
        }
        state.looked_at = Some(Instant::now());
        Some((room, state.last.clone()))
    }

    /// What an earlier worker of this process left behind need not wait for the end
    /// of its leases.
    async fn take_over(&self, connection: &mut Connection) -> Result<(), sqlx::Error> {
        if self.lock().looked_at.is_none() {
            sqlx::query("UPDATE koppel_lease SET owner = '', until = 0 WHERE owner = $1")
                .bind(&self.owner)
                .execute(connection)
                .await?;
        }
        Ok(())
    }

    /// Makes a row for each tenant that never had a lease.
    async fn register(
        &self,
        connection: &mut Connection,
        is_idle: bool,
    ) -> Result<(), sqlx::Error> {
        let last = self.lock().registered_at;
        let is_time = last.is_none_or(|it| it.elapsed() >= REGISTER);
        if !(is_idle || is_time) {
            return Ok(());
        }
        for tenant in task::tenants_without_lease(connection).await? {
            sqlx::query(
                "INSERT INTO koppel_lease (tenant, owner, until) VALUES ($1, '', 0)
                 ON CONFLICT DO NOTHING",
            )
            .bind(tenant)
            .execute(&mut *connection)
            .await?;
        }
        self.lock().registered_at = Some(Instant::now());
        Ok(())
    }

    /// Leases tenants that have anything due, those after `after` first.
    async fn lease(
        &self,
        connection: &mut Connection,
        now: Timestamp,
        (room, after): (usize, String),
    ) -> Result<Vec<String>, sqlx::Error> {
        let mut leased = self.lease_after(connection, now, room, &after).await?;
        let left = room.saturating_sub(leased.len());
        if left > 0 && !after.is_empty() {
            let first = self.lease_after(connection, now, left, "").await?;
            leased.extend(first);
        }
        Ok(leased)
    }

    async fn lease_after(
        &self,
        connection: &mut Connection,
        now: Timestamp,
        room: usize,
        after: &str,
    ) -> Result<Vec<String>, sqlx::Error> {
        // Rows that another worker is taking at this moment are passed over. Tenants are
        // asked in the index's order, one after the other, until there are enough: a join
        // would ask all of them.
        let statement = format!(
            "WITH free AS MATERIALIZED (
                 SELECT l.tenant FROM koppel_lease l
                 WHERE l.tenant > $3 AND l.until <= {DATABASE_NOW} AND
                     (SELECT e.seq FROM koppel_event e
                      WHERE e.tenant = l.tenant AND e.not_before <= $2 LIMIT 1) IS NOT NULL
                 ORDER BY l.tenant LIMIT $4
                 FOR UPDATE SKIP LOCKED)
             UPDATE koppel_lease SET owner = $1, until = {DATABASE_NOW} + $5
             FROM free WHERE koppel_lease.tenant = free.tenant
             RETURNING koppel_lease.tenant"
        );
        let mut leased: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(statement))
            .bind(&self.owner)
            .bind(stored(now))
            .bind(after)
            .bind(i64::try_from(room).unwrap_or(i64::MAX))
            .bind(milliseconds(self.time))
            .fetch_all(connection)
            .await?;
        leased.sort_unstable();
        Ok(leased)
    }
}

#[async_trait]
impl JobEngine for Leases {
    async fn tenants(
        &self,
        connection: &mut Connection,
        now: Timestamp,
        is_idle: bool,
    ) -> Result<Vec<String>, sqlx::Error> {
        self.take_over(connection).await?;
        if let Some(room) = self.room(is_idle) {
            self.register(connection, is_idle).await?;
            let leased = self.lease(connection, now, room).await?;
            let mut state = self.lock();
            if let Some(last) = leased.last() {
                state.last.clone_from(last);
            }
            for tenant in leased {
                state.held.entry(tenant).or_insert_with(Instant::now);
            }
        }
        let state = self.lock();
        if Instant::now() >= state.certain_until {
            return Ok(Vec::new());
        }
        // Where others may be waiting, nobody is worked on for longer than a turn.
        let is_full = state.held.len() >= self.most;
        let has_turn = |since: &Instant| !is_full || since.elapsed() < TURN;
        let tenants = state.held.iter().filter(|(_, since)| has_turn(since));
        Ok(tenants.map(|(tenant, _)| tenant.clone()).collect())
    }

    async fn holds(
        &self,
        connection: &mut Connection,
        tenant: &TenantId,
    ) -> Result<bool, sqlx::Error> {
        // Locked, so that nobody else takes it before this transaction ends.
        let found: Option<i64> = sqlx::query_scalar(
            "SELECT 1::bigint FROM koppel_lease WHERE tenant = $1 AND owner = $2 FOR SHARE",
        )
        .bind(tenant.as_str())
        .bind(&self.owner)
        .fetch_optional(connection)
        .await?;
        Ok(found.is_some())
    }

    async fn give_back(
        &self,
        connection: &mut Connection,
        but: &HashSet<String>,
    ) -> Result<(), sqlx::Error> {
        let over: Vec<String> = {
            let state = self.lock();
            let held = state.held.keys();
            held.filter(|it| !but.contains(*it)).cloned().collect()
        };
        for tenant in over {
            sqlx::query(
                "UPDATE koppel_lease SET owner = '', until = 0 WHERE tenant = $1 AND owner = $2",
            )
            .bind(&tenant)
            .bind(&self.owner)
            .execute(&mut *connection)
            .await?;
            self.lock().held.remove(&tenant);
        }
        Ok(())
    }

    async fn lapsed(&self) {
        loop {
            let until = self.lock().certain_until;
            if Instant::now() >= until {
                return;
            }
            tokio::time::sleep_until(until).await;
        }
    }
}

impl Drop for Leases {
    fn drop(&mut self) {
        self.heart.abort();
        self.store.give_lease_owner_back();
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// Renews all leases of a worker for as long as it lives. What another one has
/// taken meanwhile is held no more.
async fn beat(store: Store, owner: String, time: Duration, state: Arc<Mutex<State>>) {
    loop {
        tokio::time::sleep(time / 4).await;
        let began = Instant::now();
        match tokio::time::timeout(time / 2, renew(&store, &owner, time)).await {
            Ok(Ok(kept)) => {
                let mut state = locked(&state);
                let is_kept = |since: &Instant, tenant: &String| {
                    // One that was leased while this was asked is not in the answer.
                    kept.contains(tenant) || *since >= began
                };
                state.held.retain(|tenant, since| is_kept(since, tenant));
                state.certain_until = began + time;
            }
            Ok(Err(error)) => tracing::warn!(%error, "leases could not be renewed"),
            Err(_) => tracing::warn!("leases could not be renewed in time"),
        }
    }
}

async fn renew(store: &Store, owner: &str, time: Duration) -> Result<HashSet<String>, sqlx::Error> {
    let statement = format!(
        "UPDATE koppel_lease SET until = {DATABASE_NOW} + $2 WHERE owner = $1 RETURNING tenant"
    );
    let kept: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(statement))
        .bind(owner)
        .bind(milliseconds(time))
        .fetch_all(store.readers())
        .await?;
    Ok(kept.into_iter().collect())
}
