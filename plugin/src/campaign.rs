//! Campaign exports: what is asked for, whether it can be done, whether it waits
//! for the evening, and how the list that was made stands (PV-15..PV-38).

use serde::{Deserialize, Serialize};

use crate::codes;
use crate::connection::Connection;
use crate::crm::{RecordRef, Timestamp};
use crate::outcome::{Actor, Outcome, Reason};
use crate::spotler::time;

/// How many selected relations run at once; more wait for the evening (PV-22).
pub const AT_ONCE: u64 = 2_500;
/// Characters of a list's name at most. For lists no limit is documented; for
/// audiences it is this.
const LONGEST_NAME: usize = 255;
/// The channel that concerns the component (PV-16).
const EXTERNAL: &str = "external";
/// The system that concerns the component (PV-17).
const SPOTLER: &str = "spotler";

/// Whether large campaigns may run now, as the host says (C29).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EveningWindow {
    /// True while the window is open.
    pub open: bool,
    /// When it opens next, if it is closed now.
    pub opens_at: Timestamp,
}

/// A campaign to export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignExport {
    /// The CRM's id of the campaign.
    pub campaign: String,
    /// How it is sent.
    pub channel: String,
    /// Through which system.
    pub system: String,
    /// The list's name, exactly as it shall stand in Spotler (PV-26).
    pub list_name: String,
    /// The selection.
    pub selection: String,
    /// How many records are selected, before anybody is left out (C30).
    pub selected: u64,
    /// The permission that the mailing is for; none: any one will do.
    pub permission: Option<u32>,
    /// Whether the campaign activity may be closed by itself (PV-37).
    pub auto_close: bool,
    /// Whether large campaigns may run now.
    pub window: EveningWindow,
}

impl CampaignExport {
    /// Why it cannot be exported at all; nothing has been asked of Spotler yet.
    pub fn refused(&self, connection: &Connection) -> Option<Outcome> {
        let user = |code| Outcome::Rejected(Reason::new(code), Actor::CrmUser);
        if self.channel != EXTERNAL {
            return Some(Outcome::Skipped(Reason::new(codes::NOT_EXTERNAL)));
        }
        if self.system != SPOTLER {
            return Some(Outcome::Skipped(Reason::new(codes::OTHER_SYSTEM)));
        }
        if self.list_name.trim().is_empty() {
            return Some(user(codes::LIST_NAME_MISSING));
        }
        if self.list_name.chars().count() > LONGEST_NAME {
            return Some(user(codes::LIST_NAME_LONG));
        }
        let known = |bit: u32| connection.permissions.iter().any(|it| it.bit == bit);
        match self.permission {
            Some(bit) if !known(bit) => {
                let reason = Reason::new(codes::UNKNOWN_PERMISSION).with("bit", bit.to_string());
                Some(Outcome::Rejected(reason, Actor::CrmUser))
            }
            _ => None,
        }
    }

    /// Until when it waits, if it has to (PV-22, PV-23).
    pub fn waits_until(&self) -> Option<Timestamp> {
        let waits = self.selected > AT_ONCE && !self.window.open;
        waits.then_some(self.window.opens_at)
    }
}

/// What an export did with one selected record (PV-43).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressee {
    /// Which record.
    pub target: RecordRef,
    /// The code of why it was left out; none: it is on the list.
    pub left_out: Option<String>,
}

/// A page of addressees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddresseePage {
    /// The addressees.
    pub addressees: Vec<Addressee>,
    /// Where the next page starts.
    pub next: Option<String>,
}

/// Our id of the list of an export: a retry of the same event knows its own list
/// by it (C20).
pub fn list_id(event: &str) -> String {
    format!("koppel-{event}")
}

/// Whether a list stands in Spotler as it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ListState {
    /// Under its name.
    Present,
    /// Under another name: results cannot be attached any more (PV-36).
    Renamed,
    /// Not there any more.
    Removed,
}

impl ListState {
    /// The word for it, as it stands in facts.
    pub fn word(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Renamed => "renamed",
            Self::Removed => "removed",
        }
    }

    /// How a list stands, by its id and name among those of the account.
    pub fn of<'a>(made: &ListMade, mut lists: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        match lists.find(|(id, _)| *id == made.list) {
            Some((_, name)) if name == made.name => Self::Present,
            Some(_) => Self::Renamed,
            None => Self::Removed,
        }
    }
}

/// A list that an export made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListMade {
    /// Our id of the list.
    pub list: String,
    /// Its name, as it was made.
    pub name: String,
    /// The CRM's id of the campaign.
    pub campaign: String,
    /// The user who exported it.
    pub user: Option<String>,
    /// When it was complete.
    pub made_at: Timestamp,
    /// How it stood when it was last looked for.
    pub state: ListState,
    /// When no list of the campaign stood under its name, oldest first.
    #[serde(default)]
    pub absences: Vec<Absence>,
}

