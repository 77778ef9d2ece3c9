use super::*;
use crate::connection::ProfileChoice;
use crate::crm::FieldType;

fn property(name: &str, property_type: &str) -> Property {
    Property {
        name: name.into(),
        description: name.to_uppercase(),
        property_type: property_type.into(),
        entries: Vec::new(),
    }
}

fn properties() -> Vec<Property> {
    [
        ("email", "email"),
        ("firstName", "string"),
        ("initials", "string"),
        ("infix", "string"),
        ("lastName", "string"),
        ("phoneNumber", "string"),
        ("gsm", "mobNr"),
        ("birthday", "birthdate"),
        ("freeField1", "int"),
        ("permissions", "set"),
        ("jobTitle", "string"),
    ]
    .map(|(name, property_type)| property(name, property_type))
    .to_vec()
}

fn field(name: &str, meaning: &str, field_type: FieldType) -> FieldDescription {
    FieldDescription {
        name: name.into(),
        label: name.into(),
        field_type,
        kinds: vec![RecordKind::Contact],
        meaning: Some(meaning.into()),
    }
}

fn fields() -> Vec<FieldDescription> {
    [
        ("Voornaam", "first-name"),
        ("Voorletter(s)", "initials"),
        ("Tussenvoegsels", "infix"),
        ("Achternaam", "last-name"),
        ("Tel.", "phone"),
        ("Mobiel", "mobile"),
        ("Primair bij relatie", "primary"),
        ("Titel", "title"),
        ("E-mail", "email"),
    ]
    .map(|(name, meaning)| field(name, meaning, FieldType::Text))
    .to_vec()
}

fn profile(name: &str) -> Profile {
    Profile::of(&ProfileChoice::Named(name.into())).expect("readable")
}

fn row(field: &str, property: Option<&str>) -> MappingRow {
    MappingRow {
        kind: RecordKind::Contact,
        field: field.into(),
        property: property.map(Into::into),
    }
}

/// YO-18, YO-52
#[test]
fn the_automatic_mapping_of_yoobi_is_the_one_of_its_manual() {
    let rows = automatic(&profile("yoobi"), &fields(), &properties());
    let golden = [
        ("Voornaam", Some("firstName")),
        ("Voorletter(s)", Some("initials")),
        ("Tussenvoegsels", Some("infix")),
        ("Achternaam", Some("lastName")),
        ("Tel.", Some("phoneNumber")),
        ("Mobiel", Some("gsm")),
        ("Primair bij relatie", None),
        ("Titel", None),
        ("E-mail", Some("email")),
    ];
    assert_eq!(rows, golden.map(|(field, property)| row(field, property)));
}

/// DA-08
#[test]
fn the_job_title_is_not_mapped_by_itself() {
    let fields = vec![field("Functie", "job-title", FieldType::Text)];
    for name in crate::profile::NAMES {
        assert_eq!(
            automatic(&profile(name), &fields, &properties())[0].property,
            None,
            "{name}"
        );
    }
}

/// YO-52
#[test]
fn a_mapping_without_the_address_is_refused() {
    let faults = check(&[row("E-mail", None)], &fields(), &properties());
    assert_eq!(
        faults.iter().map(|it| &it.fault).collect::<Vec<_>>(),
        [&RowFault::AddressMissing]
    );
}

/// YO-17
#[test]
fn a_row_that_cannot_work_is_refused_with_its_fault() {
    let mut fields = fields();
    fields.push(field("Geboortedatum", "birth-date", FieldType::Date));
    let faults_of = |rows: &[MappingRow]| -> Vec<RowFault> {
        let mut rows = rows.to_vec();
        rows.push(row("E-mail", Some("email")));
        check(&rows, &fields, &properties())
            .into_iter()
            .map(|it| it.fault)
            .collect()
    };
    assert_eq!(
        faults_of(&[row("Geboortedatum", Some("freeField1"))]),
        [RowFault::TypesDiffer]
    );
    assert_eq!(
        faults_of(&[row("Gewicht", Some("freeField1"))]),
        [RowFault::NoSuchField]
    );
    assert_eq!(
        faults_of(&[row("Titel", Some("permissions"))]),
        [RowFault::NoSuchProperty]
    );
    assert_eq!(
        faults_of(&[row("Titel", Some("gone"))]),
        [RowFault::NoSuchProperty]
    );
    assert_eq!(
        faults_of(&[
            row("Titel", Some("lastName")),
            row("Achternaam", Some("lastName"))
        ]),
        [RowFault::MappedTwice]
    );
    assert_eq!(faults_of(&[row("Achternaam", Some("lastName"))]), []);
}
