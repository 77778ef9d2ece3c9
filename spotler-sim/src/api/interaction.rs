//! `mailing-interaction` and `trend-report`: everything that happened, of all mailings at once.

use serde_json::{Value, json};

use super::feed::Period;
use super::mailing::archive_link;
use super::{Answer, ApiError, Call, paging, view};
use crate::state::State;
use crate::world::mailing::{Sending, TrendReport};

/// Answers what lies under `mailing-interaction`.
pub(crate) fn route(state: &mut State, call: &Call<'_>, rest: &[&str]) -> Option<Answer> {
    let kind = match (call.method, rest) {
        ("GET", ["sent"]) => Kind::Sent,
        ("GET", ["opened"]) => Kind::Opened,
        ("GET", ["clicked"]) => Kind::Clicked,
        ("GET", ["bounced"]) => Kind::Bounced,
        _ => return None,
    };
    Some(interactions(state, call, kind))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Sent,
    Opened,
    Clicked,
    Bounced,
}

fn interactions(state: &mut State, call: &Call<'_>, kind: Kind) -> Answer {
    let happened = Period::optional(state, call)?;
    let changed = Period::read(state, call, ("fromChangeDate", "toChangeDate"))?;
    let reports = report_ids(call)?;
    let page = paging::page(state, call)?;
    let mut rows: Vec<(i64, Value)> = Vec::new();
    for send in &state.world.sends {
        let report = state.world.mailing(&send.mailing).and_then(|it| it.report);
        if reports
            .as_ref()
            .is_some_and(|it| report.is_none_or(|id| !it.contains(&id)))
        {
            continue;
        }
        for (number, at_ms) in (0..).zip(times(send, kind)) {
            let inside = |it: &Option<Period>| it.is_none_or(|it| it.holds(state, at_ms));
            if inside(&happened) && inside(&changed) {
                rows.push((at_ms, row(state, send, kind, (number, at_ms))));
            }
        }
    }
    rows.sort_by_key(|(at_ms, _)| *at_ms);
    let (rows, more) = page.cut(rows);
    let rows = rows.into_iter().map(|(_, row)| row).collect();
    Ok(page.answer(state, call, ("interactions", rows, more)))
}

fn report_ids(call: &Call<'_>) -> Result<Option<Vec<u64>>, ApiError> {
    let invalid = |_| ApiError::params("invalid trendReportIds");
    let ids = call.query.get("trendReportIds");
    let ids = ids.map(|it| {
        it.split(',')
            .map(|id| id.trim().parse().map_err(invalid))
            .collect()
    });
    ids.transpose()
}

fn times(send: &Sending, kind: Kind) -> Vec<i64> {
    match kind {
        Kind::Sent => vec![send.at_ms],
        Kind::Opened => send.opens.clone(),
        Kind::Clicked => send.clicks.iter().map(|(at_ms, _)| *at_ms).collect(),
        Kind::Bounced => send.bounce.iter().map(|(at_ms, _)| *at_ms).collect(),
    }
}

fn row(state: &State, send: &Sending, kind: Kind, which: (u64, i64)) -> Value {
    let (number, at_ms) = which;
    let world = &state.world;
    let date = view::iso_date(state, at_ms);
    let mut row = json!({
        "id": send.id * 1000 + number,
        "encryptedMailingId": send.mailing,
        "date": date,
        "changeDate": date,
    });
    let contact = world.contacts.get(send.contact);
    if let Some(external_id) = contact.and_then(|it| it.external_id.as_deref()) {
        row["externalContactId"] = Value::from(external_id);
    }
    let mailing = world.mailing(&send.mailing);
    if let Some(report) = mailing.and_then(|it| it.report) {
        row["trendReportId"] = Value::from(report);
    }
    if kind == Kind::Sent {
        let journey = world.journey_mailing(&send.mailing);
        let name = mailing
            .map(|it| it.name.as_str())
            .or(journey.map(|it| it.name.as_str()));
        row["name"] = Value::from(name);
        row["subject"] = Value::from(send.subject.as_deref());
        row["onlineVersionLink"] = Value::from(archive_link(&send.mailing));
    }
    if kind == Kind::Bounced {
        let hard = send.bounce.is_some_and(|(_, hard)| hard);
        row["bounceType"] = Value::from(if hard { "HARD" } else { "SOFT" });
    }
    row
}

/// Answers `trend-report`.
pub(crate) fn trend_reports(state: &State, call: &Call<'_>) -> Answer {
    let page = paging::page(state, call)?;
    let wanted = match call.query.get("enabled") {
        None => None,
        Some("true") => Some(true),
        Some("false") => Some(false),
        Some(_) => return Err(ApiError::params("invalid enabled")),
    };
    let reports = state.world.trend_reports.iter();
    let reports = reports.filter(|it| wanted.is_none_or(|enabled| it.enabled == enabled));
    let (rows, more) = page.cut(reports.map(|it| report_view(state, it)).collect());
    Ok(page.answer(state, call, ("trendReports", rows, more)))
}

fn report_view(state: &State, report: &TrendReport) -> Value {
    let mailings = state
        .world
        .mailings
        .iter()
        .filter(|it| it.report == Some(report.id))
        .count();
    json!({
        "id": report.id,
        "name": report.name,
        "enabled": report.enabled,
        "target": "B2B",
        "contentType": "MARKETING",
        "createDate": view::iso_date(state, report.created_ms),
        "author": "Spotler",
        "mailingCount": mailings,
        "reportingEnabled": false,
    })
}
