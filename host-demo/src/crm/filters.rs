//! Filters on any data of the CRM (DA-54). They are compared here and not in SQL,
//! because fields are one document for each record.

use koppel_embedding::Connection;
use serde::{Deserialize, Serialize};

use super::{codes::Code, error::StoreError, record::Record, rows, value};
use crate::contract::{RecordKind, RecordPage};

/// One condition of a filter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Condition {
    /// The field that is compared.
    pub field: String,
    /// How.
    pub comparison: Comparison,
    /// With what, as a person writes it; upper and lower case are the same.
    pub value: String,
}

/// How a condition compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Comparison {
    /// The field has exactly this value; an empty one: it has none.
    Is,
    /// The field has another value, or none.
    IsNot,
    /// The field's text holds this text.
    Contains,
}

impl Condition {
    fn holds(&self, record: &Record) -> bool {
        let held = record.fields.get(&self.field).map(value::to_text);
        let held = held.unwrap_or_default().to_lowercase();
        let wanted = self.value.trim().to_lowercase();
        match self.comparison {
            Comparison::Is => held == wanted,
            Comparison::IsNot => held != wanted,
            Comparison::Contains => held.contains(&wanted),
        }
    }
}

/// How many records a filter looks at at a time.
const SCAN: u32 = 2_000;

/// Records that were looked at.
struct Scanned {
    /// Those for whom all conditions hold, without their permissions.
    fitting: Vec<Record>,
    /// From where on to look further; none at the end.
    next: Option<String>,
}

/// Looks at active records of a kind by their ids until `limit` fit or [`SCAN`]
/// were looked at.
async fn scan(
    connection: &mut Connection,
    tenant: &str,
    (kind, conditions): (RecordKind, &[Condition]),
    start: Option<String>,
    limit: u32,
) -> Result<Scanned, StoreError> {
    let statement = format!(
        "SELECT {} FROM crm_records WHERE state = 'active' AND tenant = $1 AND kind = $2
           AND id > $3 ORDER BY id LIMIT $4",
        rows::COLUMNS
    );
    let found = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(tenant)
        .bind(kind.code())
        .bind(start.unwrap_or_default())
        .bind(i64::from(SCAN))
        .fetch_all(connection)
        .await?;
    let mut scanned = Scanned {
        fitting: Vec::new(),
        next: None,
    };
    let mut is_full = found.len() == SCAN as usize;
    for (at, row) in (1..).zip(&found) {
        let record = rows::record_of_row(row)?;
        scanned.next = Some(record.reference.id.clone());
        if conditions.iter().all(|it| it.holds(&record)) {
            scanned.fitting.push(record);
        }
        if scanned.fitting.len() == limit as usize {
            is_full |= at < found.len();
            break;
        }
    }
    if !is_full {
        scanned.next = None;
    }
    Ok(scanned)
}

/// A page of those for whom all conditions hold.
pub(crate) async fn page(
    connection: &mut Connection,
    tenant: &str,
    of: (RecordKind, &[Condition]),
    start: Option<&str>,
    limit: u32,
) -> Result<RecordPage, StoreError> {
    let mut page = RecordPage {
        records: Vec::new(),
        next: start.map(str::to_owned),
    };
    loop {
        let room = limit
            - u32::try_from(page.records.len())
                .unwrap_or(limit)
                .min(limit);
        let scanned = scan(connection, tenant, of, page.next.take(), room).await?;
        let records = rows::with_choices_of_all(connection, tenant, of.0, scanned.fitting).await?;
        page.records.extend(records.iter().map(Record::to_contract));
        page.next = scanned.next;
        if page.next.is_none() || page.records.len() >= limit as usize {
            return Ok(page);
        }
    }
}

/// How many records fit.
pub(crate) async fn count(
    connection: &mut Connection,
    tenant: &str,
    of: (RecordKind, &[Condition]),
) -> Result<u64, StoreError> {
    let mut count = 0;
    let mut start = None;
    loop {
        let scanned = scan(connection, tenant, of, start, SCAN).await?;
        count += scanned.fitting.len() as u64;
        start = scanned.next;
        if start.is_none() {
            return Ok(count);
        }
    }
}
