//! Who is logged in to the pages. The browser holds a token, the table its hash.

use koppel_embedding::Connection;
use sha2::{Digest, Sha256};

use super::{desk::DemoCrm, error::StoreError, rows};

/// A session ends so long after the log-in: a working day.
pub const SESSION_MS: u64 = 12 * 60 * 60 * 1000;

/// Somebody who is logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The user's id.
    pub user: String,
    /// The user's name.
    pub name: String,
    /// The rights that the user has now.
    pub rights: Vec<String>,
}

impl Session {
    /// Whether the user has a right.
    pub fn has(&self, right: &str) -> bool {
        self.rights.iter().any(|it| it == right)
    }
}

impl DemoCrm {
    /// Logs a user in and answers the token that the browser shows from now on.
    /// Sessions that have ended are forgotten.
    pub async fn open_session(&self, user: &str) -> Result<String, StoreError> {
        let token = format!(
            "{}{}",
            uuid::Uuid::new_v4().simple(),
            uuid::Uuid::new_v4().simple()
        );
        let (hash, user, now) = (hash_of(&token), user.to_owned(), self.now());
        self.write(move |connection, tenant| {
            Box::pin(async move {
                sqlx::query("DELETE FROM crm_sessions WHERE tenant = $1 AND ends_at <= $2")
                    .bind(&tenant)
                    .bind(rows::integer(now))
                    .execute(&mut *connection)
                    .await?;
                sqlx::query(
                    "INSERT INTO crm_sessions (tenant, token_hash, user_id, ends_at)
                     VALUES ($1, $2, $3, $4)",
                )
                .bind(tenant)
                .bind(hash)
                .bind(user)
                .bind(rows::integer(now + SESSION_MS))
                .execute(connection)
                .await?;
                Ok::<_, StoreError>(())
            })
        })
        .await?;
        Ok(token)
    }

    /// Who shows this token; none where it was never given or has ended.
    pub async fn session(&self, token: &str) -> Result<Option<Session>, StoreError> {
        let mut connection = self.store.readers().acquire().await?;
        find(&mut connection, self.tenant.as_str(), token, self.now()).await
    }

    /// Logs out.
    pub async fn close_session(&self, token: &str) -> Result<(), StoreError> {
        let hash = hash_of(token);
        self.write(move |connection, tenant| {
            Box::pin(async move {
                sqlx::query("DELETE FROM crm_sessions WHERE tenant = $1 AND token_hash = $2")
                    .bind(tenant)
                    .bind(hash)
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }
}

async fn find(
    connection: &mut Connection,
    tenant: &str,
    token: &str,
    now: u64,
) -> Result<Option<Session>, StoreError> {
    let found: Option<(String, String)> = sqlx::query_as(
        "SELECT u.id, u.name FROM crm_sessions AS s
         JOIN crm_users AS u ON u.tenant = s.tenant AND u.id = s.user_id
         WHERE s.tenant = $1 AND s.token_hash = $2 AND s.ends_at > $3",
    )
    .bind(tenant)
    .bind(hash_of(token))
    .bind(rows::integer(now))
    .fetch_optional(&mut *connection)
    .await?;
    let Some((user, name)) = found else {
        return Ok(None);
    };
    let rights = sqlx::query_scalar(
        "SELECT right_name FROM crm_rights WHERE tenant = $1 AND user_id = $2 ORDER BY right_name",
    )
    .bind(tenant)
    .bind(&user)
    .fetch_all(connection)
    .await?;
    Ok(Some(Session { user, name, rights }))
}

fn hash_of(token: &str) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(token.as_bytes()) {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::crm::testing::TestCrm;

    #[tokio::test]
    async fn a_token_is_good_until_its_user_logs_out() {
        let it = TestCrm::open().await;
        let saved = it.crm.set_user("sanne", "Sanne", &["spotler"]).await;
        saved.expect("saved");
        let token = it.crm.open_session("sanne").await.expect("logged in");
        let session = it.crm.session(&token).await.expect("read").expect("known");
        assert_eq!(session.name, "Sanne");
        assert!(session.has("spotler") && !session.has("reports"));
        assert_eq!(it.crm.session("another").await.expect("read"), None);
        it.crm.close_session(&token).await.expect("logged out");
        assert_eq!(it.crm.session(&token).await.expect("read"), None);
    }

    #[tokio::test]
    async fn a_new_password_ends_the_sessions_of_its_user() {
        let it = TestCrm::open().await;
        it.crm.set_user("sanne", "Sanne", &[]).await.expect("saved");
        let token = it.crm.open_session("sanne").await.expect("logged in");
        it.crm.new_password("sanne").await.expect("set");
        assert_eq!(it.crm.session(&token).await.expect("read"), None);
    }

    #[tokio::test]
    async fn the_file_holds_no_token() {
        let it = TestCrm::open().await;
        it.crm.set_user("sanne", "Sanne", &[]).await.expect("saved");
        let token = it.crm.open_session("sanne").await.expect("logged in");
        let stored: String = sqlx::query_scalar("SELECT token_hash FROM crm_sessions")
            .fetch_one(it.crm.store().readers())
            .await
            .expect("there");
        assert_ne!(stored, token);
        assert_eq!(stored.len(), 64);
    }
}
