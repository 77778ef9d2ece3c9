//! Bulk changes: first choose contacts, then values, look, and save (YO-32..
//! YO-36).
//!
//! ```text
//! choose ─▶ change ─▶ preview (changes nothing) ─▶ save, a part a transaction: rows + one event
//! ```
//!
//! A part that is saved has queued its operation; one that is not has left
//! nothing. After a kill, saving goes on where it stopped.

mod change;
mod preview;
mod save;

pub use change::{BulkChange, Keywords};
pub use preview::Preview;

use koppel_embedding::Connection;
use sqlx::{Row, any::AnyRow};

use super::{
    desk::DemoCrm,
    error::StoreError,
    rows,
    selections::{self, Selection},
};
use crate::contract::RecordRef;

/// A bulk change that cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum BulkError {
    /// There is none with this number.
    #[error("there is no bulk change {0}; `bulk list` shows those that there are")]
    Unknown(u64),
    /// It is being saved, or was.
    #[error("bulk change {0} was saved already; make another one with `bulk choose`")]
    Saved(u64),
    /// Nothing would be changed.
    #[error("bulk change {0} changes nothing yet; say what with `bulk set`")]
    Empty(u64),
    /// Nobody was chosen.
    #[error("no record matches; choose others")]
    Nobody,
    /// The storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for BulkError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// How far a bulk change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BulkState {
    /// Contacts are chosen; nothing is saved.
    Draft,
    /// A part is saved.
    UnderWay,
    /// All of it is saved.
    Saved,
}

/// A bulk change.
#[derive(Clone, Debug, PartialEq)]
pub struct Bulk {
    /// Its number, counted up from 1.
    pub number: u64,
    /// How many records were chosen.
    pub chosen: u64,
    /// What is to be changed.
    pub change: BulkChange,
    /// How far it is.
    pub state: BulkState,
    /// The job that carries it out, once it is being saved.
    pub job: Option<u64>,
    /// The selection that holds whom was chosen.
    pub(crate) selection: String,
    /// Where the next part starts.
    pub(crate) next_start: Option<String>,
    /// Who made it.
    pub user: Option<String>,
}

/// How many records a page holds that is read to choose from.
const PAGE: u32 = 500;

impl DemoCrm {
    /// Chooses the contacts of a bulk change: those who match now, one by one, so
    /// that what is previewed is what is saved. Answers its number.
    pub async fn choose_for_bulk(&self, whom: Selection) -> Result<Bulk, BulkError> {
        let mut chosen = Vec::new();
        if let Selection::Records(records) = whom {
            for record in records {
                if !chosen.contains(&record) {
                    chosen.push(record);
                }
            }
        } else {
            self.matching(&whom, &mut chosen).await?;
        }
        if chosen.is_empty() {
            return Err(BulkError::Nobody);
        }
        let (user, now) = (self.user.clone(), self.now());
        self.write(move |connection, tenant| {
            Box::pin(async move { choose(connection, &tenant, chosen, user, now).await })
        })
        .await
    }

    async fn matching(
        &self,
        whom: &Selection,
        chosen: &mut Vec<RecordRef>,
    ) -> Result<(), StoreError> {
        let mut connection = self.store.readers().acquire().await?;
        let mut start = None;
        loop {
            let page = selections::matching(
                &mut connection,
                self.tenant.as_str(),
                whom,
                start.as_deref(),
                PAGE,
            )
            .await?;
            chosen.extend(page.records.into_iter().map(|it| it.reference));
            match page.next {
                Some(next) => start = Some(next),
                None => return Ok(()),
            }
        }
    }

    /// Says what a bulk change changes; what was said before is replaced.
    pub async fn set_bulk(&self, number: u64, change: BulkChange) -> Result<Bulk, BulkError> {
        self.write(move |connection, tenant| {
            Box::pin(async move {
                let bulk = read(connection, &tenant, number).await?;
                if bulk.state != BulkState::Draft {
                    return Err(BulkError::Saved(number));
                }
                let text =
                    serde_json::to_string(&change).map_err(|_| StoreError::Unreadable("change"))?;
                sqlx::query(
                    "UPDATE crm_bulk_changes SET change = $1 WHERE tenant = $2 AND number = $3",
                )
                .bind(text)
                .bind(&tenant)
                .bind(rows::integer(number))
                .execute(connection)
                .await?;
                Ok(Bulk { change, ..bulk })
            })
        })
        .await
    }

