//! Campaigns (PV-15..PV-17, PV-42): all of them, and the wizard that makes one.

pub(crate) mod page;

use askama::Template;
use axum::{
    extract::{Query, rejection::QueryRejection},
    response::Response,
};
use serde::Deserialize;

use super::{
    form::{Fields, Posted},
    frame::Frame,
    links::{encoded, moment},
    records::Choice,
    trouble::{Trouble, shown},
    visit::Visit,
    words::words,
};
use crate::{
    contract::{RecordKind, SubjectChange},
    crm::{
        campaigns::{Campaign, CampaignError, CampaignForm, WizardFault},
        codes::Code,
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
        standing: "Hoe de campagne ervoor staat", "How the campaign stands";
        plan: "Wat er zou gebeuren", "What would happen";
        again: "Nog een keer exporteren", "Export once more";
        again_hint: "Een bestaande lijst wordt niet aangevuld: geef de lijst in Spotler eerst een andere naam, of verwijder haar.",
            "An existing list is not added to: give the list in Spotler another name first, or remove it.";
        selected: "{} geselecteerd", "{} selected";
        at_once: "De export zou meteen beginnen. Er wordt niemand gemaild.",
            "The export would start at once. Nobody is mailed.";
        evening: "Meer dan 2.500: de export zou wachten tot {} (UTC); met hoogstens 2.500 begint hij meteen. Er wordt niemand gemaild.",
            "More than 2,500: the export would wait until {} (UTC); with 2,500 at most it starts at once. Nobody is mailed.";
        on_list: "Op de lijst", "On the list";
        created: "Nieuw in Spotler", "New in Spotler";
        changed: "Bij te werken", "To be updated";
        looked_at: "Eerst te bekijken", "To be looked at first";
        left_out: "Valt af", "Left out";
        requests: "Verzoeken (minstens)", "Requests (at least)";
        foreseeing: "Wie op de lijst komt en wie afvalt, wordt nu geteld.",
            "Who would be on the list and who would be left out is being counted.";
        foresee: "Tel het nu", "Count it now";
        not_run: "nog niet geëxporteerd", "not exported yet";
        decimal_mark: ",", ".";
        why_left_out: "Waarom iemand afvalt", "Why somebody is left out";
        first_only: "Dit zijn de eerste {} van de selectie; de export gaat iedereen na.",
            "These are the first {} of the selection; the export goes through everybody.";
        run: "Naar Spotler exporteren", "Export to Spotler";
        progress: "Voortgang", "Progress";
        last_run: "Laatst uitgevoerd (UTC)", "Last run (UTC)";
        parts: "Onderdelen van deze bladzijde", "Parts of this page";
        data: "Gegevens", "Data";
        results: "Resultaten", "Results";
        percentage: "Percentage", "Percentage";
        unique: "Uniek", "Unique";
        total: "Totaal", "Total";
        last_at: "Laatste actie op (UTC)", "Last action on (UTC)";
        by_person: "Resultaten per persoon", "Results by person";
        mailing: "Mailing", "Mailing";
        sent_at: "Verstuurd op (UTC)", "Sent at (UTC)";
        people: "Wie", "Who";
        no_mailing: "Er is nog geen mailing naar deze lijst verstuurd; alleen een mailing naar een lijst met precies deze naam telt mee.",
            "No mailing has been sent to this list yet; only a mailing to a list with exactly this name counts.";
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
        e_list: "De lijst in Spotler heeft een naam van 1 tot 255 tekens nodig.",
            "The list in Spotler needs a name of 1 to 255 characters.";
        e_who: "Kies wie de campagne krijgt.", "Choose who gets the campaign.";
        e_exists: "Deze campagne is er al.", "There is this campaign already.";
        e_under_way: "De campagne is onderweg.", "The campaign is under way.";
        e_not_external: "Deze campagne gaat niet via een extern systeem.",
            "This campaign is not sent through an external system.";
        none_yet: "Er zijn nog geen campagnes; maak hieronder de eerste.",
            "There are no campaigns yet; make the first one below.";
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
        status: stands.map_or(CampaignWords::of(visit.language()).not_run, |it| {
            visit.frame.words.status_of(Some(it.status))
        }),
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
