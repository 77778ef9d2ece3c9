//! What can happen in the CRM that the connector wants to know of.

use crate::Timestamp;
use crate::contract::actions::ManualAction;
use crate::contract::campaigns::CampaignExport;
use crate::contract::connection::MappingRow;
use crate::contract::contacts::Change;
use crate::contract::journeys::{JourneySettings, SignUp};
use crate::contract::marketing_lists::{ListChange, MarketingList};
use crate::contract::module_fields::ModuleFieldChanged;
use crate::contract::shop::Purchase;
use crate::contract::stages::StageChanged;
use crate::contract::types::{RecordKind, RecordRef};
use serde::{Deserialize, Serialize};

/// Something that happened, one case for each hook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// A contact, lead or account was saved. The record itself is read when the
    /// event is handed in. Saves of one record are taken together.
    ContactSaved {
        /// Which record.
        record: RecordRef,
        /// What happened to it.
        change: Change,
    },
    /// The settings were saved; they are read when the event is handed in.
    SettingsSaved,
    /// The mapping was saved.
    MappingSaved(Vec<MappingRow>),
    /// A person started an operation.
    Action(ManualAction),
    /// It is time to look at what changed in Spotler. At most one waits for each
    /// tenant, and none keeps another event waiting.
    Tick,
    /// A field of a relation was changed.
    ModuleFieldChanged(ModuleFieldChanged),
    /// A sale reached a stage.
    StageChanged(StageChanged),
    /// A campaign is to be exported; its `window` is filled in with every step.
    CampaignExport(CampaignExport),
    /// A marketing list changed.
    ListChanged {
        /// The list as it is now.
        list: MarketingList,
        /// What happened to it.
        change: ListChange,
    },
    /// A cart got another status.
    CartChanged(Purchase),
    /// An order got another status.
    OrderChanged(Purchase),
    /// The settings for journeys were saved.
    JourneySettingsSaved(JourneySettings),
    /// Somebody signed up through a form.
    SignedUp(SignUp),
}

