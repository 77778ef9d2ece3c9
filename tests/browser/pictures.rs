//! Pictures of pages, kept as files: all of them below `target/screenshots`, and
//! three small ones for the README.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use host_demo::explain::Language;
use koppel_tests::ADMIN;

use crate::browser::Browser;
use crate::site::Site;

/// A picture of the README is smaller than this, in bytes.
const SMALL: usize = 120_000;

fn target() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target")
}

/// The text of a tool that `cargo xtask test` fetches.
pub(crate) fn tool(name: &str) -> String {
    let path = target().join("tools").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| {
        panic!("{name} is not there yet ({error}): `cargo xtask test --only tests` fetches it")
    })
}

/// Keeps the whole page as a picture.
pub(crate) async fn keep(browser: &Browser, path: &str, width: &str, scheme: &str) {
    let name: String = path
        .chars()
        .map(|it| if it.is_ascii_alphanumeric() { it } else { '-' })
        .collect();
    let name: String = name.trim_matches('-').chars().take(60).collect();
    let name = if name.is_empty() { "overview" } else { &name };
    let language = browser.language().tag();
    let folder = target()
        .join("screenshots")
        .join(language)
        .join(format!("{width}-{scheme}"));
    let picture = browser.whole_picture().await;
    save(&picture, &folder.join(format!("{name}.png")));
}

/// Writes a picture; answers the size of the file.
fn save(picture: &str, file: &Path) -> usize {
    let picture = BASE64_STANDARD.decode(picture).expect("base64");
    let folder = file.parent().expect("a folder");
    std::fs::create_dir_all(folder).expect("a folder for pictures");
    std::fs::write(file, &picture).expect("a picture is written");
    picture.len()
}

/// The pictures of the README are small enough for one. They are kept below
/// `target/screenshots`, or where `KOPPEL_PICTURES` says.
#[tokio::test]
async fn the_pictures_of_the_readme_are_small() {
    let folder = std::env::var_os("KOPPEL_PICTURES");
    let folder = folder.map_or_else(|| target().join("screenshots/readme"), PathBuf::from);
    let site = Site::showroom().await;
    let browser = site.visit(ADMIN, Language::English).await;
    browser.size(1000, 680).await;
    for (name, path, show) in [
        ("card", "/records/contact/1", "#main"),
        ("campaign", "/campaigns", "form.card"),
        ("results", "/campaigns/voorjaar", "#main"),
    ] {
        browser.go(path).await;
        browser
            .run(&format!(
                "document.querySelector('{show}').scrollIntoView();"
            ))
            .await;
        let size = save(
            &browser.picture().await,
            &folder.join(format!("{name}.png")),
        );
        assert!(size < SMALL, "{name}.png has {size} bytes");
    }
    browser.close().await;
}
