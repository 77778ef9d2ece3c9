//! What one button on the page of a record does: its life cycle, opt-out, gate,
//! a sync by hand, and whether the Spotler block is shown.

use axum::{extract::Path, response::Response};

use super::{block, named};
use crate::{
    contract::{ManualAction, RecordRef},
    crm::SaveError,
    host::HostError,
    web::{
        form::Posted,
        labels,
        links::tail,
        trouble::{Trouble, shown},
        visit::Visit,
    },
};

pub(crate) async fn save(Path(path): Path<(String, String)>, posted: Posted) -> Response {
    let Posted { visit, fields } = posted;
    let done = match named(path) {
        Ok(reference) => change(&visit, &reference, fields.get("do"))
            .await
            .map(|said| (reference, said)),
        Err(trouble) => Err(trouble),
    };
    match done {
        Ok((reference, said)) => {
            visit
                .go(&format!("/records/{}", tail(&reference)), said)
                .await
        }
        Err(trouble) => shown(&visit.frame, &trouble),
    }
}

async fn change(visit: &Visit, reference: &RecordRef, what: &str) -> Result<&'static str, Trouble> {
    let crm = visit.host.crm();
    let saved = match what {
        "deactivate" => crm.deactivate(reference).await,
        "reactivate" => crm.reactivate(reference).await,
        "delete" => crm.delete(reference).await,
        "opt-out" => crm.set_mail(reference, false).await,
        "opt-in" => crm.set_mail(reference, true).await,
        "open-gate" => crm.set_gate(reference, true).await,
        "close-gate" => crm.set_gate(reference, false).await,
        "show-block" => return block::choose(visit, true).await.map(|()| "done"),
        "hide-block" => return block::choose(visit, false).await.map(|()| "done"),
        "sync" => return sync(visit, reference).await,
        _ => return Err(Trouble::NotFound),
    };
    let saved = saved.map_err(|error| refused(visit, error))?;
    Ok(match (saved.event, what) {
        (None, _) => "unchanged",
        (Some(_), "delete") => "deleted",
        (Some(_), _) => "saved",
    })
}

/// Which rule of the CRM forbids a change, in words.
fn refused(visit: &Visit, error: SaveError) -> Trouble {
    match error {
        SaveError::Rule { broken, .. } => {
            let rule = labels::rule_problem(visit.language(), &broken, str::to_owned);
            Trouble::Rule(rule)
        }
        error @ (SaveError::Unknown(_) | SaveError::Exists(_) | SaveError::Store(_)) => {
            HostError::from(error).into()
        }
    }
}

/// Queues the operation that syncs the record once more (DA-80).
pub(crate) async fn sync(visit: &Visit, reference: &RecordRef) -> Result<&'static str, Trouble> {
    let action = ManualAction {
        operation: "sync-contact".to_owned(),
        records: vec![reference.clone()],
        selection: None,
        permissions: Vec::new(),
        fields: Vec::new(),
        parameters: Vec::new(),
    };
    visit.host.run_action(action).await?;
    Ok("queued")
}
