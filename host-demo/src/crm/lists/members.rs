//! Who is on a list: by hand in rows of their own, or by the list's filter.

use koppel_embedding::Connection;
use sqlx::Row;

use super::{ListError, SELECTION, StoredList, stored};
use crate::contract::{RecordPage, RecordRef, RecordState};
use crate::crm::{codes::Code, desk::DemoCrm, error::StoreError, rows, selections};

impl DemoCrm {
    /// A page of a list's members as they are now, at most `limit` (1 to 500),
    /// from `start` (the `next` of the page before).
    pub async fn list_members(
        &self,
        id: &str,
        start: Option<&str>,
        limit: u32,
    ) -> Result<RecordPage, ListError> {
        let mut connection = self.store.readers().acquire().await?;
        let tenant = self.tenant.as_str();
        Ok(selected(&mut connection, tenant, id, start, limit).await?)
    }

    /// The static lists that a record is on, by id: the record's own page shows
    /// them.
    pub async fn lists_of(&self, record: &RecordRef) -> Result<Vec<String>, ListError> {
        let found = sqlx::query_scalar(
            "SELECT member.list FROM crm_marketing_list_members AS member
             JOIN crm_marketing_lists AS list
               ON list.tenant = member.tenant AND list.id = member.list
             WHERE member.tenant = $1 AND member.id = $2 AND list.target = $3
               AND list.state <> 'deleted' ORDER BY member.list",
        )
        .bind(self.tenant.as_str())
        .bind(&record.id)
        .bind(record.kind.code())
        .fetch_all(self.store.readers())
        .await?;
        Ok(found)
    }
}

/// A page of the members of a list, named by its id or by its selection; an
/// unknown one has none.
pub(crate) async fn selected(
    connection: &mut Connection,
    tenant: &str,
    id: &str,
    start: Option<&str>,
    limit: u32,
) -> Result<RecordPage, StoreError> {
    let id = id.strip_prefix(SELECTION).unwrap_or(id);
    let Some(list) = stored::read(connection, tenant, id).await? else {
        return Ok(RecordPage {
            records: Vec::new(),
            next: None,
        });
    };
    match &list.filter {
        Some(filter) => selections::matching(connection, tenant, filter, start, limit).await,
        None => by_hand(connection, tenant, &list, start, limit).await,
    }
}

async fn by_hand(
    connection: &mut Connection,
    tenant: &str,
    list: &StoredList,
    start: Option<&str>,
    limit: u32,
) -> Result<RecordPage, StoreError> {
    let found = sqlx::query(
        "SELECT id FROM crm_marketing_list_members
         WHERE tenant = $1 AND list = $2 AND id > $3 ORDER BY id LIMIT $4",
    )
    .bind(tenant)
    .bind(&list.id)
    .bind(start.unwrap_or_default())
    .bind(i64::from(limit) + 1)
    .fetch_all(&mut *connection)
    .await?;
    let more = found.len() > limit as usize;
    let mut page = RecordPage {
        records: Vec::new(),
        next: None,
    };
    for row in found.iter().take(limit as usize) {
        let id: String = row.try_get("id")?;
        page.next = more.then(|| id.clone());
        let kind = list.target;
        let record = rows::read(connection, tenant, &RecordRef { kind, id }).await?;
        page.records.extend(record.map(|it| it.to_contract()));
    }
    Ok(page)
}

/// Refuses a record that is not in use.
pub(super) async fn is_there(
    connection: &mut Connection,
    tenant: &str,
    record: &RecordRef,
) -> Result<(), ListError> {
    let found = rows::read(connection, tenant, record).await?;
    match found.filter(|it| it.state == RecordState::Active) {
        Some(_) => Ok(()),
        None => Err(ListError::NoRecord(record.clone())),
    }
}

/// Adds a member; false where it is one already.
pub(super) async fn add(
    connection: &mut Connection,
    tenant: &str,
    list: &StoredList,
    record: &RecordRef,
) -> Result<bool, StoreError> {
    let added = sqlx::query(
        "INSERT INTO crm_marketing_list_members (tenant, list, id) VALUES ($1, $2, $3)
         ON CONFLICT (tenant, list, id) DO NOTHING",
    )
    .bind(tenant)
    .bind(&list.id)
    .bind(&record.id)
    .execute(connection)
    .await?;
    Ok(added.rows_affected() > 0)
}

/// Removes a member; false where it was none.
pub(super) async fn remove(
    connection: &mut Connection,
    tenant: &str,
    list: &StoredList,
    record: &RecordRef,
) -> Result<bool, StoreError> {
    let removed = sqlx::query(
        "DELETE FROM crm_marketing_list_members WHERE tenant = $1 AND list = $2 AND id = $3",
    )
    .bind(tenant)
    .bind(&list.id)
    .bind(&record.id)
    .execute(connection)
    .await?;
    Ok(removed.rows_affected() > 0)
}
