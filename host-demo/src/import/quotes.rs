//! Whether a file ends inside a quote: a CSV reader does not tell.

use std::{
    io::{self, Read},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// Counts the quotes that a reader has passed on.
#[derive(Clone, Debug, Default)]
pub(crate) struct QuoteCounter(Arc<AtomicU64>);

/// A reader whose quotes are counted.
pub(crate) struct Counted<R> {
    reader: R,
    counter: QuoteCounter,
}

impl QuoteCounter {
    /// Counts the quotes of this reader.
    pub(crate) fn over<R: Read>(&self, reader: R) -> Counted<R> {
        Counted {
            reader,
            counter: self.clone(),
        }
    }

    /// Whether the last quote so far opens one.
    pub(crate) fn is_open(&self) -> bool {
        self.0.load(Ordering::Relaxed) % 2 == 1
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.reader.read(buffer)?;
        let read = buffer.get(..length).unwrap_or_default();
        let quotes = read.iter().filter(|&&it| it == b'"').count();
        self.counter.0.fetch_add(quotes as u64, Ordering::Relaxed);
        Ok(length)
    }
}
