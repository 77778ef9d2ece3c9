//! How campaigns and marketing lists stand, for their own pages (PV-38, DA-53).

use koppel_embedding::Connection;

use super::{codes::Code, desk::DemoCrm, error::StoreError, log, rows};
use crate::contract::SubjectChange;

impl DemoCrm {
    /// How a campaign or a marketing list stands; none if it never did.
    pub async fn subject(
        &self,
        subject: &str,
        id: &str,
    ) -> Result<Option<SubjectChange>, StoreError> {
        let row = sqlx::query(
            "SELECT status, facts FROM crm_subjects WHERE tenant = $1 AND subject = $2 AND id = $3",
        )
        .bind(self.tenant.as_str())
        .bind(subject)
        .bind(id)
        .fetch_optional(self.store.readers())
        .await?;
        let stands = |row: &sqlx::any::AnyRow| {
            Ok(SubjectChange {
                subject: subject.to_owned(),
                id: id.to_owned(),
                status: rows::code_of(row, "status")?,
                facts: log::facts_of(row, "facts")?,
            })
        };
        row.as_ref().map(stands).transpose()
    }
}

/// Writes how a campaign or a marketing list stands. Facts that it has already
/// are replaced by name, the others stay.
pub(crate) async fn write(
    connection: &mut Connection,
    tenant: &str,
    change: &SubjectChange,
) -> Result<(), StoreError> {
    let row = sqlx::query(
        "SELECT facts FROM crm_subjects WHERE tenant = $1 AND subject = $2 AND id = $3",
    )
    .bind(tenant)
    .bind(&change.subject)
    .bind(&change.id)
    .fetch_optional(&mut *connection)
    .await?;
    let mut facts = match &row {
        Some(row) => log::facts_of(row, "facts")?,
        None => Vec::new(),
    };
    facts.retain(|it| change.facts.iter().all(|new| new.name != it.name));
    facts.extend(change.facts.iter().cloned());
    sqlx::query(
        "INSERT INTO crm_subjects (tenant, subject, id, status, facts)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (tenant, subject, id) DO UPDATE SET
             status = excluded.status, facts = excluded.facts",
    )
    .bind(tenant)
    .bind(&change.subject)
    .bind(&change.id)
    .bind(change.status.code())
    .bind(log::facts_to_json(&facts)?)
    .execute(connection)
    .await?;
    Ok(())
}
