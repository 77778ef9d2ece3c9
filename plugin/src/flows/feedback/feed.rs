//! The account-wide feed: what was sent, opened, clicked and came back. It names
//! neither link nor participation (C24): which link was followed is read from the
//! mailing, and messages of journeys are read by participation elsewhere.

use std::collections::BTreeSet;

use crate::change::CrmChange;
use crate::crm::Timestamp;
use crate::feedback::{News, Told};
use crate::follow_up::Deed;
use crate::memory::feedback::Part;
use crate::memory::messages::KnownMessage;
use crate::ports::Ports;
use crate::profile::Enrichment;
use crate::report::{InteractionKind, Medium};
use crate::spotler::client::Window;
use crate::spotler::interaction::{FeedKind, FeedRow};
use crate::spotler::reporting::{Family, RowsOf};
use crate::spotler::trouble::Trouble;

use super::people::Moments;
use super::{Next, PAGE, Reading, tolerant};

/// How many mailings with new clicks are remembered before they are read.
const MOST_CHANGED: usize = 200;

type Between = (Timestamp, Timestamp);

impl<P: Ports> Reading<'_, P> {
    /// A page of the feed, and where the next one starts.
    async fn page(
        &self,
        kind: FeedKind,
        (start, end): Between,
        after: usize,
    ) -> Result<(Vec<FeedRow>, Option<usize>), Trouble> {
        let window = Window {
            start,
            end,
            after,
            page_size: PAGE,
        };
        let (rows, count, more) = self.spotler.feed_of(kind, window).await?;
        Ok((rows, more.then_some(after + count)))
    }

    pub(super) async fn sent(
        &self,
        between: Between,
        after: usize,
        changes: &mut Vec<CrmChange>,
    ) -> Next {
        let (rows, next) = self.page(FeedKind::Sent, between, after).await?;
        let mut moments = Moments::default();
        for row in &rows {
            let message = self
                .message(&row.message, row.name.as_deref(), changes)
                .await?;
            self.tell(row, &message, News::Sent, &mut moments, changes);
        }
        self.enrich(moments, changes);
        Ok(next.map(|after| Part::Sent { after }))
    }

    pub(super) async fn opened(
        &self,
        between: Between,
        after: usize,
        changes: &mut Vec<CrmChange>,
    ) -> Next {
        let (rows, next) = self.page(FeedKind::Opened, between, after).await?;
        let mut moments = Moments::default();
        for row in &rows {
            let message = self.message(&row.message, None, changes).await?;
            self.tell(row, &message, News::Opened, &mut moments, changes);
        }
        self.enrich(moments, changes);
        Ok(next.map(|after| Part::Opened { after }))
    }

    pub(super) async fn bounced(
        &self,
        between: Between,
        after: usize,
        changes: &mut Vec<CrmChange>,
    ) -> Next {
        let (rows, next) = self.page(FeedKind::Bounced, between, after).await?;
        let mut moments = Moments::default();
        for row in &rows {
            let message = self.message(&row.message, None, changes).await?;
            let news = News::Bounced(row.bounce);
            self.tell(row, &message, news, &mut moments, changes);
        }
        Ok(next.map(|after| Part::Bounced { after }))
    }

    /// Notes in which mailings links were followed.
    pub(super) async fn clicked(
        &self,
        between: Between,
        (after, changed): (usize, Vec<String>),
        changes: &mut Vec<CrmChange>,
    ) -> Next {
        let (rows, next) = self.page(FeedKind::Clicked, between, after).await?;
        let mut changed: BTreeSet<String> = changed.into_iter().collect();
        let mut moments = Moments::default();
        for row in &rows {
            let known = self.known(row.external_id.as_deref()).is_some();
            if !known || changed.contains(&row.message) {
                continue;
            }
            let message = self.message(&row.message, None, changes).await?;
            match message.family {
                Some(Family::Mailing) => {
                    changed.insert(row.message.clone());
                }
                Some(Family::Journey) => {}
                // Spotler shows its links nowhere: that one was followed is all.
                None => self.tell(row, &message, News::Clicked(None), &mut moments, changes),
            }
        }
        let changed: Vec<String> = changed.into_iter().collect();
        Ok(match next {
            Some(after) if changed.len() < MOST_CHANGED => Some(Part::Clicked { after, changed }),
            resume if changed.is_empty() => resume.map(|after| Part::Clicked { after, changed }),
            resume => Some(Part::Clicks {
                changed,
                after: 0,
                resume,
            }),
        })
    }

    /// Reads which links were followed in the first of the mailings.
    pub(super) async fn clicks(
        &self,
        (start, _): Between,
        (mut changed, after, resume): (Vec<String>, usize, Option<usize>),
        changes: &mut Vec<CrmChange>,
    ) -> Next {
        let Some(id) = changed.first().cloned() else {
            return Ok(resume.map(|after| Part::Clicked { after, changed }));
        };
        let message = self.message(&id, None, changes).await?;
        let page = tolerant(
            self.spotler
                .interactions(RowsOf {
                    family: Family::Mailing,
                    message: &id,
                    kind: InteractionKind::Clicks,
                    whose: None,
                    between: None,
                    after,
                    page_size: PAGE,
                })
                .await,
        )?;
        let (rows, count, more) = page.unwrap_or_default();
        let mut moments = Moments::default();
        for row in rows {
            let (Some(at), Some(target)) = (row.at, self.known(row.external_id.as_deref())) else {
                continue;
            };
            if at < start {
                continue;
            }
            let told = Told {
                id: &id,
                message: &message,
                target: &target,
                participation: None,
                at,
            };
            self.news(
                told,
                News::Clicked(row.link.and_then(|it| message.link(it))),
                changes,
            );
            moments.add(&target, Enrichment::LastClicked, at);
        }
        self.enrich(moments, changes);
        let after = if more { after + count } else { 0 };
        if !more {
            changed.remove(0);
        }
        Ok(Some(Part::Clicks {
            changed,
            after,
            resume,
        })
        .filter(|it| !is_over(it)))
    }

    /// Tells the CRM of a row about a mailing; those about journeys only make
    /// the message known.
    fn tell(
        &self,
        row: &FeedRow,
        message: &KnownMessage,
        news: News<'_>,
        moments: &mut Moments,
        changes: &mut Vec<CrmChange>,
    ) {
        if message.family == Some(Family::Journey) {
            return;
        }
        let Some(target) = self.known(row.external_id.as_deref()) else {
            return;
        };
        let told = Told {
            id: &row.message,
            message,
            target: &target,
            participation: None,
            at: row.at,
        };
        self.news(told, news, changes);
        match news {
            News::Sent => moments.add(&target, Enrichment::LastReceived, row.at),
            News::Opened => moments.add(&target, Enrichment::LastOpened, row.at),
            News::Clicked(_) | News::Bounced(_) => {}
        }
    }

    /// The line in the timeline, and the tasks that follow. What Spotler says of
    /// opens of a text message is not believed (RE-43).
    pub(super) fn news(&self, told: Told<'_>, news: News<'_>, changes: &mut Vec<CrmChange>) {
        let is_sms = told.message.medium == Medium::Sms;
        if is_sms && matches!(news, News::Opened | News::Clicked(_)) {
            return;
        }
        changes.push(told.activity(news, self.connection.profile.sms_activity));
        let name = told.message.name.as_str();
        let deed = match news {
            News::Opened => Deed::Opened(name),
            News::Clicked(Some(link)) => Deed::Clicked(name, link),
            News::Bounced(Some(bounce)) => Deed::Bounced(bounce),
            News::Sent | News::Clicked(None) | News::Bounced(None) => return,
        };
        self.follow_up(told.target, (deed, &told.key()), told.at, changes);
    }
}

/// Whether nothing is left of the clicks, nor of the feed behind them.
fn is_over(part: &Part) -> bool {
    matches!(part, Part::Clicks { changed, resume: None, .. } if changed.is_empty())
}
