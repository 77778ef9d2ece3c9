//! The mapping on its page.

use koppel_tests::World;
use koppel_tests::pages::Browser;

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
