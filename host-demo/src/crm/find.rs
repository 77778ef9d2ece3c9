//! The list of records: searched, filtered, and paged by key.

use std::collections::BTreeMap;

use sqlx::Row;

use super::{codes::Code, desk::DemoCrm, error::StoreError, rows, statement::Statement};
use crate::contract::{RecordKind, RecordRef, RecordState, SyncStatus};

/// Which records a list shows. What is not set does not matter.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this kind.
    pub kind: Option<RecordKind>,
    /// Whose name, address, organisation or id holds this text.
    pub text: String,
    /// With this status.
    pub status: Option<SyncStatus>,
    /// With this reason.
    pub reason: Option<String>,
    /// Deleted records too.
    pub deleted: bool,
}

/// A row of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Which record.
    pub reference: RecordRef,
    /// Its name.
    pub name: String,
    /// Its address.
    pub email: String,
    /// Whether it lives.
    pub state: RecordState,
    /// The status that it shows.
    pub status: Option<SyncStatus>,
    /// The code that explains the status.
    pub reason: Option<String>,
}

/// A page of the list.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The rows.
    pub lines: Vec<Line>,
    /// Where the next page starts; none after the last.
    pub next: Option<Position>,
}

/// A place in the list: the row after which a page starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    sort_name: String,
    kind: String,
    id: String,
}

const SEPARATOR: char = '\u{1f}';

impl Position {
    /// The position as a text for a link.
    pub fn to_text(&self) -> String {
        format!(
            "{}{SEPARATOR}{}{SEPARATOR}{}",
            self.sort_name, self.kind, self.id
        )
    }

    /// The position that a link carries.
    pub fn from_text(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, SEPARATOR).map(str::to_owned);
        Some(Self {
            sort_name: parts.next()?,
            kind: parts.next()?,
            id: parts.next()?,
        })
    }
}

/// How many records show a status with a reason.
#[derive(Clone, Debug, PartialEq)]
pub struct StatusCount {
    /// The status; none: never synced.
    pub status: Option<SyncStatus>,
    /// The reason.
    pub reason: Option<String>,
    /// How many.
    pub records: u64,
}

impl DemoCrm {
    /// A page of at most `limit` rows, sorted by name.
    pub async fn find(
        &self,
        filter: &Filter,
        after: Option<&Position>,
        limit: u32,
    ) -> Result<Page, StoreError> {
        let mut query = self.query_for(filter);
        if let Some(after) = after {
            query
                .push(" AND (sort_name, kind, id) > (")
                .push_bind(after.sort_name.clone());
            query.push(", ").push_bind(after.kind.clone());
            query.push(", ").push_bind(after.id.clone()).push(")");
        }
        query
            .push(" ORDER BY sort_name, kind, id LIMIT ")
            .push_bind(i64::from(limit) + 1)
            .push(
                ") AS shown JOIN crm_records AS record ON record.tenant = shown.tenant
                 AND record.kind = shown.kind AND record.id = shown.id
                 ORDER BY shown.sort_name, shown.kind, shown.id",
            );
        let mut connection = self.store.readers().acquire().await?;
        let found = query.fetch_all(&mut connection).await?;
        let mut page = Page::default();
        for row in found.iter().take(limit as usize) {
            page.lines.push(line_of_row(row)?);
        }
        if found.len() > limit as usize
            && let Some(last) = found.get(limit as usize - 1)
        {
            let (sort_name, kind, id) = (
                last.try_get("sort_name")?,
                last.try_get("kind")?,
                last.try_get("id")?,
            );
            page.next = Some(Position {
                sort_name,
                kind,
                id,
            });
        }
        Ok(page)
    }

    /// How many records show which status with which reason, deleted ones left
    /// out; the statuses in the contract's order, never synced first.
    pub async fn count_by_status(&self) -> Result<Vec<StatusCount>, StoreError> {
        let rows = sqlx::query(
            "SELECT status, reason, count(*) AS records FROM crm_records
             WHERE tenant = $1 AND state <> 'deleted' GROUP BY status, reason",
        )
        .bind(self.tenant.as_str())
        .fetch_all(self.store.readers())
        .await?;
        let mut counts = BTreeMap::new();
        for row in &rows {
            let status: Option<SyncStatus> = rows::optional_code_of(row, "status")?;
            let reason: Option<String> = row.try_get("reason")?;
            let records = rows::moment_of(row, "records")?;
            let order = status.and_then(|it| SyncStatus::ALL.iter().position(|other| *other == it));
            counts.insert(
                (order, reason.clone()),
                StatusCount {
                    status,
                    reason,
                    records,
                },
            );
        }
        Ok(counts.into_values().collect())
    }

