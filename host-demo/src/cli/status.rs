//! `status`: the connector at a glance (DA-71, DA-75).

use serde_json::json;

use super::{
    output::{moment, or_dash, table},
    session::Session,
};
use crate::{
    crm::{codes::Code, find::StatusCount},
    explain::Language,
};

/// Shows the connection, the records by status, and the queue.
pub(crate) async fn run(session: &Session) -> anyhow::Result<()> {
    let host = session.host().await?;
    let explainer = host.explainer().await?;
    let status = host.status().await?;
    let connection = &status.connection;
    let explain = |code: &str| explainer.text_for_many(Language::English, code);
    let count = |it: &StatusCount| json!({"status": it.status.map(Code::code), "reason": it.reason, "records": it.records});
    let json = json!({
        "connection": {
            "active": connection.active,
            "reason": connection.reason,
            "mapping_saved": connection.mapping_saved,
            "permissions": connection.permissions.iter()
                .map(|it| json!({"bit": it.bit, "name": it.name})).collect::<Vec<_>>(),
        },
        "records": status.records.iter().map(count).collect::<Vec<_>>(),
        "queue": {
            "waiting": status.queue.waiting, "retrying": status.queue.retrying,
            "rejected": status.queue.rejected, "next_due": status.queue.next_due,
        },
    });
    session.output.show(&json, || {
        let row = |it: &StatusCount| {
            vec![
                it.status.map_or("never synced", Code::code).to_owned(),
                or_dash(it.reason.as_deref().map(explain).as_deref()),
                it.records.to_string(),
            ]
        };
        let state = if connection.active {
            "active"
        } else {
            "not active"
        };
        let mut text = format!("connection: {state} ({})\n", explain(&connection.reason));
        text.push_str(&table(
            &["status", "reason", "records"],
            status.records.iter().map(row).collect(),
        ));
        let queue = &status.queue;
        text.push_str(&format!(
            "\nqueue: {} wait, {} are retried, {} need somebody to act",
            queue.waiting, queue.retrying, queue.rejected
        ));
        if let Some(due) = queue.next_due.filter(|it| *it > 0) {
            text.push_str(&format!("; the next one is due at {} UTC", moment(due)));
        }
        text
    })
}
