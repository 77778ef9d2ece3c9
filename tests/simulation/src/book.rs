//! What people did and were told is done, kept apart from everything that is
//! tested: the model that the end of a run is compared with.

use std::collections::BTreeMap;

use crate::checker::Consents;
use crate::operation::address;

/// What is known of one person.
#[derive(Clone, Debug, Default)]
pub struct Person {
    /// How many records were typed in with this address.
    pub records: u32,
    /// The number of the last city that was saved.
    pub city: u64,
    /// The record is there and active.
    pub active: bool,
    /// The gate is open.
    pub open: bool,
    /// The record was taken down at some time, or Spotler's side was changed by
    /// somebody else: what is there in the end is not told by the last save.
    pub disturbed: bool,
    /// The person said no to all mail in Spotler, and has not come back.
    pub opted_out: bool,
}

/// What people did, person by person.
#[derive(Clone, Debug, Default)]
pub struct Book {
    /// By number.
    pub persons: BTreeMap<usize, Person>,
    /// Which record each city was saved for: the person, and which of the person's
    /// records.
    pub cities: BTreeMap<u64, (usize, u32)>,
    /// The opt-ins, by address.
    pub consents: BTreeMap<String, Consents>,
}

impl Book {
    /// A person, made if there is none with this number.
    pub(crate) fn person(&mut self, number: usize) -> &mut Person {
        self.persons.entry(number).or_default()
    }

    /// A save of a person's only record was acknowledged, with this city.
    pub fn saved(&mut self, number: usize, city: u64) {
        let person = self.person(number);
        person.records = 1;
        (person.active, person.open) = (true, true);
        self.city(number, city);
    }

    /// The last record of a person was saved with this city.
    pub(crate) fn city(&mut self, number: usize, city: u64) {
        let person = self.person(number);
        person.city = city;
        let record = (number, person.records);
        self.cities.insert(city, record);
    }

    /// The opt-ins of a person.
    pub(crate) fn consents_of(&mut self, number: usize) -> &mut Consents {
        self.consents.entry(address(number)).or_default()
    }
}

impl Person {
    /// Whether Spotler must have the last city in the end.
    pub(crate) fn must_be_there(&self) -> bool {
        self.records == 1 && self.active && self.open && !self.disturbed
    }
}
