//! Bounds that wasmtime enforces while a component runs, each with a name.

use crate::limits::Limits;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use wasmtime::ResourceLimiter;

/// A call passed a limit and is ended; the code says which one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the call passed a limit: {0}")]
pub(crate) struct Passed(pub(crate) &'static str);

/// The most linear memory that any call has had. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct HighWater(Arc<AtomicUsize>);

impl HighWater {
    /// The mark, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    fn note(&self, bytes: usize) {
        self.0.fetch_max(bytes, Ordering::Relaxed);
    }
}

/// Linear memory and tables of one call, all of its core instances together.
#[derive(Debug)]
pub(crate) struct Bounds {
    memory_bytes: usize,
    memory_bytes_left: usize,
    table_elements_left: usize,
    high_water: HighWater,
}

impl Bounds {
    pub(crate) fn new(limits: &Limits, high_water: HighWater) -> Self {
        Self {
            memory_bytes: limits.memory_bytes,
            memory_bytes_left: limits.memory_bytes,
            table_elements_left: limits.table_elements,
            high_water,
        }
    }
}

/// Takes what is asked for more; an error ends the call.
fn take(
    left: &mut usize,
    current: usize,
    desired: usize,
    code: &'static str,
) -> wasmtime::Result<bool> {
    let more = desired.saturating_sub(current);
    *left = left.checked_sub(more).ok_or(Passed(code))?;
    Ok(true)
}

impl ResourceLimiter for Bounds {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let granted = take(
            &mut self.memory_bytes_left,
            current,
            desired,
            "limit-memory",
        )?;
        self.high_water
            .note(self.memory_bytes - self.memory_bytes_left);
        Ok(granted)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        take(
            &mut self.table_elements_left,
            current,
            desired,
            "limit-tables",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memories_share_one_bound() {
        let limits = Limits {
            memory_bytes: 100,
            table_elements: 10,
            ..Limits::default()
        };
        let high_water = HighWater::default();
        let mut bounds = Bounds::new(&limits, high_water.clone());
        assert!(matches!(bounds.memory_growing(0, 60, None), Ok(true)));
        assert!(matches!(bounds.memory_growing(60, 70, None), Ok(true)));
        let another = bounds.memory_growing(0, 31, None);
        let passed = another.err().and_then(|it| it.downcast::<Passed>().ok());
        assert_eq!(passed, Some(Passed("limit-memory")));
        assert!(bounds.table_growing(0, 11, None).is_err());
        let mut smaller = Bounds::new(&limits, high_water.clone());
        assert!(matches!(smaller.memory_growing(0, 50, None), Ok(true)));
        assert_eq!(high_water.bytes(), 70, "the most of all calls");
    }
}
