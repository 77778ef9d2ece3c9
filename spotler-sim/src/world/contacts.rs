//! All contacts, found by number, external id or e-mail address.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::contact::Contact;

/// All contacts; changes go through [`Contacts::change`], which keeps the indexes right.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Contact>", into = "Vec<Contact>")]
pub(crate) struct Contacts {
    by_id: BTreeMap<u64, Contact>,
    by_external_id: BTreeMap<String, BTreeSet<u64>>,
    by_email: BTreeMap<String, BTreeSet<u64>>,
    by_encrypted_id: BTreeMap<String, u64>,
}

impl Contacts {
    /// The contact with this number.
    pub(crate) fn get(&self, id: u64) -> Option<&Contact> {
        self.by_id.get(&id)
    }

    /// The oldest contact with this external id.
    pub(crate) fn with_external_id(&self, external_id: &str) -> Option<&Contact> {
        let id = self.by_external_id.get(external_id)?.first()?;
        self.get(*id)
    }

    /// Every contact with this e-mail address, upper and lower case being the same, oldest first.
    pub(crate) fn with_email(&self, email: &str) -> impl Iterator<Item = &Contact> {
        let ids = self.by_email.get(&email_key(email)).into_iter().flatten();
        ids.filter_map(|it| self.by_id.get(it))
    }

    /// The contact with this id of Spotler's own.
    pub(crate) fn with_encrypted_id(&self, encrypted_id: &str) -> Option<&Contact> {
        self.get(*self.by_encrypted_id.get(encrypted_id)?)
    }

    /// Every contact, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Contact> {
        self.by_id.values()
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// The number that the next contact gets.
    pub(crate) fn next_id(&self) -> u64 {
        self.by_id.last_key_value().map_or(1, |(id, _)| id + 1)
    }

    /// Adds a contact.
    pub(crate) fn add(&mut self, contact: Contact) {
        self.index(&contact, Keep::Entry);
        self.by_id.insert(contact.id, contact);
    }

    /// Changes a contact.
    pub(crate) fn change<T>(
        &mut self,
        id: u64,
        change: impl FnOnce(&mut Contact) -> T,
    ) -> Option<T> {
        let mut contact = self.by_id.remove(&id)?;
        self.index(&contact, Keep::Nothing);
        let answer = change(&mut contact);
        self.add(contact);
        Some(answer)
    }

    fn index(&mut self, contact: &Contact, keep: Keep) {
        let entry = |index: &mut BTreeMap<String, BTreeSet<u64>>, key: Option<String>| {
            let Some(key) = key else { return };
            match keep {
                Keep::Entry => {
                    index.entry(key).or_default().insert(contact.id);
                }
                Keep::Nothing => {
                    let ids = index.entry(key.clone()).or_default();
                    ids.remove(&contact.id);
                    if ids.is_empty() {
                        index.remove(&key);
                    }
                }
            }
        };
        entry(&mut self.by_external_id, contact.external_id.clone());
        entry(&mut self.by_email, contact.email().map(email_key));
        self.by_encrypted_id
            .insert(contact.encrypted_id.clone(), contact.id);
    }
}

/// The form in which e-mail addresses are compared.
pub(crate) fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

#[derive(Clone, Copy)]
enum Keep {
    Entry,
    Nothing,
}

impl From<Vec<Contact>> for Contacts {
    fn from(list: Vec<Contact>) -> Contacts {
        let mut contacts = Contacts::default();
        for contact in list {
            contacts.add(contact);
        }
        contacts
    }
}

impl From<Contacts> for Vec<Contact> {
    fn from(contacts: Contacts) -> Vec<Contact> {
        contacts.by_id.into_values().collect()
    }
}
