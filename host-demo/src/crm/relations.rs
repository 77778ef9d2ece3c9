//! Relations: organisations with contacts and module fields (YO-43..YO-48).

use koppel_embedding::{Connection, Event, EventKey, contract::module_fields::ModuleFieldChanged};
use sqlx::Row;

use super::{
    desk::{DemoCrm, enqueue},
    error::StoreError,
    fields::Field,
    value::{self, ValueProblem},
};
use crate::contract::{self, CrmRecord, FieldType, FieldValue, RecordKind, RecordRef};

/// An organisation with contacts.
#[derive(Clone, Debug, PartialEq)]
pub struct Relation {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its fields, by name.
    pub fields: Vec<RelationField>,
}

/// A field of a relation; a module field where its label ends in “module” (YO-46).
#[derive(Clone, Debug, PartialEq)]
pub struct RelationField {
    /// Its name.
    pub name: String,
    /// What users call it.
    pub label: String,
    /// Its value.
    pub value: Option<FieldValue>,
}

impl DemoCrm {
    /// A relation; none where there is none with this id.
    pub async fn relation(&self, id: &str) -> Result<Option<Relation>, StoreError> {
        let mut connection = self.store.readers().acquire().await?;
        let name: Option<String> =
            sqlx::query_scalar("SELECT name FROM crm_relations WHERE tenant = $1 AND id = $2")
                .bind(self.tenant.as_str())
                .bind(id)
                .fetch_optional(&mut *connection)
                .await?;
        let Some(name) = name else { return Ok(None) };
        let rows = sqlx::query(
            "SELECT field, label, value FROM crm_relation_fields
             WHERE tenant = $1 AND relation = $2 ORDER BY field",
        )
        .bind(self.tenant.as_str())
        .bind(id)
        .fetch_all(&mut *connection)
        .await?;
        let field = |row: &sqlx::any::AnyRow| {
            Ok(RelationField {
                name: row.try_get("field")?,
                label: row.try_get("label")?,
                value: value_of(row)?,
            })
        };
        let fields: Result<_, StoreError> = rows.iter().map(field).collect();
        Ok(Some(Relation {
            id: id.to_owned(),
            name,
            fields: fields?,
        }))
    }

    /// The active contacts that are marked as primary for a relation.
    pub(crate) async fn primary_contacts_of(
        &self,
        relation: &str,
    ) -> Result<Vec<RecordRef>, StoreError> {
        let mut connection = self.store.readers().acquire().await?;
        primary_contacts(&mut connection, self.tenant.as_str(), relation).await
    }

