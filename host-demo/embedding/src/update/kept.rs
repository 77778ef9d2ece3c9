//! Components that were trusted once, and which one is chosen.

use super::{TrustedBy, UpdateError};
use crate::artefact::hex_sha256;
use crate::engine::ComponentFile;
use crate::queue::stored;
use crate::store::StoreError;
use crate::{Connection, Secret, Store, Timestamp};
use serde::Serialize;
use sqlx::Row;

/// How many are kept: those that were chosen last, and the one before.
const MOST: i64 = 10;

/// What the hash of a kept component is sealed for; no tenant has such a name.
const SEALED_FOR: &str = "koppel: component";

/// A component that was trusted once, and can be chosen again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeptComponent {
    /// SHA-256 of the file, in hex digits.
    pub sha256: String,
    /// The component's own version, as it said.
    pub version: String,
    /// Who vouched for it: `hash`, `key …`, or `start` for one that a process was
    /// started with.
    pub trusted_by: String,
    /// Since when it is kept.
    pub kept_at: Timestamp,
}

/// From when on which component was chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ComponentUse {
    /// SHA-256 of the file; none: the one that each process was started with.
    pub sha256: Option<String>,
    /// From when on.
    pub since: Timestamp,
}

/// The row that says what is chosen.
pub(super) struct Choice {
    pub(super) id: i64,
    pub(super) sha256: Option<String>,
    pub(super) since: Timestamp,
}

/// A component that is to be kept.
pub(super) struct New {
    sha256: String,
    bytes: Vec<u8>,
    seal: Vec<u8>,
    version: String,
    trusted_by: String,
}

impl New {
    /// Seals its hash, so that nobody without the key can put another one there.
    pub(super) fn seal(
        store: &Store,
        component: &ComponentFile,
        version: &str,
        trusted_by: TrustedBy,
    ) -> Result<Self, UpdateError> {
        let hash = Secret::new(component.sha256().to_owned());
        let seal = store.secret_key().seal(SEALED_FOR, &hash);
        Ok(Self {
            sha256: component.sha256().to_owned(),
            bytes: component.bytes().to_vec(),
            seal: seal.map_err(StoreError::from)?,
            version: version.to_owned(),
            trusted_by: trusted_by.to_string(),
        })
    }
}

/// Keeps a component, unless it is kept already.
pub(super) async fn keep(
    connection: &mut Connection,
    new: &New,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO koppel_component (sha256, bytes, seal, version, trusted_by, kept_at)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (sha256) DO NOTHING",
    )
    .bind(&new.sha256)
    .bind(&new.bytes)
    .bind(&new.seal)
    .bind(&new.version)
    .bind(&new.trusted_by)
    .bind(stored(now))
    .execute(connection)
    .await?;
    Ok(())
}

/// Chooses a component, or none; the number of the choice.
pub(super) async fn choose(
    connection: &mut Connection,
    sha256: Option<&str>,
    now: Timestamp,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(
        "INSERT INTO koppel_component_use (sha256, since) VALUES ($1, $2) RETURNING id",
    )
    .bind(sha256)
    .bind(stored(now))
    .fetch_one(connection)
    .await
}

/// Keeps [`MOST`] and the one that was in use `before`, to which people go back.
pub(super) async fn forget_oldest(
    connection: &mut Connection,
    before: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "DELETE FROM koppel_component WHERE sha256 <> $2 AND sha256 NOT IN
             (SELECT c.sha256 FROM koppel_component c
              ORDER BY coalesce((SELECT max(u.since) FROM koppel_component_use u
                                 WHERE u.sha256 = c.sha256), c.kept_at) DESC, c.kept_at DESC
              LIMIT $1)",
    )
    .bind(MOST)
    .bind(before)
    .execute(connection)
    .await?;
    Ok(())
}

