//! Messages to users (PV-20): one for each key, kept for whoever sends them.

use koppel_embedding::Connection;
use sqlx::Row;

use super::{desk::DemoCrm, error::StoreError, log, rows};
use crate::contract::{NamedValue, Notification};

/// A message that was sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Its key.
    pub key: String,
    /// Who gets it; none: the administrators.
    pub user: Option<String>,
    /// Its code.
    pub code: String,
    /// Facts for the text.
    pub about: Vec<NamedValue>,
    /// When it was sent.
    pub at: u64,
}

impl DemoCrm {
    /// All messages, in the order in which they were sent.
    pub async fn messages(&self) -> Result<Vec<Message>, StoreError> {
        let rows = sqlx::query(
            "SELECT key, user_id, code, about, at FROM crm_outbox WHERE tenant = $1 ORDER BY at, key",
        )
        .bind(self.tenant.as_str())
        .fetch_all(self.store.readers())
        .await?;
        let message = |row: &sqlx::any::AnyRow| {
            Ok(Message {
                key: row.try_get("key")?,
                user: row.try_get("user_id")?,
                code: row.try_get("code")?,
                about: log::facts_of(row, "about")?,
                at: rows::moment_of(row, "at")?,
            })
        };
        rows.iter().map(message).collect()
    }
}

/// Sends a message, unless one with this key was sent before.
pub(crate) async fn send_once(
    connection: &mut Connection,
    tenant: &str,
    at: u64,
    message: &Notification,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO crm_outbox (tenant, key, user_id, code, about, at)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, key) DO NOTHING",
    )
    .bind(tenant)
    .bind(&message.key)
    .bind(&message.user)
    .bind(&message.code)
    .bind(log::facts_to_json(&message.about)?)
    .bind(rows::integer(at))
    .execute(connection)
    .await?;
    Ok(())
}
