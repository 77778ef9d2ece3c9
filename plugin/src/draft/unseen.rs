//! What can be written without a look of its own, because what is remembered of
//! the record is certain: for exports, where the feed of changes was read just
//! before. Nothing of it switches a permission on for somebody who is there.

use std::collections::BTreeMap;

use super::{Draft, confirm_values, create, left_out, rule};
use crate::codes;
use crate::consent::Verdict;
use crate::decide::{Case, Wanted};
use crate::memory::{BitMemory, Link};
use crate::spotler::contact::ContactBody;

/// A contact that is to be created with `update:false`, which leaves somebody
/// who is there alone (C16); none where something is known of the record that
/// has to be looked at. A creation of ours whose answer was lost may be made
/// again.
pub fn create_unseen(case: &Case<'_>, wanted: &Wanted) -> Option<Draft> {
    let repeats = |link: &Link| {
        link.ours
            && link.unsure
            && link.synced_at.is_none()
            && link.blanked.is_none()
            && link.external_id == wanted.external_id
    };
    let is_free = case.tombstone.is_none() && !case.strangers;
    let is_new = case.link.as_ref().is_none_or(repeats) && is_free;
    is_new.then(|| create(case, wanted))
}

/// The change of a contact that is linked and confirmed, from what is remembered
/// alone; none where a look is needed first: something is in doubt, the address
/// moves, or a permission is to be switched on.
pub fn change_unseen(case: &Case<'_>, wanted: &Wanted) -> Option<Draft> {
    let link = case.link.as_ref()?;
    let in_doubt = case.is_unsure()
        || link.synced_at.is_none()
        || link.intent.is_some()
        || link.blanked.is_some()
        || link.lock.is_some()
        || case.moves_to(&wanted.address_hash);
    if in_doubt {
        return None;
    }
    let mut draft = Draft {
        creates: false,
        body: ContactBody {
            external_id: link.external_id.clone(),
            properties: BTreeMap::new(),
            permissions: BTreeMap::new(),
        },
        link: link.clone(),
        imports: Vec::new(),
        seen_on: Vec::new(),
        changed_before: None,
        done: codes::UPDATED,
        why: left_out(wanted),
    };
    draft.why.push(rule("C13", codes::RULE_FEED_READ));
    for (name, value) in &wanted.values {
        let unchanged = match link.fields.get(name) {
            Some(hash) => *hash == case.value_hash(name, value),
            None => value.is_null(),
        };
        if !unchanged {
            draft.body.properties.insert(name.clone(), value.clone());
        }
    }
    confirm_values(case, wanted, &mut draft.link);
    for bit in case.connection.permissions.iter().map(|it| it.bit) {
        let memory = link.bit(bit);
        match case.judge(bit, memory, memory.on) {
            Verdict::Keep => {}
            Verdict::Disable => {
                draft.body.permissions.insert(bit, false);
                let off = BitMemory {
                    on: false,
                    ..memory
                };
                draft.link.permissions.insert(bit, off);
            }
            Verdict::Enable | Verdict::ImportWithdrawal | Verdict::ImportOptIn | Verdict::Hold => {
                return None;
            }
        }
    }
    Some(draft)
}
