//! The questions about results, each handed to its flow.

use super::bindings::exports::koppel::crm_sync::reports;
use super::bindings::koppel::crm_sync::outcomes::QuestionFailed;
use super::convert_in::all;
use super::exports::{Koppel, ports};
use crate::flows::report_questions as questions;

impl reports::Guest for Koppel {
    fn list_mailings(
        start: u64,
        end: u64,
        limit: u32,
    ) -> Result<Vec<reports::Mailing>, QuestionFailed> {
        let ports = ports();
        let asked = questions::list_mailings(&ports, (start, end), limit);
        ports.block_on(asked).map(all).map_err(Into::into)
    }

    fn read_details(message: String) -> Result<reports::Details, QuestionFailed> {
        let ports = ports();
        let asked = questions::read_details(&ports, &message);
        ports.block_on(asked).map(Into::into).map_err(Into::into)
    }

    fn read_statistics(mailing: String) -> Result<reports::Statistics, QuestionFailed> {
        let ports = ports();
        let asked = questions::read_statistics(&ports, &mailing);
        ports.block_on(asked).map(Into::into).map_err(Into::into)
    }

    fn list_interactions(
        message: String,
        kind: reports::InteractionKind,
        of: reports::Whose,
        start: Option<String>,
    ) -> Result<reports::InteractionPage, QuestionFailed> {
        let (ports, of) = (ports(), of.into());
        let page = (&of, start.as_deref());
        let asked = questions::list_interactions(&ports, &message, kind.into(), page);
        ports.block_on(asked).map(Into::into).map_err(Into::into)
    }

    fn list_campaigns() -> Result<Vec<reports::Campaign>, QuestionFailed> {
        let ports = ports();
        let asked = questions::list_campaigns(&ports);
        ports.block_on(asked).map(all).map_err(Into::into)
    }

    fn list_campaign_steps(campaign: String) -> Result<Vec<reports::CampaignStep>, QuestionFailed> {
        let ports = ports();
        let asked = questions::list_campaign_steps(&ports, &campaign);
        ports.block_on(asked).map(all).map_err(Into::into)
    }

    fn list_forms() -> Result<Vec<reports::Form>, QuestionFailed> {
        let ports = ports();
        let asked = questions::list_forms(&ports);
        ports.block_on(asked).map(all).map_err(Into::into)
    }

    fn list_form_questions(
        form: String,
        start: u64,
        end: u64,
    ) -> Result<Vec<reports::FormQuestion>, QuestionFailed> {
        let ports = ports();
        let asked = questions::list_form_questions(&ports, &form, (start, end));
        ports.block_on(asked).map(all).map_err(Into::into)
    }

    fn list_form_results(
        form: String,
        start: u64,
        end: u64,
        next: Option<String>,
    ) -> Result<reports::FormResultPage, QuestionFailed> {
        let ports = ports();
        let asked = questions::list_form_results(&ports, &form, (start, end), next.as_deref());
        ports.block_on(asked).map(Into::into).map_err(Into::into)
    }

    fn read_form_result(
        form: String,
        form_result: String,
    ) -> Result<reports::FormResult, QuestionFailed> {
        let ports = ports();
        let asked = questions::read_form_result(&ports, &form, &form_result);
        ports.block_on(asked).map(Into::into).map_err(Into::into)
    }
}
