//! A power failure: what was not synced to the disk is not there afterwards.
//!
//! What a process has written is all there after a kill, because the system keeps
//! it. After a power failure only what was synced is. SQLite syncs the log of its
//! writes at each commit with `synchronous=FULL`, and at checkpoints only with
//! `NORMAL`. So a failure is made by going on with a copy of the files: with the log
//! where each commit is synced, without it where it is not.

use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor};
use tempfile::TempDir;

use super::Trial;

/// What `PRAGMA synchronous` says where each commit is synced.
const FULL: i64 = 2;

/// What is on the disk when a commit has been acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Synced {
    /// The commit.
    EachCommit,
    /// What the last checkpoint wrote.
    AtCheckpoints,
}

impl Trial {
    /// Writes everything so far into the database file itself.
    pub(super) async fn checkpoint(&self) {
        let options = SqliteConnectOptions::new().filename(self.world.database());
        let mut connection = options.connect().await.expect("the database");
        let checkpoint = connection
            .fetch_one("PRAGMA wal_checkpoint(TRUNCATE)")
            .await;
        checkpoint.expect("a checkpoint");
        connection.close().await.expect("closed");
    }

    /// What the store says of itself.
    pub(super) async fn synced(&self) -> Synced {
        let readers = self.world.host.crm().store().readers();
        let level: i64 = sqlx::query_scalar("PRAGMA synchronous")
            .fetch_one(readers)
            .await
            .expect("a level");
        if level >= FULL {
            Synced::EachCommit
        } else {
            Synced::AtCheckpoints
        }
    }

    /// The power fails; the CRM is opened anew on what is on the disk. The folder
    /// that comes back holds it.
    pub(super) async fn power_fails(&mut self, synced: Synced) -> TempDir {
        let after = tempfile::tempdir().expect("a folder");
        let database = self.world.database().to_owned();
        let name = file_name(&database);
        let folder = database.parent().expect("a folder");
        for entry in std::fs::read_dir(folder).expect("the folder") {
            let path = entry.expect("an entry").path();
            let is_log = [format!("{name}-wal"), format!("{name}-shm")].contains(&file_name(&path));
            if !is_log || synced == Synced::EachCommit {
                std::fs::copy(&path, after.path().join(file_name(&path))).expect("copied");
            }
        }
        let copy = after.path().join(name);
        self.world
            .restart_with(|demo| demo.database = copy.into())
            .await;
        after
    }
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().expect("a name");
    name.to_string_lossy().into_owned()
}
