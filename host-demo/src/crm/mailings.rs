//! Mailings that Spotler sent, and their results over time (RE-01..RE-05).

use koppel_embedding::Connection;
use sqlx::Row;

use super::{codes::Code, desk::DemoCrm, error::StoreError, rows};
use crate::contract::{Details, Mailing, MailingChange, Snapshot};

/// A mailing as the CRM keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredMailing {
    /// What the list of mailings tells.
    pub mailing: Mailing,
    /// What does not change any more; none until it was told.
    pub details: Option<Details>,
}

const COLUMNS: &str = "id, name, medium, online_version, sent_at, sent, details";

impl DemoCrm {
    /// The mailings that were sent, newest first (RE-03).
    pub async fn mailings(&self, limit: u32) -> Result<Vec<StoredMailing>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM crm_mailings WHERE tenant = $1 ORDER BY sent_at DESC, id DESC LIMIT $2"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(self.tenant.as_str())
            .bind(i64::from(limit))
            .fetch_all(self.store.readers())
            .await?;
        rows.iter().map(mailing_of_row).collect()
    }

    /// A page of the mailings that were sent, newest first, from after this one.
    pub async fn mailings_after(
        &self,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<StoredMailing>, StoreError> {
        let Some(after) = after else {
            return self.mailings(limit).await;
        };
        let sql = format!(
            "SELECT {COLUMNS} FROM crm_mailings WHERE tenant = $1 AND (sent_at, id) <
                 (SELECT sent_at, id FROM crm_mailings WHERE tenant = $1 AND id = $2)
             ORDER BY sent_at DESC, id DESC LIMIT $3"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(self.tenant.as_str())
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(self.store.readers())
            .await?;
        rows.iter().map(mailing_of_row).collect()
    }

    /// The mailings whose target group has exactly this name, oldest first
    /// (PV-51).
    pub async fn mailings_to(&self, list: &str) -> Result<Vec<StoredMailing>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM crm_mailings WHERE tenant = $1 AND target_group = $2
             ORDER BY sent_at, id"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(self.tenant.as_str())
            .bind(list)
            .fetch_all(self.store.readers())
            .await?;
        rows.iter().map(mailing_of_row).collect()
    }

    /// A mailing that was sent; none where the CRM was told of none.
    pub async fn mailing(&self, id: &str) -> Result<Option<StoredMailing>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM crm_mailings WHERE tenant = $1 AND id = $2");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(self.tenant.as_str())
            .bind(id)
            .fetch_optional(self.store.readers())
            .await?;
        row.as_ref().map(mailing_of_row).transpose()
    }

    /// The results of a mailing over time, oldest first (RE-05).
    pub async fn snapshots(&self, mailing: &str) -> Result<Vec<Snapshot>, StoreError> {
        let rows = sqlx::query(
            "SELECT snapshot FROM crm_mailing_snapshots WHERE tenant = $1 AND mailing = $2
             ORDER BY at",
        )
        .bind(self.tenant.as_str())
        .bind(mailing)
        .fetch_all(self.store.readers())
        .await?;
        let snapshot =
            |row: &sqlx::any::AnyRow| from_json("snapshot", &row.try_get::<String, _>("snapshot")?);
        rows.iter().map(snapshot).collect()
    }
}

fn mailing_of_row(row: &sqlx::any::AnyRow) -> Result<StoredMailing, StoreError> {
    let details: Option<String> = row.try_get("details")?;
    Ok(StoredMailing {
        mailing: Mailing {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            medium: rows::code_of(row, "medium")?,
            online_version: row.try_get("online_version")?,
            sent_at: rows::moment_of(row, "sent_at")?,
            sent: rows::moment_of(row, "sent")?,
        },
        details: details.map(|it| from_json("details", &it)).transpose()?,
    })
}

/// Keeps a mailing, or news of it: what the change leaves open stays.
pub(crate) async fn write(
    connection: &mut Connection,
    tenant: &str,
    change: &MailingChange,
) -> Result<(), StoreError> {
    let MailingChange {
        mailing,
        details,
        snapshot,
    } = change;
    let target_group = details.as_ref().and_then(|it| it.target_group.as_deref());
    let details = details
        .as_ref()
        .map(|it| to_json("details", it))
        .transpose()?;
    sqlx::query(
        "INSERT INTO crm_mailings
             (tenant, id, name, medium, online_version, sent_at, sent, target_group, details)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (tenant, id) DO UPDATE SET name = $3, medium = $4,
             online_version = coalesce($5, crm_mailings.online_version), sent_at = $6, sent = $7,
             target_group = coalesce($8, crm_mailings.target_group),
             details = coalesce($9, crm_mailings.details)",
    )
    .bind(tenant)
    .bind(&mailing.id)
    .bind(&mailing.name)
    .bind(mailing.medium.code())
    .bind(&mailing.online_version)
    .bind(rows::integer(mailing.sent_at))
    .bind(rows::integer(mailing.sent))
    .bind(target_group)
    .bind(details)
    .execute(&mut *connection)
    .await?;
    if let Some(snapshot) = snapshot {
        sqlx::query(
            "INSERT INTO crm_mailing_snapshots (tenant, mailing, at, snapshot)
             VALUES ($1, $2, $3, $4)
             ON CONFLICT (tenant, mailing, at) DO UPDATE SET snapshot = $4",
        )
        .bind(tenant)
        .bind(&mailing.id)
        .bind(rows::integer(snapshot.at))
        .bind(to_json("snapshot", snapshot)?)
        .execute(connection)
        .await?;
    }
    Ok(())
}

fn to_json(column: &'static str, value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Unreadable(column))
}

fn from_json<T: serde::de::DeserializeOwned>(
    column: &'static str,
    text: &str,
) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| StoreError::Unreadable(column))
}
