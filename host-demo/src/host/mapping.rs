//! The mapping on its way from the button to the queue: opened as a draft,
//! tried, then saved or cancelled (YO-13, YO-16..YO-21).

use koppel_embedding::{
    Event, EventKey, QuestionError,
    contract::connection::{MappingFault, MappingRow},
};

use super::{DemoHost, HostError};
use crate::{contract::RecordRef, crm::mapping_draft};

/// How many of the records that would change a forecast names.
const MOST_NAMED: usize = 1_000;

/// What saving a mapping would do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MappingForecast {
    /// What is wrong with it; then it cannot be saved and nothing is counted.
    pub faults: Vec<MappingFault>,
    /// How many records are linked.
    pub linked: u64,
    /// Of how many of them Spotler would get other values.
    pub changing: u64,
    /// The first 1,000 of those.
    pub records: Vec<RecordRef>,
    /// How many requests that would take.
    pub requests: u64,
}

impl DemoHost {
    /// The mapping as it stands, rows that are mapped to nothing included.
    pub async fn mapping(&self) -> Result<Vec<MappingRow>, HostError> {
        Ok(self.host.read_mapping(self.crm.tenant()).await?)
    }

    /// What saving this mapping would do; nothing is saved and nothing sent.
    pub async fn what_if(&self, rows: &[MappingRow]) -> Result<MappingForecast, HostError> {
        let mut forecast = MappingForecast::default();
        let mut start = None;
        loop {
            let tenant = self.crm.tenant();
            let page = self.host.what_if_mapping(tenant, rows, start).await?;
            forecast.linked += page.linked;
            forecast.requests += page.requests;
            forecast.changing += page.changing.len() as u64;
            let room = MOST_NAMED.saturating_sub(forecast.records.len());
            forecast
                .records
                .extend(page.changing.into_iter().take(room));
            forecast.faults.extend(page.faults);
            start = page.next;
            if start.is_none() {
                return Ok(forecast);
            }
        }
    }

    /// What is wrong with this mapping; empty where it can be saved.
    pub async fn mapping_faults(
        &self,
        rows: &[MappingRow],
    ) -> Result<Vec<MappingFault>, HostError> {
        let tenant = self.crm.tenant();
        match self.host.what_if_mapping(tenant, rows, None).await {
            Ok(page) => Ok(page.faults),
            // A component of before this question: it checks what is saved.
            Err(QuestionError::NotOffered(_)) => Ok(Vec::new()),
            Err(error) => Err(error.into()),
        }
    }

    /// The mapping that is being edited; none while none is open.
    pub async fn mapping_draft(&self) -> Result<Option<Vec<MappingRow>>, HostError> {
        Ok(self.crm.mapping_draft().await?)
    }

    /// Keeps a mapping that is being edited. The mapping itself stays as it is.
    pub async fn keep_mapping_draft(&self, rows: Vec<MappingRow>) -> Result<(), HostError> {
        Ok(self.crm.keep_mapping_draft(rows).await?)
    }

    /// Throws away what is being edited (YO-20). False: nothing was.
    pub async fn cancel_mapping(&self) -> Result<bool, HostError> {
        Ok(self.crm.drop_mapping_draft().await?)
    }

    /// Queues the mapping as a user saved it; what was being edited ends.
    pub async fn save_mapping(&self, rows: Vec<MappingRow>) -> Result<EventKey, HostError> {
        let new = self.crm.new_event(Event::MappingSaved(rows));
        let of = self.crm.tenant().clone();
        self.crm
            .write(move |connection, tenant| {
                Box::pin(async move {
                    mapping_draft::drop_draft(connection, &tenant).await?;
                    Ok(crate::crm::desk::enqueue(connection, &of, new).await?)
                })
            })
            .await
    }
}
