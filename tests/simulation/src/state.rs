//! What is kept: the CRM, the component's memory and the queue, in one store. A
//! commit is on the disk when it is done, or it is gone when the power fails.

use std::collections::BTreeMap;

use crate::crm::Crm;
use crate::queue::Queue;

/// A bucket and a key.
pub(crate) type Key = (String, String);

/// Everything that a commit changes together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept {
    pub(crate) crm: Crm,
    pub(crate) queue: Queue,
    /// Each value with the number of its last change.
    pub(crate) memory: BTreeMap<Key, (u64, Vec<u8>)>,
    pub(crate) last_change: u64,
}

/// So many commits lie between two checkpoints.
const CHECKPOINT: u32 = 40;

/// The store: as it is, and, where it does not sync every commit, as it is on
/// the disk.
#[derive(Clone, Debug, Default)]
pub(crate) struct Store {
    pub(crate) kept: Kept,
    on_disk: Option<Box<Kept>>,
    since: u32,
}

impl Store {
    /// One that syncs at checkpoints only.
    pub(crate) fn that_syncs_late() -> Self {
        Self {
            on_disk: Some(Box::default()),
            ..Self::default()
        }
    }

    /// A commit ends here.
    pub(crate) fn committed(&mut self) {
        self.since += 1;
        if let Some(on_disk) = &mut self.on_disk
            && self.since >= CHECKPOINT
        {
            **on_disk = self.kept.clone();
            self.since = 0;
        }
    }

    /// Everything is written to the disk.
    pub(crate) fn checkpoint(&mut self) {
        self.since = CHECKPOINT;
        self.committed();
    }

    /// The power fails: what was not synced is gone.
    pub(crate) fn power_fails(&mut self) {
        if let Some(on_disk) = &self.on_disk {
            self.kept = (**on_disk).clone();
        }
    }
}
