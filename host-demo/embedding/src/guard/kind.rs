//! What of an event the guard looks at. Pure.

use super::settings::{GuardLimit, GuardSettings};
use crate::contract::actions::ManualAction;
use crate::contract::contacts::Change;
use crate::queue::Event;

/// Operations that change no data of a record that is linked, or only restrict.
const HARMLESS: &[&str] = &[
    "link",
    "match",
    "reactivate",
    "start-journey",
    "stop-journey",
    "sync-contact",
    "sync-list",
];

/// What an event would do to records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum GuardKind {
    /// It deactivates or deletes a record, which is then blanked in Spotler.
    TakenDown,
    /// It changes a record.
    Changed,
    /// It is a mapping, by which all linked records are synced again.
    Mapping,
    /// It is an operation on many records.
    Action,
}

impl GuardKind {
    const ALL: [Self; 4] = [Self::TakenDown, Self::Changed, Self::Mapping, Self::Action];

    /// What an event would do; none where the guard lets it pass in any case.
    pub(crate) fn of(event: &Event) -> Option<Self> {
        match event {
            Event::ContactSaved { change, .. } => match change {
                Change::Deactivated | Change::Deleted => Some(Self::TakenDown),
                Change::Updated => Some(Self::Changed),
                Change::Created | Change::Reactivated => None,
            },
            Event::MappingSaved(_) => Some(Self::Mapping),
            Event::Action(action) if may_be_held(action) => Some(Self::Action),
            Event::Action(_)
            | Event::SettingsSaved
            | Event::Tick
            | Event::ModuleFieldChanged(_)
            | Event::StageChanged(_)
            | Event::CampaignExport(_)
            | Event::ListChanged { .. }
            | Event::CartChanged(_)
            | Event::OrderChanged(_)
            | Event::JourneySettingsSaved(_)
            | Event::SignedUp(_) => None,
        }
    }

    /// The word for it, in tables and pages.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::TakenDown => "taken-down",
            Self::Changed => "changed",
            Self::Mapping => "mapping",
            Self::Action => "action",
        }
    }

    /// The kind with this word.
    pub(crate) fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.word() == word)
    }

    /// Whether it is one event for many records, counted before its first step.
    pub(crate) fn is_long_work(self) -> bool {
        matches!(self, Self::Mapping | Self::Action)
    }

    /// The limit that holds for it.
    pub(crate) fn limit(self, settings: &GuardSettings) -> GuardLimit {
        match self {
            Self::TakenDown => settings.taken_down,
            Self::Changed | Self::Mapping | Self::Action => settings.changed,
        }
    }
}

/// An operation on many records that changes data. One that switches a
/// permission off is never held: mailing less does not wait.
fn may_be_held(action: &ManualAction) -> bool {
    let many = action.selection.is_some() || action.records.len() > 1;
    many && !HARMLESS.contains(&action.operation.as_str())
        && action.permissions.iter().all(|it| it.on)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::actions::PermissionWish;
    use crate::contract::types::{RecordKind, RecordRef};

    fn action(operation: &str, on: bool) -> Event {
        Event::Action(ManualAction {
            operation: operation.into(),
            records: vec![],
            selection: Some("all".into()),
            permissions: vec![PermissionWish { bit: 1, on }],
            fields: vec![],
            parameters: vec![],
        })
    }

    #[test]
    fn what_only_restricts_is_never_held() {
        assert_eq!(GuardKind::of(&action("set-permissions", false)), None);
        assert_eq!(
            GuardKind::of(&action("set-permissions", true)),
            Some(GuardKind::Action)
        );
        assert_eq!(GuardKind::of(&action("match", true)), None);
        assert_eq!(GuardKind::of(&Event::Tick), None);
    }

    #[test]
    fn a_new_record_is_no_change_and_a_deletion_is_the_worst() {
        let saved = |change| {
            GuardKind::of(&Event::ContactSaved {
                record: RecordRef {
                    kind: RecordKind::Contact,
                    id: "1".into(),
                },
                change,
            })
        };
        assert_eq!(saved(Change::Created), None);
        assert_eq!(saved(Change::Updated), Some(GuardKind::Changed));
        assert_eq!(saved(Change::Deleted), Some(GuardKind::TakenDown));
        assert_eq!(saved(Change::Reactivated), None);
    }
}
