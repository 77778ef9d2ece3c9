//! What a user chose for the pages.

use super::{desk::DemoCrm, error::StoreError};

impl DemoCrm {
    /// What the user at the desk chose; none where nothing was chosen.
    pub async fn preference(&self, name: &str) -> Result<Option<String>, StoreError> {
        let user = self.user.as_deref().unwrap_or_default();
        Ok(sqlx::query_scalar(
            "SELECT value FROM crm_preferences WHERE tenant = $1 AND user_id = $2 AND name = $3",
        )
        .bind(self.tenant.as_str())
        .bind(user)
        .bind(name)
        .fetch_optional(self.store.readers())
        .await?)
    }

    /// Keeps what the user at the desk chose.
    pub async fn set_preference(&self, name: &str, value: &str) -> Result<(), StoreError> {
        let user = self.user.clone().unwrap_or_default();
        let (name, value) = (name.to_owned(), value.to_owned());
        self.write(move |connection, tenant| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO crm_preferences (tenant, user_id, name, value)
                     VALUES ($1, $2, $3, $4)
                     ON CONFLICT (tenant, user_id, name) DO UPDATE SET value = excluded.value",
                )
                .bind(tenant)
                .bind(user)
                .bind(name)
                .bind(value)
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use crate::crm::testing::TestCrm;

    #[tokio::test]
    async fn each_user_has_choices_of_their_own() {
        let it = TestCrm::open().await;
        let (sanne, femke) = (it.crm.as_user("sanne"), it.crm.as_user("femke"));
        sanne.set_preference("block", "hidden").await.expect("kept");
        sanne.set_preference("block", "shown").await.expect("kept");
        let chosen = sanne.preference("block").await.expect("read");
        assert_eq!(chosen.as_deref(), Some("shown"));
        assert_eq!(femke.preference("block").await.expect("read"), None);
    }
}
