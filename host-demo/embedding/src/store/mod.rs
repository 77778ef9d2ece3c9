//! The database: its tables, its readers, and what writes.

mod database;
mod writer;

pub use database::{Database, flag, is_postgres, schema_for};
pub use writer::WriteError;

use crate::Connection;
use crate::TenantId;
use crate::secret::{KeyError, KeySource, NotOurs, Secret, SecretKey};
use futures::future::BoxFuture;
use sqlx::AnyPool;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
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
/// `synchronous=FULL`, because anything less is not an outbox, or PostgreSQL.
///
/// Clones share everything.
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    database: Database,
    readers: AnyPool,
    writer: Writer,
    secret_key: SecretKey,
    wake: Notify,
    /// Under which name a worker of this process leases tenants, and whether one
    /// does.
    lease_owner: String,
    leases: AtomicBool,
}

impl Store {
    /// Opens the database and makes the embedding's tables where they are missing;
    /// a file that is missing is made. The key for secrets comes from `KOPPEL_KEY`
    /// (64 hex digits), else from `<file>.key` beside the file, which is made with
    /// mode 0600. With PostgreSQL, `KOPPEL_KEY` must be there, the same for all
    /// processes.
    ///
    /// # Errors
    /// [`StoreError`] where the database or the key cannot be had.
    pub async fn open(database: impl Into<Database>) -> Result<Self, StoreError> {
        Self::open_with(database, KeySource::EnvironmentOrFile).await
    }

    /// As [`Store::open`], with the key for secrets from elsewhere.
    ///
    /// # Errors
    /// [`StoreError`] where the database or the key cannot be had.
    pub async fn open_with(
        database: impl Into<Database>,
        key: KeySource,
    ) -> Result<Self, StoreError> {
        let database = database.into();
        let secret_key = SecretKey::from_source(&key, database.file())?;
        let writer = Writer::start(&database).await.map_err(StoreError::Open)?;
        let readers = database.readers().await.map_err(StoreError::Open)?;
        let inner = Inner {
            database,
            readers,
            writer,
            secret_key,
            wake: Notify::new(),
            lease_owner: uuid::Uuid::new_v4().to_string(),
            leases: AtomicBool::new(false),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Connections to read with. To write, use [`Store::write`].
    #[must_use]
    pub fn readers(&self) -> &AnyPool {
        &self.inner.readers
    }

    /// Runs `work` for a tenant in a transaction of its own, and wakes the worker
    /// afterwards. One tenant's transactions come one after the other, whichever
    /// process they are of; with SQLite those that wait are committed together
    /// (group commit). Where `work` fails, nothing of it remains. Work that has been
    /// handed in is finished, even if this future is dropped.
    ///
    /// ```no_run
    /// # async fn example(store: koppel_embedding::Store) -> Result<(), Box<dyn std::error::Error>> {
    /// # let tenant = koppel_embedding::TenantId::new("acme")?;
    /// let kept: u32 = store
    ///     .write(&tenant, |connection| Box::pin(async move {
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
    pub async fn write<T, E, F>(&self, tenant: &TenantId, work: F) -> Result<T, WriteError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
        F: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T, E>> + Send + 'static,
    {
        let done = self.inner.writer.write(tenant.as_str(), work).await;
        self.wake();
        done
    }

    /// [`Store::write`] for making tables: in all processes, one after the other.
    ///
    /// # Errors
    /// As for [`Store::write`].
    pub async fn make_tables<T, E, F>(&self, work: F) -> Result<T, WriteError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
        F: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T, E>> + Send + 'static,
    {
        self.inner.writer.write(writer::TABLES, work).await
    }

    /// [`Store::write`] for what is of no tenant: in all processes, one after the other.
    pub(crate) async fn write_for_all<T, E, F>(&self, work: F) -> Result<T, WriteError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
        F: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T, E>> + Send + 'static,
    {
        let done = self.inner.writer.write(writer::ALL, work).await;
        self.wake();
        done
    }

    /// [`Store::write`] for the worker itself, which need not be woken.
    pub(crate) async fn write_quietly<T, E, F>(
        &self,
        tenant: &TenantId,
        work: F,
    ) -> Result<T, WriteError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
        F: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T, E>> + Send + 'static,
    {
        self.inner.writer.write(tenant.as_str(), work).await
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

    /// Where the tables are.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.inner.database
    }

    /// Where the file is; none for PostgreSQL.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.inner.database.file()
    }

    pub(crate) fn secret_key(&self) -> &SecretKey {
        &self.inner.secret_key
    }

    /// The name under which the one worker of this store leases tenants; none
    /// while there is a worker.
    pub(crate) fn lease_owner(&self) -> Option<String> {
        let is_free = !self.inner.leases.swap(true, Ordering::SeqCst);
        is_free.then(|| self.inner.lease_owner.clone())
    }

    pub(crate) fn give_lease_owner_back(&self) {
        self.inner.leases.store(false, Ordering::SeqCst);
    }

    pub(crate) async fn woken(&self) {
        self.inner.wake.notified().await;
    }
}
