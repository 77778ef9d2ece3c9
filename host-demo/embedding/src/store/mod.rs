//! The database file: its tables, its readers, and the one writer.

mod writer;

pub use writer::WriteError;

use crate::Connection;
use crate::TenantId;
use crate::secret::{KeyError, KeySource, NotOurs, Secret, SecretKey};
use futures::future::BoxFuture;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use writer::Writer;
use zeroize::Zeroizing;

/// Opening or reading the database failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file could not be opened, or its tables not be made.
    #[error("the database could not be opened")]
    Open(#[source] sqlx::Error),
    /// The key that seals the secrets could not be had.
    #[error("the key that seals the secrets could not be had")]
    Key(#[from] crate::secret::KeyError),
    /// A statement failed.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// An event could not be queued.
    #[error("an event could not be queued")]
    Enqueue(#[from] crate::queue::EnqueueError),
    /// A row holds something that this version cannot read; named by its column.
    #[error("column `{0}` cannot be read")]
    Unreadable(&'static str),
}

/// The database that the CRM and the embedding share: SQLite in WAL mode with
/// `synchronous=FULL`, because anything less is not an outbox.
///
/// Clones share everything.
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    readers: SqlitePool,
    writer: Writer,
    secret_key: SecretKey,
    wake: Notify,
}

impl Store {
    /// Opens the file, makes it and the embedding's tables if they are missing.
    /// The key for secrets comes from `KOPPEL_KEY` (64 hex digits), else from
    /// `<file>.key` beside the database, which is made with mode 0600.
    ///
    /// # Errors
    /// [`StoreError`] where the file or the key cannot be had.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_with(path, KeySource::EnvironmentOrFile).await
    }

    /// As [`Store::open`], with the key for secrets from elsewhere.
    ///
    /// # Errors
    /// [`StoreError`] where the file or the key cannot be had.
    pub async fn open_with(path: impl AsRef<Path>, key: KeySource) -> Result<Self, StoreError> {
        let path = path.as_ref().to_owned();
        let secret_key = SecretKey::from_source(key, &path)?;
        let options = connect_options(&path);
        let writer = Writer::start(&options).await.map_err(StoreError::Open)?;
        let readers = SqlitePoolOptions::new()
            .max_connections(16)
            .min_connections(1)
            .connect_with(options)
            .await
            .map_err(StoreError::Open)?;
        let inner = Inner {
            path,
            readers,
            writer,
            secret_key,
            wake: Notify::new(),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Connections to read with. To write, use [`Store::write`], or
    /// `BEGIN IMMEDIATE` on a connection of your own.
    #[must_use]
    pub fn readers(&self) -> &SqlitePool {
        &self.inner.readers
    }

    /// Runs `work` in a transaction of its own, taken together with others that
    /// wait (group commit), and wakes the worker afterwards. Where `work` fails,
    /// nothing of it remains. Work that has been handed in is finished, even if
    /// this future is dropped.
    ///
    /// ```no_run
    /// # async fn example(store: koppel_embedding::Store) -> Result<(), Box<dyn std::error::Error>> {
    /// let kept: u32 = store
    ///     .write(|connection| Box::pin(async move {
    ///         // save the record, then `queue::enqueue` on the same connection
    ///         # let _ = connection;
    ///         Ok::<_, sqlx::Error>(1)
    ///     }))
    ///     .await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`WriteError::Work`] with what `work` said, or what the commit said.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, WriteError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
        F: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T, E>> + Send + 'static,
    {
        let done = self.inner.writer.write(work).await;
        self.wake();
        done
    }

    /// [`Store::write`] for the worker itself, which need not be woken.
    pub(crate) async fn write_quietly<T, E, F>(&self, work: F) -> Result<T, WriteError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
        F: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T, E>> + Send + 'static,
    {
        self.inner.writer.write(work).await
    }

    /// Wakes the worker of this process: call it after a commit of your own that
    /// enqueued something. Without it the worker looks by itself within a second.
    pub fn wake(&self) {
        self.inner.wake.notify_one();
    }

    /// Seals a text for one tenant with the key of the secrets, for what the CRM
    /// keeps of persons beside its records.
    ///
    /// # Errors
    /// [`KeyError`] where the machine gives no random bytes.
    pub fn seal(&self, tenant: &TenantId, text: &str) -> Result<Vec<u8>, KeyError> {
        let secret = Secret::new(text.to_owned());
        self.inner.secret_key.seal(tenant.as_str(), &secret)
    }

    /// Opens what [`Store::seal`] sealed.
    ///
    /// # Errors
    /// [`NotOurs`] where it was sealed with another key, or for another tenant.
    pub fn unseal(&self, tenant: &TenantId, sealed: &[u8]) -> Result<Zeroizing<String>, NotOurs> {
        let secret = self.inner.secret_key.open(tenant.as_str(), sealed)?;
        Ok(Zeroizing::new(secret.expose().to_owned()))
    }

    /// Where the file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    pub(crate) fn secret_key(&self) -> &SecretKey {
        &self.inner.secret_key
    }

    pub(crate) async fn woken(&self) {
        self.inner.wake.notified().await;
    }
}

fn connect_options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5))
        .foreign_keys(true)
}
