//! What is remembered of a record when its call ends.

use super::Visit;
use crate::memory::Lock;
use crate::outcome::Answer;
use crate::ports::Ports;
use crate::settle::Settled;

impl<P: Ports> Visit<'_, P> {
    /// Remembers what the end says, and gives the answer.
    pub(crate) fn keep(&self, settled: Settled) -> Answer {
        let reference = &self.case.record.reference;
        if let Some(link) = &settled.link {
            let before = self.case.link.as_ref();
            if before != Some(link) {
                self.memory.keep_link(reference, link);
            }
            let old = before.and_then(|it| it.address.as_deref());
            let new = link.address.as_deref();
            if let Some(old) = old.filter(|_| old != new) {
                self.memory.free_address(old, reference);
                let withdrawals = link.withdrawals();
                if !withdrawals.is_empty() {
                    self.memory.keep_withdrawals(old, &withdrawals);
                }
            }
            if let Some(new) = new {
                self.memory.keep_owner(new, reference);
            }
        }
        if let Some((address, kind)) = &settled.tombstone {
            let lock = Lock {
                kind: *kind,
                at: self.now,
            };
            self.memory.keep_tombstone(address, &lock);
        }
        let lock_lifted =
            self.case.is_reactivated() && settled.link.as_ref().is_some_and(|it| it.lock.is_none());
        if lock_lifted
            && let Some(address) = settled.link.as_ref().and_then(|it| it.address.as_deref())
        {
            self.memory.end_tombstone(address);
        }
        if settled.ends_wish {
            self.memory.end_wish(reference);
        }
        settled.into_answer(reference)
    }
}
