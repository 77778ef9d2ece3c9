//! What holds on every page there is: the pages are found by following links, so
//! that a new page is looked at without being named here.

use std::collections::{BTreeMap, VecDeque};

use host_demo::explain::Language;
use koppel_tests::ADMIN;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::pictures;
use crate::site::Site;

/// So many pages of the same shape are looked at, such as contacts.
const OF_A_SHAPE: usize = 2;
/// Fewer would mean that links are not followed.
const FEWEST: usize = 25;

/// A width, and what is looked at in it.
struct Look {
    name: &'static str,
    pixels: u32,
    /// All that axe-core knows, in the light scheme.
    barriers: bool,
    /// The contrasts of the dark scheme.
    dark: bool,
}

/// What is looked at in a language. Axe-core takes most of the time, and neither
/// colours nor structure depend on the language: the two of them together look at
/// each width in each scheme.
fn looks(language: Language) -> [Look; 2] {
    let is_dutch = language == Language::Dutch;
    [
        Look {
            name: "phone",
            pixels: 390,
            barriers: true,
            dark: !is_dutch,
        },
        Look {
            name: "desktop",
            pixels: 1280,
            barriers: is_dutch,
            dark: is_dutch,
        },
    ]
}

/// Pages that a link leads to, without those that are for programs.
const LINKS: &str = "return [...document.querySelectorAll('a[href]')] \
     .map(it => new URL(it.href)).filter(it => it.origin === location.origin) \
     .map(it => it.pathname + it.search) \
     .filter(it => it !== '/metrics' && !it.includes('lang=') && !/^\\/(backups\\/\\d|attachments\\/)/.test(it));";

/// What stands out of the page to the right.
const TOO_WIDE: &str = "const wide = document.documentElement.clientWidth; \
     if (document.documentElement.scrollWidth <= wide) return []; \
     return [...document.querySelectorAll('main *, header *')] \
       .filter(it => it.getBoundingClientRect().right > wide + 1 && !it.closest('.scroll, .board')) \
       .map(it => it.outerHTML.slice(0, 120));";

/// Words of small letters with a hyphen, as codes are written, and underscores.
const CODES: &str = "const found = new Set(); \
     const texts = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT); \
     while (texts.nextNode()) { \
       if (texts.currentNode.parentElement.closest('code, textarea, svg')) continue; \
       for (const it of texts.currentNode.data.match(/(?<![\\w@./-])[a-z]+(?:[-_][a-z]+)+(?![\\w@-])/g) ?? []) found.add(it); \
     } return [...found];";

/// Words of people that are written like codes.
const WORDS: [&str; 15] = [
    "opt-out",
    "opt-outs",
    "opt-in",
    "e-mail",
    "e-mailadres",
    "back-up",
    "back-ups",
    "e-book",
    "re-export",
    "what-if",
    "drop-down",
    "pop-up",
    "sms-bericht",
    "e-mails",
    "e-mailadressen",
];

/// The shape of an address: its page and the kind of record, without ids.
fn shape(path: &str) -> String {
    let page = path.split('?').next().unwrap_or_default();
    let query = if path.contains('?') { "?" } else { "" };
    let parts: Vec<&str> = page.split('/').collect();
    let kinds = ["contact", "lead", "account"];
    let last = parts.last().copied().unwrap_or_default();
    let kind = parts
        .iter()
        .skip(2)
        .find(|it| kinds.contains(it))
        .unwrap_or(&"");
    let end = if last == "values" { "values" } else { "" };
    let depth = parts.len();
    format!(
        "/{}/{kind}/{depth}{end}{query}",
        parts.get(1).unwrap_or(&"")
    )
}

/// Looks at every page that links lead to, a few of each shape, and at one that
/// only a mistake leads to; how many there are, and what is wrong with them.
async fn all_pages(browser: &Browser, axe: &str) -> (usize, Vec<String>) {
    let mut seen: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let (mut pages, mut all) = (0, Vec::new());
    let mut next = VecDeque::from([
        "/".to_owned(),
        "/bulk/1".to_owned(),
        "/bulk/1/values".to_owned(),
        "/no-such-page".to_owned(),
    ]);
    while let Some(path) = next.pop_front() {
        let alike = seen.entry(shape(&path)).or_default();
        if alike.len() >= OF_A_SHAPE || alike.contains(&path) {
            continue;
        }
        alike.push(path.clone());
        browser.go(&path).await;
        let links = browser.run(LINKS).await;
        let links = links.as_array().cloned().unwrap_or_default();
        next.extend(links.iter().filter_map(Value::as_str).map(str::to_owned));
        all.extend(faults(browser, axe, &path).await);
        pages += 1;
    }
    (pages, all)
}

