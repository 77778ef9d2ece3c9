//! What a bulk change changes. Pure: a record goes in, a form comes out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::contract::{Field, FieldValue, NamedValue, PermissionWish};
use crate::crm::{edit::Edit, record::Record};

/// The field that holds keywords.
const KEYWORDS: &str = "keywords";

/// Keywords to give.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keywords {
    /// The keywords.
    pub words: Vec<String>,
    /// Whether they replace those that a contact has; otherwise they are added
    /// (YO-33).
    pub replace: bool,
}

/// The second step of a bulk change. What is not named stays as it is (C30).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BulkChange {
    /// Field values; none empties a field.
    pub fields: BTreeMap<String, Option<FieldValue>>,
    /// Keywords.
    pub keywords: Option<Keywords>,
    /// Permissions to switch on.
    pub on: Vec<u32>,
    /// Permissions to switch off.
    pub off: Vec<u32>,
    /// Trigger codes of journeys to start.
    pub starts: Vec<String>,
    /// Trigger codes of journeys to stop.
    pub stops: Vec<String>,
}

impl BulkChange {
    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The form that it saves for a record.
    pub(crate) fn form_for(&self, record: &Record) -> Edit {
        let mut edit = Edit {
            fields: self.fields.clone(),
            ..Edit::new()
        };
        if let Some(keywords) = &self.keywords {
            let words = keywords.given_to(record);
            let value = (!words.is_empty()).then_some(FieldValue::MultiChoice(words));
            edit.fields.insert(KEYWORDS.to_owned(), value);
        }
        edit
    }

    /// The names of the fields that it touches.
    pub fn field_names(&self) -> Vec<String> {
        let keywords = self.keywords.as_ref().map(|_| KEYWORDS.to_owned());
        self.fields.keys().cloned().chain(keywords).collect()
    }

    /// The fields as the operation is told them. Keywords differ by contact: what
    /// was given is told.
    pub(crate) fn told(&self) -> Vec<Field> {
        let words = self.keywords.as_ref().map(|it| Field {
            name: KEYWORDS.to_owned(),
            value: Some(FieldValue::MultiChoice(it.words.clone())),
        });
        let field = |(name, value): (&String, &Option<FieldValue>)| Field {
            name: name.clone(),
            value: value.clone(),
        };
        self.fields.iter().map(field).chain(words).collect()
    }

    /// The permissions as the operation is told them.
    pub(crate) fn wishes(&self) -> Vec<PermissionWish> {
        let wish = |on: bool| move |bit: &u32| PermissionWish { bit: *bit, on };
        let on = self.on.iter().map(wish(true));
        on.chain(self.off.iter().map(wish(false))).collect()
    }

    /// The journeys as the operation is told them.
    pub(crate) fn journeys(&self) -> Vec<NamedValue> {
        let named = |name: &'static str| {
            move |code: &String| NamedValue {
                name: name.to_owned(),
                value: code.clone(),
            }
        };
        let starts = self.starts.iter().map(named("start"));
        starts.chain(self.stops.iter().map(named("stop"))).collect()
    }
}

impl Keywords {
    /// The keywords that a record has afterwards, each once.
    fn given_to(&self, record: &Record) -> Vec<String> {
        let mut words = match record.fields.get(KEYWORDS) {
            Some(FieldValue::MultiChoice(words)) if !self.replace => words.clone(),
            _ => Vec::new(),
        };
        for word in &self.words {
            if !words.contains(word) {
                words.push(word.clone());
            }
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crm::testing::contact;

    fn keywords(words: &[&str]) -> FieldValue {
        FieldValue::MultiChoice(words.iter().map(|it| (*it).to_owned()).collect())
    }

    fn after(had: &[&str], given: &[&str], replace: bool) -> Option<FieldValue> {
        let mut record = Record::fresh(contact("1"), 0);
        record.fields.insert(KEYWORDS.to_owned(), keywords(had));
        let change = BulkChange {
            keywords: Some(Keywords {
                words: given.iter().map(|it| (*it).to_owned()).collect(),
                replace,
            }),
            ..BulkChange::default()
        };
        change.form_for(&record).fields.remove(KEYWORDS).flatten()
    }

    /// YO-33: keywords are added unless they are to replace all that there are.
    #[test]
    fn keywords_are_added_or_replace_all() {
        let added = after(&["klant"], &["beurs", "klant"], false);
        assert_eq!(added, Some(keywords(&["klant", "beurs"])));
        let replaced = after(&["klant"], &["beurs"], true);
        assert_eq!(replaced, Some(keywords(&["beurs"])));
        assert_eq!(after(&["klant"], &[], true), None);
    }

    /// C30: a box that was left alone changes nothing.
    #[test]
    fn what_is_not_named_stays() {
        let record = Record::fresh(contact("1"), 0);
        assert!(BulkChange::default().form_for(&record).fields.is_empty());
        assert!(BulkChange::default().is_empty());
    }
}
