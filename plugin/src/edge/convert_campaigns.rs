//! The words of campaigns, in both directions.

use super::bindings::exports::koppel::crm_sync::campaigns;
use super::bindings::koppel::crm_sync::types;
use super::convert_in::all;
use crate::campaign::{Addressee, AddresseePage, CampaignExport, EveningWindow};

impl From<types::EveningWindow> for EveningWindow {
    fn from(it: types::EveningWindow) -> Self {
        let types::EveningWindow { open, opens_at } = it;
        Self { open, opens_at }
    }
}

impl From<campaigns::CampaignExport> for CampaignExport {
    fn from(it: campaigns::CampaignExport) -> Self {
        let campaigns::CampaignExport {
            campaign,
            channel,
            system,
            list_name,
            selection,
            selected,
            permission,
            auto_close,
            window,
            more: _,
        } = it;
        Self {
            campaign,
            channel,
            system,
            list_name,
            selection,
            selected,
            permission,
            auto_close,
            window: window.into(),
        }
    }
}

impl From<Addressee> for campaigns::Addressee {
    fn from(it: Addressee) -> Self {
        let Addressee { target, left_out } = it;
        Self {
            target: target.into(),
            left_out,
        }
    }
}

impl From<AddresseePage> for campaigns::AddresseePage {
    fn from(it: AddresseePage) -> Self {
        let AddresseePage { addressees, next } = it;
        Self {
            addressees: all(addressees),
            next,
        }
    }
}
