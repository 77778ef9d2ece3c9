//! Campaigns (PV-15..PV-17, PV-22, PV-24, PV-42): the wizard, the plan of a run,
//! the run with its progress, and the results: a table, charts, and the people of
//! each result (PV-43..PV-47).

use askama::Template;
use axum::{
    extract::{Path, Query, rejection::QueryRejection},
    response::Response,
};
use serde::Deserialize;

use super::{
    charts::Bars,
    facts,
    form::{Fields, Posted},
    frame::Frame,
    links::{encoded, moment},
    people::{self, addressees},
    records::Choice,
    trouble::{Trouble, shown},
    visit::Visit,
    words::{fill, words},
};
use crate::{
    contract::{RecordKind, Snapshot, SubjectChange},
    crm::{
        campaigns::{Campaign, CampaignError, CampaignForm, WizardFault},
        codes::Code,
        mailings::StoredMailing,
        results::{Counted, ResultRow, opened_over_time, percentage, results},
        selections::Selection,
    },
};

/// Campaigns of a page.
const CAMPAIGNS: u32 = 50;

words! {
    struct CampaignWords {
        title: "Campagnes", "Campaigns";
        new: "Nieuwe campagne", "New campaign";
        name: "Titel", "Title";
        who: "1. Wie", "1. Who";
        all: "Alle contacten", "All contacts";
        gated: "Wie het kenmerk “Spotler” heeft", "Those with the attribute “Spotler”";
        permission_of: "Wie deze permissie gaf", "Those who gave this permission";
        relation: "De contacten van deze relatie", "The contacts of this relation";
        activity: "Wie deze activiteit heeft", "Those who have this activity";
        search: "Wie deze tekst in naam, e-mail of nummer heeft",
            "Those who have this text in name, e-mail or id";
        value: "Relatie, activiteit of tekst", "Relation, activity or text";
        how: "2. Hoe", "2. How";
        external: "versturen via extern systeem", "send via external system";
        letter: "brief", "letter";
        phone: "telefoon", "phone";
        with: "3. Met", "3. With";
        system: "Systeem", "System";
        list_name: "Naam van de lijst in Spotler", "Name of the list in Spotler";
        any: "iedereen die iets toestond", "anybody who allowed something";
        for_permission: "Permissie waarvoor de mailing is", "Permission that the mailing is for";
        auto_close: "De activiteit mag vanzelf gesloten worden", "The activity may be closed by itself";
        make: "Naar het plan", "On to the plan";
        plan: "Wat er zou gebeuren", "What would happen";
        selected: "{} geselecteerd", "{} selected";
        at_once: "De export begint meteen. Er wordt niemand gemaild.",
            "The export starts at once. Nobody is mailed.";
        evening: "Meer dan 2.500: de export wacht tot {} (UTC). Met hoogstens 2.500 begint hij meteen.",
            "More than 2,500: the export waits until {} (UTC). With 2,500 at most it starts at once.";
        run: "Naar Spotler exporteren", "Export to Spotler";
        progress: "Voortgang", "Progress";
        last_run: "Laatst uitgevoerd (UTC)", "Last run (UTC)";
        results: "Resultaten", "Results";
        percentage: "Percentage", "Percentage";
        unique: "Uniek", "Unique";
        total: "Totaal", "Total";
        last_at: "Laatste actie op (UTC)", "Last action on (UTC)";
        by_person: "Resultaten per persoon", "Results by person";
        mailing: "Mailing", "Mailing";
        sent_at: "Verstuurd op (UTC)", "Sent at (UTC)";
        people: "Wie", "Who";
        no_mailing: "Er is nog geen mailing naar deze lijst verstuurd.",
            "No mailing has been sent to this list yet.";
        over_time: "Geopend, in de loop van de tijd", "Opened, over time";
        sent: "Verstuurd", "Sent";
        not_told: "onbekend", "not told";
        chart: "Van verzonden naar geklikt", "From sent to clicked";
        delivered: "Afgeleverd", "Delivered";
        opened: "Geopend", "Opened";
        clicked: "Geklikt", "Clicked";
        downloaded: "Gedownload", "Downloaded";
        unsubscribed: "Gemeld", "Unsubscribed";
        soft: "Bounced soft", "Bounced soft";
        hard: "Bounced hard", "Bounced hard";
        e_title: "De campagne heeft een titel nodig.", "The campaign needs a title.";
        e_how: "Kies hoe de campagne verstuurd wordt.", "Choose how the campaign is sent.";
        e_list: "De lijst in Spotler heeft een naam nodig.", "The list in Spotler needs a name.";
        e_who: "Kies wie de campagne krijgt.", "Choose who gets the campaign.";
        e_exists: "Deze campagne is er al.", "There is this campaign already.";
        e_under_way: "De campagne is onderweg.", "The campaign is under way.";
        e_not_external: "Deze campagne gaat niet via een extern systeem.",
            "This campaign is not sent through an external system.";
    }
}

