//! The fields that a record can have, and what each means.

use crate::contract::{FieldDescription, FieldType, RecordKind};

const CONTACT: &[RecordKind] = &[RecordKind::Contact];
const LEAD: &[RecordKind] = &[RecordKind::Lead];
const PEOPLE: &[RecordKind] = &[RecordKind::Contact, RecordKind::Lead];
const EVERYONE: &[RecordKind] = &[RecordKind::Contact, RecordKind::Lead, RecordKind::Account];

type Row = (
    &'static str,
    &'static str,
    FieldType,
    &'static [RecordKind],
    Option<&'static str>,
);

/// Name, label, type, kinds and meaning of the fields that every demo CRM has.
const BUILT_IN: &[Row] = {
    use FieldType::{Boolean, Choice, Date, MultiChoice, Text};
    &[
        ("salutation", "Aanhef", Text, PEOPLE, Some("salutation")),
        ("title", "Titel", Text, PEOPLE, Some("title")),
        ("initials", "Voorletter(s)", Text, PEOPLE, Some("initials")),
        ("first_name", "Voornaam", Text, PEOPLE, Some("first-name")),
        ("infix", "Tussenvoegsels", Text, PEOPLE, Some("infix")),
        ("last_name", "Achternaam", Text, PEOPLE, Some("last-name")),
        ("job_title", "Functie", Text, PEOPLE, Some("job-title")),
        ("department", "Afdeling", Text, PEOPLE, Some("department")),
        ("topic", "Onderwerp", Text, LEAD, None),
        ("email", "E-mail", Text, EVERYONE, Some("email")),
        ("phone", "Tel.", Text, EVERYONE, Some("phone")),
        ("mobile", "Mobiel", Text, EVERYONE, Some("mobile")),
        ("fax", "Fax", Text, EVERYONE, Some("fax")),
        ("gender", "Geslacht", Choice, PEOPLE, Some("gender")),
        (
            "birth_date",
            "Geboortedatum",
            Date,
            PEOPLE,
            Some("birth-date"),
        ),
        (
            "organisation",
            "Organisatie",
            Text,
            EVERYONE,
            Some("organisation"),
        ),
        ("street", "Straat", Text, EVERYONE, Some("street")),
        (
            "house_number",
            "Huisnummer",
            Text,
            EVERYONE,
            Some("house-number"),
        ),
        (
            "postal_code",
            "Postcode",
            Text,
            EVERYONE,
            Some("postal-code"),
        ),
        ("city", "Plaats", Text, EVERYONE, Some("city")),
        ("country", "Land", Text, EVERYONE, Some("country")),
        (
            "language",
            "Voorkeurstaal",
            Text,
            EVERYONE,
            Some("language"),
        ),
        (
            "primary",
            "Primair bij relatie",
            Boolean,
            CONTACT,
            Some("primary"),
        ),
        (
            "keywords",
            "Trefwoorden",
            MultiChoice,
            EVERYONE,
            Some("keywords"),
        ),
        ("note", "Notitie", Text, EVERYONE, Some("note")),
    ]
};

/// A field of the catalogue.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name, unique within the catalogue.
    pub name: String,
    /// What a user calls it.
    pub label: String,
    /// Its type.
    pub field_type: FieldType,
    /// The kinds of record that have it.
    pub kinds: Vec<RecordKind>,
    /// What it means, for the automatic mapping.
    pub meaning: Option<String>,
    /// Which values a choice offers; none: any.
    pub options: Vec<String>,
}

impl Field {
    /// Whether records of this kind have the field.
    pub fn belongs_to(&self, kind: RecordKind) -> bool {
        self.kinds.contains(&kind)
    }
}

/// All fields of this CRM: those of every demo CRM, and those that were added.
#[derive(Clone, Debug)]
pub struct Catalogue {
    fields: Vec<Field>,
}

impl Catalogue {
    /// The built-in fields and these.
    pub fn with(added: Vec<Field>) -> Self {
        let mut fields: Vec<Field> = BUILT_IN.iter().map(built_in).collect();
        fields.extend(added);
        Self { fields }
    }

    /// Adds fields after the others.
    pub fn add(&mut self, fields: Vec<Field>) {
        self.fields.extend(fields);
    }

    /// All fields, in the order in which a form shows them.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The field with this name, whichever kinds have it.
    pub fn named(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|it| it.name == name)
    }

    /// The field of this kind of record.
    pub fn of(&self, kind: RecordKind, name: &str) -> Option<&Field> {
        self.named(name).filter(|it| it.belongs_to(kind))
    }

    /// The catalogue as the component is told it.
    pub fn describe(&self) -> Vec<FieldDescription> {
        let describe = |it: &Field| FieldDescription {
            name: it.name.clone(),
            label: it.label.clone(),
            field_type: it.field_type,
            kinds: it.kinds.clone(),
            meaning: it.meaning.clone(),
        };
        self.fields.iter().map(describe).collect()
    }
}

/// The field that a record of this kind cannot do without (DA-16).
pub fn required(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Contact | RecordKind::Lead => "last_name",
        RecordKind::Account => "organisation",
    }
}

fn built_in(&(name, label, field_type, kinds, meaning): &Row) -> Field {
    let options: &[&str] = if name == "gender" { &["M", "V"] } else { &[] };
    Field {
        name: name.to_owned(),
        label: label.to_owned(),
        field_type,
        kinds: kinds.to_vec(),
        meaning: meaning.map(str::to_owned),
        options: options.iter().map(|&it| it.to_owned()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meanings_are_the_names_in_kebab_case() {
        for field in Catalogue::with(Vec::new()).fields() {
            let kebab = field.name.replace('_', "-");
            let expected = (field.name != "topic").then_some(kebab);
            assert_eq!(field.meaning, expected, "{}", field.name);
        }
    }

    #[test]
    fn an_account_has_no_first_name() {
        let catalogue = Catalogue::with(Vec::new());
        assert!(catalogue.of(RecordKind::Account, "first_name").is_none());
        assert!(catalogue.of(RecordKind::Account, "organisation").is_some());
    }
}
