//! What covers each requirement: a pure function of the catalogue and the sources.

use std::collections::{BTreeMap, BTreeSet};

use super::catalogue::{Catalogue, Kind, Row};
use super::ids;
use super::rust_docs::{self, Documented};
use crate::repo::Source;

/// Tests of this folder are the simulator's.
const SIMULATOR: &str = "spotler-sim/";

/// Everything that may name an id.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    /// Rust files.
    pub(crate) rust: Vec<Source>,
    /// Markdown pages.
    pub(crate) pages: Vec<Source>,
}

/// A test or a page that covers something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Evidence {
    /// Path of its file from the root of the repository.
    pub(crate) path: String,
    /// Name of the test; none for a page.
    pub(crate) test: Option<String>,
}

/// The tests and pages that name each id.
#[derive(Debug, Default)]
pub(crate) struct Coverage {
    by_id: BTreeMap<String, BTreeSet<Evidence>>,
}

impl Coverage {
    /// What covers a requirement, sorted: only what its kind asks for counts.
    pub(crate) fn of_row(&self, row: &Row) -> Vec<&Evidence> {
        self.naming(&row.id, |it| match row.kind {
            Kind::C | Kind::H => it.test.is_some(),
            Kind::S => it.test.is_some() && it.path.starts_with(SIMULATOR),
            Kind::D => it.test.is_none(),
        })
    }

    /// The tests that cover a decision, sorted.
    pub(crate) fn of_decision(&self, id: &str) -> Vec<&Evidence> {
        self.naming(id, |it| it.test.is_some())
    }

    fn naming(&self, id: &str, counts: impl Fn(&Evidence) -> bool) -> Vec<&Evidence> {
        self.by_id
            .get(id)
            .into_iter()
            .flatten()
            .filter(|it| counts(it))
            .collect()
    }

    fn add(&mut self, id: &str, evidence: &Evidence) {
        self.by_id
            .entry(id.to_owned())
            .or_default()
            .insert(evidence.clone());
    }
}

/// Finds out what covers what; fails with every fault, such as an id that does not exist.
pub(crate) fn of(catalogue: &Catalogue, sources: &Sources) -> Result<Coverage, Vec<String>> {
    let mut coverage = Coverage::default();
    let mut faults = Vec::new();
    for file in &sources.rust {
        match rust_docs::documented_in(&file.text) {
            Ok(items) => {
                for item in items {
                    faults.extend(add_item(catalogue, &mut coverage, file, &item));
                }
            }
            Err(fault) => faults.push(format!("`{}` {fault}", file.path)),
        }
    }
    for page in &sources.pages {
        faults.extend(add_page(catalogue, &mut coverage, page));
    }
    if faults.is_empty() {
        Ok(coverage)
    } else {
        Err(faults)
    }
}

fn add_item(
    catalogue: &Catalogue,
    coverage: &mut Coverage,
    file: &Source,
    item: &Documented,
) -> Vec<String> {
    let place = match &item.test {
        Some(test) => format!("`{}`: the doc comment of `{test}`", file.path),
        None => format!("`{}`: a doc comment", file.path),
    };
    let (ids, faults) = known_ids(catalogue, &item.doc, &place);
    if item.test.is_some() {
        let evidence = Evidence {
            path: file.path.clone(),
            test: item.test.clone(),
        };
        for id in &ids {
            coverage.add(id, &evidence);
        }
    }
    faults
}

/// A page covers rows only: that it tells of a decision shows nothing.
fn add_page(catalogue: &Catalogue, coverage: &mut Coverage, page: &Source) -> Vec<String> {
    let (ids, faults) = known_ids(catalogue, &page.text, &format!("`{}`", page.path));
    let evidence = Evidence {
        path: page.path.clone(),
        test: None,
    };
    for id in ids.iter().filter(|it| !ids::is_decision(it)) {
        coverage.add(id, &evidence);
    }
    faults
}

