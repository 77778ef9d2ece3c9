//! The questions of the customer card that ask Spotler: the permissions as they
//! are at this moment, and the histories of one contact.

use crate::card::Card;
use crate::codes;
use crate::connection::QuestionFailed;
use crate::crm::RecordRef;
use crate::flows::questions;
use crate::flows::report_questions::{active, failed, offset};
use crate::look::Presence;
use crate::memory::{Link, Lock, Memory};
use crate::outcome::Reason;
use crate::ports::Ports;
use crate::report::{FilledInForm, Page, SentMessage};
use crate::spotler::client::Spotler;
use crate::spotler::reporting::Rows;
use crate::spotler::trouble::Trouble;

type Asked<T> = Result<T, QuestionFailed>;

/// The link of a record: without one, Spotler knows nobody behind it.
fn linked<P: Ports>(ports: &P, reference: &RecordRef) -> Asked<Link> {
    Memory::new(ports)
        .link(reference)
        .ok_or(QuestionFailed::NotFound)
}

/// The block as Spotler has it at this moment (YO-27).
pub async fn read_live_card<P: Ports>(ports: &P, reference: &RecordRef) -> Asked<Card> {
    let connection = active(ports)?;
    let record = ports
        .read_record(reference)
        .ok_or(QuestionFailed::NotFound)?;
    let mut link = linked(ports, reference)?;
    let spotler = Spotler::of(ports, &connection);
    let looked = Presence::of(spotler.contact(&link.external_id).await);
    let looked = looked.map_err(|it| failed(&it))?;
    if let Some(kind) = looked.lock(link.bounced_hard.is_some()) {
        let at = ports.now();
        link.lock.get_or_insert(Lock { kind, at });
    }
    let card = questions::card_of(&connection, Some(&link), &record);
    match looked {
        Presence::One(seen) => {
            let mut card = card;
            for switch in &mut card.permissions {
                switch.on = seen.has(switch.bit);
            }
            Ok(card)
        }
        Presence::Locked(_) => Ok(card),
        Presence::Absent | Presence::Several | Presence::AddressTaken => {
            Err(QuestionFailed::Refused(Reason::new(codes::GONE)))
        }
    }
}

/// The mailings that were sent to the person (RE-25).
pub async fn list_mailing_history<P: Ports>(
    ports: &P,
    reference: &RecordRef,
    start: Option<&str>,
) -> Asked<Page<SentMessage>> {
    history(ports, reference, start, async |spotler, id, after| {
        spotler.mailing_history(id, after).await
    })
    .await
}

/// The messages of journeys that were sent to the person (RE-42).
pub async fn list_journey_history<P: Ports>(
    ports: &P,
    reference: &RecordRef,
    start: Option<&str>,
) -> Asked<Page<SentMessage>> {
    history(ports, reference, start, async |spotler, id, after| {
        spotler.journey_history(id, after).await
    })
    .await
}

/// The forms that the person filled in (RE-27).
pub async fn list_form_history<P: Ports>(
    ports: &P,
    reference: &RecordRef,
    start: Option<&str>,
) -> Asked<Page<FilledInForm>> {
    history(ports, reference, start, async |spotler, id, after| {
        spotler.form_history(id, after).await
    })
    .await
}

/// A page of something that Spotler tells of one contact, by its external id.
async fn history<P: Ports, T>(
    ports: &P,
    reference: &RecordRef,
    start: Option<&str>,
    read: impl AsyncFnOnce(&Spotler<'_, P>, &str, usize) -> Result<Rows<T>, Trouble>,
) -> Asked<Page<T>> {
    let (connection, link, after) = (active(ports)?, linked(ports, reference)?, offset(start)?);
    let spotler = Spotler::of(ports, &connection);
    let read = read(&spotler, &link.external_id, after).await;
    let (rows, count, more) = read.map_err(|it| failed(&it))?;
    Ok(Page {
        rows,
        next: more.then(|| (after + count).to_string()),
    })
}
