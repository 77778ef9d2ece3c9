//! The only worker of a database file: all tenants are its own.

use super::WorkerError;
use super::job_engine::{JobEngine, LOOK};
use crate::queue::task;
use crate::{Connection, TenantId, Timestamp};
use async_trait::async_trait;
use std::collections::HashSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::time::Instant;

/// A lock file beside the database keeps others away; the system takes it back
/// from a process that was killed.
#[derive(Debug)]
pub(super) struct Sole {
    /// Held for as long as the worker lives.
    lock: File,
    /// Who had anything due when it was looked last.
    due: Mutex<Option<Seen>>,
}

/// When it was looked, and what was seen: names of tenants.
type Seen = (Instant, Vec<String>);

impl Drop for Sole {
    fn drop(&mut self) {
        // Closing alone would leave it locked while a process that another thread has
        // just forked still has the file open, until it runs its own program.
        let _ = self.lock.unlock();
    }
}

impl Sole {
    pub(super) fn of(database: &Path) -> Result<Self, WorkerError> {
        let mut name = database.as_os_str().to_owned();
        name.push(".worker");
        let options = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(PathBuf::from(name));
        let lock = options.map_err(WorkerError::Lock)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                lock,
                due: Mutex::new(None),
            }),
            Err(std::fs::TryLockError::WouldBlock) => Err(WorkerError::AnotherWorker),
            Err(std::fs::TryLockError::Error(error)) => Err(WorkerError::Lock(error)),
        }
    }

    fn seen(&self) -> MutexGuard<'_, Option<Seen>> {
        self.due.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl JobEngine for Sole {
    async fn tenants(
        &self,
        connection: &mut Connection,
        now: Timestamp,
        is_idle: bool,
    ) -> Result<Vec<String>, sqlx::Error> {
        if !is_idle
            && let Some((at, due)) = self.seen().as_ref()
            && at.elapsed() < LOOK
        {
            return Ok(due.clone());
        }
        let due = task::tenants_with_due(connection, now).await?;
        *self.seen() = Some((Instant::now(), due.clone()));
        Ok(due)
    }

    async fn holds(&self, _: &mut Connection, _: &TenantId) -> Result<bool, sqlx::Error> {
        Ok(true)
    }

    /// Nobody else waits for them; they are not asked again before the next look.
    async fn give_back(
        &self,
        _: &mut Connection,
        but: &HashSet<String>,
    ) -> Result<(), sqlx::Error> {
        if let Some((_, due)) = self.seen().as_mut() {
            due.retain(|it| but.contains(it));
        }
        Ok(())
    }

    async fn lapsed(&self) {
        std::future::pending::<()>().await;
    }
}
