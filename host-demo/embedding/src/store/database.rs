//! Where the tables are: a file of SQLite's, or a database of PostgreSQL's.

use crate::Connection;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyPool, Executor, Row};
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

/// Where the tables are. From a text, `postgres://…` and `postgresql://…` mean a
/// database of PostgreSQL's, and anything else a file; a path is always a file.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    /// A file of SQLite's, for one process that works on it.
    File(PathBuf),
    /// A database of PostgreSQL's by its URL, for several processes.
    Postgres(String),
}

/// What is set on each connection to SQLite: WAL, and FULL, because anything
/// less is not an outbox.
const SQLITE: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL;
     PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON";

/// The same for the connection that writes: others may write for a minute.
const SQLITE_WRITER: &str = "PRAGMA busy_timeout = 60000; PRAGMA journal_mode = WAL;
     PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON";

/// What is set on each connection to PostgreSQL: a commit is on disk before it is
/// told, and a process that hangs keeps nobody waiting for longer than a minute.
const POSTGRES: &str = "SET synchronous_commit = on;
     SET idle_in_transaction_session_timeout = '60s'; SET lock_timeout = '60s';
     SET client_min_messages = warning";

impl Database {
    /// Whether it is a database of PostgreSQL's.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// The file; none for PostgreSQL.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Postgres(_) => None,
        }
    }

    fn options(&self) -> Result<AnyConnectOptions, sqlx::Error> {
        sqlx::any::install_default_drivers();
        match self {
            Self::Postgres(url) => AnyConnectOptions::from_str(url),
            Self::File(path) => {
                let path = std::path::absolute(path).map_err(sqlx::Error::Io)?;
                let bytes = path.as_os_str().as_encoded_bytes();
                let encoded = percent_encoding::percent_encode(bytes, ENCODED);
                AnyConnectOptions::from_str(&format!("sqlite://{encoded}?mode=rwc"))
            }
        }
    }

    /// Connections to read with.
    pub(super) async fn readers(&self) -> Result<AnyPool, sqlx::Error> {
        self.pool(16, SQLITE).await
    }

    /// Connections to write with: one for SQLite, which has no more.
    pub(super) async fn writers(&self) -> Result<AnyPool, sqlx::Error> {
        let most = if self.is_postgres() { 8 } else { 1 };
        self.pool(most, SQLITE_WRITER).await
    }

    async fn pool(&self, most: u32, sqlite: &'static str) -> Result<AnyPool, sqlx::Error> {
        let set = if self.is_postgres() { POSTGRES } else { sqlite };
        AnyPoolOptions::new()
            .max_connections(most)
            .min_connections(1)
            .acquire_timeout(Duration::from_secs(60))
            .after_connect(move |connection, _| {
                Box::pin(async move { connection.execute(set).await.map(|_| ()) })
            })
            .connect_with(self.options()?)
            .await
    }
}

/// What a path may not say by itself in an address.
const ENCODED: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'.')
    .remove(b'-')
    .remove(b'_');

/// Without user and password.
impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Postgres(url) => {
                let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
                let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
                let place = place.split_once('?').map_or(place, |(place, _)| place);
                write!(f, "postgres://{place}")
            }
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Database({self})")
    }
}

impl From<&str> for Database {
    fn from(text: &str) -> Self {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Self::Postgres(text.to_owned())
        } else {
            Self::File(text.into())
        }
    }
}

impl From<String> for Database {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<PathBuf> for Database {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}

impl From<&Path> for Database {
    fn from(path: &Path) -> Self {
        Self::File(path.to_owned())
    }
}

impl From<&PathBuf> for Database {
    fn from(path: &PathBuf) -> Self {
        Self::File(path.clone())
    }
}

/// Whether a connection leads to PostgreSQL.
#[must_use]
pub fn is_postgres(connection: &Connection) -> bool {
    connection.backend_name() == "PostgreSQL"
}

/// A statement of a schema as the database wants it. It is written once, for
/// SQLite; for PostgreSQL the names of types are replaced, and what SQLite has to
/// be told about its tables is left out. Texts are compared byte by byte in both.
#[must_use]
pub fn schema_for(connection: &Connection, statements: &str) -> String {
    if is_postgres(connection) {
        to_postgres(statements)
    } else {
        statements.to_owned()
    }
}

fn to_postgres(statements: &str) -> String {
    let without_comments: String = statements
        .lines()
        .map(|line| line.split_once("--").map_or(line, |(before, _)| before))
        .collect::<Vec<_>>()
        .join("\n");
    let told = without_comments
        .replace("INTEGER PRIMARY KEY AUTOINCREMENT", "INTEGER PRIMARY KEY")
        .replace(
            "INTEGER PRIMARY KEY",
            "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
        )
        .replace(") STRICT, WITHOUT ROWID", ")")
        .replace(") STRICT", ")")
        .replace("length(CAST(id AS BLOB))", "octet_length(id)");
    let word = |word: &str| match word {
        "INTEGER" => "BIGINT".to_owned(),
        "BLOB" => "BYTEA".to_owned(),
        "TEXT" => "TEXT COLLATE \"C\"".to_owned(),
        other => other.to_owned(),
    };
    let mut out = String::with_capacity(told.len());
    let mut pending = String::new();
    for letter in told.chars() {
        if letter.is_alphanumeric() || letter == '_' {
            pending.push(letter);
        } else {
            out.push_str(&word(&pending));
            pending.clear();
            out.push(letter);
        }
    }
    out.push_str(&word(&pending));
    out
}

/// Makes tables from statements that may run again, while no other process does.
pub(super) async fn make_tables(
    connection: &mut Connection,
    statements: &'static str,
) -> Result<(), sqlx::Error> {
    let text = schema_for(connection, statements);
    sqlx::raw_sql(sqlx::AssertSqlSafe(text))
        .execute(connection)
        .await?;
    Ok(())
}

/// Yes or no, from a column that holds 0 or 1: SQLite has no other.
///
/// # Errors
/// [`sqlx::Error`] where there is no such column, or something else in it.
pub fn flag(row: &sqlx::any::AnyRow, column: &str) -> Result<bool, sqlx::Error> {
    Ok(row.try_get::<i64, _>(column)? != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_tells_the_databases_apart() {
        assert!(Database::from("postgres://h/db").is_postgres());
        assert!(Database::from("postgresql:///db?host=/tmp").is_postgres());
        assert_eq!(
            Database::from("crm.sqlite").file(),
            Some(Path::new("crm.sqlite"))
        );
        assert!(!Database::from(Path::new("postgres://h/db")).is_postgres());
    }

    #[test]
    fn an_address_is_shown_without_the_password() {
        let it = Database::from("postgres://anna:geheim@db.example:5432/crm?password=geheim");
        assert_eq!(it.to_string(), "postgres://db.example:5432/crm");
        assert_eq!(
            format!("{it:?}"),
            "Database(postgres://db.example:5432/crm)"
        );
    }

    #[test]
    fn a_schema_is_the_same_for_both_databases() {
        let told = to_postgres(
            "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT, -- its number, INTEGER
             b TEXT NOT NULL CHECK (length(CAST(id AS BLOB)) > 0), c BLOB) STRICT, WITHOUT ROWID;",
        );
        assert_eq!(
            told.split_whitespace().collect::<Vec<_>>().join(" "),
            "CREATE TABLE t (a BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, \
             b TEXT COLLATE \"C\" NOT NULL CHECK (octet_length(id) > 0), c BYTEA);"
        );
    }
}
