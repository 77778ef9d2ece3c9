//! How fast each tenant goes, so that one whose Spotler hangs or refuses slows
//! nobody else down. Pure: what time it is is an argument.
//!
//! Calls at the same time grow by one for each round of good calls, and are
//! halved when Spotler says that it has had enough (429), fails (5xx) or does
//! not answer: additive increase, multiplicative decrease. A tenant that is down
//! to one is *unwell*; all unwell tenants together get at most half of the
//! worker's places, so that healthy ones always have room.

use crate::clock::Clock;
use crate::rate::{Bucket, Rate};
use crate::{TenantId, Timestamp};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Longest pause that a Retry-After makes, in milliseconds: after that the
/// tenant is tried once, whatever was said.
const LONGEST_PAUSE_MS: u64 = 3_600_000;

/// How Spotler answered one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answered {
    /// In any way that says nothing against the pace.
    Well,
    /// 429, 5xx, or not at all in time; how many seconds to wait, where it said so.
    Badly(Option<u64>),
}

impl Answered {
    /// Reads the head of an answer.
    pub(crate) fn read(status: http::StatusCode, headers: &http::HeaderMap) -> Self {
        if status != http::StatusCode::TOO_MANY_REQUESTS && !status.is_server_error() {
            return Self::Well;
        }
        let named = headers.get(http::header::RETRY_AFTER);
        // A date is left to the component, which knows Spotler's clock.
        Self::Badly(named.and_then(|it| it.to_str().ok()?.trim().parse().ok()))
    }
}

/// The pace of one tenant.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Pace {
    /// Calls at the same time, in parts.
    calls: f64,
    /// A request that began before this was answered cannot halve again.
    halved_at: Timestamp,
    /// Nothing starts before this.
    paused_until: Timestamp,
}

impl Pace {
    fn new(most: usize) -> Self {
        Self {
            calls: as_f64(most),
            halved_at: 0,
            paused_until: 0,
        }
    }

    fn note(&mut self, answered: Answered, began: Timestamp, now: Timestamp, most: usize) {
        match answered {
            Answered::Well => {
                self.calls = (self.calls + 1.0 / self.calls).min(as_f64(most));
            }
            Answered::Badly(seconds) => {
                // What was under way together fails together: that is one sign.
                if began >= self.halved_at {
                    self.calls = (self.calls / 2.0).max(1.0);
                    self.halved_at = now;
                }
                if let Some(seconds) = seconds {
                    let pause = seconds.saturating_mul(1_000).min(LONGEST_PAUSE_MS);
                    self.paused_until = self.paused_until.max(now + pause);
                }
            }
        }
    }

    fn is_unwell(&self) -> bool {
        self.calls < 2.0
    }
}

fn as_f64(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// The paces of all tenants of a process. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Paces {
    most: usize,
    tenants: Arc<Mutex<HashMap<String, Pace>>>,
    /// Of the tenants that have a rate, and made requests of late.
    buckets: Arc<Mutex<HashMap<String, Bucket>>>,
}

/// What a tenant may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Allowance {
    /// Calls at the same time.
    pub(crate) calls: usize,
    /// It shares its places with the others that are.
    pub(crate) is_unwell: bool,
}

