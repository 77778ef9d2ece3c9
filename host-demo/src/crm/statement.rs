//! A statement that is put together from parts, for either database.

use koppel_embedding::Connection;
use sqlx::{
    Any, Arguments, AssertSqlSafe,
    any::{AnyArguments, AnyRow},
};

use super::error::StoreError;

/// The text so far, and the values of its parameters.
pub(crate) struct Statement {
    text: String,
    values: AnyArguments,
    failed: Option<sqlx::error::BoxDynError>,
}

impl Statement {
    pub(crate) fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            values: AnyArguments::default(),
            failed: None,
        }
    }

    /// Adds text of our own, never a person's.
    pub(crate) fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Adds a parameter with its value.
    pub(crate) fn push_bind<'t, T>(&mut self, value: T) -> &mut Self
    where
        T: sqlx::Encode<'t, Any> + sqlx::Type<Any>,
    {
        if let Err(error) = self.values.add(value) {
            self.failed = Some(error);
        }
        self.text.push('$');
        self.text.push_str(&self.values.len().to_string());
        self
    }

    /// Adds the condition that a column contains a text in small letters.
    pub(crate) fn push_contains(&mut self, column: &str, text: &str) -> &mut Self {
        self.push(column)
            .push(" LIKE ")
            .push_bind(format!("%{}%", escaped(text)))
            .push(" ESCAPE '!'")
    }

    pub(crate) async fn fetch_all(
        self,
        connection: &mut Connection,
    ) -> Result<Vec<AnyRow>, StoreError> {
        if let Some(error) = self.failed {
            return Err(sqlx::Error::Encode(error).into());
        }
        let query = sqlx::query_with(AssertSqlSafe(self.text), self.values);
        Ok(query.fetch_all(connection).await?)
    }

    pub(crate) async fn count(self, connection: &mut Connection) -> Result<i64, StoreError> {
        if let Some(error) = self.failed {
            return Err(sqlx::Error::Encode(error).into());
        }
        let query = sqlx::query_scalar_with(AssertSqlSafe(self.text), self.values);
        Ok(query.fetch_one(connection).await?)
    }
}

/// A text whose wildcards stand for themselves.
fn escaped(text: &str) -> String {
    text.replace('!', "!!")
        .replace('%', "!%")
        .replace('_', "!_")
}
