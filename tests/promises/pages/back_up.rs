//! Backups, and what is put back, on the pages.

use koppel_tests::pages::{Browser, row_of, text_of};
use koppel_tests::{World, anna, spotler};
use spotler_sim::SeedContact;

const ANNA: &str = "anna@voorbeeld.nl";

/// Anna is in Spotler with another first name and a city, and Bo besides.
async fn before() -> (World, Browser) {
    let mut config = spotler();
    let seed = SeedContact::new("webshop-1", ANNA)
        .with("firstName", "Anneke")
        .with("city", "Zwolle");
    let bo = SeedContact::new("webshop-2", "bo@voorbeeld.nl").with("organisation", "Bo, \"B.V.\"");
    config.contacts = vec![seed, bo];
    let world = World::start_with(config, "default").await;
    let browser = world.browser("admin").await;
    (world, browser)
}

fn city(world: &World) -> String {
    let contact = world.sim.contact_by_email(ANNA).expect("there");
    contact.text("city").unwrap_or_default().to_owned()
}

/// YO-02, YO-04, YO-05: the page of the connection advises a backup; it is made at
/// the press of a button and downloaded with the seven columns.
#[tokio::test]
async fn a_backup_is_made_and_downloaded_with_seven_columns() {
    let (world, browser) = before().await;
    let connect = browser.page("/connect").await;
    assert!(connect.contains("Make a backup first") && connect.contains("href=\"/backups\""));
    let answer = browser.post("/backups", &[("do", "backup")]).await;
    assert_eq!(answer.location, "/backups?said=queued");
    assert_eq!(
        browser.get("/backups/1").await.status.as_u16(),
        404,
        "not made yet"
    );
    world.run_to_the_end().await;
    let page = browser.page("/backups").await;
    let number = page
        .split("href=\"/backups/")
        .nth(1)
        .and_then(|it| it.split('"').next());
    let address = format!("/backups/{}", number.expect("a download"));
    let file = browser.get(&address).await;
    assert_eq!(file.content_type, "text/csv; charset=utf-8");
    let mut lines = file.body.lines();
    let columns = "E-mail,First name,Last name,Job title,Company,E-mail status,External id";
    assert_eq!(lines.next(), Some(columns));
    let rest: Vec<&str> = lines.collect();
    assert_eq!(rest.len(), 2, "{rest:?}");
    assert!(
        rest.iter()
            .any(|it| it.starts_with(ANNA) && it.ends_with("webshop-1"))
    );
    assert!(
        rest.iter().any(|it| it.contains("\"Bo, \"\"B.V.\"\"\"")),
        "{rest:?}"
    );
}

/// PV-02, YO-02: everybody's data goes to nobody without the right.
#[tokio::test]
async fn a_backup_is_for_those_with_the_right_only() {
    let (world, browser) = before().await;
    browser.post("/backups", &[("do", "backup")]).await;
    world.run_to_the_end().await;
    world
        .host
        .crm()
        .set_user("femke", "Femke", &[])
        .await
        .expect("a user");
    let femke = world.browser("femke").await;
    let page = femke.page("/backups").await;
    assert!(!page.contains("href=\"/backups/"), "{page}");
    let number = world.host.crm().jobs(1).await.expect("jobs")[0].number;
    let file = femke.get(&format!("/backups/{number}")).await;
    assert_eq!(file.status.as_u16(), 403);
    assert!(!file.body.contains(ANNA), "{}", file.body);
    for form in [[("do", "backup")], [("do", "restore")]] {
        assert_eq!(femke.post("/backups", &form).await.status.as_u16(), 403);
    }
    let restore = femke.post("/kept/contact/1", &[("do", "restore")]).await;
    assert_eq!(restore.status.as_u16(), 403);
}

/// YO-03: what a sync overwrote is put back by a button at the contact; its dry run
/// shows it first, field by field, and puts nothing back.
#[tokio::test]
async fn what_was_overwritten_is_put_back_by_a_button() {
    let (world, browser) = before().await;
    world.save("1", anna().text("city", "Utrecht")).await;
    world.run().await;
    assert_eq!(city(&world), "Utrecht");
    world.advance_s(60);
    let page = browser.page("/kept/contact/1").await;
    assert!(
        text_of(&page).contains("before it was overwritten"),
        "{page}"
    );
    assert!(!page.contains("Zwolle"), "no value is shown");
    let dry = browser
        .dry_run("/kept/contact/1", &[("do", "restore")])
        .await;
    assert!(text_of(&dry).contains("city Utrecht Zwolle"), "{dry}");
    assert_eq!(city(&world), "Utrecht", "only tried");
    browser.post("/kept/contact/1", &[("do", "restore")]).await;
    world.run_to_the_end().await;
    assert_eq!(city(&world), "Zwolle");
    let forgotten = browser.post("/kept/contact/1", &[("do", "forget")]).await;
    assert_eq!(forgotten.location, "/kept/contact/1?said=deleted");
    let dutch = browser.in_dutch().page("/kept/contact/1").await;
    assert!(
        dutch.contains("Er is van dit contact niets bewaard."),
        "{dutch}"
    );
}

/// YO-03: a whole backup is put back, for the contacts that are linked.
#[tokio::test]
async fn a_whole_backup_is_put_back() {
    let (world, browser) = before().await;
    world.save("1", anna()).await;
    world.run().await;
    browser.post("/backups", &[("do", "backup")]).await;
    world.run_to_the_end().await;
    let number = world.host.crm().jobs(1).await.expect("jobs")[0]
        .number
        .to_string();
    world.save("1", anna().text("city", "Utrecht")).await;
    world.run().await;
    assert_eq!(city(&world), "Utrecht");
    let restore = [("do", "restore"), ("job", number.as_str())];
    browser.post("/backups", &restore).await;
    world.run_to_the_end().await;
    assert_eq!(city(&world), "Zwolle");
    let jobs = browser.page("/jobs").await;
    assert!(row_of(&jobs, "3").contains("Put back"), "{jobs}");
    let job = browser.page("/jobs/3").await;
    assert!(text_of(&job).contains(&format!("Of job {number}")), "{job}");
}