impl Paces {
    /// No tenant has more than this many calls at the same time.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most: most.max(1),
            tenants: Arc::default(),
            buckets: Arc::default(),
        }
    }

    fn with<T>(&self, work: impl FnOnce(&mut HashMap<String, Pace>) -> T) -> T {
        work(&mut self.tenants.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A request that began then was answered now.
    pub(crate) fn note(
        &self,
        tenant: &TenantId,
        answered: Answered,
        began: Timestamp,
        now: Timestamp,
    ) {
        let fresh = Pace::new(self.most);
        self.with(|tenants| {
            let known = tenants.get(tenant.as_str()).copied();
            let mut pace = known.unwrap_or(fresh);
            pace.note(answered, began, now, self.most);
            // Nothing is remembered of a tenant that goes at full pace: the map
            // holds those in trouble, not all there are.
            if pace.calls >= fresh.calls && pace.paused_until <= now {
                tenants.remove(tenant.as_str());
            } else {
                tenants.insert(tenant.as_str().to_owned(), pace);
            }
        });
    }

    /// A request of a tenant with a rate goes out.
    pub(crate) fn spend(&self, tenant: &TenantId, rate: Rate, now: Timestamp) {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.retain(|name, it| name == tenant.as_str() || !it.is_full(now));
        let bucket = buckets.entry(tenant.as_str().to_owned());
        bucket.or_insert_with(|| Bucket::new(rate)).take(rate, now);
    }

    /// From when on a tenant has a token; 0 where it has no rate.
    fn has_token_at(&self, tenant: &str) -> Timestamp {
        let buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.get(tenant).map_or(0, Bucket::has_token_at)
    }

    /// What a tenant may start now.
    pub(crate) fn allowance(&self, tenant: &str, now: Timestamp) -> Allowance {
        let pace = self.with(|tenants| tenants.get(tenant).copied());
        let pace = pace.unwrap_or_else(|| Pace::new(self.most));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 1 and `most`"
        )]
        let calls = pace.calls as usize;
        Allowance {
            calls: if self.paused_until(tenant) > now {
                0
            } else {
                calls
            },
            is_unwell: self.most > 1 && pace.is_unwell(),
        }
    }

    /// Until when a tenant pauses, because Spotler said so or because its rate is
    /// used up; 0 where it does not.
    pub(crate) fn paused_until(&self, tenant: &str) -> Timestamp {
        let said = self.with(|tenants| tenants.get(tenant).map_or(0, |it| it.paused_until));
        said.max(self.has_token_at(tenant))
    }

    /// How long a tenant waits for nothing but a token, in milliseconds.
    pub(crate) fn waits_for_a_token(&self, tenant: &str, now: Timestamp) -> Option<u64> {
        let token = self.has_token_at(tenant);
        (token > now && self.paused_until(tenant) == token).then(|| token - now)
    }

    /// Whether any tenant goes at less than full pace.
    pub(crate) fn any_in_trouble(&self) -> bool {
        let buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        !buckets.is_empty() || self.with(|tenants| !tenants.is_empty())
    }

    /// Another connection, another pace: the settings were saved.
    pub(crate) fn forget(&self, tenant: &TenantId) {
        self.with(|tenants| tenants.remove(tenant.as_str()));
    }
}

/// The pace of the tenant of one call, and the clock.
#[derive(Clone)]
pub(crate) struct Paced {
    pub(crate) paces: Paces,
    pub(crate) tenant: TenantId,
    pub(crate) clock: Arc<dyn Clock>,
    /// How many requests the tenant may make; none: as many as it likes.
    pub(crate) rate: Option<Rate>,
}

impl Paced {
    /// A request goes out.
    pub(crate) fn begin(self) -> Waiting {
        let now = self.clock.now();
        if let Some(rate) = self.rate {
            self.paces.spend(&self.tenant, rate, now);
        }
        Waiting {
            began: now,
            paced: self,
            is_answered: false,
        }
    }
}

/// A request that is under way. Dropped without an answer, for whatever reason,
/// it counts as one that was not answered.
pub(crate) struct Waiting {
    paced: Paced,
    began: Timestamp,
    is_answered: bool,
}

impl Waiting {
    /// The head of the answer has come.
    pub(crate) fn end(mut self, status: http::StatusCode, headers: &http::HeaderMap) {
        self.note(Answered::read(status, headers));
    }

