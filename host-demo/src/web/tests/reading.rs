//! Pages that are only read.

use axum::http::{StatusCode, header};

use super::site::Site;
use crate::contract::SyncStatus;

#[tokio::test]
async fn the_overview_speaks_both_languages() {
    let site = Site::open().await;
    let mut browser = site.browser("admin").await;
    assert!(browser.page("/").await.contains("not active"));
    browser.language = "nl-NL";
    let dutch = browser.page("/").await;
    assert!(dutch.contains("Overzicht") && dutch.contains("niet actief"));
}

#[tokio::test]
async fn the_language_that_was_chosen_is_kept() {
    let site = Site::open().await;
    let mut browser = site.browser("admin").await;
    let answer = browser.get("/records?lang=nl").await;
    let cookie = answer.headers[header::SET_COOKIE]
        .to_str()
        .expect("text")
        .to_owned();
    browser.cookie = format!(
        "{}; {}",
        browser.cookie,
        cookie.split(';').next().expect("a pair")
    );
    assert!(browser.page("/").await.contains("Overzicht"));
    assert!(browser.page("/?lang=en").await.contains("Overview"));
}

#[tokio::test]
async fn what_a_person_typed_is_shown_and_never_run() {
    let site = Site::open().await;
    let hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    site.contact("a/b c", hostile).await;
    let browser = site.browser("admin").await;
    let list = browser.page("/records").await;
    assert!(
        !list.contains("<script>") && !list.contains("<img src=x"),
        "{list}"
    );
    assert!(list.contains("&#60;script"), "{list}");
    assert!(
        list.contains("href=\"/records/contact/a%2Fb%20c\""),
        "{list}"
    );
    for page in ["records", "edit", "marketing"] {
        let page = browser.page(&format!("/{page}/contact/a%2Fb%20c")).await;
        assert!(
            !page.contains("<script>") && !page.contains("<img src=x"),
            "{page}"
        );
    }
    let search = browser
        .page("/records?search=%3Cscript%3E%22&after=%3Cscript%3E")
        .await;
    assert!(!search.contains("<script>"), "{search}");
}

#[tokio::test]
async fn the_list_goes_on_where_the_page_before_ended() {
    let site = Site::open().await;
    for number in 0..60 {
        site.contact(&format!("p{number:02}"), &format!("Smit{number:02}"))
            .await;
    }
    let browser = site.browser("femke").await;
    let first = browser.page("/records?search=smit").await;
    assert!(first.contains("Smit49") && !first.contains("Smit50"));
    let (before, _) = first.split_once("\">Next page").expect("a next page");
    let (_, link) = before.rsplit_once("href=\"").expect("its address");
    let second = browser.page(&link.replace("&#38;", "&")).await;
    assert!(second.contains("Smit50") && second.contains("Smit59") && !second.contains("Smit49"));
    assert!(!second.contains("Next page"));
}

#[tokio::test]
async fn the_list_is_filtered_by_status_and_reason() {
    let site = Site::open().await;
    let reference = site.contact("p1", "Jansen").await;
    site.contact("p2", "Pietersen").await;
    let browser = site.browser("admin").await;
    assert!(
        browser
            .page("/records?status=failed")
            .await
            .contains("Nothing found.")
    );
    let crm = site.host.crm();
    crm.set_sync_enabled(&reference, false)
        .await
        .expect("saved");
    let code = crate::crm::codes::Code::code(SyncStatus::Disabled);
    let page = browser
        .page(&format!("/records?status={code}&reason=disabled"))
        .await;
    assert!(
        page.contains("Jansen") && !page.contains("Pietersen"),
        "{page}"
    );
    assert!(
        page.contains("<option value=\"disabled\" selected>"),
        "{page}"
    );
}

#[tokio::test]
async fn what_does_not_exist_is_said_in_the_language_asked_for() {
    let site = Site::open().await;
    let mut browser = site.browser("admin").await;
    for address in [
        "/nowhere",
        "/records/contact/p1",
        "/records/person/p1",
        "/edit/contact/p1",
    ] {
        browser.language = "en";
        let answer = browser.get(address).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{address}");
        assert!(
            answer.body.contains("This page does not exist."),
            "{address}"
        );
        browser.language = "nl";
        assert!(
            browser
                .get(address)
                .await
                .body
                .contains("Deze bladzijde bestaat niet.")
        );
    }
}

