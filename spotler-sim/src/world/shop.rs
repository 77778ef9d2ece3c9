//! What a webshop sends: products and orders.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A product, as it was sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShopProduct {
    /// The id that the webshop gave.
    pub external_id: String,
    /// When it was made.
    pub created_ms: i64,
    /// When it last changed.
    pub changed_ms: i64,
    /// Whether it was deleted; a deleted one is not found.
    pub deleted: bool,
    /// All that was sent of it.
    pub fields: Value,
}

/// An order, as it was sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShopOrder {
    /// The id that the webshop gave.
    pub external_id: String,
    /// Number of the contact.
    pub contact: u64,
    /// All that was sent of it.
    pub fields: Value,
}
