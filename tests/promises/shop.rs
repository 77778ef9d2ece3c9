//! Carts and orders of a webshop.

use host_demo::contract::{Occasion, Standing};
use host_demo::crm::shop::Sort;
use koppel_tests::journeys::{mail, named, purchase};
use koppel_tests::{World, anna};
use serde_json::json;
use spotler_sim::{Fault, JourneyDraft};

const DAY_S: u64 = 86_400;

/// Anna is in Spotler, the shop has synced its products.
async fn shop() -> World {
    let world = World::start().await;
    world.save("1", anna()).await;
    world.opt_in("1", 1).await;
    world.run().await;
    world.sync_products(&["p-1", "p-2"]);
    world
}

async fn save(world: &World, sort: Sort, purchase: host_demo::contract::Purchase) -> String {
    let crm = world.host.crm();
    crm.save_purchase(sort, purchase).await.expect("saved");
    world.run().await;
    world
        .last_reason_of(match sort {
            Sort::Cart => "on-cart-changed",
            Sort::Order => "on-order-changed",
        })
        .await
}

/// AU-26, AU-27, AU-28, AU-29
#[tokio::test]
async fn an_abandoned_cart_starts_its_journey_with_products_link_and_voucher() {
    let world = shop().await;
    let text = "[automationfield:productlist] [automationfield:linktocart] [automationfield:voucher] [automationfield:image]";
    let draft = JourneyDraft::automation("Verlaten winkelwagen").then(0, mail("Vergeten?", text));
    let journey = world.sim.ui_make_journey(draft).expect("a journey");
    world.bind(Occasion::Cart, "abandoned", &journey).await;
    let mut cart = purchase("c-1", "Abandoned");
    cart.link = Some("https://shop.example/cart/c-1".to_owned());
    cart.values = vec![
        named("voucher", "LENTE"),
        named("image", "https://shop.example/p-1.png"),
    ];
    assert_eq!(save(&world, Sort::Cart, cart).await, "journey-started");
    let body = world.last_body("POST /automation/trigger/*");
    assert_eq!(
        body["automationFields"],
        json!([
            { "name": "productlist", "type": "PRODUCTLIST", "values": ["p-1", "p-2"] },
            { "name": "linktocart", "type": "URL", "values": ["https://shop.example/cart/c-1"] },
            { "name": "voucher", "type": "STRING", "values": ["LENTE"] },
            { "name": "image", "type": "STRING", "values": ["https://shop.example/p-1.png"] },
        ])
    );
    let expected = "p-1,p-2 https://shop.example/cart/c-1 LENTE https://shop.example/p-1.png";
    assert_eq!(world.sim.sends()[0].body, expected);
}

/// AU-29, C14
#[tokio::test]
async fn a_link_that_is_not_absolute_https_is_refused_before_any_request() {
    let world = shop().await;
    let journey = world.journey(JourneyDraft::campaign("Verlaten winkelwagen"));
    world.bind(Occasion::Cart, "abandoned", &journey).await;
    let mut cart = purchase("c-1", "abandoned");
    cart.link = Some("http://shop.example/cart".to_owned());
    assert_eq!(
        save(&world, Sort::Cart, cart.clone()).await,
        "message-field-refused"
    );
    assert_eq!(world.sim.request_count(), 0);
    cart.id = "c-2".to_owned();
    cart.link = Some("https://shop.example/cart".to_owned());
    assert_eq!(save(&world, Sort::Cart, cart).await, "journey-started");
    assert_eq!(
        world.last_body("POST /campaign/trigger/*")["campaignFields"],
        json!([
            { "name": "productlist", "type": "PRODUCTLIST", "values": ["p-1", "p-2"] },
            { "name": "linktocart", "type": "URL", "value": "https://shop.example/cart" },
        ])
    );
}

