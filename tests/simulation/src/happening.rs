//! Carries out what people do: in the CRM with an event in the queue, or in
//! Spotler; and notes it in the book.

use koppel_plugin::campaign::{CampaignExport, EveningWindow};
use koppel_plugin::crm::{Consent, CrmRecord, Field, FieldValue, Origin, RecordRef, RecordState};
use koppel_plugin::manual::ManualAction;

use crate::crm::{contact, say};
use crate::operation::{Operation, address, city};
use crate::planted::Bug;
use crate::queue::What;
use crate::world::World;

/// The id of a person's n-th record.
pub(crate) fn record_id(person: usize, number: u32) -> RecordRef {
    contact(&format!("p{person}-{number}"))
}

impl World {
    /// People do something, a second after what was before: no two things happen
    /// in the same millisecond, as the clock of a machine would have it.
    pub(crate) fn happen(&self, operation: &Operation) {
        self.advance(1_000);
        match operation {
            Operation::Save(person) => self.save(*person),
            Operation::Say(person, bit, on) => self.say(*person, *bit, *on),
            Operation::Mail(person, on) => {
                let at = self.now();
                self.edit(*person, |it| {
                    if it.mail.allowed != *on {
                        it.mail.allowed = *on;
                        it.mail.changed_at = at;
                        it.mail.origin = Origin::Crm;
                    }
                });
            }
            Operation::Gate(person, open) => {
                if self.edit(*person, |it| it.gate = *open) {
                    self.book().person(*person).open = *open;
                }
            }
            Operation::Deactivate(person) => self.state(*person, RecordState::Inactive),
            Operation::Reactivate(person) => self.state(*person, RecordState::Active),
            Operation::Delete(person) => self.state(*person, RecordState::Deleted),
            Operation::TypeIn(person) => {
                let known = self.book().person(*person).records;
                if known > 0 {
                    self.type_in(*person, known + 1);
                }
            }
            Operation::TakeUp(person) => self.by_hand(*person, "reactivate"),
            Operation::Sync(person) => self.by_hand(*person, "sync-contact"),
            Operation::Tick => self.put(What::Tick),
            Operation::Export(permission) => self.export(*permission),
            Operation::OptOut(_)
            | Operation::Switch(..)
            | Operation::Bounce(_)
            | Operation::Complain(_)
            | Operation::ComeBack(_) => self.in_spotler(operation),
        }
    }

    /// The record of a person that was typed in last.
    fn current(&self, person: usize) -> Option<RecordRef> {
        let records = self.book().person(person).records;
        (records > 0).then(|| record_id(person, records))
    }

    fn save(&self, person: usize) {
        if self.current(person).is_none() {
            self.type_in(person, 1);
            return;
        }
        let number = self.next_city();
        let saved = self.edit(person, |it| {
            let value = Some(FieldValue::Text(city(number)));
            it.fields.retain(|it| it.name != "city");
            it.fields.push(Field {
                name: "city".to_owned(),
                value,
            });
        });
        if saved {
            self.book().city(person, number);
        }
    }

    fn type_in(&self, person: usize, number: u32) {
        let (reference, last) = (record_id(person, number), self.next_city());
        let (address, city) = (address(person), city(last));
        self.store()
            .kept
            .crm
            .type_in(&reference.id, &address, &city);
        self.put(What::Saved(reference));
        let mut book = self.book();
        let it = book.person(person);
        it.records = number;
        (it.active, it.open) = (true, true);
        book.city(person, last);
    }

    fn say(&self, person: usize, bit: u32, on: bool) {
        let (at, consent) = (self.now(), consent(on));
        let said = self.edit(person, |it| say(it, bit, consent, at));
        if said && on {
            let since = self.sim.ledger().last().map_or(0, |it| it.number);
            self.book().consents_of(person).given_in_crm(bit, since);
        }
    }

