//! Mailings that were sent (RE-03), and one with its message and links (RE-04,
//! RE-22), its fourteen statistics (RE-06..RE-19), and the people of each result
//! (RE-20..RE-23).

use askama::Template;
use axum::{
    extract::{Path, Query, rejection::QueryRejection},
    response::Response,
};
use serde::Deserialize;

use super::{
    charts::Bars,
    frame::Frame,
    links::{encoded, moment},
    people,
    trouble::Trouble,
    visit::Visit,
    words::words,
};
use crate::{
    contract::{Details, Link, Medium, Statistics},
    crm::mailings::StoredMailing,
    host::BelongsTo,
};

/// So many mailings are shown.
const SHOWN: u32 = 100;

words! {
    struct MailingWords {
        title: "Verstuurde mailings", "Mailings that were sent";
        mailing: "Mailing", "Mailing";
        sent_at: "Verstuurd op (UTC)", "Sent at (UTC)";
        online: "Online versie", "Online version";
        campaign: "Campagne", "Campaign";
        no_such_name: "geen: er is geen campagne met een lijst van precies deze naam",
            "none: no campaign has a list of exactly this name";
        other_list: "geen: dit was toen niet de lijst van de campagne",
            "none: it was not the list of the campaign then";
        list_not_told: "nog niet bekend", "not known yet";
        statistics: "Resultaten", "Results";
        as_of: "Stand van (UTC)", "As of (UTC)";
        none_yet: "Er zijn nog geen resultaten gelezen.", "No results have been read yet.";
        not_told: "niet van toepassing", "does not apply";
        sent: "Verstuurd", "Sent";
        accepted: "Afgeleverd", "Accepted";
        opened: "Geopend", "Opened";
        rendered: "Afbeeldingen gedownload", "Images downloaded";
        clicked: "Geklikt", "Clicked";
        hard: "Hard gebounced", "Hard bounced";
        soft: "Soft gebounced", "Soft bounced";
        not_retained: "Verloren door bounces", "Lost to bounces";
        conversion: "Op een conversielink geklikt", "Clicked a conversion link";
        unsubscribed: "Uitgeschreven", "Unsubscribed";
        to_webshop: "Naar de webshop", "Went to the webshop";
        carts_created: "Winkelwagens gemaakt", "Carts made";
        carts_converted: "Winkelwagens afgerekend", "Carts checked out";
        revenue: "Omzet", "Revenue";
        over_time: "Geopend, in de loop van de tijd", "Opened, over time";
        by_person: "Per persoon", "By person";
        message: "Bericht", "Message";
        list: "Lijst", "List";
        sender: "Verstuurd door", "Sent by";
        layout: "Opmaak", "Layout";
        author: "Gemaakt door", "Made by";
        subject: "Onderwerp", "Subject";
        from: "Afzender", "From";
        links: "Links", "Links";
        link_name: "Naam", "Name";
        link_url: "Adres", "Address";
        link_type: "Soort", "Type";
        type_webshop: "webwinkel", "webshop";
        type_conversion: "conversie", "conversion";
        type_unsubscribe: "afmelden", "unsubscribe";
        medium: "Soort", "Kind";
        email: "e-mail", "e-mail";
        sms: "sms", "text message";
        none_sent: "Er is nog geen mailing verstuurd; zodra u er in Spotler een verstuurt, staat hij hier.",
            "No mailing has been sent yet; as soon as you send one in Spotler, it is here.";
    }
}

#[derive(Template)]
#[template(path = "mailings.html")]
struct Mailings<'a> {
    frame: &'a Frame,
    w: &'static MailingWords,
    rows: Vec<Row>,
    next: Option<String>,
}

struct Row {
    link: String,
    name: String,
    medium: &'static str,
    list: String,
    sent_at: String,
    sent: u64,
    online: Option<String>,
    /// Address and title of the campaigns that it belongs to.
    campaigns: Vec<(String, String)>,
    /// Why it belongs to none.
    no_campaign: &'static str,
}

impl Row {
    fn of(w: &MailingWords, stored: &StoredMailing, of: &BelongsTo) -> Self {
        let it = &stored.mailing;
        let details = stored.details.as_ref();
        Self {
            medium: match it.medium {
                Medium::Email => w.email,
                Medium::Sms => w.sms,
            },
            list: details
                .and_then(|it| it.target_group.clone())
                .unwrap_or_default(),
            link: encoded(&it.id),
            name: it.name.clone(),
            sent_at: moment(it.sent_at),
            sent: it.sent,
            online: it
                .online_version
                .clone()
                .filter(|it| it.starts_with("https://")),
            campaigns: match of {
                BelongsTo::Campaigns(all) => all
                    .iter()
                    .map(|it| (format!("/campaigns/{}", encoded(&it.id)), it.title.clone()))
                    .collect(),
                BelongsTo::NoSuchName | BelongsTo::OtherList | BelongsTo::NotTold => Vec::new(),
            },
            no_campaign: match of {
                BelongsTo::Campaigns(_) => "",
                BelongsTo::NoSuchName => w.no_such_name,
                BelongsTo::OtherList => w.other_list,
                BelongsTo::NotTold => w.list_not_told,
            },
        }
    }
}

