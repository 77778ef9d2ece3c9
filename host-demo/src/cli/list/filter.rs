//! The filter of a dynamic list, as it is typed.

use std::str::FromStr;

use crate::{contract::RecordKind, crm::selections::Selection};

/// What a dynamic list selects by; of which kind, its target says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    All,
    Gated,
    Permission(u32),
    Relation(String),
    Search(String),
}

impl Filter {
    /// The selection of records of a kind.
    pub(crate) fn of(self, kind: RecordKind) -> Selection {
        match self {
            Self::All => Selection::All(kind),
            Self::Gated => Selection::Gated(kind),
            Self::Permission(bit) => Selection::Permission(kind, bit),
            Self::Relation(relation) => Selection::Relation(relation),
            Self::Search(text) => Selection::Search(kind, text),
        }
    }
}

impl FromStr for Filter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            None if text == "all" => Ok(Self::All),
            None if text == "gated" => Ok(Self::Gated),
            Some(("permission", bit)) => bit
                .parse()
                .map(Self::Permission)
                .map_err(|_| "`permission=` wants the number of a permission".to_owned()),
            Some(("relation", id)) if !id.is_empty() => Ok(Self::Relation(id.to_owned())),
            Some(("search", words)) if !words.is_empty() => Ok(Self::Search(words.to_owned())),
            _ => Err(
                "write `all`, `gated`, `permission=BIT`, `relation=ID` or `search=TEXT`".to_owned(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_read_as_it_is_typed() {
        let read = |text: &str| text.parse::<Filter>();
        assert_eq!(read("all"), Ok(Filter::All));
        assert_eq!(read("permission=2"), Ok(Filter::Permission(2)));
        assert_eq!(read("search=a=b"), Ok(Filter::Search("a=b".into())));
        for wrong in ["", "permission=x", "relation=", "everybody"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
