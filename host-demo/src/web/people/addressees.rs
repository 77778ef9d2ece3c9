//! Whom a campaign's last export put on the list, and whom it left out, each
//! with the reason (PV-43, C13).

use askama::Template;
use axum::{
    extract::{Path, Query, rejection::QueryRejection},
    response::Response,
};
use serde::Deserialize;

use crate::{
    contract::Addressee,
    web::{
        frame::Frame,
        links::{encoded, tail},
        trouble::Trouble,
        visit::Visit,
        words::words,
    },
};

/// So many pages of the component are looked through for a page that is shown:
/// a few who were left out may stand among many who were not.
const PAGES: usize = 20;
/// A page with so many rows is full enough.
const ENOUGH: usize = 200;

words! {
    struct AddresseeWords {
        exported: "Geëxporteerd naar Spotler", "Exported to Spotler";
        left_out: "Niet geëxporteerd", "Not exported";
        who: "Wie", "Who";
        why: "Waarom niet", "Why not";
        to_campaign: "Naar de campagne", "To the campaign";
        none_exported: "Er is nog niemand geëxporteerd.", "Nobody has been exported yet.";
        none_left_out: "Er is niemand weggelaten.", "Nobody was left out.";
    }
}

/// The links to both sets of a campaign: address and text.
pub(crate) fn links(visit: &Visit, campaign: &str) -> Vec<(String, &'static str)> {
    let (w, id) = (AddresseeWords::of(visit.language()), encoded(campaign));
    vec![
        (format!("/addressees/exported/{id}"), w.exported),
        (format!("/addressees/left-out/{id}"), w.left_out),
    ]
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    after: String,
}

#[derive(Template)]
#[template(path = "addressees.html")]
struct Addressees<'a> {
    frame: &'a Frame,
    w: &'static AddresseeWords,
    title: &'static str,
    campaign: String,
    back: String,
    left_out: bool,
    people: Vec<(String, String, String)>,
    next: Option<String>,
}

pub(crate) async fn show(
    visit: Visit,
    Path((set, campaign)): Path<(String, String)>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let asked = asked.map(|Query(it)| it).unwrap_or_default();
    visit.show(gather(&visit, &set, &campaign, &asked.after).await)
}

async fn gather<'a>(
    visit: &'a Visit,
    set: &str,
    id: &str,
    after: &str,
) -> Result<Addressees<'a>, Trouble> {
    let (crm, w) = (visit.host.crm(), AddresseeWords::of(visit.language()));
    let left_out = match set {
        "exported" => false,
        "left-out" => true,
        _ => return Err(Trouble::NotFound),
    };
    let campaign = crm.campaign(id).await?.ok_or(Trouble::NotFound)?;
    let (found, next) = page(visit, id, after, left_out).await?;
    let targets: Vec<_> = found.iter().map(|it| it.target.clone()).collect();
    let names = crm.names_of(&targets).await?;
    let row = |it: &Addressee| {
        let why = it.left_out.as_deref();
        let why = why.map(|it| visit.explainer.text_for_many(visit.language(), it));
        (
            tail(&it.target),
            names.of(&it.target),
            why.unwrap_or_default(),
        )
    };
    Ok(Addressees {
        frame: &visit.frame,
        title: if left_out { w.left_out } else { w.exported },
        campaign: campaign.title,
        back: format!("/campaigns/{}", encoded(id)),
        left_out,
        people: found.iter().map(row).collect(),
        next: next.map(|it| format!("/addressees/{set}/{}?after={}", encoded(id), encoded(&it))),
        w,
    })
}

/// A page of those who are on the list, or of those who are not; none before the
/// first export.
async fn page(
    visit: &Visit,
    campaign: &str,
    after: &str,
    left_out: bool,
) -> Result<(Vec<Addressee>, Option<String>), Trouble> {
    let mut found = Vec::new();
    let mut start = Some(after.to_owned()).filter(|it| !it.is_empty());
    for _ in 0..PAGES {
        let page = match visit.host.addressees(campaign, start.as_deref()).await {
            Err(crate::host::HostError::NotFound) => return Ok((found, None)),
            answer => visit.told(answer)?,
        };
        let wanted = |it: &Addressee| it.left_out.is_some() == left_out;
        found.extend(page.addressees.into_iter().filter(wanted));
        start = page.next;
        if start.is_none() || found.len() >= ENOUGH {
            break;
        }
    }
    Ok((found, start))
}
