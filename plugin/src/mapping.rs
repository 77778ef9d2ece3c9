//! Which CRM field goes to which property: the automatic mapping, the check of
//! a saved one, and the values that it gives.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::connection::MappingRow;
use crate::crm::{CrmRecord, FieldDescription, FieldValue, RecordKind};
use crate::profile::Profile;
use crate::spotler::property::{EMAIL_TYPE, Property};

/// The meaning of the field that holds the address.
const EMAIL: &str = "email";

/// For each meaning, the names that Spotler's property may have, and the type
/// that tells it where the name does not. Names are the account's own.
const CANDIDATES: &[(&str, &[&str], Option<&str>)] = &[
    (EMAIL, &["email"], Some(EMAIL_TYPE)),
    ("initials", &["initials"], None),
    ("first-name", &["firstName"], None),
    ("infix", &["infix"], None),
    ("last-name", &["lastName"], None),
    ("gender", &["gender"], Some("gender")),
    ("birth-date", &["birthday", "birthDate"], Some("birthdate")),
    ("organisation", &["organisation", "company"], None),
    ("job-title", &["jobTitle", "position"], None),
    ("phone", &["phoneNumber", "phone"], None),
    (
        "mobile",
        &["mobileNumber", "mobilePhoneNumber", "mobile"],
        Some("mobNr"),
    ),
    ("street", &["street"], None),
    ("house-number", &["houseNumber"], None),
    ("postal-code", &["postalCode", "zipCode"], Some("postcode")),
    ("city", &["city"], None),
    ("country", &["country"], None),
    ("language", &["language", "taal"], None),
];

/// What is wrong with a row of a mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowFault {
    /// The CRM has no such field for this kind of record.
    NoSuchField,
    /// Spotler has no such property, or it cannot be mapped to.
    NoSuchProperty,
    /// The types do not go together (YO-17).
    TypesDiffer,
    /// The property gets a value from two fields.
    MappedTwice,
    /// The address must stay mapped (YO-52).
    AddressMissing,
}

/// A row with its fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultyRow {
    /// The kind of record.
    pub kind: RecordKind,
    /// The CRM's field.
    pub field: String,
    /// What is wrong.
    pub fault: RowFault,
}

/// The automatic mapping (YO-09, YO-18, YO-52): every field of the CRM in its
/// order, with a property where profile and account have one.
pub fn automatic(
    profile: &Profile,
    fields: &[FieldDescription],
    properties: &[Property],
) -> Vec<MappingRow> {
    let mut rows = Vec::new();
    for kind in RecordKind::ALL {
        for field in fields.iter().filter(|it| it.kinds.contains(&kind)) {
            let property = field
                .meaning
                .as_deref()
                .filter(|meaning| profile.maps(kind, meaning))
                .and_then(|meaning| property_for(meaning, properties))
                .filter(|it| it.fits().contains(&field.field_type))
                .map(|it| it.name.clone());
            rows.push(MappingRow {
                kind,
                field: field.name.clone(),
                property,
            });
        }
    }
    rows
}

/// The property that a meaning goes to by itself.
pub(crate) fn property_for<'a>(meaning: &str, properties: &'a [Property]) -> Option<&'a Property> {
    let (_, names, by_type) = CANDIDATES.iter().find(|it| it.0 == meaning)?;
    let named = names
        .iter()
        .find_map(|name| properties.iter().find(|it| it.name == *name));
    named.or_else(|| {
        let mut fitting = properties
            .iter()
            .filter(|it| Some(it.property_type.as_str()) == *by_type);
        fitting.next().filter(|_| fitting.next().is_none())
    })
}

/// Checks a mapping that a user saved; empty if nothing is wrong.
pub fn check(
    rows: &[MappingRow],
    fields: &[FieldDescription],
    properties: &[Property],
) -> Vec<FaultyRow> {
    let mut faults: Vec<FaultyRow> = rows
        .iter()
        .enumerate()
        .filter_map(|(at, row)| {
            let fault = row_fault(row, &rows[..at], fields, properties)?;
            Some(FaultyRow {
                kind: row.kind,
                field: row.field.clone(),
                fault,
            })
        })
        .collect();
    for kind in RecordKind::ALL {
        let address = fields
            .iter()
            .find(|it| it.kinds.contains(&kind) && it.meaning.as_deref() == Some(EMAIL));
        let Some(address) = address else { continue };
        if address_field(kind, rows, properties) != Some(address.name.as_str()) {
            let fault = RowFault::AddressMissing;
            faults.push(FaultyRow {
                kind,
                field: address.name.clone(),
                fault,
            });
        }
    }
    faults
}

fn row_fault(
    row: &MappingRow,
    earlier: &[MappingRow],
    fields: &[FieldDescription],
    properties: &[Property],
) -> Option<RowFault> {
    let field = fields
        .iter()
        .find(|it| it.name == row.field && it.kinds.contains(&row.kind));
    let Some(field) = field else {
        return Some(RowFault::NoSuchField);
    };
    let name = row.property.as_ref()?;
    let property = properties
        .iter()
        .find(|it| it.name == *name && it.can_be_mapped());
    let Some(property) = property else {
        return Some(RowFault::NoSuchProperty);
    };
    if !property.fits().contains(&field.field_type) {
        return Some(RowFault::TypesDiffer);
    }
    let twice = earlier
        .iter()
        .any(|it| it.kind == row.kind && it.property == row.property);
    twice.then_some(RowFault::MappedTwice)
}

/// The field that holds the address of a kind of record.
pub fn address_field<'a>(
    kind: RecordKind,
    rows: &'a [MappingRow],
    properties: &[Property],
) -> Option<&'a str> {
    let is_email = |name: &String| {
        properties
            .iter()
            .any(|it| it.name == *name && it.property_type == EMAIL_TYPE)
    };
    rows.iter()
        .find(|it| it.kind == kind && it.property.as_ref().is_some_and(is_email))
        .map(|it| it.field.as_str())
}

/// The text of a record's address field.
pub fn address_text<'a>(
    record: &'a CrmRecord,
    rows: &[MappingRow],
    properties: &[Property],
) -> Option<&'a str> {
    let field = address_field(record.reference.kind, rows, properties)?;
    match record.value(field)? {
        FieldValue::Text(text) | FieldValue::Choice(text) => Some(text),
        FieldValue::Number(_)
        | FieldValue::Decimal(_)
        | FieldValue::Boolean(_)
        | FieldValue::Date(_)
        | FieldValue::DateTime(_)
        | FieldValue::MultiChoice(_) => None,
    }
}

/// The values that a record gives, and the properties for which its value does
/// not fit. One bad value does not keep the others back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values {
    /// By property; null for an empty field.
    pub fitting: BTreeMap<String, Value>,
    /// Properties left out because the value does not fit.
    pub unfit: Vec<String>,
}

/// What a record gives by a mapping, without the address.
pub fn values(record: &CrmRecord, rows: &[MappingRow], properties: &[Property]) -> Values {
    let mut values = Values::default();
    for row in rows.iter().filter(|it| it.kind == record.reference.kind) {
        let property = row
            .property
            .as_ref()
            .and_then(|name| properties.iter().find(|it| it.name == *name))
            .filter(|it| it.can_be_mapped() && it.property_type != EMAIL_TYPE);
        let Some(property) = property else { continue };
        match property.write(record.value(&row.field)) {
            Ok(value) => drop(values.fitting.insert(property.name.clone(), value)),
            Err(_) => values.unfit.push(property.name.clone()),
        }
    }
    values
}

#[cfg(test)]
mod tests;
