//! A case as a decision gets it, of which each test changes a little.

use std::collections::BTreeMap;

use super::{Outside, anna, event};
use crate::address::AddressState;
use crate::connection::Connection;
use crate::crm::{Consent, CrmRecord, Event, Origin, PermissionChoice, RecordRef, Timestamp};
use crate::decide::{Case, value_hash};
use crate::memory::{BitMemory, Link, Lock, LockKind, Memory, Snapshot, Wish};

/// Everything that a case is made of; each test changes a little of it.
pub(crate) struct Scene {
    pub(crate) record: CrmRecord,
    pub(crate) connection: Connection,
    pub(crate) link: Option<Link>,
    pub(crate) event: Event,
    pub(crate) wish: Option<Wish>,
    pub(crate) address: AddressState,
    pub(crate) owner: Option<RecordRef>,
    pub(crate) tombstone: Option<LockKind>,
}

const SALT: &[u8] = b"salt";
pub(crate) const LATER: Timestamp = 1_800_000_000_000;

impl Scene {
    /// Anna, linked, in step with Spotler, with permission 1 on.
    pub(crate) fn in_step() -> Self {
        let outside = Outside::connected("default");
        let connection = Memory::new(&outside).connection().expect("a connection");
        let address = AddressState::of(Some("anna@voorbeeld.example"));
        let AddressState::Present(present) = &address else {
            panic!("it is an address");
        };
        let on = BitMemory {
            on: true,
            locked_at: None,
        };
        let email = value_hash(SALT, "email", &present.as_sent().into());
        let link = Link {
            address: Some(present.hash(SALT)),
            fields: [("email".to_owned(), email)].into(),
            permissions: [(1, on)].into(),
            synced_at: Some(1),
            ..Link::to("contact-7".into(), true)
        };
        Self {
            record: anna(),
            connection,
            link: Some(link),
            event: event("saved", 1),
            wish: None,
            address,
            owner: None,
            tombstone: None,
        }
    }

    /// The same, after a change.
    pub(crate) fn with(change: impl FnOnce(&mut Self)) -> Self {
        let mut scene = Self::in_step();
        change(&mut scene);
        scene
    }

    pub(crate) fn link(&mut self) -> &mut Link {
        self.link.as_mut().expect("linked")
    }

    pub(crate) fn lock(&mut self, kind: LockKind) {
        self.link().lock = Some(Lock { kind, at: 1 });
    }

    pub(crate) fn blank(&mut self) {
        self.link().blanked = Some(Snapshot {
            permissions: vec![1],
            at: 1,
        });
    }

    /// Anna says later what she thinks of permission 1.
    pub(crate) fn says(&mut self, consent: Consent) {
        self.record.permissions = vec![PermissionChoice {
            bit: 1,
            consent,
            changed_at: LATER,
            origin: Origin::Crm,
        }];
    }

    pub(crate) fn case(&self) -> Case<'_> {
        Case {
            event: &self.event,
            record: &self.record,
            connection: &self.connection,
            mapping: &[],
            salt: SALT,
            link: self.link.clone(),
            wish: self.wish,
            address: self.address.clone(),
            owner: self.owner.clone(),
            tombstone: self.tombstone,
            strangers: false,
            withdrawals: BTreeMap::new(),
        }
    }
}
