//! A world: Spotler, the CRM and the component's memory, a clock, and chance.

use std::cell::{Cell, RefCell, RefMut};
use std::collections::BTreeSet;

use koppel_plugin::crm::Timestamp;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use spotler_sim::{Config, SimHandle, Switches};

use crate::book::Book;
use crate::operation::Operation;
use crate::planted::Bug;
use crate::queue::{Queue, What};
use crate::run::Tally;
use crate::state::Store;

/// When every world starts.
const START: &str = "2026-03-02T09:00:00Z";
/// The same, in milliseconds.
const START_MS: Timestamp = 1_772_442_000_000;

/// Something that is to happen at a request that is still to come.
#[derive(Clone, Debug)]
pub(crate) enum AtRequest {
    Fault(u8),
    Kill(bool),
    Meanwhile(bool, Operation),
    Nested,
}

/// Spotler, the CRM with its queue, and everything between them.
pub struct World {
    /// Spotler.
    pub sim: SimHandle,
    pub(crate) bug: Option<Bug>,
    store: RefCell<Store>,
    book: RefCell<Book>,
    chance: RefCell<StdRng>,
    tally: Cell<Tally>,
    now: Cell<Timestamp>,
    cities: Cell<u64>,
    /// What is to happen, and after how many requests.
    pub(crate) to_come: RefCell<Vec<(u8, AtRequest)>>,
    /// The rows with a call under way.
    pub(crate) claimed: RefCell<BTreeSet<u64>>,
    pub(crate) is_killed: Cell<bool>,
    pub(crate) depth: Cell<u32>,
    pub(crate) planted: RefCell<crate::work::Planted>,
    pub(crate) forged: RefCell<crate::foreign::Forged>,
}

impl World {
    /// A world in which the connection is made and the mapping saved.
    pub fn start(seed: u64, switches: &Switches, bug: Option<Bug>) -> Self {
        let mut config = Config::frozen_at(START);
        config.switches = switches.clone();
        // The signature is made by the host, which is not here.
        config.switches.auth.required = false;
        let sim = SimHandle::without_a_socket(&config).expect("a simulator");
        let store = match bug {
            Some(Bug::LoseUnsynced) => Store::that_syncs_late(),
            Some(_) | None => Store::default(),
        };
        let world = Self {
            sim,
            bug,
            store: RefCell::new(store),
            book: RefCell::default(),
            chance: RefCell::new(StdRng::seed_from_u64(seed)),
            tally: Cell::default(),
            now: Cell::new(START_MS),
            cities: Cell::new(0),
            to_come: RefCell::default(),
            claimed: RefCell::default(),
            is_killed: Cell::default(),
            depth: Cell::default(),
            planted: RefCell::default(),
            forged: RefCell::default(),
        };
        for what in [What::SettingsSaved, What::MappingSaved] {
            world.put(what);
            world.work(u32::MAX);
        }
        world.store().checkpoint();
        world.sim.clear_requests();
        world
    }

    pub(crate) fn store(&self) -> RefMut<'_, Store> {
        self.store.borrow_mut()
    }

    pub(crate) fn book(&self) -> RefMut<'_, Book> {
        self.book.borrow_mut()
    }

    /// What people did so far.
    pub fn what_people_did(&self) -> Book {
        self.book.borrow().clone()
    }

    pub(crate) fn count(&self, add: impl FnOnce(&mut Tally)) {
        let mut tally = self.tally.get();
        add(&mut tally);
        self.tally.set(tally);
    }

    /// What was counted so far.
    pub(crate) fn tally(&self) -> Tally {
        self.tally.get()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.now.get()
    }

    /// Both clocks go on.
    pub(crate) fn advance(&self, ms: Timestamp) {
        self.now.set(self.now.get() + ms);
        let now = i64::try_from(self.now.get()).unwrap_or(i64::MAX);
        self.sim.clock().set_ms(now);
    }

    pub(crate) fn next_city(&self) -> u64 {
        self.cities.set(self.cities.get() + 1);
        self.cities.get()
    }

    /// A number below this one, by chance.
    pub(crate) fn one_of(&self, count: usize) -> usize {
        self.chance.borrow_mut().random_range(0..count.max(1))
    }

    pub(crate) fn random(&self) -> [u8; 16] {
        self.chance.borrow_mut().random()
    }

    /// Whether a call for what such an event is about is under way.
    pub(crate) fn is_under_way(&self, queue: &Queue, what: &What) -> bool {
        let What::Saved(record) = what else {
            return false;
        };
        let claimed = self.claimed.borrow();
        let mut rows = queue.rows.iter();
        rows.any(|it| {
            claimed.contains(&it.seq) && matches!(&it.what, What::Saved(its) if its == record)
        })
    }
}
