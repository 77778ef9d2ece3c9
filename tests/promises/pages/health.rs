//! How well the connector does, on a page.

use koppel_tests::pages::text_of;
use koppel_tests::{World, anna, person};

/// DA-29: how long an opt-out takes until Spotler has confirmed it, how long
/// the oldest event waits, and what the work cost in requests.
#[tokio::test]
async fn health_tells_how_fast_opt_outs_arrive_and_what_waits() {
    let world = World::start().await;
    world.save("1", anna()).await;
    world.save("2", person("Bo", "bo@voorbeeld.nl")).await;
    for id in ["1", "2"] {
        world.opt_in(id, 1).await;
    }
    world.run().await;
    world.advance_s(60);
    let crm = world.host.crm();
    for (id, seconds) in [("1", 2), ("2", 9)] {
        let record = koppel_tests::contact(id);
        crm.set_mail(&record, false).await.expect("saved");
        world.advance_s(seconds);
        world.run().await;
    }
    world.save("1", anna().text("city", "Utrecht")).await;
    world.advance_s(40);
    let browser = world.browser("admin").await;
    let text = text_of(&browser.page("/health").await);
    for told in [
        "half of them within 2.0 s 95 of 100 within 9.0 s of 2 opt-outs in seven days",
        "1 event in the queue The oldest has waited 40 s.",
        "1 event needed no request",
        "PUT /contact",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
    let metrics = browser.page("/metrics").await;
    assert!(metrics.contains("opt_out"), "{metrics}");
    let queue = text_of(&browser.page("/queue").await);
    assert!(queue.contains("Anna de Boer Contact saved"), "{queue}");
    assert!(!queue.contains("on-contact-saved"), "{queue}");
}
