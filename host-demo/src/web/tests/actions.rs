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

/// YO-32, YO-33, YO-36: two steps, a look at what would change, and a result for
/// each contact; a box that was left alone changes nothing.
#[tokio::test]
async fn many_contacts_are_changed_in_two_steps() {
    let site = Site::open().await;
    site.permissions(&["Nieuwsbrief"]).await;
    site.contact("p1", "Jansen").await;
    site.contact("p2", "Smit").await;
    let browser = site.browser("femke").await;
    let nobody = browser.post("/bulk", &[("group", "these")]).await;
    assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY);
    let chosen = [
        ("group", "these"),
        ("record", "contact/p1"),
        ("record", "contact/p2"),
    ];
    let answer = browser.post("/bulk", &chosen).await;
    assert_eq!(answer.location(), "/bulk/1");
    let page = browser.page("/bulk/1").await;
    assert!(
        page.contains("2 contacts selected") && page.contains("Nieuwsbrief"),
        "{page}"
    );
    let nothing = browser
        .post("/bulk/1", &[("do", "set"), ("field.job_title", "")])
        .await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let values = [
        ("do", "set"),
        ("field.job_title", "Buyer"),
        ("field.note", ""),
        ("bit.1", ""),
    ];
    browser.post("/bulk/1", &values).await;
    let page = browser.page("/bulk/1").await;
    assert!(page.contains("<dt>Would change</dt><dd>2</dd>"), "{page}");
    let before = site.waiting().await;
    let answer = browser.post("/bulk/1", &[("do", "save")]).await;
    assert_eq!(answer.location(), "/bulk/1?said=queued");
    assert!(site.waiting().await > before);
    let page = browser.page("/jobs").await;
    assert!(
        page.contains("Change many contacts") && page.contains("femke"),
        "{page}"
    );
    let job = browser.page("/jobs/1").await;
    assert!(
        job.contains("<dt>Changed fields</dt><dd>Job title</dd>"),
        "{job}"
    );
}

/// DA-46, DA-47, DA-53: a list needs a name, holds one kind, shows how it stands
/// in Spotler, and goes there by its button only.
#[tokio::test]
async fn a_marketing_list_is_made_filled_and_synced() {
    let site = Site::open().await;
    site.contact("p1", "Jansen").await;
    let before = site.waiting().await;
    let browser = site.browser("femke").await;
    let nameless = browser
        .post("/lists", &[("name", " "), ("type", "static")])
        .await;
    assert_eq!(nameless.status, StatusCode::UNPROCESSABLE_ENTITY);
    let form = [
        ("name", "Klanten"),
        ("type", "static"),
        ("target", "contact"),
    ];
    let answer = browser.post("/lists", &form).await;
    let (list, _) = answer.location().split_once('?').expect("said");
    let list = list.to_owned();
    let unknown = browser
        .post(&list, &[("do", "add"), ("member", "x9")])
        .await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    browser
        .post(&list, &[("do", "add"), ("member", "p1")])
        .await;
    let page = browser.page(&list).await;
    assert!(
        page.contains("Jansen") && page.contains("Never synced"),
        "{page}"
    );
    let answer = browser.post(&list, &[("do", "sync")]).await;
    assert!(
        answer.location().ends_with("said=queued"),
        "{}",
        answer.location()
    );
    assert!(site.waiting().await > before);
    let answer = browser.post(&list, &[("do", "delete")]).await;
    assert_eq!(answer.location(), "/lists?said=deleted");
}

/// What a form would lead to is shown, and nothing of it is saved or queued.
#[tokio::test]
async fn a_form_that_is_only_tried_changes_nothing() {
    let site = Site::open().await;
    site.contact("p1", "Jansen").await;
    let before = site.waiting().await;
    let browser = site.browser("femke").await;
    let form = [("do", "delete"), ("dry-run", "yes")];
    let answer = browser.post("/change/contact/p1", &form).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(
        answer.body.contains("Nothing was saved and nothing sent."),
        "{}",
        answer.body
    );
    assert!(
        answer.body.contains("Contact saved: Jansen"),
        "{}",
        answer.body
    );
    assert_eq!(site.waiting().await, before);
    let page = browser.page("/records/contact/p1").await;
    assert!(page.contains("/edit/contact/p1"), "it was not deleted");
}

