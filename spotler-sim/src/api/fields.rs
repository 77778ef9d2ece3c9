//! Fields that come with a trigger.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::ApiError;
use crate::state::State;
use crate::switches::Product;

/// Reads the fields of a trigger as text by name; a product list becomes ids with commas.
pub(super) fn read(
    state: &State,
    body: &Value,
    key: &str,
) -> Result<BTreeMap<String, String>, ApiError> {
    let mut fields = BTreeMap::new();
    let mut names = BTreeSet::new();
    for field in body
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let name = super::text(field, "name")?;
        if name.contains(char::is_whitespace) || !names.insert(name.clone()) {
            return Err(ApiError::params(
                "a field name holds a space or occurs twice",
            ));
        }
        fields.insert(name, value(state, field)?);
    }
    Ok(fields)
}

fn value(state: &State, field: &Value) -> Result<String, ApiError> {
    let kind = field
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or("STRING");
    let single = field.get("value").and_then(Value::as_str);
    match kind {
        "STRING" | "URL" => {
            let values = super::texts(field, "values")?;
            match (single, values.as_slice()) {
                (Some(value), []) => Ok(value.to_owned()),
                (None, [value]) => Ok(value.clone()),
                _ => Err(ApiError::params("a field must have one value")),
            }
        }
        "PRODUCTLIST" => {
            let products = super::texts(field, "values")?;
            let known = |id: &String| {
                state
                    .world
                    .products
                    .iter()
                    .any(|it| it.external_id == *id && !it.deleted)
            };
            if state.switches.account.product == Product::ECommerce && !products.iter().all(known) {
                return Err(ApiError::of(400, "PRODUCT_NOTFOUND", "product not found"));
            }
            Ok(products.join(","))
        }
        _ => Err(ApiError::params("a field has an unknown type")),
    }
}
