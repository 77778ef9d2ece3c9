//! Foreign bytes in a world: as an answer of Spotler, as what is remembered, as a
//! field or a cursor. For what only has to hold whatever comes.

use koppel_plugin::crm::{Field, FieldValue};

use crate::happening::record_id;
use crate::operation::Operation;
use crate::queue::What;
use crate::world::World;

impl World {
    /// From now on Spotler answers with these, in turn and again from the first;
    /// none: as it really does.
    pub fn forge(&self, answers: Vec<(u16, Vec<u8>)>) {
        let mut forged = self.forged.borrow_mut();
        forged.answers = answers;
        forged.next = 0;
    }

    /// People do something, and the worker makes at most so many calls; an hour
    /// passes first, so that everything is due.
    pub fn do_and_work(&self, operation: &Operation, calls: u32) {
        self.advance(3_600_000);
        self.happen(operation);
        self.work(calls);
    }

    /// Sets what the component remembers under a key.
    pub fn remember(&self, bucket: &str, key: &str, value: &[u8]) {
        let kept = &mut self.store().kept;
        kept.last_change += 1;
        let number = kept.last_change;
        let key = (bucket.to_owned(), key.to_owned());
        kept.memory.insert(key, (number, value.to_vec()));
    }

    /// Saves the first record of a person with this text in a field.
    pub fn write_field(&self, person: usize, name: &str, text: &str) {
        let reference = record_id(person, 1);
        let value = Some(FieldValue::Text(text.to_owned()));
        let name = name.to_owned();
        let changed = self.store().kept.crm.change(&reference, |it| {
            it.fields.retain(|it| it.name != name);
            it.fields.push(Field { name, value });
        });
        if changed {
            self.put(What::Saved(reference));
        }
    }

    /// People do something, and everything that waits goes on from this cursor.
    pub fn happen_and_go_on_from(&self, operation: &Operation, cursor: &str) {
        self.happen(operation);
        for row in &mut self.store().kept.queue.rows {
            row.cursor = Some(cursor.to_owned());
        }
        self.work(9);
    }

    /// The record of a person, as the component's memory names it.
    pub fn key_of(person: usize) -> String {
        record_id(person, 1).key()
    }
}

/// The answers that are forged, and whose turn it is.
#[derive(Debug, Default)]
pub(crate) struct Forged {
    answers: Vec<(u16, Vec<u8>)>,
    next: usize,
}

impl Forged {
    /// The next answer, if answers are forged.
    pub(crate) fn next(&mut self) -> Option<(u16, Vec<u8>)> {
        let answer = self.answers.get(self.next % self.answers.len().max(1))?;
        self.next += 1;
        Some(answer.clone())
    }
}
