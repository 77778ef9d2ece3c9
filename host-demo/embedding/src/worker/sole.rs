//! The only worker of a database file: all tenants are its own.

use super::WorkerError;
use super::job_engine::JobEngine;
use crate::queue::task;
use crate::{Connection, TenantId, Timestamp};
use async_trait::async_trait;
use std::collections::HashSet;
use std::fs::File;
use std::path::{Path, PathBuf};

/// A lock file beside the database keeps others away; the system takes it back
/// from a process that was killed.
#[derive(Debug)]
pub(super) struct Sole {
    /// Held for as long as the worker lives.
    lock: File,
}

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
            Ok(()) => Ok(Self { lock }),
            Err(std::fs::TryLockError::WouldBlock) => Err(WorkerError::AnotherWorker),
            Err(std::fs::TryLockError::Error(error)) => Err(WorkerError::Lock(error)),
        }
    }
}

#[async_trait]
impl JobEngine for Sole {
    async fn tenants(
        &self,
        connection: &mut Connection,
        now: Timestamp,
        _is_idle: bool,
    ) -> Result<Vec<String>, sqlx::Error> {
        task::tenants_with_due(connection, now).await
    }

    async fn holds(&self, _: &mut Connection, _: &TenantId) -> Result<bool, sqlx::Error> {
        Ok(true)
    }

    async fn give_back(&self, _: &mut Connection, _: &HashSet<String>) -> Result<(), sqlx::Error> {
        Ok(())
    }

    async fn lapsed(&self) {
        std::future::pending::<()>().await;
    }
}
