//! The properties that a contact has in Spotler: their types, which CRM fields
//! fit, and how a value is written.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::crm::{FieldType, FieldValue, Permission};
use crate::spotler::time;

/// The property that holds the permissions; mapped to no field.
pub const PERMISSIONS: &str = "permissions";
/// The type of the property that holds the address.
pub const EMAIL_TYPE: &str = "email";

/// A property of the account, as `contact/properties/list` tells it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Property {
    /// Its name in requests.
    pub name: String,
    /// What Spotler's users call it.
    #[serde(default)]
    pub description: String,
    /// Its type; one that we do not know is kept as it is, and fits nothing.
    #[serde(rename = "type")]
    pub property_type: String,
    /// The members of a `set`.
    #[serde(default)]
    pub entries: Vec<Entry>,
}

/// A member of a `set`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number.
    pub bit: u32,
    /// Its name.
    #[serde(default)]
    pub description: String,
}

/// A value that does not fit the property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unfit;

impl Property {
    /// Whether fields can be mapped to it. Permissions are not fields, and
    /// only the address goes to the e-mail property.
    pub fn can_be_mapped(&self) -> bool {
        self.name != PERMISSIONS && !self.fits().is_empty()
    }

    /// The types of CRM field that fit.
    pub fn fits(&self) -> &'static [FieldType] {
        use FieldType::{Boolean, Choice, Date, DateTime, Decimal, MultiChoice, Number, Text};
        match self.property_type.as_str() {
            "string" => &[
                Text,
                Number,
                Decimal,
                Boolean,
                Date,
                DateTime,
                Choice,
                MultiChoice,
            ],
            "int" => &[Number, Boolean],
            "money" => &[Decimal, Number],
            "birthdate" | "date" => &[Date],
            "dateTime" => &[DateTime],
            "gender" => &[Choice, Text],
            "email" | "mobNr" | "postcode" => &[Text],
            _ if self.name == PERMISSIONS => &[],
            "set" => &[MultiChoice, Choice],
            _ => &[],
        }
    }

    /// The value as Spotler wants it: null for an empty one, an error for one
    /// that does not fit.
    pub fn write(&self, value: Option<&FieldValue>) -> Result<Value, Unfit> {
        let Some(value) = value else {
            return Ok(Value::Null);
        };
        if let FieldValue::MultiChoice(codes) = value
            && self.property_type == "set"
        {
            return self.write_set(codes);
        }
        let text = value.to_text(", ");
        let text = text.trim();
        if text.is_empty() {
            return Ok(Value::Null);
        }
        match self.property_type.as_str() {
            "string" | "money" => Ok(text.into()),
            "int" => as_number(value).map(Value::from).ok_or(Unfit),
            "birthdate" | "date" if time::is_day(text) => Ok(text.into()),
            "dateTime" if time::read(&text.into()).is_some() => Ok(text.into()),
            "gender" => gender(text).map(Value::from).ok_or(Unfit),
            "mobNr" => mobile_number(text).map(Value::from).ok_or(Unfit),
            "postcode" => dutch_postcode(text).map(Value::from).ok_or(Unfit),
            "set" => self.write_set(&[text.to_owned()]),
            _ => Err(Unfit),
        }
    }

    fn write_set(&self, codes: &[String]) -> Result<Value, Unfit> {
        if codes
            .iter()
            .any(|code| !self.entries.iter().any(|it| it.description == *code))
        {
            return Err(Unfit);
        }
        let bit = |entry: &Entry| {
            let enabled = codes.contains(&entry.description);
            serde_json::json!({ "bit": entry.bit, "enabled": enabled })
        };
        Ok(self.entries.iter().map(bit).collect())
    }
}

/// The permissions among the properties: the members of `permissions` (PV-05).
pub fn permissions(properties: &[Property]) -> Vec<Permission> {
    properties
        .iter()
        .filter(|it| it.name == PERMISSIONS)
        .flat_map(|it| &it.entries)
        .map(|it| Permission {
            bit: it.bit,
            name: it.description.clone(),
        })
        .collect()
}

fn as_number(value: &FieldValue) -> Option<i64> {
    match value {
        FieldValue::Number(number) => Some(*number),
        FieldValue::Boolean(boolean) => Some(i64::from(*boolean)),
        FieldValue::Text(_)
        | FieldValue::Decimal(_)
        | FieldValue::Date(_)
        | FieldValue::DateTime(_)
        | FieldValue::Choice(_)
        | FieldValue::MultiChoice(_) => None,
    }
}

