//! What a hostile component can do: nothing that matters. Each attack is a
//! component of its own, in a host with a neighbour who must not notice.

mod attacks;
mod guest;
mod server;

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use host_demo::host::{Component, DemoConfig, DemoHost};
use koppel_embedding::{ComponentError, Engine, EngineConfig, Limits, ManualClock, TenantId};
use koppel_tests::{ADMIN, contact, person};
use tempfile::TempDir;

use self::attacks::{Attack, Places};
use self::guest::Texts;
use self::server::{Answering, Server};
use crate::support::repository;

/// When every host here starts.
const NOW: u64 = 1_772_442_000_000;

/// Longer than any attack may take.
const DEADLINE: Duration = Duration::from_secs(60);

/// Small, so that the attacks take no time; in the field they are larger.
fn limits() -> Limits {
    Limits {
        compute: Duration::from_secs(1),
        call: Duration::from_secs(2),
        host_calls: 2_000,
        requests: 20,
        response_body_bytes: 1 << 20,
        written_bytes: 2 << 20,
        ..Limits::default()
    }
}

/// A host with a hostile component, and two tenants.
struct Target {
    attacked: DemoHost,
    neighbour: DemoHost,
    spotler: Server,
    elsewhere: Server,
    _folder: TempDir,
}

impl Target {
    async fn start(engine: &Engine, attack: &Attack) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let elsewhere = Server::start(Answering::Fine, "").await;
        let spotler = Server::start(attack.spotler, elsewhere.authority()).await;
        let mut texts = Texts::default();
        let places = Places {
            spotler: &spotler,
            elsewhere: &elsewhere,
        };
        let body = (attack.body)(&mut texts, &places);
        let component = engine
            .load_bytes(&guest::component(&texts, &body))
            .unwrap_or_else(|error| panic!("{}: {error}", attack.tries));
        let config = DemoConfig {
            component: Component::Loaded(component),
            clock: Arc::new(ManualClock::at(NOW)),
            limits: limits(),
            seed: Some(1),
            ..DemoConfig::new(folder.path().join("crm.sqlite"))
        };
        let attacked = DemoHost::open(config).await.expect("a host").as_user(ADMIN);
        let name = TenantId::new("neighbour").expect("a name");
        let neighbour = attacked.of_tenant(name);
        let target = Self {
            attacked,
            neighbour,
            spotler,
            elsewhere,
            _folder: folder,
        };
        let address = format!("http://{}/api", target.spotler.authority());
        let saved = target
            .attacked
            .activate("key", "secret", &address, "default");
        saved.await.expect("settings saved");
        target.neighbour_is_served().await;
        target
    }

    /// The neighbour's next event is handed in and answered.
    async fn neighbour_is_served(&self) {
        let crm = self.neighbour.crm();
        crm.save(&contact("good"), person("Anna", "anna@voorbeeld.nl"))
            .await
            .expect("saved");
        self.run().await;
        assert_eq!(outcome_of(&self.neighbour, "good").await, "synced fine");
        assert_eq!(crm.count_queue().await.expect("a queue").waiting, 0);
    }

    /// Saves the record for which the component attacks, and works the queue.
    async fn attack(&self) -> String {
        let crm = self.attacked.crm();
        let opted_out = person("Bram", "bram@voorbeeld.nl").mail(false);
        crm.save(&contact("x1"), opted_out).await.expect("saved");
        self.run().await;
        outcome_of(&self.attacked, "x1").await
    }

    async fn run(&self) {
        let began = Instant::now();
        let work = tokio::time::timeout(DEADLINE, self.attacked.run_until_idle());
        work.await.expect("the worker goes on").expect("worked");
        assert!(began.elapsed() < DEADLINE);
    }
}

/// Outcome and code of the latest call about a contact.
async fn outcome_of(host: &DemoHost, id: &str) -> String {
    let history = host.crm().history(&contact(id), 1).await.expect("read");
    let last = history.first().expect("a call");
    format!("{} {}", last.outcome, last.reason.code)
}

async fn attacked(attack: &Attack) -> (Target, String) {
    let engine = Engine::new(EngineConfig::default()).expect("an engine");
    let target = Target::start(&engine, attack).await;
    let ended = target.attack().await;
    (target, ended)
}

fn named(tries: &str) -> Attack {
    let found = attacks::all().into_iter().find(|it| it.tries == tries);
    found.unwrap_or_else(|| panic!("no attack is called {tries:?}"))
}

