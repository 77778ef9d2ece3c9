//! The Spotler block on the page of a record (YO-22..YO-25), and its pop-up with
//! the switches (YO-26..YO-31). A page of its own, so that it works anywhere;
//! cancelling is a link and sends nothing (YO-29).

use askama::Template;
use axum::{extract::Path, response::Response};
use koppel_embedding::contract::card::{BlockState, Card};

use super::{Head, found, named};
use crate::{
    contract::{ManualAction, PermissionWish, RecordRef},
    host::HostError,
    web::{
        form::{Fields, Posted},
        frame::Frame,
        links::{moment, tail},
        trouble::{Trouble, shown},
        visit::Visit,
        words::words,
    },
};

/// The preference that hides the block; it is shown where nothing was chosen.
const PREFERENCE: &str = "spotler-block";

words! {
    struct BlockWords {
        synchronised: "Gesynchroniseerd", "Synchronised";
        not_synchronised: "Niet gesynchroniseerd", "Not synchronised";
        inactive: "Inactief", "Inactive";
        permissions_hint: "Staat een schakelaar aan, dan is het contact in de permissie opgenomen.",
            "Where a switch is on, the contact is included in the permission.";
        locked: "kan hier niet aan", "cannot be switched on here";
        cannot_activate: "Dit contact is inactief in Spotler en kan van hier uit niet actief worden gemaakt.",
            "This contact is inactive in Spotler and cannot be made active from here.";
        will_link: "Dit contact staat nog niet in Spotler; bij het opslaan wordt het gekoppeld.",
            "This contact is not in Spotler yet; saving links it.";
    }
}

/// The block as it is shown.
pub(crate) struct Block {
    pub(crate) state: &'static str,
    pub(crate) state_class: &'static str,
    pub(crate) status: Option<&'static str>,
    pub(crate) reason: String,
    pub(crate) synced_at: Option<String>,
    pub(crate) external_id: Option<String>,
    /// Whether there is a connection to switch anything over.
    pub(crate) active: bool,
}

/// Whether this user has the block on the page (YO-23).
pub(crate) async fn is_shown(visit: &Visit) -> Result<bool, Trouble> {
    let chosen = visit.host.crm().preference(PREFERENCE).await?;
    Ok(chosen.as_deref() != Some("hidden"))
}

/// Adds the block to the page, or takes it away (YO-23).
pub(crate) async fn choose(visit: &Visit, shown: bool) -> Result<(), Trouble> {
    let value = if shown { "shown" } else { "hidden" };
    Ok(visit.host.crm().set_preference(PREFERENCE, value).await?)
}

impl Block {
    pub(crate) async fn read(visit: &Visit, reference: &RecordRef) -> Result<Self, Trouble> {
        match visit.host.card(reference).await {
            Ok(card) => Ok(Self::of(&card, visit)),
            Err(HostError::NotActive) => Ok(Self {
                state: BlockWords::of(visit.language()).not_synchronised,
                state_class: "none",
                status: None,
                reason: visit.frame.words.not_active.to_owned(),
                synced_at: None,
                external_id: None,
                active: false,
            }),
            Err(error) => Err(error.into()),
        }
    }

    fn of(card: &Card, visit: &Visit) -> Self {
        let w = BlockWords::of(visit.language());
        let (state, state_class) = match card.state {
            BlockState::Synchronised => (w.synchronised, "succeeded"),
            BlockState::NotSynchronised => (w.not_synchronised, "none"),
            BlockState::Inactive => (w.inactive, "failed"),
        };
        Self {
            state,
            state_class,
            status: card.status.map(|it| visit.frame.words.status_of(Some(it))),
            reason: visit.explainer.text(visit.language(), &card.reason, &[]),
            synced_at: card.synced_at.map(moment),
            external_id: card.external_id.clone(),
            active: true,
        }
    }
}

#[derive(Template)]
#[template(path = "spotler.html")]
struct PopUp<'a> {
    frame: &'a Frame,
    w: &'static BlockWords,
    head: Head,
    block: Block,
    inactive: bool,
    linked: bool,
    switches: Vec<Switch>,
}

struct Switch {
    bit: u32,
    name: String,
    on: bool,
    locked: bool,
    said: String,
}

pub(crate) async fn show(visit: Visit, Path(path): Path<(String, String)>) -> Response {
    visit.show(gather(&visit, path).await)
}

async fn gather(visit: &Visit, path: (String, String)) -> Result<PopUp<'_>, Trouble> {
    let record = found(visit, path).await?;
    let card = visit.host.card(&record.reference).await?;
    let block = Block::of(&card, visit);
    let words = visit.frame.words;
    let switches = card.permissions.iter().map(|it| Switch {
        bit: it.bit,
        name: it.name.clone(),
        on: it.on,
        locked: it.locked && !it.on,
        said: format!(
            "{} ({})",
            words.consent_of(it.consent),
            words.origin_of(it.origin)
        ),
    });
    Ok(PopUp {
        frame: &visit.frame,
        w: BlockWords::of(visit.language()),
        head: Head::of(&record, visit, block.reason.clone()),
        inactive: card.state == BlockState::Inactive,
        linked: card.external_id.is_some(),
        switches: switches.collect(),
        block,
    })
}

/// Queues what was switched, and nothing else; a contact that is not in Spotler
/// yet is linked (YO-30, YO-31).
pub(crate) async fn save(Path(path): Path<(String, String)>, posted: Posted) -> Response {
    let Posted { visit, fields } = posted;
    match queue(&visit, path, &fields).await {
        Ok((link, said)) => visit.go(&format!("/records/{link}"), said).await,
        Err(trouble) => shown(&visit.frame, &trouble),
    }
}

async fn queue(
    visit: &Visit,
    path: (String, String),
    fields: &Fields,
) -> Result<(String, &'static str), Trouble> {
    let reference = named(path)?;
    let card = visit.host.card(&reference).await?;
    let permissions = wishes(fields);
    let link = tail(&reference);
    let operation = match (permissions.is_empty(), card.external_id.is_some()) {
        (true, true) => return Ok((link, "unchanged")),
        (true, false) => "link",
        (false, _) => "set-permissions",
    };
    let action = ManualAction {
        operation: operation.to_owned(),
        records: vec![reference],
        selection: None,
        permissions,
        fields: Vec::new(),
        parameters: Vec::new(),
    };
    visit.host.run_action(action).await?;
    Ok((link, "queued"))
}

/// The switches that stand otherwise than they were shown.
fn wishes(fields: &Fields) -> Vec<PermissionWish> {
    let shown = fields.starting("was.");
    let wish = |(bit, was): (&str, &str)| {
        let on = fields.ticked(&format!("bit.{bit}"));
        let bit = bit.parse().ok()?;
        (on != (was == "on")).then_some(PermissionWish { bit, on })
    };
    shown.filter_map(wish).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_switched_is_asked_for() {
        let fields = Fields::read(b"was.1=on&bit.1=on&was.2=on&was.3=off&bit.3=on&was.4=off");
        let wishes: Vec<_> = wishes(&fields).iter().map(|it| (it.bit, it.on)).collect();
        assert_eq!(wishes, [(2, false), (3, true)]);
    }
}
