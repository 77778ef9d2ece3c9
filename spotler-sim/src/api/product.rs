//! `product`: what a webshop sells.

use serde_json::{Map, Value, json};

use super::{Answer, ApiError, Call, paging, view};
use crate::http::Response;
use crate::state::State;
use crate::switches::Product;
use crate::world::shop::ShopProduct;

const CUSTOM_PROPERTIES: [&str; 2] = ["season", "supplier"];
const MAX_CUSTOM_CHARS: usize = 255;

/// Answers what lies under `product`.
pub(crate) fn route(state: &mut State, call: &Call<'_>, rest: &[&str]) -> Option<Answer> {
    let operation = match (call.method, rest) {
        ("POST", []) => add,
        ("GET", ["search"]) => search,
        ("GET", ["custom-properties", "list"]) => custom_properties,
        ("GET", [_]) => get,
        ("PUT", [_]) => put,
        ("DELETE", [_]) => delete,
        _ => return None,
    };
    Some(match refuse_other_products(state) {
        Ok(()) => operation(state, call, rest.first().copied().unwrap_or_default()),
        Err(refused) => Err(refused),
    })
}

/// Refuses an account that is not for webshops.
pub(super) fn refuse_other_products(state: &State) -> Result<(), ApiError> {
    let is_shop = state.switches.account.product == Product::ECommerce;
    is_shop
        .then_some(())
        .ok_or_else(|| ApiError::of(403, "NOT_AUTHORIZED", "not in this product"))
}

/// Whether there is such a product.
pub(super) fn exists(state: &State, external_id: &str) -> bool {
    find(state, external_id).is_some()
}

fn find<'a>(state: &'a State, external_id: &str) -> Option<&'a ShopProduct> {
    state
        .world
        .products
        .iter()
        .find(|it| it.external_id == external_id && !it.deleted)
}

fn known<'a>(state: &'a State, external_id: &str) -> Result<&'a ShopProduct, ApiError> {
    let message = format!("product not found with externalProductId: {external_id}");
    find(state, external_id).ok_or_else(|| ApiError::of(404, "PRODUCT_NOTFOUND", &message))
}

fn add(state: &mut State, call: &Call<'_>, _: &str) -> Answer {
    let body = call.json()?;
    let fields = checked(&body)?;
    let external_id = super::text(&Value::Object(fields.clone()), "externalId")?;
    let updates = body.get("update") == Some(&Value::Bool(true));
    if exists(state, &external_id) {
        if !updates {
            return Err(ApiError::of(
                400,
                "ID_NOTUNIQUE",
                "externalProductId must be unique",
            ));
        }
        return change(state, call, (&external_id, fields));
    }
    state.world.products.push(ShopProduct {
        external_id,
        created_ms: call.stamp.at_ms,
        changed_ms: call.stamp.at_ms,
        deleted: false,
        fields: Value::Object(fields),
    });
    Ok(Response::empty(204))
}

fn put(state: &mut State, call: &Call<'_>, external_id: &str) -> Answer {
    let body = call.json()?;
    known(state, external_id)?;
    let fields = checked(&body)?;
    change(state, call, (external_id, fields))
}

fn change(state: &mut State, call: &Call<'_>, to: (&str, Map<String, Value>)) -> Answer {
    let (external_id, fields) = to;
    let mut products = state.world.products.iter_mut();
    if let Some(product) = products.find(|it| it.external_id == external_id && !it.deleted) {
        product.fields = Value::Object(fields);
        product.changed_ms = call.stamp.at_ms;
    }
    Ok(Response::empty(204))
}

fn checked(body: &Value) -> Result<Map<String, Value>, ApiError> {
    let product = body.get("product").and_then(Value::as_object);
    let product = product.ok_or_else(|| ApiError::params("product cannot be null"))?;
    for name in [
        "externalId",
        "name",
        "link",
        "price",
        "imageUrl",
        "imageLargeUrl",
    ] {
        let value = product
            .get(name)
            .filter(|it| !it.is_null() && it.as_str() != Some(""));
        value.ok_or_else(|| ApiError::params(&format!("{name} cannot be null or empty")))?;
    }
    for (name, value) in product
        .get("customProperties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let fits = value
            .as_str()
            .is_some_and(|it| it.chars().count() <= MAX_CUSTOM_CHARS);
        if !fits || !CUSTOM_PROPERTIES.contains(&name.as_str()) {
            return Err(ApiError::of(
                400,
                "INVALID_PROPERTY",
                "invalid custom property",
            ));
        }
    }
    Ok(product.clone())
}

fn shown(state: &State, product: &ShopProduct) -> Value {
    let mut view = product.fields.clone();
    view["price"] = match &view["price"] {
        Value::Number(cents) => Value::from(cents.to_string()),
        other @ (Value::String(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Array(_)
        | Value::Object(_)) => other.clone(),
    };
    view["creationDate"] = view::date(state, product.created_ms);
    view["changeDate"] = view::date(state, product.changed_ms);
    view["deleted"] = Value::from(product.deleted);
    view
}

fn get(state: &mut State, _: &Call<'_>, external_id: &str) -> Answer {
    let product = known(state, external_id)?;
    Ok(Response::json(200, &shown(state, product)))
}

fn delete(state: &mut State, _: &Call<'_>, external_id: &str) -> Answer {
    known(state, external_id)?;
    let mut products = state.world.products.iter_mut();
    if let Some(product) = products.find(|it| it.external_id == external_id && !it.deleted) {
        product.deleted = true;
    }
    Ok(Response::empty(204))
}

fn search(state: &mut State, call: &Call<'_>, _: &str) -> Answer {
    let page = paging::page(state, call)?;
    let query = call.query.get("MPSearchQuery").unwrap_or_default();
    let (name, wanted) = query
        .split_once('=')
        .ok_or_else(|| ApiError::params("invalid MPSearchQuery"))?;
    let has = |it: &&ShopProduct| {
        !it.deleted && it.fields.get(name).and_then(Value::as_str) == Some(wanted)
    };
    let found = state.world.products.iter().filter(has);
    let (rows, _) = page.cut(found.map(|it| shown(state, it)).collect());
    Ok(Response::json(200, &Value::from(rows)))
}

fn custom_properties(_: &mut State, _: &Call<'_>, _: &str) -> Answer {
    let rows = CUSTOM_PROPERTIES.map(|it| json!({"name": it}));
    Ok(Response::json(200, &Value::from(rows.to_vec())))
}
