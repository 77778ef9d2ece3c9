//! Makes the rows that a CRM would take without complaint.

use super::dice::Dice;
use super::record::Record;
use super::words::{self, Names, Place};

/// An organisation, as its row and its people need it.
#[derive(Debug, Clone)]
pub(crate) struct Organisation {
    /// Id of its row.
    pub(crate) id: String,
    name: String,
    domain: String,
    place: Place,
}

/// Makes `count` organisations, those with an international domain first.
pub(crate) fn organisations(dice: &mut Dice, count: usize) -> Vec<Organisation> {
    let pairs = words::TRADES
        .iter()
        .flat_map(|trade| words::HOUSES.iter().map(move |house| (trade, house)));
    let mut pairs: Vec<_> = pairs.collect();
    let order = dice.order(pairs.len());
    pairs = order.into_iter().map(|it| pairs[it]).collect();
    let mut made: Vec<Organisation> = Vec::new();
    for (name, domain, place) in words::INTERNATIONAL {
        let place = words::PLACES[place];
        made.push(Organisation {
            id: String::new(),
            name: name.to_owned(),
            domain: domain.to_owned(),
            place,
        });
    }
    for (trade, house) in pairs {
        let form = if ["Stichting", "Coöperatie"].contains(trade) {
            ""
        } else {
            dice.pick(&words::LEGAL_FORMS)
        };
        let name = format!("{trade} {house} {form}").trim_end().to_owned();
        let domain = format!("{}.example", plain(&format!("{house} {trade}")));
        made.push(Organisation {
            id: String::new(),
            name,
            domain,
            place: place(dice),
        });
    }
    made.truncate(count);
    for (number, it) in (1..).zip(&mut made) {
        it.id = format!("A-{number:04}");
    }
    made
}

/// The row of an organisation.
pub(crate) fn account(dice: &mut Dice, organisation: &Organisation) -> Record {
    let place = organisation.place;
    let mut record = Record {
        id: organisation.id.clone(),
        kind: "account".to_owned(),
        email: format!("info@{}", organisation.domain),
        phone: landline(dice, place),
        organisation: organisation.name.clone(),
        permissions: permissions(dice, 15),
        note: if dice.chance(8) {
            dice.pick(&words::NOTES).to_owned()
        } else {
            String::new()
        },
        ..everyday(dice, place)
    };
    if dice.chance(30) {
        record.fax = landline(dice, place);
    }
    record
}

/// The row of a person who works for an organisation, or for none.
pub(crate) fn contact(dice: &mut Dice, id: String, organisation: Option<&Organisation>) -> Record {
    let mut record = person(dice, organisation);
    record.id = id;
    "contact".clone_into(&mut record.kind);
    record.relation = organisation.map(|it| it.id.clone()).unwrap_or_default();
    record.permissions = permissions(dice, 58);
    if dice.chance(6) {
        dice.pick(&words::NOTES).clone_into(&mut record.note);
    }
    record
}

/// The row of a person whom the CRM hopes to sell to; the organisation is one that it does not know.
pub(crate) fn lead(dice: &mut Dice, id: String, organisation: &Organisation) -> Record {
    let mut record = person(dice, Some(organisation));
    record.id = id;
    "lead".clone_into(&mut record.kind);
    record.permissions = permissions(dice, 35);
    dice.pick(&words::TOPICS).clone_into(&mut record.note);
    record
}

