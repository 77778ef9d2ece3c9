//! Writes examples/README.md.

use std::fmt::Write as _;

use super::census::{self, Census};
use super::record::Record;
use super::words;

/// What the page says before the counts.
const INTRODUCTION: &str = include_str!("columns.md");

/// A count of valid rows: its name on the page and the rows that count.
type Class = (&'static str, fn(&Record) -> bool);

#[rustfmt::skip]
const CLASSES: [Class; 22] = [
    ("contacts", |it| it.kind == "contact"),
    ("leads", |it| it.kind == "lead"),
    ("accounts", |it| it.kind == "account"),
    ("without e-mail address", |it| it.email.is_empty()),
    ("invalid e-mail address", is_invalid),
    ("usable e-mail address", |it| census::is_address(&it.email)),
    ("plus address", |it| it.email.contains('+')),
    ("domain with letters outside a to z", |it| it.email.split_once('@').is_some_and(|(_, domain)| !domain.is_ascii())),
    ("spotler = yes", |it| it.spotler == "yes"),
    ("spotler = no", |it| it.spotler == "no"),
    ("inactive (active = no)", |it| it.active == "no"),
    ("bulk_email = do-not-allow", |it| it.bulk_email == "do-not-allow"),
    ("with a permission or an opt-out", |it| !it.permissions.is_empty()),
    ("with an explicit opt-out", |it| it.permissions.split(';').any(|one| one.starts_with('-'))),
    ("with a birth date", |it| !it.birth_date.is_empty()),
    ("with an infix", |it| !it.infix.is_empty()),
    ("contacts with a relation", |it| it.kind == "contact" && !it.relation.is_empty()),
    ("contacts without a relation", |it| it.kind == "contact" && it.relation.is_empty()),
    ("contacts with primary = yes", |it| it.kind == "contact" && it.primary == "yes"),
    ("country NL", |it| it.country == "NL"),
    ("country BE", |it| it.country == "BE"),
    ("country DE", |it| it.country == "DE"),
];

fn is_invalid(record: &Record) -> bool {
    !record.email.is_empty() && !census::is_address(&record.email)
}

/// The page's text.
pub(crate) fn render(census: &Census) -> String {
    let mut page = INTRODUCTION.replace("PERMISSIONS", &words::PERMISSIONS.join(" · "));
    page = page.replace("OWNERS", &words::OWNERS.join(", "));
    push(&mut page, "\n## How many\n\n| class | rows |\n|---|---:|");
    let (valid, malformed) = (census.valid.len(), census.malformed.len());
    push(
        &mut page,
        &format!(
            "| rows in all, without the header | {} |",
            valid + malformed
        ),
    );
    push(
        &mut page,
        &format!("| valid | {valid} |\n| malformed | {malformed} |"),
    );
    push(
        &mut page,
        "\nOf the valid rows:\n\n| class | rows |\n|---|---:|",
    );
    for (name, is_such) in CLASSES {
        push(
            &mut page,
            &format!("| {name} | {} |", census.count(is_such)),
        );
    }
    let groups = census.duplicates();
    let of_size = |size: usize| groups.iter().filter(|it| it.len() == size).count();
    let rows: usize = groups.iter().map(Vec::len).sum();
    push(&mut page, &format!("| in a group of duplicates | {rows} |"));
    push(&mut page, "\n| group | groups |\n|---|---:|");
    push(
        &mut page,
        &format!("| addresses that several rows share | {} |", groups.len()),
    );
    push(
        &mut page,
        &format!(
            "| by two rows | {} |\n| by three rows | {} |",
            of_size(2),
            of_size(3)
        ),
    );
    for (count, name) in [
        (0, "without a primary contact"),
        (1, "with one"),
        (2, "with two"),
    ] {
        push(
            &mut page,
            &format!(
                "| accounts {name} | {} |",
                census.accounts_with_primaries(count)
            ),
        );
    }
    lists(&mut page, census);
    page
}

/// The rows that are worth finding: malformed by line, invalid and duplicate by id.
fn lists(page: &mut String, census: &Census) {
    push(page, "\n## Malformed rows\n\n| line | reason |\n|---:|---|");
    for it in &census.malformed {
        push(page, &format!("| {} | {} |", it.line, it.reason));
    }
    push(page, "\n## Invalid addresses\n");
    let invalid = census.valid.iter().filter(|it| is_invalid(it));
    push(
        page,
        &invalid
            .map(|it| format!("`{}`", it.id))
            .collect::<Vec<_>>()
            .join(" "),
    );
    push(page, "\n## Duplicate addresses\n");
    for group in census.duplicates() {
        push(page, &format!("- `{}`", group.join("` `")));
    }
}

fn push(page: &mut String, line: &str) {
    writeln!(page, "{line}").expect("a string takes every line");
}
