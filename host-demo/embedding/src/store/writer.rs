//! What writes. SQLite has one writer: what waits is committed together, each in
//! a savepoint. With PostgreSQL each piece of work has its own transaction, and a
//! lock of its tenant, so that one tenant's follow each other there as well.

use super::database::{Database, make_tables};
use crate::Connection;
use futures::FutureExt;
use futures::future::BoxFuture;
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyPool, Connection as _};
use std::panic::AssertUnwindSafe;
use tokio::sync::{mpsc, oneshot};

/// At most so many pieces of work share one commit.
const GROUP: usize = 64;

/// The lock under which tables are made; any other is named after a tenant.
pub(super) const TABLES: &str = "koppel: tables";
/// What is written for all tenants at once; no tenant has such a name either.
pub(super) const ALL: &str = "koppel: all";

/// Why something was not written. Nothing of it remains.
#[derive(Debug, thiserror::Error)]
pub enum WriteError<E> {
    /// The work itself said no.
    #[error("the work in the transaction failed")]
    Work(#[source] E),
    /// The transaction could not be started or committed.
    #[error("the transaction could not be committed: {0}")]
    Commit(String),
    /// The writer has ended.
    #[error("the writer has ended")]
    Ended,
}

impl<E> WriteError<E> {
    /// Turns it into the error of the work, for which a commit that failed is an
    /// error of the database.
    pub fn into_inner(self) -> E
    where
        E: From<sqlx::Error>,
    {
        match self {
            Self::Work(error) => error,
            Self::Commit(text) => E::from(sqlx::Error::Protocol(text)),
            Self::Ended => E::from(sqlx::Error::WorkerCrashed),
        }
    }
}

/// Takes work that writes.
#[derive(Debug)]
pub(super) enum Writer {
    /// Hands work to the task that owns the only writing connection.
    Sqlite(mpsc::Sender<Box<dyn Job>>),
    /// Gives each piece of work a connection of its own.
    Postgres(AnyPool),
}

/// A piece of work with its type hidden, and whom to tell.
pub(super) trait Job: Send {
    /// Runs the work; true: keep what it wrote.
    fn run<'c>(&'c mut self, connection: &'c mut Connection) -> BoxFuture<'c, bool>;
    /// Tells what became of it, after the commit.
    fn tell(self: Box<Self>, committed: Result<(), String>);
}

struct Work<T, E, F> {
    work: Option<F>,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, WriteError<E>>>,
}

impl<T, E, F> Job for Work<T, E, F>
where
    T: Send + 'static,
    E: Send + 'static,
    F: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T, E>> + Send + 'static,
{
    fn run<'c>(&'c mut self, connection: &'c mut Connection) -> BoxFuture<'c, bool> {
        Box::pin(async move {
            let Some(work) = self.work.take() else {
                return false;
            };
            let result = work(connection).await;
            let keep = result.is_ok();
            self.result = Some(result);
            keep
        })
    }

    fn tell(self: Box<Self>, committed: Result<(), String>) {
        let told = match (self.result, committed) {
            (Some(Err(error)), _) => Err(WriteError::Work(error)),
            (_, Err(text)) => Err(WriteError::Commit(text)),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (None, Ok(())) => Err(WriteError::Ended),
        };
        // Whoever asked may have gone away; the work is committed all the same.
        let _ = self.reply.send(told);
    }
}

impl Writer {
    pub(super) async fn start(database: &Database) -> Result<Self, sqlx::Error> {
        let pool = database.writers().await?;
        if database.is_postgres() {
            let mut transaction = pool.begin().await?;
            lock(&mut transaction, TABLES).await?;
            make_tables(&mut transaction, include_str!("schema.sql")).await?;
            make_tables(&mut transaction, include_str!("leases.sql")).await?;
            transaction.commit().await?;
            return Ok(Self::Postgres(pool));
        }
        let mut connection = pool.acquire().await?;
        make_tables(&mut connection, include_str!("schema.sql")).await?;
        let (jobs, waiting) = mpsc::channel(1024);
        tokio::spawn(commit_in_groups(connection, waiting));
        Ok(Self::Sqlite(jobs))
    }

    pub(super) async fn write<T, E, F>(&self, of: &str, work: F) -> Result<T, WriteError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
        F: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T, E>> + Send + 'static,
    {
        let (reply, told) = oneshot::channel();
        let job: Box<dyn Job> = Box::new(Work {
            work: Some(work),
            result: None,
            reply,
        });
        match self {
            Self::Sqlite(jobs) => jobs.send(job).await.map_err(|_| WriteError::Ended)?,
            Self::Postgres(pool) => {
                tokio::spawn(commit_alone(pool.clone(), of.to_owned(), job));
            }
        }
        told.await.map_err(|_| WriteError::Ended)?
    }
}

/// Waits until no other transaction with this name is open, in any process.
async fn lock(connection: &mut Connection, name: &str) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind(name)
        .execute(connection)
        .await?;
    Ok(())
}

async fn commit_alone(pool: AnyPool, of: String, mut job: Box<dyn Job>) {
    let committed = commit_for(&pool, &of, job.as_mut()).await;
    job.tell(committed.map_err(|it| it.to_string()));
}

async fn commit_for(pool: &AnyPool, of: &str, job: &mut dyn Job) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin().await?;
    lock(&mut transaction, of).await?;
    if is_to_be_kept(job, &mut transaction).await {
        transaction.commit().await
    } else {
        transaction.rollback().await
    }
}

/// A vendor's code runs in here: its panic must not end everybody's writer.
async fn is_to_be_kept(job: &mut dyn Job, connection: &mut Connection) -> bool {
    let ran = AssertUnwindSafe(job.run(connection)).catch_unwind().await;
    ran.unwrap_or(false)
}

async fn commit_in_groups(
    mut connection: PoolConnection<Any>,
    mut waiting: mpsc::Receiver<Box<dyn Job>>,
) {
    let mut group = Vec::with_capacity(GROUP);
    while waiting.recv_many(&mut group, GROUP).await > 0 {
        let committed = commit(&mut connection, &mut group)
            .await
            .map_err(|it| it.to_string());
        for job in group.drain(..) {
            job.tell(committed.clone());
        }
    }
}

async fn commit(
    connection: &mut Connection,
    group: &mut [Box<dyn Job>],
) -> Result<(), sqlx::Error> {
    // Takes the write lock at once, so that nothing later can be refused for it.
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    for job in group {
        let mut savepoint = transaction.begin().await?;
        if is_to_be_kept(job.as_mut(), &mut savepoint).await {
            savepoint.commit().await?;
        } else {
            savepoint.rollback().await?;
        }
    }
    transaction.commit().await
}
