//! What an import says about a file or a row. Never the person's data.

use crate::crm::{RuleBroken, SaveError, StoreError, value::ValueProblem};

/// Why a whole file could not be imported. What was kept before stays.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file could not be read.
    #[error("the file could not be read")]
    Read(#[source] csv::Error),
    /// A column is missing from the header.
    #[error("the header has no column `{0}`; the first line must name the columns")]
    NoColumn(&'static str),
    /// A column of the header is not known.
    #[error(
        "the header names a column `{0}` that this CRM does not have; add the field first, or leave the column out"
    )]
    UnknownColumn(String),
    /// Permissions have names only once they were read from Spotler.
    #[error(
        "the file has a column `permissions`, but the permissions of the Spotler account are not known yet; activate the connection first (`settings activate`), or leave the column out"
    )]
    NotActivated,
    /// The storage failed.
    #[error("the rows before line {line} were kept; run the import again to go on")]
    Store {
        /// The first line that was not kept.
        line: u64,
        /// What failed.
        #[source]
        source: StoreError,
    },
}

/// A row that was not imported.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct RowError {
    /// The line of the file on which the row starts; the header is line 1.
    pub line: u64,
    /// What is wrong with it.
    pub problem: RowProblem,
}

impl RowError {
    /// The column that is wrong; none where the whole row is.
    pub fn column(&self) -> Option<&str> {
        match &self.problem {
            RowProblem::Column { column, .. } => Some(column),
            RowProblem::Missing(column) => Some(column),
            RowProblem::UnknownPermission(_) => Some("permissions"),
            RowProblem::UnknownKind => Some("kind"),
            RowProblem::OptedOutInSpotler => Some("bulk_email"),
            RowProblem::DuplicateId(_) | RowProblem::Id | RowProblem::Deleted => Some("id"),
            RowProblem::NotText
            | RowProblem::Columns { .. }
            | RowProblem::UnclosedQuote
            | RowProblem::NoSuchField(_) => None,
        }
    }
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RowProblem {
    /// The bytes are no UTF-8 text.
    #[error("the row is not UTF-8 text; save the file as UTF-8")]
    NotText,
    /// Another number of columns than the header.
    #[error("the row has {found} columns, the header has {expected}")]
    Columns {
        /// How many the row has.
        found: u64,
        /// How many the header has.
        expected: u64,
    },
    /// A quote is opened and never closed.
    #[error("a quote is opened in this row and never closed")]
    UnclosedQuote,
    /// A column must not be empty.
    #[error("column `{0}` must not be empty")]
    Missing(String),
    /// The value does not fit the column.
    #[error("column `{column}` {problem}")]
    Column {
        /// Which column.
        column: String,
        /// What is wrong with its value.
        problem: ValueProblem,
    },
    /// Not a kind of record.
    #[error("column `kind` is none of `contact`, `lead` and `account`")]
    UnknownKind,
    /// The Spotler account has no permission with the name.
    #[error("entry {0} of column `permissions` is no permission of the Spotler account")]
    UnknownPermission(usize),
    /// The person opted out in Spotler.
    #[error("column `bulk_email` allows what the person opted out of in Spotler")]
    OptedOutInSpotler,
    /// A row above has the same id.
    #[error("the id stands on line {0} already; the later row was not imported")]
    DuplicateId(u64),
    /// The id is too long.
    #[error("column `id` must be 1 to 200 bytes long")]
    Id,
    /// The record was deleted in the CRM.
    #[error("the record with this id was deleted and cannot be changed any more")]
    Deleted,
    /// This kind of record does not have the field.
    #[error("this kind of record has no column `{0}`")]
    NoSuchField(String),
}

impl From<RuleBroken> for RowProblem {
    fn from(broken: RuleBroken) -> Self {
        match broken {
            RuleBroken::Missing(field) => Self::Missing(field.to_owned()),
            RuleBroken::UnknownField(field) => Self::NoSuchField(field),
            RuleBroken::Value { field, problem } => Self::Column {
                column: field,
                problem,
            },
            RuleBroken::UnknownPermission(_) => Self::UnknownPermission(1),
            RuleBroken::OptedOutInSpotler => Self::OptedOutInSpotler,
            RuleBroken::Deleted => Self::Deleted,
            RuleBroken::Id => Self::Id,
        }
    }
}

/// Either a problem of the row, or of the storage.
pub(crate) fn row_problem(error: SaveError) -> Result<RowProblem, StoreError> {
    match error {
        SaveError::Rule { broken, .. } => Ok(broken.into()),
        SaveError::Unknown(_) | SaveError::Exists(_) => Ok(RowProblem::Id),
        SaveError::Store(error) => Err(error),
    }
}
