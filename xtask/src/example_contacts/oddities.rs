//! Makes some rows odd, as real ones are, and some so wrong that a CRM must refuse them.

use super::dice::Dice;
use super::people::plain;
use super::record::Record;
use super::words;

/// How many rows a CRM must refuse.
pub(crate) const MALFORMED: usize = 12;

const INACTIVE: usize = 24;
const DO_NOT_ALLOW: usize = 32;

/// Accounts, and contacts and leads, that have no address.
const ACCOUNTS_WITHOUT_ADDRESS: usize = 4;
const PEOPLE_WITHOUT_ADDRESS: usize = 36;

/// Addresses that two people share, and that three people share.
const PAIRS: usize = 12;
const TRIPLES: usize = 3;

const PLUS_ADDRESSES: usize = 16;
const INTERNATIONAL_ADDRESSES: usize = 14;

/// Turns the gate, the record or the bulk mail off for some rows.
pub(crate) fn switch_off(dice: &mut Dice, records: &mut [Record]) {
    let ungated = records.len() * 15 / 100;
    for place in dice.order(records.len()).into_iter().take(ungated) {
        "no".clone_into(&mut records[place].spotler);
    }
    for place in dice.order(records.len()).into_iter().take(INACTIVE) {
        "no".clone_into(&mut records[place].active);
    }
    for place in dice.order(records.len()).into_iter().take(DO_NOT_ALLOW) {
        "do-not-allow".clone_into(&mut records[place].bulk_email);
    }
}

/// Takes away, breaks, doubles and decorates e-mail addresses; no row meets two of these.
pub(crate) fn change_addresses(dice: &mut Dice, records: &mut [Record]) {
    let order = dice.order(records.len());
    let (accounts, people): (Vec<_>, Vec<_>) = order
        .into_iter()
        .partition(|it| records[*it].kind == "account");
    let mut people = people.into_iter();
    let blank = accounts.into_iter().take(ACCOUNTS_WITHOUT_ADDRESS);
    for place in blank.chain(people.by_ref().take(PEOPLE_WITHOUT_ADDRESS)) {
        records[place].email.clear();
    }
    for (form, place) in people.by_ref().take(INVALID_FORMS).enumerate() {
        let name = plain(&records[place].last_name);
        records[place].email = invalid(form, &name);
    }
    for group in 0..PAIRS + TRIPLES {
        let Some(first) = people.next() else { return };
        let copies = if group < PAIRS { 1 } else { 2 };
        for (copy, place) in people.by_ref().take(copies).enumerate() {
            records[place].email = disguised(&records[first].email, group + copy);
        }
    }
    for place in people.by_ref().take(PLUS_ADDRESSES) {
        let tag = dice.pick(&["+nieuws@", "+crm@", "+spotler@", "+2025@"]);
        records[place].email = records[place].email.replacen('@', tag, 1);
    }
    for (number, place) in people.take(INTERNATIONAL_ADDRESSES).enumerate() {
        let domain = dice.pick(&words::INTERNATIONAL).1;
        let name = plain(&records[place].last_name);
        records[place].email = format!("{name}.{}@{domain}", number + 1);
    }
}

/// How many ways [`invalid`] knows.
const INVALID_FORMS: usize = 10;

/// An address that no mail server would take.
fn invalid(form: usize, name: &str) -> String {
    match form {
        0 => format!("{name}.voorbeeld.example"),
        1 => format!("{name}@@voorbeeld.example"),
        2 => format!("{name} werk@voorbeeld.example"),
        3 => format!("{name}@voorbeeld.example."),
        4 => format!("{name}@.voorbeeld.example"),
        5 => "@voorbeeld.example".to_owned(),
        6 => format!("{name}@"),
        7 => format!("{name}..werk@voorbeeld.example"),
        8 => format!("{name}@voorbeeld,example"),
        _ => format!("{name}@voorbeeld..example"),
    }
}

/// The same address in another guise; only a to z change case, since some other letters do not come back from it.
fn disguised(address: &str, form: usize) -> String {
    let mut letters = address.chars();
    let first: String = letters
        .by_ref()
        .take(1)
        .flat_map(char::to_uppercase)
        .collect();
    match form % 5 {
        0 => address.to_ascii_uppercase(),
        1 => format!(" {address}"),
        2 => format!("{first}{}", letters.as_str()),
        3 => format!("{address} "),
        _ => format!("  {first}{} ", letters.as_str()),
    }
}

/// Spreads the rows that must be refused over the file; the unclosed quote comes last, where it harms nothing else.
pub(crate) fn insert_malformed(lines: &mut Vec<String>, spare: &[Record]) {
    let step = lines.len() / MALFORMED;
    let mut malformed = spare
        .iter()
        .take(MALFORMED)
        .enumerate()
        .map(|(fault, it)| malformed(fault, it.clone()));
    for (number, line) in malformed.by_ref().take(MALFORMED - 1).enumerate() {
        // Each insertion moves what follows by one line.
        lines.insert(number + (number + 1) * step, line);
    }
    lines.extend(malformed);
}

/// A row with exactly one fault.
fn malformed(fault: usize, mut record: Record) -> String {
    match fault {
        0 => record.last_name.clear(),
        1 => "customer".clone_into(&mut record.kind),
        2 => "A-0001".clone_into(&mut record.id),
        3 => "31-02-1990".clone_into(&mut record.birth_date),
        4 => return without_last_columns(&record.line()),
        5 => return format!("{},,extra", record.line()),
        6 => "Dagelijkse nieuwsbrief".clone_into(&mut record.permissions),
        7 => record.id.clear(),
        8 => "maybe".clone_into(&mut record.primary),
        9 => "C-0100".clone_into(&mut record.id),
        10 => "1985-13-01".clone_into(&mut record.birth_date),
        _ => {
            "QUOTE".clone_into(&mut record.job_title);
            return record.line().replacen("QUOTE", "\"Hoofd inkoop", 1);
        }
    }
    record.line()
}

fn without_last_columns(line: &str) -> String {
    let mut columns: Vec<&str> = line.split(',').collect();
    columns.truncate(columns.len() - 4);
    columns.join(",")
}
