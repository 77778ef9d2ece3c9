//! What holds for all records alike, and what is known of one of them.

use crate::address::AddressState;
use crate::connection::{Connection, MappingRow};
use crate::crm::{CrmRecord, Event};
use crate::decide::Case;
use crate::mapping;
use crate::memory::{Link, Memory, Wish};
use crate::ports::Ports;

/// What holds for all records alike.
pub struct Setup {
    pub(crate) connection: Connection,
    pub(crate) rows: Vec<MappingRow>,
    pub(crate) salt: Vec<u8>,
}

impl Setup {
    /// None before the first activation.
    pub fn of<P: Ports>(memory: &Memory<'_, P>) -> Option<Self> {
        Some(Self {
            connection: memory.connection()?,
            rows: memory.mapping().unwrap_or_default(),
            salt: memory.salt(),
        })
    }

    /// Everything that is known of a record.
    pub(crate) fn case<'a, P: Ports>(
        &'a self,
        memory: &Memory<'_, P>,
        event: &'a Event,
        record: &'a CrmRecord,
        link: Option<Link>,
        wish: Option<Wish>,
    ) -> Case<'a> {
        let text = mapping::address_text(record, &self.rows, &self.connection.properties);
        let address = AddressState::of(text);
        let hash = match &address {
            AddressState::Present(address) => Some(address.hash(&self.salt)),
            AddressState::Missing | AddressState::Invalid => None,
        };
        let owner = hash.as_deref().and_then(|it| memory.owner(it));
        let tombstone = hash.as_deref().and_then(|it| memory.tombstone(it));
        let strangers = hash.as_deref().is_some_and(|it| memory.is_strangers(it));
        let withdrawals = hash.as_deref().map(|it| memory.withdrawals(it));
        Case {
            event,
            record,
            connection: &self.connection,
            mapping: &self.rows,
            salt: &self.salt,
            link,
            wish,
            owner: owner.filter(|it| *it != record.reference),
            tombstone: tombstone.map(|it| it.kind),
            strangers,
            withdrawals: withdrawals.unwrap_or_default(),
            address,
        }
    }
}
