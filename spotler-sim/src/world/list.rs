//! Lists: static ones, which are filled from outside, and dynamic ones, which select by rules.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::World;
use super::contact::Contact;
use super::ledger::{Event, Stamp};

/// A static list (the API says temporary list).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StaticList {
    /// The id that the connected system gave; lists imported by hand have none.
    pub external_id: Option<String>,
    /// The name, unique among static lists.
    pub name: String,
    /// When it was made.
    pub created_ms: i64,
    /// How it was made.
    pub kind: ListKind,
    /// Numbers of the contacts on it.
    pub members: BTreeSet<u64>,
}

impl StaticList {
    /// The id for the ledger: the external one, or else the name.
    pub(crate) fn label(&self) -> String {
        self.external_id
            .clone()
            .unwrap_or_else(|| self.name.clone())
    }
}

/// How a static list was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ListKind {
    /// Imported by hand.
    Import,
    /// From the response to a mailing.
    Response,
    /// Through the API.
    Api,
    /// By dividing another one.
    Split,
}

/// A list whose members follow from rules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DynamicList {
    /// The name, unique among dynamic lists.
    pub name: String,
    /// Whom it selects from: everybody, or the static list of this name.
    #[serde(default)]
    pub from_static_list: Option<String>,
    /// All of these must hold.
    #[serde(default)]
    pub selection: Vec<Refinement>,
    /// None of these may hold.
    #[serde(default)]
    pub exclusion: Vec<Refinement>,
}

/// One rule of a dynamic list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refinement {
    /// A property has exactly this value.
    Is {
        /// The property.
        property: String,
        /// The value.
        value: Value,
    },
    /// A text property holds this text, upper and lower case being the same.
    Contains {
        /// The property.
        property: String,
        /// The text.
        text: String,
    },
    /// A property has a value.
    Filled {
        /// The property.
        property: String,
    },
    /// A bit of a set property, such as a permission, is on.
    Has {
        /// The set property.
        set: String,
        /// The bit.
        bit: u32,
    },
}

impl Refinement {
    /// The property that the rule is about.
    pub(crate) fn property(&self) -> &str {
        match self {
            Refinement::Is { property, .. }
            | Refinement::Contains { property, .. }
            | Refinement::Filled { property } => property,
            Refinement::Has { set, .. } => set,
        }
    }

    fn holds(&self, contact: &Contact) -> bool {
        match self {
            Refinement::Is { property, value } => contact.fields.get(property) == Some(value),
            Refinement::Contains { property, text } => {
                let held = contact.text(property).unwrap_or_default().to_lowercase();
                held.contains(&text.to_lowercase())
            }
            Refinement::Filled { property } => contact.fields.contains_key(property),
            Refinement::Has { set, bit } => {
                contact.sets.get(set).is_some_and(|it| it.contains(bit))
            }
        }
    }
}

impl World {
    /// The static list with this external id.
    pub(crate) fn static_list(&self, external_id: &str) -> Option<&StaticList> {
        self.static_lists
            .iter()
            .find(|it| it.external_id.as_deref() == Some(external_id))
    }

    /// The static list with this name.
    pub(crate) fn static_list_named(&self, name: &str) -> Option<&StaticList> {
        self.static_lists.iter().find(|it| it.name == name)
    }

    /// Puts contacts on a static list.
    pub(crate) fn add_to_static_list(&mut self, name: &str, contacts: &[u64], stamp: &Stamp) {
        let Some(list) = self.static_lists.iter_mut().find(|it| it.name == name) else {
            return;
        };
        let label = list.label();
        let added: Vec<u64> = contacts
            .iter()
            .filter(|it| list.members.insert(**it))
            .copied()
            .collect();
        for id in added {
            self.note(
                id,
                Event::AddedToList {
                    list: label.clone(),
                },
                stamp,
            );
        }
    }

    /// Who is on a dynamic list now; inactive and blank contacts are not.
    pub(crate) fn dynamic_members(&self, list: &DynamicList) -> BTreeSet<u64> {
        let base = list
            .from_static_list
            .as_deref()
            .and_then(|it| self.static_list_named(it));
        let in_base = |contact: &&Contact| match (&list.from_static_list, base) {
            (None, _) => true,
            (Some(_), Some(base)) => base.members.contains(&contact.id),
            (Some(_), None) => false,
        };
        let selected = |contact: &&Contact| {
            list.selection.iter().all(|it| it.holds(contact))
                && !list.exclusion.iter().any(|it| it.holds(contact))
        };
        let members = self.contacts.iter().filter(|it| it.is_active());
        members
            .filter(in_base)
            .filter(selected)
            .map(|it| it.id)
            .collect()
    }
}
