//! A CRM with something on every page, on PostgreSQL and on SQLite: the same
//! pages, with the same words on them.

use std::collections::{BTreeMap, VecDeque};

use host_demo::contract::Standing;
use host_demo::crm::error::SaveError;
use host_demo::crm::find::Filter;
use koppel_embedding::store::Database;
use koppel_tests::pages::{Browser, text_of};
use koppel_tests::postgres::Cluster;
use koppel_tests::{ADMIN, World, contact, person, showroom, spotler};
use spotler_sim::JourneyDraft;

use crate::support::{assert_same, repository};

/// So many rows of the example file are imported.
const ROWS: usize = 150;
/// So many pages of the same shape are looked at, such as contacts.
const OF_A_SHAPE: usize = 12;
/// Fewer would mean that links are not followed.
const FEWEST: usize = 60;

/// Imports, syncs, exports, sends, answers, and waits for a person.
async fn filled(world: &World) {
    showroom::fill(world).await;
    let text = std::fs::read_to_string(repository().join("examples/contacts.csv"));
    let text = text.expect("the example");
    let some: Vec<&str> = text.lines().take(ROWS).collect();
    let rows = some.join("\n");
    let report = host_demo::import::import(world.host.crm(), rows.as_bytes(), |_| {});
    assert!(report.await.expect("imported").created > 100);
    world.run_to_the_end().await;
    let journey = world.journey(JourneyDraft::automation("Welkom"));
    world.act("refresh-journeys", &[]).await;
    world.start_journey(&["4"], &journey).await;
    assert_eq!(world.standing("4", &journey).await, Standing::Started);
    world.advance_s(7200);
    world.tick().await;
    world.run_to_the_end().await;
}

/// The page and the kind of record of an address, without ids.
fn shape(address: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let parts: Vec<&str> = path.split('/').collect();
    let kinds = ["contact", "lead", "account"];
    let kind = parts.iter().find(|it| kinds.contains(it)).unwrap_or(&"");
    let asked: Vec<&str> = query
        .split('&')
        .map(|it| it.split('=').next().unwrap_or_default())
        .collect();
    format!("{}/{kind}/{}?{}", parts[1], parts.len(), asked.join("&"))
}

/// The addresses of this site that a page links to.
fn links(page: &str) -> Vec<String> {
    let of_anchor = |part: &str| {
        let href = part.split('>').next()?.split("href=\"").nth(1)?;
        Some(
            href.split('"')
                .next()?
                .replace("&amp;", "&")
                .replace("&#38;", "&"),
        )
    };
    let all = page.split("<a ").skip(1).filter_map(of_anchor);
    all.filter(|it| it.starts_with('/') && !it.starts_with("/backups/") && !it.contains("lang="))
        .collect()
}

/// Every page that links lead to, by its address, as text.
async fn pages(browser: &Browser) -> BTreeMap<String, String> {
    let mut alike: BTreeMap<String, usize> = BTreeMap::new();
    let mut pages = BTreeMap::new();
    let mut next = VecDeque::from(["/".to_owned(), "/bulk/1".to_owned()]);
    while let Some(address) = next.pop_front() {
        let seen = alike.entry(shape(&address)).or_default();
        if *seen >= OF_A_SHAPE || pages.contains_key(&without_chance(&address)) {
            continue;
        }
        *seen += 1;
        let page = browser.page(&address).await;
        next.extend(links(&page));
        pages.insert(without_chance(&address), without_chance(&text_of(&page)));
    }
    pages
}

/// All that the CRM and Spotler have, without ids that chance has given.
async fn state(world: &World) -> serde_json::Value {
    let dump = world.host.dump().await.expect("a state");
    let both = serde_json::json!([dump, world.sim.snapshot_of_effect()]);
    serde_json::from_str(&without_chance(&both.to_string())).expect("JSON")
}

