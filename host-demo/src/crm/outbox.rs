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
        rows.iter().map(message_of_row).collect()
    }

    /// A page of the messages to a user, newest first, from after one of them; with
    /// those to the administrators where the user is one.
    pub async fn messages_to(
        &self,
        user: &str,
        is_administrator: bool,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Message>, StoreError> {
        let rows = sqlx::query(
            "SELECT key, user_id, code, about, at FROM crm_outbox
             WHERE tenant = $1 AND (user_id = $2 OR ($3 = 1 AND user_id IS NULL))
                 AND ($4 = '' OR (at, key) <
                     (SELECT at, key FROM crm_outbox WHERE tenant = $1 AND key = $4))
             ORDER BY at DESC, key DESC LIMIT $5",
        )
        .bind(self.tenant.as_str())
        .bind(user)
        .bind(i64::from(is_administrator))
        .bind(after.unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(self.store.readers())
        .await?;
        rows.iter().map(message_of_row).collect()
    }
}

fn message_of_row(row: &sqlx::any::AnyRow) -> Result<Message, StoreError> {
    Ok(Message {
        key: row.try_get("key")?,
        user: row.try_get("user_id")?,
        code: row.try_get("code")?,
        about: log::facts_of(row, "about")?,
        at: rows::moment_of(row, "at")?,
    })
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