#[tokio::test]
async fn programs_read_health_and_metrics_without_a_log_in() {
    let site = Site::open().await;
    site.contact("p1", "Jansen").await;
    let stranger = site.stranger();
    let alive: serde_json::Value =
        serde_json::from_str(&stranger.page("/healthz").await).expect("JSON");
    assert_eq!(alive["queue"]["waiting"], 1);
    let metrics = stranger.page("/metrics").await;
    assert!(
        metrics.contains("koppel_queue_events{state=\"waiting\"} 1"),
        "{metrics}"
    );
    assert!(
        !metrics.contains("Jansen") && !metrics.contains("p1"),
        "{metrics}"
    );
}

/// YO-07: no page shows the key or the secret, nor sends either back into a form.
#[tokio::test]
async fn no_page_shows_key_or_secret() {
    let site = Site::open().await;
    let browser = site.browser("admin").await;
    let form = [
        ("key", "KEY-0123456789"),
        ("secret", "SECRET-0123456789"),
        ("address", "http://127.0.0.1:1"),
        ("profile", "default"),
        ("active", "on"),
    ];
    let answer = browser.post("/connect", &form).await;
    assert_eq!(answer.location(), "/connect?said=queued");
    let view = site
        .host
        .crm()
        .settings()
        .await
        .expect("read")
        .expect("there");
    assert!(view.active && view.secret_present);
    for address in [
        "/", "/connect", "/health", "/queue", "/log", "/metrics", "/healthz",
    ] {
        assert!(
            !browser.page(address).await.contains("0123456789"),
            "{address}"
        );
    }
    let kept = [("address", "http://127.0.0.1:2"), ("active", "on")];
    assert_eq!(
        browser.post("/connect", &kept).await.status,
        StatusCode::SEE_OTHER
    );
    let view = site
        .host
        .crm()
        .settings()
        .await
        .expect("read")
        .expect("there");
    assert!(
        view.secret_present && view.key.starts_with("KEY-"),
        "an empty field keeps what is there"
    );
}

/// DA-39: open bounce tasks stand on a dashboard, counted by owner.
#[tokio::test]
async fn bounces_are_counted_by_owner() {
    let site = Site::open().await;
    let reference = site.contact("p1", "Jansen").await;
    let task = |key: &str, owner: Option<&str>| crate::contract::Task {
        key: key.to_owned(),
        code: "task-bounce".to_owned(),
        owner: owner.map(str::to_owned),
        target: Some(reference.clone()),
        about: vec![crate::contract::NamedValue {
            name: "bounce".to_owned(),
            value: "hard".to_owned(),
        }],
        due: None,
    };
    for task in [
        task("a", Some("femke")),
        task("b", Some("femke")),
        task("c", None),
    ] {
        let crm = site.host.crm();
        crm.write(move |connection, tenant| {
            Box::pin(async move { crate::crm::tasks::ensure(connection, &tenant, 1, &task).await })
        })
        .await
        .expect("made");
    }
    let browser = site.browser("femke").await;
    let page = browser.page("/tasks").await;
    let (_, counted) = page
        .split_once("<a href=\"/tasks?owner=femke\">femke</a></td><td ")
        .expect("a row of hers");
    let (_, number) = counted.split_once('>').expect("a cell");
    assert!(number.starts_with("2</td>"), "{page}");
    assert!(page.contains("bounces (hard)"), "{page}");
    let answer = browser.post("/tasks", &[("key", "a")]).await;
    assert_eq!(answer.location(), "/tasks?said=done");
    assert_eq!(site.host.crm().tasks(true).await.expect("read").len(), 2);
}

/// A CRM in which nothing has happened says on each page what is not there, instead
/// of showing an empty table or the outcome of a search that nobody made.
#[tokio::test]
async fn a_new_crm_says_on_every_page_what_is_not_there() {
    let site = Site::open().await;
    let browser = site.browser("admin").await;
    let home = browser.page("/").await;
    let menu = home.split("<nav").nth(1).unwrap_or_default();
    let menu = menu.split("</nav>").next().unwrap_or_default();
    let addresses: Vec<&str> = menu
        .split("href=\"")
        .skip(1)
        .filter_map(|it| it.split('"').next())
        .collect();
    assert!(addresses.len() > 20, "{addresses:?}");
    for address in addresses.into_iter().chain(["/backups", "/bulk"]) {
        let page = browser.get(address).await.body;
        assert!(!page.contains("Nothing found."), "{address}: {page}");
        for rows in page.split("<tbody>").skip(1) {
            assert!(rows.trim_start().starts_with("<tr"), "{address}: {page}");
        }
    }
    let searched = browser.page("/records?search=jansen").await;
    assert!(searched.contains("Nothing found."), "{searched}");
}
