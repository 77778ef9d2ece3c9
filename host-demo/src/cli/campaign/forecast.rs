//! `campaign forecast`: when the queue gets to each campaign, and what each
//! would do.

use serde_json::{Value, json};

use crate::{
    cli::{
        output::{moment, table},
        session::Session,
    },
    contract::ExportForecast,
    explain::{Explainer, Language},
    host::ForecastLine,
};

pub(super) async fn run(session: &Session) -> anyhow::Result<()> {
    let host = session.host().await?;
    let explainer = host.explainer().await?;
    let forecast = host.campaign_forecast_in_full().await?;
    let lines: Vec<Value> = forecast
        .lines
        .iter()
        .map(|it| line_json(it, &explainer))
        .collect();
    session.output.show(&json!({"forecast": lines}), || {
        let row = |it: &ForecastLine| {
            let mut cells = vec![
                it.campaign.clone(),
                it.selected.to_string(),
                waits(it, &explainer),
                it.records_before.to_string(),
            ];
            cells.extend(match &it.foreseen {
                Some(it) => [it.listed, it.created, it.changed, left_out(it), it.requests]
                    .map(|it| it.to_string()),
                None => std::array::from_fn(|_| "–".to_owned()),
            });
            cells
        };
        let headers = [
            "campaign",
            "selected",
            "",
            "records before it",
            "on the list",
            "new",
            "changed",
            "left out",
            "requests at least",
        ];
        table(&headers, forecast.lines.iter().map(row).collect())
    })
}

/// What a campaign in the queue waits for.
pub(super) fn waits(line: &ForecastLine, explainer: &Explainer) -> String {
    let progress = line
        .progress
        .as_ref()
        .filter(|it| it.done > 0)
        .map(|it| format!("{} of {}", it.done, it.total));
    let reason = line
        .reason
        .as_ref()
        .map(|it| explainer.text(Language::English, &it.code, &it.about));
    let from = (line.not_before > 0).then(|| format!("from {} (UTC)", moment(line.not_before)));
    let parts: Vec<String> = [progress, reason, from].into_iter().flatten().collect();
    if parts.is_empty() {
        "next".to_owned()
    } else {
        parts.join("; ")
    }
}

pub(super) fn line_json(line: &ForecastLine, explainer: &Explainer) -> Value {
    json!({
        "campaign": line.campaign, "selected": line.selected, "large": line.is_large,
        "not_before": line.not_before, "waits": waits(line, explainer),
        "done": line.progress.as_ref().map(|it| it.done),
        "total": line.progress.as_ref().map(|it| it.total),
        "records_before": line.records_before,
        "foreseen": line.foreseen.as_ref().map(foreseen_json),
    })
}

fn left_out(foreseen: &ExportForecast) -> u64 {
    foreseen.left_out.iter().map(|it| it.records).sum()
}

/// What an export would do, as JSON.
pub(super) fn foreseen_json(it: &ExportForecast) -> Value {
    let reasons = it.left_out.iter();
    let reasons: serde_json::Map<String, Value> = reasons
        .map(|it| (it.reason.clone(), it.records.into()))
        .collect();
    json!({
        "listed": it.listed, "created": it.created, "changed": it.changed,
        "looked_at": it.looked_at, "left_out": reasons, "requests": it.requests,
    })
}

/// What an export would do, in sentences.
pub(super) fn foreseen_lines(it: &ExportForecast, explainer: &Explainer) -> Vec<String> {
    let mut lines = vec![format!(
        "{} would be on the list: {} of them new in Spotler, {} changed; at least {} requests",
        it.listed, it.created, it.changed, it.requests
    )];
    if it.looked_at > 0 {
        lines.push(format!(
            "{} have to be looked at in Spotler first, one by one",
            it.looked_at
        ));
    }
    if !it.left_out.is_empty() {
        lines.push(format!("{} would be left out:", left_out(it)));
    }
    lines.extend(it.left_out.iter().map(|it| {
        let why = explainer.text(Language::English, &it.reason, &[]);
        format!("  {:>7}  {}  {why}", it.records, it.reason)
    }));
    lines
}
