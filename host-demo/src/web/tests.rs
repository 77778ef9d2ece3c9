use super::*;
use crate::explain::Language;

#[tokio::test]
async fn a_page_that_does_not_exist_says_so_in_the_language_asked_for() {
    for (language, words) in [
        (Language::Dutch, "Deze bladzijde"),
        (Language::English, "This page"),
    ] {
        let response = page::Refusal::NotFound(language).into_response();
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        let body = axum::body::to_bytes(response.into_body(), 1 << 20)
            .await
            .expect("a body");
        let body = String::from_utf8(body.to_vec()).expect("text");
        assert!(body.contains(words), "{body}");
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
