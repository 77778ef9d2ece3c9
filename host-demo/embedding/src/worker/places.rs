//! How many places each tenant may take: pure.

use crate::Timestamp;
use crate::pace::{Allowance, Paces};
use std::collections::HashMap;

/// The places of a worker while it chooses.
pub(super) struct Places {
    most: usize,
    all: usize,
    unwell: usize,
    of_tenant: HashMap<String, usize>,
    paces: Paces,
    now: Timestamp,
}

impl Places {
    /// With what is under way already.
    pub(super) fn new(
        under_way: &HashMap<String, usize>,
        paces: &Paces,
        most: usize,
        now: Timestamp,
    ) -> Self {
        let is_unwell = |tenant: &String| paces.allowance(tenant, now).is_unwell;
        Self {
            most,
            all: under_way.values().sum(),
            unwell: under_way
                .iter()
                .filter(|(tenant, _)| is_unwell(tenant))
                .map(|(_, count)| count)
                .sum(),
            of_tenant: under_way.clone(),
            paces: paces.clone(),
            now,
        }
    }

    fn allowance(&self, tenant: &str) -> Allowance {
        self.paces.allowance(tenant, self.now)
    }

    /// Whether Spotler asked for a pause.
    pub(super) fn is_paused(&self, tenant: &str) -> bool {
        self.paces.paused_until(tenant) > self.now
    }

    /// Whether a tenant may have one call more: at most half of what the others
    /// leave, at most its pace, and all unwell ones together at most half. One
    /// that pauses may have one, for its settings.
    pub(super) fn has_room(&self, tenant: &str) -> bool {
        let own = self.of_tenant.get(tenant).copied().unwrap_or(0);
        let left_by_others = self.most.saturating_sub(self.all - own);
        let Allowance { calls, is_unwell } = self.allowance(tenant);
        let fits = own < calls.max(1) && own < (left_by_others / 2).max(1);
        fits && (!is_unwell || self.unwell < (self.most / 2).max(1))
    }

    /// A tenant has one call more.
    pub(super) fn take(&mut self, tenant: &str) {
        *self.of_tenant.entry(tenant.to_owned()).or_default() += 1;
        self.all += 1;
        if self.allowance(tenant).is_unwell {
            self.unwell += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TenantId;
    use crate::pace::Answered;

    fn take_all(places: &mut Places, tenant: &str) -> usize {
        let mut taken = 0;
        while places.has_room(tenant) {
            places.take(tenant);
            taken += 1;
        }
        taken
    }

    fn places(paces: &Paces, most: usize) -> Places {
        Places::new(&HashMap::new(), paces, most, 1_000)
    }

    #[test]
    fn a_tenant_takes_at_most_half_of_what_the_others_leave() {
        let mut it = places(&Paces::new(32), 32);
        let taken: Vec<usize> = ["a", "b", "c", "d", "e"]
            .iter()
            .map(|tenant| take_all(&mut it, tenant))
            .collect();
        assert_eq!(taken, [16, 8, 4, 2, 1]);
        assert!(it.has_room("f"), "there is room for one more");
        assert_eq!(take_all(&mut places(&Paces::new(1), 1), "a"), 1);
    }

    #[test]
    fn unwell_tenants_get_one_place_each_and_half_of_all_together() {
        let paces = Paces::new(8);
        let names: Vec<String> = (0..8).map(|it| format!("ill-{it}")).collect();
        for name in &names {
            let tenant = TenantId::new(name.as_str()).expect("a name");
            for at in 1..=3 {
                paces.note(&tenant, Answered::Badly(None), at, at);
            }
        }
        let mut it = places(&paces, 8);
        let ill: Vec<usize> = names.iter().map(|name| take_all(&mut it, name)).collect();
        assert_eq!(ill, [1, 1, 1, 1, 0, 0, 0, 0]);
        assert_eq!(take_all(&mut it, "healthy"), 2);
        assert!(it.has_room("another"));
    }
}
