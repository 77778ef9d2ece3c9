//! The power of the checker: bugs are planted in the queue, in the CRM's side of
//! it and in the store, and each must be noticed by what judges every other run:
//! nothing lost, nothing out of order, no opt-out violated.
//!
//! A bug is a trigger in the database of one test, or a CRM that reads wrongly. So
//! nothing of it is in what is shipped. Contacts are cold, that is, saved twice and
//! never again: what is lost of a hot one is made good by its next save.
//!
//! The embedding has two lines against a save that comes while an earlier one is
//! under way: the revision of the event, and reading again what the call has read.
//! Each holds alone. So bugs in one of them are planted with the other taken away.

mod power;
mod stale;

use std::sync::Arc;
use std::time::Duration;

use koppel_simulation::{Book, Findings, address, checker, city};
use koppel_tests::{World, person};
use spotler_sim::Fault;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor};

/// Contacts that are saved at the same time.
const WAVE: usize = 40;
/// Waves of them.
const WAVES: usize = 2;
/// How long anything here may take.
const DEADLINE: Duration = Duration::from_secs(60);

/// A claimed event is out of the queue until it is settled: nobody finds it after a
/// kill.
const DELETE_ON_CLAIM: &str = "CREATE TRIGGER planted AFTER UPDATE OF attempt ON koppel_event
     WHEN NEW.attempt > OLD.attempt
     BEGIN UPDATE koppel_event SET not_before = 253402300799000 WHERE seq = NEW.seq; END";

/// A later save of a record that waits does not count the event up.
const NO_REVISION_OF_EVENTS: &str =
    "CREATE TRIGGER planted_event AFTER UPDATE OF revision ON koppel_event
     WHEN NEW.revision <> OLD.revision
     BEGIN UPDATE koppel_event SET revision = OLD.revision WHERE seq = NEW.seq; END";

/// The CRM does not count its records up, so nobody sees that one has changed.
const NO_REVISION_OF_RECORDS: &str =
    "CREATE TRIGGER planted_record AFTER UPDATE OF revision ON crm_records
     WHEN NEW.revision <> OLD.revision
     BEGIN UPDATE crm_records SET revision = OLD.revision
     WHERE tenant = NEW.tenant AND kind = NEW.kind AND id = NEW.id; END";

/// A save is dropped as a double while a call for its record is under way.
const SKIP_AS_UNIQUE: &str =
    "CREATE TRIGGER planted_unique BEFORE UPDATE OF revision ON koppel_event
     WHEN OLD.attempt > 0 AND NEW.revision <> OLD.revision
     BEGIN SELECT RAISE(IGNORE); END";

/// A world, and what was acknowledged as saved.
struct Trial {
    world: World,
    book: Book,
    last: u64,
}

impl Trial {
    async fn start() -> Self {
        Self {
            world: World::start().await,
            book: Book::default(),
            last: 0,
        }
    }

