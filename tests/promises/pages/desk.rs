//! Jobs, messages, users, the shop and signing up, on the pages.

use host_demo::contract::{Consent, Standing};
use koppel_tests::pages::{row_of, text_of};
use koppel_tests::{World, anna};
use spotler_sim::JourneyDraft;

use crate::campaigns::{everybody, export, form, people};

/// DA-61..DA-64, DA-80: a job is started on the page with its operation, its
/// automation and its contact; it stands there with status and result, and shows
/// what was asked for.
#[tokio::test]
async fn a_job_is_started_and_shows_what_was_asked_for() {
    let world = World::start().await;
    world.save("1", anna()).await;
    world.run().await;
    let journey = world.journey(JourneyDraft::automation("Onboarding"));
    let browser = world.browser("admin").await;
    browser
        .post("/jobs", &[("operation", "refresh-journeys")])
        .await;
    world.run().await;
    let trigger = format!("automation/{}", koppel_tests::journeys::code(&journey));
    let start = [
        ("operation", "start-journey"),
        ("trigger", trigger.as_str()),
        ("contacts", "1"),
    ];
    for (operation, contacts) in [("start-journey", ""), ("sync-contact", "x9")] {
        let form = [("operation", operation), ("contacts", contacts)];
        let answer = browser.post("/jobs", &form).await;
        assert_eq!(answer.status.as_u16(), 422, "{operation}");
    }
    assert!(browser.dry_run("/jobs", &start).await.contains("/trigger"));
    browser.post("/jobs", &start).await;
    let row = row_of(&browser.page("/jobs").await, "3");
    assert!(
        row.contains("Start automation admin") && row.contains("Processing"),
        "{row}"
    );
    world.run().await;
    assert_eq!(world.standing("1", &journey).await, Standing::Started);
    let page = browser.page("/jobs/3").await;
    let text = text_of(&page);
    assert!(text.contains("Automation Onboarding"), "{text}");
    assert!(
        text.contains("Succeeded") && text.contains("Contacts that were named 1"),
        "{text}"
    );
    let stop = [
        ("operation", "stop-journey"),
        ("trigger", trigger.as_str()),
        ("contacts", "contact/1"),
    ];
    browser.post("/jobs", &stop).await;
    world.run().await;
    assert_eq!(world.standing("1", &journey).await, Standing::Stopped);
    let dutch = browser.in_dutch().page("/jobs").await;
    assert!(
        row_of(&dutch, "4").contains("Automation stoppen"),
        "{dutch}"
    );
}

/// DA-71: a list of jobs goes on where the page before ended.
#[tokio::test]
async fn jobs_are_paged() {
    let world = World::start().await;
    world.save("1", anna()).await;
    for _ in 0..51 {
        world.queue_action("sync-contact", &["1"]).await;
    }
    let browser = world.browser("admin").await;
    let jobs = world.host.crm().jobs(1).await.expect("jobs");
    let last = jobs[0].number;
    let first = browser.page("/jobs").await;
    assert!(first.contains(&format!("/jobs/{last}\"")) && first.contains("Next page"));
    let next = format!("/jobs?after={}", last - 49);
    assert!(first.contains(&next), "{first}");
    let second = browser.page(&next).await;
    assert!(
        second.contains(&format!("/jobs/{}\"", last - 50)),
        "{second}"
    );
    assert!(!second.contains(&format!("/jobs/{}\"", last - 49)));
}

/// PV-20: whoever exported a campaign is told, and nobody else.
#[tokio::test]
async fn messages_are_shown_to_whom_they_are_meant_for() {
    let world = World::start().await;
    people(&world, 2).await;
    export(&world, "c1", form(everybody())).await;
    let browser = world.browser("admin").await;
    let page = browser.page("/messages").await;
    assert!(text_of(&page).contains("you"), "{page}");
    assert_eq!(page.matches("<tr><td>").count(), 1, "{page}");
    world
        .host
        .crm()
        .set_user("femke", "Femke", &[])
        .await
        .expect("a user");
    let femke = world.browser("femke").await;
    let hers = femke.page("/messages").await;
    assert!(hers.contains("You have no messages yet."));
}

