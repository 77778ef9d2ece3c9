//! Results of mailings and journeys, and answers to forms: each asks Spotler.

use super::{QuestionError, question};
use crate::TenantId;
use crate::calls::guest;
use crate::contract::generated::exports::koppel::crm_sync as exports;
use crate::contract::mailings::{Details, Mailing, Statistics};
use crate::contract::reports::{
    Campaign, CampaignStep, Form, FormQuestion, FormResult, FormResultPage, InteractionKind,
    InteractionPage, Whose,
};
use crate::contract::types::Timestamp;
use crate::host::Host;

impl Host {
    /// The mailings sent in a period, newest first, at most `limit`; asks Spotler.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub async fn list_mailings(
        &self,
        tenant: &TenantId,
        start: Timestamp,
        end: Timestamp,
        limit: u32,
    ) -> Result<Vec<Mailing>, QuestionError> {
        question!(self, tenant, reports.call_list_mailings(start, end, limit))
    }

    /// Sender, target group, message and links of a mailing or of a journey's message.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub async fn read_details(
        &self,
        tenant: &TenantId,
        message: &str,
    ) -> Result<Details, QuestionError> {
        let message = message.to_owned();
        question!(self, tenant, reports.call_read_details(&message))
    }

    /// The statistics of a mailing, as they are now.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub async fn read_statistics(
        &self,
        tenant: &TenantId,
        mailing: &str,
    ) -> Result<Statistics, QuestionError> {
        let mailing = mailing.to_owned();
        question!(self, tenant, reports.call_read_statistics(&mailing))
    }

    /// What people did with a mailing or a journey's message, a page at a time.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub async fn list_interactions(
        &self,
        tenant: &TenantId,
        message: &str,
        kind: InteractionKind,
        of: Whose,
        start: Option<String>,
    ) -> Result<InteractionPage, QuestionError> {
        let message = message.to_owned();
        question!(
            self,
            tenant,
            reports.call_list_interactions(&message, kind, &of, start.as_deref())
        )
    }

    /// All campaigns of Spotler's older kind.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub async fn list_campaigns(&self, tenant: &TenantId) -> Result<Vec<Campaign>, QuestionError> {
        question!(self, tenant, reports.call_list_campaigns())
    }

    /// The steps of a campaign that send a message.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub async fn list_campaign_steps(
        &self,
        tenant: &TenantId,
        campaign: &str,
    ) -> Result<Vec<CampaignStep>, QuestionError> {
        let campaign = campaign.to_owned();
        question!(self, tenant, reports.call_list_campaign_steps(&campaign))
    }

    /// All forms.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub async fn list_forms(&self, tenant: &TenantId) -> Result<Vec<Form>, QuestionError> {
        question!(self, tenant, reports.call_list_forms())
    }

    /// The questions of a form, as far as somebody answered it in the period.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub async fn list_form_questions(
        &self,
        tenant: &TenantId,
        form: &str,
        start: Timestamp,
        end: Timestamp,
    ) -> Result<Vec<FormQuestion>, QuestionError> {
        let form = form.to_owned();
        question!(
            self,
            tenant,
            reports.call_list_form_questions(&form, start, end)
        )
    }

    /// What was filled in within a period, a page at a time.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub async fn list_form_results(
        &self,
        tenant: &TenantId,
        form: &str,
        start: Timestamp,
        end: Timestamp,
        next: Option<String>,
    ) -> Result<FormResultPage, QuestionError> {
        let form = form.to_owned();
        question!(
            self,
            tenant,
            reports.call_list_form_results(&form, start, end, next.as_deref())
        )
    }

    /// A form as one person filled it in once.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub async fn read_form_result(
        &self,
        tenant: &TenantId,
        form: &str,
        form_result: &str,
    ) -> Result<FormResult, QuestionError> {
        let form = form.to_owned();
        let form_result = form_result.to_owned();
        question!(
            self,
            tenant,
            reports.call_read_form_result(&form, &form_result)
        )
    }
}