/// YO-38, YO-40, YO-42: an automatic action needs a type and a name; note, status
/// and permissions are saved and shown again; without the right it is not saved.
#[tokio::test]
async fn an_automatic_action_is_saved_and_shown_again() {
    let site = Site::open().await;
    site.permissions(&["Nieuwsbrief"]).await;
    let (admin, femke) = (site.browser("admin").await, site.browser("femke").await);
    let nameless = [
        ("type", "change-contact"),
        ("scheme", "s"),
        ("stage", "won"),
    ];
    assert_eq!(
        admin.post("/actions", &nameless).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let form = [
        ("type", "change-contact"),
        ("target", "spotler"),
        ("name", "Welkom"),
        ("scheme", "Verkoop"),
        ("stage", "Gewonnen"),
        ("note", "Is klant"),
        ("state", "active"),
        ("permission", "1"),
    ];
    assert_eq!(
        femke.post("/actions", &form).await.status,
        StatusCode::FORBIDDEN
    );
    assert!(
        site.host
            .crm()
            .bound_actions()
            .await
            .expect("read")
            .is_empty()
    );
    let answer = admin.post("/actions", &form).await;
    let (address, _) = answer.location().split_once("&said").expect("said");
    let page = admin.page(address).await;
    assert!(page.contains("Is klant") && page.contains("name=\"permission\" value=\"1\" checked"));
    assert!(
        page.contains("<option value=\"active\" selected>"),
        "{page}"
    );
}

/// YO-39: a sale that is moved on the board raises one event with the actions of
/// its new stage; moved to where it stands, none.
#[tokio::test]
async fn a_sale_moves_on_the_board() {
    let site = Site::open().await;
    site.contact("p1", "Jansen").await;
    let before = site.waiting().await;
    let browser = site.browser("femke").await;
    let sale = [
        ("sale", "S-1"),
        ("scheme", "Verkoop"),
        ("stage", "Lead"),
        ("record", "p1"),
    ];
    browser.post("/sales", &sale).await;
    let page = browser.page("/sales").await;
    assert!(
        page.contains("S-1") && page.contains("Jansen") && page.contains("Lead"),
        "{page}"
    );
    assert_eq!(site.waiting().await, before + 1);
    let answer = browser.post("/sales", &sale).await;
    assert_eq!(answer.location(), "/sales?said=unchanged");
    assert_eq!(site.waiting().await, before + 1);
}

/// PV-15, PV-16, PV-24, PV-42: the wizard asks who, how and with what; the plan
/// says how many and when; every campaign is found again with the seven rows of
/// its results, and nothing sent is 0 %.
#[tokio::test]
async fn a_campaign_goes_through_the_wizard() {
    let site = Site::open().await;
    site.contact("p1", "Jansen").await;
    let browser = site.browser("femke").await;
    let nameless = [("title", "Actie"), ("who", "all"), ("channel", "external")];
    let answer = browser.post("/campaigns", &nameless).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("needs a name") && answer.body.contains("value=\"Actie\""));
    let form = [
        ("title", "Actie"),
        ("who", "all"),
        ("channel", "external"),
        ("list", "Actie mei"),
    ];
    let answer = browser.post("/campaigns", &form).await;
    let (address, _) = answer.location().split_once('?').expect("said");
    let page = browser.page(address).await;
    assert!(
        page.contains("1 selected. The export would start at once."),
        "{page}"
    );
    assert!(
        !page.contains("On the list"),
        "nothing can be foreseen without a connection: {page}"
    );
    assert_eq!(page.matches("<th scope=\"row\">").count(), 7);
    assert!(page.contains("0.0 %") && page.contains("<svg"), "{page}");
    assert!(browser.page("/campaigns").await.contains("Actie mei"));
    let before = site.waiting().await;
    let answer = browser.post(address, &[]).await;
    assert!(
        answer.location().ends_with("said=queued"),
        "{}",
        answer.location()
    );
    assert_eq!(site.waiting().await, before + 1);
}

/// RE-03: the mailings that were sent stand in a list of their own, and the runs
/// that wait for a word in another.
#[tokio::test]
async fn mailings_and_paused_runs_have_a_page() {
    let site = Site::open().await;
    let browser = site.browser("femke").await;
    for (page, nothing) in [
        ("/mailings", "No mailing has been sent yet"),
        ("/paused", "Nothing waits for a confirmation."),
    ] {
        assert!(browser.page(page).await.contains(nothing), "{page}");
    }
    assert_eq!(
        browser.get("/mailings/m1").await.status,
        StatusCode::NOT_FOUND
    );
}
