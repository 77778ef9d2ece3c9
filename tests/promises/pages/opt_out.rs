//! An opt-out that came from Spotler, on the pages of its contact.

use host_demo::crm::Edit;
use koppel_tests::pages::{Browser, text_of};
use koppel_tests::{World, anna, spotler};
use spotler_sim::switches::ChannelSignal;

/// Anna, who opted out in Spotler; the CRM has taken that over.
async fn opted_out() -> (World, Browser) {
    let mut config = spotler();
    config.switches.signals.channels = ChannelSignal::AlwaysTrue;
    let world = World::start_with(config, "default").await;
    world.save("1", anna()).await;
    world.opt_in("1", 1).await;
    world.run().await;
    world.advance_s(600);
    world.sim.ui_opt_out("contact-1").expect("opted out");
    world.save("1", Edit::new().text("city", "Utrecht")).await;
    world.run().await;
    let mail = world.record("1").await.mail;
    assert!(mail.opted_out_in_spotler(), "{mail:?}");
    let browser = world.browser("admin").await;
    (world, browser)
}

/// DA-31, DA-35, C3: the page offers no way to lift it in the CRM but says what to do
/// instead; whoever asks for it all the same is refused.
#[tokio::test]
async fn the_page_says_what_to_do_instead_of_lifting_it() {
    let (world, browser) = opted_out().await;
    let page = browser.page("/records/contact/1").await;
    assert!(!page.contains("value=\"opt-in\""), "{page}");
    let text = text_of(&page);
    assert!(
        text.contains("The opt-out comes from Spotler and cannot be lifted here"),
        "{text}"
    );
    let job =
        "<a href=\"/jobs?contact=contact%2F1\">Take up again after reactivation in Spotler</a>";
    assert!(page.contains(job), "{page}");
    let dutch = browser.in_dutch();
    let text = text_of(&dutch.page("/records/contact/1").await);
    assert!(
        text.contains("Weer opnemen na heractivering in Spotler"),
        "{text}"
    );
    for (browser, rule) in [
        (&browser, "This person opted out in Spotler"),
        (&dutch, "Deze persoon heeft zich in Spotler afgemeld"),
    ] {
        let answer = browser.post("/change/contact/1", &[("do", "opt-in")]).await;
        assert_eq!(answer.status.as_u16(), 422, "{}", answer.body);
        assert!(answer.body.contains(rule), "{}", answer.body);
    }
    assert!(!world.record("1").await.mail.allowed);
}

/// DA-31: the form of the contact shows it and does not lift it; the rest is saved.
#[tokio::test]
async fn the_form_does_not_lift_it() {
    let (world, browser) = opted_out().await;
    let page = browser.page("/edit/contact/1").await;
    let tick = page
        .split("name=\"mail\"")
        .nth(1)
        .and_then(|it| it.split('>').next());
    let tick = tick.expect("a box");
    assert!(
        tick.contains("disabled") && !tick.contains("checked"),
        "{tick}"
    );
    let revision = world.record("1").await.revision.to_string();
    let form = [
        ("revision", revision.as_str()),
        ("field.last_name", "Smit"),
        ("gate", "on"),
    ];
    let lifting = [&form[..], &[("mail", "on")]].concat();
    let answer = browser.post("/edit/contact/1", &lifting).await;
    assert_eq!(answer.status.as_u16(), 422);
    assert!(
        answer.body.contains("This person opted out in Spotler"),
        "{}",
        answer.body
    );
    let answer = browser.post("/edit/contact/1", &form).await;
    assert_eq!(answer.location, "/records/contact/1?said=saved");
    let record = world.record("1").await;
    assert_eq!(record.text("last_name"), "Smit");
    assert!(record.mail.opted_out_in_spotler());
}

/// DA-31, DA-79: what the page says to do lifts it.
#[tokio::test]
async fn what_the_page_says_to_do_lifts_it() {
    let (world, browser) = opted_out().await;
    let made = world.sim.ui_create_with_only_email("anna@voorbeeld.nl");
    made.expect("made active");
    let page = browser.page("/jobs?contact=contact%2F1").await;
    assert!(
        page.contains("name=\"contacts\" value=\"contact/1\""),
        "{page}"
    );
    let job = [("operation", "reactivate"), ("contacts", "contact/1")];
    browser.post("/jobs", &job).await;
    world.run_to_the_end().await;
    assert!(world.record("1").await.mail.allowed);
    let page = browser.page("/records/contact/1").await;
    assert!(page.contains("value=\"opt-out\""), "{page}");
    assert!(!page.contains("/jobs?contact"), "{page}");
}