/// What keeps people out, as axe-core finds it: serious or worse.
async fn barriers(browser: &Browser, axe: &str, only_colours: bool) -> Vec<String> {
    if browser.run("return typeof axe;").await != "object" {
        browser.run(axe).await;
    }
    // The pages load nothing that would have to be fetched once more.
    let rules = if only_colours {
        json!({"preload": false, "runOnly": {"type": "rule", "values": ["color-contrast"]}})
    } else {
        json!({"preload": false})
    };
    let script = "const done = arguments[1]; axe.run(document, {...arguments[0], resultTypes: ['violations']}) \
         .then(it => done(it.violations.filter(it => ['serious', 'critical'].includes(it.impact)) \
         .map(it => it.id + ': ' + it.nodes.slice(0, 3).map(it => it.html.slice(0, 160)).join(' ')))) \
         .catch(error => done(['axe: ' + error]));";
    let found = browser.run_async(script, vec![rules]).await;
    let found = found.as_array().cloned().unwrap_or_default();
    found
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// What is wrong with the page that is open.
async fn faults(browser: &Browser, axe: &str, path: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut found = |what: &str, those: Vec<String>| {
        faults.extend(those.into_iter().map(|it| format!("{path} ({what}): {it}")));
    };
    for Look {
        name,
        pixels,
        barriers: all,
        dark,
    } in looks(browser.language())
    {
        browser.size(pixels, 900).await;
        let wide = browser.run(TOO_WIDE).await;
        let wide = wide.as_array().cloned().unwrap_or_default();
        found(
            &format!("wider than a {name}"),
            wide.iter().map(ToString::to_string).collect(),
        );
        if all {
            let barriers = barriers(browser, axe, false).await;
            found(&format!("axe, {name}, light"), barriers);
        }
        pictures::keep(browser, path, name, "light").await;
        if dark {
            browser.dark(true).await;
            let barriers = barriers(browser, axe, true).await;
            found(&format!("axe, {name}, dark"), barriers);
            pictures::keep(browser, path, name, "dark").await;
            browser.dark(false).await;
        }
    }
    let codes = browser.run(CODES).await;
    let codes = codes.as_array().cloned().unwrap_or_default();
    let codes = codes
        .iter()
        .filter_map(Value::as_str)
        .filter(|it| !WORDS.contains(it));
    found("a code", codes.map(str::to_owned).collect());
    let language = browser.run("return document.documentElement.lang;").await;
    if language != browser.language().tag() {
        found("its language", vec![language.to_string()]);
    }
    found("complaint", browser.complaints().await);
    faults
}

async fn every_page(language: Language) {
    let axe = pictures::tool("axe-core/axe.min.js");
    let site = Site::showroom().await;
    let stranger = site.browser(language).await;
    stranger.go("/login").await;
    let mut all = faults(&stranger, &axe, "/login").await;
    stranger.close().await;
    let browser = site.visit(ADMIN, language).await;
    let (pages, more) = all_pages(&browser, &axe).await;
    assert!(pages >= FEWEST, "only {pages} pages are linked");
    all.extend(more);
    browser.close().await;
    assert!(
        all.is_empty(),
        "{} faults on {} pages:\n{}",
        all.len(),
        pages + 1,
        all.join("\n")
    );
}

/// Every page in Dutch, on a phone and a desktop, light and dark: nothing that
/// axe-core calls serious, nothing wider than the screen, no code instead of a
/// word, no policy of the page broken. [`looks`] says what is looked at where.
#[tokio::test]
async fn every_page_is_open_to_everybody_in_dutch() {
    every_page(Language::Dutch).await;
}

/// The same in English.
#[tokio::test]
async fn every_page_is_open_to_everybody_in_english() {
    every_page(Language::English).await;
}

/// What a joker types as a name is shown as it was typed, on every page where the
/// person stands, and nothing of it runs.
#[tokio::test]
async fn hostile_names_are_shown_and_never_run() {
    let site = Site::showroom().await;
    let browser = site.visit(ADMIN, Language::Dutch).await;
    for path in [
        "/records",
        "/records/contact/11",
        "/marketing/contact/11",
        "/spotler/contact/11",
        "/bulk",
    ] {
        browser.go(path).await;
        browser
            .sees("<script>alert(1)</script> O\"Neil & 'Zn'")
            .await;
        let inside = "return document.querySelectorAll('main script, main b').length;";
        assert_eq!(browser.run(inside).await, 0, "{path}");
    }
    browser.go("/edit/contact/11").await;
    assert_eq!(browser.value("Voornaam").await, "<script>alert(1)</script>");
    assert_eq!(browser.value("Plaats").await, "<b>Ede</b>");
    assert_eq!(browser.value("Organisatie").await, "\u{202e}hoi\u{202c}");
    browser
        .go("/records?search=%3Cscript%3Ealert(1)%3C/script%3E")
        .await;
    browser.sees("O\"Neil").await;
    assert_eq!(browser.value("Zoeken").await, "<script>alert(1)</script>");
    // A mark that turns the writing round turns nothing but its own cell.
    browser.go("/records/contact/11").await;
    browser.sees("Organisatie").await;
    assert_eq!(browser.complaints().await, [""; 0]);
    browser.close().await;
}

/// The main things are done without any script: log in, search, save, read the
/// outcome after loading the page anew.
#[tokio::test]
async fn the_pages_work_without_scripts() {
    let site: Site = Site::showroom().await;
    let browser = site.browser(Language::English).await;
    browser.without_scripts().await;
    site.log_in(&browser, ADMIN).await;
    browser.menu("Contacts").await;
    browser.fill("Search", "Visser").await;
    browser.press("Show").await;
    browser.link("Daan Visser").await;
    browser.link("Edit").await;
    browser.fill("City", "Amersfoort").await;
    browser.press("Save").await;
    browser.sees("Saved.").await;
    site.settle().await;
    browser.reload().await;
    browser.sees("Amersfoort").await;
    browser.sees("Succeeded").await;
    let there = site
        .world
        .sim
        .contact_by_email("contact4@voorbeeld.nl")
        .expect("there");
    assert_eq!(there.text("city"), Some("Amersfoort"));
    browser.size(390, 900).await;
    browser.press("Menu").await;
    browser.menu("Campaigns").await;
    browser.sees("Voorjaarsactie").await;
    browser.close().await;
}