/// C17, C28: every attack ends as the table of `docs/sandbox.md` says, reaches
/// nobody, and leaves the host serving the next tenant. `KOPPEL_FAULTS` is how often
/// each is tried.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_attack_is_stopped_by_name_and_the_neighbour_is_served() {
    let engine = Engine::new(EngineConfig::default()).expect("an engine");
    let mut wrong = Vec::new();
    let [rounds] = koppel_simulation::asked([1]);
    let mut tried = 0;
    for attack in (0..rounds).flat_map(|_| attacks::all()) {
        tried += 1;
        let target = Target::start(&engine, &attack).await;
        let ended = target.attack().await;
        if ended != attack.ends {
            wrong.push(format!("{}: {ended}, not {}", attack.tries, attack.ends));
        }
        assert!(target.elsewhere.asked().is_empty(), "{}", attack.tries);
        let smuggled = target.spotler.asked().iter().any(|it| it.contains("evil"));
        assert!(!smuggled, "{}", attack.tries);
        target.neighbour_is_served().await;
        let victim = target.attacked.crm().record(&contact("x1")).await;
        let victim = victim.expect("read").expect("there");
        assert!(!victim.mail.allowed, "{}: the opt-out stands", attack.tries);
        let stranger = target.attacked.crm().record(&contact("good")).await;
        assert!(stranger.expect("read").is_none(), "{}", attack.tries);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    println!("FAULTS {tried} faults of the component, each stopped by name");
}

/// The table for people is the table of the test.
#[test]
fn the_table_of_the_documentation_is_the_one_that_is_tested() {
    let mut table =
        String::from("| on | the component tries | it ends as | stopped by |\n|---|---|---|---|\n");
    for Attack {
        on,
        tries,
        stopped_by,
        ends,
        ..
    } in attacks::all()
    {
        writeln!(table, "| {on} | {tries} | `{ends}` | {stopped_by} |").expect("a text");
    }
    let path = repository().join("docs/sandbox.md");
    let page = std::fs::read_to_string(&path).expect("docs/sandbox.md");
    let (before, rest) = page
        .split_once("<!-- attacks -->\n")
        .expect("the beginning");
    let (old, after) = rest.split_once("<!-- end -->\n").expect("the end");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let new = format!("{before}<!-- attacks -->\n{table}<!-- end -->\n{after}");
        std::fs::write(path, new).expect("written");
    } else {
        assert_eq!(old, table, "UPDATE_GOLDEN=1 writes it anew");
    }
}

/// PV-21: what is shown as done never shrinks, and a step that leads to itself
/// does not keep the machine busy.
#[tokio::test]
async fn progress_never_shrinks_and_a_step_that_leads_to_itself_pauses() {
    let lie = named("steps without end, and progress that shrinks");
    let (target, _) = attacked(&lie).await;
    let crm = target.attacked.crm();
    let calls = crm.history(&contact("x1"), 100).await.expect("a history");
    assert_eq!(
        calls.len(),
        2,
        "the second step came at once, the third pauses"
    );
    let queue = crm.queue(10).await.expect("a queue");
    let waiting = queue.retrying.first().expect("it waits");
    let progress = waiting.progress.as_ref().expect("progress");
    assert_eq!((progress.done, progress.total), (5, 9));
    assert!(waiting.not_before > NOW);
}

/// Nothing is dropped: an event that is put off for ever comes back.
#[tokio::test]
async fn later_never_becomes_never() {
    let (target, _) = attacked(&named("“later”, at the end of time")).await;
    let queue = target.attacked.crm().queue(10).await.expect("a queue");
    let waiting = queue.retrying.first().expect("it waits");
    assert!(waiting.not_before <= NOW + 7 * 24 * 3_600_000);
}

/// Components that would take the places of others are not loaded at all.
#[test]
fn a_component_of_many_instances_or_memories_is_not_loaded() {
    let engine = Engine::new(EngineConfig::default()).expect("an engine");
    let instances = "(core instance (instantiate $m))".repeat(9);
    let nine = format!("(component (core module $m) {instances})");
    let memories = "(component (core module $m (memory 1) (memory 1) (memory 1))
        (core instance (instantiate $m)))";
    for (text, what) in [(nine.as_str(), "instances"), (memories, "memories")] {
        let bytes = wat::parse_str(text).expect("well-formed");
        let loaded = engine.load_bytes(&bytes);
        assert!(
            matches!(loaded, Err(ComponentError::NotAComponent(_))),
            "{what}: {loaded:?}"
        );
    }
}
