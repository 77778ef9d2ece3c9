//! The mapping on its page.

use host_demo::contract::RecordKind;
use koppel_tests::World;
use koppel_tests::pages::{Answer, Browser, text_of};

async fn opened() -> (World, Browser) {
    let world = World::start().await;
    let browser = world.browser("admin").await;
    (world, browser)
}

/// YO-16: the mapping is opened with a button in the system preferences, in both
/// languages.
#[tokio::test]
async fn the_mapping_is_opened_with_a_button_in_the_system_preferences() {
    let (_world, browser) = opened().await;
    let page = browser.page("/preferences").await;
    assert!(page.contains("<h1>System preferences</h1>"), "{page}");
    let button = "<a class=\"button plain\" href=\"/mapping\">Mapping</a>";
    assert!(page.contains(button), "{page}");
    let dutch = browser.in_dutch().page("/preferences").await;
    assert!(dutch.contains("Systeemvoorkeuren") && dutch.contains(button));
    assert!(browser.page("/mapping").await.contains("<h1>Mapping</h1>"));
}

/// YO-17: a drop-down for each field offers the properties that Spotler listed, with
/// their types.
#[tokio::test]
async fn each_field_has_a_drop_down_with_the_properties_of_spotler() {
    let (world, browser) = opened().await;
    let properties = world.host.properties().await.expect("properties");
    let page = browser.page("/mapping").await;
    let select = page.split("name=\"map.first_name\"").nth(1);
    let select = select
        .and_then(|it| it.split("</select>").next())
        .expect("a drop-down");
    let mut offered = 0;
    for property in &properties {
        if select.contains(&format!("value=\"{}\"", property.name)) {
            offered += 1;
        }
    }
    assert!(
        offered > 5 && offered <= properties.len(),
        "{offered}: {select}"
    );
    assert!(select.contains("value=\"firstName\" selected"), "{select}");
    assert!(select.contains("No mapping in Spotler."), "{select}");
}

/// YO-20: cancelling is a link; the mapping stays byte for byte as it was, and Spotler
/// hears nothing.
#[tokio::test]
async fn cancelling_the_page_leaves_the_mapping_as_it_was() {
    let (world, browser) = opened().await;
    let before = world.host.mapping().await.expect("a mapping");
    let page = browser.page("/mapping").await;
    assert!(
        page.contains("href=\"/mapping?kind=contact\">Cancel</a>"),
        "{page}"
    );
    browser.page("/mapping?kind=contact").await;
    world.run().await;
    assert_eq!(world.host.mapping().await.expect("a mapping"), before);
    assert_eq!(world.requests(), Vec::<String>::new());
}

/// The drop-down of a field.
fn drop_down<'a>(page: &'a str, field: &str) -> &'a str {
    let select = page.split(&format!("<select id=\"map.{field}\"")).nth(1);
    select
        .and_then(|it| it.split("</select>").next())
        .expect("a drop-down")
}

/// Posts one row of the mapping; it is refused, and nothing is queued.
async fn refused(world: &World, browser: &Browser, row: (&str, &str)) -> Answer {
    let answer = browser.post("/mapping", &[("kind", "contact"), row]).await;
    assert_eq!(answer.status.as_u16(), 422, "{row:?}: {}", answer.body);
    let queue = world.host.crm().count_queue().await.expect("a queue");
    assert_eq!(queue.waiting, 0, "{row:?}");
    answer
}

/// YO-17: a property of another type is marked, and a date is refused for it with a
/// sentence, before anything is queued.
#[tokio::test]
async fn a_property_of_another_type_is_marked_and_refused() {
    let (world, browser) = opened().await;
    let before = world.host.mapping().await.expect("a mapping");
    let properties = world.host.properties().await.expect("properties");
    let number = properties.iter().find(|it| it.property_type == "int");
    let number = number.expect("a number");
    let page = browser.page("/mapping").await;
    let option = format!(
        "value=\"{}\">{} (int) – other type</option>",
        number.name, number.label
    );
    assert!(drop_down(&page, "birth_date").contains(&option), "{page}");
    let fitting = drop_down(&page, "birth_date")
        .split("<option")
        .filter(|it| !it.contains("other type"));
    assert!(fitting.count() > 2, "a date fits somewhere");
    let row = ("map.birth_date", number.name.as_str());
    let answer = refused(&world, &browser, row).await;
    let said = format!(
        "This does not fit the type of the field: Date of birth → {}.",
        number.label
    );
    assert!(text_of(&answer.body).contains(&said), "{}", answer.body);
    let answer = refused(&world, &browser.in_dutch(), row).await;
    assert!(
        text_of(&answer.body).contains("Dit past niet bij de soort van het veld: Geboortedatum")
    );
    assert_eq!(world.host.mapping().await.expect("a mapping"), before);
}

/// YO-52: the e-mail address is shown and cannot be chosen otherwise; the form carries
/// it along, and one without it is refused at once.
#[tokio::test]
async fn the_email_address_is_shown_and_locked() {
    let (world, browser) = opened().await;
    let page = browser.page("/mapping").await;
    let select = drop_down(&page, "email");
    assert!(select.starts_with(" disabled") && select.contains("value=\"email\" selected"));
    assert!(!select.contains("No mapping in Spotler."), "{select}");
    let carried = "<input type=\"hidden\" name=\"map.email\" value=\"email\">";
    assert!(page.contains(carried), "{page}");
    assert!(
        page.contains("Spotler knows a contact by the e-mail address."),
        "{page}"
    );
    assert!(!drop_down(&page, "city").starts_with(" disabled"));
    let answer = refused(&world, &browser, ("map.email", "")).await;
    let text = text_of(&answer.body);
    assert!(
        text.contains("The e-mail address (E-mail) must stay mapped"),
        "{text}"
    );
    assert!(drop_down(&answer.body, "email").contains("value=\"email\" selected"));
    let dutch = refused(&world, &browser.in_dutch(), ("map.email", "city")).await;
    assert!(
        text_of(&dutch.body).contains("moet gekoppeld blijven"),
        "{}",
        dutch.body
    );
    let kept = [
        ("kind", "contact"),
        ("map.email", "email"),
        ("map.city", ""),
    ];
    let answer = browser.post("/mapping", &kept).await;
    assert_eq!(answer.location, "/mapping?kind=contact&said=queued");
    world.run().await;
    let mapping = world.host.mapping().await.expect("a mapping");
    let mapped = |field: &str| {
        let row = mapping
            .iter()
            .find(|it| it.kind == RecordKind::Contact && it.field == field);
        row.and_then(|it| it.property.as_deref())
    };
    assert_eq!((mapped("email"), mapped("city")), (Some("email"), None));
}

/// YO-17, YO-52: one property for two fields is said on the page, in words, before
/// anything is queued.
#[tokio::test]
async fn a_property_that_is_chosen_twice_is_refused_at_once() {
    let (world, browser) = opened().await;
    let row = ("map.city", "organisation");
    let answer = refused(&world, &browser, row).await;
    let text = text_of(&answer.body);
    assert!(
        text.contains("The mapping cannot be saved like this: Property"),
        "{text}"
    );
    assert!(
        text.contains("gets its value from another field than City already."),
        "{text}"
    );
    let dutch = refused(&world, &browser.in_dutch(), row).await;
    assert!(
        text_of(&dutch.body).contains("een ander veld dan Plaats"),
        "{}",
        dutch.body
    );
}
