//! A row of the file as a save of the CRM. Pure.

use std::collections::BTreeMap;

use csv::StringRecord;

use super::error::{ImportError, RowProblem};
use crate::{
    contract::{Consent, RecordKind, RecordRef, RecordState},
    crm::{Edit, codes::Code, fields::Catalogue, value},
};

/// The columns that are no fields of the catalogue.
const OWN_COLUMNS: &[&str] = &[
    "id",
    "kind",
    "owner",
    "relation",
    "spotler",
    "active",
    "bulk_email",
    "permissions",
];

/// How the rows of a file are read.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    columns: Vec<String>,
    catalogue: Catalogue,
    permissions: BTreeMap<String, u32>,
}

/// A row that could be read.
#[derive(Clone, Debug)]
pub(crate) struct ReadRow {
    pub(crate) reference: RecordRef,
    pub(crate) edit: Edit,
}

impl Layout {
    /// Reads the header.
    pub(crate) fn of_header(
        header: &StringRecord,
        catalogue: Catalogue,
        permissions: BTreeMap<String, u32>,
    ) -> Result<Self, ImportError> {
        let columns: Vec<String> = header
            .iter()
            .map(|it| it.trim_start_matches('\u{feff}').trim().to_owned())
            .collect();
        for required in ["id", "kind"] {
            if !columns.iter().any(|it| it == required) {
                return Err(ImportError::NoColumn(required));
            }
        }
        let known =
            |it: &String| OWN_COLUMNS.contains(&it.as_str()) || catalogue.named(it).is_some();
        if let Some(column) = columns.iter().find(|it| !known(it)) {
            return Err(ImportError::UnknownColumn(column.clone()));
        }
        if permissions.is_empty() && columns.iter().any(|it| it == "permissions") {
            return Err(ImportError::NotActivated);
        }
        Ok(Self {
            columns,
            catalogue,
            permissions,
        })
    }

    /// Reads a row that has as many columns as the header.
    pub(crate) fn read(&self, row: &StringRecord) -> Result<ReadRow, RowProblem> {
        let kind = RecordKind::from_code(self.value(row, "kind")).ok_or(RowProblem::UnknownKind)?;
        let id = self.value(row, "id");
        if id.is_empty() {
            return Err(RowProblem::Missing("id".to_owned()));
        }
        let mut edit = Edit::new().evidence("import");
        for (column, text) in self.columns.iter().zip(row) {
            let text = text.trim();
            match column.as_str() {
                "id" | "kind" => {}
                "owner" => edit.owner = Some(filled(text)),
                "relation" => edit.relation = Some(filled(text)),
                "spotler" => edit.gate = yes_or_no(column, text)?,
                "bulk_email" => edit.mail = yes_or_no(column, text)?,
                "active" => {
                    edit.state = yes_or_no(column, text)?.map(|it| {
                        if it {
                            RecordState::Active
                        } else {
                            RecordState::Inactive
                        }
                    });
                }
                "permissions" => edit.permissions = self.permissions(text)?,
                field => self.field(&mut edit, kind, field, text)?,
            }
        }
        Ok(ReadRow {
            reference: RecordRef {
                kind,
                id: id.to_owned(),
            },
            edit,
        })
    }

    fn value<'r>(&self, row: &'r StringRecord, column: &str) -> &'r str {
        let position = self.columns.iter().position(|it| it == column);
        position
            .and_then(|it| row.get(it))
            .unwrap_or_default()
            .trim()
    }

    fn field(
        &self,
        edit: &mut Edit,
        kind: RecordKind,
        column: &str,
        text: &str,
    ) -> Result<(), RowProblem> {
        // In the file the note of a lead is its topic.
        let name = if kind == RecordKind::Lead && column == "note" {
            "topic"
        } else {
            column
        };
        let Some(field) = self.catalogue.named(name) else {
            return Ok(());
        };
        let value = value::parse(field.field_type, &field.options, text).map_err(|problem| {
            RowProblem::Column {
                column: column.to_owned(),
                problem,
            }
        })?;
        if field.belongs_to(kind) {
            edit.fields.insert(name.to_owned(), value);
        } else if value.is_some_and(|it| it != crate::contract::FieldValue::Boolean(false)) {
            return Err(RowProblem::NoSuchField(column.to_owned()));
        }
        Ok(())
    }

    /// `Nieuwsbrief;-Onboarding`: an opt-in, and an explicit opt-out.
    fn permissions(&self, text: &str) -> Result<BTreeMap<u32, Consent>, RowProblem> {
        let mut said = BTreeMap::new();
        let entries = text.split(';').map(str::trim).filter(|it| !it.is_empty());
        for (position, entry) in (1..).zip(entries) {
            let withdrawn = entry.strip_prefix('-').map(str::trim);
            let (name, consent) = match withdrawn {
                Some(name) => (name, Consent::Withdrawn),
                None => (entry, Consent::Given),
            };
            let bit = self
                .permissions
                .get(name)
                .ok_or(RowProblem::UnknownPermission(position))?;
            said.insert(*bit, consent);
        }
        Ok(said)
    }
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn yes_or_no(column: &str, text: &str) -> Result<Option<bool>, RowProblem> {
    if text.is_empty() {
        return Ok(None);
    }
    let read = value::yes_or_no(text);
    read.map(Some).map_err(|problem| RowProblem::Column {
        column: column.to_owned(),
        problem,
    })
}
