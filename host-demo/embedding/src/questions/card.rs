//! The customer card, as far as it asks Spotler.

use super::{QuestionError, question};
use crate::TenantId;
use crate::calls::guest;
use crate::contract::card::{Card, FormPage, MessagePage};
use crate::contract::generated::exports::koppel::crm_sync as exports;
use crate::contract::types::RecordRef;
use crate::host::Host;

impl Host {
    /// The Spotler block of one record as Spotler has it now; one request.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub async fn read_live_card(
        &self,
        tenant: &TenantId,
        record: &RecordRef,
    ) -> Result<Card, QuestionError> {
        let record = record.clone();
        question!(self, tenant, card.call_read_live_card(&record))
    }

    /// The mailings that were sent to a person, a page at a time.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub async fn list_mailing_history(
        &self,
        tenant: &TenantId,
        record: &RecordRef,
        start: Option<String>,
    ) -> Result<MessagePage, QuestionError> {
        let record = record.clone();
        question!(
            self,
            tenant,
            card.call_list_mailing_history(&record, start.as_deref())
        )
    }

    /// The messages of journeys that were sent to a person, a page at a time.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub async fn list_journey_history(
        &self,
        tenant: &TenantId,
        record: &RecordRef,
        start: Option<String>,
    ) -> Result<MessagePage, QuestionError> {
        let record = record.clone();
        question!(
            self,
            tenant,
            card.call_list_journey_history(&record, start.as_deref())
        )
    }

    /// The forms that a person filled in, a page at a time.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub async fn list_form_history(
        &self,
        tenant: &TenantId,
        record: &RecordRef,
        start: Option<String>,
    ) -> Result<FormPage, QuestionError> {
        let record = record.clone();
        question!(
            self,
            tenant,
            card.call_list_form_history(&record, start.as_deref())
        )
    }
}
