//! The component's key-value store over SQLite: buckets for each tenant, writes
//! buffered until the call is committed, reads remembered (C17).

mod buffer;

pub(crate) use buffer::Buffer;

use crate::contract::generated::wasi::keyvalue::store::{Error, Host, HostBucket, KeyResponse};
use crate::state::CallState;
use crate::{Connection, TenantId};
use sqlx::Row;
use std::collections::HashMap;
use wasmtime::Result;
use wasmtime::component::Resource;

/// At most so many keys stand on a page of `list-keys`.
const PAGE: usize = 1_000;

/// An open bucket of the calling tenant.
#[derive(Debug)]
#[expect(unreachable_pub, reason = "the generated code re-exports it")]
pub struct Bucket {
    name: String,
}

/// Which version of a key there is: its row and the revision of that, so that a
/// key that was deleted and made anew counts as changed.
pub(crate) type Version = Option<(i64, i64)>;

impl Host for CallState {
    async fn open(&mut self, name: String) -> Result<Result<Resource<Bucket>, Error>> {
        self.faults.step().await?;
        let fits = (1..=40).contains(&name.len())
            && name.bytes().all(|it| matches!(it, b'a'..=b'z' | b'-'));
        if !fits {
            return Ok(Err(Error::NoSuchStore));
        }
        Ok(Ok(self.table.push(Bucket { name })?))
    }
}

impl HostBucket for CallState {
    async fn get(
        &mut self,
        bucket: Resource<Bucket>,
        key: String,
    ) -> Result<Result<Option<Vec<u8>>, Error>> {
        self.faults.step().await?;
        let bucket = self.table.get(&bucket)?.name.clone();
        if let Some(written) = self.buffer.written(&bucket, &key) {
            return Ok(Ok(written.map(<[u8]>::to_vec)));
        }
        let mut connection = self.store.readers().acquire().await?;
        let found = read(&mut connection, &self.tenant, &bucket, &key).await?;
        let version = found.as_ref().map(|(version, _)| *version);
        self.reads.key(bucket, key, version)?;
        Ok(Ok(found.map(|(_, value)| value)))
    }

    async fn set(
        &mut self,
        bucket: Resource<Bucket>,
        key: String,
        value: Vec<u8>,
    ) -> Result<Result<(), Error>> {
        self.faults.step().await?;
        let bucket = self.table.get(&bucket)?.name.clone();
        Ok(self
            .buffer
            .set(&self.limits, bucket, key, value)
            .map_err(|it| Error::Other(it.to_string())))
    }

    async fn delete(&mut self, bucket: Resource<Bucket>, key: String) -> Result<Result<(), Error>> {
        self.faults.step().await?;
        let bucket = self.table.get(&bucket)?.name.clone();
        let deleted = self.buffer.delete(&self.limits, bucket, key);
        Ok(deleted.map_err(|it| Error::Other(it.to_string())))
    }

    async fn exists(
        &mut self,
        bucket: Resource<Bucket>,
        key: String,
    ) -> Result<Result<bool, Error>> {
        Ok(self.get(bucket, key).await?.map(|it| it.is_some()))
    }

    async fn list_keys(
        &mut self,
        bucket: Resource<Bucket>,
        cursor: Option<u64>,
    ) -> Result<Result<KeyResponse, Error>> {
        self.faults.step().await?;
        let bucket = self.table.get(&bucket)?.name.clone();
        let mut connection = self.store.readers().acquire().await?;
        let page = list(
            &mut connection,
            &self.tenant,
            &bucket,
            &self.buffer,
            cursor.unwrap_or(0),
        );
        Ok(Ok(page.await?))
    }

    async fn drop(&mut self, bucket: Resource<Bucket>) -> Result<()> {
        self.table.delete(bucket)?;
        Ok(())
    }
}

