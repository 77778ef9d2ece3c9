//! Forms that people filled in (RE-32, DA-65). A result does not name the
//! person: whoever gave a known address in it is known at once; otherwise those
//! who followed a link shortly before are asked for by their form histories.

use std::collections::BTreeMap;

use crate::address::Address;
use crate::change::CrmChange;
use crate::crm::{RecordRef, Timestamp};
use crate::feedback::form_activity;
use crate::follow_up::Deed;
use crate::memory::feedback::Part;
use crate::ports::Ports;
use crate::profile::Enrichment;
use crate::report::FormResult;
use crate::spotler::client::Window;
use crate::spotler::interaction::FeedKind;
use crate::spotler::trouble::Trouble;

use super::people::Moments;
use super::{HOUR_MS, Next, Reading, tolerant};

/// How long before a form was filled in a link to it may have been followed.
const SHORTLY_BEFORE_MS: Timestamp = 6 * HOUR_MS;
/// How many people are asked for about one result.
const MOST_ASKED: usize = 20;
/// How many results are taken at a time.
const MOST_RESULTS: usize = 10;
/// How many pages of one person's form history are read.
const MOST_PAGES: usize = 4;

/// Who filled in which result, as far as asked; by the number of the result.
type Known = BTreeMap<String, RecordRef>;

impl<P: Ports> Reading<'_, P> {
    /// Reads some results of the next form.
    pub(super) async fn forms(
        &self,
        (start, end): (Timestamp, Timestamp),
        (done, after): (usize, usize),
        changes: &mut Vec<CrmChange>,
    ) -> Next {
        let mut forms = self.spotler.forms().await?;
        // Answers to a form that is not final are tests of it.
        forms.retain(|it| it.form_state.is_empty() || it.form_state == "final");
        forms.sort_by(|one, other| one.id.cmp(&other.id));
        let Some(form) = forms.get(done) else {
            return Ok(None);
        };
        let results = tolerant(self.spotler.form_results(&form.id, start, end).await)?;
        let mut results = results.unwrap_or_default();
        results.retain(|it| !it.test);
        results.sort_by(|one, other| {
            (one.submitted_at, &one.id).cmp(&(other.submitted_at, &other.id))
        });
        let (mut known, mut moments) = (Known::new(), Moments::default());
        for result in results.iter().skip(after).take(MOST_RESULTS) {
            let Some(target) = self.who(result, &mut known).await? else {
                continue;
            };
            changes.push(form_activity(form, result, &target));
            let deed = Deed::Answered(&form.name, result);
            let occasion = format!("form/{}/{}", form.id, result.id);
            self.follow_up(&target, (deed, &occasion), result.submitted_at, changes);
            moments.add(&target, Enrichment::LastFormFilledIn, result.submitted_at);
        }
        self.enrich(moments, changes);
        let after = after + MOST_RESULTS;
        Ok(Some(if after < results.len() {
            Part::Forms { done, after }
        } else {
            Part::Forms {
                done: done + 1,
                after: 0,
            }
        }))
    }

    async fn who(
        &self,
        result: &FormResult,
        known: &mut Known,
    ) -> Result<Option<RecordRef>, Trouble> {
        let salt = self.memory.salt();
        let answers = result.answers.iter().flat_map(|it| &it.answers);
        let by_address = answers
            .filter_map(|it| Address::parse(it))
            .find_map(|it| self.memory.owner(&it.hash(&salt)));
        if let Some(reference) = by_address.or_else(|| known.get(&result.id).cloned()) {
            let link = self.memory.link(&reference);
            let is_there = link.is_some_and(|it| it.blanked.is_none());
            return Ok(is_there.then_some(reference));
        }
        for external_id in self.clicked_before(result.submitted_at).await? {
            let Some(reference) = self.known(Some(&external_id)) else {
                continue;
            };
            self.ask_for(&external_id, &reference, known).await?;
            if let Some(reference) = known.get(&result.id) {
                return Ok(Some(reference.clone()));
            }
        }
        Ok(None)
    }

    /// Who followed a link shortly before, latest first.
    async fn clicked_before(&self, at: Timestamp) -> Result<Vec<String>, Trouble> {
        let window = Window {
            start: at.saturating_sub(SHORTLY_BEFORE_MS),
            end: at + 1000,
            after: 0,
            page_size: super::PAGE,
        };
        let (mut rows, ..) = self.spotler.feed_of(FeedKind::Clicked, window).await?;
        rows.sort_by_key(|it| std::cmp::Reverse(it.at));
        let mut ids: Vec<String> = Vec::new();
        for id in rows.into_iter().filter_map(|it| it.external_id) {
            if ids.len() < MOST_ASKED && !ids.contains(&id) {
                ids.push(id);
            }
        }
        Ok(ids)
    }

    async fn ask_for(
        &self,
        external_id: &str,
        reference: &RecordRef,
        known: &mut Known,
    ) -> Result<(), Trouble> {
        let mut after = 0;
        for _ in 0..MOST_PAGES {
            let page = tolerant(self.spotler.form_history(external_id, after).await)?;
            let (rows, count, more) = page.unwrap_or_default();
            for row in rows {
                known.insert(row.result, reference.clone());
            }
            if !more {
                break;
            }
            after += count;
        }
        Ok(())
    }
}
