//! Forms of contacts, leads and accounts.

use axum::http::StatusCode;

use super::site::Site;
use crate::{
    contract::{Consent, RecordKind, RecordRef, RecordState},
    crm::Record,
};

async fn record(site: &Site, id: &str) -> Record {
    let reference = RecordRef {
        kind: RecordKind::Contact,
        id: id.to_owned(),
    };
    let record = site.host.crm().record(&reference).await.expect("read");
    record.expect("there")
}

/// DA-16: a contact needs a last name; without one the form says so in the
/// language of the page, keeps what was typed, and raises no event.
#[tokio::test]
async fn a_contact_without_a_last_name_is_not_saved() {
    let site = Site::open().await;
    let mut browser = site.browser("femke").await;
    browser.language = "nl";
    let form = [
        ("id", "p1"),
        ("field.first_name", "Anna"),
        ("field.last_name", " "),
    ];
    let answer = browser.post("/new/contact", &form).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.body.contains("“Achternaam” mag niet leeg zijn."),
        "{}",
        answer.body
    );
    assert!(answer.body.contains("value=\"Anna\""), "{}", answer.body);
    assert_eq!(site.waiting().await, 0);
    let form = [
        ("id", "p1"),
        ("field.first_name", "Anna"),
        ("field.last_name", "Bos"),
    ];
    let answer = browser.post("/new/contact", &form).await;
    assert_eq!(answer.location(), "/records/contact/p1?said=saved");
    assert_eq!(site.waiting().await, 1);
}

/// DA-25, PV-12: what the person said is changed in the form; looking at the form
/// and cancelling raise no event, and saving the form repeats nobody's consent.
#[tokio::test]
async fn only_a_saved_choice_counts() {
    let site = Site::open().await;
    site.permissions(&["Nieuwsbrief", "Onboarding"]).await;
    site.contact("p1", "Jansen").await;
    let before = site.waiting().await;
    let browser = site.browser("femke").await;
    let form = browser.page("/edit/contact/p1").await;
    assert!(form.contains("Nieuwsbrief") && form.contains("href=\"/records/contact/p1\">Cancel"));
    assert_eq!(site.waiting().await, before);
    let revision = record(&site, "p1").await.revision.to_string();
    let form = [
        ("revision", revision.as_str()),
        ("field.last_name", "Jansen"),
        ("mail", "on"),
        ("was.1", "unset"),
        ("consent.1", "given"),
        ("was.2", "unset"),
        ("consent.2", "unset"),
    ];
    let answer = browser.post("/edit/contact/p1", &form).await;
    assert_eq!(
        answer.location(),
        "/records/contact/p1?said=saved",
        "{}",
        answer.body
    );
    let saved = record(&site, "p1").await;
    assert_eq!(saved.permissions[&1].consent, Consent::Given);
    assert_eq!(saved.permissions[&1].evidence, "form");
    assert!(!saved.permissions.contains_key(&2));
    assert!(saved.mail.allowed);
}

/// A form that was opened before somebody opted out does not opt them in again.
#[tokio::test]
async fn a_form_that_is_older_than_the_record_is_not_saved() {
    let site = Site::open().await;
    let reference = site.contact("p1", "Jansen").await;
    let browser = site.browser("femke").await;
    let revision = record(&site, "p1").await.revision.to_string();
    site.host
        .crm()
        .set_mail(&reference, false)
        .await
        .expect("saved");
    let form = [
        ("revision", revision.as_str()),
        ("field.last_name", "Smit"),
        ("mail", "on"),
    ];
    let answer = browser.post("/edit/contact/p1", &form).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("changed meanwhile") && answer.body.contains("value=\"Smit\""));
    assert!(!record(&site, "p1").await.mail.allowed);
}

#[tokio::test]
async fn a_value_that_does_not_fit_is_named_in_the_language_of_the_page() {
    let site = Site::open().await;
    let browser = site.browser("femke").await;
    let form = [
        ("field.last_name", "Bos"),
        ("field.birth_date", "31-02-1980"),
    ];
    let answer = browser.post("/new/contact", &form).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.body.contains("“Date of birth” is not a date"),
        "{}",
        answer.body
    );
}

/// The buttons of the life cycle do what they say.
#[tokio::test]
async fn a_contact_lives_by_its_buttons() {
    let site = Site::open().await;
    site.contact("p1", "Jansen").await;
    let browser = site.browser("femke").await;
    let press = async |what: &str| {
        let answer = browser.post("/change/contact/p1", &[("do", what)]).await;
        answer.location().to_owned()
    };
    assert_eq!(press("deactivate").await, "/records/contact/p1?said=saved");
    assert_eq!(record(&site, "p1").await.state, RecordState::Inactive);
    assert_eq!(
        press("deactivate").await,
        "/records/contact/p1?said=unchanged"
    );
    press("reactivate").await;
    press("opt-out").await;
    press("open-gate").await;
    let now = record(&site, "p1").await;
    assert!(now.state == RecordState::Active && !now.mail.allowed && now.gate);
    assert_eq!(press("delete").await, "/records/contact/p1?said=deleted");
    let page = browser.page("/records/contact/p1").await;
    assert!(
        !page.contains("/edit/contact/p1"),
        "what is deleted is not edited"
    );
}

/// DA-72, DA-74: contacts, leads and accounts have the same marketing tab.
#[tokio::test]
async fn each_kind_is_managed_on_its_marketing_tab() {
    let site = Site::open().await;
    let browser = site.browser("femke").await;
    for (kind, field) in [
        ("contact", "field.last_name"),
        ("lead", "field.last_name"),
        ("account", "field.organisation"),
    ] {
        let form = [("id", "x1"), (field, "Bos")];
        browser.post(&format!("/new/{kind}"), &form).await;
        let address = format!("/marketing/{kind}/x1");
        let page = browser.page(&address).await;
        assert!(
            page.contains("The synchronisation of this contact is on."),
            "{kind}"
        );
        browser.post(&address, &[("do", "off")]).await;
        let page = browser.page(&address).await;
        assert!(
            page.contains("is off.") && page.contains("Disabled"),
            "{kind}"
        );
        browser.post(&address, &[("do", "on")]).await;
        assert!(browser.page(&address).await.contains("is on."), "{kind}");
    }
}
