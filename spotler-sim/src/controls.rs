//! The controls of a handle: faults and clock.

use std::time::Duration;

use crate::clock::{Clock, instant_ms};
use crate::error::SimError;
use crate::faults::{Fault, FaultRule, When};
use crate::handle::SimHandle;

/// Makes requests go wrong.
#[derive(Clone, Copy, Debug)]
pub struct FaultControl<'a> {
    pub(crate) sim: &'a SimHandle,
}

impl FaultControl<'_> {
    /// The next request goes wrong, whichever it is.
    pub fn next(&self, fault: Fault) {
        self.next_on("*", 1, fault);
    }

    /// The next so many requests of this pattern go wrong.
    pub fn next_on(&self, pattern: &str, times: u64, fault: Fault) {
        self.add(FaultRule {
            on: pattern.to_owned(),
            when: When::Next { times },
            fault,
        });
    }

    /// All requests of this pattern go wrong.
    pub fn always_on(&self, pattern: &str, fault: Fault) {
        self.add(FaultRule {
            on: pattern.to_owned(),
            when: When::Always,
            fault,
        });
    }

    /// Adds a rule.
    pub fn add(&self, rule: FaultRule) {
        self.sim.lock().faults.add(rule);
    }

    /// The rules in force, used-up ones included.
    pub fn rules(&self) -> Vec<FaultRule> {
        self.sim.lock().faults.rules()
    }

    /// Removes all rules; what is held stays held.
    pub fn clear(&self) {
        self.sim.lock().faults.clear();
    }

    /// How many requests are held.
    pub fn held(&self) -> u64 {
        self.sim.gate().waiting()
    }

    /// Waits until so many requests are held; false if that takes longer than the deadline.
    pub async fn until_held(&self, count: u64, deadline: Duration) -> bool {
        let enough = self.sim.gate().until_waiting(count);
        tokio::time::timeout(deadline, enough).await.is_ok()
    }

    /// Lets everything go that is held.
    pub fn release(&self) {
        self.sim.gate().release(u64::MAX);
    }

    /// Lets the longest-held request go.
    pub fn release_one(&self) {
        self.sim.gate().release(1);
    }
}

/// Moves the virtual clock.
#[derive(Clone, Copy, Debug)]
pub struct ClockControl<'a> {
    pub(crate) sim: &'a SimHandle,
}

impl ClockControl<'_> {
    /// The virtual time in milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        self.sim.lock().clock.now_ms()
    }

    /// Sets the time; what was due in between happens, each thing at its own time.
    pub fn set_ms(&self, at_ms: i64) {
        self.sim.lock().advance_to(at_ms);
    }

    /// Sets the time given as ISO 8601 with an offset.
    pub fn set(&self, iso: &str) -> Result<(), SimError> {
        let at_ms = instant_ms(iso).ok_or_else(|| SimError::ClockStart(iso.to_owned()))?;
        self.set_ms(at_ms);
        Ok(())
    }

    /// Moves the time on; what was due in between happens, each thing at its own time.
    pub fn advance_s(&self, seconds: i64) {
        let mut state = self.sim.lock();
        let at_ms = state.clock.now_ms() + seconds * 1000;
        state.advance_to(at_ms);
    }

    /// Stops the clock where it is.
    pub fn freeze(&self) {
        let mut state = self.sim.lock();
        state.clock = Clock::Frozen(state.clock.now_ms());
    }
}
