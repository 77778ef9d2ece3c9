//! The shop: carts and orders of contacts (AU-26, AU-30). A change of status is what
//! starts and stops automations.

use askama::Template;
use axum::{
    extract::{Query, rejection::QueryRejection},
    response::Response,
};
use serde::Deserialize;

use super::{
    form::{Fields, Posted},
    frame::Frame,
    links::{encoded, tail},
    trouble::{Trouble, shown},
    visit::Visit,
    words::{fill, words},
};
use crate::{
    contract::{Purchase, RecordKind, RecordRef},
    crm::shop::Sort,
};

/// So many carts and so many orders are on a page.
const SHOWN: u32 = 100;

words! {
    struct ShopWords {
        title: "Winkel", "Shop";
        hint: "Een winkelwagen of bestelling krijgt een status; is daar een automation aan gekoppeld, dan begint of stopt die.",
            "A cart or order gets a status; where an automation is bound to it, that starts or stops.";
        to_bindings: "Koppelingen bekijken", "See the bindings";
        carts: "Winkelwagens", "Carts";
        orders: "Bestellingen", "Orders";
        no_carts: "Er zijn nog geen winkelwagens.", "There are no carts yet.";
        no_orders: "Er zijn nog geen bestellingen.", "There are no orders yet.";
        id: "Nummer", "Id";
        whose: "Van", "Of";
        products: "Producten", "Products";
        products_hint: "nummers, meer dan één met een puntkomma ertussen", "ids, several with a semicolon between";
        link: "Link terug (https)", "Link back (https)";
        change: "Status wijzigen", "Change the status";
        new: "Nieuwe winkelwagen of bestelling", "New cart or order";
        what: "Wat", "What";
        cart: "winkelwagen", "cart";
        order: "bestelling", "order";
        contact: "Nummer van het contact", "Id of the contact";
        status_hint: "zoals abandoned of completed", "such as abandoned or completed";
        make: "Opslaan", "Save";
        incomplete: "Vul nummer, contact en status in.", "Fill in the id, the contact and the status.";
        e_contact: "Er is geen contact {}.", "There is no contact {}.";
        e_link: "Een link begint met https://.", "A link starts with https://.";
    }
}

#[derive(Template)]
#[template(path = "shop.html")]
struct Shop<'a> {
    frame: &'a Frame,
    w: &'static ShopWords,
    problem: Option<String>,
    sorts: Vec<Part>,
    typed: Typed,
}

/// The carts, or the orders.
struct Part {
    title: &'static str,
    sort: &'static str,
    rows: Vec<Row>,
    /// Whether this is not the first page of them.
    later: bool,
    next: Option<String>,
}

/// After which cart and after which order the page starts.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    carts: String,
    #[serde(default)]
    orders: String,
}

struct Row {
    id: String,
    record: String,
    link: String,
    name: String,
    status: String,
    products: String,
    back: String,
}

/// What stands in the form of a new one.
#[derive(Default)]
struct Typed {
    order: bool,
    id: String,
    record: String,
    status: String,
    products: String,
    link: String,
}

impl Typed {
    fn of(fields: &Fields) -> Self {
        let text = |name: &str| fields.get(name).to_owned();
        Self {
            order: fields.get("sort") == "order",
            id: text("id"),
            record: text("record"),
            status: text("status"),
            products: text("products"),
            link: text("link"),
        }
    }
}

pub(crate) async fn show(visit: Visit, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let asked = asked.map(|Query(it)| it).unwrap_or_default();
    visit.show(gather(&visit, None, Typed::default(), &asked).await)
}

async fn gather<'a>(
    visit: &'a Visit,
    problem: Option<String>,
    typed: Typed,
    asked: &Asked,
) -> Result<Shop<'a>, Trouble> {
    let w = ShopWords::of(visit.language());
    Ok(Shop {
        frame: &visit.frame,
        problem,
        sorts: vec![
            part(visit, Sort::Cart, &asked.carts).await?,
            part(visit, Sort::Order, &asked.orders).await?,
        ],
        typed,
        w,
    })
}

async fn part(visit: &Visit, sort: Sort, after: &str) -> Result<Part, Trouble> {
    let (crm, w) = (visit.host.crm(), ShopWords::of(visit.language()));
    let mut purchases = crm.purchases_after(sort, after, SHOWN + 1).await?;
    let more = purchases.len() > SHOWN as usize;
    purchases.truncate(SHOWN as usize);
    let (title, code, asked) = match sort {
        Sort::Cart => (w.carts, "cart", "carts"),
        Sort::Order => (w.orders, "order", "orders"),
    };
    let last = purchases.last().filter(|_| more);
    let next = last.map(|it| format!("/shop?{asked}={}", encoded(&it.id)));
    let targets: Vec<RecordRef> = purchases.iter().map(|it| it.target.clone()).collect();
    let names = crm.names_of(&targets).await?;
    let row = |it: Purchase| Row {
        link: tail(&it.target),
        name: names.of(&it.target),
        record: it.target.id,
        products: it.products.join("; "),
        back: it.link.unwrap_or_default(),
        id: it.id,
        status: it.status,
    };
    Ok(Part {
        title,
        sort: code,
        rows: purchases.into_iter().map(row).collect(),
        later: !after.is_empty(),
        next,
    })
}

/// Saves a cart or an order with its status.
pub(crate) async fn save(posted: Posted) -> Response {
    let Posted { visit, fields } = posted;
    match carry_out(&visit, &fields).await {
        Ok(Ok(said)) => visit.go("/shop", said).await,
        Ok(Err(problem)) => {
            visit.refuse(gather(&visit, Some(problem), Typed::of(&fields), &Asked::default()).await)
        }
        Err(trouble) => shown(&visit.frame, &trouble),
    }
}

async fn carry_out(
    visit: &Visit,
    fields: &Fields,
) -> Result<Result<&'static str, String>, Trouble> {
    let (crm, w) = (visit.host.crm(), ShopWords::of(visit.language()));
    let sort = match fields.get("sort") {
        "cart" => Sort::Cart,
        "order" => Sort::Order,
        _ => return Err(Trouble::NotFound),
    };
    let (id, record, status) = (fields.get("id"), fields.get("record"), fields.get("status"));
    if id.is_empty() || record.is_empty() || status.is_empty() {
        return Ok(Err(w.incomplete.to_owned()));
    }
    let link = Some(fields.get("link")).filter(|it| !it.is_empty());
    if link.is_some_and(|it| !it.starts_with("https://")) {
        return Ok(Err(w.e_link.to_owned()));
    }
    let target = RecordRef {
        kind: RecordKind::Contact,
        id: record.to_owned(),
    };
    if crm.record(&target).await?.is_none() {
        return Ok(Err(fill(w.e_contact, record)));
    }
    let products = fields.get("products").split(';').map(str::trim);
    let purchase = Purchase {
        id: id.to_owned(),
        target,
        products: products
            .filter(|it| !it.is_empty())
            .map(str::to_owned)
            .collect(),
        link: link.map(str::to_owned),
        status: status.to_owned(),
        values: Vec::new(),
    };
    let event = crm.save_purchase(sort, purchase).await?;
    Ok(Ok(if event.is_some() {
        "queued"
    } else {
        "unchanged"
    }))
}
