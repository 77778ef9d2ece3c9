//! The opt-in attributes of category `Spotler` (PV-06..PV-09), and the fields
//! that were added to the catalogue.

use std::collections::BTreeSet;

use koppel_embedding::Connection;
use koppel_embedding::store::flag;
use sqlx::Row;

use super::{
    codes::Code,
    desk::DemoCrm,
    edit::Rules,
    error::StoreError,
    fields::{Catalogue, Field},
    relations,
    rows::code_of,
};
use crate::contract::{Permission, PermissionAttributes, RecordKind};

/// The category of the opt-in attributes (PV-07).
pub const CATEGORY: &str = "Spotler";

/// An opt-in attribute as the CRM keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Spotler's number.
    pub bit: u32,
    /// Its category.
    pub category: String,
    /// Its name.
    pub name: String,
    /// True once Spotler no longer has it.
    pub retired: bool,
}

impl DemoCrm {
    /// All opt-in attributes, in Spotler's order, retired ones too.
    pub async fn attributes(&self) -> Result<Vec<Attribute>, StoreError> {
        let mut connection = self.store.readers().acquire().await?;
        all(&mut connection, self.tenant.as_str()).await
    }

    /// Renames an attribute, as an administrator of the CRM may try; the next
    /// refresh restores Spotler's name (PV-09).
    pub async fn rename_attribute(&self, bit: u32, name: &str) -> Result<(), StoreError> {
        let name = name.to_owned();
        self.write(move |connection, tenant| {
            Box::pin(async move {
                sqlx::query(
                    "UPDATE crm_permission_attributes SET name = $1 WHERE tenant = $2 AND bit = $3",
                )
                .bind(name)
                .bind(tenant)
                .bind(i64::from(bit))
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// Removes an attribute, as an administrator of the CRM may try (PV-09).
    pub async fn remove_attribute(&self, bit: u32) -> Result<(), StoreError> {
        self.write(move |connection, tenant| {
            Box::pin(async move {
                sqlx::query("DELETE FROM crm_permission_attributes WHERE tenant = $1 AND bit = $2")
                    .bind(tenant)
                    .bind(i64::from(bit))
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }
}

/// All attributes, in Spotler's order.
pub(crate) async fn all(
    connection: &mut Connection,
    tenant: &str,
) -> Result<Vec<Attribute>, StoreError> {
    let rows = sqlx::query(
        "SELECT bit, category, name, retired FROM crm_permission_attributes
         WHERE tenant = $1 ORDER BY retired, position, bit",
    )
    .bind(tenant)
    .fetch_all(connection)
    .await?;
    let attribute = |row: &sqlx::any::AnyRow| {
        Ok(Attribute {
            bit: super::rows::number_of(row, "bit")?,
            category: row.try_get("category")?,
            name: row.try_get("name")?,
            retired: flag(row, "retired")?,
        })
    };
    rows.iter().map(attribute).collect()
}

/// The attributes that the account still has, as they are named now.
pub(crate) async fn current(
    connection: &mut Connection,
    tenant: &str,
) -> Result<Vec<Permission>, StoreError> {
    let all = all(connection, tenant).await?;
    let current = all.into_iter().filter(|it| !it.retired);
    Ok(current
        .map(|it| Permission {
            bit: it.bit,
            name: it.name,
        })
        .collect())
}

/// Makes sure of the attributes: creates, restores names, retires.
pub(crate) async fn ensure(
    connection: &mut Connection,
    tenant: &str,
    wanted: &PermissionAttributes,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE crm_permission_attributes SET retired = 1 WHERE tenant = $1")
        .bind(tenant)
        .execute(&mut *connection)
        .await?;
    for (position, permission) in (0_i64..).zip(&wanted.permissions) {
        sqlx::query(
            "INSERT INTO crm_permission_attributes (tenant, bit, category, name, position, retired)
             VALUES ($1, $2, $3, $4, $5, 0)
             ON CONFLICT (tenant, bit) DO UPDATE SET category = excluded.category,
                 name = excluded.name, position = excluded.position, retired = 0",
        )
        .bind(tenant)
        .bind(i64::from(permission.bit))
        .bind(&wanted.category)
        .bind(&permission.name)
        .bind(position)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// What saves look things up in.
pub(crate) async fn rules(connection: &mut Connection, tenant: &str) -> Result<Rules, StoreError> {
    let permissions: BTreeSet<u32> = all(connection, tenant)
        .await?
        .into_iter()
        .map(|it| it.bit)
        .collect();
    Ok(Rules {
        catalogue: catalogue(connection, tenant).await?,
        permissions,
    })
}

/// The fields that every demo CRM has, and those that were added.
pub(crate) async fn catalogue(
    connection: &mut Connection,
    tenant: &str,
) -> Result<Catalogue, StoreError> {
    let rows = sqlx::query(
        "SELECT name, label, field_type, kinds, meaning FROM crm_custom_fields
         WHERE tenant = $1 ORDER BY name",
    )
    .bind(tenant)
    .fetch_all(connection)
    .await?;
    let field = |row: &sqlx::any::AnyRow| {
        let kinds: &str = row.try_get("kinds")?;
        Ok(Field {
            name: row.try_get("name")?,
            label: row.try_get("label")?,
            field_type: code_of(row, "field_type")?,
            kinds: kinds.split(' ').filter_map(RecordKind::from_code).collect(),
            meaning: row.try_get("meaning")?,
            options: Vec::new(),
        })
    };
    let added: Result<Vec<Field>, StoreError> = rows.iter().map(field).collect();
    Ok(Catalogue::with(added?))
}

/// The fields that can be mapped: those of the records, and those of relations
/// that their primary contacts carry (YO-43).
pub(crate) async fn mappable(
    connection: &mut Connection,
    tenant: &str,
) -> Result<Catalogue, StoreError> {
    let mut catalogue = catalogue(connection, tenant).await?;
    catalogue.add(relations::carried_fields(connection, tenant).await?);
    Ok(catalogue)
}

/// Adds a field, or replaces the one with its name.
pub(crate) async fn add_field(
    connection: &mut Connection,
    tenant: &str,
    field: &Field,
) -> Result<(), StoreError> {
    let kinds: Vec<&str> = field.kinds.iter().map(|it| it.code()).collect();
    sqlx::query(
        "INSERT INTO crm_custom_fields (tenant, name, label, field_type, kinds, meaning)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (tenant, name) DO UPDATE SET label = excluded.label,
             field_type = excluded.field_type, kinds = excluded.kinds, meaning = excluded.meaning",
    )
    .bind(tenant)
    .bind(&field.name)
    .bind(&field.label)
    .bind(field.field_type.code())
    .bind(kinds.join(" "))
    .bind(&field.meaning)
    .execute(connection)
    .await?;
    Ok(())
}
