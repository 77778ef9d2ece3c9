//! How well the connector does: how long things wait, what became of the last
//! calls, what they cost, and how fast an opt-out arrives.

use std::collections::BTreeMap;

use super::{desk::DemoCrm, error::StoreError, rows};

/// So many of the last calls are counted.
const CALLS: i64 = 1_000;
/// Opt-outs of so many days are looked at.
const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// At most so many opt-outs are looked at.
const OPT_OUTS: i64 = 1_000;

/// What became of the last calls.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Calls {
    /// How many ended with which outcome and reason.
    pub outcomes: BTreeMap<(String, String), u64>,
    /// Requests to Spotler by method and path.
    pub requests: BTreeMap<String, u64>,
    /// Calls that needed no request.
    pub without_request: u64,
}

/// How long opt-outs that were recorded in the CRM took until Spotler had
/// confirmed them, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latency {
    /// How many were measured.
    pub measured: usize,
    /// Half of them took at most so long.
    pub p50_ms: u64,
    /// 95 of 100 took at most so long.
    pub p95_ms: u64,
}

impl Latency {
    /// From the single times.
    pub fn of(mut times: Vec<u64>) -> Self {
        times.sort_unstable();
        let at = |percent: usize| {
            let place = (times.len() * percent).div_ceil(100).saturating_sub(1);
            times.get(place).copied().unwrap_or_default()
        };
        Self {
            measured: times.len(),
            p50_ms: at(50),
            p95_ms: at(95),
        }
    }
}

impl DemoCrm {
    /// When the event that waits longest happened; none where nothing waits.
    pub async fn oldest_waiting(&self) -> Result<Option<u64>, StoreError> {
        let oldest: Option<i64> =
            sqlx::query_scalar("SELECT min(occurred_at) FROM koppel_event WHERE tenant = $1")
                .bind(self.tenant.as_str())
                .fetch_one(self.store.readers())
                .await?;
        Ok(oldest.map(i64::unsigned_abs))
    }

    /// What became of the last 1,000 calls.
    pub async fn last_calls(&self) -> Result<Calls, StoreError> {
        let rows: Vec<(String, String, String)> = sqlx::query_as(
            "SELECT outcome, reason, requests FROM koppel_history
             WHERE tenant = $1 ORDER BY id DESC LIMIT $2",
        )
        .bind(self.tenant.as_str())
        .bind(CALLS)
        .fetch_all(self.store.readers())
        .await?;
        let mut calls = Calls::default();
        for (outcome, reason, requests) in rows {
            *calls.outcomes.entry((outcome, reason)).or_default() += 1;
            let requests: BTreeMap<String, u64> =
                serde_json::from_str(&requests).map_err(|_| StoreError::Unreadable("requests"))?;
            calls.without_request += u64::from(requests.is_empty());
            for (path, number) in requests {
                *calls.requests.entry(path).or_default() += number;
            }
        }
        Ok(calls)
    }

    /// How long the opt-outs of the last seven days took to arrive.
    pub async fn opt_out_latency(&self) -> Result<Latency, StoreError> {
        let since = self.now().saturating_sub(7 * DAY_MS);
        let times: Vec<i64> = sqlx::query_scalar(
            "SELECT min(h.ended_at) - o.mail_changed_at FROM
               (SELECT kind, id, mail_changed_at FROM crm_records
                WHERE tenant = $1 AND mail_allowed = 0 AND mail_origin = 'crm'
                  AND mail_changed_at >= $2
                ORDER BY mail_changed_at DESC LIMIT $3) AS o
             JOIN koppel_history AS h ON h.tenant = $1 AND h.subject = o.kind || '/' || o.id
               AND h.outcome = 'synced' AND h.ended_at >= o.mail_changed_at
             GROUP BY o.kind, o.id, o.mail_changed_at",
        )
        .bind(self.tenant.as_str())
        .bind(rows::integer(since))
        .bind(OPT_OUTS)
        .fetch_all(self.store.readers())
        .await?;
        let times = times.into_iter().filter_map(|it| u64::try_from(it).ok());
        Ok(Latency::of(times.collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crm::testing::TestCrm;

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let of = |times: &[u64]| {
            let it = Latency::of(times.to_vec());
            (it.measured, it.p50_ms, it.p95_ms)
        };
        assert_eq!(of(&[]), (0, 0, 0));
        assert_eq!(of(&[7]), (1, 7, 7));
        assert_eq!(of(&[4, 1, 3, 2]), (4, 2, 4));
        let hundred: Vec<u64> = (1..=100).collect();
        assert_eq!(of(&hundred), (100, 50, 95));
    }

    #[tokio::test]
    async fn an_opt_out_is_measured_until_it_was_confirmed() {
        let it = TestCrm::open().await;
        let anna = it.contact("p1").await;
        it.clock.advance(std::time::Duration::from_secs(10));
        it.crm.set_mail(&anna, false).await.expect("saved");
        let said = i64::try_from(it.crm.now()).expect("a time");
        for (outcome, after) in [("deferred", 1_000), ("synced", 3_000), ("synced", 9_000)] {
            let (outcome, at) = (outcome.to_owned(), said + after);
            it.crm
                .write(move |connection, tenant| {
                    Box::pin(async move {
                        sqlx::query(
                            "INSERT INTO koppel_history (tenant, event, hook, subject, attempt,
                                outcome, reason, about, why, requests, started_at, ended_at)
                             VALUES ($1, 'e', 'on-contact-saved', 'contact/p1', 1, $2,
                                'updated', '[]', '[]', '{\"PUT /contact\":2}', $3, $3)",
                        )
                        .bind(tenant)
                        .bind(outcome)
                        .bind(at)
                        .execute(connection)
                        .await?;
                        Ok::<_, StoreError>(())
                    })
                })
                .await
                .expect("written");
        }
        let latency = it.crm.opt_out_latency().await.expect("read");
        assert_eq!((latency.measured, latency.p50_ms), (1, 3_000));
        let calls = it.crm.last_calls().await.expect("read");
        assert_eq!(calls.requests.get("PUT /contact"), Some(&6));
        assert_eq!(calls.without_request, 0);
        assert_eq!(it.crm.oldest_waiting().await.expect("read"), Some(11_000));
    }
}
