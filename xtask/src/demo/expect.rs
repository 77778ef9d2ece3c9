//! What the import should come to, told from the file alone with rules that are simpler than the component's.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::crm::Ended;
use crate::example_contacts::census;

/// The columns that decide.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Line of the file; the header is line 1.
    pub(crate) line: u64,
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) email: String,
    pub(crate) permissions: Vec<String>,
    /// The attribute that lets the record be synced.
    pub(crate) spotler: bool,
    pub(crate) active: bool,
    pub(crate) allows_mail: bool,
}

impl Row {
    /// All rows of a file, malformed ones too.
    pub(crate) fn read(file: &Path) -> Result<Vec<Self>> {
        let named = || format!("could not read {}", file.display());
        let text = fs::read(file).with_context(named)?;
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .from_reader(text.as_slice());
        let header = reader.byte_headers().with_context(named)?.clone();
        let mut rows = Vec::new();
        for row in reader.byte_records() {
            let row = row.with_context(named)?;
            let value = |name: &str| {
                let at = header.iter().position(|it| it == name.as_bytes())?;
                row.get(at)
                    .map(|it| String::from_utf8_lossy(it).into_owned())
            };
            let text = |name: &str| value(name).unwrap_or_default();
            rows.push(Self {
                line: row.position().map_or(0, csv::Position::line),
                id: text("id"),
                kind: text("kind"),
                first_name: text("first_name"),
                last_name: text("last_name"),
                email: text("email"),
                permissions: text("permissions")
                    .split(';')
                    .map(str::to_owned)
                    .filter(|it| !it.is_empty())
                    .collect(),
                spotler: text("spotler") == "yes",
                active: text("active") != "no",
                allows_mail: text("bulk_email") != "do-not-allow",
            });
        }
        Ok(rows)
    }

    /// The address as it is compared: two are the same without spaces and case.
    pub(crate) fn address(&self) -> String {
        self.email.trim().to_lowercase()
    }

    /// How the CRM's history names the record.
    pub(crate) fn subject(&self) -> String {
        format!("{}/{}", self.kind, self.id)
    }
}

/// Whether an address can stand in a URL as it is.
pub(crate) fn is_plain(email: &str) -> bool {
    census::is_address(email)
        && email
            .chars()
            .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || ".@-".contains(it))
}

/// Which records a profile syncs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gate {
    /// Those with the attribute Spotler.
    Attribute,
    /// Those that a user linked.
    Linked,
    /// All.
    All,
}

impl Gate {
    /// The gate of a profile that comes along.
    pub(crate) fn of_profile(root: &Path, name: &str) -> Result<Self> {
        let file = root.join(format!("plugin/profiles/{name}.json"));
        if !file.is_file() {
            bail!("there is no profile `{name}`; docs/profiles.md names those that come along");
        }
        let text = fs::read_to_string(file).context("could not read the profile")?;
        let profile: Value = serde_json::from_str(&text)?;
        match profile["gate"].as_str() {
            Some("attribute") => Ok(Self::Attribute),
            Some("linked") => Ok(Self::Linked),
            Some("all") => Ok(Self::All),
            other => {
                bail!("the profile `{name}` has a gate that the demo does not know: {other:?}")
            }
        }
    }
}

/// How many records should end for which reason. `refused` are the lines that the import did not take, `known` the
/// addresses that Spotler had before.
pub(crate) fn reasons(
    rows: &[Row],
    refused: &BTreeSet<u64>,
    gate: Gate,
    known: &[String],
) -> BTreeMap<String, usize> {
    let mut taken = BTreeSet::new();
    let mut counts = BTreeMap::new();
    for row in rows.iter().filter(|it| !refused.contains(&it.line)) {
        let address = row.address();
        let reason = if !row.active {
            "record-not-active"
        } else if gate == Gate::Attribute && !row.spotler {
            "not-linked"
        } else if address.is_empty() {
            "no-email-address"
        } else if !census::is_address(&address) {
            "email-invalid"
        } else if !taken.insert(address.clone()) {
            "address-in-use"
        } else if known.contains(&address) {
            "found"
        } else {
            "created"
        };
        *counts.entry(reason.to_owned()).or_default() += 1;
    }
    counts
}

/// How many of the file's records did end for which reason.
pub(crate) fn came_out(endings: &[Ended]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let is_record = |it: &&Ended| {
        ["contact/", "lead/", "account/"]
            .iter()
            .any(|kind| it.subject.starts_with(kind))
    };
    for ending in endings.iter().filter(is_record) {
        *counts.entry(ending.reason.clone()).or_default() += 1;
    }
    counts
}

/// The lines of the example file that are malformed.
pub(crate) fn malformed_lines(file: &Path) -> Result<BTreeSet<u64>> {
    let text = fs::read_to_string(file)?;
    Ok(census::of(&text)
        .malformed
        .iter()
        .map(|it| it.line)
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(line: u64, email: &str) -> Row {
        Row {
            line,
            id: format!("C-{line}"),
            kind: "contact".into(),
            first_name: String::new(),
            last_name: "Bakker".into(),
            email: email.into(),
            permissions: Vec::new(),
            spotler: true,
            active: true,
            allows_mail: true,
        }
    }

    #[test]
    fn the_first_bearer_of_an_address_has_it() {
        let rows = [
            row(2, "a@b.nl"),
            row(3, " A@b.nl"),
            row(4, "c@b.nl"),
            row(5, ""),
            row(6, "d"),
        ];
        let found = reasons(&rows, &BTreeSet::from([4]), Gate::All, &["a@b.nl".into()]);
        let expected = [
            ("address-in-use", 1),
            ("email-invalid", 1),
            ("found", 1),
            ("no-email-address", 1),
        ];
        assert_eq!(
            found,
            expected
                .map(|(code, count)| (code.to_owned(), count))
                .into()
        );
    }

    #[test]
    fn the_gate_decides_before_the_address() {
        let mut closed = row(2, "");
        closed.spotler = false;
        let of = |gate| reasons(&[closed.clone()], &BTreeSet::new(), gate, &[]);
        assert_eq!(
            of(Gate::Attribute),
            BTreeMap::from([("not-linked".to_owned(), 1)])
        );
        assert_eq!(
            of(Gate::Linked),
            BTreeMap::from([("no-email-address".to_owned(), 1)])
        );
    }
}