/// The ids that a text names and that exist, and a sentence for each that does not.
fn known_ids(catalogue: &Catalogue, text: &str, place: &str) -> (Vec<String>, Vec<String>) {
    let named = match ids::named_in(text) {
        Ok(named) => named,
        Err(fault) => return (Vec::new(), vec![format!("{place}: {fault}")]),
    };
    let all = catalogue.ids();
    let (known, unknown): (Vec<_>, Vec<_>) =
        named.into_iter().partition(|it| all.contains(it.as_str()));
    let faults = unknown
        .iter()
        .map(|it| format!("{place} names `{it}`, which is no requirement or decision"));
    (known, faults.collect())
}

#[cfg(test)]
mod tests {
    use super::super::catalogue::Decision;
    use super::*;

    fn catalogue() -> Catalogue {
        let row = |(id, kind): (&str, Kind)| Row {
            id: id.to_owned(),
            kind,
            summary: String::new(),
        };
        let rows = [
            ("YO-01", Kind::C),
            ("YO-02", Kind::H),
            ("YO-03", Kind::S),
            ("YO-04", Kind::D),
        ];
        let decision = Decision {
            id: "C1".to_owned(),
            summary: String::new(),
            rows: String::new(),
        };
        Catalogue {
            rows: rows.map(row).into(),
            decisions: vec![decision],
        }
    }

    fn source(path: &str, text: &str) -> Source {
        Source {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    fn rust(path: &str, text: &str) -> Sources {
        Sources {
            rust: vec![source(path, text)],
            pages: Vec::new(),
        }
    }

    fn page(text: &str) -> Sources {
        Sources {
            rust: Vec::new(),
            pages: vec![source("README.md", text)],
        }
    }

    /// The ids that the sources cover.
    fn covered(sources: &Sources) -> Vec<String> {
        let catalogue = catalogue();
        let coverage = of(&catalogue, sources).expect("every id exists");
        let rows = catalogue
            .rows
            .iter()
            .filter(|it| !coverage.of_row(it).is_empty())
            .map(|it| &it.id);
        let decisions = catalogue
            .decisions
            .iter()
            .map(|it| &it.id)
            .filter(|it| !coverage.of_decision(it).is_empty());
        rows.chain(decisions).cloned().collect()
    }

    fn faults(sources: &Sources) -> Vec<String> {
        of(&catalogue(), sources).expect_err("an id is unknown")
    }

    #[test]
    fn a_test_covers_the_ids_of_its_doc_comment() {
        assert_eq!(
            covered(&rust("tests/a.rs", "/// YO-01, C1\n#[test]\nfn a() {}")),
            ["YO-01", "C1"]
        );
    }

    #[test]
    fn a_test_without_an_id_covers_nothing() {
        assert_eq!(
            covered(&rust(
                "tests/a.rs",
                "//! YO-01\n/// Works.\n#[test]\nfn a() {}"
            )),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_function_that_is_no_test_covers_nothing() {
        assert_eq!(
            covered(&rust("tests/a.rs", "/// YO-01\nfn a() {}")),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_range_covers_all_that_lies_in_it_as_far_as_the_kind_allows() {
        let text = "/// YO-01..YO-04\n#[test]\nfn a() {}";
        assert_eq!(covered(&rust("tests/a.rs", text)), ["YO-01", "YO-02"]);
        assert_eq!(
            covered(&rust("spotler-sim/a.rs", text)),
            ["YO-01", "YO-02", "YO-03"]
        );
    }

    #[test]
    fn a_page_covers_vocabulary_only() {
        assert_eq!(
            covered(&page("<!-- covers: YO-01..YO-04, C1 -->")),
            ["YO-04"]
        );
    }

    #[test]
    fn an_unknown_id_is_a_fault_wherever_it_stands() {
        let test = faults(&rust("tests/a.rs", "/// YO-09\n#[test]\nfn a() {}"));
        assert_eq!(
            test,
            [
                "`tests/a.rs`: the doc comment of `a` names `YO-09`, which is no requirement or decision"
            ]
        );
        assert_eq!(faults(&rust("plugin/a.rs", "/// C33\nfn a() {}")).len(), 1);
        assert_eq!(faults(&page("YO-03..YO-05")).len(), 1);
    }
}
