//! Who may see and send what.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};

use super::site::{PASSWORD, Site};

/// PV-02: without a log-in no page is shown; after it one is where one wanted to be.
#[tokio::test]
async fn who_is_not_logged_in_is_sent_to_log_in_and_back() {
    let site = Site::open().await;
    let stranger = site.stranger();
    for address in [
        "/",
        "/records?search=a",
        "/connect",
        "/mapping",
        "/health",
        "/nowhere",
    ] {
        let answer = stranger.get(address).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{address}");
        assert!(
            answer.location().starts_with("/login?next=%2F"),
            "{address}"
        );
    }
    let form = [
        ("user", "admin"),
        ("password", PASSWORD),
        ("next", "/records?search=a"),
    ];
    let answer = stranger.post_as_it_is("/login", &form).await;
    assert_eq!(answer.location(), "/records?search=a");
    let cookie = answer.headers[header::SET_COOKIE].to_str().expect("text");
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    let mut browser = site.stranger();
    cookie
        .split(';')
        .next()
        .expect("a pair")
        .clone_into(&mut browser.cookie);
    assert!(browser.page("/").await.contains("Admin"));
    let answer = browser.post("/logout", &[]).await;
    assert_eq!(answer.location(), "/login");
    assert_eq!(browser.get("/").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_session_ends_after_a_working_day() {
    let site = Site::open().await;
    let browser = site.browser("admin").await;
    site.clock.advance(Duration::from_secs(12 * 3600 - 1));
    browser.page("/").await;
    site.clock.advance(Duration::from_secs(1));
    assert_eq!(browser.get("/").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn wrong_passwords_are_slowed_down() {
    let site = Site::open().await;
    let stranger = site.stranger();
    let wrong = [("user", "admin"), ("password", "something else")];
    for _ in 0..5 {
        let answer = stranger.post_as_it_is("/login", &wrong).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(!answer.body.contains("something else"));
    }
    let right = [("user", "admin"), ("password", PASSWORD)];
    let answer = stranger.post_as_it_is("/login", &right).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    site.clock.advance(Duration::from_secs(60));
    let answer = stranger.post_as_it_is("/login", &right).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

/// PV-02: who lacks the right sees the connection, cannot change it, and nothing
/// is queued.
#[tokio::test]
async fn without_the_right_nobody_makes_the_connection_on_the_page() {
    let site = Site::open().await;
    let femke = site.browser("femke").await;
    let page = femke.page("/connect").await;
    assert!(page.contains("<fieldset disabled>"), "{page}");
    let form = [("key", "k"), ("secret", "s"), ("active", "on")];
    let answer = femke.post("/connect", &form).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(
        femke.post("/mapping", &[("kind", "contact")]).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(site.waiting().await, 0);
    assert!(site.host.crm().settings().await.expect("read").is_none());
}

#[tokio::test]
async fn a_form_without_the_secret_of_the_session_does_nothing() {
    let site = Site::open().await;
    site.contact("p1", "Jansen").await;
    let (browser, other) = (site.browser("admin").await, site.browser("admin").await);
    let page = other.page("/").await;
    let foreign = page
        .split("form_secret\" value=\"")
        .nth(1)
        .expect("a secret");
    let foreign = foreign.split('"').next().expect("a secret");
    let before = site.waiting().await;
    for secret in ["", "0", foreign] {
        let form = [("form_secret", secret), ("do", "delete")];
        let answer = browser.post_as_it_is("/change/contact/p1", &form).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(site.waiting().await, before);
}

#[tokio::test]
async fn a_form_of_another_site_is_refused() {
    let site = Site::open().await;
    let request = Request::builder()
        .method("POST")
        .uri("/login")
        .header(header::HOST, "127.0.0.1:8080")
        .header(header::ORIGIN, "https://elsewhere.example")
        .body(Body::empty());
    let answer = site.send(request.expect("a request")).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_form_that_is_too_large_is_refused() {
    let site = Site::open().await;
    let browser = site.browser("admin").await;
    let large = "x".repeat(300 * 1024);
    let answer = browser
        .post("/new/contact", &[("field.note", &large)])
        .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn every_answer_allows_nothing_inline() {
    let site = Site::open().await;
    let browser = site.browser("admin").await;
    for address in [
        "/",
        "/records",
        "/healthz",
        "/metrics",
        "/style.css",
        "/login",
        "/nowhere",
    ] {
        let answer = browser.get(address).await;
        let policy = answer.headers[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .expect("text");
        assert!(policy.contains("default-src 'none'"), "{address}");
        assert!(!policy.contains("unsafe"), "{address}");
        assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    }
}

/// No template brings script or style of its own, and none passes text on
/// without escaping it.
#[test]
fn no_template_holds_a_script_or_a_style_of_its_own() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
    let files = std::fs::read_dir(folder).expect("templates");
    for file in files {
        let path = file.expect("a file").path();
        let template = std::fs::read_to_string(&path).expect("text");
        for forbidden in [
            "style=",
            "onclick",
            "onchange",
            "onload",
            "|safe",
            "javascript:",
        ] {
            assert!(
                !template.contains(forbidden),
                "{forbidden} in {}",
                path.display()
            );
        }
        let scripts = template.matches("<script").count();
        let ours = template
            .matches("<script src=\"/live.js\" defer></script>")
            .count();
        assert_eq!(scripts, ours, "{}", path.display());
        let forms = template.matches("method=\"post\"").count();
        let secrets = template.matches("secret.html").count();
        let login = usize::from(path.ends_with("login.html"));
        assert!(
            secrets + login >= forms,
            "a form without secret in {}",
            path.display()
        );
    }
}
