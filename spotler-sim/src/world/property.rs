//! The account's contact properties: their types, and which values they hold.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::contact::PERMISSIONS;

/// A contact property of the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Property {
    /// The name in the API.
    pub name: String,
    /// The name on the screen.
    pub description: String,
    /// The type.
    #[serde(rename = "type")]
    pub kind: PropertyKind,
    /// The entries of a set property.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<SetEntry>,
}

/// An entry of a set property, such as one permission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetEntry {
    /// The number that stands for the entry.
    pub bit: u32,
    /// The name on the screen.
    pub description: String,
    /// The place on the screen.
    pub rank: u32,
}

/// The type of a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PropertyKind {
    /// `yyyy-MM-dd`.
    Birthdate,
    /// `yyyy-MM-dd`.
    Date,
    /// ISO 8601.
    DateTime,
    /// An e-mail address.
    Email,
    /// `M` or `F`.
    Gender,
    /// A whole number.
    Int,
    /// A mobile telephone number.
    MobNr,
    /// An amount.
    Money,
    /// A Dutch postcode.
    Postcode,
    /// Bits with a meaning each.
    Set,
    /// Text.
    String,
}

/// The properties that the simulator starts with.
pub(crate) fn default_properties(permissions: &[String]) -> Vec<Property> {
    use PropertyKind as Kind;
    let plain = [
        ("email", "E-mailadres", Kind::Email),
        ("firstName", "Voornaam", Kind::String),
        ("infix", "Tussenvoegsel", Kind::String),
        ("lastName", "Achternaam", Kind::String),
        ("initials", "Voorletters", Kind::String),
        ("gender", "Geslacht", Kind::Gender),
        ("birthday", "Geboortedatum", Kind::Birthdate),
        ("organisation", "Organisatie", Kind::String),
        ("jobTitle", "Functie", Kind::String),
        ("street", "Straat", Kind::String),
        ("houseNumber", "Huisnummer", Kind::String),
        ("postalCode", "Postcode", Kind::Postcode),
        ("city", "Plaats", Kind::String),
        ("country", "Land", Kind::String),
        ("phoneNumber", "Telefoon nr.", Kind::String),
        ("mobileNumber", "Mobiel nr.", Kind::MobNr),
        ("customerType", "Klanttype", Kind::String),
        ("taal", "Taal", Kind::String),
        ("firstPurchaseDate", "Eerste aankoop", Kind::DateTime),
        ("lastPurchaseDate", "Laatste aankoop", Kind::DateTime),
        ("totalPurchases", "Totaal aankopen", Kind::Money),
        ("contractDate", "Contractdatum", Kind::Date),
        ("profileField1", "Profielveld 1", Kind::String),
        ("profileField2", "Profielveld 2", Kind::String),
        ("freeField1", "Vrij veld 1", Kind::Int),
    ];
    let property = |(name, description, kind): (&str, &str, Kind)| Property {
        name: name.to_owned(),
        description: description.to_owned(),
        kind,
        entries: Vec::new(),
    };
    let mut all: Vec<Property> = plain.map(property).into();
    let interests = ["Webinars", "Whitepapers", "Evenementen"].map(str::to_owned);
    all.push(set_property("profileFields", "Interesses", &interests));
    all.push(set_property(PERMISSIONS, "Permissies", permissions));
    all
}

fn set_property(name: &str, description: &str, entries: &[String]) -> Property {
    let entry = |(bit, description): (u32, &String)| SetEntry {
        bit,
        description: description.clone(),
        rank: bit,
    };
    Property {
        name: name.to_owned(),
        description: description.to_owned(),
        kind: PropertyKind::Set,
        entries: (1..).zip(entries).map(entry).collect(),
    }
}

/// Whether a property of this type can hold the value; set properties are not asked.
pub(crate) fn can_hold(kind: PropertyKind, value: &Value, max_chars: usize) -> bool {
    let text = value.as_str();
    if text.is_some_and(|it| it.chars().count() > max_chars) {
        return false;
    }
    match kind {
        PropertyKind::Birthdate | PropertyKind::Date => text.is_some_and(is_day),
        PropertyKind::DateTime => {
            text.is_some_and(|it| crate::clock::query_time_ms(it, 0).is_some())
        }
        PropertyKind::Email => text.is_some_and(is_email),
        PropertyKind::Gender => matches!(text, Some("M" | "F")),
        PropertyKind::Int => value.is_i64() || text.is_some_and(|it| it.parse::<i64>().is_ok()),
        PropertyKind::MobNr => text.is_some_and(is_mobile_number),
        PropertyKind::Money => {
            value.is_number() || text.is_some_and(|it| it.parse::<f64>().is_ok())
        }
        PropertyKind::Postcode => text.is_some_and(is_dutch_postcode),
        PropertyKind::Set => false,
        PropertyKind::String => value.is_string() || value.is_number() || value.is_boolean(),
    }
}

fn is_day(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.trim().rsplit_once('@') else {
        return false;
    };
    let domain_is_fine = domain.contains('.')
        && domain
            .split('.')
            .all(|label| !label.is_empty() && !label.starts_with('-'))
        && domain
            .chars()
            .all(|it| it.is_alphanumeric() || matches!(it, '.' | '-'));
    let odd = |it: char| it.is_whitespace() || matches!(it, '@' | ',' | ';' | '<' | '>');
    !local.is_empty() && !local.contains(odd) && domain_is_fine
}

fn is_mobile_number(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (8..=15).contains(&digits)
        && text
            .chars()
            .all(|it| it.is_ascii_digit() || matches!(it, '+' | ' ' | '-' | '(' | ')'))
}

fn is_dutch_postcode(text: &str) -> bool {
    let (digits, rest) = text.split_at_checked(4).unwrap_or_default();
    let letters = rest.strip_prefix(' ').unwrap_or(rest);
    digits.len() == 4
        && digits.chars().all(|it| it.is_ascii_digit())
        && letters.len() == 2
        && letters.chars().all(|it| it.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_checked_by_type() {
        let table = [
            (PropertyKind::Email, json!("jan@voorbeeld.nl"), true),
            (PropertyKind::Email, json!("jan@localhost"), false),
            (PropertyKind::Email, json!("jan voorbeeld.nl"), false),
            (PropertyKind::Birthdate, json!("1971-02-28"), true),
            (PropertyKind::Birthdate, json!("1971-02-30"), false),
            (PropertyKind::Gender, json!("F"), true),
            (PropertyKind::Gender, json!("FEMALE"), false),
            (PropertyKind::Postcode, json!("1234 AB"), true),
            (PropertyKind::Postcode, json!("1234AB"), true),
            (PropertyKind::Postcode, json!("B-9000"), false),
            (PropertyKind::Postcode, json!("é234AB"), false),
            (PropertyKind::Int, json!(7), true),
            (PropertyKind::Int, json!("seven"), false),
            (PropertyKind::MobNr, json!("+31 6 12345678"), true),
            (PropertyKind::MobNr, json!("none"), false),
            (PropertyKind::String, json!("x".repeat(21)), false),
        ];
        for (kind, value, holds) in table {
            assert_eq!(can_hold(kind, &value, 20), holds, "{kind:?} {value}");
        }
    }
}
