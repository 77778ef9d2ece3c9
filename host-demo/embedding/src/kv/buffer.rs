//! What a call has written, not committed yet.

use crate::limits::Limits;
use crate::{Connection, TenantId};
use std::collections::HashMap;

/// Cursors from here on belong to keys that exist in the buffer only; no row
/// ever gets such an id.
pub(super) const FIRST_BUFFERED: u64 = 1 << 62;

/// The component wrote more than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TooMuch {
    #[error("the key is empty or longer than allowed")]
    Key,
    #[error("the value is longer than allowed")]
    Value,
    #[error("the call wrote more than allowed")]
    Total,
}

/// The writes of one call, in no order but that of the latest for each key.
#[derive(Clone, Debug, Default)]
pub(crate) struct Buffer {
    writes: HashMap<(String, String), Write>,
    bytes: usize,
    next: u64,
    /// How many writes are of earlier calls (of a plan) and count no more.
    earlier: usize,
}

#[derive(Clone, Debug)]
struct Write {
    /// None: the key is deleted.
    value: Option<Vec<u8>>,
    /// Counts up with every write.
    at: u64,
}

impl Buffer {
    /// What the call itself wrote: none if it did not touch the key, else the
    /// value, or none again where it deleted the key.
    pub(crate) fn written(&self, bucket: &str, key: &str) -> Option<Option<&[u8]>> {
        self.writes
            .get(&(bucket.to_owned(), key.to_owned()))
            .map(|it| it.value.as_deref())
    }

    /// The same writes for the next call of a plan, which may write as much
    /// again.
    pub(crate) fn carried_over(self) -> Self {
        Self {
            bytes: 0,
            earlier: self.writes.len(),
            ..self
        }
    }

    pub(crate) fn set(
        &mut self,
        limits: &Limits,
        bucket: String,
        key: String,
        value: Vec<u8>,
    ) -> Result<(), TooMuch> {
        if value.len() > limits.value_bytes {
            return Err(TooMuch::Value);
        }
        self.put(limits, (bucket, key), Some(value))
    }

    pub(crate) fn delete(
        &mut self,
        limits: &Limits,
        bucket: String,
        key: String,
    ) -> Result<(), TooMuch> {
        self.put(limits, (bucket, key), None)
    }

    fn put(
        &mut self,
        limits: &Limits,
        at: (String, String),
        value: Option<Vec<u8>>,
    ) -> Result<(), TooMuch> {
        if at.1.is_empty() || at.1.len() > limits.key_bytes {
            return Err(TooMuch::Key);
        }
        let before = self
            .writes
            .get(&at)
            .and_then(|it| it.value.as_ref())
            .map_or(0, Vec::len);
        let bytes = self.bytes.saturating_sub(before) + value.as_ref().map_or(0, Vec::len);
        let is_new = !self.writes.contains_key(&at);
        let keys = self.writes.len() - self.earlier;
        if bytes > limits.written_bytes || (is_new && keys >= limits.written_keys) {
            return Err(TooMuch::Total);
        }
        self.bytes = bytes;
        // A key keeps its place in the listing while it is only overwritten.
        let place = match self.writes.get(&at) {
            Some(Write { value: Some(_), at }) if value.is_some() => *at,
            _ => {
                self.next += 1;
                self.next
            }
        };
        self.writes.insert(at, Write { value, at: place });
        Ok(())
    }

    pub(super) fn deletes(&self, bucket: &str, key: &str) -> bool {
        matches!(self.written(bucket, key), Some(None))
    }

    /// The keys of a bucket that the call set, after a cursor.
    pub(super) fn keys_set(&self, bucket: &str, after: u64) -> Vec<(u64, &str)> {
        let mut keys: Vec<(u64, &str)> = self
            .writes
            .iter()
            .filter(|((it, _), write)| it == bucket && write.value.is_some())
            .map(|((_, key), write)| (FIRST_BUFFERED + write.at, key.as_str()))
            .filter(|(id, _)| *id > after)
            .collect();
        keys.sort_unstable();
        keys
    }

    /// Writes everything, in the transaction that commits the call.
    pub(crate) async fn commit(
        &self,
        connection: &mut Connection,
        tenant: &TenantId,
    ) -> Result<(), sqlx::Error> {
        let mut writes: Vec<_> = self.writes.iter().collect();
        writes.sort_unstable_by_key(|(_, write)| write.at);
        for ((bucket, key), write) in writes {
            let statement = match write.value {
                Some(_) => {
                    "INSERT INTO koppel_kv (tenant, bucket, key, value, revision)
                     VALUES ($1, $2, $3, $4, 1)
                     ON CONFLICT (tenant, bucket, key)
                     DO UPDATE SET value = excluded.value, revision = koppel_kv.revision + 1"
                }
                None => "DELETE FROM koppel_kv WHERE tenant = $1 AND bucket = $2 AND key = $3",
            };
            let query = sqlx::query(statement)
                .bind(tenant.as_str())
                .bind(bucket)
                .bind(key);
            let query = match &write.value {
                Some(value) => query.bind(value.as_slice()),
                None => query,
            };
            query.execute(&mut *connection).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(buffer: &mut Buffer, limits: &Limits, key: &str, bytes: usize) -> Result<(), TooMuch> {
        buffer.set(limits, "b".into(), key.into(), vec![0; bytes])
    }

    #[test]
    fn a_call_reads_what_it_wrote() {
        let (mut buffer, limits) = (Buffer::default(), Limits::default());
        assert_eq!(buffer.written("b", "k"), None);
        assert_eq!(set(&mut buffer, &limits, "k", 1), Ok(()));
        assert_eq!(buffer.written("b", "k"), Some(Some([0].as_slice())));
        assert_eq!(buffer.written("other", "k"), None);
        assert_eq!(buffer.delete(&limits, "b".into(), "k".into()), Ok(()));
        assert_eq!(buffer.written("b", "k"), Some(None));
        assert!(buffer.deletes("b", "k"));
    }

    #[test]
    fn writes_are_bounded_and_overwriting_gives_room_back() {
        let limits = Limits {
            value_bytes: 10,
            written_bytes: 15,
            written_keys: 2,
            ..Limits::default()
        };
        let mut buffer = Buffer::default();
        assert_eq!(set(&mut buffer, &limits, "a", 11), Err(TooMuch::Value));
        assert_eq!(set(&mut buffer, &limits, "", 1), Err(TooMuch::Key));
        assert_eq!(set(&mut buffer, &limits, "a", 10), Ok(()));
        assert_eq!(set(&mut buffer, &limits, "b", 6), Err(TooMuch::Total));
        assert_eq!(set(&mut buffer, &limits, "a", 5), Ok(()));
        assert_eq!(set(&mut buffer, &limits, "b", 6), Ok(()));
        assert_eq!(set(&mut buffer, &limits, "c", 1), Err(TooMuch::Total));
    }
}