impl Event {
    /// The name of the hook that it is handed to.
    #[must_use]
    pub fn hook(&self) -> &'static str {
        match self {
            Self::ContactSaved { .. } => "on-contact-saved",
            Self::SettingsSaved => "on-settings-saved",
            Self::MappingSaved(_) => "on-mapping-saved",
            Self::Action(_) => "run-action",
            Self::Tick => "on-tick",
            Self::ModuleFieldChanged(_) => "on-module-field-changed",
            Self::StageChanged(_) => "on-stage-changed",
            Self::CampaignExport(_) => "export-campaign",
            Self::ListChanged { .. } => "on-list-changed",
            Self::CartChanged(_) => "on-cart-changed",
            Self::OrderChanged(_) => "on-order-changed",
            Self::JourneySettingsSaved(_) => "on-journey-settings-saved",
            Self::SignedUp(_) => "on-signed-up",
        }
    }

    /// The record that it is about, where it is about one.
    #[must_use]
    pub fn record(&self) -> Option<&RecordRef> {
        match self {
            Self::ContactSaved { record, .. } => Some(record),
            Self::StageChanged(input) => input.target.as_ref(),
            Self::CartChanged(purchase) | Self::OrderChanged(purchase) => Some(&purchase.target),
            Self::SignedUp(input) => Some(&input.target),
            Self::Action(action) => match action.records.as_slice() {
                [one] => Some(one),
                _ => None,
            },
            Self::SettingsSaved
            | Self::MappingSaved(_)
            | Self::JourneySettingsSaved(_)
            | Self::Tick
            | Self::ModuleFieldChanged(_)
            | Self::CampaignExport(_)
            | Self::ListChanged { .. } => None,
        }
    }

    /// The record whose save it is, where it is one.
    pub(crate) fn saved_record(&self) -> Option<&RecordRef> {
        if let Self::ContactSaved { record, .. } = self {
            Some(record)
        } else {
            None
        }
    }

    /// What it is about, for history and lists of rejections: `contact/17`.
    #[must_use]
    pub fn subject(&self) -> Option<String> {
        match self {
            Self::ModuleFieldChanged(input) => Some(format!("relation/{}", input.relation)),
            Self::CampaignExport(input) => Some(format!("campaign/{}", input.campaign)),
            Self::ListChanged { list, .. } => Some(list_subject(&list.id)),
            Self::Action(action) if list_of(action).is_some() => list_of(action).map(list_subject),
            Self::ContactSaved { .. }
            | Self::SettingsSaved
            | Self::MappingSaved(_)
            | Self::Action(_)
            | Self::Tick
            | Self::StageChanged(_)
            | Self::CartChanged(_)
            | Self::OrderChanged(_)
            | Self::JourneySettingsSaved(_)
            | Self::SignedUp(_) => self.record().map(subject_of),
        }
    }

    /// Whether it is the sync of a marketing list, which brings all of the list
    /// up to date.
    pub(crate) fn is_list_sync(&self) -> bool {
        matches!(self, Self::Action(action) if list_of(action).is_some())
    }

    /// Events with the same key run one at a time, in the order in which they
    /// happened.
    pub(crate) fn order_key(&self, unique: &str) -> String {
        match self {
            Self::SettingsSaved
            | Self::MappingSaved(_)
            | Self::JourneySettingsSaved(_)
            | Self::Tick => "connection".to_owned(),
            Self::ContactSaved { .. }
            | Self::Action(_)
            | Self::ModuleFieldChanged(_)
            | Self::StageChanged(_)
            | Self::CampaignExport(_)
            | Self::ListChanged { .. }
            | Self::CartChanged(_)
            | Self::OrderChanged(_)
            | Self::SignedUp(_) => self.subject().unwrap_or_else(|| format!("event/{unique}")),
        }
    }

    /// Events with the same key are taken together while they wait.
    pub(crate) fn coalesce_key(&self) -> Option<String> {
        match self {
            Self::ContactSaved { record, .. } => Some(format!("saved/{}", subject_of(record))),
            Self::Tick => Some("tick".to_owned()),
            Self::SettingsSaved
            | Self::MappingSaved(_)
            | Self::Action(_)
            | Self::ModuleFieldChanged(_)
            | Self::StageChanged(_)
            | Self::CampaignExport(_)
            | Self::ListChanged { .. }
            | Self::CartChanged(_)
            | Self::OrderChanged(_)
            | Self::JourneySettingsSaved(_)
            | Self::SignedUp(_) => None,
        }
    }

    /// Whether it may take many steps, so that single records go first.
    pub(crate) fn is_long_work(&self) -> bool {
        match self {
            Self::MappingSaved(_) | Self::CampaignExport(_) => true,
            Self::Action(action) => action.selection.is_some() || action.records.len() > 1,
            Self::ContactSaved { .. }
            | Self::SettingsSaved
            | Self::Tick
            | Self::ModuleFieldChanged(_)
            | Self::StageChanged(_)
            | Self::ListChanged { .. }
            | Self::CartChanged(_)
            | Self::OrderChanged(_)
            | Self::JourneySettingsSaved(_)
            | Self::SignedUp(_) => false,
        }
    }

    /// Both events as one, `self` being the earlier one.
    pub(crate) fn merged_with(self, later: Self) -> Self {
        match (self, later) {
            (
                Self::ContactSaved {
                    change: earlier, ..
                },
                Self::ContactSaved {
                    record,
                    change: later,
                },
            ) => Self::ContactSaved {
                record,
                change: merge(earlier, later),
            },
            (_, later) => later,
        }
    }
}