#[derive(Template)]
#[template(path = "mailing.html")]
struct MailingPage<'a> {
    frame: &'a Frame,
    w: &'static MailingWords,
    mailing: Row,
    as_of: Option<String>,
    statistics: Vec<(&'static str, String)>,
    chart: Bars,
    over_time: Option<Bars>,
    message: Vec<(&'static str, String)>,
    links: Vec<(String, String, String)>,
    people: Vec<(String, &'static str)>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    /// The mailing after which the page starts.
    #[serde(default)]
    after: String,
}

/// All mailings, newest first.
pub(crate) async fn show(visit: Visit, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let asked = asked.map(|Query(it)| it).unwrap_or_default();
    visit.show(all(&visit, &asked.after).await)
}

async fn all<'a>(visit: &'a Visit, after: &str) -> Result<Mailings<'a>, Trouble> {
    let w = MailingWords::of(visit.language());
    let after = Some(after).filter(|it| !it.is_empty());
    let mailings = visit.host.crm().mailings_after(after, SHOWN).await?;
    let full = u32::try_from(mailings.len()).is_ok_and(|it| it == SHOWN);
    let last = mailings.last().filter(|_| full);
    let belong = visit.host.campaigns_of_mailings(&mailings).await?;
    let rows = mailings.iter().zip(&belong);
    Ok(Mailings {
        frame: &visit.frame,
        next: last.map(|it| format!("/mailings?after={}", encoded(&it.mailing.id))),
        rows: rows.map(|(it, of)| Row::of(w, it, of)).collect(),
        w,
    })
}

/// One mailing with its newest results.
pub(crate) async fn one(visit: Visit, Path(id): Path<String>) -> Response {
    visit.show(gather(&visit, &id).await)
}

async fn gather<'a>(visit: &'a Visit, id: &str) -> Result<MailingPage<'a>, Trouble> {
    let (crm, w) = (visit.host.crm(), MailingWords::of(visit.language()));
    let mailing = crm.mailing(id).await?.ok_or(Trouble::NotFound)?;
    let belongs = visit
        .host
        .campaigns_of_mailings(std::slice::from_ref(&mailing));
    let belongs = belongs.await?.pop().unwrap_or(BelongsTo::NotTold);
    let snapshots = crm.snapshots(id).await?;
    let newest = snapshots.last();
    let moments: Vec<(u64, u64)> = snapshots
        .iter()
        .map(|it| (it.at, it.statistics.opened))
        .collect();
    let counts = newest.map(|it| {
        let it = &it.statistics;
        vec![
            (w.sent, it.sent),
            (w.accepted, it.accepted),
            (w.opened, it.opened),
            (w.clicked, it.clicked),
        ]
    });
    Ok(MailingPage {
        frame: &visit.frame,
        mailing: Row::of(w, &mailing, &belongs),
        as_of: newest.map(|it| moment(it.at)),
        statistics: newest
            .map(|it| fourteen(w, &it.statistics))
            .unwrap_or_default(),
        chart: Bars::of(counts.unwrap_or_default().into_iter()),
        over_time: Bars::over_time(&moments),
        message: message(w, mailing.details.as_ref()),
        links: mailing.details.as_ref().map_or_else(Vec::new, |it| {
            it.links.iter().map(|it| link(w, it)).collect()
        }),
        people: people::links(visit, &mailing.mailing.id, mailing.mailing.medium),
        w,
    })
}

/// Sender, list and message; what was not told yet is left out.
fn message(w: &'static MailingWords, details: Option<&Details>) -> Vec<(&'static str, String)> {
    let Some(details) = details else {
        return Vec::new();
    };
    let message = details.message.as_ref();
    let from = message.map(|it| match &it.from_email {
        Some(address) => format!("{} <{address}>", it.from_name),
        None => it.from_name.clone(),
    });
    let rows = [
        (w.list, details.target_group.clone()),
        (w.sender, details.sender.clone()),
        (w.subject, message.and_then(|it| it.subject.clone())),
        (w.from, from),
        (w.layout, message.map(|it| it.name.clone())),
        (w.author, message.map(|it| it.author.clone())),
    ];
    let told = rows.into_iter();
    told.filter_map(|(name, it)| it.map(|it| (name, it)))
        .collect()
}

fn link(w: &MailingWords, it: &Link) -> (String, String, String) {
    let kind = match it.link_type.as_deref() {
        None => String::new(),
        Some("webshop") => w.type_webshop.to_owned(),
        Some("conversion") => w.type_conversion.to_owned(),
        Some("unsubscribe") => w.type_unsubscribe.to_owned(),
        Some(other) => other.to_owned(),
    };
    (it.name.clone(), it.url.clone(), kind)
}

fn fourteen(w: &MailingWords, it: &Statistics) -> Vec<(&'static str, String)> {
    let maybe = |it: Option<u64>| it.map_or_else(|| w.not_told.to_owned(), |it| it.to_string());
    let revenue = it.revenue.clone().unwrap_or_else(|| w.not_told.to_owned());
    vec![
        (w.sent, it.sent.to_string()),
        (w.accepted, it.accepted.to_string()),
        (w.opened, it.opened.to_string()),
        (w.rendered, it.rendered.to_string()),
        (w.clicked, it.clicked.to_string()),
        (w.hard, it.hard_bounced.to_string()),
        (w.soft, it.soft_bounced.to_string()),
        (w.not_retained, it.not_retained.to_string()),
        (w.conversion, it.conversion_clicked.to_string()),
        (w.unsubscribed, it.unsubscribed.to_string()),
        (w.to_webshop, maybe(it.to_webshop)),
        (w.carts_created, maybe(it.carts_created)),
        (w.carts_converted, maybe(it.carts_converted)),
        (w.revenue, revenue),
    ]
}
