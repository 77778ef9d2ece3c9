//! The marketing tab of a contact, lead or account (DA-72..DA-76): status, last
//! sync, history, synchronisation on and off, and a sync by hand.

use askama::Template;
use axum::{extract::Path, response::Response};

use super::{Head, LINES, RecordWords, Tabs, block::Block, change, found, named, sections::Call};
use crate::{
    host::HostError,
    web::{
        form::{Fields, Posted},
        frame::Frame,
        links::tail,
        trouble::{Trouble, shown},
        visit::Visit,
        words::words,
    },
};

words! {
    struct MarketingWords {
        sync_is_on: "De synchronisatie van dit contact staat aan.",
            "The synchronisation of this contact is on.";
        sync_is_off: "De synchronisatie van dit contact staat uit.",
            "The synchronisation of this contact is off.";
        switch_on: "Synchronisatie aanzetten", "Switch the synchronisation on";
        switch_off: "Synchronisatie uitzetten", "Switch the synchronisation off";
    }
}

#[derive(Template)]
#[template(path = "marketing.html")]
struct Marketing<'a> {
    frame: &'a Frame,
    w: &'static RecordWords,
    own: &'static MarketingWords,
    head: Head,
    tabs: Tabs,
    block: Block,
    sync_enabled: bool,
    history: Vec<Call>,
}

pub(crate) async fn show(visit: Visit, Path(path): Path<(String, String)>) -> Response {
    visit.show(gather(&visit, path).await)
}

async fn gather(visit: &Visit, path: (String, String)) -> Result<Marketing<'_>, Trouble> {
    let record = found(visit, path).await?;
    let block = Block::read(visit, &record.reference).await?;
    let code = record.reason.as_deref();
    let reason = code.map(|it| visit.explainer.text_for_many(visit.language(), it));
    let history = visit.host.crm().history(&record.reference, LINES).await?;
    Ok(Marketing {
        frame: &visit.frame,
        w: RecordWords::of(visit.language()),
        own: MarketingWords::of(visit.language()),
        head: Head::of(&record, visit, reason.unwrap_or_default()),
        tabs: Tabs::at(visit, &record.reference, "marketing"),
        block,
        sync_enabled: record.sync_enabled,
        history: history.iter().map(|it| Call::of(it, visit)).collect(),
    })
}

/// Switches the synchronisation, or syncs by hand.
pub(crate) async fn save(Path(path): Path<(String, String)>, posted: Posted) -> Response {
    let Posted { visit, fields } = posted;
    match carry_out(&visit, path, &fields).await {
        Ok((link, said)) => visit.go(&format!("/marketing/{link}"), said).await,
        Err(trouble) => shown(&visit.frame, &trouble),
    }
}

async fn carry_out(
    visit: &Visit,
    path: (String, String),
    fields: &Fields,
) -> Result<(String, &'static str), Trouble> {
    let reference = named(path)?;
    let enabled = match fields.get("do") {
        "on" => true,
        "off" => false,
        "sync" => {
            let said = change::sync(visit, &reference).await?;
            return Ok((tail(&reference), said));
        }
        _ => return Err(Trouble::NotFound),
    };
    let saved = visit.host.crm().set_sync_enabled(&reference, enabled).await;
    let saved = saved.map_err(HostError::from)?;
    let said = if saved.event.is_some() {
        "saved"
    } else {
        "unchanged"
    };
    Ok((tail(&reference), said))
}
