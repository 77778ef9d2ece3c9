//! Selections of records, as a user makes them for a campaign or an operation
//! (PV-15): by kind, by attribute, by relation, or one by one.

use koppel_embedding::Connection;
use serde::{Deserialize, Serialize};
use sqlx::Row;

use super::{
    codes::Code, desk::DemoCrm, error::StoreError, filters, filters::Condition, lists,
    record::Record, rows, statement::Statement,
};
use crate::contract::{RecordKind, RecordPage, RecordRef};

/// Which records a selection holds. All but the last hold active records only,
/// and are looked up anew whenever they are read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Selection {
    /// All of a kind.
    All(RecordKind),
    /// Those of a kind that carry the “Spotler” attribute.
    Gated(RecordKind),
    /// Those of a kind who gave a permission.
    Permission(RecordKind, u32),
    /// The contacts of a relation.
    Relation(String),
    /// Those whose name, address or id holds a text.
    Search(RecordKind, String),
    /// Those of a kind with an activity in their timeline whose title holds a
    /// text.
    Activity(RecordKind, String),
    /// Those of a kind for whom all conditions hold: any data of the CRM
    /// (DA-54).
    Filter(RecordKind, Vec<Condition>),
    /// Exactly these, whatever their state.
    Records(Vec<RecordRef>),
}

impl DemoCrm {
    /// What a selection asks for; none where none has this name.
    pub(crate) async fn selection(&self, id: &str) -> Result<Option<Selection>, StoreError> {
        let mut connection = self.store.readers().acquire().await?;
        definition(&mut connection, self.tenant.as_str(), id).await
    }

    /// Saves a selection under a name; one that has the name is replaced.
    pub async fn save_selection(&self, id: &str, selection: Selection) -> Result<(), StoreError> {
        let id = id.to_owned();
        self.write(move |connection, tenant| {
            Box::pin(async move { write(connection, &tenant, &id, selection).await })
        })
        .await
    }
}