/// PV-02: the right is given and taken on a page, by those who have it; nobody takes
/// their own.
#[tokio::test]
async fn the_right_is_given_and_taken_by_those_who_have_it() {
    let world = World::start().await;
    let browser = world.browser("admin").await;
    let short = [("do", "new"), ("id", "femke"), ("password", "short")];
    assert_eq!(browser.post("/users", &short).await.status.as_u16(), 422);
    let new = [
        ("do", "new"),
        ("id", "femke"),
        ("name", "Femke"),
        ("password", "a long enough one"),
    ];
    assert_eq!(
        browser.post("/users", &new).await.location,
        "/users?said=saved"
    );
    let crm = world.host.crm();
    assert!(
        crm.check_password("femke", "a long enough one")
            .await
            .expect("checked")
    );
    let femke = world.browser("femke").await;
    let give = [("do", "give"), ("id", "femke")];
    assert_eq!(femke.post("/users", &give).await.status.as_u16(), 403);
    assert_eq!(
        femke
            .post("/backups", &[("do", "backup")])
            .await
            .status
            .as_u16(),
        403
    );
    browser.post("/users", &give).await;
    assert!(row_of(&femke.page("/users").await, "femke").starts_with("femke Femke yes"));
    let answer = femke.post("/backups", &[("do", "backup")]).await;
    assert_eq!(answer.location, "/backups?said=queued");
    let own = femke
        .post("/users", &[("do", "take"), ("id", "femke")])
        .await;
    assert_eq!(own.status.as_u16(), 422);
    browser
        .post("/users", &[("do", "take"), ("id", "femke")])
        .await;
    assert!(row_of(&femke.page("/users").await, "femke").starts_with("femke Femke no"));
}

/// AU-24, PV-12: a newsletter form is sent in; the contact is there with its opt-in,
/// is thanked, and gets the confirmation that is bound to the form. Sent twice, it is
/// one sign-up.
#[tokio::test]
async fn somebody_signs_up_and_is_confirmed() {
    let world = World::start().await;
    let journey = world.journey(JourneyDraft::automation("Welkom"));
    let browser = world.browser("admin").await;
    browser.post("/journeys", &[("do", "refresh")]).await;
    world.run().await;
    let trigger = format!("automation/{}", koppel_tests::journeys::code(&journey));
    let bind = [
        ("do", "bind"),
        ("event", "sign-up"),
        ("which", "newsletter"),
        ("start", trigger.as_str()),
    ];
    browser.post("/journeys", &bind).await;
    world.run().await;
    let page = browser.page("/sign-up").await;
    assert!(
        page.contains("value=\"newsletter\"") && page.contains("name=\"permission\" value=\"1\"")
    );
    let unticked = [
        ("id", "s1"),
        ("form", "newsletter"),
        ("email", "eva@voorbeeld.nl"),
    ];
    let answer = browser.post("/sign-up", &unticked).await;
    assert_eq!(answer.status.as_u16(), 422);
    assert!(
        answer.body.contains("value=\"eva@voorbeeld.nl\""),
        "what was typed stays"
    );
    let form = [
        &unticked[..],
        &[
            ("first_name", "Eva"),
            ("last_name", "Bos"),
            ("permission", "1"),
        ],
    ]
    .concat();
    let dry = browser.dry_run("/sign-up", &form).await;
    assert!(dry.contains("eva@voorbeeld.nl"), "{dry}");
    assert_eq!(world.sim.contact_count(), 0, "only tried");
    let answer = browser.post("/sign-up", &form).await;
    let thanks = browser.page(&answer.location).await;
    assert!(
        thanks.contains("Thank you for signing up, Eva Bos."),
        "{thanks}"
    );
    world.run_to_the_end().await;
    assert_eq!(world.permissions_on("eva@voorbeeld.nl"), [1]);
    assert_eq!(world.sim.participations().len(), 1);
    let id = answer.location.rsplit('=').next().unwrap_or_default();
    let said = world.record(id).await.permissions[&1].clone();
    assert_eq!(
        (said.consent, said.evidence.as_str()),
        (Consent::Given, "form newsletter")
    );
    let again = browser.post("/sign-up", &form).await;
    assert_eq!(again.location, "/sign-up?said=unchanged");
    world.run_to_the_end().await;
    assert_eq!(world.sim.participations().len(), 1);
}

/// AU-26, AU-30: a cart and an order get a status on the page; only a change of it
/// raises an event; a cart of nobody is refused.
#[tokio::test]
async fn a_cart_changes_its_status() {
    let world = World::start().await;
    world.save("1", anna()).await;
    world.run().await;
    let browser = world.browser("admin").await;
    let cart = |record: &'static str, status: &'static str| {
        [
            ("sort", "cart"),
            ("id", "c-1"),
            ("record", record),
            ("status", status),
        ]
    };
    let nobody = browser.post("/shop", &cart("x9", "abandoned")).await;
    assert_eq!(nobody.status.as_u16(), 422);
    browser.dry_run("/shop", &cart("1", "abandoned")).await;
    assert!(!browser.page("/shop").await.contains("c-1"), "only tried");
    let answer = browser.post("/shop", &cart("1", "abandoned")).await;
    assert_eq!(answer.location, "/shop?said=queued");
    let same = browser.post("/shop", &cart("1", "abandoned")).await;
    assert_eq!(same.location, "/shop?said=unchanged");
    let page = browser.page("/shop").await;
    assert!(row_of(&page, "c-1").contains("Anna de Boer"), "{page}");
    let link = [&cart("1", "paid")[..], &[("link", "javascript:alert(1)")]].concat();
    assert_eq!(browser.post("/shop", &link).await.status.as_u16(), 422);
}

