//! The fourteen statistics, kept over time or as they are now (RE-05..RE-19).

use serde_json::{Value, json};

use super::{Failed, HostError, Session, Snapshot, Statistics, moment, or_dash, table};
use crate::host::DemoHost;

/// Shows the statistics of a mailing.
pub(super) async fn run(
    mailing: &str,
    live: bool,
    session: &Session,
    host: &DemoHost,
) -> Result<(), Failed> {
    let columns = if live {
        let now = host
            .embedding()
            .read_statistics(host.crm().tenant(), mailing);
        vec![(host.crm().now(), now.await.map_err(HostError::from)?)]
    } else {
        let kept = host
            .crm()
            .snapshots(mailing)
            .await
            .map_err(HostError::from)?;
        let column = |it: Snapshot| (it.at, it.statistics);
        kept.into_iter().map(column).collect()
    };
    let as_json = |(at, it): &(u64, Statistics)| {
        let values = named(it)
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value));
        json!({"at": at, "statistics": values.collect::<serde_json::Map<String, Value>>()})
    };
    let json = json!({"snapshots": columns.iter().map(as_json).collect::<Vec<_>>()});
    Ok(session.output.show(&json, || {
        let Some((_, first)) = columns.first() else {
            return "no results were read yet; `--live` asks Spotler".to_owned();
        };
        let moments: Vec<String> = columns.iter().map(|it| moment(it.0)).collect();
        let mut headers = vec![""];
        headers.extend(moments.iter().map(String::as_str));
        let row = |at: usize, name: &str| {
            let mut row = vec![name.to_owned()];
            row.extend(columns.iter().map(|it| shown(&named(&it.1)[at].1)));
            row
        };
        let first = named(first);
        let rows = first.iter().enumerate().map(|(at, it)| row(at, it.0));
        table(&headers, rows.collect())
    })?)
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => or_dash(None),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

/// All fourteen with their names, in the order of the source.
fn named(it: &Statistics) -> [(&'static str, Value); 14] {
    [
        ("sent", json!(it.sent)),
        ("accepted", json!(it.accepted)),
        ("opened", json!(it.opened)),
        ("rendered", json!(it.rendered)),
        ("clicked", json!(it.clicked)),
        ("hard-bounced", json!(it.hard_bounced)),
        ("soft-bounced", json!(it.soft_bounced)),
        ("not-retained", json!(it.not_retained)),
        ("conversion-clicked", json!(it.conversion_clicked)),
        ("unsubscribed", json!(it.unsubscribed)),
        ("to-webshop", json!(it.to_webshop)),
        ("carts-created", json!(it.carts_created)),
        ("carts-converted", json!(it.carts_converted)),
        ("revenue", json!(it.revenue)),
    ]
}
