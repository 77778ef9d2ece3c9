//! What is remembered of a marketing list: as what it stands in Spotler, whom
//! it has there, and how far a sync is. Spotler does not tell who is on a list.

mod documents;
mod run;

pub use documents::Rosters;
pub use run::{Course, Phase, Run};

use serde::{Deserialize, Serialize};

use crate::crm::Timestamp;
use crate::profile::ListForm;

/// A list as it stands, or may stand, in Spotler.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct There {
    /// As what.
    pub form: ListForm,
    /// Under which id.
    pub external_id: String,
    /// Under which name.
    pub name: String,
    /// Which of the lists that we made for it; counts from 1.
    pub generation: u32,
}

/// What is remembered of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    /// As what Spotler confirmed it.
    pub there: Option<There>,
    /// What may stand in Spotler besides: about to be made, or to be deleted.
    /// Noted before the request is made (C19).
    pub may_stand: Vec<There>,
    /// How many ids were given out for it.
    pub generations: u32,
    /// How many syncs were begun.
    pub syncs: u32,
    /// How many members Spotler has.
    pub members: u64,
    /// The sync that is under way.
    pub run: Option<Run>,
    /// When Spotler last confirmed something.
    pub synced_at: Option<Timestamp>,
}

/// What is remembered of one record on one list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The last sync that found it fit.
    pub sync: u32,
    /// The generation of the list that Spotler has it on; 0: none.
    pub on: u32,
    /// Whether it has to be looked at first.
    pub waits: bool,
}

impl Roster {
    /// The id for the next list that is made for it. It names the list and
    /// counts, so that a list of ours is known again, and a deleted one is not
    /// taken for its successor.
    pub fn next_there(&mut self, list: &str, form: ListForm, name: &str) -> There {
        self.generations += 1;
        There {
            form,
            external_id: external_id(list, self.generations),
            name: name.to_owned(),
            generation: self.generations,
        }
    }

    /// The generation that members are to be on.
    pub fn generation(&self) -> u32 {
        self.there.as_ref().map_or(0, |it| it.generation)
    }
}

/// The id of a list that we made.
fn external_id(list: &str, generation: u32) -> String {
    format!("marketing-list-{list}-{generation}")
}

/// The generation of a list with this id, if we made it for this list.
pub fn generation_of(list: &str, external_id: &str) -> Option<u32> {
    external_id
        .strip_prefix("marketing-list-")?
        .strip_prefix(list)?
        .strip_prefix('-')?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// C19
    #[test]
    fn a_list_of_ours_is_known_by_its_id_and_no_other_is() {
        let mut roster = Roster::default();
        let first = roster.next_there("a-1", ListForm::StaticList, "n");
        let second = roster.next_there("a-1", ListForm::StaticList, "n");
        assert_ne!(first.external_id, second.external_id);
        assert_eq!(generation_of("a-1", &second.external_id), Some(2));
        assert_eq!(generation_of("a", &second.external_id), None);
        assert_eq!(generation_of("a-1", "campaign-1"), None);
    }
}
