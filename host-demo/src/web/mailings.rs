//! Mailings that were sent (RE-03), and one with its fourteen statistics
//! (RE-06..RE-19), as a table and a chart.

use askama::Template;
use axum::{extract::Path, response::Response};

use super::{
    charts::Bars,
    frame::Frame,
    links::{encoded, moment},
    trouble::Trouble,
    visit::Visit,
    words::words,
};
use crate::{contract::Statistics, crm::mailings::StoredMailing};

/// So many mailings are shown.
const SHOWN: u32 = 100;

words! {
    struct MailingWords {
        title: "Verstuurde mailings", "Mailings that were sent";
        mailing: "Mailing", "Mailing";
        sent_at: "Verstuurd op (UTC)", "Sent at (UTC)";
        online: "Online versie", "Online version";
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
        over_time: "Geopend, per stand", "Opened, over time";
    }
}

#[derive(Template)]
#[template(path = "mailings.html")]
struct Mailings<'a> {
    frame: &'a Frame,
    w: &'static MailingWords,
    rows: Vec<Row>,
}

struct Row {
    link: String,
    name: String,
    sent_at: String,
    sent: u64,
    online: Option<String>,
}

impl Row {
    fn of(stored: &StoredMailing) -> Self {
        let it = &stored.mailing;
        Self {
            link: encoded(&it.id),
            name: it.name.clone(),
            sent_at: moment(it.sent_at),
            sent: it.sent,
            online: it
                .online_version
                .clone()
                .filter(|it| it.starts_with("https://")),
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
    over_time: Bars,
}

/// All mailings, newest first.
pub(crate) async fn show(visit: Visit) -> Response {
    visit.show(all(&visit).await)
}

async fn all(visit: &Visit) -> Result<Mailings<'_>, Trouble> {
    let mailings = visit.host.crm().mailings(SHOWN).await?;
    Ok(Mailings {
        frame: &visit.frame,
        w: MailingWords::of(visit.language()),
        rows: mailings.iter().map(Row::of).collect(),
    })
}

/// One mailing with its newest results.
pub(crate) async fn one(visit: Visit, Path(id): Path<String>) -> Response {
    visit.show(gather(&visit, &id).await)
}

async fn gather<'a>(visit: &'a Visit, id: &str) -> Result<MailingPage<'a>, Trouble> {
    let (crm, w) = (visit.host.crm(), MailingWords::of(visit.language()));
    let mailing = crm.mailing(id).await?.ok_or(Trouble::NotFound)?;
    let snapshots = crm.snapshots(id).await?;
    let newest = snapshots.last();
    let moments: Vec<(String, u64)> = snapshots
        .iter()
        .map(|it| (moment(it.at)[..16].to_owned(), it.statistics.opened))
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
        mailing: Row::of(&mailing),
        as_of: newest.map(|it| moment(it.at)),
        statistics: newest
            .map(|it| fourteen(w, &it.statistics))
            .unwrap_or_default(),
        chart: Bars::of(counts.unwrap_or_default().into_iter()),
        over_time: Bars::of(moments.iter().map(|(at, opened)| (at.as_str(), *opened))),
        w,
    })
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
