//! Import of a CSV file: streamed, in transactions of 200 rows.
//!
//! Malformed rows come back by line, good rows are kept. A row that was
//! imported before and has not changed in the file is passed over, so that
//! the same file twice changes nothing, and an import that was killed goes on
//! where it stopped. An id stands once in a file, whatever the kind. An opt-out that the CRM knows is not lifted by a file.

mod error;
mod quotes;
mod row;

use std::{
    collections::{BTreeMap, HashMap},
    io::Read,
};

use csv::StringRecord;
use koppel_embedding::Connection;
use sha2::{Digest, Sha256};
use sqlx::Row;

pub use error::{ImportError, RowError, RowProblem};

use crate::{
    contract::{Consent, RecordRef},
    crm::{
        DemoCrm, SaveError, StoreError, attributes,
        codes::Code,
        desk::Expect,
        edit::{Edit, Rules},
    },
};
use quotes::QuoteCounter;
use row::{Layout, ReadRow};

/// So many rows share a transaction.
const ROWS_PER_TRANSACTION: usize = 200;

/// What an import came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImportReport {
    /// Rows of the file, malformed ones too, the header not.
    pub rows: u64,
    /// Rows that made a new record.
    pub created: u64,
    /// Rows that changed a record.
    pub updated: u64,
    /// Rows that changed nothing: known, and equal.
    pub unchanged: u64,
    /// Opt-ins of the file that were passed over because the person is known
    /// to have opted out since.
    pub opt_outs_kept: u64,
    /// Rows that were not imported.
    pub errors: Vec<RowError>,
}

/// A row on its way into the CRM.
struct Pending {
    line: u64,
    hash: Vec<u8>,
    row: ReadRow,
}

/// What became of a row.
#[derive(Default)]
struct Kept {
    created: u64,
    updated: u64,
    unchanged: u64,
    opt_outs_kept: u64,
    errors: Vec<RowError>,
}

/// Imports a file. `progress` is told after every transaction how many rows
/// have been read.
pub async fn import(
    crm: &DemoCrm,
    file: impl Read,
    mut progress: impl FnMut(u64),
) -> Result<ImportReport, ImportError> {
    let quotes = QuoteCounter::default();
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(quotes.over(file));
    let header = reader.headers().map_err(ImportError::Read)?.clone();
    let layout = layout(crm, &header).await?;
    let mut report = ImportReport::default();
    let mut seen: HashMap<String, u64> = HashMap::new();
    let mut batch: Vec<Pending> = Vec::with_capacity(ROWS_PER_TRANSACTION);
    let mut row = csv::ByteRecord::new();
    let mut line = 1;
    let mut last_is_good = false;
    while reader
        .read_byte_record(&mut row)
        .map_err(ImportError::Read)?
    {
        if batch.len() == ROWS_PER_TRANSACTION {
            keep(crm, std::mem::take(&mut batch), &mut report).await?;
            progress(report.rows);
        }
        report.rows += 1;
        line = row.position().map_or(line, csv::Position::line);
        last_is_good = match read_row(&layout, &header, &row, line, &mut seen) {
            Ok(pending) => {
                batch.push(pending);
                true
            }
            Err(problem) => {
                report.errors.push(RowError { line, problem });
                false
            }
        };
    }
    // The quote took in all that follows; two rows may stand on what counts as one
    // line, so it is the last row that is refused, and no other.
    if quotes.is_open() {
        if last_is_good {
            batch.pop();
        } else {
            report.errors.pop();
        }
        report.errors.push(RowError {
            line,
            problem: RowProblem::UnclosedQuote,
        });
    }
    keep(crm, batch, &mut report).await?;
    progress(report.rows);
    report.errors.sort_by_key(|it| it.line);
    Ok(report)
}

async fn layout(crm: &DemoCrm, header: &StringRecord) -> Result<Layout, ImportError> {
    let failed = |source| ImportError::Store { line: 2, source };
    let catalogue = crm.catalogue().await.map_err(failed)?;
    let attributes = crm.attributes().await.map_err(failed)?;
    let permissions: BTreeMap<String, u32> = attributes
        .into_iter()
        .filter(|it| !it.retired)
        .map(|it| (it.name, it.bit))
        .collect();
    Layout::of_header(header, catalogue, permissions)
}

fn read_row(
    layout: &Layout,
    header: &StringRecord,
    row: &csv::ByteRecord,
    line: u64,
    seen: &mut HashMap<String, u64>,
) -> Result<Pending, RowProblem> {
    let text = StringRecord::from_byte_record(row.clone()).map_err(|_| RowProblem::NotText)?;
    if text.len() != header.len() {
        let (found, expected) = (text.len() as u64, header.len() as u64);
        return Err(RowProblem::Columns { found, expected });
    }
    let read = layout.read(&text)?;
    if let Some(first) = seen.get(&read.reference.id) {
        return Err(RowProblem::DuplicateId(*first));
    }
    seen.insert(read.reference.id.clone(), line);
    Ok(Pending {
        line,
        hash: hash(header, &text),
        row: read,
    })
}

