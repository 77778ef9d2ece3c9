//! `tick`: look at what changed in Spotler.

use serde_json::json;

use super::session::Session;

/// Queues a tick; at most one waits.
pub(crate) async fn run(session: &Session) -> anyhow::Result<()> {
    let event = session
        .crm()
        .await?
        .enqueue(koppel_embedding::Event::Tick)
        .await?;
    let json = json!({"event": event.to_string()});
    session.output.show(&json, || {
        "queued: `work` looks at what changed in Spotler".to_owned()
    })
}
