//! What the demo CRM does on PostgreSQL as on SQLite: its commands, and texts that
//! PostgreSQL is stricter about.

use host_demo::crm::error::SaveError;
use host_demo::crm::find::Filter;
use koppel_embedding::store::Database;
use koppel_tests::postgres::Cluster;
use koppel_tests::{World, contact, person, showroom, spotler};

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

/// Each command that shows something reads from PostgreSQL.
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
