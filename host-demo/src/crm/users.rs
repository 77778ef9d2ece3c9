//! Users and their rights (PV-02).

use koppel_embedding::Connection;

use super::{desk::DemoCrm, error::StoreError};

/// The right to make the connection (PV-02).
pub const SPOTLER_RIGHT: &str = "spotler";

/// A user with the rights that they have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The id, with which they log in.
    pub id: String,
    /// The name.
    pub name: String,
    /// The rights.
    pub rights: Vec<String>,
}

impl User {
    /// Whether the user has a right.
    pub fn has(&self, right: &str) -> bool {
        self.rights.iter().any(|it| it == right)
    }
}

impl DemoCrm {
    /// All users with their rights, by id.
    pub async fn users(&self) -> Result<Vec<User>, StoreError> {
        let mut connection = self.store.readers().acquire().await?;
        let rows: Vec<(String, String, Option<String>)> = sqlx::query_as(
            "SELECT u.id, u.name, r.right_name FROM crm_users AS u
             LEFT JOIN crm_rights AS r ON r.tenant = u.tenant AND r.user_id = u.id
             WHERE u.tenant = $1 ORDER BY u.id, r.right_name",
        )
        .bind(self.tenant.as_str())
        .fetch_all(&mut *connection)
        .await?;
        let mut users: Vec<User> = Vec::new();
        for (id, name, right) in rows {
            match users.last_mut().filter(|it| it.id == id) {
                Some(user) => user.rights.extend(right),
                None => users.push(User {
                    id,
                    name,
                    rights: right.into_iter().collect(),
                }),
            }
        }
        Ok(users)
    }

    /// Adds a user with these rights; those that they had before end.
    pub async fn set_user(&self, id: &str, name: &str, rights: &[&str]) -> Result<(), StoreError> {
        let (id, name) = (id.to_owned(), name.to_owned());
        let rights: Vec<String> = rights.iter().map(|&it| it.to_owned()).collect();
        self.write(move |connection, tenant| {
            Box::pin(async move { write(connection, &tenant, &id, &name, &rights).await })
        })
        .await
    }
}

impl DemoCrm {
    /// Whether anybody uses this CRM yet.
    pub async fn has_users(&self) -> Result<bool, StoreError> {
        let users: i64 = sqlx::query_scalar("SELECT count(*) FROM crm_users WHERE tenant = $1")
            .bind(self.tenant.as_str())
            .fetch_one(self.store.readers())
            .await?;
        Ok(users > 0)
    }

    /// The name of a user; none where there is no such user.
    pub async fn user_name(&self, id: &str) -> Result<Option<String>, StoreError> {
        Ok(
            sqlx::query_scalar("SELECT name FROM crm_users WHERE tenant = $1 AND id = $2")
                .bind(self.tenant.as_str())
                .bind(id)
                .fetch_optional(self.store.readers())
                .await?,
        )
    }

    /// All users, by id.
    pub async fn user_ids(&self) -> Result<Vec<String>, StoreError> {
        Ok(
            sqlx::query_scalar("SELECT id FROM crm_users WHERE tenant = $1 ORDER BY id")
                .bind(self.tenant.as_str())
                .fetch_all(self.store.readers())
                .await?,
        )
    }
}

async fn write(
    connection: &mut Connection,
    tenant: &str,
    id: &str,
    name: &str,
    rights: &[String],
) -> Result<(), StoreError> {
    let statement = "INSERT INTO crm_users (tenant, id, name) VALUES ($1, $2, $3)
         ON CONFLICT (tenant, id) DO UPDATE SET name = excluded.name";
    sqlx::query(statement)
        .bind(tenant)
        .bind(id)
        .bind(name)
        .execute(&mut *connection)
        .await?;
    sqlx::query("DELETE FROM crm_rights WHERE tenant = $1 AND user_id = $2")
        .bind(tenant)
        .bind(id)
        .execute(&mut *connection)
        .await?;
    for right in rights {
        sqlx::query("INSERT INTO crm_rights (tenant, user_id, right_name) VALUES ($1, $2, $3)")
            .bind(tenant)
            .bind(id)
            .bind(right)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Whether a user has a right.
pub(crate) async fn has_right(
    connection: &mut Connection,
    tenant: &str,
    user: &str,
    right: &str,
) -> Result<bool, StoreError> {
    let found: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM crm_rights WHERE tenant = $1 AND user_id = $2 AND right_name = $3",
    )
    .bind(tenant)
    .bind(user)
    .bind(right)
    .fetch_one(connection)
    .await?;
    Ok(found > 0)
}
