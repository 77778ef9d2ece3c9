//! Campaigns: their run, their results, and when the queue gets to them.

use koppel_embedding::{
    Event, EventKey, QuestionError,
    contract::{
        campaign_forecasts::ExportForecast,
        campaigns::AddresseePage,
        outcomes::{Progress, Reason},
    },
    queue,
};

use super::{DemoHost, HostError};
use crate::crm::campaigns::{AT_ONCE, Campaign, CampaignError};

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
    /// What the export would do, as far as it was asked for and has not begun.
    pub foreseen: Option<ExportForecast>,
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

    /// Whether it can be told what an export of a campaign would do: not where it is
    /// not sent through an external system, is under way already, or the connection
    /// is not active.
    pub async fn can_foresee(&self, campaign: &Campaign) -> Result<bool, HostError> {
        Ok(campaign.is_external()
            && !self.crm.is_under_way(campaign).await?
            && self.connection().await?.active)
    }

    /// What an export of a campaign would do now, for a person who is about to run
    /// it, as [`Self::foresee_export`] has it; none where it cannot be told.
    pub async fn foreseen(
        &self,
        campaign: &Campaign,
        most: u64,
    ) -> Result<Option<ExportForecast>, HostError> {
        if !self.can_foresee(campaign).await? {
            return Ok(None);
        }
        match self.foresee_export(campaign, most).await {
            // A component of before this question.
            Err(HostError::Question(QuestionError::NotOffered(_))) => Ok(None),
            foreseen => foreseen.map(Some),
        }
    }

    /// What an export of a campaign would do now: who would be on the list, who
    /// would be left out and why, and how many requests it would take, all as the
    /// export itself judges them. Nothing is sent. It goes through `most` records,
    /// and to the end of the page; `next` of the answer tells whether that is all.
    pub async fn foresee_export(
        &self,
        campaign: &Campaign,
        most: u64,
    ) -> Result<ExportForecast, HostError> {
        let tenant = self.crm.tenant();
        let (selection, permission) = (campaign.selection.as_str(), campaign.permission);
        let mut start = None;
        loop {
            let foreseen = self
                .host
                .foresee_export(tenant, selection, permission, start)
                .await?;
            if foreseen.next.is_none() || foreseen.read >= most {
                return Ok(foreseen);
            }
            start = foreseen.next;
        }
    }

    /// When the queue gets to each campaign, with what each would do that has not
    /// begun; that takes a while for many records.
    pub async fn campaign_forecast_in_full(&self) -> Result<CampaignForecast, HostError> {
        let mut forecast = self.campaign_forecast().await?;
        for line in &mut forecast.lines {
            if line.progress.as_ref().is_some_and(|it| it.done > 0) {
                continue;
            }
            if let Some(campaign) = self.crm.campaign(&line.campaign).await? {
                line.foreseen = Some(self.foresee_export(&campaign, u64::MAX).await?);
            }
        }
        Ok(forecast)
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
                foreseen: None,
                records_before: before,
            });
            before += export.selected.saturating_sub(done);
        }
        Ok(forecast)
    }
}