fn person(dice: &mut Dice, organisation: Option<&Organisation>) -> Record {
    let names = names(dice);
    let is_man = dice.chance(50);
    let first_name = dice.pick(if is_man { names.men } else { names.women });
    let (infix, last_name) = dice.pick(names.families);
    let place = organisation.map_or_else(|| place(dice), |it| it.place);
    let domain = organisation
        .map_or_else(
            || dice.pick(&words::PRIVATE_DOMAINS),
            |it| it.domain.as_str(),
        )
        .to_owned();
    let gender = if dice.chance(85) {
        if is_man { "M" } else { "V" }
    } else {
        ""
    };
    let salutation = if dice.chance(80) {
        if is_man { "De heer" } else { "Mevrouw" }
    } else {
        ""
    };
    Record {
        salutation: salutation.to_owned(),
        initials: initials(dice, first_name),
        first_name: if dice.chance(93) {
            first_name.to_owned()
        } else {
            String::new()
        },
        infix: infix.to_owned(),
        last_name: last_name.to_owned(),
        job_title: dice.pick(&words::JOBS).to_owned(),
        email: format!(
            "{}@{domain}",
            local_part(dice, first_name, infix, last_name)
        ),
        phone: sometimes(dice, 55, |it| landline(it, place)),
        mobile: sometimes(dice, 65, |it| mobile(it, place)),
        fax: sometimes(dice, 3, |it| landline(it, place)),
        gender: gender.to_owned(),
        birth_date: sometimes(dice, 35, birth_date),
        organisation: organisation.map(|it| it.name.clone()).unwrap_or_default(),
        ..everyday(dice, place)
    }
}

/// What `make` makes for `percent` of the people, and nothing for the others.
fn sometimes(dice: &mut Dice, percent: usize, make: impl Fn(&mut Dice) -> String) -> String {
    if dice.chance(percent) {
        make(dice)
    } else {
        String::new()
    }
}

/// What every kind of record has: an address, a language, an owner and the usual switches.
fn everyday(dice: &mut Dice, place: Place) -> Record {
    let street = match place.country {
        "BE" => dice.pick(&words::BELGIAN_STREETS),
        "DE" => dice.pick(&words::GERMAN_STREETS),
        _ => dice.pick(&words::STREETS),
    };
    let number = dice.between(1, 240);
    let addition = dice.pick(&["", "", "", "", "", " a", "b", "-2", " bis"]);
    Record {
        street: street.to_owned(),
        house_number: format!("{number}{addition}"),
        postal_code: postal_code(dice, place),
        city: place.city.to_owned(),
        country: place.country.to_owned(),
        language: language(dice, place).to_owned(),
        owner: dice.pick(&words::OWNERS).to_owned(),
        primary: "no".to_owned(),
        spotler: "yes".to_owned(),
        active: "yes".to_owned(),
        bulk_email: "allow".to_owned(),
        ..Record::default()
    }
}

fn names(dice: &mut Dice) -> &'static Names {
    let mut roll = dice.below(100);
    for names in &words::NAMES {
        match roll.checked_sub(names.share) {
            Some(rest) => roll = rest,
            None => return names,
        }
    }
    &words::NAMES[0]
}

fn initials(dice: &mut Dice, first_name: &str) -> String {
    let first = first_name.chars().next().unwrap_or('N');
    match dice.below(4) {
        0 => format!(
            "{first}.{}.",
            dice.pick(&['A', 'B', 'C', 'E', 'H', 'J', 'M', 'P', 'W'])
        ),
        1 => first.to_string(),
        _ => format!("{first}."),
    }
}

/// The part of an address before the at sign, in one of the usual forms.
fn local_part(dice: &mut Dice, first: &str, infix: &str, last: &str) -> String {
    let (first, last) = (
        plain(first),
        format!("{}{}", plain(infix).replace('-', ""), plain(last)),
    );
    let initial: String = first.chars().take(1).collect();
    match dice.below(5) {
        0 => format!("{initial}.{last}"),
        1 => format!("{initial}{last}"),
        _ => format!("{first}.{last}"),
    }
}

/// A text in small letters from a to z and dashes.
pub(crate) fn plain(text: &str) -> String {
    let plain_letter = |it: char| {
        let found = words::PLAIN_LETTERS
            .iter()
            .find(|(letters, _)| letters.contains(it));
        found.map_or_else(|| it.to_string(), |(_, plain)| (*plain).to_owned())
    };
    text.to_lowercase().chars().map(plain_letter).collect()
}

fn place(dice: &mut Dice) -> Place {
    let first_abroad = words::DUTCH_PLACES;
    if dice.chance(94) {
        dice.pick(&words::PLACES[..first_abroad])
    } else {
        dice.pick(&words::PLACES[first_abroad..])
    }
}

