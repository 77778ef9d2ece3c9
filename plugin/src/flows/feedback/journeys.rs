//! Messages of journeys: who got them, opened, clicked and bounced, by
//! participation, between two moments (RE-37..RE-40, C24). The same contact in
//! the same journey twice is two.

use crate::change::CrmChange;
use crate::crm::Timestamp;
use crate::feedback::{News, Told};
use crate::memory::feedback::{Feedback, Part};
use crate::ports::Ports;
use crate::profile::Enrichment;
use crate::report::{InteractionKind, Medium};
use crate::spotler::reporting::{Family, RowsOf};

use super::people::Moments;
use super::{DAY_MS, Next, PAGE, Reading, tolerant};

/// How often the campaigns are listed.
const LIST_MS: Timestamp = DAY_MS;
/// How long after a message was last sent people may still do something with it.
const SETTLED_MS: Timestamp = 28 * DAY_MS;

impl<P: Ports> Reading<'_, P> {
    /// Makes the messages of the first of the campaigns known. Automations have
    /// no such list: their messages become known through the account-wide feed.
    pub(super) async fn campaigns(&self, state: &mut Feedback, left: Option<Vec<String>>) -> Next {
        let mut left = match left {
            Some(left) => left,
            None if self.now < state.campaigns_read_at.saturating_add(LIST_MS) => return Ok(None),
            None => {
                let campaigns = self.spotler.campaigns().await?;
                campaigns.into_iter().map(|it| it.id).collect()
            }
        };
        let Some(campaign) = left.pop() else {
            state.campaigns_read_at = self.now;
            return Ok(None);
        };
        let messages = tolerant(self.spotler.campaign_mailings(&campaign).await)?;
        for (id, ..) in messages.unwrap_or_default() {
            if self.memory.journey_message(&id).is_some() {
                continue;
            }
            if let Some(details) = tolerant(self.spotler.details(Family::Journey, &id).await)? {
                self.introduce(&id, Family::Journey, &details, &mut Vec::new());
            }
        }
        Ok(Some(Part::Campaigns { left: Some(left) }))
    }

    /// Reads one page of what happened with the first of the messages.
    pub(super) async fn journeys(
        &self,
        between: (Timestamp, Timestamp),
        (left, kind, after): (Option<Vec<String>>, InteractionKind, usize),
        changes: &mut Vec<CrmChange>,
    ) -> Next {
        let mut left = left.unwrap_or_else(|| self.memory.journey_messages());
        let Some(id) = left.last().cloned() else {
            return Ok(None);
        };
        let message = self.message(&id, None, changes).await?;
        let of = RowsOf {
            family: Family::Journey,
            message: &id,
            kind,
            whose: None,
            between: Some(between),
            after,
            page_size: PAGE,
        };
        let page = tolerant(self.spotler.interactions(of).await)?;
        let (rows, count, more) = page.unwrap_or_default();
        let mut moments = Moments::default();
        for row in rows {
            let (Some(at), Some(target)) = (row.at, self.known(row.external_id.as_deref())) else {
                continue;
            };
            let told = Told {
                id: &id,
                message: &message,
                target: &target,
                participation: row.participation.as_deref(),
                at,
            };
            let (news, what) = match kind {
                InteractionKind::Recipients => {
                    self.note_sent(&id, at);
                    (News::Sent, Some(Enrichment::LastReceived))
                }
                InteractionKind::Opens => (News::Opened, Some(Enrichment::LastOpened)),
                InteractionKind::Clicks => {
                    let link = row.link.and_then(|it| message.link(it));
                    (News::Clicked(link), Some(Enrichment::LastClicked))
                }
                InteractionKind::Bounces => (News::Bounced(row.bounce), None),
            };
            self.news(told, news, changes);
            if let Some(what) = what {
                moments.add(&target, what, at);
            }
        }
        self.enrich(moments, changes);
        let (kind, after) = match (more, self.kind_after(&id, kind, message.medium, between.0)) {
            (true, _) => (kind, after + count),
            (false, Some(kind)) => (kind, 0),
            (false, None) => {
                left.pop();
                (InteractionKind::Recipients, 0)
            }
        };
        let left = Some(left);
        Ok(Some(Part::Journeys { left, kind, after }))
    }

    /// What else is read of a message: nothing where it was sent long ago, and of
    /// a text message only what came back.
    fn kind_after(
        &self,
        id: &str,
        kind: InteractionKind,
        medium: Medium,
        start: Timestamp,
    ) -> Option<InteractionKind> {
        let last_sent_at = self.memory.journey_message(id)?.last_sent_at;
        if last_sent_at.is_none_or(|it| it.saturating_add(SETTLED_MS) < start) {
            return None;
        }
        match (kind, medium) {
            (InteractionKind::Recipients, Medium::Email) => Some(InteractionKind::Opens),
            (InteractionKind::Opens, _) => Some(InteractionKind::Clicks),
            (InteractionKind::Recipients, Medium::Sms) | (InteractionKind::Clicks, _) => {
                Some(InteractionKind::Bounces)
            }
            (InteractionKind::Bounces, _) => None,
        }
    }
}