fn gender(text: &str) -> Option<&'static str> {
    match text.to_lowercase().as_str() {
        "m" | "man" | "male" => Some("M"),
        "f" | "v" | "vrouw" | "female" => Some("F"),
        _ => None,
    }
}

/// A mobile number without the marks that people put in to read it.
fn mobile_number(text: &str) -> Option<String> {
    let number: String = text
        .chars()
        .filter(|it| !matches!(it, ' ' | '-' | '.' | '(' | ')' | '/'))
        .collect();
    let digits = number.strip_prefix('+').unwrap_or(&number);
    let plausible =
        (8..=15).contains(&digits.len()) && digits.bytes().all(|it| it.is_ascii_digit());
    plausible.then_some(number)
}

/// Four digits and two letters, written `1234 AB`.
fn dutch_postcode(text: &str) -> Option<String> {
    let compact: String = text.chars().filter(|it| !it.is_whitespace()).collect();
    let (digits, letters) = compact.split_at_checked(4)?;
    let fits = digits.bytes().all(|it| it.is_ascii_digit())
        && !digits.starts_with('0')
        && letters.len() == 2
        && letters.bytes().all(|it| it.is_ascii_alphabetic());
    fits.then(|| format!("{digits} {}", letters.to_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn property(property_type: &str) -> Property {
        Property {
            name: "x".into(),
            description: "X".into(),
            property_type: property_type.into(),
            entries: Vec::new(),
        }
    }

    fn written(property_type: &str, value: &str) -> Result<Value, Unfit> {
        property(property_type).write(Some(&FieldValue::Text(value.into())))
    }

    #[test]
    fn a_dutch_postcode_is_written_one_way_and_a_foreign_one_does_not_fit() {
        for text in ["1234AB", "1234 ab", " 1234  Ab "] {
            assert_eq!(written("postcode", text), Ok("1234 AB".into()), "{text}");
        }
        for text in ["50667", "2000", "0123 AB", "1234 A", "12E4 AB", "1234ÀB"] {
            assert_eq!(written("postcode", text), Err(Unfit), "{text}");
        }
    }

    #[test]
    fn a_mobile_number_loses_its_reading_marks() {
        assert_eq!(written("mobNr", "06-1234 5678"), Ok("0612345678".into()));
        assert_eq!(
            written("mobNr", "+31 (6) 12.34.56.78"),
            Ok("+31612345678".into())
        );
        assert_eq!(written("mobNr", "bel mij"), Err(Unfit));
    }

    #[test]
    fn gender_is_written_m_or_f_in_whichever_language_it_comes() {
        for (text, expected) in [("V", "F"), ("vrouw", "F"), ("Man", "M"), ("f", "F")] {
            assert_eq!(written("gender", text), Ok(expected.into()), "{text}");
        }
        assert_eq!(written("gender", "X"), Err(Unfit));
    }

    /// YO-43
    #[test]
    fn a_module_value_is_written_as_a_number_or_as_text() {
        let yes = FieldValue::Boolean(true);
        assert_eq!(property("int").write(Some(&yes)), Ok(1.into()));
        assert_eq!(property("string").write(Some(&yes)), Ok("true".into()));
        assert_eq!(
            property("int").write(Some(&FieldValue::Number(0))),
            Ok(0.into())
        );
    }

    #[test]
    fn an_empty_value_is_null_whatever_the_type() {
        for property_type in ["string", "int", "birthdate", "gender", "postcode"] {
            assert_eq!(
                written(property_type, "  "),
                Ok(Value::Null),
                "{property_type}"
            );
            assert_eq!(property(property_type).write(None), Ok(Value::Null));
        }
    }

    #[test]
    fn a_birth_date_fits_no_number() {
        assert!(!property("int").fits().contains(&FieldType::Date));
        assert!(property("birthdate").fits().contains(&FieldType::Date));
    }

    #[test]
    fn the_permissions_are_no_property_to_map_to() {
        let permissions = Property {
            name: PERMISSIONS.into(),
            ..property("set")
        };
        assert!(!permissions.can_be_mapped());
        assert!(!property("of-the-future").can_be_mapped());
    }
}
