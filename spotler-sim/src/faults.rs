//! Faults on demand: which request goes wrong, and how.

use serde::{Deserialize, Serialize};

/// How a request goes wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Refused with a status before any work.
    Status {
        /// The status.
        status: u16,
        /// The header `Retry-After`.
        #[serde(default)]
        retry_after_s: Option<u64>,
        /// The error body's `errorType`; absent: an empty body.
        #[serde(default)]
        error_type: Option<String>,
    },
    /// The work is done, and the answer is a bare status all the same.
    StatusAfterWork {
        /// The status.
        status: u16,
    },
    /// The connection is reset before any work.
    ResetBeforeWork,
    /// The work is done, then the connection is reset without an answer.
    ResetAfterWork,
    /// The work is done; half of the answer's body arrives, then the connection closes.
    TruncatedBody,
    /// The work is done; the answer's body is not JSON.
    GarbageBody,
    /// The work is done; the answer is sent twice on the same connection.
    AnsweredTwice,
    /// The work is done twice, as when a proxy repeats the request; the second answer is sent.
    DoneTwice,
    /// The answer waits this long in real time, after the work.
    Slow {
        /// How long.
        ms: u64,
    },
    /// The request is held before the work until released; the work is done even if the caller
    /// has gone.
    HangBeforeWork,
    /// The work is done; the answer is held until released.
    HangAfterWork,
    /// Of the contacts in a `POST contact/list`, every n-th is refused with this code.
    BulkItems {
        /// From 1: 2 refuses the second, the fourth and so on.
        every_nth: usize,
        /// The code, as `ERROR`.
        code: String,
    },
}

impl Fault {
    /// A bare status before any work.
    pub fn status(status: u16) -> Fault {
        Fault::Status {
            status,
            retry_after_s: None,
            error_type: None,
        }
    }

    /// 429 without `Retry-After`.
    pub fn too_many_requests() -> Fault {
        Fault::status(429)
    }

    /// 429 with `Retry-After`.
    pub fn retry_after(retry_after_s: u64) -> Fault {
        Fault::Status {
            status: 429,
            retry_after_s: Some(retry_after_s),
            error_type: None,
        }
    }
}

/// Which requests go wrong, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FaultRule {
    /// Method and path after the prefix, as `POST /contact/list` or `GET /contact/*`; `*` stands
    /// for anything, slashes included.
    #[serde(default = "anything")]
    pub on: String,
    /// Which of the matching requests.
    #[serde(default)]
    pub when: When,
    /// How.
    pub fault: Fault,
}

fn anything() -> String {
    "*".to_owned()
}

/// Which of the matching requests go wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// So many, starting with the next one.
    Next {
        /// How many.
        times: u64,
    },
    /// So many, after some that go well.
    After {
        /// How many go well first.
        skip: u64,
        /// How many go wrong then.
        times: u64,
    },
    /// Every n-th.
    EveryNth {
        /// From 1, which is all of them.
        n: u64,
    },
    /// By chance, the same in every run with the same seed.
    Chance {
        /// Out of a thousand.
        per_mille: u64,
        /// The seed.
        seed: u64,
    },
    /// All of them.
    Always,
}

impl Default for When {
    fn default() -> When {
        When::Next { times: 1 }
    }
}

/// The rules in force.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    rules: Vec<(FaultRule, u64)>,
}

impl Faults {
    pub(crate) fn add(&mut self, rule: FaultRule) {
        self.rules.push((rule, 0));
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }

    pub(crate) fn rules(&self) -> Vec<FaultRule> {
        self.rules.iter().map(|(rule, _)| rule.clone()).collect()
    }

    /// The fault for this request; the first rule that wants it wins, the others still count it.
    pub(crate) fn pick(&mut self, method: &str, path: &str) -> Option<Fault> {
        let line = format!("{method} {path}");
        let mut picked = None;
        for (rule, seen) in &mut self.rules {
            if !matches(&rule.on, &line, path) || (picked.is_some() && rule.when.is_counted_down())
            {
                continue;
            }
            *seen += 1;
            if picked.is_none() && rule.when.wants(*seen) {
                picked = Some(rule.fault.clone());
            }
        }
        picked
    }
}

impl When {
    fn wants(&self, seen: u64) -> bool {
        match *self {
            When::Next { times } => seen <= times,
            When::After { skip, times } => seen > skip && seen <= skip + times,
            When::EveryNth { n } => n > 0 && seen.is_multiple_of(n),
            When::Chance { per_mille, seed } => mix(seed, seen) % 1000 < per_mille,
            When::Always => true,
        }
    }

    /// Whether a request that another rule took must not use up a turn of this one.
    fn is_counted_down(&self) -> bool {
        matches!(self, When::Next { .. })
    }
}

/// A number that looks random and depends on nothing else.
fn mix(seed: u64, turn: u64) -> u64 {
    let mut it = seed.wrapping_add(turn.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    it = (it ^ (it >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    it = (it ^ (it >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    it ^ (it >> 31)
}

/// Whether a request's line (or its path alone) has this pattern.
pub(crate) fn matches(pattern: &str, line: &str, path: &str) -> bool {
    let subject = if pattern.starts_with('/') { path } else { line };
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = subject.strip_prefix(first) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_method_and_path() {
        let line = "POST /contact/list";
        for pattern in [
            "*",
            "POST *",
            "POST /contact/list",
            "/contact/list",
            "/contact/*",
            "* /contact/*st",
        ] {
            assert!(matches(pattern, line, "/contact/list"), "{pattern}");
        }
        for pattern in ["GET *", "/contact", "POST /contact", "/templist*"] {
            assert!(!matches(pattern, line, "/contact/list"), "{pattern}");
        }
    }

    #[test]
    fn rules_pick_by_count_by_turn_and_by_seeded_chance() {
        let picks = |when: When| -> Vec<bool> {
            let mut faults = Faults::default();
            faults.add(FaultRule {
                on: "/a".to_owned(),
                when,
                fault: Fault::status(500),
            });
            (0..6).map(|_| faults.pick("GET", "/a").is_some()).collect()
        };
        assert_eq!(
            picks(When::Next { times: 2 }),
            [true, true, false, false, false, false]
        );
        assert_eq!(
            picks(When::After { skip: 1, times: 2 }),
            [false, true, true, false, false, false]
        );
        assert_eq!(
            picks(When::EveryNth { n: 3 }),
            [false, false, true, false, false, true]
        );
        let chance = When::Chance {
            per_mille: 500,
            seed: 7,
        };
        assert_eq!(picks(chance.clone()), picks(chance.clone()));
        assert!(picks(chance.clone()).contains(&true) && picks(chance).contains(&false));
    }

    #[test]
    fn a_second_rule_waits_its_turn() {
        let mut faults = Faults::default();
        for status in [500, 503] {
            faults.add(FaultRule {
                on: "*".to_owned(),
                when: When::default(),
                fault: Fault::status(status),
            });
        }
        let picked = [(); 3].map(|()| faults.pick("GET", "/a"));
        assert_eq!(
            picked,
            [Some(Fault::status(500)), Some(Fault::status(503)), None]
        );
    }
}