/// Saves a selection on a connection that is in a transaction.
pub(crate) async fn write(
    connection: &mut Connection,
    tenant: &str,
    id: &str,
    selection: Selection,
) -> Result<(), StoreError> {
    let (definition, members) = if let Selection::Records(members) = selection {
        (Selection::Records(Vec::new()), members)
    } else {
        (selection, Vec::new())
    };
    let definition =
        serde_json::to_string(&definition).map_err(|_| StoreError::Unreadable("definition"))?;
    sqlx::query("DELETE FROM crm_selection_members WHERE tenant = $1 AND selection = $2")
        .bind(tenant)
        .bind(id)
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "INSERT INTO crm_selections (tenant, id, definition) VALUES ($1, $2, $3)
         ON CONFLICT (tenant, id) DO UPDATE SET definition = excluded.definition",
    )
    .bind(tenant)
    .bind(id)
    .bind(definition)
    .execute(&mut *connection)
    .await?;
    for (position, member) in (0_i64..).zip(members) {
        sqlx::query(
            "INSERT INTO crm_selection_members (tenant, selection, position, kind, id)
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(tenant)
        .bind(id)
        .bind(position)
        .bind(member.kind.code())
        .bind(member.id)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// A page of a selection; an unknown one is empty.
pub(crate) async fn read(
    connection: &mut Connection,
    tenant: &str,
    id: &str,
    start: Option<&str>,
    limit: u32,
) -> Result<RecordPage, StoreError> {
    if id.starts_with(lists::SELECTION) {
        return lists::selected(connection, tenant, id, start, limit).await;
    }
    match definition(connection, tenant, id).await? {
        None => Ok(RecordPage {
            records: Vec::new(),
            next: None,
        }),
        Some(Selection::Records(_)) => {
            let page = members(connection, tenant, id, start, limit).await?;
            let mut records = Vec::with_capacity(page.references.len());
            for reference in &page.references {
                let record = rows::read(connection, tenant, reference).await?;
                records.extend(record.map(|it| it.to_contract()));
            }
            Ok(RecordPage {
                records,
                next: page.next,
            })
        }
        Some(definition) => matching(connection, tenant, &definition, start, limit).await,
    }
}

async fn definition(
    connection: &mut Connection,
    tenant: &str,
    id: &str,
) -> Result<Option<Selection>, StoreError> {
    let definition: Option<String> =
        sqlx::query_scalar("SELECT definition FROM crm_selections WHERE tenant = $1 AND id = $2")
            .bind(tenant)
            .bind(id)
            .fetch_optional(connection)
            .await?;
    let read =
        |it: String| serde_json::from_str(&it).map_err(|_| StoreError::Unreadable("definition"));
    definition.map(read).transpose()
}

/// How many records a selection holds; an unknown one holds none.
pub(crate) async fn count(
    connection: &mut Connection,
    tenant: &str,
    id: &str,
) -> Result<u64, StoreError> {
    count_up_to(connection, tenant, id, i64::MAX).await
}

/// The same, counted no further than `most`; a filter on any field is counted to
/// its end.
pub(crate) async fn count_up_to(
    connection: &mut Connection,
    tenant: &str,
    id: &str,
    most: i64,
) -> Result<u64, StoreError> {
    let count: i64 = match definition(connection, tenant, id).await? {
        None => 0,
        Some(Selection::Records(_)) => {
            sqlx::query_scalar(
                "SELECT count(*) FROM (SELECT 1 FROM crm_selection_members
                     WHERE tenant = $1 AND selection = $2 LIMIT $3) AS counted",
            )
            .bind(tenant)
            .bind(id)
            .bind(most)
            .fetch_one(connection)
            .await?
        }
        Some(Selection::Filter(kind, conditions)) => {
            return filters::count(connection, tenant, (kind, &conditions)).await;
        }
        Some(definition) => {
            let mut query = Statement::new(
                "SELECT count(*) FROM (SELECT 1 FROM crm_records WHERE state = 'active'
                         AND tenant = ",
            );
            query.push_bind(tenant);
            let kind = push_condition(&mut query, tenant, &definition);
            query.push(" AND kind = ").push_bind(kind.code());
            query.push(" LIMIT ").push_bind(most).push(") AS counted");
            query.count(connection).await?
        }
    };
    Ok(count.unsigned_abs())
}

/// A page of the active records that match, by their ids.
pub(crate) async fn matching(
    connection: &mut Connection,
    tenant: &str,
    selection: &Selection,
    start: Option<&str>,
    limit: u32,
) -> Result<RecordPage, StoreError> {
    if let Selection::Filter(kind, conditions) = selection {
        return filters::page(connection, tenant, (*kind, conditions), start, limit).await;
    }
    let mut query = Statement::new("SELECT ");
    query
        .push(rows::COLUMNS)
        .push(" FROM crm_records WHERE state = 'active' AND tenant = ");
    query.push_bind(tenant);
    let kind = push_condition(&mut query, tenant, selection);
    query.push(" AND kind = ").push_bind(kind.code());
    query
        .push(" AND id > ")
        .push_bind(start.unwrap_or_default());
    query
        .push(" ORDER BY id LIMIT ")
        .push_bind(i64::from(limit) + 1);
    let found = query.fetch_all(&mut *connection).await?;
    let more = found.len() > limit as usize;
    let records = found.iter().take(limit as usize).map(rows::record_of_row);
    let records = records.collect::<Result<Vec<_>, _>>()?;
    let records = rows::with_choices_of_all(connection, tenant, kind, records).await?;
    let records: Vec<_> = records.iter().map(Record::to_contract).collect();
    let next = records
        .last()
        .filter(|_| more)
        .map(|it| it.reference.id.clone());
    Ok(RecordPage { records, next })
}

/// Adds what a selection asks for, and answers which kind it holds.
fn push_condition(query: &mut Statement, tenant: &str, selection: &Selection) -> RecordKind {
    match selection {
        Selection::All(kind) => *kind,
        Selection::Gated(kind) => {
            query.push(" AND gate = 1");
            *kind
        }
        Selection::Permission(kind, bit) => {
            query.push(
                " AND EXISTS (SELECT 1 FROM crm_permission_choices AS choice
                  WHERE choice.kind = crm_records.kind AND choice.id = crm_records.id
                    AND choice.consent = 'given' AND choice.tenant = ",
            );
            query
                .push_bind(tenant.to_owned())
                .push(" AND choice.bit = ")
                .push_bind(i64::from(*bit))
                .push(")");
            *kind
        }
        Selection::Relation(relation) => {
            query.push(" AND relation = ").push_bind(relation.clone());
            RecordKind::Contact
        }
        Selection::Search(kind, text) => {
            query
                .push(" AND ")
                .push_contains("search", &text.to_lowercase());
            *kind
        }
        Selection::Activity(kind, text) => {
            query.push(
                " AND EXISTS (SELECT 1 FROM crm_activities AS activity
                  WHERE activity.kind = crm_records.kind AND activity.id = crm_records.id
                    AND activity.tenant = ",
            );
            query
                .push_bind(tenant.to_owned())
                .push(" AND ")
                .push_contains("lower(activity.title)", &text.to_lowercase())
                .push(")");
            *kind
        }
        // Members are rows of their own, and filters are not asked in SQL.
        Selection::Records(_) | Selection::Filter(..) => {
            query.push(" AND 1 = 0");
            RecordKind::Contact
        }
    }
}

/// A page of the members of a selection that was made one by one.
#[derive(Clone, Debug, Default)]
pub(crate) struct MemberPage {
    /// Whom it holds, there or not.
    pub(crate) references: Vec<RecordRef>,
    /// Where the next page starts; none after the last.
    pub(crate) next: Option<String>,
}

/// The page that starts after `start`.
pub(crate) async fn members(
    connection: &mut Connection,
    tenant: &str,
    selection: &str,
    start: Option<&str>,
    limit: u32,
) -> Result<MemberPage, StoreError> {
    let after: i64 = start.and_then(|it| it.parse().ok()).unwrap_or(-1);
    let found = sqlx::query(
        "SELECT position, kind, id FROM crm_selection_members
         WHERE tenant = $1 AND selection = $2 AND position > $3 ORDER BY position LIMIT $4",
    )
    .bind(tenant)
    .bind(selection)
    .bind(after)
    .bind(i64::from(limit) + 1)
    .fetch_all(&mut *connection)
    .await?;
    let more = found.len() > limit as usize;
    let mut page = MemberPage::default();
    for row in found.iter().take(limit as usize) {
        page.references.extend(rows::reference_of(row)?);
        let position: i64 = row.try_get("position")?;
        page.next = more.then(|| position.to_string());
    }
    Ok(page)
}
