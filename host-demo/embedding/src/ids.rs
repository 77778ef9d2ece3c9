//! The names of tenants and events, and what a moment is.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Milliseconds since 1970-01-01T00:00:00Z, UTC, as everywhere in the contract.
pub type Timestamp = u64;

/// One installation of the connector: settings, keys, events and history of two
/// tenants never meet.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TenantId(String);

/// The text is not the name of a tenant.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a tenant is named by 1 to 64 of a-z, 0-9, `-` and `_`")]
pub struct BadTenantId;

impl TenantId {
    /// Names a tenant with 1 to 64 of `a-z`, `0-9`, `-` and `_`.
    ///
    /// # Errors
    /// [`BadTenantId`] for any other text.
    pub fn new(name: impl Into<String>) -> Result<Self, BadTenantId> {
        let name = name.into();
        let fits = (1..=64).contains(&name.len())
            && name
                .bytes()
                .all(|it| matches!(it, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'));
        if fits {
            Ok(Self(name))
        } else {
            Err(BadTenantId)
        }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for TenantId {
    type Error = BadTenantId;

    fn try_from(name: String) -> Result<Self, BadTenantId> {
        Self::new(name)
    }
}

impl From<TenantId> for String {
    fn from(tenant: TenantId) -> Self {
        tenant.0
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Names an event: the same for every attempt and every step of it.
///
/// A save that is taken together with one that waits shares its key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EventKey(String);

impl EventKey {
    /// A key that no event has had before.
    #[must_use]
    pub fn fresh() -> Self {
        Self(uuid::Uuid::new_v4().to_string())
    }

    /// The key that a row or a page carries.
    #[must_use]
    pub fn from_stored(key: impl Into<String>) -> Self {
        Self(key.into())
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EventKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_has_a_plain_name() {
        assert!(TenantId::new("acme-1").is_ok());
        for bad in ["", "Acme", "a/b", "é", &"a".repeat(65)] {
            assert_eq!(TenantId::new(bad), Err(BadTenantId), "{bad:?}");
        }
    }
}
