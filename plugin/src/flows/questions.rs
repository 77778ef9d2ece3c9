//! Questions that a page asks: answered from what is remembered, without a
//! request.

use crate::campaign::{Addressee, AddresseePage};
use crate::card::{BlockState, Card, PermissionSwitch};
use crate::codes;
use crate::connection::{
    Activity, Connection, ConnectionState, MappingRow, PropertyOption, QuestionFailed,
};
use crate::crm::{Consent, CrmRecord, Origin, RecordKind, RecordRef, SyncStatus};
use crate::export_memory::{self, Entry, ExportMemory};
use crate::memory::{Link, LockKind, Memory};
use crate::ports::Ports;

/// The connection as it stands.
pub fn read_state<P: Ports>(ports: &P) -> ConnectionState {
    let Some(connection) = Memory::new(ports).connection() else {
        let reason = codes::NOT_ACTIVE;
        return ConnectionState {
            active: false,
            reason,
            mapping_saved: false,
            permissions: Vec::new(),
        };
    };
    let reason = match connection.activity {
        Activity::Active => codes::ACTIVATED,
        Activity::Off => codes::DEACTIVATED,
        Activity::Stopped => codes::CONNECTION_STOPPED,
    };
    ConnectionState {
        active: connection.activity == Activity::Active,
        reason,
        mapping_saved: connection.mapping_saved,
        permissions: connection.permissions,
    }
}

/// The mapping as it stands; a field that the CRM got since is mapped to
/// nothing (DA-55).
pub fn read_mapping<P: Ports>(ports: &P) -> Result<Vec<MappingRow>, QuestionFailed> {
    let mapping = Memory::new(ports).mapping();
    let mut rows = mapping.ok_or(QuestionFailed::NotActive)?;
    let fields = ports.fields();
    for kind in RecordKind::ALL {
        for field in fields.iter().filter(|it| it.kinds.contains(&kind)) {
            let is_known = rows
                .iter()
                .any(|it| it.kind == kind && it.field == field.name);
            if !is_known {
                rows.push(MappingRow {
                    kind,
                    field: field.name.clone(),
                    property: None,
                });
            }
        }
    }
    Ok(rows)
}

/// The properties that fields can be mapped to.
pub fn read_properties<P: Ports>(ports: &P) -> Result<Vec<PropertyOption>, QuestionFailed> {
    let connection = Memory::new(ports)
        .connection()
        .ok_or(QuestionFailed::NotActive)?;
    let option = |it: &crate::spotler::property::Property| PropertyOption {
        name: it.name.clone(),
        label: it.description.clone(),
        property_type: it.property_type.clone(),
        fits: it.fits().to_vec(),
    };
    Ok(connection
        .properties
        .iter()
        .filter(|it| it.can_be_mapped())
        .map(option)
        .collect())
}

/// What the latest finished export of a campaign did with each selected record,
/// a piece at a time (PV-43).
pub fn list_addressees<P: Ports>(
    ports: &P,
    campaign: &str,
    start: Option<&str>,
) -> Result<AddresseePage, QuestionFailed> {
    let latest = export_memory::latest(ports, campaign).ok_or(QuestionFailed::NotFound)?;
    let piece = match start {
        Some(start) => start.parse().map_err(|_| QuestionFailed::NotFound)?,
        None => 0_u32,
    };
    let entries = ExportMemory::of(ports, &latest.event).entries(piece);
    let addressee = |it: Entry| {
        Some(Addressee {
            target: it.reference()?,
            left_out: it.left_out,
        })
    };
    let next = piece.saturating_add(1);
    Ok(AddresseePage {
        addressees: entries.into_iter().filter_map(addressee).collect(),
        next: (next < latest.pieces).then(|| next.to_string()),
    })
}

/// The Spotler block of one record (YO-24, YO-27).
pub fn read_card<P: Ports>(ports: &P, reference: &RecordRef) -> Result<Card, QuestionFailed> {
    let memory = Memory::new(ports);
    let connection = memory.connection().ok_or(QuestionFailed::NotActive)?;
    let record = ports
        .read_record(reference)
        .ok_or(QuestionFailed::NotFound)?;
    let link = memory.link(reference);
    Ok(card_of(&connection, link.as_ref(), &record))
}

/// The block as it follows from what is known of the record.
pub(crate) fn card_of(connection: &Connection, link: Option<&Link>, record: &CrmRecord) -> Card {
    let (state, status, reason) = block(link, record);
    Card {
        state,
        status,
        reason,
        synced_at: link.and_then(|it| it.synced_at),
        permissions: switches(connection, link, record),
        external_id: link.map(|it| it.external_id.clone()),
    }
}

/// The three states, from what is known (C26).
fn block(
    link: Option<&Link>,
    record: &CrmRecord,
) -> (BlockState, Option<SyncStatus>, &'static str) {
    let disabled = (!record.sync_enabled).then_some(SyncStatus::Disabled);
    let Some(link) = link else {
        return (BlockState::NotSynchronised, disabled, codes::NOT_LINKED);
    };
    let inactive = |status, code| (BlockState::Inactive, Some(status), code);
    match link.lock.as_ref().map(|it| it.kind) {
        Some(LockKind::OptOut) => inactive(SyncStatus::OptOut, codes::OPTED_OUT),
        Some(LockKind::Bounce) => inactive(SyncStatus::Failed, codes::BOUNCED),
        Some(LockKind::Unknown) => inactive(SyncStatus::Failed, codes::INACTIVE),
        None if link.blanked.is_some() => inactive(SyncStatus::Succeeded, codes::BLANKED),
        None if link.synced_at.is_none() => (
            BlockState::NotSynchronised,
            Some(SyncStatus::Processing),
            codes::LOST,
        ),
        None => {
            let status = if link.failed {
                SyncStatus::Failed
            } else {
                SyncStatus::Succeeded
            };
            (
                BlockState::Synchronised,
                disabled.or(Some(status)),
                codes::IN_STEP,
            )
        }
    }
}

fn switches(
    connection: &Connection,
    link: Option<&Link>,
    record: &CrmRecord,
) -> Vec<PermissionSwitch> {
    let inactive = link.is_some_and(|it| it.lock.is_some());
    let switch = |permission: &crate::crm::Permission| {
        let memory = link.map(|it| it.bit(permission.bit)).unwrap_or_default();
        let choice = record.choice(permission.bit);
        PermissionSwitch {
            bit: permission.bit,
            name: permission.name.clone(),
            on: memory.on && !inactive,
            locked: inactive || memory.locked_at.is_some(),
            consent: choice.map_or(Consent::Unset, |it| it.consent),
            origin: choice.map_or(Origin::Crm, |it| it.origin),
        }
    };
    connection.permissions.iter().map(switch).collect()
}
