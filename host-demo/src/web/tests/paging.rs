//! Pages of what there may be very much of.

use super::site::Site;
use crate::{
    contract::{Purchase, RecordKind, RecordRef},
    crm::{sales::Stage, shop::Sort},
};

/// One more than a page holds.
const MORE: usize = 101;

fn number(at: usize) -> String {
    format!("N-{at:03}")
}

/// Whether a page has a row of this number; its own address may name one as well.
fn shows(page: &str, at: usize) -> bool {
    page.contains(&format!(">{}</", number(at)))
}

/// The address of the next page.
fn next(page: &str, text: &str) -> Option<String> {
    let link = page
        .split("<a ")
        .find(|it| it.contains(&format!(">{text}</a>")))?;
    let address = link.split("href=\"").nth(1)?.split('"').next()?;
    Some(address.to_owned())
}

#[tokio::test]
async fn every_sale_is_on_some_page_and_every_stage_on_each() {
    let site = Site::open().await;
    for at in 1..=MORE {
        let stage = if at == MORE { "Gewonnen" } else { "Offerte" };
        let stage = Stage {
            scheme: "Nieuwe klanten".to_owned(),
            name: stage.to_owned(),
        };
        let moved = site.host.crm().move_sale(&number(at), None, stage).await;
        moved.expect("saved");
    }
    let browser = site.browser("femke").await;
    let first = browser.page("/sales").await;
    assert!(shows(&first, 1) && shows(&first, 100));
    assert!(!shows(&first, MORE));
    assert!(first.contains("<h3>Gewonnen</h3>"), "a stage to move to");
    let second = browser
        .page(&next(&first, "Next page").expect("a next page"))
        .await;
    assert!(shows(&second, MORE) && !shows(&second, 100));
    assert_eq!(next(&second, "Next page"), None);
    assert_eq!(next(&second, "First page").as_deref(), Some("/sales"));
}

#[tokio::test]
async fn every_cart_and_every_order_is_on_some_page() {
    let site = Site::open().await;
    site.contact("p1", "Jansen").await;
    for at in 1..=MORE {
        let purchase = Purchase {
            id: number(at),
            target: RecordRef {
                kind: RecordKind::Contact,
                id: "p1".to_owned(),
            },
            products: Vec::new(),
            link: None,
            status: "paid".to_owned(),
            values: Vec::new(),
        };
        let saved = site.host.crm().save_purchase(Sort::Order, purchase).await;
        saved.expect("saved");
    }
    let browser = site.browser("femke").await;
    let first = browser.page("/shop").await;
    assert!(shows(&first, 100) && !shows(&first, MORE));
    let address = next(&first, "Next page").expect("a next page");
    assert!(address.starts_with("/shop?orders="), "{address}");
    let second = browser.page(&address).await;
    assert!(shows(&second, MORE) && !shows(&second, 100));
    assert_eq!(next(&second, "Next page"), None);
}
