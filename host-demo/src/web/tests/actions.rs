//! The Spotler block, the mapping and the queue.

use axum::http::StatusCode;

use super::site::Site;

/// YO-22, YO-23: the Spotler block stands among the data blocks; each user takes
/// it away and adds it again with the wrench.
#[tokio::test]
async fn the_block_is_added_and_taken_away_by_each_user() {
    let site = Site::open().await;
    site.contact("p1", "Jansen").await;
    let (femke, admin) = (site.browser("femke").await, site.browser("admin").await);
    let block = "id=\"block\"";
    assert!(femke.page("/records/contact/p1").await.contains(block));
    femke
        .post("/change/contact/p1", &[("do", "hide-block")])
        .await;
    let page = femke.page("/records/contact/p1").await;
    assert!(!page.contains(block) && page.contains("Add the Spotler block"));
    assert!(admin.page("/records/contact/p1").await.contains(block));
    femke
        .post("/change/contact/p1", &[("do", "show-block")])
        .await;
    assert!(femke.page("/records/contact/p1").await.contains(block));
}

/// What needs the connection says so while there is none.
#[tokio::test]
async fn without_a_connection_the_pages_say_so() {
    let site = Site::open().await;
    site.contact("p1", "Jansen").await;
    let browser = site.browser("admin").await;
    let answer = browser.get("/spotler/contact/p1").await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(
        answer.body.contains("is not active; make it first"),
        "{}",
        answer.body
    );
}

/// A module field of a relation is saved with its event (YO-43, YO-44).
#[tokio::test]
async fn a_module_field_is_saved_with_its_event() {
    let site = Site::open().await;
    let browser = site.browser("femke").await;
    let form = [
        ("name", "Bakker BV"),
        ("field", "Facturen module"),
        ("value", "ja"),
    ];
    let answer = browser.post("/relations/r1", &form).await;
    assert_eq!(answer.location(), "/relations/r1?said=saved");
    assert_eq!(site.waiting().await, 1);
    let page = browser.page("/relations/r1").await;
    assert!(
        page.contains("<dt>Facturen module</dt><dd>yes</dd>"),
        "{page}"
    );
    let form = [
        ("name", "Bakker BV"),
        ("field", "Facturen module"),
        ("value", "soms"),
    ];
    let answer = browser.post("/relations/r1", &form).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(site.waiting().await, 1);
}
