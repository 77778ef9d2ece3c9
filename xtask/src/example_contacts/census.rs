//! Reads the example file back as a CRM's import would, and counts what is in it.

use std::collections::{BTreeMap, BTreeSet};

use super::record::{COLUMNS, Record};
use super::words;

/// A row that the import must refuse.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed {
    /// Line of the file on which the row begins; the header is line 1.
    pub(crate) line: u64,
    /// Why, in words.
    pub(crate) reason: &'static str,
}

/// What the file holds.
#[derive(Debug, Default)]
pub(crate) struct Census {
    /// The rows that the import takes.
    pub(crate) valid: Vec<Record>,
    /// The rows that it refuses.
    pub(crate) malformed: Vec<Malformed>,
}

impl Census {
    /// How many valid rows are such.
    pub(crate) fn count(&self, is_such: impl Fn(&Record) -> bool) -> usize {
        self.valid.iter().filter(|it| is_such(it)).count()
    }

    /// The ids of each address that several valid rows share, apart from case and surrounding spaces.
    pub(crate) fn duplicates(&self) -> Vec<Vec<&str>> {
        let mut by_address: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for record in self.valid.iter().filter(|it| !it.email.trim().is_empty()) {
            by_address
                .entry(record.email.trim().to_lowercase())
                .or_default()
                .push(&record.id);
        }
        let mut groups: Vec<_> = by_address.into_values().filter(|it| it.len() > 1).collect();
        groups.sort_unstable();
        groups
    }

    /// How many accounts have this number of primary contacts.
    pub(crate) fn accounts_with_primaries(&self, count: usize) -> usize {
        let primaries = |id: &str| self.count(|it| it.relation == id && it.primary == "yes");
        self.count(|it| it.kind == "account" && primaries(&it.id) == count)
    }
}

/// Reads the text of the file.
pub(crate) fn of(text: &str) -> Census {
    let mut census = Census::default();
    let mut ids = BTreeSet::new();
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(text.as_bytes());
    let header = reader
        .headers()
        .expect("the file begins with a header")
        .clone();
    for row in reader.records() {
        let row = row.expect("the file is UTF-8");
        let place = row
            .position()
            .expect("a row that was read has a place")
            .clone();
        let begin = usize::try_from(place.byte()).expect("the file fits in memory");
        let fault = match columns_fault(&text[begin..], row.len()) {
            Some(fault) => Some(fault),
            None => {
                let record: Record = row
                    .deserialize(Some(&header))
                    .expect("every column is a string");
                let fault = fault(&record, &ids);
                if fault.is_none() {
                    ids.insert(record.id.clone());
                    census.valid.push(record);
                }
                fault
            }
        };
        census.malformed.extend(fault.map(|reason| Malformed {
            line: place.line(),
            reason,
        }));
    }
    census
}

/// What is wrong with the shape of a row; `rest` is the file from its first letter on.
fn columns_fault(rest: &str, columns: usize) -> Option<&'static str> {
    let is_last = rest.trim_end().lines().count() == 1;
    match columns {
        COLUMNS => None,
        _ if is_last && rest.matches('"').count() % 2 == 1 => Some("unclosed quote"),
        0..COLUMNS => Some("too few columns"),
        _ => Some("too many columns"),
    }
}

/// What is wrong with the values of a row.
fn fault(record: &Record, ids: &BTreeSet<String>) -> Option<&'static str> {
    let is_switch = |it: &str| it == "yes" || it == "no";
    let is_permission = |it: &str| words::PERMISSIONS.contains(&it.strip_prefix('-').unwrap_or(it));
    let permissions = || record.permissions.split(';').filter(|it| !it.is_empty());
    match record {
        it if it.id.is_empty() => Some("empty id"),
        it if ids.contains(&it.id) => Some("duplicate id"),
        it if !["contact", "lead", "account"].contains(&it.kind.as_str()) => Some("unknown kind"),
        it if it.kind != "account" && it.last_name.is_empty() => Some("missing last name"),
        it if !it.birth_date.is_empty() && !is_date(&it.birth_date) => Some("bad birth date"),
        it if !is_switch(&it.primary) => Some("`primary` neither yes nor no"),
        it if !is_switch(&it.spotler) => Some("`spotler` neither yes nor no"),
        it if !is_switch(&it.active) => Some("`active` neither yes nor no"),
        it if !["allow", "do-not-allow"].contains(&it.bulk_email.as_str()) => {
            Some("unknown `bulk_email`")
        }
        _ if !permissions().all(is_permission) => Some("unknown permission name"),
        _ => None,
    }
}

/// Whether a text is a day, written yyyy-MM-dd.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else {
        return false;
    };
    let number =
        |part: &str, width: usize| part.parse::<u32>().ok().filter(|_| part.len() == width);
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2))
    else {
        return false;
    };
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// Whether an address could receive mail, surrounding spaces aside; letters of any language may stand in the domain.
pub(crate) fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.trim().split_once('@') else {
        return false;
    };
    let is_local = |it: char| it.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~-".contains(it);
    let is_domain = |it: char| it.is_alphanumeric() || it == '-';
    let dotted = |text: &str, allowed: &dyn Fn(char) -> bool| {
        text.split('.')
            .all(|part| !part.is_empty() && part.chars().all(allowed))
    };
    dotted(local, &is_local) && dotted(domain, &is_domain) && domain.contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_do_not_exist_are_no_dates() {
        assert!(is_date("1990-02-28") && is_date("2000-02-29"));
        for text in [
            "31-02-1990",
            "1990-02-29",
            "1985-13-01",
            "1985-1-1",
            "1985-04-31",
            "",
            "1985-04",
        ] {
            assert!(!is_date(text), "{text}");
        }
    }

    #[test]
    fn odd_addresses_are_told_from_wrong_ones() {
        for text in [
            "a@example.nl",
            " A.b+c@café-noord.example ",
            "o'n@example.org",
        ] {
            assert!(is_address(text), "{text}");
        }
        for text in [
            "",
            "a",
            "a@",
            "@b.example",
            "a@@b.example",
            "a b@c.example",
            "a@b.example.",
            "a..b@c.example",
        ] {
            assert!(!is_address(text), "{text}");
        }
    }

    #[test]
    fn a_refused_row_is_reported_with_its_line() {
        let right = Record {
            primary: "no".into(),
            spotler: "no".into(),
            active: "no".into(),
            ..Record::default()
        };
        let right = Record {
            id: "A-1".into(),
            kind: "account".into(),
            bulk_email: "allow".into(),
            ..right
        };
        let text = format!(
            "{}\n{}\n{}\nx,y\n",
            Record::header(),
            right.line(),
            right.line()
        );
        let census = of(&text);
        assert_eq!(census.valid.len(), 1);
        let expected = [(3, "duplicate id"), (4, "too few columns")];
        assert_eq!(
            census.malformed,
            expected.map(|(line, reason)| Malformed { line, reason })
        );
    }
}
