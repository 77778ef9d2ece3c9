//! `order` and `conversion`: what people bought, and what a mailing had to do with it.

use serde_json::Value;

use super::product::{exists, refuse_other_products};
use super::{Answer, ApiError, Call};
use crate::clock::query_time_ms;
use crate::http::Response;
use crate::state::State;
use crate::world::shop::ShopOrder;

/// Answers what lies under `order`.
pub(crate) fn route(state: &mut State, call: &Call<'_>, rest: &[&str]) -> Option<Answer> {
    let operation = match (call.method, rest) {
        ("POST", []) => add,
        ("PUT", [_]) => put,
        ("DELETE", [_]) => delete,
        _ => return None,
    };
    Some(match refuse_other_products(state) {
        Ok(()) => operation(state, call, rest.first().copied().unwrap_or_default()),
        Err(refused) => Err(refused),
    })
}

fn known(state: &State, external_id: &str) -> Result<usize, ApiError> {
    let index = state
        .world
        .orders
        .iter()
        .position(|it| it.external_id == external_id);
    index.ok_or_else(|| ApiError::of(404, "ORDER_NOTFOUND", "order not found"))
}

fn add(state: &mut State, call: &Call<'_>, _: &str) -> Answer {
    let body = call.json()?;
    let order = checked(state, &body)?;
    match known(state, &order.external_id) {
        Ok(index) if body.get("update") == Some(&Value::Bool(true)) => {
            state.world.orders[index] = order;
        }
        Ok(_) => {
            return Err(ApiError::of(
                400,
                "ID_NOTUNIQUE",
                "externalOrderId must be unique",
            ));
        }
        Err(_) => state.world.orders.push(order),
    }
    Ok(Response::empty(204))
}

fn put(state: &mut State, call: &Call<'_>, external_id: &str) -> Answer {
    let index = known(state, external_id)?;
    state.world.orders[index] = checked(state, &call.json()?)?;
    Ok(Response::empty(204))
}

fn delete(state: &mut State, _: &Call<'_>, external_id: &str) -> Answer {
    let index = known(state, external_id)?;
    state.world.orders.remove(index);
    Ok(Response::empty(204))
}

fn checked(state: &State, body: &Value) -> Result<ShopOrder, ApiError> {
    let order = body.get("order").filter(|it| it.is_object());
    let order = order.ok_or_else(|| ApiError::params("order is empty"))?;
    let external_id = super::text(order, "externalId")?;
    let contact = super::text(order, "externalContactId")?;
    let no_contact = || ApiError::of(400, "CONTACT_NOT_FOUND", "contact not found");
    let contact = state
        .world
        .contacts
        .with_external_id(&contact)
        .ok_or_else(no_contact)?
        .id;
    is_time(order, "date")?;
    cents(order.get("value")).ok_or_else(|| ApiError::params("illegal order value"))?;
    let products = super::texts(order, "externalProductIds")?;
    if products.is_empty() {
        return Err(ApiError::params("product list is empty"));
    }
    refuse_unknown_products(state, &products)?;
    Ok(ShopOrder {
        external_id,
        contact,
        fields: order.clone(),
    })
}

fn refuse_unknown_products(state: &State, products: &[String]) -> Result<(), ApiError> {
    let all_known = products.iter().all(|it| exists(state, it));
    all_known
        .then_some(())
        .ok_or_else(|| ApiError::of(400, "PRODUCT_NOTFOUND", "product not found"))
}

fn is_time(body: &Value, name: &str) -> Result<i64, ApiError> {
    let time = query_time_ms(&super::text(body, name)?, 0);
    time.ok_or_else(|| ApiError::params(&format!("illegal {name}")))
}

fn cents(value: Option<&Value>) -> Option<i64> {
    let value = value?;
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// Answers `conversion`; `mailplusId` is mailing, contact and link with dots between them, which
/// is invented: the real form is not public.
pub(crate) fn convert(state: &mut State, call: &Call<'_>) -> Answer {
    refuse_other_products(state)?;
    let body = call.json()?;
    let mailplus_id = super::text(&body, "mailplusId")?;
    let parts: Vec<&str> = mailplus_id.split('.').collect();
    let [mailing, contact, link] = parts.as_slice() else {
        return Err(ApiError::params("mailplusId has the wrong format"));
    };
    let not_found = |what: &str| ApiError::params(&format!("{what} not found"));
    let message = state
        .world
        .mailing(mailing)
        .and_then(|it| it.message.as_ref());
    let message = message.ok_or_else(|| not_found("activity"))?;
    let known_link = message.links.iter().any(|it| it.id.to_string() == *link);
    known_link.then_some(()).ok_or_else(|| not_found("link"))?;
    let contact = state
        .world
        .contacts
        .with_encrypted_id(contact)
        .ok_or_else(|| not_found("contact"))?;
    let (contact, at_ms) = (contact.id, is_time(&body, "interactionDate")?);
    refuse_unknown_products(state, &super::texts(&body, "products")?)?;
    let kind = super::text(&body, "type")?;
    let illegal_value = || ApiError::params("illegal conversion value");
    let value = body.get("value").filter(|it| !it.is_null());
    let value = value
        .map(|it| cents(Some(it)).ok_or_else(illegal_value))
        .transpose()?;
    let mut sends = state.world.sends.iter_mut().rev();
    let send = sends.find(|it| it.mailing == *mailing && it.contact == contact);
    let send = send.ok_or_else(|| not_found("activity"))?;
    match kind.trim() {
        "CREATE_SHOPPINGCART" => send.cart_ms = Some(at_ms),
        "CONVERT_SHOPPINGCART" => send.purchase = Some((at_ms, value.unwrap_or(0))),
        _ => return Err(ApiError::params("illegal interaction type")),
    }
    Ok(Response::empty(204))
}