fn postal_code(dice: &mut Dice, place: Place) -> String {
    let number = place.postal_code + dice.below(25);
    if place.country != "NL" {
        return number.to_string();
    }
    let letters: Vec<char> = "ABCDEGHJKLMNPRTVWXZ".chars().collect();
    let pair = format!("{}{}", dice.pick(&letters), dice.pick(&letters));
    match dice.below(8) {
        0 | 1 => format!("{number}{pair}"),
        2 => format!("{number} {}", pair.to_lowercase()),
        _ => format!("{number} {pair}"),
    }
}

fn language(dice: &mut Dice, place: Place) -> &'static str {
    match (place.country, dice.below(20)) {
        ("DE", _) => "de",
        ("BE", _) if place.city == "Liège" => "fr",
        (_, 0) => "en",
        _ => "nl",
    }
}

/// A telephone number in one of many notations; the subscriber's part begins like an example.
fn landline(dice: &mut Dice, place: Place) -> String {
    let Place { area, country, .. } = place;
    let (a, b) = (
        format!("{:02}", dice.below(100)),
        format!("{:02}", dice.below(100)),
    );
    let start = if area.len() == 3 && country == "NL" {
        "12"
    } else {
        "123"
    };
    let prefix = match country {
        "BE" => "+32",
        "DE" => "+49",
        _ => "+31",
    };
    match dice.below(6) {
        0 => format!("(0{area}) {start} {a} {b}"),
        1 if country == "NL" => format!("0{area}-{start}{a}{b}"),
        2 if country == "NL" => format!("0{area}{start}{a}{b}"),
        3 => format!("00{} {area} {start}{a}{b}", &prefix[1..]),
        4 => format!("{prefix} (0){area} {start} {a} {b}"),
        _ => format!("{prefix} {area} {start} {a} {b}"),
    }
}

fn mobile(dice: &mut Dice, place: Place) -> String {
    let digits = format!("12345{:03}", dice.below(1000));
    match place.country {
        "BE" => format!("+32 470 12{}", &digits[4..]),
        "DE" => format!("+49 151 {digits}"),
        _ => match dice.below(5) {
            0 => format!("06{digits}"),
            1 => format!("06-{digits}"),
            2 => format!(
                "06 {} {} {} {}",
                &digits[..2],
                &digits[2..4],
                &digits[4..6],
                &digits[6..]
            ),
            3 => format!("00316{digits}"),
            _ => format!("+31 6 {digits}"),
        },
    }
}

fn birth_date(dice: &mut Dice) -> String {
    format!(
        "{}-{:02}-{:02}",
        dice.between(1948, 2004),
        dice.between(1, 12),
        dice.between(1, 28)
    )
}

/// One or two permissions for `percent` of the people, now and then an explicit opt-out.
fn permissions(dice: &mut Dice, percent: usize) -> String {
    if !dice.chance(percent) {
        return String::new();
    }
    let count = dice.pick(&[1, 1, 1, 2, 2, 3]);
    let mut chosen = dice.order(words::PERMISSIONS.len());
    chosen.truncate(count);
    chosen.sort_unstable();
    let sign = |dice: &mut Dice| if dice.chance(9) { "-" } else { "" };
    chosen
        .into_iter()
        .map(|it| format!("{}{}", sign(dice), words::PERMISSIONS[it]))
        .collect::<Vec<_>>()
        .join(";")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_of_names_add_up() {
        assert_eq!(words::NAMES.iter().map(|it| it.share).sum::<usize>(), 100);
    }

    #[test]
    fn every_name_can_be_written_in_an_address() {
        for names in &words::NAMES {
            let families = names.families.iter().map(|it| it.1);
            for name in names.men.iter().chain(names.women).copied().chain(families) {
                let plain = plain(name);
                assert!(
                    plain.chars().all(|it| it.is_ascii_lowercase() || it == '-'),
                    "{plain}"
                );
            }
        }
    }
}
