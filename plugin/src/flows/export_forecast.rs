//! What an export would do: answered from what is remembered, a page of the
//! selection at a time, without a request (PV-19, PV-22, C13).

use serde::{Deserialize, Serialize};

use crate::connection::QuestionFailed;
use crate::crm::Event;
use crate::export_forecast::{Counted, ExportForecast};
use crate::export_memory::most_members;
use crate::flows::addressees::Addressees;
use crate::flows::contact_saved::Setup;
use crate::memory::Memory;
use crate::ports::Ports;
use crate::spotler::list::MOST_MEMBERS;

/// How many records a page has.
const PAGE: u32 = 500;

/// Where the next page starts, and what was counted before it.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Position {
    start: Option<String>,
    counted: Counted,
}

/// The question.
pub fn foresee_export<P: Ports>(
    ports: &P,
    selection: &str,
    permission: Option<u32>,
    start: Option<&str>,
) -> Result<ExportForecast, QuestionFailed> {
    let setup = Setup::of(&Memory::new(ports)).ok_or(QuestionFailed::NotActive)?;
    let Position { start, mut counted } = match start {
        Some(start) => serde_json::from_str(start).map_err(|_| QuestionFailed::NotFound)?,
        None => Position::default(),
    };
    let event = Event {
        id: "forecast".to_owned(),
        attempt: 1,
        occurred_at: ports.now(),
        user: None,
        cursor: None,
        restrict_only: false,
    };
    let addressees = Addressees::new(ports, &setup, &event);
    let page = ports.read_selection(selection, start.as_deref(), PAGE);
    for standing in addressees.standings(&page.records, permission) {
        counted.note(&standing);
    }
    let requests = counted.requests(most_members(ports).unwrap_or(MOST_MEMBERS));
    let next = page.next.map(|start| Position {
        start: Some(start),
        counted: counted.clone(),
    });
    Ok(ExportForecast {
        requests,
        next: next.and_then(|it| serde_json::to_string(&it).ok()),
        counted,
    })
}
