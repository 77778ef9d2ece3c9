//! `cargo xtask example-contacts`: the example file that the demo imports, and the page that tells what is in it.
//!
//! people (rows that are right) ─▶ oddities (rows that are odd or wrong) ─▶ census (reads it back) ─▶ page

pub(crate) mod census;
mod dice;
mod oddities;
mod page;
mod people;
mod record;
mod words;

use std::collections::BTreeSet;

use anyhow::Result;

use crate::generated::{Generated, Mode};
use crate::repo;
use dice::Dice;
use people::Organisation;
use record::Record;

/// Every run starts here, so the files never change by themselves.
const SEED: u64 = 20_250_418;

/// Rows that the CRM takes, of each kind.
const ACCOUNTS: usize = 92;
const CONTACTS: usize = 912;
const LEADS: usize = 136;

/// The command that writes the files.
const COMMAND: &str = "cargo xtask example-contacts";

/// Options of `cargo xtask example-contacts`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Write nothing; fail if the files in the repository differ.
    #[arg(long)]
    pub(crate) check: bool,
}

/// Writes or checks examples/contacts.csv and examples/README.md.
pub(crate) fn run(args: &Args) -> Result<()> {
    let root = repo::root();
    let mode = Mode::from_check_flag(args.check);
    let contacts = contacts();
    let census = census::of(&contacts);
    let page = page::render(&census);
    Generated {
        path: "examples/contacts.csv",
        text: &contacts,
        command: COMMAND,
    }
    .settle(&root, mode)?;
    Generated {
        path: "examples/README.md",
        text: &page,
        command: COMMAND,
    }
    .settle(&root, mode)
}

/// The text of examples/contacts.csv.
fn contacts() -> String {
    let mut dice = Dice::seeded(SEED);
    let mut records = records(&mut dice);
    choose_primaries(&mut records);
    oddities::switch_off(&mut dice, &mut records);
    oddities::change_addresses(&mut dice, &mut records);
    let spare = spare_contacts(&mut dice, &records);
    let mut lines: Vec<String> = records.iter().map(Record::line).collect();
    oddities::insert_malformed(&mut lines, &spare);
    lines.insert(0, Record::header());
    lines.join("\n") + "\n"
}

/// The rows before any oddity: accounts first, so that a relation is known before it is named.
fn records(dice: &mut Dice) -> Vec<Record> {
    let organisations = people::organisations(dice, ACCOUNTS + LEADS);
    let (known, prospects) = organisations.split_at(ACCOUNTS);
    let mut records: Vec<Record> = known.iter().map(|it| people::account(dice, it)).collect();
    for number in 1..=CONTACTS {
        let organisation = employer(dice, known);
        records.push(people::contact(
            dice,
            format!("C-{number:04}"),
            organisation,
        ));
    }
    for (number, prospect) in (1..).zip(prospects) {
        records.push(people::lead(dice, format!("L-{number:04}"), prospect));
    }
    make_addresses_unique(&mut records);
    records
}

/// One of the organisations, a few of them more often; now and then none.
fn employer<'a>(dice: &mut Dice, known: &'a [Organisation]) -> Option<&'a Organisation> {
    if dice.chance(14) {
        return None;
    }
    let large = &known[16..30];
    let among = if dice.chance(30) { large } else { known };
    Some(&among[dice.below(among.len())])
}

/// Gives each organisation a primary contact, except some that have none or two.
fn choose_primaries(records: &mut [Record]) {
    let accounts: Vec<String> = records
        .iter()
        .filter(|it| it.kind == "account")
        .map(|it| it.id.clone())
        .collect();
    for (number, account) in accounts.iter().enumerate() {
        let count = match number % 23 {
            6 | 14 => 0,
            20 => 2,
            _ => 1,
        };
        for contact in records
            .iter_mut()
            .filter(|it| it.relation == *account)
            .take(count)
        {
            "yes".clone_into(&mut contact.primary);
        }
    }
}

/// Contacts of which no row exists yet, to be made wrong.
fn spare_contacts(dice: &mut Dice, records: &[Record]) -> Vec<Record> {
    let mut all = records.to_vec();
    for number in 1..=oddities::MALFORMED {
        let mut spare = people::contact(dice, format!("C-{:04}", CONTACTS + number), None);
        spare.note.clear();
        all.push(spare);
    }
    make_addresses_unique(&mut all);
    all.split_off(records.len())
}

/// Gives each later bearer of an address another one.
fn make_addresses_unique(records: &mut [Record]) {
    let mut taken = BTreeSet::new();
    for record in records {
        let address = record.email.clone();
        let mut number = 2;
        while !record.email.is_empty() && !taken.insert(record.email.trim().to_lowercase()) {
            record.email = address.replacen('@', &format!("{number}@"), 1);
            number += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_in_the_repository_are_those_that_the_command_writes() {
        run(&Args { check: true }).expect("the files are not stale");
    }

    #[test]
    fn every_relation_is_an_account_further_up() {
        let census = census::of(&contacts());
        let mut accounts = BTreeSet::new();
        for record in &census.valid {
            if record.kind == "account" {
                accounts.insert(&record.id);
            }
            assert!(
                record.relation.is_empty() || accounts.contains(&record.relation),
                "{}",
                record.id
            );
        }
    }

    #[test]
    fn every_domain_is_reserved_for_examples() {
        for record in census::of(&contacts())
            .valid
            .iter()
            .filter(|it| census::is_address(&it.email))
        {
            let domain = record
                .email
                .trim()
                .rsplit('@')
                .next()
                .unwrap_or_default()
                .to_lowercase();
            let reserved = ["example.nl", "example.org", "example.com"].contains(&domain.as_str());
            assert!(reserved || domain.ends_with(".example"), "{}", record.id);
        }
    }
}
