//! The words of campaigns, in both directions.

use super::bindings::exports::koppel::crm_sync::{campaign_forecasts, campaigns};
use super::bindings::koppel::crm_sync::types;
use super::convert_in::{all, same_fields};
use crate::campaign::{Addressee, AddresseePage, CampaignExport, EveningWindow};
use crate::export_forecast::{Counted, ExportForecast};

same_fields!(types::EveningWindow => EveningWindow: open, opens_at);

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

same_fields!(Addressee => campaigns::Addressee: target: Into::into, left_out);
same_fields!(AddresseePage => campaigns::AddresseePage: addressees: all, next);

impl From<ExportForecast> for campaign_forecasts::ExportForecast {
    fn from(it: ExportForecast) -> Self {
        let Counted {
            read,
            listed,
            created,
            changed,
            looked_at,
            left_out,
        } = it.counted;
        let left_out = left_out
            .into_iter()
            .map(|(reason, records)| campaign_forecasts::LeftOut { reason, records })
            .collect();
        Self {
            read,
            listed,
            created,
            changed,
            looked_at,
            left_out,
            requests: it.requests,
            next: it.next,
            more: Vec::new(),
        }
    }
}