/// What is chosen now; none where nobody ever chose.
pub(super) async fn choice(connection: &mut Connection) -> Result<Option<Choice>, sqlx::Error> {
    let row =
        sqlx::query("SELECT id, sha256, since FROM koppel_component_use ORDER BY id DESC LIMIT 1")
            .fetch_optional(connection)
            .await?;
    row.map(|row| {
        Ok(Choice {
            id: row.try_get("id")?,
            sha256: row.try_get("sha256")?,
            since: row.try_get::<i64, _>("since")?.unsigned_abs(),
        })
    })
    .transpose()
}

/// What was chosen when, the latest first.
pub(super) async fn uses(
    connection: &mut Connection,
    limit: u32,
) -> Result<Vec<ComponentUse>, sqlx::Error> {
    let rows =
        sqlx::query("SELECT sha256, since FROM koppel_component_use ORDER BY id DESC LIMIT $1")
            .bind(i64::from(limit))
            .fetch_all(connection)
            .await?;
    rows.iter()
        .map(|row| {
            Ok(ComponentUse {
                sha256: row.try_get("sha256")?,
                since: row.try_get::<i64, _>("since")?.unsigned_abs(),
            })
        })
        .collect()
}

/// What is kept, the latest first.
pub(super) async fn list(connection: &mut Connection) -> Result<Vec<KeptComponent>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT sha256, version, trusted_by, kept_at FROM koppel_component
         ORDER BY kept_at DESC, sha256",
    )
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(KeptComponent {
                sha256: row.try_get("sha256")?,
                version: row.try_get("version")?,
                trusted_by: row.try_get("trusted_by")?,
                kept_at: row.try_get::<i64, _>("kept_at")?.unsigned_abs(),
            })
        })
        .collect()
}

/// The file of a component that is kept, if it is the one that was trusted.
pub(super) async fn read(
    store: &Store,
    connection: &mut Connection,
    sha256: &str,
) -> Result<Vec<u8>, UpdateError> {
    let row = sqlx::query("SELECT bytes, seal FROM koppel_component WHERE sha256 = $1")
        .bind(sha256)
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else {
        return Err(UpdateError::NotKept(sha256.to_owned()));
    };
    let (bytes, seal): (Vec<u8>, Vec<u8>) = (row.try_get("bytes")?, row.try_get("seal")?);
    let opened = store.secret_key().open(SEALED_FOR, &seal);
    let is_ours = opened.is_ok_and(|it| it.expose() == sha256);
    if !is_ours || hex_sha256(&bytes) != sha256 {
        return Err(UpdateError::Tampered(sha256.to_owned()));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::KeySource;
    use crate::store::WriteError;

    fn new(number: u64) -> New {
        New {
            sha256: format!("{number:064}"),
            bytes: vec![0],
            seal: vec![0],
            version: number.to_string(),
            trusted_by: TrustedBy::Hash.to_string(),
        }
    }

    #[tokio::test]
    async fn the_ten_that_were_chosen_last_are_kept_and_the_one_to_go_back_to() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("crm.sqlite");
        let store = Store::open_with(path, KeySource::File).await;
        let store = store.expect("a database");
        let written = store.write_for_all(|connection| {
            Box::pin(async move {
                let started_with = new(0);
                keep(connection, &started_with, 0).await?;
                for number in 1..=14 {
                    keep(connection, &new(number), number).await?;
                    choose(connection, Some(&new(number).sha256), number).await?;
                    if number == 8 {
                        choose(connection, Some(&new(2).sha256), number).await?;
                    }
                    forget_oldest(connection, &started_with.sha256).await?;
                }
                let all = list(connection).await?;
                Ok::<_, sqlx::Error>(all.into_iter().map(|it| it.version).collect::<Vec<_>>())
            })
        });
        let kept: Result<Vec<String>, WriteError<sqlx::Error>> = written.await;
        let kept = kept.expect("written");
        let chosen_last = [14, 13, 12, 11, 10, 9, 8, 7, 6, 2, 0];
        assert_eq!(kept, chosen_last.map(|it| it.to_string()));
    }
}
