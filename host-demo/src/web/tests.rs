use axum::{body::Body, http::HeaderMap};
use tower::ServiceExt;

use super::*;
use crate::{
    contract::{RecordKind, RecordRef, SyncStatus},
    crm::Edit,
    host::DemoConfig,
};

/// A host with the component that comes along, and its pages.
struct Site {
    host: DemoHost,
    pages: Router,
    _folder: tempfile::TempDir,
}

impl Site {
    async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config = DemoConfig {
            key: koppel_embedding::secret::KeySource::File,
            component: crate::crm::testing::component(),
            ..DemoConfig::new(folder.path().join("crm.sqlite"))
        };
        let host = DemoHost::open(config).await.expect("a host");
        let pages = router(Pages::open(host.clone()).await.expect("texts"));
        Self {
            host,
            pages,
            _folder: folder,
        }
    }

    async fn get(&self, address: &str) -> (StatusCode, HeaderMap, String) {
        let request = Request::builder().uri(address).body(Body::empty());
        let request = request.expect("a request");
        let response = self.pages.clone().oneshot(request).await.expect("a page");
        let (status, headers) = (response.status(), response.headers().clone());
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await;
        let body = String::from_utf8(body.expect("a body").to_vec()).expect("text");
        (status, headers, body)
    }

    async fn contact(&self, id: &str, last_name: &str) {
        let reference = RecordRef {
            kind: RecordKind::Contact,
            id: id.to_owned(),
        };
        let edit = Edit::new().text("last_name", last_name);
        let saved = self.host.crm().create(&reference, edit).await;
        saved.expect("saved");
    }
}

#[tokio::test]
async fn the_overview_speaks_both_languages() {
    let site = Site::open().await;
    let (status, _, dutch) = site.get("/").await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        dutch.contains("Overzicht") && dutch.contains("niet actief"),
        "{dutch}"
    );
    let (_, _, english) = site.get("/?lang=en").await;
    assert!(
        english.contains("Overview") && english.contains("not active"),
        "{english}"
    );
}

#[tokio::test]
async fn what_a_person_typed_is_shown_and_never_run() {
    let site = Site::open().await;
    site.contact("a/b c", "<script>alert(1)</script>").await;
    let (_, _, list) = site.get("/records?lang=en").await;
    assert!(
        !list.contains("<script") && list.contains("&#60;script"),
        "{list}"
    );
    let link = "/records/contact/a%2Fb%20c?lang=en";
    assert!(list.contains(link), "{list}");
    let (status, _, page) = site.get(link).await;
    assert_eq!(status, StatusCode::OK);
    assert!(!page.contains("<script"), "{page}");
}

#[tokio::test]
async fn every_answer_forbids_scripts() {
    let site = Site::open().await;
    for address in ["/", "/records", "/health", "/style.css", "/nowhere"] {
        let (_, headers, _) = site.get(address).await;
        let policy = headers
            .get(header::CONTENT_SECURITY_POLICY)
            .expect("a policy");
        assert!(
            policy
                .to_str()
                .expect("text")
                .contains("default-src 'none'"),
            "{address}"
        );
    }
}

#[tokio::test]
async fn the_list_goes_on_where_the_page_before_ended() {
    let site = Site::open().await;
    for number in 0..60 {
        site.contact(&format!("p{number:02}"), &format!("Smit{number:02}"))
            .await;
    }
    let (_, _, first) = site.get("/records?lang=en&search=smit").await;
    assert!(first.contains("Smit49") && !first.contains("Smit50"));
    let (before, _) = first.split_once("\">Next page").expect("a next page");
    let (_, link) = before.rsplit_once("href=\"").expect("its address");
    let (_, _, second) = site.get(&link.replace("&amp;", "&")).await;
    assert!(second.contains("Smit50") && second.contains("Smit59") && !second.contains("Smit49"));
    assert!(!second.contains("Next page"));
}

#[tokio::test]
async fn the_list_is_filtered_by_status() {
    let site = Site::open().await;
    site.contact("p1", "Jansen").await;
    let (_, _, page) = site.get("/records?lang=en&status=failed").await;
    assert!(page.contains("Nothing found."), "{page}");
    let crm = site.host.crm();
    let reference = RecordRef {
        kind: RecordKind::Contact,
        id: "p1".to_owned(),
    };
    crm.set_sync_enabled(&reference, false)
        .await
        .expect("saved");
    let code = crate::crm::codes::Code::code(SyncStatus::Disabled);
    let (_, _, page) = site.get(&format!("/records?lang=en&status={code}")).await;
    assert!(
        page.contains("Jansen") && page.contains("Disabled"),
        "{page}"
    );
}

#[tokio::test]
async fn what_does_not_exist_is_said_in_the_language_asked_for() {
    let site = Site::open().await;
    for address in ["/nowhere", "/records/contact/p1", "/records/person/p1"] {
        let (status, _, page) = site.get(&format!("{address}?lang=en")).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{address}");
        assert!(page.contains("This page does not exist."), "{page}");
        let (_, _, page) = site.get(address).await;
        assert!(page.contains("Deze bladzijde bestaat niet."), "{page}");
    }
}

#[tokio::test]
async fn health_counts_the_queue() {
    let site = Site::open().await;
    site.contact("p1", "Jansen").await;
    let (status, _, body) = site.get("/health").await;
    assert_eq!(status, StatusCode::OK);
    let body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(body["queue"]["waiting"], 1);
}

/// YO-07: no page shows the key or the secret.
#[tokio::test]
async fn no_page_shows_key_or_secret() {
    let site = Site::open().await;
    site.host
        .as_user("admin")
        .activate(
            "KEY-0123456789",
            "SECRET-0123456789",
            "http://127.0.0.1:1",
            "default",
        )
        .await
        .expect("saved");
    for address in ["/", "/records", "/health"] {
        let (_, _, page) = site.get(address).await;
        assert!(!page.contains("0123456789"), "{address}");
    }
}

#[test]
fn no_template_holds_a_script_or_a_style_of_its_own() {
    for template in [
        include_str!("../../templates/layout.html"),
        include_str!("../../templates/message.html"),
        include_str!("../../templates/overview.html"),
        include_str!("../../templates/record.html"),
        include_str!("../../templates/records.html"),
    ] {
        for forbidden in ["<script", "style=", "onclick", "|safe", "method=\"post\""] {
            assert!(!template.contains(forbidden), "{forbidden}");
        }
    }
}
