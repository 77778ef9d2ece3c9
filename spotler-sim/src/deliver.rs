//! What Spotler does by itself when its time has come: mailings and the steps of journeys.

use std::collections::{BTreeMap, BTreeSet};

use crate::state::State;
use crate::world::contact::Contact;
use crate::world::ledger::{Cause, Stamp};
use crate::world::mailing::{Mailing, Posting, Target};

/// Does all that is due until a time, in order, each thing at its own time.
pub(crate) fn run_due(state: &mut State, until_ms: i64) {
    loop {
        let mailing = next_mailing(state).cloned();
        let mailing_ms = mailing.as_ref().and_then(|it| it.scheduled_ms);
        let step_ms = state.world.next_step_ms();
        match (mailing, mailing_ms, step_ms) {
            (Some(mailing), Some(at_ms), step_ms)
                if at_ms <= until_ms && step_ms.is_none_or(|it| at_ms <= it) =>
            {
                send_mailing(state, &mailing, at_ms);
            }
            (_, _, Some(at_ms)) if at_ms <= until_ms => state.world.run_steps(at_ms),
            _ => return,
        }
    }
}

fn next_mailing(state: &State) -> Option<&Mailing> {
    let waiting = state
        .world
        .mailings
        .iter()
        .filter(|it| it.confirmed && it.sent_ms.is_none());
    waiting.min_by_key(|it| it.scheduled_ms)
}

fn send_mailing(state: &mut State, mailing: &Mailing, at_ms: i64) {
    let stamp = Stamp {
        at_ms,
        cause: Cause::Spotler {
            what: format!("mailing `{}`", mailing.name),
        },
    };
    let recipients = recipients(state, mailing);
    if let Some(it) = state
        .world
        .mailings
        .iter_mut()
        .find(|it| it.id == mailing.id)
    {
        it.sent_ms = Some(at_ms);
    }
    let Some(message) = &mailing.message else {
        return;
    };
    let fields = BTreeMap::new();
    for contact in recipients {
        let posting = Posting {
            mailing: &mailing.id,
            contact,
            participation: None,
            message,
            fields: &fields,
        };
        state.world.send(&posting, &stamp);
    }
}

/// Who gets a mailing if it is sent now.
pub(crate) fn recipients(state: &State, mailing: &Mailing) -> BTreeSet<u64> {
    let world = &state.world;
    let Some(target) = &mailing.target else {
        return BTreeSet::new();
    };
    let chosen: BTreeSet<u64> = match target {
        Target::AllContacts => world.contacts.iter().map(|it| it.id).collect(),
        Target::StaticList(name) => world
            .static_list_named(name)
            .map(|it| it.members.clone())
            .unwrap_or_default(),
        Target::DynamicList(name) => {
            let list = world.dynamic_lists.iter().find(|it| it.name == *name);
            list.map(|it| world.dynamic_members(it)).unwrap_or_default()
        }
        Target::Audience(name) => {
            let audience = world.audiences.iter().find(|it| it.name == *name);
            audience.map(|it| it.members.clone()).unwrap_or_default()
        }
    };
    let leads = matches!(target, Target::StaticList(_))
        && state.switches.account.static_list_ignores_permissions;
    let may = |it: &Contact| {
        it.can_get(mailing.medium)
            && (leads || mailing.permission.is_none_or(|bit| it.permission(bit)))
    };
    chosen
        .into_iter()
        .filter(|id| world.contacts.get(*id).is_some_and(may))
        .collect()
}
