//! Selections as they are written on the command line (PV-15).

use std::str::FromStr;

use super::reference::Named;
use crate::{
    contract::RecordKind,
    crm::{
        codes::Code,
        filters::{Comparison, Condition},
        selections::Selection,
    },
};

/// A selection that a command names.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Selected(pub(crate) Selection);

const HINT: &str = "write it as all, attribute, permission:BIT, search:TEXT, relation:ID, \
     activity:TEXT, filter:FIELD=VALUE or records:ID,ID";

impl FromStr for Selected {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, rest) = kind_of(text);
        let (word, value) = rest.split_once(':').unwrap_or((rest, ""));
        let selection = match (word, value) {
            ("all", "") => Selection::All(kind),
            ("attribute", "") => Selection::Gated(kind),
            ("permission", bit) => {
                let bit = bit.parse().map_err(|_| "a permission is a number")?;
                Selection::Permission(kind, bit)
            }
            (_, "") => return Err(HINT.to_owned()),
            ("search", text) => Selection::Search(kind, text.to_owned()),
            ("relation", id) => Selection::Relation(id.to_owned()),
            ("activity", text) => Selection::Activity(kind, text.to_owned()),
            ("filter", conditions) => {
                let conditions: Result<Vec<Condition>, String> =
                    conditions.split(',').map(condition).collect();
                Selection::Filter(kind, conditions?)
            }
            ("records", ids) => {
                let named: Result<Vec<Named>, String> = ids.split(',').map(str::parse).collect();
                Selection::Records(named?.into_iter().map(|it| it.0).collect())
            }
            _ => return Err(HINT.to_owned()),
        };
        Ok(Self(selection))
    }
}

/// The kind in front, and what follows; contacts where none is named.
fn kind_of(text: &str) -> (RecordKind, &str) {
    let split = text.split_once('/');
    let named = split.and_then(|(kind, rest)| Some((RecordKind::from_code(kind)?, rest)));
    named.unwrap_or((RecordKind::Contact, text))
}

fn condition(text: &str) -> Result<Condition, String> {
    let parts = [
        ("!=", Comparison::IsNot),
        ("~", Comparison::Contains),
        ("=", Comparison::Is),
    ];
    let found = parts
        .into_iter()
        .find_map(|(sign, comparison)| Some((text.split_once(sign)?, comparison)));
    let ((field, value), comparison) =
        found.ok_or("write a condition as FIELD=VALUE, FIELD!=VALUE or FIELD~TEXT")?;
    Ok(Condition {
        field: field.trim().to_owned(),
        comparison,
        value: value.trim().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Selection {
        text.parse::<Selected>().expect("a selection").0
    }

    /// PV-15, DA-54
    #[test]
    fn every_kind_of_selection_can_be_written() {
        let contact = RecordKind::Contact;
        assert_eq!(read("all"), Selection::All(contact));
        assert_eq!(read("lead/attribute"), Selection::Gated(RecordKind::Lead));
        assert_eq!(read("permission:3"), Selection::Permission(contact, 3));
        assert_eq!(read("relation:R/1"), Selection::Relation("R/1".into()));
        let conditions = vec![
            Condition {
                field: "city".into(),
                comparison: Comparison::IsNot,
                value: "Utrecht".into(),
            },
            Condition {
                field: "job_title".into(),
                comparison: Comparison::Contains,
                value: "chef".into(),
            },
        ];
        let expected = Selection::Filter(contact, conditions);
        assert_eq!(read("filter:city!=Utrecht,job_title~chef"), expected);
        for bad in ["", "some", "search:", "permission:x", "filter:city"] {
            assert!(bad.parse::<Selected>().is_err(), "{bad}");
        }
    }
}
