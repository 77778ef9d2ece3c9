//! Which records are to get back what Spotler had of them, and from which run.

use super::Memory;
use crate::crm::RecordRef;
use crate::ports::Ports;

/// Records to restore, by record.
const RESTORES: &str = "restores";

impl<P: Ports> Memory<'_, P> {
    /// The run from which a record is to be restored: none at all where it is not
    /// to be, and an inner none for the latest snapshot.
    pub fn restore(&self, reference: &RecordRef) -> Option<Option<String>> {
        self.read(RESTORES, &reference.key())
    }

    /// Remembers that a record is to be restored.
    pub fn keep_restore(&self, reference: &RecordRef, run: Option<&str>) {
        self.write(RESTORES, &reference.key(), &run);
    }

    /// Forgets it: it is done, or cannot be.
    pub fn end_restore(&self, reference: &RecordRef) {
        self.ports.delete(RESTORES, &reference.key());
    }
}
