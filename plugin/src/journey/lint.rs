//! Compares the placeholders of a message with the fields that are sent
//! (AU-17): a name that differs is an empty place in somebody's mail.

use crate::journey::field::{FieldType, MessageField};

/// How a placeholder begins.
const PREFIX: &str = "[automationfield:";

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lint {
    /// A placeholder for which nothing is sent.
    Missing,
    /// A field that no placeholder shows.
    Unused,
    /// Placeholder and field differ in upper and lower case only (AU-23).
    OtherCase,
    /// A placeholder with white space in its name (AU-22).
    WhiteSpace,
}

/// Something found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong.
    pub lint: Lint,
    /// The name as the message has it; for an unused field the field's.
    pub name: String,
    /// The field that was probably meant.
    pub meant: Option<String>,
}

/// The names of the placeholders of a message, each once, as they first occur.
fn placeholders(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some(at) = find_ignoring_case(rest, PREFIX) {
        rest = rest.get(at + PREFIX.len()..).unwrap_or_default();
        let Some(end) = rest.find([']', '[', '\n']) else {
            break;
        };
        let (name, after) = rest.split_at(end);
        rest = after;
        if after.starts_with(']') && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn find_ignoring_case(text: &str, prefix: &str) -> Option<usize> {
    text.char_indices().map(|(at, _)| at).find(|at| {
        text.get(*at..*at + prefix.len())
            .is_some_and(|it| it.eq_ignore_ascii_case(prefix))
    })
}

/// Compares a message with the fields that go with its trigger. A list of products
/// is shown by a block of the message and needs no placeholder in its text.
pub fn lint(text: &str, fields: &[MessageField]) -> Vec<Finding> {
    let names = placeholders(text);
    let mut findings = Vec::new();
    let mut shown: Vec<&str> = Vec::new();
    for name in names {
        if let Some(field) = fields.iter().find(|it| it.name == name) {
            shown.push(&field.name);
            continue;
        }
        let bare: String = name.chars().filter(|it| !it.is_whitespace()).collect();
        let meant = fields.iter().find(|it| same_letters(&it.name, &bare));
        shown.extend(meant.map(|it| it.name.as_str()));
        let lint = match meant {
            _ if bare != name => Lint::WhiteSpace,
            Some(_) => Lint::OtherCase,
            None => Lint::Missing,
        };
        findings.push(Finding {
            lint,
            name: name.to_owned(),
            meant: meant.map(|it| it.name.clone()),
        });
    }
    let unused = fields
        .iter()
        .filter(|it| it.field_type != FieldType::ProductList && !shown.contains(&it.name.as_str()));
    findings.extend(unused.map(|it| Finding {
        lint: Lint::Unused,
        name: it.name.clone(),
        meant: None,
    }));
    findings
}

fn same_letters(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journey::field::Source;

    fn field(name: &str, field_type: FieldType) -> MessageField {
        MessageField {
            name: name.into(),
            field_type,
            source: Source::Fixed("x".into()),
        }
    }

    fn found(text: &str, names: &[&str]) -> Vec<(Lint, String, Option<String>)> {
        let fields: Vec<MessageField> = names.iter().map(|it| field(it, FieldType::Text)).collect();
        lint(text, &fields)
            .into_iter()
            .map(|it| (it.lint, it.name, it.meant))
            .collect()
    }

    /// AU-17
    #[test]
    fn a_placeholder_without_a_field_is_missing_and_a_field_without_one_unused() {
        let text = "Bedrijf: [automationfield:customerCompany], [automationfield:invoiceEmail]";
        assert_eq!(
            found(text, &["customerCompany", "invoiceVatNumber"]),
            [
                (Lint::Missing, "invoiceEmail".to_owned(), None),
                (Lint::Unused, "invoiceVatNumber".to_owned(), None),
            ]
        );
        assert!(found(text, &["customerCompany", "invoiceEmail"]).is_empty());
    }

    /// AU-23, AU-22
    #[test]
    fn a_near_miss_names_the_field_that_was_meant() {
        assert_eq!(
            found("[automationfield:LinkToCart]", &["linktocart"]),
            [(
                Lint::OtherCase,
                "LinkToCart".to_owned(),
                Some("linktocart".to_owned())
            )]
        );
        assert_eq!(
            found("[AutomationField:link to cart]", &["linktocart"]),
            [(
                Lint::WhiteSpace,
                "link to cart".to_owned(),
                Some("linktocart".to_owned())
            )]
        );
    }

    /// AU-17
    #[test]
    fn text_that_only_looks_like_a_placeholder_is_none() {
        assert!(found("[automationfield:a\nb] [automationfield:", &[]).is_empty());
        assert!(found("é[automationfield:ok]", &["ok"]).is_empty());
        let products = [field("productlist", FieldType::ProductList)];
        assert!(lint("a block shows them", &products).is_empty());
    }
}