impl ListMade {
    /// The list as it is now; `seen_at` is when it was last looked for.
    #[must_use]
    pub fn found(self, state: ListState, seen_at: Timestamp, now: Timestamp) -> Self {
        let mut absences = self.absences;
        let is_open = absences.last().is_some_and(|it| it.until.is_none());
        match state {
            ListState::Present => {
                if let Some(last) = absences.last_mut().filter(|_| is_open) {
                    last.until = Some(now);
                }
            }
            ListState::Renamed | ListState::Removed if is_open => {}
            ListState::Renamed | ListState::Removed => absences.push(Absence {
                from: Some(seen_at.max(self.made_at)),
                until: None,
            }),
        }
        Self {
            state,
            absences,
            ..self
        }
    }

    /// The absences as one fact.
    pub fn absences_fact(&self) -> (String, String) {
        let words: Vec<String> = self.absences.iter().map(Absence::interval).collect();
        ("list-absent".to_owned(), words.join(" "))
    }
}

/// A time in which no list of a campaign stood under its name, so that a mailing to
/// that name was to another list (PV-36, PV-51).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absence {
    /// When it was last seen; none: it was not made yet.
    pub from: Option<Timestamp>,
    /// When it was there again; none: it is not.
    pub until: Option<Timestamp>,
}

impl Absence {
    /// As an interval of ISO 8601, with `..` for an open end.
    fn interval(&self) -> String {
        let end = |at: Option<Timestamp>| at.map_or_else(|| "..".to_owned(), time::write);
        format!("{}/{}", end(self.from), end(self.until))
    }
}

/// The absences up to the end of an export: before the first one, and between the
/// list that the campaign had before and this one.
pub fn absences_until(
    before: Option<ListMade>,
    seen_at: Timestamp,
    now: Timestamp,
) -> Vec<Absence> {
    match before {
        None => vec![Absence {
            from: None,
            until: Some(now),
        }],
        Some(before) => {
            let gone = before.found(ListState::Removed, seen_at, now);
            gone.found(ListState::Present, seen_at, now).absences
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(list: &str, name: &str, state: ListState) -> ListMade {
        ListMade {
            list: list.into(),
            name: name.into(),
            campaign: "7".into(),
            user: None,
            made_at: 1,
            state,
            absences: absences_until(None, 0, 1),
        }
    }

    /// PV-36, PV-51: a list that is away is away from when it was last seen, once.
    #[test]
    fn the_times_in_which_a_list_is_away_are_kept() {
        let made = made("a", "Najaar", ListState::Present);
        let away = made.found(ListState::Renamed, 5_000, 6_000);
        let away = away.found(ListState::Removed, 6_000, 7_000);
        let fact = |it: &ListMade| it.absences_fact().1;
        let before = "../1970-01-01T00:00:00Z";
        assert_eq!(fact(&away), format!("{before} 1970-01-01T00:00:05Z/.."));
        let next = absences_until(Some(away.clone()), 8_000, 9_000);
        let next = ListMade {
            absences: next,
            ..away
        };
        let closed = "1970-01-01T00:00:05Z/1970-01-01T00:00:09Z";
        assert_eq!(fact(&next), format!("{before} {closed}"));
        let back = next.clone().found(ListState::Present, 9_000, 10_000);
        assert_eq!(back.absences, next.absences);
    }

    /// PV-36
    #[test]
    fn a_list_is_told_by_its_id_and_is_renamed_when_its_name_differs() {
        let list = made("a", "Najaar", ListState::Present);
        let state =
            |lists: &[(&'static str, &'static str)]| ListState::of(&list, lists.iter().copied());
        assert_eq!(
            state(&[("x", "Najaar"), ("a", "Najaar")]),
            ListState::Present
        );
        assert_eq!(
            state(&[("a", "Najaar 2"), ("x", "Najaar")]),
            ListState::Renamed
        );
        assert_eq!(state(&[("x", "Najaar")]), ListState::Removed);
    }

    fn export(selected: u64, open: bool) -> CampaignExport {
        CampaignExport {
            campaign: "7".into(),
            channel: "external".into(),
            system: "spotler".into(),
            list_name: "Najaar".into(),
            selection: "s".into(),
            selected,
            permission: None,
            auto_close: false,
            window: EveningWindow {
                open,
                opens_at: 1_000,
            },
        }
    }

    /// PV-22, C30
    #[test]
    fn two_thousand_five_hundred_run_at_once_and_one_more_waits_for_the_evening() {
        assert_eq!(export(2_500, false).waits_until(), None);
        assert_eq!(export(2_501, false).waits_until(), Some(1_000));
        assert_eq!(export(2_501, true).waits_until(), None);
    }
}
