//! The demo host: the CRM, the component, and the worker between them.
//!
//! This is the API that tests and the command line share. A save, an import or
//! an action goes through [`DemoHost::crm`] and only queues; [`DemoHost::
//! run_until_idle`] works the queue at the clock's time.

mod campaigns;
mod component;
mod config;
mod error;
mod guard;
mod mailings;
mod mapping;
mod queue;
mod reports;
mod restore;
mod settings;
mod status;

pub use campaigns::{CampaignForecast, ForecastLine};
pub use component::ComponentView;
pub use config::{Component, DemoConfig, open_crm};
pub use error::HostError;
pub use mailings::BelongsTo;
pub use mapping::MappingForecast;
pub use queue::{QueueView, WaitingEvent};
pub use reports::MessageHistory;
pub use restore::Restore;
pub use settings::{SettingsForm, SettingsView};
pub use status::{QueueCounts, StatusReport};

use std::sync::Arc;

use koppel_embedding::{
    Event, EventKey, Host, Plan, PlanRequest, Ran, TenantId, Worker,
    contract::{
        actions::ManualAction,
        card::Card,
        connection::{Property, State},
        journeys::{Finding, Journey, JourneySwitch},
    },
};

use crate::{
    contract::RecordRef,
    crm::{DemoCrm, Rehearsal},
    explain::Explainer,
};

/// The demo CRM with the component. Clones share everything.
#[derive(Clone, Debug)]
pub struct DemoHost {
    crm: DemoCrm,
    host: Host,
}

impl DemoHost {
    /// Opens the database and loads the component: the one that was chosen last,
    /// or else the one of the configuration.
    pub async fn open(config: DemoConfig) -> Result<Self, HostError> {
        let crm = open_crm(&config).await?;
        let component = config.load_component()?;
        let host = Host::start(
            crm.store().clone(),
            Arc::new(crm.clone()),
            component,
            config.into_host(),
        );
        host.follow_choice().await?;
        Ok(Self { crm, host })
    }

    /// The CRM: records, tasks, log and all else that is not the connector's.
    pub fn crm(&self) -> &DemoCrm {
        &self.crm
    }

    /// The embedding's host, for what this one does not wrap.
    pub fn embedding(&self) -> &Host {
        &self.host
    }

    /// The same host, with this user at the desk.
    #[must_use]
    pub fn as_user(&self, user: &str) -> Self {
        Self {
            crm: self.crm.as_user(user),
            host: self.host.clone(),
        }
    }

    /// The same host, for another tenant in the same file.
    #[must_use]
    pub fn of_tenant(&self, tenant: TenantId) -> Self {
        Self {
            crm: self.crm.of_tenant(tenant),
            host: self.host.clone(),
        }
    }

    /// The same host, in which saves are noted for a plan and not made.
    #[must_use]
    pub fn rehearsing(&self, rehearsal: &Rehearsal) -> Self {
        Self {
            crm: self.crm.rehearsing(rehearsal),
            host: self.host.clone(),
        }
    }

    /// What these events would lead to; nothing is written anywhere. At most so
    /// many calls of the component are planned.
    pub async fn plan(&self, request: PlanRequest, most_calls: usize) -> Result<Plan, HostError> {
        Ok(self
            .host
            .plan(self.crm.tenant(), request, most_calls)
            .await?)
    }

    /// The worker of this database; there is one at a time.
    pub fn worker(&self) -> Result<Worker, HostError> {
        Ok(self.host.worker()?)
    }

    /// Works the queue until nothing is due at the clock's time.
    pub async fn run_until_idle(&self) -> Result<Ran, HostError> {
        Ok(self.worker()?.run_until_idle().await?)
    }

    /// Queues an event.
    pub async fn enqueue(&self, event: Event) -> Result<EventKey, HostError> {
        Ok(self.crm.enqueue(event).await?)
    }

    /// Queues a look at what changed in Spotler; at most one waits.
    pub async fn tick(&self) -> Result<EventKey, HostError> {
        self.enqueue(Event::Tick).await
    }

    /// Queues an operation that a person started.
    pub async fn run_action(&self, action: ManualAction) -> Result<EventKey, HostError> {
        self.enqueue(Event::Action(action)).await
    }

    /// The properties that a field can be mapped to.
    pub async fn properties(&self) -> Result<Vec<Property>, HostError> {
        Ok(self.host.read_properties(self.crm.tenant()).await?)
    }

    /// The connection as it stands; no request.
    pub async fn connection(&self) -> Result<State, HostError> {
        Ok(self.host.read_state(self.crm.tenant()).await?)
    }

    /// The Spotler block of a record; no request.
    pub async fn card(&self, reference: &RecordRef) -> Result<Card, HostError> {
        Ok(self.host.read_card(self.crm.tenant(), reference).await?)
    }

    /// The Spotler block of a linked record as Spotler has it now; one request
    /// (YO-27).
    pub async fn live_card(&self, reference: &RecordRef) -> Result<Card, HostError> {
        let tenant = self.crm.tenant();
        Ok(self.host.read_live_card(tenant, reference).await?)
    }

    /// The automations and campaigns as they were last listed; no request.
    pub async fn journeys(&self) -> Result<Vec<Journey>, HostError> {
        Ok(self.host.list_journeys(self.crm.tenant()).await?)
    }

    /// The switches of a record, one for each trigger; no request (YO-28).
    pub async fn switches(&self, reference: &RecordRef) -> Result<Vec<JourneySwitch>, HostError> {
        let tenant = self.crm.tenant();
        Ok(self.host.read_switches(tenant, reference).await?)
    }

    /// What is wrong with the placeholders of a message (AU-17).
    pub async fn lint_message(&self, trigger: &str, text: &str) -> Result<Vec<Finding>, HostError> {
        let tenant = self.crm.tenant();
        Ok(self.host.lint_message(tenant, trigger, text).await?)
    }

    /// The texts of the component's codes.
    pub async fn explainer(&self) -> Result<Explainer, HostError> {
        Ok(Explainer::of(self.host.describe().await?.codes))
    }

    /// The profiles that the component knows by name.
    pub async fn profiles(&self) -> Result<Vec<String>, HostError> {
        Ok(self.host.describe().await?.profiles)
    }

    /// The state of the CRM as JSON, to compare two runs with.
    pub async fn dump(&self) -> Result<serde_json::Value, HostError> {
        Ok(self.crm.dump().await?)
    }
}

#[cfg(test)]
mod tests;