/// Beside every button that writes stands another one that only shows what would
/// happen; here for a sale, a list, a relation and a rejected event.
#[tokio::test]
async fn what_would_happen_is_shown_for_a_sale_a_list_and_a_rejection() {
    let world = World::start_with(koppel_tests::spotler(), "dynamics365").await;
    world.save("1", anna()).await;
    world.run().await;
    let browser = world.browser("admin").await;
    let action = [
        ("type", "change-contact"),
        ("target", "spotler"),
        ("name", "Nieuwsbrief"),
        ("scheme", "sales"),
        ("stage", "won"),
        ("permission", "1"),
    ];
    browser.dry_run("/actions", &action).await;
    assert!(
        !browser.page("/actions").await.contains("Nieuwsbrief</a>"),
        "only tried"
    );
    browser.post("/actions", &action).await;
    let sale = [
        ("sale", "s1"),
        ("scheme", "sales"),
        ("stage", "won"),
        ("record", "1"),
    ];
    let dry = browser.dry_run("/sales", &sale).await;
    assert!(dry.contains("<caption><code>PUT "), "{dry}");
    assert!(
        !browser.page("/sales").await.contains("s1</strong>"),
        "only tried"
    );
    assert_eq!(world.permissions_on("anna@voorbeeld.nl"), Vec::<u32>::new());

    let list = [
        ("name", "Klanten"),
        ("type", "static"),
        ("target", "contact"),
    ];
    let made = browser.post("/lists", &list).await.location;
    let (list, _) = made.split_once('?').expect("said");
    browser
        .dry_run(list, &[("do", "add"), ("member", "1")])
        .await;
    assert!(
        !browser.page(list).await.contains("/records/contact/1"),
        "only tried"
    );
    browser.post(list, &[("do", "add"), ("member", "1")]).await;
    let dry = browser.dry_run(list, &[("do", "sync")]).await;
    assert!(dry.contains("<caption><code>POST "), "{dry}");

    world
        .sim
        .faults()
        .always_on("PUT *", spotler_sim::Fault::status(400));
    world.save("1", anna().text("city", "Utrecht")).await;
    world.run_to_the_end().await;
    let rejected = world.rejections().await;
    let event = rejected.first().expect("a rejection").key.to_string();
    world.sim.faults().clear();
    let retry = [("do", "retry"), ("event", event.as_str())];
    let dry = browser.dry_run("/queue", &retry).await;
    assert!(dry.contains("Contact saved: Anna de Boer"), "{dry}");
    assert_eq!(world.rejections().await.len(), rejected.len(), "only tried");
}

/// DA-38, DA-39: tasks go on where the page before ended, by owner too.
#[tokio::test]
async fn tasks_are_paged_by_owner() {
    let world = World::start().await;
    let crm = world.host.crm();
    let filled = crm.store().write(crm.tenant(), |connection| {
        Box::pin(async move {
            sqlx::query(
                "INSERT INTO crm_tasks (tenant, key, code, owner, about, open, created_at, changed_at)
                 WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 449)
                 SELECT tenant, 't' || substr(CAST(1000 + i AS TEXT), 2), 'task-bounce', 'owner-' || (i % 2),
                     '[{\"name\":\"address\",\"value\":\"a' || i || '@x\"}]', 1, i, i
                 FROM (SELECT DISTINCT tenant FROM crm_users) AS one, n",
            )
            .execute(connection)
            .await
        })
    });
    if let Err(error) = filled.await {
        panic!("no tasks were made: {error:?}");
    }
    let browser = world.browser("admin").await;
    let first = browser.page("/tasks?owner=owner-1").await;
    assert!(row_of(&first, "owner-0").contains("225") && row_of(&first, "owner-1").contains("225"));
    let keys = |page: &str| page.matches("name=\"key\"").count();
    assert_eq!(keys(&first), 200);
    let next = first.split("after=").nth(1).expect("a next page");
    let next = next.split('"').next().unwrap_or_default();
    let second = browser
        .page(&format!("/tasks?owner=owner-1&after={next}"))
        .await;
    assert_eq!(keys(&second), 25, "{second}");
    assert!(!second.contains("Next page"));
}
