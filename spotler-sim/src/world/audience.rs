//! Audiences: named groups that the connected system keeps up to date.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::World;
use super::ledger::{Event, Stamp};

/// A named group that the connected system keeps up to date.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Audience {
    /// The id that the connected system gave.
    pub external_id: String,
    /// The name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// When it was made.
    pub created_ms: i64,
    /// When its name or description last changed.
    pub changed_ms: i64,
    /// When a contact was last added.
    pub added_ms: Option<i64>,
    /// When a contact was last removed.
    pub removed_ms: Option<i64>,
    /// Numbers of the contacts in it.
    pub members: BTreeSet<u64>,
}

impl World {
    /// The audience with this external id.
    pub(crate) fn audience(&self, external_id: &str) -> Option<&Audience> {
        self.audiences
            .iter()
            .find(|it| it.external_id == external_id)
    }

    /// The same, to be changed.
    pub(crate) fn audience_mut(&mut self, external_id: &str) -> Option<&mut Audience> {
        self.audiences
            .iter_mut()
            .find(|it| it.external_id == external_id)
    }

    /// Adds contacts to an audience.
    pub(crate) fn add_to_audience(&mut self, external_id: &str, contacts: &[u64], stamp: &Stamp) {
        let Some(audience) = self.audience_mut(external_id) else {
            return;
        };
        audience.added_ms = Some(stamp.at_ms);
        let added: Vec<u64> = contacts
            .iter()
            .filter(|it| audience.members.insert(**it))
            .copied()
            .collect();
        for id in added {
            self.note(
                id,
                Event::AddedToList {
                    list: external_id.to_owned(),
                },
                stamp,
            );
        }
    }

    /// Removes contacts from an audience; all of them if none is named.
    pub(crate) fn remove_from_audience(
        &mut self,
        external_id: &str,
        contacts: Option<&[u64]>,
        stamp: &Stamp,
    ) {
        let Some(audience) = self.audience_mut(external_id) else {
            return;
        };
        audience.removed_ms = Some(stamp.at_ms);
        let removed: Vec<u64> = match contacts {
            Some(contacts) => contacts
                .iter()
                .filter(|it| audience.members.remove(it))
                .copied()
                .collect(),
            None => std::mem::take(&mut audience.members).into_iter().collect(),
        };
        for id in removed {
            self.note(
                id,
                Event::RemovedFromList {
                    list: external_id.to_owned(),
                },
                stamp,
            );
        }
    }
}
