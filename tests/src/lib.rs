//! A whole world in a test: the real component, the demo host and the
//! simulator, on a clock that only the test moves.
//!
//! ```no_run
//! # async fn example() {
//! use koppel_tests::{World, anna};
//! let world = World::start().await;
//! world.save("1", anna()).await;
//! world.run().await;
//! assert_eq!(world.reason("1").await, "created");
//! # }
//! ```

pub mod components;
pub mod journeys;
pub mod lists;
pub mod pages;
pub mod postgres;
pub mod showroom;
mod stage;
pub mod versions;

pub use stage::Stage;

use std::sync::{Arc, OnceLock};

use host_demo::contract::{
    Change, Consent, ManualAction, MappingRow, RecordKind, RecordRef, SyncStatus,
};
use host_demo::crm::{Edit, Record};
use host_demo::host::{Component, DemoConfig, DemoHost};
use host_demo::window::EveningHours;
use koppel_embedding::queue::{HistoryEntry, Of};
use koppel_embedding::secret::KeySource;
use koppel_embedding::{ComponentFile, Crm, Event, Host, HostConfig, Limits, ManualClock};
use spotler_sim::{Config, SpotlerSim};
use tempfile::TempDir;

/// When every world starts.
const START: &str = "2026-03-02T09:00:00Z";
/// The same, in milliseconds.
const START_MS: u64 = 1_772_442_000_000;

/// The CRM's name of the user who makes the connection.
pub const ADMIN: &str = "admin";

/// Simulator, component and CRM of one test.
pub struct World {
    /// Spotler.
    pub sim: SpotlerSim,
    /// The CRM with its component.
    pub host: DemoHost,
    /// The CRM's clock; [`World::advance_s`] moves Spotler's along with it.
    pub clock: ManualClock,
    config: DemoConfig,
    _folder: TempDir,
}

/// The compiled component, shared by all tests of a program.
fn component() -> ComponentFile {
    static COMPONENT: OnceLock<ComponentFile> = OnceLock::new();
    COMPONENT
        .get_or_init(|| {
            let mut config = DemoConfig::new("unused.sqlite");
            config.cache = Some(cache());
            config.load_component().expect("the component loads")
        })
        .clone()
}

/// Where the tests keep the component as it is compiled.
fn cache() -> std::path::PathBuf {
    std::env::temp_dir().join("koppel-tests-cache")
}

/// A form for Anna, with the gate open and no permission.
pub fn anna() -> Edit {
    person("Anna", "anna@voorbeeld.nl")
}

/// A form for anybody, with the gate open and no permission.
pub fn person(first_name: &str, email: &str) -> Edit {
    Edit::new()
        .text("first_name", first_name)
        .text("last_name", "de Boer")
        .text("email", email)
        .gate(true)
        .owner("owner-1")
}

/// The contact with this id.
pub fn contact(id: &str) -> RecordRef {
    RecordRef {
        kind: RecordKind::Contact,
        id: id.to_owned(),
    }
}

/// A simulator on the clock of the tests.
pub fn spotler() -> Config {
    Config::frozen_at(START)
}

/// A demo on a database of its own in the tests' PostgreSQL. Set
/// `KOPPEL_TEST_POSTGRES` to let all tests of a program run on it.
pub async fn on_postgres() -> DemoConfig {
    let cluster = tokio::task::spawn_blocking(postgres::Cluster::shared).await;
    let cluster = cluster.expect("a cluster");
    let mut demo = DemoConfig::new(cluster.database().await);
    demo.key = KeySource::At(cluster.key());
    demo
}

impl World {
    /// Profile `default`, connected, mapping saved, no contact on either side.
    pub async fn start() -> Self {
        Self::start_with(spotler(), "default").await
    }

    /// Connected to this simulator with this profile, mapping saved, and no
    /// request counted yet.
    pub async fn start_with(config: Config, profile: &str) -> Self {
        let world = Self::unconnected(config).await;
        world.connect(profile).await;
        world.save_mapping().await;
        world.sim.clear_requests();
        world
    }

    /// Profile `default`, connected, mapping saved, with these evening hours.
    pub async fn start_with_hours(hours: EveningHours) -> Self {
        let world = Self::unconnected_from(spotler(), |demo| demo.hours = hours).await;
        world.connect("default").await;
        world.save_mapping().await;
        world.sim.clear_requests();
        world
    }

