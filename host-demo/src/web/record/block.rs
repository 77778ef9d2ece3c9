//! The Spotler block on the page of a record (YO-22..YO-25), and its pop-up with
//! the switches of permissions and automations (YO-26..YO-31). A page of its own,
//! so that it works anywhere; cancelling is a link and sends nothing (YO-29).

use askama::Template;
use axum::{extract::Path, response::Response};
use koppel_embedding::{
    QuestionError,
    contract::card::{BlockState, Card},
};

use super::{
    Head, found, named,
    participations::{standing, switch_name},
};
use crate::{
    contract::{Consent, JourneySwitch, ManualAction, PermissionWish, RecordRef, Standing},
    crm::codes::Code,
    host::HostError,
    web::{
        form::{Fields, Posted},
        frame::Frame,
        journeys::{self, known},
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
        confirmed_last: "De schakelaars tonen wat er het laatst bevestigd is.",
            "The switches show what was confirmed last.";
        not_told: "Spotler kon nu niet gevraagd worden.", "Spotler could not be asked now.";
        locked: "kan hier niet aan", "cannot be switched on here";
        cannot_activate: "Dit contact is inactief in Spotler en kan van hier uit niet actief worden gemaakt.",
            "This contact is inactive in Spotler and cannot be made active from here.";
        journeys: "Automations", "Automations";
        journeys_hint: "Aan: door het CRM gestart. Spotler kan niet gevraagd worden of iemand erin zit.",
            "On: started by the CRM. Spotler cannot be asked whether somebody is in it.";
        no_journeys: "Er zijn geen automations met een externe trigger bekend.",
            "No automation with an external trigger is known.";
        cannot_start: "staat uit in Spotler", "is off in Spotler";
        received: "Ontvangen mailings en formulieren", "Mailings and forms received";
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
    /// Why the switches are not as Spotler has them now; none: they are.
    not_live: Option<String>,
    switches: Vec<Switch>,
    journeys: Vec<JourneyRow>,
}

/// The switch of an automation or campaign (YO-28).
struct JourneyRow {
    trigger: String,
    name: String,
    on: bool,
    locked: bool,
    said: String,
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
    let (card, not_live) = card_now(visit, &record.reference).await?;
    let block = Block::of(&card, visit);
    let words = visit.frame.words;
    let switches = card.permissions.iter().map(|it| Switch {
        bit: it.bit,
        name: it.name.clone(),
        on: it.on,
        locked: it.locked && !it.on,
        said: match it.consent {
            Consent::Unset => words.consent_unset.to_owned(),
            said @ (Consent::Given | Consent::Withdrawn) => format!(
                "{} ({})",
                words.consent_of(said),
                words.origin_of(it.origin)
            ),
        },
    });
    let w = BlockWords::of(visit.language());
    let journeys = visit.told(visit.host.switches(&record.reference).await)?;
    let row = |it: &JourneySwitch| {
        let on = matches!(it.standing, Standing::Started | Standing::Starting);
        let since = it.since.map(moment).unwrap_or_default();
        let said = format!("{} {since}", standing(visit, it.standing));
        JourneyRow {
            trigger: format!("{}/{}", it.kind.code(), it.trigger.code),
            name: switch_name(it),
            locked: !on && !it.active,
            said: if on || it.active {
                said.trim().to_owned()
            } else {
                w.cannot_start.to_owned()
            },
            on,
        }
    };
    Ok(PopUp {
        frame: &visit.frame,
        w,
        journeys: journeys.iter().map(row).collect(),
        head: Head::of(&record, visit, block.reason.clone()),
        inactive: card.state == BlockState::Inactive,
        linked: card.external_id.is_some(),
        not_live,
        switches: switches.collect(),
        block,
    })
}

/// The card as Spotler has it now (YO-27). Where Spotler does not tell, as it was
/// confirmed last, and why.
async fn card_now(visit: &Visit, reference: &RecordRef) -> Result<(Card, Option<String>), Trouble> {
    let confirmed = visit.host.card(reference).await?;
    if confirmed.external_id.is_none() {
        return Ok((confirmed, None));
    }
    let error = match visit.host.live_card(reference).await {
        Ok(card) => return Ok((card, None)),
        Err(HostError::Question(QuestionError::Store(error))) => {
            return Err(HostError::from(error).into());
        }
        Err(error) => error,
    };
    let w = BlockWords::of(visit.language());
    let why = visit.explainer.refusal(visit.language(), &error);
    let why = why.unwrap_or_else(|| w.not_told.to_owned());
    Ok((confirmed, Some(format!("{why} {}", w.confirmed_last))))
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
    let (permissions, journeys) = (wishes(fields), known::switched(fields));
    let link = tail(&reference);
    let of_contact = match (permissions.is_empty(), card.external_id.is_some()) {
        (true, true) => None,
        (true, false) => Some("link"),
        (false, _) => Some("set-permissions"),
    };
    if of_contact.is_none() && journeys.is_empty() {
        return Ok((link, "unchanged"));
    }
    if let Some(operation) = of_contact {
        let action = ManualAction {
            permissions,
            ..journeys::operation(operation, vec![reference.clone()], Vec::new())
        };
        visit.host.run_action(action).await?;
    }
    if !journeys.is_empty() {
        let action = journeys::operation("set-journeys", vec![reference], journeys);
        visit.host.run_action(action).await?;
    }
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