/// AU-30, AU-32
#[tokio::test]
async fn a_completed_order_asks_for_a_review_of_what_was_bought_after_spotlers_fourteen_days() {
    let world = shop().await;
    let fourteen = 14 * i64::try_from(DAY_S).expect("a number");
    let ask = mail("Wat vindt u ervan?", "[automationfield:productlist]");
    let draft = JourneyDraft::automation("Product review").then(fourteen, ask);
    let journey = world.sim.ui_make_journey(draft).expect("a journey");
    world.bind(Occasion::Order, "Completed", &journey).await;
    assert_eq!(
        save(&world, Sort::Order, purchase("o-1", "paid")).await,
        "not-bound"
    );
    assert_eq!(
        save(&world, Sort::Order, purchase("o-1", "completed")).await,
        "journey-started"
    );
    world.advance_s(14 * DAY_S - 1);
    assert_eq!(world.sim.sends().len(), 0, "the delay is Spotler's");
    world.advance_s(1);
    assert_eq!(world.sim.sends()[0].body, "p-1,p-2");
}

/// AU-30
#[tokio::test]
async fn each_order_starts_its_journey_once_whatever_its_status_does_later() {
    let world = shop().await;
    let journey = world.journey(JourneyDraft::automation("Product review"));
    world.bind(Occasion::Order, "completed", &journey).await;
    for status in ["completed", "refunded", "completed"] {
        save(&world, Sort::Order, purchase("o-1", status)).await;
    }
    assert_eq!(
        world.last_reason_of("on-order-changed").await,
        "already-started"
    );
    save(&world, Sort::Order, purchase("o-2", "completed")).await;
    save(&world, Sort::Order, purchase("o-1", "COMPLETED")).await;
    assert_eq!(world.sim.participations().len(), 2, "one for each order");
}

/// AU-04
#[tokio::test]
async fn what_is_not_bound_does_nothing_and_costs_no_request() {
    let world = shop().await;
    let journey = world.journey(JourneyDraft::automation("Product review"));
    world.bind(Occasion::Order, "completed", &journey).await;
    assert_eq!(
        save(&world, Sort::Cart, purchase("x", "completed")).await,
        "not-bound"
    );
    assert_eq!(
        save(&world, Sort::Order, purchase("x", "shipped")).await,
        "not-bound"
    );
    world.host.crm().unbind("completed").await.expect("unbound");
    world.run().await;
    assert_eq!(
        save(&world, Sort::Order, purchase("y", "completed")).await,
        "not-bound"
    );
    assert_eq!(world.sim.request_count(), 0);
    assert!(world.sim.participations().is_empty());
}

/// AU-32, C18
#[tokio::test]
async fn a_product_that_spotler_does_not_know_is_told_and_can_be_tried_again() {
    let world = shop().await;
    let journey = world.journey(JourneyDraft::automation("Product review"));
    world.bind(Occasion::Order, "completed", &journey).await;
    let mut order = purchase("o-1", "completed");
    order.products.push("p-3".to_owned());
    assert_eq!(save(&world, Sort::Order, order).await, "product-unknown");
    world.sync_products(&["p-3"]);
    let rejected = world.rejections().await;
    world
        .host
        .crm()
        .retry(&rejected[0].key)
        .await
        .expect("retried");
    world.run_to_the_end().await;
    assert_eq!(
        world.last_reason_of("on-order-changed").await,
        "journey-started"
    );
    assert_eq!(world.sim.participations().len(), 1);
}

/// C18, AU-30
#[tokio::test]
async fn an_order_whose_answer_is_lost_is_not_started_again_by_the_next_order() {
    let world = shop().await;
    let journey = world.journey(JourneyDraft::automation("Product review"));
    world.bind(Occasion::Order, "completed", &journey).await;
    world
        .sim
        .faults()
        .next_on("POST /automation/trigger/*", 1, Fault::ResetAfterWork);
    assert_eq!(
        save(&world, Sort::Order, purchase("o-1", "completed")).await,
        "start-unsure"
    );
    assert_eq!(
        save(&world, Sort::Order, purchase("o-2", "completed")).await,
        "journey-started"
    );
    assert_eq!(world.sim.participations().len(), 2);
    assert_eq!(
        world.rejections().await.len(),
        1,
        "the first waits for a person"
    );
    assert_eq!(world.standing("1", &journey).await, Standing::Started);
}
