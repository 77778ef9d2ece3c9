//! The one writer: what waits is committed together, each in a savepoint.

use crate::Connection;
use futures::FutureExt;
use futures::future::BoxFuture;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection as _, Executor};
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// At most so many pieces of work share one commit.
const GROUP: usize = 64;

/// So long the writer waits while another process writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(60);

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

/// Hands work to the task that owns the only writing connection.
#[derive(Debug)]
pub(super) struct Writer {
    jobs: mpsc::Sender<Box<dyn Job>>,
}

/// A piece of work with its type hidden, and whom to tell.
trait Job: Send {
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
    pub(super) async fn start(options: &SqliteConnectOptions) -> Result<Self, sqlx::Error> {
        let mut connection = options.clone().busy_timeout(BUSY_TIMEOUT).connect().await?;
        connection.execute(include_str!("schema.sql")).await?;
        let (jobs, waiting) = mpsc::channel(1024);
        tokio::spawn(commit_in_groups(connection, waiting));
        Ok(Self { jobs })
    }

    pub(super) async fn write<T, E, F>(&self, work: F) -> Result<T, WriteError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
        F: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T, E>> + Send + 'static,
    {
        let (reply, told) = oneshot::channel();
        let job = Work {
            work: Some(work),
            result: None,
            reply,
        };
        self.jobs
            .send(Box::new(job))
            .await
            .map_err(|_| WriteError::Ended)?;
        told.await.map_err(|_| WriteError::Ended)?
    }
}

async fn commit_in_groups(mut connection: Connection, mut waiting: mpsc::Receiver<Box<dyn Job>>) {
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
        // A vendor's code runs in here: its panic must not end everybody's writer.
        let ran = AssertUnwindSafe(job.run(&mut savepoint))
            .catch_unwind()
            .await;
        if ran.unwrap_or(false) {
            savepoint.commit().await?;
        } else {
            savepoint.rollback().await?;
        }
    }
    transaction.commit().await
}
