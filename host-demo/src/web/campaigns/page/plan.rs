//! What a run of a campaign would do (PV-22, C13): how many are selected, when it
//! would start, who would be left out and why, and how many requests it takes.

use super::super::CampaignWords;
use crate::{
    contract::{ExportForecast, LeftOut, SubjectChange, SyncStatus},
    crm::campaigns::Campaign,
    web::{
        links::moment,
        overview::{COUNTED, at_most},
        trouble::Trouble,
        visit::Visit,
        words::fill,
    },
};

/// So many of the selected are gone through, to the end of the component's page of
/// them: a page does not wait for everybody.
const FORESEEN: u64 = 2_500;
/// So many are gone through at once; more of them take long enough to show the page
/// first. Two seconds or more for 2,500 were measured.
const QUICK: u64 = 100;
/// The id of the plan on the page.
const ID: &str = "plan";

/// The plan, in words.
pub(super) struct Plan {
    pub(super) title: &'static str,
    /// What has to be done before it can be exported once more.
    pub(super) first: Option<&'static str>,
    pub(super) selected: String,
    pub(super) starts: String,
    /// Whether it is still being foreseen, and appears by itself.
    pub(super) pending: bool,
    /// Whether it can be run.
    pub(super) external: bool,
    pub(super) numbers: Vec<(&'static str, u64)>,
    /// How many would be left out, and why.
    pub(super) left_out: Vec<(u64, String)>,
    /// How many the numbers are about, where that is not everybody.
    pub(super) partly: Option<String>,
}

impl Plan {
    pub(super) async fn of(
        visit: &Visit,
        campaign: &Campaign,
        stands: Option<&SubjectChange>,
        asked_for: bool,
    ) -> Result<Self, Trouble> {
        let (crm, w) = (visit.host.crm(), CampaignWords::of(visit.language()));
        let plan = crm.plan_campaign_up_to(&campaign.id, COUNTED).await?;
        let now = is_foreseen_now(visit.refreshed.as_deref(), asked_for, plan.selected);
        let foreseen = if now {
            visit.told(visit.host.foreseen(campaign, FORESEEN).await)?
        } else {
            None
        };
        let pending = !now && visit.host.can_foresee(campaign).await?;
        let external = campaign.is_external();
        let is_done = stands.is_some_and(|it| it.status == SyncStatus::Succeeded);
        let why = |it: &LeftOut| {
            let text = visit.explainer.text_for_many(visit.language(), &it.reason);
            (it.records, text)
        };
        let left_out = foreseen.iter().flat_map(|it| &it.left_out);
        Ok(Self {
            title: if campaign.event.is_some() {
                w.again
            } else {
                w.plan
            },
            first: is_done.then_some(w.again_hint),
            selected: fill(w.selected, at_most(plan.selected)),
            starts: match plan.starts_at {
                _ if !external => w.e_not_external.to_owned(),
                None => w.at_once.to_owned(),
                Some(at) => fill(w.evening, moment(at)),
            },
            pending,
            external,
            numbers: foreseen.as_ref().map_or_else(Vec::new, |it| numbers(w, it)),
            left_out: left_out.map(why).collect(),
            partly: foreseen.as_ref().and_then(|it| partly(w, it)),
        })
    }
}

fn numbers(w: &CampaignWords, foreseen: &ExportForecast) -> Vec<(&'static str, u64)> {
    let left_out = foreseen.left_out.iter().map(|it| it.records).sum();
    let seldom = [
        (w.created, foreseen.created),
        (w.changed, foreseen.changed),
        (w.looked_at, foreseen.looked_at),
    ];
    let mut numbers = vec![(w.on_list, foreseen.listed)];
    numbers.extend(seldom.into_iter().filter(|it| it.1 > 0));
    numbers.extend([(w.left_out, left_out), (w.requests, foreseen.requests)]);
    numbers
}

/// Whether it is foreseen for this answer: where that is quick or was asked for. Of
/// a page that is open, only while it waits for the plan.
fn is_foreseen_now(refreshed: Option<&[String]>, asked_for: bool, selected: u64) -> bool {
    match refreshed {
        Some(ids) => ids.iter().any(|it| it == ID),
        None => asked_for || selected <= QUICK,
    }
}

/// What is said where not everybody was gone through.
fn partly(w: &CampaignWords, foreseen: &ExportForecast) -> Option<String> {
    foreseen.next.as_ref()?;
    Some(fill(w.first_only, foreseen.read))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::Language;

    #[test]
    fn a_page_does_not_wait_for_what_takes_long_and_does_not_repeat_it() {
        assert!(is_foreseen_now(None, false, QUICK));
        assert!(!is_foreseen_now(None, false, QUICK + 1));
        assert!(is_foreseen_now(None, true, QUICK + 1));
        let waits = ["results".to_owned(), ID.to_owned()];
        assert!(is_foreseen_now(Some(&waits), false, QUICK + 1));
        let waits = ["results".to_owned()];
        assert!(!is_foreseen_now(Some(&waits), true, 1));
    }

    #[test]
    fn a_plan_says_where_it_is_about_the_first_of_many() {
        let w = CampaignWords::of(Language::English);
        let mut foreseen = ExportForecast {
            read: 2_500,
            listed: 2_500,
            created: 0,
            changed: 0,
            looked_at: 0,
            left_out: Vec::new(),
            requests: 6,
            next: Some("x".to_owned()),
            more: Vec::new(),
        };
        let said = partly(w, &foreseen).unwrap_or_default();
        assert!(said.starts_with("These are the first 2500"), "{said}");
        foreseen.next = None;
        assert_eq!(partly(w, &foreseen), None);
    }
}