/// Two saves of one record as one: what is new stays new until it has been
/// handed in, the later turn of its life counts, deleted is final.
fn merge(earlier: Change, later: Change) -> Change {
    match (earlier, later) {
        (Change::Deleted, _) | (_, Change::Deleted) => Change::Deleted,
        (Change::Created, Change::Created | Change::Updated | Change::Reactivated) => {
            Change::Created
        }
        (earlier, Change::Updated) => earlier,
        (_, later) => later,
    }
}

/// The marketing list that an operation is about: its syncs and its other events
/// must not overtake each other.
fn list_of(action: &ManualAction) -> Option<&str> {
    let named = action.parameters.iter().find(|it| it.name == "list");
    named.map(|it| it.value.as_str())
}

fn list_subject(id: &str) -> String {
    format!("marketing-list/{id}")
}

pub(crate) fn subject_of(record: &RecordRef) -> String {
    format!("{}/{}", kind_name(record.kind), record.id)
}

/// The name of a kind of record, as in the contract.
pub(crate) fn kind_name(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Contact => "contact",
        RecordKind::Lead => "lead",
        RecordKind::Account => "account",
    }
}

/// An event that is to be queued.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEvent {
    /// What happened.
    pub event: Event,
    /// When it happened in the CRM.
    pub occurred_at: Timestamp,
    /// The user who caused it; none for a rule or the clock.
    pub user: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn saves_of_one_record_merge_by_the_life_of_the_record() {
        let cases = [
            (Change::Created, Change::Updated, Change::Created),
            (Change::Created, Change::Deactivated, Change::Deactivated),
            (Change::Created, Change::Deleted, Change::Deleted),
            (Change::Updated, Change::Updated, Change::Updated),
            (Change::Deactivated, Change::Updated, Change::Deactivated),
            (
                Change::Deactivated,
                Change::Reactivated,
                Change::Reactivated,
            ),
            (
                Change::Reactivated,
                Change::Deactivated,
                Change::Deactivated,
            ),
            (Change::Deleted, Change::Reactivated, Change::Deleted),
        ];
        for (earlier, later, both) in cases {
            assert_eq!(merge(earlier, later), both, "{earlier:?} then {later:?}");
        }
    }

    /// DA-40, DA-51
    #[test]
    fn the_sync_of_a_list_waits_for_the_other_events_of_that_list() {
        let list = MarketingList {
            id: "l-1".into(),
            name: "Klanten".into(),
            list_type: crate::contract::marketing_lists::ListType::StaticList,
            target: RecordKind::Contact,
            selection: "marketing-list/l-1".into(),
            form: None,
        };
        let changed = Event::ListChanged {
            list,
            change: ListChange::Saved,
        };
        let named = |value: &str| crate::contract::types::NamedValue {
            name: "list".into(),
            value: value.into(),
        };
        let action = |parameters| {
            Event::Action(ManualAction {
                operation: "sync-list".into(),
                records: Vec::new(),
                selection: None,
                permissions: Vec::new(),
                fields: Vec::new(),
                parameters,
            })
        };
        let sync = action(vec![named("l-1")]);
        assert_eq!(sync.order_key("x"), changed.order_key("y"));
        assert_ne!(
            action(vec![named("l-2")]).order_key("x"),
            sync.order_key("x")
        );
        assert!(sync.is_list_sync() && !action(Vec::new()).is_list_sync());
    }

    #[test]
    fn ticks_and_saves_share_a_row_and_actions_never_do() {
        let record = RecordRef {
            kind: RecordKind::Lead,
            id: "7".into(),
        };
        let saved = Event::ContactSaved {
            record,
            change: Change::Updated,
        };
        assert_eq!(saved.coalesce_key().as_deref(), Some("saved/lead/7"));
        assert_eq!(saved.order_key("x"), "lead/7");
        assert!(Event::Tick.coalesce_key().is_some());
        assert!(Event::SettingsSaved.coalesce_key().is_none());
        assert_eq!(
            Event::SettingsSaved.order_key("x"),
            Event::Tick.order_key("y")
        );
    }
}