    /// Adds a relation, or renames it.
    pub async fn set_relation(&self, id: &str, name: &str) -> Result<(), StoreError> {
        let (id, name) = (id.to_owned(), name.to_owned());
        self.write(move |connection, tenant| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO crm_relations (tenant, id, name) VALUES ($1, $2, $3)
                     ON CONFLICT (tenant, id) DO UPDATE SET name = excluded.name",
                )
                .bind(tenant)
                .bind(id)
                .bind(name)
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// Saves a field of a relation, with its event; none where nothing differs.
    pub async fn set_relation_field(
        &self,
        relation: &str,
        field: &str,
        label: &str,
        value: Option<FieldValue>,
    ) -> Result<Option<EventKey>, StoreError> {
        let crm = self.clone();
        let mut changed = ModuleFieldChanged {
            relation: relation.to_owned(),
            field: field.to_owned(),
            label: label.to_owned(),
            before: None,
            after: value,
        };
        self.write(move |connection, tenant| {
            Box::pin(async move {
                changed.before = field_value(connection, &tenant, &changed).await?;
                if changed.before == changed.after {
                    return Ok(None);
                }
                write_field(connection, &tenant, &changed).await?;
                let new = crm.new_event(Event::ModuleFieldChanged(changed));
                enqueue(connection, &crm.tenant, new).await.map(Some)
            })
        })
        .await
    }
}

/// The name of a module field: what users call it, without what a name may not
/// hold.
pub fn module_field_name(label: &str) -> String {
    let plain = |it: char| if it.is_alphanumeric() { it } else { '_' };
    label.to_lowercase().chars().map(plain).collect()
}

/// Yes, no or a number: the two types that a module field has (YO-44); none for
/// an empty text.
pub fn module_field_value(text: &str) -> Result<Option<FieldValue>, ValueProblem> {
    match value::parse(FieldType::Number, &[], text) {
        Ok(value) => Ok(value),
        Err(_) => value::parse(FieldType::Boolean, &[], text),
    }
}

async fn field_value(
    connection: &mut Connection,
    tenant: &str,
    field: &ModuleFieldChanged,
) -> Result<Option<FieldValue>, StoreError> {
    let json: Option<Option<String>> = sqlx::query_scalar(
        "SELECT value FROM crm_relation_fields WHERE tenant = $1 AND relation = $2 AND field = $3",
    )
    .bind(tenant)
    .bind(&field.relation)
    .bind(&field.field)
    .fetch_optional(connection)
    .await?;
    let read = |it: String| serde_json::from_str(&it).map_err(|_| StoreError::Unreadable("value"));
    json.flatten().map(read).transpose()
}

async fn write_field(
    connection: &mut Connection,
    tenant: &str,
    field: &ModuleFieldChanged,
) -> Result<(), StoreError> {
    let value = match &field.after {
        Some(it) => Some(serde_json::to_string(it).map_err(|_| StoreError::Unreadable("value"))?),
        None => None,
    };
    sqlx::query(
        "INSERT INTO crm_relation_fields (tenant, relation, field, label, value)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (tenant, relation, field) DO UPDATE SET label = excluded.label,
             value = excluded.value",
    )
    .bind(tenant)
    .bind(&field.relation)
    .bind(&field.field)
    .bind(&field.label)
    .bind(value)
    .execute(connection)
    .await?;
    Ok(())
}

/// What stands before the name of a relation's field where a contact carries it.
const OF_RELATION: &str = "relation.";

/// The fields of all relations, as contacts carry them: they can be mapped to a
/// property of Spotler like any other (YO-43).
pub(crate) async fn carried_fields(
    connection: &mut Connection,
    tenant: &str,
) -> Result<Vec<Field>, StoreError> {
    let rows = sqlx::query(
        "SELECT field, max(label) AS label, max(value) AS value FROM crm_relation_fields
         WHERE tenant = $1 GROUP BY field ORDER BY field",
    )
    .bind(tenant)
    .fetch_all(connection)
    .await?;
    let field = |row: &sqlx::any::AnyRow| {
        let name: &str = row.try_get("field")?;
        let field_type = match value_of(row)? {
            Some(FieldValue::Boolean(_)) => FieldType::Boolean,
            Some(_) | None => FieldType::Number,
        };
        Ok(Field {
            name: format!("{OF_RELATION}{name}"),
            label: row.try_get("label")?,
            field_type,
            kinds: vec![RecordKind::Contact],
            meaning: None,
            options: Vec::new(),
        })
    };
    rows.iter().map(field).collect()
}

/// Gives every contact who is primary for a relation the relation's fields
/// (YO-45); nobody else has them.
pub(crate) async fn carry_fields(
    connection: &mut Connection,
    tenant: &str,
    records: &mut [CrmRecord],
) -> Result<(), StoreError> {
    let is_primary = |it: &CrmRecord| {
        it.fields
            .iter()
            .any(|it| it.name == "primary" && it.value == Some(FieldValue::Boolean(true)))
    };
    for record in records.iter_mut().filter(|it| is_primary(it)) {
        let Some(relation) = &record.relation else {
            continue;
        };
        let rows = sqlx::query(
            "SELECT field, value FROM crm_relation_fields
             WHERE tenant = $1 AND relation = $2 ORDER BY field",
        )
        .bind(tenant)
        .bind(relation)
        .fetch_all(&mut *connection)
        .await?;
        for row in &rows {
            let name: &str = row.try_get("field")?;
            record.fields.push(contract::Field {
                name: format!("{OF_RELATION}{name}"),
                value: value_of(row)?,
            });
        }
    }
    Ok(())
}

fn value_of(row: &sqlx::any::AnyRow) -> Result<Option<FieldValue>, StoreError> {
    let json: Option<&str> = row.try_get("value")?;
    let value = json.map(serde_json::from_str).transpose();
    value.map_err(|_| StoreError::Unreadable("value"))
}

/// The active contacts that are marked as primary for a relation.
pub(crate) async fn primary_contacts(
    connection: &mut Connection,
    tenant: &str,
    relation: &str,
) -> Result<Vec<RecordRef>, StoreError> {
    let rows = sqlx::query(
        "SELECT id FROM crm_records
         WHERE tenant = $1 AND relation = $2 AND kind = 'contact' AND primary_contact = 1
           AND state = 'active' ORDER BY id",
    )
    .bind(tenant)
    .bind(relation)
    .fetch_all(connection)
    .await?;
    let reference = |row: &sqlx::any::AnyRow| {
        Ok(RecordRef {
            kind: RecordKind::Contact,
            id: row.try_get("id")?,
        })
    };
    rows.iter().map(reference).collect()
}
