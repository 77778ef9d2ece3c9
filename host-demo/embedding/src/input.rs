//! What a hook is handed: the queue's event, completed with what is read at the
//! moment of the call.

use crate::contract::actions::ManualAction;
use crate::contract::campaigns::CampaignExport;
use crate::contract::connection::{MappingRow, Settings};
use crate::contract::contacts::ContactSaved;
use crate::contract::journeys::{JourneySettings, SignUp};
use crate::contract::marketing_lists::{ListChange, MarketingList};
use crate::contract::module_fields::ModuleFieldChanged;
use crate::contract::shop::Purchase;
use crate::contract::stages::StageChanged;
use crate::contract::types::{CrmRecord, EveningWindow};
use crate::queue::Event;
use crate::secret::Secret;
use crate::settings::TenantSettings;

/// The second argument of each hook.
pub(crate) enum Input {
    ContactSaved(ContactSaved),
    SettingsSaved(Settings),
    MappingSaved(Vec<MappingRow>),
    Action(ManualAction),
    Tick(EveningWindow),
    ModuleFieldChanged(ModuleFieldChanged),
    StageChanged(StageChanged),
    CampaignExport(CampaignExport),
    ListChanged(MarketingList, ListChange),
    CartChanged(Purchase),
    OrderChanged(Purchase),
    JourneySettingsSaved(JourneySettings),
    SignedUp(SignUp),
}

impl Input {
    /// Completes an event; the error is a code with which the host rejects it.
    pub(crate) fn complete(
        event: Event,
        record: Option<CrmRecord>,
        settings: Option<&TenantSettings>,
        window: EveningWindow,
        restrict_only: bool,
    ) -> Result<Self, &'static str> {
        Ok(match event {
            Event::ContactSaved { change, .. } => {
                let saved = record.ok_or("no-such-record")?;
                Self::ContactSaved(ContactSaved {
                    change,
                    saved,
                    restrict_only,
                })
            }
            Event::SettingsSaved => {
                let saved = settings.ok_or("no-settings")?;
                Self::SettingsSaved(Settings {
                    active: saved.active,
                    key: saved.key.clone(),
                    secret_present: saved.secret.as_ref().is_some_and(Secret::is_present),
                    address: saved.address.clone(),
                    profile: saved.profile.clone(),
                })
            }
            Event::MappingSaved(rows) => Self::MappingSaved(rows),
            Event::Action(action) => Self::Action(action),
            Event::Tick => Self::Tick(window),
            Event::ModuleFieldChanged(input) => Self::ModuleFieldChanged(input),
            Event::StageChanged(input) => Self::StageChanged(input),
            Event::CampaignExport(input) => {
                Self::CampaignExport(CampaignExport { window, ..input })
            }
            Event::ListChanged { list, change } => Self::ListChanged(list, change),
            Event::CartChanged(purchase) => Self::CartChanged(purchase),
            Event::OrderChanged(purchase) => Self::OrderChanged(purchase),
            Event::JourneySettingsSaved(settings) => Self::JourneySettingsSaved(settings),
            Event::SignedUp(input) => Self::SignedUp(input),
        })
    }
}

/// The interface in which a hook stands.
pub(crate) fn interface_of(event: &Event) -> &'static str {
    match event {
        Event::ContactSaved { .. } => "contacts",
        Event::SettingsSaved | Event::MappingSaved(_) => "connection",
        Event::Action(_) => "actions",
        Event::Tick => "schedule",
        Event::ModuleFieldChanged(_) => "module-fields",
        Event::StageChanged(_) => "stages",
        Event::CampaignExport(_) => "campaigns",
        Event::ListChanged { .. } => "marketing-lists",
        Event::CartChanged(_) | Event::OrderChanged(_) => "shop",
        Event::JourneySettingsSaved(_) | Event::SignedUp(_) => "journeys",
    }
}