    /// [`DemoCrm::count_by_status`], counted no further than `most` for each status
    /// and reason: as fast with many records as with few.
    pub async fn count_by_status_up_to(&self, most: u32) -> Result<Vec<StatusCount>, StoreError> {
        let mut counts = Vec::new();
        let statuses = SyncStatus::ALL.iter().map(|it| Some(*it));
        for status in std::iter::once(None).chain(statuses) {
            let mut reasons: Vec<Option<String>> = vec![None];
            reasons.extend(self.reasons_of(status).await?.into_iter().map(Some));
            for reason in reasons {
                let records: i64 = sqlx::query_scalar(
                    "SELECT count(*) FROM (SELECT 1 FROM crm_records WHERE tenant = $1
                         AND status IS NOT DISTINCT FROM $2 AND reason IS NOT DISTINCT FROM $3
                         AND state <> 'deleted' LIMIT $4) AS counted",
                )
                .bind(self.tenant.as_str())
                .bind(status.map(Code::code))
                .bind(&reason)
                .bind(i64::from(most))
                .fetch_one(self.store.readers())
                .await?;
                if records > 0 {
                    counts.push(StatusCount {
                        status,
                        reason,
                        records: records.unsigned_abs(),
                    });
                }
            }
        }
        Ok(counts)
    }

    /// The reasons that records show, by code. Steps over the index from one
    /// reason to the next: as fast with many records as with few.
    pub async fn reasons(&self) -> Result<Vec<String>, StoreError> {
        let mut found = std::collections::BTreeSet::new();
        for status in SyncStatus::ALL {
            found.extend(self.reasons_of(Some(*status)).await?);
        }
        Ok(found.into_iter().collect())
    }

    /// The reasons that records with a status show, by code.
    async fn reasons_of(&self, status: Option<SyncStatus>) -> Result<Vec<String>, StoreError> {
        let mut found = Vec::new();
        let mut last = String::new();
        loop {
            let next: Option<String> = sqlx::query_scalar(
                "SELECT min(reason) FROM crm_records
                 WHERE tenant = $1 AND status IS NOT DISTINCT FROM $2 AND reason > $3",
            )
            .bind(self.tenant.as_str())
            .bind(status.map(Code::code))
            .bind(&last)
            .fetch_one(self.store.readers())
            .await?;
            let Some(next) = next else { return Ok(found) };
            found.push(next.clone());
            last = next;
        }
    }

    fn query_for(&self, filter: &Filter) -> Statement {
        // The inner query is answered by an index alone, whatever it passes over.
        let mut query = Statement::new(
            "SELECT shown.kind, shown.id, name, email, state, status, reason, shown.sort_name
             FROM (SELECT tenant, kind, id, sort_name FROM crm_records WHERE tenant = ",
        );
        query.push_bind(self.tenant.as_str().to_owned());
        if let Some(status) = filter.status {
            query.push(" AND status = ").push_bind(status.code());
        }
        if let Some(reason) = &filter.reason {
            query.push(" AND reason = ").push_bind(reason.clone());
        }
        if let Some(kind) = filter.kind {
            query.push(" AND kind = ").push_bind(kind.code());
        }
        if !filter.deleted {
            query.push(" AND state <> 'deleted'");
        }
        for word in filter.text.to_lowercase().split_whitespace() {
            query.push(" AND ").push_contains("search", word);
        }
        query
    }
}

fn line_of_row(row: &sqlx::any::AnyRow) -> Result<Line, StoreError> {
    Ok(Line {
        reference: RecordRef {
            kind: rows::code_of(row, "kind")?,
            id: row.try_get("id")?,
        },
        name: row.try_get("name")?,
        email: row.try_get("email")?,
        state: rows::code_of(row, "state")?,
        status: rows::optional_code_of(row, "status")?,
        reason: row.try_get("reason")?,
    })
}