    /// Profile `default`, connected to this simulator, mapping saved, with these
    /// bounds for a call.
    pub async fn start_with_limits(config: Config, limits: Limits) -> Self {
        let world = Self::unconnected_from(config, |demo| demo.limits = limits).await;
        world.connect("default").await;
        world.save_mapping().await;
        world.sim.clear_requests();
        world
    }

    /// Profile `default`, connected, mapping saved, on PostgreSQL.
    pub async fn start_on_postgres(config: Config) -> Self {
        let on_postgres = on_postgres().await;
        let world = Self::unconnected_from(config, |demo| {
            demo.database = on_postgres.database;
            demo.key = on_postgres.key;
        })
        .await;
        world.connect("default").await;
        world.save_mapping().await;
        world.sim.clear_requests();
        world
    }

    /// Nothing connected yet.
    pub async fn unconnected(config: Config) -> Self {
        Self::unconnected_from(config, |_| ()).await
    }

    async fn unconnected_from(config: Config, change: impl FnOnce(&mut DemoConfig)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = ManualClock::at(START_MS);
        let mut demo = match std::env::var_os("KOPPEL_TEST_POSTGRES") {
            Some(_) => on_postgres().await,
            None => DemoConfig::new(folder.path().join("crm.sqlite")),
        };
        demo.component = Component::Loaded(component());
        demo.clock = Arc::new(clock.clone());
        demo.seed = Some(1);
        change(&mut demo);
        let host = DemoHost::open(demo.clone())
            .await
            .expect("a host")
            .as_user(ADMIN);
        let sim = SpotlerSim::start(config).await.expect("a simulator");
        Self {
            sim,
            host,
            clock,
            config: demo,
            _folder: folder,
        }
    }

    /// The CRM's database file, for another process on it.
    pub fn database(&self) -> &std::path::Path {
        self.config.database.file().expect("a database in a file")
    }

    /// Lets the command line on this database find the component as the tests have
    /// compiled it already.
    pub fn share_compiled_component(&self) {
        let beside = self.database().with_extension("cache");
        if !beside.exists() {
            std::os::unix::fs::symlink(cache(), beside).expect("a link");
        }
    }

    /// The API's address, with the prefix without a version.
    pub fn address(&self) -> String {
        self.address_with("integrationservice")
    }

    /// The API's address with a prefix.
    pub fn address_with(&self, prefix: &str) -> String {
        format!("{}/{prefix}", self.sim.base_url())
    }

    /// Activates the connection with the simulator's own key and secret.
    pub async fn connect(&self, profile: &str) {
        self.host
            .activate("demo-key", "demo-secret", &self.address(), profile)
            .await
            .expect("settings saved");
        self.run().await;
    }

    /// Saves the mapping as it stands.
    pub async fn save_mapping(&self) {
        let rows = self.host.mapping().await.expect("a mapping");
        self.save_rows(rows).await;
    }

    /// Saves these rows as the mapping.
    pub async fn save_rows(&self, rows: Vec<MappingRow>) {
        self.host.save_mapping(rows).await.expect("mapping saved");
        self.run().await;
    }

    /// How the CRM is put together, to open another one on the same database.
    pub fn config(&self) -> &DemoConfig {
        &self.config
    }

    /// Closes the CRM and opens it anew on the same file, as after a restart.
    pub async fn restart(&mut self) {
        let host = DemoHost::open(self.config.clone()).await.expect("a host");
        self.host = host.as_user(ADMIN);
    }

    /// Closes the CRM and opens it anew with something configured otherwise.
    pub async fn restart_with(&mut self, change: impl FnOnce(&mut DemoConfig)) {
        change(&mut self.config);
        self.restart().await;
    }

    /// A host on the same database, for which the CRM is this one.
    pub fn host_with<C: Crm>(&self, crm: Arc<C>) -> Host {
        let config = HostConfig {
            clock: Arc::new(self.clock.clone()),
            seed: Some(1),
            ..HostConfig::default()
        };
        let store = self.host.crm().store().clone();
        Host::start(store, crm, component(), config)
    }

    /// Saves a contact, new or known.
    pub async fn save(&self, id: &str, edit: Edit) {
        self.host
            .crm()
            .save(&contact(id), edit)
            .await
            .expect("saved");
    }

    /// Records an opt-in of a contact for a permission.
    pub async fn opt_in(&self, id: &str, bit: u32) {
        self.say(id, bit, Consent::Given).await;
    }

    /// Records what a contact said for a permission.
    pub async fn say(&self, id: &str, bit: u32, consent: Consent) {
        let crm = self.host.crm();
        crm.set_permission(&contact(id), bit, consent, "form")
            .await
            .expect("saved");
    }

