//! Questions to the component: they change nothing, whatever it writes.

mod card;
mod reports;

use crate::TenantId;
use crate::calls::{call, guest};
use crate::contract::about::Description;
use crate::contract::campaign_forecasts::ExportForecast;
use crate::contract::campaigns::AddresseePage;
use crate::contract::card::Card;
use crate::contract::connection::{MappingEffect, MappingRow, Property, State};
use crate::contract::generated::exports::koppel::crm_sync as exports;
use crate::contract::journeys::{Finding, Journey, JourneySettings, JourneySwitch};
use crate::contract::outcomes::QuestionFailed;
use crate::contract::types::RecordRef;
use crate::host::Host;
use crate::state::CallState;
use crate::store::StoreError;
use futures::future::BoxFuture;
use wasmtime::Store as WasmStore;
use wasmtime::component::Instance;

/// Asks the component one question of one interface, which may be missing.
macro_rules! question {
    ($host:expr, $tenant:expr, $interface:ident.$function:ident($($given:expr),*)) => {
        $host
            .ask_fallible(stringify!($interface), $tenant, move |store, instance| {
                Box::pin(async move {
                    guest!(store, instance, $interface)
                        .$function(store $(, $given)*)
                        .await
                })
            })
            .await
    };
}
pub(crate) use question;

/// A question was not answered.
#[derive(Debug, thiserror::Error)]
pub enum QuestionError {
    /// The component answered that it cannot; its reason is for the user.
    #[error("the component cannot answer")]
    Refused(QuestionFailed),
    /// The component does not offer the interface: hide the function.
    #[error("the component does not offer `{0}`")]
    NotOffered(&'static str),
    /// The component trapped or passed a limit, or the CRM failed; the code says
    /// which.
    #[error("the component did not answer: {0}")]
    Failed(&'static str),
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] StoreError),
}

impl Host {
    /// Who the component is, and what its codes mean.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub async fn describe(&self) -> Result<Description, QuestionError> {
        let nobody = TenantId::new("nobody").map_err(|_| QuestionError::Failed("tenant"))?;
        self.ask("about", &nobody, |store, instance| {
            Box::pin(async move { guest!(store, instance, about).call_describe(store).await })
        })
        .await
    }

    /// The connection as it stands; no request.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub async fn read_state(&self, tenant: &TenantId) -> Result<State, QuestionError> {
        self.ask("connection", tenant, |store, instance| {
            Box::pin(async move {
                guest!(store, instance, connection)
                    .call_read_state(store)
                    .await
            })
        })
        .await
    }

    /// The mapping as it stands, with the rows that are mapped to nothing.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub async fn read_mapping(&self, tenant: &TenantId) -> Result<Vec<MappingRow>, QuestionError> {
        question!(self, tenant, connection.call_read_mapping())
    }

    /// The properties that Spotler has, as of the last refresh.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub async fn read_properties(&self, tenant: &TenantId) -> Result<Vec<Property>, QuestionError> {
        question!(self, tenant, connection.call_read_properties())
    }

    /// What saving a mapping would do, a page of linked records at a time; no
    /// request, and nothing is kept (YO-13, YO-21).
    ///
    /// # Errors
    /// [`QuestionError`].
    pub async fn what_if_mapping(
        &self,
        tenant: &TenantId,
        mapping: &[MappingRow],
        start: Option<String>,
    ) -> Result<MappingEffect, QuestionError> {
        let mapping = mapping.to_vec();
        question!(
            self,
            tenant,
            connection.call_what_if_mapping(&mapping, start.as_deref())
        )
    }

    /// What the latest finished export of a campaign did with each record of its
    /// selection, a page at a time; no request.
    ///
    /// # Errors
    /// [`QuestionError`]; `not-found` where the campaign was never exported.
    pub async fn list_addressees(
        &self,
        tenant: &TenantId,
        campaign: &str,
        start: Option<&str>,
    ) -> Result<AddresseePage, QuestionError> {
        let (campaign, start) = (campaign.to_owned(), start.map(str::to_owned));
        question!(
            self,
            tenant,
            campaigns.call_list_addressees(&campaign, start.as_deref())
        )
    }

    /// What an export of a selection would do, a page at a time, each answer
    /// counting from the first page on; no request.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub async fn foresee_export(
        &self,
        tenant: &TenantId,
        selection: &str,
        permission: Option<u32>,
        start: Option<String>,
    ) -> Result<ExportForecast, QuestionError> {
        let selection = selection.to_owned();
        self.ask_fallible("campaign-forecasts", tenant, move |store, instance| {
            Box::pin(async move {
                guest!(store, instance, campaign_forecasts)
                    .call_foresee_export(store, &selection, permission, start.as_deref())
                    .await
            })
        })
        .await
    }

    /// The Spotler block of one record; no request.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub async fn read_card(
        &self,
        tenant: &TenantId,
        record: &RecordRef,
    ) -> Result<Card, QuestionError> {
        let record = record.clone();
        question!(self, tenant, card.call_read_card(&record))
    }

    /// The journeys as they were last listed; no request.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub async fn list_journeys(&self, tenant: &TenantId) -> Result<Vec<Journey>, QuestionError> {
        question!(self, tenant, journeys.call_list_journeys())
    }

    /// The settings for journeys as they were last saved; no request.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub async fn read_journey_settings(
        &self,
        tenant: &TenantId,
    ) -> Result<JourneySettings, QuestionError> {
        question!(self, tenant, journeys.call_read_journey_settings())
    }

    /// The switches of one record, one for each trigger; no request.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub async fn read_switches(
        &self,
        tenant: &TenantId,
        record: &RecordRef,
    ) -> Result<Vec<JourneySwitch>, QuestionError> {
        let record = record.clone();
        question!(self, tenant, journeys.call_read_switches(&record))
    }

    /// What is wrong with the placeholders of a message; no request.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub async fn lint_message(
        &self,
        tenant: &TenantId,
        trigger: &str,
        text: &str,
    ) -> Result<Vec<Finding>, QuestionError> {
        let (trigger, text) = (trigger.to_owned(), text.to_owned());
        question!(self, tenant, journeys.call_lint_message(&trigger, &text))
    }

    async fn ask_fallible<T, F>(
        &self,
        interface: &'static str,
        tenant: &TenantId,
        function: F,
    ) -> Result<T, QuestionError>
    where
        T: Send,
        F: for<'a> FnOnce(
                &'a mut WasmStore<CallState>,
                &'a Instance,
            )
                -> BoxFuture<'a, wasmtime::Result<Result<T, QuestionFailed>>>
            + Send,
    {
        self.ask(interface, tenant, function)
            .await?
            .map_err(QuestionError::Refused)
    }

    async fn ask<T, F>(
        &self,
        interface: &'static str,
        tenant: &TenantId,
        function: F,
    ) -> Result<T, QuestionError>
    where
        T: Send,
        F: for<'a> FnOnce(
                &'a mut WasmStore<CallState>,
                &'a Instance,
            ) -> BoxFuture<'a, wasmtime::Result<T>>
            + Send,
    {
        let current = self.current();
        if !current.offers(interface) {
            return Err(QuestionError::NotOffered(interface));
        }
        let _place = self.inner.questions.acquire().await;
        let prepared = self.prepare(tenant, None).await?;
        // What it wrote is thrown away with the state.
        let (answer, _state) = call(&current.component, prepared.state, function).await;
        answer.map_err(|failure| QuestionError::Failed(failure.code()))
    }
}
