//! What the pages say of the connection and of its account.

use koppel_tests::pages::text_of;
use koppel_tests::{World, anna, spotler};

const PAGES: [&str; 2] = ["/connect", "/records/contact/1"];

/// PV-08: an account without permissions is named where they would stand, with what to
/// do about it; nobody waits for what does not come.
#[tokio::test]
async fn an_account_without_permissions_is_named_with_what_to_do() {
    let mut config = spotler();
    config.permissions.clear();
    let world = World::start_with(config, "default").await;
    world.save("1", anna()).await;
    world.run().await;
    let browser = world.browser("admin").await;
    for page in PAGES {
        let text = text_of(&browser.page(page).await);
        let said =
            "The Spotler account has no permissions. Make at least one permission in Spotler.";
        assert!(text.contains(said), "{text}");
        assert!(
            !text.contains("as soon as the connection is right"),
            "{text}"
        );
        let dutch = text_of(&browser.in_dutch().page(page).await);
        let said =
            "Het Spotler-account heeft geen permissies. Maak in Spotler minstens één permissie.";
        assert!(dutch.contains(said), "{dutch}");
    }
}

/// PV-08: without a connection, permissions are still to come.
#[tokio::test]
async fn before_there_is_a_connection_permissions_are_still_to_come() {
    let world = World::unconnected(spotler()).await;
    world.save("1", anna()).await;
    let browser = world.browser("admin").await;
    for page in PAGES {
        let text = text_of(&browser.page(page).await);
        assert!(
            text.contains("as soon as the connection is right"),
            "{text}"
        );
        assert!(!text.contains("has no permissions"), "{text}");
    }
}

/// YO-02, YO-03: the page advises a backup without saying that all is lost without one.
#[tokio::test]
async fn the_page_advises_a_backup_and_says_what_is_kept_without_one() {
    let world = World::start().await;
    let browser = world.browser("admin").await;
    let text = text_of(&browser.page("/connect").await);
    assert!(text.contains("Make a backup first"), "{text}");
    assert!(
        text.contains("is kept for ninety days without a backup too"),
        "{text}"
    );
    let dutch = text_of(&browser.in_dutch().page("/connect").await);
    assert!(
        dutch.contains("wordt ook zonder back-up negentig dagen bewaard"),
        "{dutch}"
    );
}