    /// A bulk change.
    pub async fn bulk(&self, number: u64) -> Result<Bulk, BulkError> {
        let mut connection = self.store.readers().acquire().await?;
        read(&mut connection, self.tenant.as_str(), number).await
    }

    /// The latest bulk changes, newest first.
    pub async fn bulks(&self, limit: u32) -> Result<Vec<Bulk>, BulkError> {
        let found = sqlx::query(
            "SELECT number, selection, chosen, change, state, job, next_start, user_id
             FROM crm_bulk_changes WHERE tenant = $1 ORDER BY number DESC LIMIT $2",
        )
        .bind(self.tenant.as_str())
        .bind(i64::from(limit))
        .fetch_all(self.store.readers())
        .await?;
        Ok(found
            .iter()
            .map(of_row)
            .collect::<Result<Vec<Bulk>, StoreError>>()?)
    }
}

async fn choose(
    connection: &mut Connection,
    tenant: &str,
    chosen: Vec<RecordRef>,
    user: Option<String>,
    now: u64,
) -> Result<Bulk, BulkError> {
    let number: i64 = sqlx::query_scalar(
        "SELECT coalesce(max(number), 0) + 1 FROM crm_bulk_changes WHERE tenant = $1",
    )
    .bind(tenant)
    .fetch_one(&mut *connection)
    .await?;
    let selection = format!("bulk-{number}");
    let count = chosen.len() as u64;
    selections::write(connection, tenant, &selection, Selection::Records(chosen)).await?;
    let change = BulkChange::default();
    let text = serde_json::to_string(&change).map_err(|_| StoreError::Unreadable("change"))?;
    sqlx::query(
        "INSERT INTO crm_bulk_changes
             (tenant, number, selection, chosen, change, state, user_id, created_at)
         VALUES ($1, $2, $3, $4, $5, 'draft', $6, $7)",
    )
    .bind(tenant)
    .bind(number)
    .bind(&selection)
    .bind(rows::integer(count))
    .bind(text)
    .bind(&user)
    .bind(rows::integer(now))
    .execute(connection)
    .await?;
    Ok(Bulk {
        number: u64::try_from(number).unwrap_or_default(),
        chosen: count,
        change,
        state: BulkState::Draft,
        job: None,
        selection,
        next_start: None,
        user,
    })
}

pub(crate) async fn read(
    connection: &mut Connection,
    tenant: &str,
    number: u64,
) -> Result<Bulk, BulkError> {
    let found = sqlx::query(
        "SELECT number, selection, chosen, change, state, job, next_start, user_id
         FROM crm_bulk_changes WHERE tenant = $1 AND number = $2",
    )
    .bind(tenant)
    .bind(rows::integer(number))
    .fetch_optional(connection)
    .await?;
    let row = found.ok_or(BulkError::Unknown(number))?;
    Ok(of_row(&row)?)
}

fn of_row(row: &AnyRow) -> Result<Bulk, StoreError> {
    let change: &str = row.try_get("change")?;
    let job: Option<i64> = row.try_get("job")?;
    let state = match row.try_get("state")? {
        "draft" => BulkState::Draft,
        "under-way" => BulkState::UnderWay,
        "saved" => BulkState::Saved,
        _ => return Err(StoreError::Unreadable("state")),
    };
    Ok(Bulk {
        number: rows::moment_of(row, "number")?,
        chosen: rows::moment_of(row, "chosen")?,
        change: serde_json::from_str(change).map_err(|_| StoreError::Unreadable("change"))?,
        state,
        job: job.and_then(|it| u64::try_from(it).ok()),
        selection: row.try_get("selection")?,
        next_start: row.try_get("next_start")?,
        user: row.try_get("user_id")?,
    })
}
