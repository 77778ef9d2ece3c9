//! `work`: drain the queue.

use serde_json::json;
use std::time::Duration;

use super::{output::moment, session::Session, stop::asked_to_stop};

/// Works until nothing is due, or until the process is asked to stop, and says
/// what is left.
pub(crate) async fn run(session: &Session) -> anyhow::Result<()> {
    let stop = asked_to_stop()?;
    tokio::pin!(stop);
    let host = session.host().await?;
    // A bulk change whose saving was interrupted goes on first; it is saved in parts.
    tokio::select! {
        () = &mut stop => return session.output.show(&json!({"stopped": true}), || "asked to stop".to_owned()),
        continued = host.crm().continue_bulks() => {
            continued?;
        }
    }
    let before = host.crm().count_queue().await?;
    let total = before.waiting + before.retrying;
    let bar = session.output.progress(Some(total), "events done");
    let worker = host.worker()?;
    let work = worker.run_until_idle_or(stop);
    tokio::pin!(work);
    let (ran, is_stopped) = loop {
        tokio::select! {
            ran = &mut work => break ran?,
            () = tokio::time::sleep(Duration::from_millis(250)) => {
                let now = host.crm().count_queue().await?;
                bar.set_position(total.saturating_sub(now.waiting + now.retrying));
            }
        }
    };
    bar.finish_and_clear();
    let after = host.crm().count_queue().await?;
    let json = json!({
        "component_memory_bytes": host.embedding().most_memory_bytes(),
        "process_memory_bytes": most_resident_bytes(),
        "stopped": is_stopped, "calls": ran.settled, "conflicts": ran.conflicts,
        "waiting": after.waiting, "retrying": after.retrying, "rejected": after.rejected,
        "held": after.held, "next_due": after.next_due,
    });
    session.output.show(&json, || {
        let mut text = String::from(if is_stopped { "asked to stop; " } else { "" });
        text.push_str(&format!(
            "{} calls; {} events wait, {} are retried, {} need somebody to act",
            ran.settled, after.waiting, after.retrying, after.rejected
        ));
        if after.held > 0 {
            text.push_str(&format!(
                "; {} wait for a confirmation, see `guard`",
                after.held
            ));
        }
        if let Some(due) = after.next_due.filter(|it| *it > 0) {
            text.push_str(&format!("; the next one is due at {} UTC", moment(due)));
        }
        text
    })
}

/// The most memory that this process has had, in bytes; none where the system
/// does not tell.
fn most_resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}
