//! Results, asked for page by page until they are complete.

use koppel_embedding::QuestionError;
use koppel_embedding::contract::{
    card::{FilledInForm, SentMessage},
    outcomes::QuestionFailed,
    reports::{FormResult, Interaction, InteractionKind, Whose},
};

use super::{DemoHost, HostError};
use crate::contract::{RecordRef, Snapshot};
use crate::crm::attached::{ABSENT, is_attached};
use crate::crm::campaigns::Campaign;
use crate::crm::mailings::StoredMailing;
use crate::explain::{Explainer, Language};

/// A history of one person that is read over many pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageHistory {
    /// Mailings.
    Mailings,
    /// Messages of journeys.
    Journeys,
}

impl DemoHost {
    /// Everything that people did with a message, over all pages (RE-20..RE-23,
    /// RE-37..RE-40).
    pub async fn interactions(
        &self,
        message: &str,
        kind: InteractionKind,
        of: Whose,
    ) -> Result<Vec<Interaction>, HostError> {
        let (mut all, mut start) = (Vec::new(), None);
        loop {
            let page = self
                .embedding()
                .list_interactions(self.crm().tenant(), message, kind, of.clone(), start)
                .await?;
            all.extend(page.interactions);
            start = page.next;
            if start.is_none() {
                return Ok(all);
            }
        }
    }

    /// Everything that was sent to one person, over all pages (RE-25, RE-42).
    pub async fn message_history(
        &self,
        reference: &RecordRef,
        history: MessageHistory,
    ) -> Result<Vec<SentMessage>, HostError> {
        let (host, tenant) = (self.embedding(), self.crm().tenant());
        let (mut all, mut start) = (Vec::new(), None);
        loop {
            let page = match history {
                MessageHistory::Mailings => {
                    host.list_mailing_history(tenant, reference, start).await?
                }
                MessageHistory::Journeys => {
                    host.list_journey_history(tenant, reference, start).await?
                }
            };
            all.extend(page.messages);
            start = page.next;
            if start.is_none() {
                return Ok(all);
            }
        }
    }

    /// Every time that one person filled in a form, over all pages (RE-27).
    pub async fn form_history(
        &self,
        reference: &RecordRef,
    ) -> Result<Vec<FilledInForm>, HostError> {
        let (host, tenant) = (self.embedding(), self.crm().tenant());
        let (mut all, mut start) = (Vec::new(), None);
        loop {
            let page = host.list_form_history(tenant, reference, start).await?;
            all.extend(page.forms);
            start = page.next;
            if start.is_none() {
                return Ok(all);
            }
        }
    }

    /// Everything that was filled in within a period, oldest first (RE-33).
    pub async fn form_results(
        &self,
        form: &str,
        (start, end): (u64, u64),
    ) -> Result<Vec<FormResult>, HostError> {
        let (host, tenant) = (self.embedding(), self.crm().tenant());
        let (mut all, mut next) = (Vec::new(), None);
        loop {
            let page = host
                .list_form_results(tenant, form, start, end, next)
                .await?;
            all.extend(page.results);
            next = page.next;
            if next.is_none() {
                return Ok(all);
            }
        }
    }

    /// The mailings to the list of this exact name, each with its newest results.
    /// If campaigns made a list of that name, only those to their lists (PV-51).
    pub async fn mailings_with_results(
        &self,
        list: &str,
    ) -> Result<Vec<(StoredMailing, Option<Snapshot>)>, HostError> {
        let mut campaigns = self.crm().campaigns().await?;
        campaigns.retain(|(campaign, stands)| {
            let facts = stands.iter().flat_map(|it| &it.facts);
            campaign.list_name == list && facts.into_iter().any(|it| it.name == ABSENT)
        });
        let stands: Vec<_> = campaigns.into_iter().filter_map(|it| it.1).collect();
        let belongs = |it: &StoredMailing| {
            let of = |stands| is_attached(Some(stands), it.mailing.sent_at);
            stands.is_empty() || stands.iter().any(of)
        };
        self.results_of(list, belongs).await
    }

    /// The mailings of a campaign, each with its newest results: those to a list of
    /// exactly its name while that was the campaign's own list (PV-36, PV-51).
    pub async fn mailings_of_campaign(
        &self,
        campaign: &Campaign,
    ) -> Result<Vec<(StoredMailing, Option<Snapshot>)>, HostError> {
        let stands = self.crm().subject("campaign", &campaign.id).await?;
        let belongs = |it: &StoredMailing| is_attached(stands.as_ref(), it.mailing.sent_at);
        self.results_of(&campaign.list_name, belongs).await
    }

    async fn results_of(
        &self,
        list: &str,
        belongs: impl Fn(&StoredMailing) -> bool,
    ) -> Result<Vec<(StoredMailing, Option<Snapshot>)>, HostError> {
        let mut mailings = self.crm().mailings_to(list).await?;
        mailings.retain(belongs);
        let mut all = Vec::new();
        for mailing in mailings {
            let newest = self.crm().snapshots(&mailing.mailing.id).await?.pop();
            all.push((mailing, newest));
        }
        Ok(all)
    }
}

impl Explainer {
    /// Why the component did not answer a question, and what to do next; none
    /// where it was no such refusal.
    pub fn refusal(&self, language: Language, error: &HostError) -> Option<String> {
        let HostError::Question(QuestionError::Refused(
            QuestionFailed::Unavailable(reason) | QuestionFailed::Refused(reason),
        )) = error
        else {
            return None;
        };
        let text = self.text(language, &reason.code, &reason.about);
        let next = self.next_step(language, &reason.code, &reason.about);
        Some(next.map_or(text.clone(), |it| format!("{text} {it}")))
    }
}