    fn state(&self, person: usize, state: RecordState) {
        if self.edit(person, |it| it.state = state) {
            let mut book = self.book();
            let it = book.person(person);
            it.active = state == RecordState::Active;
            it.disturbed = true;
        }
    }

    /// Changes the record of a person and queues its save; false where there is
    /// none, it was deleted, or nothing differs.
    fn edit(&self, person: usize, change: impl FnOnce(&mut CrmRecord)) -> bool {
        let Some(reference) = self.current(person) else {
            return false;
        };
        let changed = {
            let crm = &mut self.store().kept.crm;
            let known = crm.records.get(&reference);
            known.is_some_and(|it| it.state != RecordState::Deleted)
                && crm.change(&reference, change)
        };
        if changed {
            self.put(What::Saved(reference));
        }
        changed
    }

    fn by_hand(&self, person: usize, operation: &str) {
        let Some(reference) = self.current(person) else {
            return;
        };
        self.put(What::Action(ManualAction {
            operation: operation.to_owned(),
            records: vec![reference],
            selection: None,
            permissions: Vec::new(),
            fields: Vec::new(),
            parameters: Vec::new(),
        }));
    }

    fn export(&self, permission: Option<u32>) {
        let number = self.next_city();
        let selected = self.store().kept.crm.records.len() as u64;
        let now = self.now();
        self.put(What::Export(CampaignExport {
            campaign: format!("campaign-{number}"),
            channel: "external".to_owned(),
            system: "spotler".to_owned(),
            list_name: format!("List {number}"),
            selection: "all".to_owned(),
            selected,
            permission,
            auto_close: false,
            window: EveningWindow {
                open: true,
                opens_at: now,
            },
        }));
    }

    fn in_spotler(&self, operation: &Operation) {
        let sim = &self.sim;
        // A step may be impossible just then: no such person in Spotler.
        match operation {
            Operation::OptOut(person) => {
                let done = sim.ui_opt_out(&address(*person)).is_ok();
                let mut book = self.book();
                book.person(*person).disturbed |= done;
                book.person(*person).opted_out |= done;
            }
            Operation::Switch(person, bit, on) => {
                let done = sim.ui_set_permission(&address(*person), (*bit, *on));
                if done.is_ok() && *on {
                    self.book().consents_of(*person).given_in_spotler(*bit);
                }
            }
            Operation::Bounce(person) => {
                let done = sim.ui_hard_bounce(&address(*person)).is_ok();
                self.book().person(*person).disturbed |= done;
            }
            Operation::Complain(person) => {
                let done = sim.ui_mark_spam(&address(*person)).is_ok();
                let mut book = self.book();
                book.person(*person).disturbed |= done;
                book.person(*person).opted_out |= done;
            }
            Operation::ComeBack(person) => {
                let done = sim.ui_create_with_only_email(&address(*person)).is_ok();
                let mut book = self.book();
                book.person(*person).disturbed |= done;
                book.person(*person).opted_out &= !done;
            }
            Operation::Save(_)
            | Operation::Say(..)
            | Operation::Mail(..)
            | Operation::Gate(..)
            | Operation::Deactivate(_)
            | Operation::Reactivate(_)
            | Operation::Delete(_)
            | Operation::TypeIn(_)
            | Operation::TakeUp(_)
            | Operation::Sync(_)
            | Operation::Tick
            | Operation::Export(_) => {}
        }
    }

    /// Queues an event; with a planted bug, a save is a double while a call for
    /// its record is under way.
    pub(crate) fn put(&self, what: What) {
        let now = self.now();
        let mut store = self.store();
        let is_dropped = self.bug == Some(Bug::SkipAsUnique)
            && matches!(&what, What::Saved(it) if store.kept.queue.holds(it))
            && self.is_under_way(&store.kept.queue, &what);
        if !is_dropped {
            store.kept.queue.put(what, now);
        }
        store.committed();
    }
}

fn consent(on: bool) -> Consent {
    if on {
        Consent::Given
    } else {
        Consent::Withdrawn
    }
}
