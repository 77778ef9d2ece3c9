//! Campaigns: their run, their results, and when the queue gets to them.

use koppel_embedding::{
    Event, EventKey,
    contract::{
        campaigns::AddresseePage,
        outcomes::{Progress, Reason},
    },
    queue,
};

use super::{DemoHost, HostError};
use crate::crm::campaigns::{AT_ONCE, CampaignError};

/// When the queue gets to each campaign.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CampaignForecast {
    /// The campaigns, in the order in which their turn comes.
    pub lines: Vec<ForecastLine>,
}

/// A campaign in the queue.
#[derive(Clone, Debug, PartialEq)]
pub struct ForecastLine {
    /// Its id.
    pub campaign: String,
    /// How many are selected.
    pub selected: u64,
    /// Whether it waits for the evening because of its size.
    pub is_large: bool,
    /// Not before this moment; 0: as soon as it is its turn.
    pub not_before: u64,
    /// How far it is; none: it has not begun.
    pub progress: Option<Progress>,
    /// Why it waits, where that was said.
    pub reason: Option<Reason>,
    /// The requests that it takes if nobody changed since they were synced: one
    /// for the names, two for what changed, one for each ten thousand members;
    /// a hundred people who changed or are new take one more.
    pub least_requests: u64,
    /// How many records of campaigns before it are still to be gone through,
    /// steps taking turns; a small campaign waits for none of them.
    pub records_before: u64,
}

impl DemoHost {
    /// Hands a campaign to the connector (PV-22: large ones wait for the evening).
    pub async fn run_campaign(&self, id: &str) -> Result<EventKey, CampaignError> {
        self.crm.run_campaign(id).await
    }

    /// What the last finished export of a campaign did with each selected record,
    /// a page at a time (PV-43).
    pub async fn addressees(
        &self,
        campaign: &str,
        start: Option<&str>,
    ) -> Result<AddresseePage, HostError> {
        let tenant = self.crm.tenant();
        Ok(self.host.list_addressees(tenant, campaign, start).await?)
    }

    /// When the queue gets to each campaign.
    pub async fn campaign_forecast(&self) -> Result<CampaignForecast, HostError> {
        let mut connection = self.crm.store.readers().acquire().await?;
        let tenant = self.crm.tenant();
        let waiting = queue::waiting_for(&mut connection, tenant, "export-campaign", 1_000).await?;
        let mut forecast = CampaignForecast::default();
        let mut before = 0;
        for it in waiting {
            let Event::CampaignExport(export) = it.event else {
                continue;
            };
            let done = it.progress.as_ref().map_or(0, |it| it.done);
            forecast.lines.push(ForecastLine {
                campaign: export.campaign,
                selected: export.selected,
                is_large: export.selected > AT_ONCE,
                not_before: it.not_before,
                progress: it.progress,
                reason: it.reason,
                least_requests: 3 + export.selected.div_ceil(10_000).max(1),
                records_before: before,
            });
            before += export.selected.saturating_sub(done);
        }
        Ok(forecast)
    }
}