    /// Works the queue until nothing is due.
    pub async fn run(&self) {
        self.host.run_until_idle().await.expect("worked");
    }

    /// Works the queue, moving the clock to whatever is due next, until it is
    /// empty or a day has passed.
    pub async fn run_to_the_end(&self) {
        let worker = self.host.worker().expect("a worker");
        for _ in 0..500 {
            worker.run_until_idle().await.expect("worked");
            let Some(next) = worker.next_due().await.expect("a queue") else {
                return;
            };
            let now = self.host.crm().now();
            self.advance_ms(next.saturating_sub(now).max(1));
        }
        let left = self.host.crm().queue(10).await.expect("a queue");
        panic!("the queue is not empty after 500 rounds: {left:?}");
    }

    /// Reads what changed in Spotler.
    pub async fn tick(&self) {
        self.host.tick().await.expect("queued");
        self.run().await;
    }

    /// Moves both clocks to a moment that is still to come.
    pub fn advance_to_ms(&self, ms: u64) {
        let now = self.host.crm().now();
        assert!(ms >= now, "clocks only go forward");
        self.advance_ms(ms - now);
    }

    /// Moves both clocks.
    pub fn advance_s(&self, seconds: u64) {
        self.advance_ms(seconds * 1000);
    }

    /// Moves both clocks.
    pub fn advance_ms(&self, ms: u64) {
        self.clock.advance(std::time::Duration::from_millis(ms));
        self.sim
            .clock()
            .set_ms(i64::try_from(self.host.crm().now()).expect("a time"));
    }

    /// A contact as the CRM has it.
    pub async fn record(&self, id: &str) -> Record {
        self.host
            .crm()
            .record(&contact(id))
            .await
            .expect("read")
            .expect("there")
    }

    /// The status that a contact shows.
    pub async fn status(&self, id: &str) -> Option<SyncStatus> {
        self.record(id).await.status
    }

    /// Everything that became of a contact, latest first.
    pub async fn history(&self, id: &str) -> Vec<HistoryEntry> {
        self.host
            .crm()
            .history(&contact(id), 100)
            .await
            .expect("a history")
    }

    /// The code of the last outcome of a contact.
    pub async fn reason(&self, id: &str) -> String {
        let history = self.history(id).await;
        history
            .first()
            .map(|it| it.reason.code.clone())
            .unwrap_or_default()
    }

    /// The code that a contact's status is explained with.
    pub async fn reason_of_record(&self, id: &str) -> String {
        self.record(id).await.reason.unwrap_or_default()
    }

    /// The code of the last outcome of a hook that is about no record.
    pub async fn last_reason_of(&self, hook: &str) -> String {
        let crm = self.host.crm();
        let history = crm
            .history_of(&Of::default(), 100)
            .await
            .expect("a history");
        let last = history.iter().find(|it| it.hook == hook);
        last.map(|it| it.reason.code.clone()).unwrap_or_default()
    }

    /// The requests since the last time, as `PUT /contact/…`, without queries.
    pub fn requests(&self) -> Vec<String> {
        let requests = self.sim.requests();
        self.sim.clear_requests();
        requests
            .iter()
            .map(spotler_sim::LoggedRequest::line)
            .collect()
    }

    /// The permissions that are on for a contact in Spotler.
    pub fn permissions_on(&self, email: &str) -> Vec<u32> {
        let contact = self.sim.contact_by_email(email).expect("there");
        contact
            .sets
            .get("permissions")
            .map(|it| it.iter().copied().collect())
            .unwrap_or_default()
    }

    /// Carries out an operation by hand with these contacts, to the end.
    pub async fn act(&self, operation: &str, ids: &[&str]) {
        self.queue_action(operation, ids).await;
        self.run().await;
    }

    /// Queues an operation by hand with these contacts.
    pub async fn queue_action(&self, operation: &str, ids: &[&str]) {
        let action = ManualAction {
            operation: operation.to_owned(),
            records: ids.iter().map(|id| contact(id)).collect(),
            selection: None,
            permissions: Vec::new(),
            fields: Vec::new(),
            parameters: Vec::new(),
        };
        self.host.run_action(action).await.expect("queued");
    }

    /// Raises a save event without a change, as a CRM may that does not compare.
    pub async fn touch(&self, id: &str) {
        let event = Event::ContactSaved {
            record: contact(id),
            change: Change::Updated,
        };
        self.host.enqueue(event).await.expect("queued");
    }
}
