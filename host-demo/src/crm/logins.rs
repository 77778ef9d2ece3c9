//! Passwords of the pages. They are kept as Argon2id hashes; checking one takes
//! the same time whether the user exists or not.

use std::sync::OnceLock;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};

use super::{desk::DemoCrm, error::StoreError};

/// A password has at least so many characters.
pub const SHORTEST_PASSWORD: usize = 10;
/// A longer one is refused, so that nobody makes the server hash a book.
pub const LONGEST_PASSWORD: usize = 200;

/// A password that was not set.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too short or too long.
    #[error(
        "a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters; choose another one"
    )]
    Length,
    /// There is no such user.
    #[error("there is no user `{0}`; add one with `user set`")]
    UnknownUser(String),
    /// The hash could not be made.
    #[error("the password could not be hashed")]
    Hash,
    /// The storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for PasswordError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl DemoCrm {
    /// Sets a user's password and ends all sessions that the user has.
    pub async fn set_password(&self, user: &str, password: &str) -> Result<(), PasswordError> {
        let length = password.chars().count();
        if !(SHORTEST_PASSWORD..=LONGEST_PASSWORD).contains(&length) {
            return Err(PasswordError::Length);
        }
        if self.user_name(user).await?.is_none() {
            return Err(PasswordError::UnknownUser(user.to_owned()));
        }
        let hash = hashed(password.to_owned()).await?;
        let user = user.to_owned();
        self.write(move |connection, tenant| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO crm_logins (tenant, user_id, password_hash) VALUES ($1, $2, $3)
                     ON CONFLICT (tenant, user_id) DO UPDATE SET password_hash = excluded.password_hash",
                )
                .bind(&tenant)
                .bind(&user)
                .bind(hash)
                .execute(&mut *connection)
                .await?;
                sqlx::query("DELETE FROM crm_sessions WHERE tenant = $1 AND user_id = $2")
                    .bind(&tenant)
                    .bind(&user)
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }

    /// Whether this is the user's password. False for a user who is not there or
    /// has none, after the same work.
    pub async fn check_password(&self, user: &str, password: &str) -> Result<bool, StoreError> {
        let stored: Option<String> = sqlx::query_scalar(
            "SELECT password_hash FROM crm_logins WHERE tenant = $1 AND user_id = $2",
        )
        .bind(self.tenant.as_str())
        .bind(user)
        .fetch_optional(self.store.readers())
        .await?;
        let known = stored.is_some();
        let password = password.to_owned();
        let fits = tokio::task::spawn_blocking(move || {
            let hash = stored.or_else(|| nobodys_hash().map(str::to_owned));
            hash.is_some_and(|it| verified(&password, &it))
        });
        Ok(fits.await.unwrap_or(false) && known)
    }

    /// Whether anybody can log in yet.
    pub async fn has_logins(&self) -> Result<bool, StoreError> {
        let logins: i64 = sqlx::query_scalar("SELECT count(*) FROM crm_logins WHERE tenant = $1")
            .bind(self.tenant.as_str())
            .fetch_one(self.store.readers())
            .await?;
        Ok(logins > 0)
    }

    /// Gives a user a password that nobody knew before, and answers it.
    pub async fn new_password(&self, user: &str) -> Result<String, PasswordError> {
        let password = readable(uuid::Uuid::new_v4());
        self.set_password(user, &password).await?;
        Ok(password)
    }
}

/// Twenty letters and digits in groups of five: about 97 random bits, to be
/// typed from a screen.
fn readable(random: uuid::Uuid) -> String {
    const LETTERS: &[u8; 29] = b"abcdefghjkmnpqrstuvwxyz346789";
    // A version 4 UUID holds 122 random bits in this form too.
    let mut rest = random.as_u128();
    let mut password = String::with_capacity(23);
    for place in 0..20 {
        if place > 0 && place % 5 == 0 {
            password.push('-');
        }
        let letter = usize::try_from(rest % 29).unwrap_or_default();
        password.push(char::from(LETTERS[letter]));
        rest /= 29;
    }
    password
}

async fn hashed(password: String) -> Result<String, PasswordError> {
    let hash = tokio::task::spawn_blocking(move || {
        let hash = Argon2::default().hash_password(password.as_bytes());
        hash.map(|it| it.to_string())
    });
    hash.await
        .map_err(|_| PasswordError::Hash)?
        .map_err(|_| PasswordError::Hash)
}

fn verified(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|it| {
        Argon2::default()
            .verify_password(password.as_bytes(), &it)
            .is_ok()
    })
}

/// What the password of a user who is not there is compared with.
fn nobodys_hash() -> Option<&'static str> {
    static HASH: OnceLock<Option<String>> = OnceLock::new();
    let hash = HASH.get_or_init(|| {
        let hash = Argon2::default().hash_password(b"nobody has this password");
        hash.ok().map(|it| it.to_string())
    });
    hash.as_deref()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crm::testing::TestCrm;

    #[tokio::test]
    async fn only_the_right_password_of_a_known_user_fits() {
        let it = TestCrm::open().await;
        it.crm.set_user("sanne", "Sanne", &[]).await.expect("saved");
        let set = it.crm.set_password("sanne", "a long enough one").await;
        set.expect("set");
        for (user, password, fits) in [
            ("sanne", "a long enough one", true),
            ("sanne", "a long enough one ", false),
            ("femke", "a long enough one", false),
            ("femke", "nobody has this password", false),
        ] {
            let checked = it.crm.check_password(user, password).await.expect("read");
            assert_eq!(checked, fits, "{user}");
        }
    }

    #[tokio::test]
    async fn a_password_is_not_in_the_file_in_clear_text() {
        let it = TestCrm::open().await;
        it.crm.set_user("sanne", "Sanne", &[]).await.expect("saved");
        let password = it.crm.new_password("sanne").await.expect("set");
        let hash: String = sqlx::query_scalar("SELECT password_hash FROM crm_logins")
            .fetch_one(it.crm.store().readers())
            .await
            .expect("there");
        assert!(
            hash.starts_with("$argon2id$") && !hash.contains(&password),
            "{hash}"
        );
        assert!(
            it.crm
                .check_password("sanne", &password)
                .await
                .expect("read")
        );
    }

    #[tokio::test]
    async fn a_short_password_and_an_unknown_user_are_refused() {
        let it = TestCrm::open().await;
        it.crm.set_user("sanne", "Sanne", &[]).await.expect("saved");
        let short = it.crm.set_password("sanne", "short").await;
        assert!(matches!(short, Err(PasswordError::Length)));
        let unknown = it.crm.set_password("femke", "a long enough one").await;
        assert!(matches!(unknown, Err(PasswordError::UnknownUser(_))));
        assert!(!it.crm.has_logins().await.expect("read"));
    }

    #[test]
    fn a_new_password_can_be_typed() {
        let password = readable(uuid::Uuid::new_v4());
        assert_eq!(password.len(), 23);
        assert_eq!(password.matches('-').count(), 3);
    }
}
