//! One campaign (PV-22, PV-24): what a run would do, how the last one stands, and
//! the results: a table, charts, and the people of each result (PV-43..PV-47); and
//! around them the organisation, the attachments and the linked activities.

pub(crate) mod attachments;
mod linked;
mod organisation;
mod plan;

use askama::Template;
use axum::{
    extract::{Path, Query, rejection::QueryRejection},
    response::Response,
};
use serde::Deserialize;

use self::{attachments::Attachments, linked::Linked, organisation::Organisation, plan::Plan};
use super::{CampaignWords, Row, problem, row};
use crate::{
    contract::Snapshot,
    crm::{
        mailings::StoredMailing,
        results::{Counted, ResultRow, opened_over_time, percentage, results},
    },
    web::{
        charts::Bars,
        facts,
        form::Posted,
        frame::Frame,
        links::{encoded, moment},
        people::{self, addressees},
        trouble::{Trouble, shown},
        visit::Visit,
    },
};

#[derive(Template)]
#[template(path = "campaign.html")]
struct CampaignPage<'a> {
    frame: &'a Frame,
    w: &'static CampaignWords,
    problem: Option<&'static str>,
    campaign: Row,
    /// Whether it was run before.
    has_run: bool,
    /// Whether the facts of its last run name the list.
    names_list: bool,
    under_way: Option<(u64, u64)>,
    /// What a run would do; none while one is under way.
    plan: Option<Plan>,
    waits: Option<String>,
    facts: Vec<(String, String)>,
    results: Vec<Shown>,
    chart: Bars,
    over_time: Option<Bars>,
    /// Whom the export put on the list, and whom not.
    addressees: Vec<(String, &'static str)>,
    mailings: Vec<Sent>,
    organisation: Organisation,
    attachments: Attachments,
    linked: Linked,
}

/// A row of the screen of results (PV-24).
struct Shown {
    counted: &'static str,
    percentage: String,
    unique: String,
    total: String,
    last_at: String,
}

/// A mailing to the campaign's list, with links to the people of each result.
struct Sent {
    link: String,
    name: String,
    at: String,
    people: Vec<(String, &'static str)>,
}

fn sent(visit: &Visit, stored: &StoredMailing) -> Sent {
    let it = &stored.mailing;
    Sent {
        link: encoded(&it.id),
        name: it.name.clone(),
        at: moment(it.sent_at),
        people: people::links(visit, &it.id, it.medium),
    }
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    /// `yes`: the plan is waited for, whatever time it takes.
    #[serde(default)]
    foresee: String,
}

/// One campaign: plan, progress, results.
pub(crate) async fn one(
    visit: Visit,
    Path(id): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let asked = asked.map(|Query(it)| it).unwrap_or_default();
    visit.show(gather(&visit, &id, None, asked.foresee == "yes").await)
}

async fn gather<'a>(
    visit: &'a Visit,
    id: &str,
    problem: Option<&'static str>,
    foresee: bool,
) -> Result<CampaignPage<'a>, Trouble> {
    let (crm, w) = (visit.host.crm(), CampaignWords::of(visit.language()));
    let campaign = crm.campaign(id).await?.ok_or(Trouble::NotFound)?;
    let stands = crm.subject("campaign", id).await?;
    let forecast = visit.host.campaign_forecast().await?;
    let line = forecast.lines.iter().find(|it| it.campaign == id);
    let waits = line
        .and_then(|it| it.reason.as_ref())
        .map(|it| visit.explainer.text(visit.language(), &it.code, &it.about));
    let mailings = visit.host.mailings_of_campaign(&campaign).await?;
    let rows = results(&mailings);
    let sent_to: u64 = mailings
        .iter()
        .map(|(it, newest)| {
            newest
                .as_ref()
                .map_or(it.mailing.sent, |it| it.statistics.sent)
        })
        .sum();
    let funnel = [Counted::Delivered, Counted::Opened, Counted::Clicked];
    let funnel = rows.iter().filter(|it| funnel.contains(&it.counted));
    let funnel = funnel.map(|it| (counted(w, it.counted), it.unique.unwrap_or(0)));
    let chart = Bars::of(std::iter::once((w.sent, sent_to)).chain(funnel));
    let stood = stands.as_ref().map_or(&[][..], |it| &it.facts);
    Ok(CampaignPage {
        frame: &visit.frame,
        problem,
        campaign: row(visit, &campaign, stands.as_ref()),
        has_run: campaign.event.is_some(),
        names_list: stood.iter().any(|it| it.name == "list-name"),
        plan: match line {
            Some(_) => None,
            None => Some(Plan::of(visit, &campaign, stands.as_ref(), foresee).await?),
        },
        under_way: line.map(|it| {
            let progress = it.progress.as_ref();
            (
                progress.map_or(0, |it| it.done),
                progress.map_or(it.selected, |it| it.total),
            )
        }),
        waits,
        facts: facts::in_words(visit, stood),
        chart,
        over_time: over_time(visit, &mailings).await?,
        results: rows.iter().map(|it| result(visit, it)).collect(),
        addressees: if campaign.event.is_some() {
            addressees::links(visit, id)
        } else {
            Vec::new()
        },
        organisation: Organisation::of(visit, &campaign).await?,
        attachments: Attachments::of(visit, id, stood),
        linked: Linked::of(visit, id, mailings.iter().map(|(it, _)| it)).await?,
        mailings: mailings.iter().map(|(it, _)| sent(visit, it)).collect(),
        w,
    })
}

/// How opening went on over time; none before the second time that results were
/// read.
async fn over_time(
    visit: &Visit,
    mailings: &[(StoredMailing, Option<Snapshot>)],
) -> Result<Option<Bars>, Trouble> {
    let mut all = Vec::new();
    for (mailing, _) in mailings {
        all.push(visit.host.crm().snapshots(&mailing.mailing.id).await?);
    }
    Ok(Bars::over_time(&opened_over_time(&all)))
}

fn counted(w: &CampaignWords, counted: Counted) -> &'static str {
    match counted {
        Counted::Delivered => w.delivered,
        Counted::Opened => w.opened,
        Counted::Clicked => w.clicked,
        Counted::Downloaded => w.downloaded,
        Counted::Unsubscribed => w.unsubscribed,
        Counted::SoftBounced => w.soft,
        Counted::HardBounced => w.hard,
    }
}

fn result(visit: &Visit, row: &ResultRow) -> Shown {
    let w = CampaignWords::of(visit.language());
    let number = |it: Option<u64>| it.map_or_else(|| w.not_told.to_owned(), |it| it.to_string());
    Shown {
        counted: counted(w, row.counted),
        percentage: row
            .per_mille
            .map_or_else(|| w.not_told.to_owned(), percentage)
            .replace('.', w.decimal_mark),
        unique: number(row.unique),
        total: number(row.total),
        last_at: row.last_at.map(moment).unwrap_or_default(),
    }
}

/// Hands the campaign to the connector.
pub(crate) async fn run(Path(id): Path<String>, posted: Posted) -> Response {
    let visit = posted.visit;
    let w = CampaignWords::of(visit.language());
    match visit.host.crm().run_campaign(&id).await {
        Ok(_) => {
            visit
                .go(&format!("/campaigns/{}", encoded(&id)), "queued")
                .await
        }
        Err(error) => match problem(w, &error) {
            Some(text) => visit.refuse(gather(&visit, &id, Some(text), false).await),
            None => shown(&visit.frame, &error.into()),
        },
    }
}
