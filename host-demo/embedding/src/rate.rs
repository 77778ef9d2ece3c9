//! How many requests a tenant makes to Spotler in a second: a token bucket for
//! each tenant that has a rate. The bucket is pure; what time it is is an argument.
//!
//! A request never waits for its token, because a call that waits runs into its own
//! deadline. It takes the token, into debt if there is none left, and while a tenant
//! is in debt no new call of it begins. So the rate holds over any longer time, and
//! what goes over it for a moment is at most what the calls under way still ask.

use crate::queue::stored;
use crate::store::StoreError;
use crate::{Connection, TenantId, Timestamp, own_limits};
use serde::Serialize;

/// How many requests a tenant makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Rate {
    /// Requests in a second, at least 1.
    pub per_second: u32,
    /// How many may go out at once after a pause, at least 1.
    pub burst: u32,
}

/// The bucket of one tenant: when it would be full again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bucket {
    rate: Rate,
    /// In milliseconds, with parts.
    full_at: f64,
}

impl Bucket {
    /// A full one.
    pub(crate) fn new(rate: Rate) -> Self {
        Self { rate, full_at: 0.0 }
    }

    /// The time that one token takes to come back, in milliseconds.
    fn interval(&self) -> f64 {
        1_000.0 / f64::from(self.rate.per_second.max(1))
    }

    /// Takes a token, at a rate that may be new.
    pub(crate) fn take(&mut self, rate: Rate, now: Timestamp) {
        self.rate = rate;
        self.full_at = self.full_at.max(in_parts(now)) + self.interval();
    }

    /// From when on a token is there.
    pub(crate) fn has_token_at(&self) -> Timestamp {
        let tokens = f64::from(self.rate.burst.max(1));
        // The last token may be taken: what is left may be nothing, not less.
        let at = self.full_at - (tokens - 1.0) * self.interval();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a moment; negative becomes 0"
        )]
        let at = at.ceil() as u64;
        at
    }

    /// Whether it is full, so that nothing need be remembered of it.
    pub(crate) fn is_full(&self, now: Timestamp) -> bool {
        self.full_at <= in_parts(now)
    }
}

#[expect(clippy::cast_precision_loss, reason = "exact for some 285,000 years")]
fn in_parts(at: Timestamp) -> f64 {
    at as f64
}

/// Saves the rate of a tenant; none: the host's own rate
/// ([`HostConfig::rate`](crate::HostConfig)).
///
/// # Errors
/// [`StoreError`]: nothing was saved.
pub async fn save(
    connection: &mut Connection,
    tenant: &TenantId,
    rate: Option<Rate>,
) -> Result<(), StoreError> {
    let Some(rate) = rate else {
        sqlx::query("DELETE FROM koppel_rate WHERE tenant = $1")
            .bind(tenant.as_str())
            .execute(connection)
            .await?;
        return Ok(());
    };
    sqlx::query(
        "INSERT INTO koppel_rate (tenant, per_second, burst) VALUES ($1, $2, $3)
         ON CONFLICT (tenant) DO UPDATE SET per_second = excluded.per_second,
             burst = excluded.burst",
    )
    .bind(tenant.as_str())
    .bind(stored(u64::from(rate.per_second.max(1))))
    .bind(stored(u64::from(rate.burst.max(1))))
    .execute(connection)
    .await?;
    Ok(())
}

/// The rate of a tenant; none where it has none of its own.
///
/// # Errors
/// [`StoreError`] where the row cannot be read.
pub async fn load(
    connection: &mut Connection,
    tenant: &TenantId,
) -> Result<Option<Rate>, StoreError> {
    Ok(own_limits::load_with_rate(connection, tenant).await?.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate {
        per_second: 4,
        burst: 3,
    };

    #[test]
    fn a_burst_goes_out_at_once_and_what_is_owed_is_waited_for() {
        let mut bucket = Bucket::new(RATE);
        assert_eq!(bucket.has_token_at(), 0, "full from the start");
        let now = 1_000_000;
        for _ in 0..2 {
            bucket.take(RATE, now);
            assert!(bucket.has_token_at() <= now);
        }
        bucket.take(RATE, now);
        assert_eq!(bucket.has_token_at(), now + 250, "the third was the last");
        for _ in 0..8 {
            bucket.take(RATE, now);
        }
        assert_eq!(bucket.has_token_at(), now + 9 * 250, "eight in debt");
        assert!(!bucket.is_full(now + 10 * 250) && bucket.is_full(now + 11 * 250));
    }

    #[test]
    fn over_a_longer_time_the_rate_holds() {
        let mut bucket = Bucket::new(RATE);
        let (mut now, mut taken) = (5_000, 0);
        while now < 65_000 {
            bucket.take(RATE, now);
            taken += 1;
            now = now.max(bucket.has_token_at());
        }
        assert!((240..=243).contains(&taken), "60 s at 4 a second: {taken}");
    }

    #[test]
    fn a_new_rate_holds_from_the_next_request_on() {
        let mut bucket = Bucket::new(RATE);
        for _ in 0..5 {
            bucket.take(RATE, 0);
        }
        let fast = Rate {
            per_second: 1_000,
            burst: 2_000,
        };
        bucket.take(fast, 0);
        assert_eq!(bucket.has_token_at(), 0);
    }
}