#[derive(Template)]
#[template(path = "campaigns.html")]
struct Campaigns<'a> {
    frame: &'a Frame,
    w: &'static CampaignWords,
    problem: Option<&'static str>,
    title: String,
    list_name: String,
    permissions: Vec<Choice>,
    rows: Vec<Row>,
    next: Option<String>,
}

struct Row {
    link: String,
    title: String,
    list_name: String,
    status: &'static str,
    status_code: &'static str,
    run_at: String,
}

#[derive(Template)]
#[template(path = "campaign.html")]
struct CampaignPage<'a> {
    frame: &'a Frame,
    w: &'static CampaignWords,
    problem: Option<&'static str>,
    campaign: Row,
    selected: String,
    starts: String,
    external: bool,
    under_way: Option<(u64, u64)>,
    waits: Option<String>,
    facts: Vec<(String, String)>,
    results: Vec<Shown>,
    chart: Bars,
    over_time: Option<Bars>,
    /// Whom the export put on the list, and whom not.
    addressees: Vec<(String, &'static str)>,
    mailings: Vec<Sent>,
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

/// All campaigns, closed ones too (PV-42), and the wizard.
pub(crate) async fn show(visit: Visit, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let asked = asked.map(|Query(it)| it).unwrap_or_default();
    let typed = Fields::default();
    visit.show(all(&visit, None, &typed, &asked.after).await)
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    /// The campaign after which the page starts.
    #[serde(default)]
    after: String,
}

async fn all<'a>(
    visit: &'a Visit,
    problem: Option<&'static str>,
    typed: &Fields,
    after: &str,
) -> Result<Campaigns<'a>, Trouble> {
    let crm = visit.host.crm();
    let attributes = crm.attributes().await?;
    let current = attributes.into_iter().filter(|it| !it.retired);
    let permissions = current.map(|it| Choice {
        code: it.bit.to_string(),
        chosen: typed.get("permission") == it.bit.to_string(),
        text: it.name,
    });
    let after = Some(after).filter(|it| !it.is_empty());
    let campaigns = crm.campaigns_after(after, CAMPAIGNS).await?;
    let full = u32::try_from(campaigns.len()).is_ok_and(|it| it == CAMPAIGNS);
    let next = campaigns.last().filter(|_| full);
    Ok(Campaigns {
        frame: &visit.frame,
        w: CampaignWords::of(visit.language()),
        problem,
        next: next.map(|(it, _)| format!("/campaigns?after={}", encoded(&it.id))),
        title: typed.get("title").to_owned(),
        list_name: typed.get("list").to_owned(),
        permissions: permissions.collect(),
        rows: campaigns
            .iter()
            .map(|(it, stands)| row(visit, it, stands.as_ref()))
            .collect(),
    })
}

fn row(visit: &Visit, campaign: &Campaign, stands: Option<&SubjectChange>) -> Row {
    Row {
        link: encoded(&campaign.id),
        title: campaign.title.clone(),
        list_name: campaign.list_name.clone(),
        status: stands.map_or("–", |it| visit.frame.words.status_of(Some(it.status))),
        status_code: stands.map_or("none", |it| it.status.code()),
        run_at: campaign.run_at.map(moment).unwrap_or_default(),
    }
}

/// Keeps what the wizard was told, and goes on to the plan.
pub(crate) async fn create(posted: Posted) -> Response {
    let Posted { visit, fields } = posted;
    let w = CampaignWords::of(visit.language());
    let Some(form) = form(&fields) else {
        return visit.refuse(all(&visit, Some(w.e_who), &fields, "").await);
    };
    let id = uuid::Uuid::new_v4().simple().to_string();
    match visit.host.crm().new_campaign(&id, form).await {
        Ok(()) => visit.go(&format!("/campaigns/{id}"), "saved").await,
        Err(error) => match problem(w, &error) {
            Some(text) => visit.refuse(all(&visit, Some(text), &fields, "").await),
            None => shown(&visit.frame, &error.into()),
        },
    }
}