    fn note(&mut self, answered: Answered) {
        let Paced {
            paces,
            tenant,
            clock,
            ..
        } = &self.paced;
        paces.note(tenant, answered, self.began, clock.now());
        self.is_answered = true;
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if !self.is_answered {
            self.note(Answered::Badly(None));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acme() -> TenantId {
        TenantId::new("acme").expect("a name")
    }

    fn calls(paces: &Paces, now: Timestamp) -> usize {
        paces.allowance("acme", now).calls
    }

    #[test]
    fn a_pace_is_halved_at_once_and_comes_back_slowly() {
        let paces = Paces::new(8);
        assert_eq!(calls(&paces, 0), 8);
        paces.note(&acme(), Answered::Badly(None), 10, 20);
        assert_eq!(calls(&paces, 20), 4);
        paces.note(&acme(), Answered::Badly(None), 15, 21);
        assert_eq!(calls(&paces, 21), 4, "it was under way already");
        paces.note(&acme(), Answered::Badly(None), 30, 40);
        paces.note(&acme(), Answered::Badly(None), 50, 60);
        paces.note(&acme(), Answered::Badly(None), 70, 80);
        let down = paces.allowance("acme", 80);
        assert_eq!((down.calls, down.is_unwell), (1, true));
        let mut good = 0;
        while calls(&paces, 100) < 8 {
            paces.note(&acme(), Answered::Well, 90, 100);
            good += 1;
        }
        assert!((20..=40).contains(&good), "1 + 2 + … + 7 calls: {good}");
        assert!(paces.with(|it| it.is_empty()), "nothing is left of it");
    }

    #[test]
    fn a_retry_after_is_obeyed_up_to_an_hour() {
        let paces = Paces::new(8);
        paces.note(&acme(), Answered::Badly(Some(30)), 0, 1_000);
        assert_eq!(calls(&paces, 30_999), 0);
        assert_eq!(paces.paused_until("acme"), 31_000);
        assert_eq!(calls(&paces, 31_000), 4);
        assert_eq!(paces.allowance("other", 1_000).calls, 8);
        paces.note(&acme(), Answered::Badly(Some(u64::MAX)), 31_000, 31_000);
        assert_eq!(paces.paused_until("acme"), 31_000 + LONGEST_PAUSE_MS);
        paces.forget(&acme());
        assert_eq!(calls(&paces, 31_000), 8);
    }

    #[test]
    fn a_rate_that_is_used_up_is_a_pause_of_that_tenant() {
        let paces = Paces::new(8);
        let rate = Rate {
            per_second: 2,
            burst: 1,
        };
        for _ in 0..4 {
            paces.spend(&acme(), rate, 1_000);
        }
        assert!(paces.any_in_trouble());
        assert_eq!(paces.paused_until("acme"), 3_000);
        assert_eq!((calls(&paces, 2_999), calls(&paces, 3_000)), (0, 8));
        assert_eq!(paces.allowance("other", 1_000).calls, 8);
        paces.forget(&acme());
        assert_eq!(calls(&paces, 2_999), 0, "new settings are no new rate");
        let other = TenantId::new("other").expect("a name");
        paces.spend(&other, rate, 4_000);
        assert_eq!(paces.paused_until("acme"), 0, "nothing is left of it");
    }

    #[test]
    fn only_too_many_requests_and_errors_of_the_server_count_against_the_pace() {
        let mut headers = http::HeaderMap::new();
        for fine in [200, 204, 302, 400, 401, 403, 404, 417] {
            let status = http::StatusCode::from_u16(fine).expect("a status");
            assert_eq!(Answered::read(status, &headers), Answered::Well, "{fine}");
        }
        let busy = http::StatusCode::TOO_MANY_REQUESTS;
        assert_eq!(Answered::read(busy, &headers), Answered::Badly(None));
        headers.insert("retry-after", http::HeaderValue::from_static(" 7 "));
        assert_eq!(Answered::read(busy, &headers), Answered::Badly(Some(7)));
        let down = http::StatusCode::SERVICE_UNAVAILABLE;
        assert_eq!(Answered::read(down, &headers), Answered::Badly(Some(7)));
    }
}
