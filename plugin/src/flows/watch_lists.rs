//! Whether the lists that exports made still stand in Spotler under their names:
//! results are attached by name, so a list that was renamed or removed is told
//! before they go astray (PV-34..PV-36).

use crate::campaign::{ListMade, ListState, list_id};
use crate::change::{CrmChange, LogLevel};
use crate::codes;
use crate::crm::{Facts, SyncStatus, Timestamp};
use crate::export_memory::{keep_list, keep_lists_seen_at, latest, lists_made, lists_seen_at};
use crate::ports::Ports;
use crate::spotler::client::Spotler;
use crate::spotler::trouble::Trouble;

/// For how long a list is watched after it was made: half a year.
const WATCHED_MS: Timestamp = 183 * 24 * 3_600_000;

/// Looks at the lists, with one request, and with none where there are no lists.
pub(crate) async fn watch<P: Ports>(
    ports: &P,
    spotler: &Spotler<'_, P>,
    now: Timestamp,
) -> Result<Vec<CrmChange>, Trouble> {
    let watched = |it: &ListMade| {
        it.state != ListState::Removed && now.saturating_sub(it.made_at) < WATCHED_MS
    };
    let mut made = lists_made(ports);
    made.retain(watched);
    if made.is_empty() {
        return Ok(Vec::new());
    }
    let lists = spotler.static_lists().await?;
    let seen_at = lists_seen_at(ports).unwrap_or_default();
    keep_lists_seen_at(ports, now);
    let mut changes = Vec::new();
    for list in made {
        let named = lists
            .iter()
            .filter_map(|it| Some((it.external_id.as_deref()?, it.name.as_str())));
        let state = ListState::of(&list, named);
        if state != list.state {
            let list = list.found(state, seen_at, now);
            keep_list(ports, &list);
            changes.extend(told(ports, &list));
        }
    }
    Ok(changes)
}

fn told<P: Ports>(ports: &P, list: &ListMade) -> Vec<CrmChange> {
    let about: Facts = vec![
        ("campaign".to_owned(), list.campaign.clone()),
        ("list".to_owned(), list.name.clone()),
    ];
    let (level, code) = match list.state {
        ListState::Present => (LogLevel::Info, codes::LOG_LIST_BACK),
        ListState::Renamed => (LogLevel::Warning, codes::LOG_LIST_RENAMED),
        ListState::Removed => (LogLevel::Warning, codes::LOG_LIST_REMOVED),
    };
    let mut changes = vec![CrmChange::Log {
        level,
        code,
        about: about.clone(),
    }];
    if list.state != ListState::Present {
        changes.push(CrmChange::Notify {
            key: format!(
                "list-{}-{}-{}",
                list.state.word(),
                list.list,
                list.absences.len()
            ),
            user: list.user.clone(),
            code,
            about,
        });
    }
    let is_latest = latest(ports, &list.campaign).is_some_and(|it| list_id(&it.event) == list.list);
    if is_latest {
        changes.push(CrmChange::Subject {
            subject: "campaign",
            id: list.campaign.clone(),
            status: SyncStatus::Succeeded,
            facts: vec![
                ("list-state".to_owned(), list.state.word().to_owned()),
                list.absences_fact(),
            ],
        });
    }
    changes
}
