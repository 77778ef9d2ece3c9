//! Lists as rows.

use koppel_embedding::Connection;
use sqlx::{Row, any::AnyRow};

use super::{ListError, StoredList};
use crate::contract::RecordState;
use crate::crm::{codes::Code, error::StoreError, rows};

/// A list, whatever its state.
pub(super) async fn read(
    connection: &mut Connection,
    tenant: &str,
    id: &str,
) -> Result<Option<StoredList>, StoreError> {
    let row = sqlx::query(
        "SELECT id, name, list_type, target, form, state, filter FROM crm_marketing_lists
         WHERE tenant = $1 AND id = $2",
    )
    .bind(tenant)
    .bind(id)
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(list_of_row).transpose()
}

/// A list that was not deleted.
pub(super) async fn live(
    connection: &mut Connection,
    tenant: &str,
    id: &str,
) -> Result<StoredList, ListError> {
    let found = read(connection, tenant, id).await?;
    found
        .filter(|it| it.state != RecordState::Deleted)
        .ok_or_else(|| ListError::Unknown(id.to_owned()))
}

/// All lists that were not deleted, by name.
pub(super) async fn all(
    connection: &mut Connection,
    tenant: &str,
) -> Result<Vec<StoredList>, StoreError> {
    let found = sqlx::query(
        "SELECT id, name, list_type, target, form, state, filter FROM crm_marketing_lists
         WHERE tenant = $1 AND state <> 'deleted' ORDER BY name, id",
    )
    .bind(tenant)
    .fetch_all(connection)
    .await?;
    found.iter().map(list_of_row).collect()
}

fn list_of_row(row: &AnyRow) -> Result<StoredList, StoreError> {
    let filter: Option<&str> = row.try_get("filter")?;
    let filter = filter
        .map(serde_json::from_str)
        .transpose()
        .map_err(|_| StoreError::Unreadable("filter"))?;
    Ok(StoredList {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        list_type: rows::code_of(row, "list_type")?,
        target: rows::code_of(row, "target")?,
        form: rows::optional_code_of(row, "form")?,
        state: rows::code_of(row, "state")?,
        filter,
    })
}

/// Writes a list.
pub(super) async fn write(
    connection: &mut Connection,
    tenant: &str,
    list: &StoredList,
) -> Result<(), StoreError> {
    let filter = list.filter.as_ref().map(serde_json::to_string).transpose();
    sqlx::query(
        "INSERT INTO crm_marketing_lists (tenant, id, name, list_type, target, form, state, filter)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (tenant, id) DO UPDATE SET name = excluded.name, form = excluded.form,
             state = excluded.state, filter = excluded.filter",
    )
    .bind(tenant)
    .bind(&list.id)
    .bind(&list.name)
    .bind(list.list_type.code())
    .bind(list.target.code())
    .bind(list.form.map(Code::code))
    .bind(list.state.code())
    .bind(filter.map_err(|_| StoreError::Unreadable("filter"))?)
    .execute(connection)
    .await?;
    Ok(())
}
