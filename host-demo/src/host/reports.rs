//! Results, asked for page by page until they are complete.

use koppel_embedding::QuestionError;
use koppel_embedding::contract::{
    card::{FilledInForm, SentMessage},
    outcomes::QuestionFailed,
    reports::{FormResult, Interaction, InteractionKind, Whose},
};

use super::{DemoHost, HostError};
use crate::contract::{RecordRef, Snapshot};
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

    /// The mailings to the list of this exact name, each with its newest results
    /// (PV-51).
    pub async fn mailings_with_results(
        &self,
        list: &str,
    ) -> Result<Vec<(StoredMailing, Option<Snapshot>)>, HostError> {
        let mut all = Vec::new();
        for mailing in self.crm().mailings_to(list).await? {
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
