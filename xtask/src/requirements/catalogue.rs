//! The requirements and decisions, as docs/requirements/*.csv list them.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::repo;

/// Who has to show that a row holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(crate) enum Kind {
    /// A rule of the connector: a test.
    C,
    /// Behaviour of the host CRM: a test.
    H,
    /// Behaviour of Spotler: a test of the simulator.
    S,
    /// Vocabulary: a page.
    D,
}

impl Kind {
    /// Every kind, in the order of the page.
    pub(crate) const ALL: [Self; 4] = [Self::C, Self::H, Self::S, Self::D];

    /// The letter in the tables.
    pub(crate) fn letter(self) -> char {
        match self {
            Self::C => 'C',
            Self::H => 'H',
            Self::S => 'S',
            Self::D => 'D',
        }
    }

    /// What the letter stands for.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::C => "connector rule, shown by a test",
            Self::H => "behaviour of the host CRM, shown by a test",
            Self::S => "behaviour of Spotler, shown by a test of the simulator",
            Self::D => "vocabulary, shown by a page",
        }
    }
}

/// One requirement.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Row {
    /// The id, which never changes: `YO-21`.
    pub(crate) id: String,
    /// Who has to show it.
    pub(crate) kind: Kind,
    /// What must hold.
    pub(crate) summary: String,
}

impl Row {
    /// The part of the id that names the source document.
    pub(crate) fn group(&self) -> &str {
        self.id.split('-').next().unwrap_or(&self.id)
    }
}

/// One decision where the sources disagree or are silent.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Decision {
    /// The id, which never changes: `C12`.
    pub(crate) id: String,
    /// What was decided.
    pub(crate) summary: String,
    /// The ids that it is about.
    pub(crate) rows: String,
}

/// All requirements and decisions.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    /// The requirements, in the order of the file.
    pub(crate) rows: Vec<Row>,
    /// The decisions, in the order of the file.
    pub(crate) decisions: Vec<Decision>,
}

impl Catalogue {
    /// Reads both files.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let rows = parse(root, "docs/requirements/rows.csv")?;
        let decisions = parse(root, "docs/requirements/decisions.csv")?;
        let catalogue = Self { rows, decisions };
        let count = catalogue.rows.len() + catalogue.decisions.len();
        ensure!(
            catalogue.ids().len() == count,
            "an id stands twice in `docs/requirements/*.csv`"
        );
        Ok(catalogue)
    }

    /// Every id that a test may name.
    pub(crate) fn ids(&self) -> BTreeSet<&str> {
        let rows = self.rows.iter().map(|it| it.id.as_str());
        let decisions = self.decisions.iter().map(|it| it.id.as_str());
        rows.chain(decisions).collect()
    }
}

fn parse<T: for<'de> Deserialize<'de>>(root: &Path, path: &str) -> Result<Vec<T>> {
    let text = repo::read(root, path)?;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader
        .deserialize()
        .collect::<Result<_, _>>()
        .with_context(|| format!("could not read `{path}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_holds_every_row_and_decision() {
        let catalogue = Catalogue::read(&repo::root()).expect("the catalogue can be read");
        let count = |group: &str| {
            catalogue
                .rows
                .iter()
                .filter(|it| it.group() == group)
                .count()
        };
        let counts = ["PV", "YO", "DA", "AU", "RE"].map(count);
        assert_eq!(counts, [51, 52, 82, 33, 44]);
        assert_eq!(catalogue.decisions.len(), 32);
    }

    #[test]
    fn ids_are_numbered_without_a_gap() {
        let catalogue = Catalogue::read(&repo::root()).expect("the catalogue can be read");
        for group in ["PV", "YO", "DA", "AU", "RE"] {
            let ids = catalogue
                .rows
                .iter()
                .filter(|it| it.group() == group)
                .map(|it| it.id.as_str());
            for (number, id) in (1..).zip(ids) {
                assert_eq!(id, format!("{group}-{number:02}"));
            }
        }
    }
}