    /// Plants a bug in the database.
    async fn plant(&self, triggers: &[&'static str]) {
        let options = SqliteConnectOptions::new().filename(self.world.database());
        let mut connection = options.connect().await.expect("the database");
        for trigger in triggers {
            connection.execute(*trigger).await.expect("planted");
        }
        connection.close().await.expect("closed");
    }

    /// Saves a contact, new or known; it counts when the CRM has said so.
    async fn save(&mut self, number: usize) {
        self.last += 1;
        let city = city(self.last);
        let edit = person("Anna", &address(number)).text("city", &city);
        self.world.save(&number.to_string(), edit).await;
        self.book.saved(number, self.last);
    }

    async fn save_wave(&mut self, wave: usize) {
        for number in wave * WAVE..(wave + 1) * WAVE {
            self.save(number).await;
        }
    }

    /// Wave after wave of new contacts; each is saved once more while the calls of
    /// the first save are under way, and never again.
    async fn save_while_calls_are_under_way(&mut self) {
        for wave in 0..WAVES {
            self.save_wave(wave).await;
            let host = self.world.host.clone();
            self.world
                .sim
                .faults()
                .always_on("*", Fault::HangBeforeWork);
            let meanwhile = async {
                let held = self.world.sim.faults().until_held(4, DEADLINE).await;
                assert!(held, "waited for four requests to be under way");
                self.save_wave(wave).await;
                self.world.sim.faults().clear();
                self.world.sim.faults().release();
            };
            let (ran, ()) = tokio::join!(host.run_until_idle(), meanwhile);
            ran.expect("worked");
        }
        self.world.run_to_the_end().await;
    }

    /// Waves of new contacts, cut off while calls are under way, as by a kill.
    async fn save_and_kill(&mut self) {
        for wave in 0..WAVES {
            self.save_wave(wave).await;
            self.world.host.embedding().faults().cut_after(60);
            let cut = self.world.host.run_until_idle().await;
            assert!(format!("{cut:?}").contains("CutOff"), "{cut:?}");
            self.world.restart().await;
        }
        self.world.run_to_the_end().await;
    }

    /// What the checker says, as of any other run.
    fn findings(&self) -> Findings {
        checker::check(&self.world.sim, &self.book)
    }
}

/// Nothing is planted, or a line is taken away that another one makes good.
#[track_caller]
fn assert_clean(findings: &Findings) {
    assert!(findings.is_clean(), "{:#?}", findings.lines());
}

/// A bug is planted.
#[track_caller]
fn assert_caught(findings: &Findings, bug: &str) {
    assert!(!findings.lost.is_empty(), "{bug}: {}", findings.figures());
    println!("FAULTS {bug}: {}", findings.figures());
}

#[tokio::test]
async fn without_a_planted_bug_the_checker_finds_nothing() {
    let mut trial = Trial::start().await;
    trial.save_and_kill().await;
    assert_clean(&trial.findings());
    let mut trial = Trial::start().await;
    trial.save_while_calls_are_under_way().await;
    assert_clean(&trial.findings());
}

/// C17
#[tokio::test]
async fn each_of_the_two_lines_against_a_lost_save_holds_alone() {
    for line in [NO_REVISION_OF_EVENTS, NO_REVISION_OF_RECORDS] {
        let mut trial = Trial::start().await;
        trial.plant(&[line]).await;
        trial.save_while_calls_are_under_way().await;
        assert_clean(&trial.findings());
    }
}

#[tokio::test]
async fn the_checker_catches_a_queue_that_deletes_on_claim() {
    let mut trial = Trial::start().await;
    trial.plant(&[DELETE_ON_CLAIM]).await;
    trial.save_and_kill().await;
    assert_caught(&trial.findings(), "deleted on claim");
}

#[tokio::test]
async fn the_checker_catches_a_queue_that_ignores_the_revision() {
    let mut trial = Trial::start().await;
    trial
        .plant(&[NO_REVISION_OF_EVENTS, NO_REVISION_OF_RECORDS])
        .await;
    trial.save_while_calls_are_under_way().await;
    assert_caught(&trial.findings(), "revision ignored");
}

#[tokio::test]
async fn the_checker_catches_a_queue_that_skips_a_save_as_unique() {
    let mut trial = Trial::start().await;
    trial.plant(&[SKIP_AS_UNIQUE, NO_REVISION_OF_RECORDS]).await;
    trial.save_while_calls_are_under_way().await;
    assert_caught(&trial.findings(), "skipped as unique");
}

#[tokio::test]
async fn the_checker_catches_a_retry_that_does_not_read_again() {
    let mut trial = Trial::start().await;
    let crm = stale::StaleCrm::over(trial.world.host.crm().clone());
    let host = trial.world.host_with(Arc::new(crm));
    for wave in 0..WAVES {
        trial.save_wave(wave).await;
        trial.world.sim.faults().always_on("*", Fault::status(503));
        let worker = host.worker().expect("a worker");
        worker.run_until_idle().await.expect("worked");
        trial.world.sim.faults().clear();
        trial.save_wave(wave).await;
        while let Some(due) = worker.next_due().await.expect("a queue") {
            trial
                .world
                .advance_to_ms(due.max(trial.world.host.crm().now()));
            worker.run_until_idle().await.expect("worked");
        }
    }
    assert_caught(&trial.findings(), "retried without reading");
}

#[tokio::test]
async fn what_the_crm_has_acknowledged_survives_a_power_failure() {
    let mut trial = Trial::start().await;
    trial.checkpoint().await;
    trial.save_wave(0).await;
    let synced = trial.synced().await;
    let _after = trial.power_fails(synced).await;
    trial.world.run_to_the_end().await;
    assert_clean(&trial.findings());
}

#[tokio::test]
async fn the_checker_catches_a_store_that_loses_unsynced_writes() {
    let mut trial = Trial::start().await;
    trial.checkpoint().await;
    trial.save_wave(0).await;
    let _after = trial.power_fails(power::Synced::AtCheckpoints).await;
    trial.world.run_to_the_end().await;
    assert_caught(&trial.findings(), "unsynced writes lost");
}
