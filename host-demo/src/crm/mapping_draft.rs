//! A mapping that is being edited: kept apart from the mapping itself, so that
//! cancelling leaves that byte for byte as it was (YO-20).

use koppel_embedding::{Connection, contract::connection::MappingRow};

use super::{desk::DemoCrm, error::StoreError};

impl DemoCrm {
    /// The mapping that is being edited; none while none is open.
    pub(crate) async fn mapping_draft(&self) -> Result<Option<Vec<MappingRow>>, StoreError> {
        let mut connection = self.store.readers().acquire().await?;
        let rows: Option<String> =
            sqlx::query_scalar("SELECT mapping FROM crm_mapping_drafts WHERE tenant = $1")
                .bind(self.tenant.as_str())
                .fetch_optional(&mut *connection)
                .await?;
        let read = |it: String| {
            serde_json::from_str(&it)
                .map_err(|_| StoreError::Unreadable("crm_mapping_drafts.mapping"))
        };
        rows.map(read).transpose()
    }

    /// Keeps a mapping that is being edited.
    pub(crate) async fn keep_mapping_draft(&self, rows: Vec<MappingRow>) -> Result<(), StoreError> {
        let json = serde_json::to_string(&rows)
            .map_err(|_| StoreError::Unreadable("crm_mapping_drafts.mapping"))?;
        self.write(move |connection, tenant| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO crm_mapping_drafts (tenant, mapping) VALUES ($1, $2)
                     ON CONFLICT (tenant) DO UPDATE SET mapping = excluded.mapping",
                )
                .bind(tenant)
                .bind(json)
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// Throws away what is being edited; false where nothing was.
    pub(crate) async fn drop_mapping_draft(&self) -> Result<bool, StoreError> {
        self.write(move |connection, tenant| {
            Box::pin(async move { drop_draft(connection, &tenant).await })
        })
        .await
    }
}

/// Throws away what is being edited; false where nothing was.
pub(crate) async fn drop_draft(
    connection: &mut Connection,
    tenant: &str,
) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM crm_mapping_drafts WHERE tenant = $1")
        .bind(tenant)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() > 0)
}