async fn read(
    connection: &mut Connection,
    tenant: &TenantId,
    bucket: &str,
    key: &str,
) -> Result<Option<((i64, i64), Vec<u8>)>, sqlx::Error> {
    let row = sqlx::query(
        "SELECT id, revision, value FROM koppel_kv WHERE tenant = $1 AND bucket = $2 AND key = $3",
    )
    .bind(tenant.as_str())
    .bind(bucket)
    .bind(key)
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok((
            (row.try_get("id")?, row.try_get("revision")?),
            row.try_get("value")?,
        ))
    })
    .transpose()
}

/// Which version of a key is committed.
pub(crate) async fn version(
    connection: &mut Connection,
    tenant: &TenantId,
    bucket: &str,
    key: &str,
) -> Result<Version, sqlx::Error> {
    Ok(versions(connection, tenant, bucket, &[key])
        .await?
        .remove(key))
}

/// How many keys [`versions`] is asked of at once.
pub(crate) const AT_ONCE: usize = 100;

/// Which versions of these keys, at most [`AT_ONCE`], are committed: what is not there
/// has none.
pub(crate) async fn versions(
    connection: &mut Connection,
    tenant: &TenantId,
    bucket: &str,
    keys: &[&str],
) -> Result<HashMap<String, (i64, i64)>, sqlx::Error> {
    let Some(last) = keys.last() else {
        return Ok(HashMap::new());
    };
    // One of three lengths, so that few statements are prepared.
    let lengths = [1, AT_ONCE / 10, AT_ONCE];
    let length = lengths.into_iter().find(|it| *it >= keys.len());
    let length = length.unwrap_or(keys.len());
    let places: Vec<String> = (3..3 + length).map(|it| format!("${it}")).collect();
    let statement = format!(
        "SELECT key, id, revision FROM koppel_kv
         WHERE tenant = $1 AND bucket = $2 AND key IN ({})",
        places.join(", ")
    );
    let mut query = sqlx::query_as(sqlx::AssertSqlSafe(statement))
        .bind(tenant.as_str())
        .bind(bucket);
    for at in 0..length {
        query = query.bind(*keys.get(at).unwrap_or(last));
    }
    let rows: Vec<(String, i64, i64)> = query.fetch_all(connection).await?;
    let versions = rows
        .into_iter()
        .map(|(key, id, revision)| (key, (id, revision)));
    Ok(versions.collect())
}

/// A page of keys: the committed ones in the order of their rows, then those
/// that exist in the buffer only, in the order in which they were written.
async fn list(
    connection: &mut Connection,
    tenant: &TenantId,
    bucket: &str,
    buffer: &Buffer,
    after: u64,
) -> Result<KeyResponse, sqlx::Error> {
    let mut page: Vec<(u64, String)> = Vec::new();
    let mut committed_after = i64::try_from(after).unwrap_or(i64::MAX);
    // One more than a page, to know whether there is a next one.
    while page.len() <= PAGE && after < buffer::FIRST_BUFFERED {
        let rows: Vec<(i64, String)> = sqlx::query_as(
            "SELECT id, key FROM koppel_kv WHERE tenant = $1 AND bucket = $2 AND id > $3
             ORDER BY id LIMIT 1001",
        )
        .bind(tenant.as_str())
        .bind(bucket)
        .bind(committed_after)
        .fetch_all(&mut *connection)
        .await?;
        let Some((last, _)) = rows.last() else { break };
        committed_after = *last;
        let live = rows
            .into_iter()
            .filter(|(_, key)| !buffer.deletes(bucket, key));
        page.extend(live.map(|(id, key)| (id.unsigned_abs(), key)));
    }
    if page.len() <= PAGE {
        for (id, key) in buffer.keys_set(bucket, after) {
            if page.len() > PAGE {
                break;
            }
            if version(connection, tenant, bucket, key).await?.is_none() {
                page.push((id, key.to_owned()));
            }
        }
    }
    let more = page.len() > PAGE;
    page.truncate(PAGE);
    let cursor = page.last().filter(|_| more).map(|(id, _)| *id);
    Ok(KeyResponse {
        keys: page.into_iter().map(|(_, key)| key).collect(),
        cursor,
    })
}

#[cfg(test)]
mod tests;
