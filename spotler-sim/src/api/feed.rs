//! `contact/updates/list` and `contact/bounces/list`: what changed between two times.

use serde_json::{Value, json};

use super::paging::{self, Page};
use super::{Answer, ApiError, Call, view};
use crate::clock::query_time_ms;
use crate::http::Response;
use crate::state::State;
use crate::switches::FeedShape;
use crate::world::contact::{ChangeKind, Contact, Status};
use crate::world::ledger::Signal;

/// A period of time as the query gives it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Period {
    from_ms: i64,
    to_ms: i64,
}

impl Period {
    /// Reads the required `fromDate` and `toDate`.
    pub(crate) fn required(state: &State, call: &Call<'_>) -> Result<Period, ApiError> {
        for name in ["fromDate", "toDate"] {
            call.query.get(name).ok_or_else(|| invalid(name))?;
        }
        Ok(Period::read(state, call, ("fromDate", "toDate"))?.unwrap_or(Period::ALWAYS))
    }

    /// Reads `fromDate` and `toDate`, none if neither is given.
    pub(crate) fn optional(state: &State, call: &Call<'_>) -> Result<Option<Period>, ApiError> {
        Period::read(state, call, ("fromDate", "toDate"))
    }

    /// Reads two dates by name; none if neither is given.
    pub(crate) fn read(
        state: &State,
        call: &Call<'_>,
        names: (&str, &str),
    ) -> Result<Option<Period>, ApiError> {
        let offset = state.switches.shape.offset_minutes;
        let read = |name: &str| {
            let text = call.query.get(name);
            text.map(|it| query_time_ms(it, offset).ok_or_else(|| invalid(name)))
                .transpose()
        };
        let (from_ms, to_ms) = (read(names.0)?, read(names.1)?);
        if from_ms.is_none() && to_ms.is_none() {
            return Ok(None);
        }
        let Period {
            from_ms: first,
            to_ms: last,
        } = Period::ALWAYS;
        Ok(Some(Period {
            from_ms: from_ms.unwrap_or(first),
            to_ms: to_ms.unwrap_or(last),
        }))
    }

    const ALWAYS: Period = Period {
        from_ms: i64::MIN,
        to_ms: i64::MAX,
    };

    /// Whether the time lies in it; the end belongs to it if a switch says so.
    pub(crate) fn holds(self, state: &State, at_ms: i64) -> bool {
        let before_end = if state.switches.feed.to_date_is_included {
            at_ms <= self.to_ms
        } else {
            at_ms < self.to_ms
        };
        at_ms >= self.from_ms && before_end
    }
}

fn invalid(name: &str) -> ApiError {
    ApiError::params(&format!("Invalid {name} or no {name} given"))
}

/// The contacts that changed.
pub(crate) fn updates(state: &mut State, call: &Call<'_>) -> Answer {
    let period = Period::required(state, call)?;
    let page = paging::page(state, call)?;
    let mut changed: Vec<(i64, Contact)> = Vec::new();
    for contact in state.world.contacts.iter() {
        if let Some(at_ms) = shown_change_ms(state, contact).filter(|it| period.holds(state, *it)) {
            changed.push((at_ms, contact.clone()));
        }
    }
    changed.sort_by_key(|(at_ms, contact)| (*at_ms, contact.id));
    let (rows, more) = page.cut(changed);
    let rows = rows
        .iter()
        .map(|(_, it)| view::contact(state, it))
        .collect();
    Ok(shaped(state, call, page, ("contacts", rows, more)))
}

/// When the contact last changed in a way that the feed shows.
fn shown_change_ms(state: &State, contact: &Contact) -> Option<i64> {
    let feed = &state.switches.feed;
    let left_out = match contact.status {
        Status::Active => false,
        Status::Inactive(reason) if reason.is_opt_out() => !feed.shows_opt_outs,
        Status::Inactive(_) => !feed.shows_other_inactive,
        Status::Blank => !feed.shows_blanked,
    };
    if left_out {
        return None;
    }
    let shown = |kind: &ChangeKind| match kind {
        ChangeKind::Api => feed.shows_api_changes,
        ChangeKind::Spotler | ChangeKind::Status => true,
    };
    contact
        .changes
        .iter()
        .filter(|(kind, _)| shown(kind))
        .map(|(_, at_ms)| *at_ms)
        .max()
}

/// The messages that came back.
pub(crate) fn bounces(state: &mut State, call: &Call<'_>) -> Answer {
    let period = Period::required(state, call)?;
    let page = paging::page(state, call)?;
    let shown = state.switches.signals.bounce_list;
    let mut bounces = state.world.bounces.clone();
    bounces.retain(|it| shown && period.holds(state, it.at_ms));
    let (rows, more) = page.cut(bounces);
    let mut views = Vec::with_capacity(rows.len());
    for bounce in rows {
        let Some(contact) = state.world.contacts.get(bounce.contact).cloned() else {
            continue;
        };
        if matches!(contact.status, Status::Inactive(_)) {
            state.shows(contact.id, Signal::BounceEntry);
        }
        views.push(json!({
            "date": view::date(state, bounce.at_ms),
            "type": if bounce.hard { "HARDBOUNCE" } else { "SOFTBOUNCE" },
            "contact": view::contact(state, &contact),
            "encryptedActId": bounce.mailing,
        }));
    }
    Ok(shaped(state, call, page, ("bounces", views, more)))
}

fn shaped(state: &State, call: &Call<'_>, page: Page, rows: (&str, Vec<Value>, bool)) -> Response {
    let bare = match state.switches.shape.feeds {
        FeedShape::ByPrefix => call.pinned,
        FeedShape::Paged => false,
        FeedShape::Bare => true,
    };
    if bare {
        Response::json(200, &Value::from(rows.1))
    } else {
        page.answer(state, call, rows)
    }
}
