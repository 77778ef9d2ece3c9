//! Lists the journeys (AU-03): both kinds, each on its own, so that an account
//! that lacks one still sees the other.

use crate::change::{CrmChange, LogLevel};
use crate::codes;
use crate::connection::Connection;
use crate::crm::Timestamp;
use crate::journey::{Catalogue, Journey, JourneyKind};
use crate::memory::Memory;
use crate::outcome::{Actor, Answer, Outcome, Reason};
use crate::ports::Ports;
use crate::settle;
use crate::spotler::client::Spotler;
use crate::spotler::trouble::{Kind, Trouble};

/// How often a list that somebody asked for once is renewed by itself.
const RENEW_MS: Timestamp = 12 * 3_600_000;

/// One kind that could not be listed, and why.
type Missing = (JourneyKind, Trouble);

/// The operation `refresh-journeys`.
pub(super) async fn run<P: Ports>(ports: &P, connection: &Connection) -> Answer {
    let (catalogue, missing) = match list(ports, connection).await {
        Ok(listed) => listed,
        Err(trouble) => return Answer::of(settle::trouble_outcome(&trouble)),
    };
    keep(&Memory::new(ports), &catalogue);
    let reason =
        Reason::new(codes::JOURNEYS_LISTED).with("journeys", catalogue.journeys.len().to_string());
    let answer = if missing.len() == 2 {
        let reason = Reason::new(codes::NOT_IN_PRODUCT);
        Answer::of(Outcome::Rejected(reason, Actor::Administrator))
            .because("C21", codes::NOT_IN_PRODUCT)
    } else {
        Answer::of(Outcome::Synced(reason)).because("AU-03", codes::JOURNEYS_LISTED)
    };
    missing
        .iter()
        .fold(answer, |answer, it| answer.and(warning(it)))
}

/// Renews the list in a tick, if somebody asked for one before and it is old.
/// What fails is left for the next tick.
pub(crate) async fn renew<P: Ports>(ports: &P, connection: &Connection, now: Timestamp) {
    let memory = Memory::new(ports);
    let due = memory
        .journeys_listed_at()
        .is_some_and(|at| now.saturating_sub(at) >= RENEW_MS);
    if due && let Ok((catalogue, _)) = list(ports, connection).await {
        keep(&memory, &catalogue);
    }
}

/// The list changes seldom, and whoever reads it meanwhile is not disturbed by one
/// that is the same.
fn keep<P: Ports>(memory: &Memory<'_, P>, catalogue: &Catalogue) {
    memory.keep_journeys_listed_at(memory.ports().now());
    if memory.catalogue().as_ref() != Some(catalogue) {
        memory.keep_catalogue(catalogue);
    }
}

/// Both kinds; one that the product lacks, or whose path is another one than we
/// think, keeps what was listed of it before.
async fn list<P: Ports>(
    ports: &P,
    connection: &Connection,
) -> Result<(Catalogue, Vec<Missing>), Trouble> {
    let spotler = Spotler::of(ports, connection);
    let before = Memory::new(ports).catalogue().unwrap_or_default();
    let paths = &connection.profile.provisional;
    let mut journeys: Vec<Journey> = Vec::new();
    let mut missing = Vec::new();
    for (kind, listed) in [
        (
            JourneyKind::Automation,
            spotler.list_automations(paths).await,
        ),
        (JourneyKind::Campaign, spotler.list_campaigns().await),
    ] {
        match listed {
            Ok(listed) => journeys.extend(listed),
            Err(trouble) if is_lacking(trouble.kind) => {
                let known = before.journeys.iter().filter(|it| it.kind == kind);
                journeys.extend(known.cloned());
                missing.push((kind, trouble));
            }
            Err(trouble) => return Err(trouble),
        }
    }
    Ok((Catalogue { journeys }, missing))
}

/// Whether an answer means that there is no such list, not that it is late.
fn is_lacking(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::NotAuthorised | Kind::NotFound | Kind::Refused | Kind::Garbled
    )
}

fn warning((kind, trouble): &Missing) -> CrmChange {
    let status = trouble.status.map_or_else(String::new, |it| it.to_string());
    CrmChange::Log {
        level: LogLevel::Warning,
        code: codes::LOG_JOURNEYS_MISSING,
        about: vec![
            ("kind".to_owned(), kind.word().to_owned()),
            ("status".to_owned(), status),
        ],
    }
}
