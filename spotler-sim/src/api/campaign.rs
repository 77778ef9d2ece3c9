//! `campaign`: the older kind of journey.

use serde_json::{Value, json};

use super::{Answer, ApiError, Call, contact, fields};
use crate::http::Response;
use crate::state::State;
use crate::world::contact::Contact;
use crate::world::journey::{Journey, JourneyKind, Progress, StepAction};

/// Answers what lies under `campaign`.
pub(crate) fn route(state: &mut State, call: &Call<'_>, rest: &[&str]) -> Option<Answer> {
    Some(match (call.method, rest) {
        ("GET", ["list"]) => list(state),
        ("POST", ["trigger", code]) => trigger(state, call, code),
        ("POST", [id, "stop"]) => stop(state, call, id),
        ("GET", [id, "mailing"]) => mailings(state, id),
        _ => return None,
    })
}

fn list(state: &State) -> Answer {
    let campaigns = state
        .world
        .journeys
        .iter()
        .filter(|it| it.kind == JourneyKind::Campaign);
    let row = |it: &Journey| {
        let triggers = it
            .triggers
            .iter()
            .map(|it| json!({"encryptedId": it.code, "name": it.name}));
        let triggers: Vec<Value> = triggers.collect();
        json!({"encryptedId": it.id, "name": it.name, "active": it.active, "triggers": triggers})
    };
    Ok(Response::json(200, &campaigns.map(row).collect::<Value>()))
}

fn invalid_state(message: &str) -> ApiError {
    ApiError::of(400, "INVALID_STATE", message)
}

fn participant(state: &State, body: &Value) -> Result<Contact, ApiError> {
    let external_id = super::text(body, "externalContactId")?;
    let unknown = || ApiError::of(400, "CONTACT_NOT_FOUND", "contact not found");
    contact::known(state, &external_id).ok_or_else(unknown)
}

fn trigger(state: &mut State, call: &Call<'_>, code: &str) -> Answer {
    let body = call.json()?;
    let found = state.world.journeys_of_trigger(JourneyKind::Campaign, code);
    let no_trigger = || ApiError::of(404, "TRIGGER_NOTFOUND", "trigger not found");
    let campaign = found.first().ok_or_else(no_trigger)?;
    let contact = participant(state, &body)?;
    let fields = fields::read(state, &body, "campaignFields")?;
    check(state, campaign, &contact)?;
    state
        .world
        .enter(campaign, (code, contact.id, fields), &call.stamp);
    Ok(Response::empty(204))
}

fn check(state: &State, campaign: &Journey, contact: &Contact) -> Result<(), ApiError> {
    if !campaign.active {
        return Err(invalid_state("campaign inactive"));
    }
    if misses_message(state, campaign) {
        return Err(invalid_state("campaign missing message"));
    }
    let mut participations = state
        .world
        .participations(&campaign.id, contact.id)
        .peekable();
    if participations.peek().is_some() && !campaign.repeatable {
        let active = participations.any(|it| it.progress == Progress::Running);
        let message = if active {
            "contact already active in campaign"
        } else {
            "contact already in campaign"
        };
        return Err(invalid_state(message));
    }
    if campaign
        .selection
        .is_some_and(|bit| !contact.permission(bit))
    {
        return Err(invalid_state("contact not in selection"));
    }
    Ok(())
}

/// Whether a step sends a message that has neither subject nor text.
fn misses_message(state: &State, campaign: &Journey) -> bool {
    campaign.steps.iter().any(|step| {
        let StepAction::Send { mailing } = &step.action else {
            return false;
        };
        let message = state.world.journey_mailing(mailing).map(|it| &it.message);
        message.is_none_or(|it| it.body.is_empty() && it.subject.is_none())
    })
}

fn campaign(state: &State, id: &str) -> Result<Journey, ApiError> {
    let campaign = state
        .world
        .journey(id)
        .filter(|it| it.kind == JourneyKind::Campaign);
    campaign
        .cloned()
        .ok_or_else(|| ApiError::of(404, "CAMPAIGN_NOTFOUND", "campaign not found"))
}

fn stop(state: &mut State, call: &Call<'_>, id: &str) -> Answer {
    let campaign = campaign(state, id)?;
    let contact = participant(state, &call.json()?)?;
    if state
        .world
        .participations(&campaign.id, contact.id)
        .next()
        .is_none()
    {
        return Err(invalid_state("campaign not triggered"));
    }
    let is_meant = |it: &crate::world::journey::Participation| {
        it.journey == campaign.id && it.contact == contact.id
    };
    if state.world.stop(is_meant, &call.stamp) == 0 {
        return Err(invalid_state("campaign already finished"));
    }
    Ok(Response::empty(204))
}

fn mailings(state: &State, id: &str) -> Answer {
    let campaign = campaign(state, id)?;
    let mailings = state
        .world
        .journey_mailings
        .iter()
        .filter(|it| it.journey == campaign.id);
    let row = |it: &crate::world::mailing::JourneyMailing| json!({"encryptedId": it.id, "name": it.name, "type": it.medium});
    Ok(Response::json(200, &mailings.map(row).collect::<Value>()))
}