/// A text without UUIDs and their first parts.
fn without_chance(text: &str) -> String {
    const PARTS: [usize; 5] = [8, 4, 4, 4, 12];
    let is_hex =
        |it: &str, length: usize| it.len() == length && it.bytes().all(|it| it.is_ascii_hexdigit());
    let is_uuid = |it: &str| {
        let mut parts = it.split('-');
        it.len() == 36
            && PARTS
                .iter()
                .all(|length| parts.next().is_some_and(|it| is_hex(it, *length)))
    };
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let ends = |length| {
            let next = rest.get(length..).and_then(|it| it.chars().next());
            next.is_none_or(|it| !it.is_alphanumeric())
        };
        let begins = out.chars().last().is_none_or(|it| !it.is_alphanumeric());
        let length = if begins && rest.get(..36).is_some_and(is_uuid) {
            36
        } else if begins && rest.get(..8).is_some_and(|it| is_hex(it, 8)) && ends(8) {
            8
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        };
        out.push('#');
        rest = &rest[length..];
    }
    out
}

/// YO-21: all that the CRM shows is the same in both databases.
#[tokio::test]
async fn every_page_shows_the_same_on_both_databases() {
    let on_postgres = World::start_on_postgres(spotler()).await;
    filled(&on_postgres).await;
    let on_sqlite = World::start().await;
    filled(&on_sqlite).await;
    assert_same(
        &state(&on_postgres).await,
        &state(&on_sqlite).await,
        "on PostgreSQL",
    );
    let there = pages(&on_postgres.browser(ADMIN).await).await;
    let here = pages(&on_sqlite.browser(ADMIN).await).await;
    let seen = there.len();
    assert!(seen >= FEWEST, "links are not followed: {seen} pages");
    for (address, page) in &there {
        assert_eq!(Some(page), here.get(address), "{address}");
    }
    assert_eq!(there.len(), here.len());
    assert!(on_postgres.sim.breaches().is_empty());
}

/// The commands that only show something, as a process of their own.
const COMMANDS: [&str; 30] = [
    "status",
    "queue",
    "log",
    "tasks",
    "messages",
    "jobs",
    "guard",
    "history 1",
    "why 1",
    "card 1",
    "contact list",
    "contact show 1",
    "list show",
    "list show fietsers",
    "list members fietsers",
    "list of 1",
    "settings show",
    "mapping show",
    "field list",
    "campaign list",
    "campaign show voorjaar",
    "campaign results voorjaar",
    "report mailings",
    "report forms",
    "bulk list",
    "journey list",
    "journey bindings",
    "journey show 1",
    "automatic-action list",
    "snapshots list 1",
];

/// YO-21: each command that shows something reads from PostgreSQL.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_that_shows_something_reads_from_postgresql() {
    let world = World::start_on_postgres(spotler()).await;
    showroom::fill(&world).await;
    let Database::Postgres(url) = world.config().database.clone() else {
        panic!("not on PostgreSQL");
    };
    let key = std::fs::read_to_string(Cluster::shared().key()).expect("a key");
    let cache = tempfile::tempdir().expect("a folder");
    let now =
        jiff::Timestamp::from_millisecond(i64::try_from(world.host.crm().now()).expect("a time"))
            .expect("a moment");
    for command in COMMANDS {
        let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_crm"))
            .args(["--database", &url, "--at", &now.to_string(), "--json"])
            .args(command.split(' '))
            .env("KOPPEL_KEY", key.trim())
            .env("XDG_CACHE_HOME", cache.path())
            .output();
        let output = output.await.expect("the program starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command}: {said}");
        assert!(!output.stdout.is_empty(), "{command} shows nothing");
    }
}

/// What PostgreSQL is stricter about than SQLite.
#[tokio::test]
async fn texts_of_any_length_are_kept_and_what_is_no_text_is_refused() {
    let world = World::start_on_postgres(spotler()).await;
    let crm = world.host.crm();
    // Letters in no order: what repeats is made smaller before it is counted.
    let long: String = (0_u32..9000)
        .map(|it| char::from_u32(0x4e00 + it.wrapping_mul(2_654_435_761) % 20_000))
        .map(|it| it.expect("a letter"))
        .collect();
    let edit = person("Anna", "anna@voorbeeld.nl").text("organisation", &long);
    world.save("1", edit.text("last_name", &long)).await;
    let found = crm
        .find(&Filter::default(), None, 10)
        .await
        .expect("a page");
    assert_eq!(found.lines.len(), 1);
    assert_eq!(world.record("1").await.text("last_name"), long);
    let refused = crm
        .save(&contact("2"), person("An\0na", "anna@voorbeeld.nl"))
        .await;
    assert!(
        matches!(refused, Err(SaveError::Rule { .. })),
        "{refused:?}"
    );
}