/// What a row says, so that an equal one is recognised.
fn hash(header: &StringRecord, row: &StringRecord) -> Vec<u8> {
    let mut hash = Sha256::new();
    for (column, value) in header.iter().zip(row) {
        for part in [column, value] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
    }
    hash.finalize().to_vec()
}

async fn keep(
    crm: &DemoCrm,
    batch: Vec<Pending>,
    report: &mut ImportReport,
) -> Result<(), ImportError> {
    let Some(line) = batch.first().map(|it| it.line) else {
        return Ok(());
    };
    let at_desk = crm.clone();
    let kept = crm.write(move |connection, tenant| {
        Box::pin(async move { keep_on(&at_desk, connection, &tenant, batch).await })
    });
    let kept: Kept = kept
        .await
        .map_err(|source| ImportError::Store { line, source })?;
    report.created += kept.created;
    report.updated += kept.updated;
    report.unchanged += kept.unchanged;
    report.opt_outs_kept += kept.opt_outs_kept;
    report.errors.extend(kept.errors);
    Ok(())
}

async fn keep_on(
    crm: &DemoCrm,
    connection: &mut Connection,
    tenant: &str,
    batch: Vec<Pending>,
) -> Result<Kept, StoreError> {
    let rules = attributes::rules(connection, tenant).await?;
    let mut kept = Kept::default();
    for pending in batch {
        let line = pending.line;
        if let Some(problem) = keep_row(crm, connection, &rules, pending, &mut kept).await? {
            kept.errors.push(RowError { line, problem });
        }
    }
    Ok(kept)
}

async fn keep_row(
    crm: &DemoCrm,
    connection: &mut Connection,
    rules: &Rules,
    pending: Pending,
    kept: &mut Kept,
) -> Result<Option<RowProblem>, StoreError> {
    let tenant = crm.tenant().as_str();
    let Pending {
        hash,
        row: ReadRow {
            reference,
            mut edit,
        },
        ..
    } = pending;
    if known_hash(connection, tenant, &reference).await? == Some(hash.clone()) {
        kept.unchanged += 1;
        return Ok(None);
    }
    kept.opt_outs_kept += keep_opt_outs(connection, tenant, &reference, &mut edit).await?;
    match crm
        .save_on(connection, rules, &reference, &edit, Expect::Either)
        .await
    {
        Ok(report) => match (report.event, report.revision) {
            (None, _) => kept.unchanged += 1,
            (Some(_), 1) => kept.created += 1,
            (Some(_), _) => kept.updated += 1,
        },
        Err(SaveError::Store(error)) => return Err(error),
        Err(error) => return error::row_problem(error).map(Some),
    }
    remember(connection, tenant, &reference, &hash).await?;
    Ok(None)
}

/// A file is older than what the CRM knows: it withdraws, but never lifts an
/// opt-out that stands.
async fn keep_opt_outs(
    connection: &mut Connection,
    tenant: &str,
    reference: &RecordRef,
    edit: &mut Edit,
) -> Result<u64, StoreError> {
    let Some(record) = crate::crm::rows::read(connection, tenant, reference).await? else {
        return Ok(0);
    };
    let mut kept = 0;
    edit.permissions.retain(|bit, consent| {
        let said = record
            .permissions
            .get(bit)
            .map_or(Consent::Unset, |it| it.consent);
        let lifts = said == Consent::Withdrawn && *consent == Consent::Given;
        kept += u64::from(lifts);
        !lifts
    });
    if edit.mail == Some(true) && !record.mail.allowed {
        edit.mail = None;
        kept += 1;
    }
    Ok(kept)
}

async fn known_hash(
    connection: &mut Connection,
    tenant: &str,
    reference: &RecordRef,
) -> Result<Option<Vec<u8>>, StoreError> {
    let row = sqlx::query(
        "SELECT hash FROM crm_imported_rows WHERE tenant = $1 AND kind = $2 AND id = $3",
    )
    .bind(tenant)
    .bind(reference.kind.code())
    .bind(&reference.id)
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|it| it.try_get("hash")).transpose()?)
}

async fn remember(
    connection: &mut Connection,
    tenant: &str,
    reference: &RecordRef,
    hash: &[u8],
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO crm_imported_rows (tenant, kind, id, hash) VALUES ($1, $2, $3, $4)
         ON CONFLICT (tenant, kind, id) DO UPDATE SET hash = excluded.hash",
    )
    .bind(tenant)
    .bind(reference.kind.code())
    .bind(&reference.id)
    .bind(hash)
    .execute(connection)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests;
