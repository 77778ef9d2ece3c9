//! Writes docs/requirements.md.

use std::fmt::Write as _;

use super::catalogue::{Catalogue, Kind, Row};
use super::coverage::{Coverage, Evidence};

/// The groups of rows, each with the document that it comes from.
const GROUPS: [(&str, &str); 5] = [
    ("PV", "PerfectView and Spotler"),
    ("YO", "Yoobi and Spotler"),
    ("DA", "Dynamics 365 and Spotler"),
    ("AU", "Spotler's automations"),
    ("RE", "Spotler's reporting"),
];

const HEAD: &str = "\
<!-- Written by `cargo xtask requirements`; a change by hand is lost. -->

# Requirements and what covers them

A test covers the ids that its doc comment names. For kind S only a test of the simulator counts, for kind D only a
page. Every id is in `docs/requirements/*.csv`.

";

/// The page's text; the same for the same arguments.
pub(crate) fn render(catalogue: &Catalogue, coverage: &Coverage) -> String {
    let mut page = HEAD.to_owned();
    counts(&mut page, catalogue, coverage);
    for (group, name) in GROUPS {
        push(
            &mut page,
            &format!(
                "\n## {group}: {name}\n\n| id | kind | requirement | covered by |\n|---|---|---|---|"
            ),
        );
        for row in catalogue.rows.iter().filter(|it| it.group() == group) {
            let covered_by = cell(&coverage.of_row(row));
            push(
                &mut page,
                &format!(
                    "| {} | {} | {} | {covered_by} |",
                    row.id,
                    row.kind.letter(),
                    safe(&row.summary)
                ),
            );
        }
    }
    push(
        &mut page,
        "\n## Decisions\n\n| id | decision | about | covered by |\n|---|---|---|---|",
    );
    for it in &catalogue.decisions {
        let covered_by = cell(&coverage.of_decision(&it.id));
        push(
            &mut page,
            &format!(
                "| {} | {} | {} | {covered_by} |",
                it.id,
                safe(&it.summary),
                it.rows
            ),
        );
    }
    page
}

/// The tables of covered and open, per group and per kind.
fn counts(page: &mut String, catalogue: &Catalogue, coverage: &Coverage) {
    let count = |what: &str, counts: &dyn Fn(&Row) -> bool| {
        let covered = catalogue
            .rows
            .iter()
            .filter(|it| counts(it))
            .map(|it| !coverage.of_row(it).is_empty());
        line(what, &covered.collect::<Vec<_>>())
    };
    push(
        page,
        "| group | rows | covered | open |\n|---|---:|---:|---:|",
    );
    for (group, name) in GROUPS {
        push(
            page,
            &count(&format!("{group}: {name}"), &|it| it.group() == group),
        );
    }
    push(page, &count("**all rows**", &|_| true));
    let decisions = catalogue
        .decisions
        .iter()
        .map(|it| !coverage.of_decision(&it.id).is_empty());
    push(page, &line("decisions", &decisions.collect::<Vec<_>>()));
    push(
        page,
        "\n| kind | rows | covered | open |\n|---|---:|---:|---:|",
    );
    for kind in Kind::ALL {
        push(
            page,
            &count(&format!("{}: {}", kind.letter(), kind.meaning()), &|it| {
                it.kind == kind
            }),
        );
    }
}

fn line(what: &str, covered: &[bool]) -> String {
    let count = covered.iter().filter(|it| **it).count();
    format!(
        "| {what} | {} | {count} | {} |",
        covered.len(),
        covered.len() - count
    )
}

fn cell(evidence: &[&Evidence]) -> String {
    if evidence.is_empty() {
        return "open".to_owned();
    }
    evidence
        .iter()
        .map(|it| link(it))
        .collect::<Vec<_>>()
        .join("<br>")
}

/// A link from docs/ to a test's file or to a page.
fn link(evidence: &Evidence) -> String {
    let Evidence { path, test } = evidence;
    let target = path
        .strip_prefix("docs/")
        .map_or_else(|| format!("../{path}"), str::to_owned);
    match test {
        Some(test) => format!("`{test}` in [{path}]({target})"),
        None => format!("[{path}]({target})"),
    }
}

/// A text that cannot end a cell.
fn safe(text: &str) -> String {
    text.replace('|', "\\|")
}

fn push(page: &mut String, line: &str) {
    writeln!(page, "{line}").expect("a string takes every line");
}

#[cfg(test)]
mod tests {
    use super::super::coverage::{self, Sources};
    use super::*;
    use crate::repo::Source;

    fn rendered(rust: &str) -> String {
        let row = |id: &str, kind| Row {
            id: id.to_owned(),
            kind,
            summary: format!("Rule of {id}."),
        };
        let rows = vec![row("YO-01", Kind::C), row("YO-02", Kind::D)];
        let catalogue = Catalogue {
            rows,
            decisions: Vec::new(),
        };
        let source = |path: &str, text: &str| Source {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        let pages = vec![source("docs/words.md", "YO-02")];
        let sources = Sources {
            rust: vec![source("tests/src/a.rs", rust)],
            pages,
        };
        render(
            &catalogue,
            &coverage::of(&catalogue, &sources).expect("every id exists"),
        )
    }

    #[test]
    fn a_covered_row_links_its_tests_and_pages_from_docs() {
        let page = rendered("/// YO-01\n#[test]\nfn b() {}\n/// YO-01\n#[test]\nfn a() {}");
        let link = "[tests/src/a.rs](../tests/src/a.rs)";
        let row = format!("| YO-01 | C | Rule of YO-01. | `a` in {link}<br>`b` in {link} |\n");
        assert!(page.contains(&row), "{page}");
        assert!(
            page.contains("| YO-02 | D | Rule of YO-02. | [docs/words.md](words.md) |\n"),
            "{page}"
        );
    }

    #[test]
    fn a_row_that_nothing_covers_is_open() {
        assert!(rendered("").contains("| YO-01 | C | Rule of YO-01. | open |\n"));
    }

    #[test]
    fn the_head_counts_covered_and_open() {
        let page = rendered("");
        assert!(page.contains("| **all rows** | 2 | 1 | 1 |\n"), "{page}");
        assert!(page.contains("shown by a page | 1 | 1 | 0 |\n"), "{page}");
    }
}
