//! The permissions of a draft: for each what the table of `consent` says.

use std::collections::BTreeMap;

use super::Draft;
use crate::change::CrmChange;
use crate::codes;
use crate::consent::{self, Trust, Verdict};
use crate::crm::{Consent, Origin, Timestamp};
use crate::decide::Case;
use crate::look;
use crate::memory::{BitMemory, Snapshot};
use crate::outcome::RuleApplied;
use crate::spotler::contact::SeenContact;

/// All permissions of a contact that is created: on where the CRM holds an
/// opt-in, and what was switched off for the address before stays off unless the
/// opt-in is newer.
pub(super) fn of_new(case: &Case<'_>) -> BTreeMap<u32, BitMemory> {
    let before = case.link.as_ref();
    let restored = before.and_then(|it| it.blanked.as_ref());
    let of_bit = |bit: u32| {
        let locked_at = before.and_then(|it| it.bit(bit).locked_at);
        let locked_at = locked_at.or_else(|| case.withdrawals.get(&bit).copied());
        let known = consent::Known {
            choice: case.record.choice(bit),
            memory: BitMemory {
                on: false,
                locked_at,
            },
            on: false,
        };
        let on = consent::judge(case.record, known, Trust::Known) == Verdict::Enable
            && may_be_restored(restored, &known);
        BitMemory {
            on,
            locked_at: locked_at.filter(|_| !on),
        }
    };
    let permissions = case.connection.permissions.iter();
    permissions.map(|it| (it.bit, of_bit(it.bit))).collect()
}

/// Writes the verdicts into the draft.
pub(super) fn change(
    case: &Case<'_>,
    seen: &SeenContact,
    trust: Trust,
    now: Timestamp,
    draft: &mut Draft,
) {
    let restored = draft.link.blanked.clone();
    let may_enable = draft.link.ours || seen.email_channel == Some(true);
    for bit in case.connection.permissions.iter().map(|it| it.bit) {
        let memory = draft.link.bit(bit);
        let on = seen.has(bit);
        let known = consent::Known {
            choice: case.record.choice(bit),
            memory,
            on,
        };
        let doubtful = trust == Trust::Known && look::is_doubtful(seen, case.intent(), bit);
        let trust = if doubtful { Trust::Doubtful } else { trust };
        let mut verdict = consent::judge(case.record, known, trust);
        if verdict == Verdict::Enable && !(may_enable && may_be_restored(restored.as_ref(), &known))
        {
            verdict = Verdict::Hold;
        }
        let memory = carry_out(case, bit, verdict, memory, on, now, draft);
        draft.link.permissions.insert(bit, memory);
    }
}

/// What a blanked record gets back: what it had, or what was opted in since
/// (DA-23).
pub(super) fn may_be_restored(snapshot: Option<&Snapshot>, known: &consent::Known<'_>) -> bool {
    let Some(snapshot) = snapshot else {
        return true;
    };
    known.choice.is_some_and(|choice| {
        snapshot.permissions.contains(&choice.bit) || choice.changed_at > snapshot.at
    })
}

fn carry_out(
    case: &Case<'_>,
    bit: u32,
    verdict: Verdict,
    memory: BitMemory,
    on: bool,
    now: Timestamp,
    draft: &mut Draft,
) -> BitMemory {
    let mut import = |consent, evidence, led_to| {
        draft.imports.push(CrmChange::Permission {
            target: case.record.reference.clone(),
            bit,
            consent,
            origin: Origin::Spotler,
            evidence,
            at: now,
        });
        draft.why.push(about_bit("DA-82", led_to, bit));
    };
    match verdict {
        Verdict::Keep => BitMemory {
            on,
            locked_at: memory.locked_at.filter(|_| !on),
        },
        Verdict::Enable => {
            draft.body.permissions.insert(bit, true);
            draft
                .why
                .push(about_bit("PV-12", codes::RULE_EXPLICIT_CONSENT, bit));
            BitMemory {
                on: true,
                locked_at: None,
            }
        }
        Verdict::Disable => {
            draft.body.permissions.insert(bit, false);
            BitMemory {
                on: false,
                locked_at: memory.locked_at,
            }
        }
        Verdict::ImportWithdrawal => {
            import(
                Consent::Withdrawn,
                "switched-off-in-spotler",
                codes::RULE_WITHDRAWN,
            );
            BitMemory {
                on: false,
                locked_at: Some(now),
            }
        }
        Verdict::ImportOptIn => {
            import(
                Consent::Given,
                "switched-on-in-spotler",
                codes::RULE_OPTED_IN,
            );
            BitMemory {
                on: true,
                locked_at: None,
            }
        }
        Verdict::Hold => {
            draft.why.push(about_bit("PV-10", codes::RULE_HELD, bit));
            BitMemory {
                on: false,
                locked_at: Some(now),
            }
        }
    }
}

fn about_bit(rule: &'static str, led_to: &'static str, bit: u32) -> RuleApplied {
    RuleApplied {
        rule,
        led_to,
        about: vec![("bit".to_owned(), bit.to_string())],
    }
}
