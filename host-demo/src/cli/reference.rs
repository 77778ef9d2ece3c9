//! Records as they are named on the command line: `lead/L-7`, or an id alone
//! for a contact.

use std::str::FromStr;

use crate::{
    contract::{RecordKind, RecordRef},
    crm::codes::Code,
};

/// A record that a command names.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Named(pub(crate) RecordRef);

impl FromStr for Named {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let split = text.split_once('/');
        let known = split.and_then(|(kind, id)| RecordKind::from_code(kind).map(|kind| (kind, id)));
        let (kind, id) = known.unwrap_or((RecordKind::Contact, text));
        if id.is_empty() {
            return Err("name a record as `C-0001` or `lead/L-0001`".to_owned());
        }
        Ok(Self(RecordRef {
            kind,
            id: id.to_owned(),
        }))
    }
}

/// `name=value` of `--set`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) name: String,
    pub(crate) value: String,
}

impl FromStr for Setting {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once('=').ok_or("write it as `name=value`")?;
        Ok(Self {
            name: name.trim().to_owned(),
            value: value.to_owned(),
        })
    }
}

/// Reads a word of an enumeration.
pub(crate) fn word<T: Code>(text: &str) -> Result<T, String> {
    T::from_code(text).ok_or_else(|| {
        let words: Vec<&str> = T::ALL.iter().map(|it| it.code()).collect();
        format!("choose one of {}", words.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_alone_is_a_contact() {
        let named: Named = "C-1".parse().expect("a record");
        assert_eq!(
            (named.0.kind, named.0.id.as_str()),
            (RecordKind::Contact, "C-1")
        );
        let named: Named = "lead/L-1".parse().expect("a record");
        assert_eq!(
            (named.0.kind, named.0.id.as_str()),
            (RecordKind::Lead, "L-1")
        );
        let named: Named = "a/b".parse().expect("a record");
        assert_eq!(
            (named.0.kind, named.0.id.as_str()),
            (RecordKind::Contact, "a/b")
        );
        assert!("lead/".parse::<Named>().is_err());
    }
}
