//! The timeline of a record: what Spotler sent, and what the person did.

use koppel_embedding::Connection;
use sqlx::Row;

use super::{codes::Code, desk::DemoCrm, error::StoreError, log, rows};
use crate::contract::{Activity, NamedValue, RecordRef};

impl DemoCrm {
    /// Notes an activity in a timeline, as a user does after a call; one with its
    /// key is replaced.
    pub async fn note_activity(&self, activity: Activity) -> Result<(), StoreError> {
        self.write(move |connection, tenant| {
            Box::pin(async move { write(connection, &tenant, &activity).await })
        })
        .await
    }

    /// The timeline of a record, newest first.
    pub async fn timeline(
        &self,
        reference: &RecordRef,
        limit: u32,
    ) -> Result<Vec<Activity>, StoreError> {
        let rows = sqlx::query(
            "SELECT key, kind, id, activity_kind, at, title, facts FROM crm_activities
             WHERE tenant = $1 AND kind = $2 AND id = $3 ORDER BY at DESC, key LIMIT $4",
        )
        .bind(self.tenant.as_str())
        .bind(reference.kind.code())
        .bind(&reference.id)
        .bind(i64::from(limit))
        .fetch_all(self.store.readers())
        .await?;
        rows.iter().map(activity_of_row).collect()
    }
}

fn activity_of_row(row: &sqlx::any::AnyRow) -> Result<Activity, StoreError> {
    Ok(Activity {
        key: row.try_get("key")?,
        target: RecordRef {
            kind: rows::code_of(row, "kind")?,
            id: row.try_get("id")?,
        },
        kind: rows::code_of(row, "activity_kind")?,
        at: rows::moment_of(row, "at")?,
        title: row.try_get("title")?,
        facts: log::facts_of(row, "facts")?,
    })
}

/// Writes an activity, or updates the one with its key: the earlier moment
/// stays, and a fact that is not told again.
pub(crate) async fn write(
    connection: &mut Connection,
    tenant: &str,
    activity: &Activity,
) -> Result<(), StoreError> {
    let before = sqlx::query("SELECT at, facts FROM crm_activities WHERE tenant = $1 AND key = $2")
        .bind(tenant)
        .bind(&activity.key)
        .fetch_optional(&mut *connection)
        .await?;
    let (mut at, mut facts) = (activity.at, activity.facts.clone());
    if let Some(row) = before {
        at = at.min(rows::moment_of(&row, "at")?);
        facts = merged(log::facts_of(&row, "facts")?, &activity.facts);
    }
    sqlx::query(
        "INSERT INTO crm_activities (tenant, key, kind, id, activity_kind, at, title, facts)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (tenant, key) DO UPDATE SET kind = $3, id = $4, activity_kind = $5, at = $6,
             title = $7, facts = $8",
    )
    .bind(tenant)
    .bind(&activity.key)
    .bind(activity.target.kind.code())
    .bind(&activity.target.id)
    .bind(activity.kind.code())
    .bind(rows::integer(at))
    .bind(&activity.title)
    .bind(log::facts_to_json(&facts)?)
    .execute(connection)
    .await?;
    Ok(())
}

/// All facts of both; of two with one name the later one.
fn merged(mut facts: Vec<NamedValue>, later: &[NamedValue]) -> Vec<NamedValue> {
    for fact in later {
        match facts.iter_mut().find(|it| it.name == fact.name) {
            Some(known) => known.value.clone_from(&fact.value),
            None => facts.push(fact.clone()),
        }
    }
    facts
}