/// What the wizard was told; none where nobody was chosen (PV-15).
fn form(fields: &Fields) -> Option<CampaignForm> {
    let permission = fields.get("permission").parse().ok();
    let value = Some(fields.get("value").to_owned()).filter(|it| !it.is_empty());
    let kind = RecordKind::Contact;
    let selection = match fields.get("who") {
        "all" => Selection::All(kind),
        "gated" => Selection::Gated(kind),
        "permission" => Selection::Permission(kind, permission?),
        "relation" => Selection::Relation(value?),
        "activity" => Selection::Activity(kind, value?),
        "search" => Selection::Search(kind, value?),
        _ => return None,
    };
    Some(CampaignForm {
        title: fields.get("title").to_owned(),
        channel: fields.get("channel").to_owned(),
        system: "spotler".to_owned(),
        list_name: fields.get("list").to_owned(),
        selection,
        permission,
        auto_close: fields.ticked("auto-close"),
    })
}

/// One campaign: plan, progress, results.
pub(crate) async fn one(visit: Visit, Path(id): Path<String>) -> Response {
    visit.show(gather(&visit, &id, None).await)
}

async fn gather<'a>(
    visit: &'a Visit,
    id: &str,
    problem: Option<&'static str>,
) -> Result<CampaignPage<'a>, Trouble> {
    let (crm, w) = (visit.host.crm(), CampaignWords::of(visit.language()));
    let campaign = crm.campaign(id).await?.ok_or(Trouble::NotFound)?;
    let stands = crm.subject("campaign", id).await?;
    let plan = crm.plan_campaign(id).await?;
    let forecast = visit.host.campaign_forecast().await?;
    let line = forecast.lines.iter().find(|it| it.campaign == id);
    let waits = line
        .and_then(|it| it.reason.as_ref())
        .map(|it| visit.explainer.text(visit.language(), &it.code, &it.about));
    let list = &campaign.list_name;
    let mailings = visit.host.mailings_with_results(list).await?;
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
    let facts = stands.as_ref().map_or(&[][..], |it| &it.facts);
    Ok(CampaignPage {
        frame: &visit.frame,
        problem,
        campaign: row(visit, &campaign, stands.as_ref()),
        selected: fill(w.selected, plan.selected),
        starts: match plan.starts_at {
            None => w.at_once.to_owned(),
            Some(at) => fill(w.evening, moment(at)),
        },
        external: campaign.channel == "external",
        under_way: line.map(|it| {
            let progress = it.progress.as_ref();
            (
                progress.map_or(0, |it| it.done),
                progress.map_or(it.selected, |it| it.total),
            )
        }),
        waits,
        facts: facts::in_words(visit, facts),
        chart,
        over_time: over_time(visit, &mailings).await?,
        results: rows.iter().map(|it| result(w, it)).collect(),
        addressees: if campaign.event.is_some() {
            addressees::links(visit, id)
        } else {
            Vec::new()
        },
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

pub(crate) fn counted(w: &CampaignWords, counted: Counted) -> &'static str {
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

fn result(w: &CampaignWords, row: &ResultRow) -> Shown {
    let number = |it: Option<u64>| it.map_or_else(|| w.not_told.to_owned(), |it| it.to_string());
    Shown {
        counted: counted(w, row.counted),
        percentage: row
            .per_mille
            .map_or_else(|| w.not_told.to_owned(), percentage),
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
            Some(text) => visit.refuse(gather(&visit, &id, Some(text)).await),
            None => shown(&visit.frame, &error.into()),
        },
    }
}

/// What is wrong, as a sentence; none where there is no such campaign or the
/// storage failed.
fn problem(w: &CampaignWords, error: &CampaignError) -> Option<&'static str> {
    match error {
        CampaignError::Wizard(WizardFault::Id) | CampaignError::Exists(_) => Some(w.e_exists),
        CampaignError::Wizard(WizardFault::Title) => Some(w.e_title),
        CampaignError::Wizard(WizardFault::Channel(_) | WizardFault::System(_)) => Some(w.e_how),
        CampaignError::Wizard(WizardFault::ListName) => Some(w.e_list),
        CampaignError::Wizard(WizardFault::Permission(_)) => Some(w.e_who),
        CampaignError::UnderWay(_) => Some(w.e_under_way),
        CampaignError::NotExternal { .. } => Some(w.e_not_external),
        CampaignError::Unknown(_) | CampaignError::Store(_) => None,
    }
}

impl From<CampaignError> for Trouble {
    fn from(error: CampaignError) -> Self {
        match error {
            CampaignError::Store(error) => error.into(),
            CampaignError::Wizard(_)
            | CampaignError::Exists(_)
            | CampaignError::Unknown(_)
            | CampaignError::UnderWay(_)
            | CampaignError::NotExternal { .. } => Self::NotFound,
        }
    }
}
