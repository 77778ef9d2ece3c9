//! Several processes on one PostgreSQL, killed and cut off while they work, and the
//! server crashes under them.
//!
//! `cargo xtask faults` runs the first of these with more: `KOPPEL_FAULTS` is the
//! numbers of saves, tenants, kills, cut connections and crashes of the server, and
//! the milliseconds between two of these.

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use host_demo::contract::Consent;
use host_demo::crm::Edit;
use host_demo::host::{DemoConfig, DemoHost};
use koppel_embedding::TenantId;
use koppel_embedding::secret::KeySource;
use koppel_tests::postgres::Cluster;
use koppel_tests::versions::{first_name, judge};
use koppel_tests::{ADMIN, contact, person, spotler};
use spotler_sim::{Config, SpotlerSim};
use tempfile::TempDir;

/// How much is done to it.
#[derive(Clone, Copy)]
struct Size {
    saves: u64,
    tenants: u64,
    kills: u64,
    cuts: u64,
    crashes: u64,
    pause: Duration,
}

impl Size {
    fn asked() -> Self {
        let asked = std::env::var("KOPPEL_FAULTS").unwrap_or_else(|_| "160 4 3 2 1 1500".into());
        let mut numbers = asked.split(' ').map(|it| it.parse().expect("a number"));
        let mut next = || numbers.next().expect("six numbers");
        Self {
            saves: next(),
            tenants: next(),
            kills: next(),
            cuts: next(),
            crashes: next(),
            pause: Duration::from_millis(next()),
        }
    }

    /// Each contact is saved about four times.
    fn contacts_of_each(self) -> u64 {
        (self.saves / self.tenants / 4).max(1)
    }

    /// How long anything may take: a whole minute, and a second for every 20 saves.
    fn deadline(self) -> Duration {
        Duration::from_secs(120 + self.saves / 10)
    }
}

struct Site {
    sim: SpotlerSim,
    host: DemoHost,
    url: String,
    cluster: Cluster,
    folder: TempDir,
}

fn tenant(number: u64) -> TenantId {
    TenantId::new(format!("t{number}")).expect("a name")
}

fn record(tenant: u64, number: u64) -> String {
    format!("{tenant}-{number}")
}

fn email(tenant: u64, number: u64) -> String {
    format!("p{}@voorbeeld.nl", record(tenant, number))
}

impl Site {
    /// Tenants that are connected, each with an account of its own name.
    async fn with_tenants(size: Size) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let cluster = tokio::task::spawn_blocking(|| Cluster::start(true)).await;
        let cluster = cluster.expect("a cluster");
        let url = cluster.database().await;
        let mut demo = DemoConfig::new(url.clone());
        demo.key = KeySource::At(folder.path().join("koppel.key"));
        demo.cache = Some(std::env::temp_dir().join("koppel-tests-cache"));
        let host = DemoHost::open(demo).await.expect("a host").as_user(ADMIN);
        let running = Config {
            clock: spotler_sim::ClockStart::RealTime,
            ..spotler()
        };
        let sim = SpotlerSim::start(running).await.expect("a simulator");
        let address = format!("{}/integrationservice", sim.base_url());
        for number in 0..size.tenants {
            let of = host.of_tenant(tenant(number));
            let user = of.crm().set_user(ADMIN, "Admin", &["spotler"]).await;
            user.expect("a user");
            of.activate("demo-key", "demo-secret", &address, "default")
                .await
                .expect("settings saved");
        }
        host.run_until_idle().await.expect("worked");
        for number in 0..size.tenants {
            let of = host.of_tenant(tenant(number));
            let rows = of.mapping().await.expect("a mapping");
            of.save_mapping(rows).await.expect("mapping saved");
        }
        host.run_until_idle().await.expect("worked");
        sim.clear_requests();
        Self {
            sim,
            host,
            url,
            cluster,
            folder,
        }
    }

    /// A process that works the queue, until it is killed or there is nothing due.
    fn worker(&self, arguments: &[&str]) -> Child {
        let key = std::fs::read_to_string(self.folder.path().join("koppel.key"));
        Command::new(env!("CARGO_BIN_EXE_crm"))
            .args(["--database", &self.url, "--lease", "3"])
            .args(arguments)
            .env("KOPPEL_KEY", key.expect("a key").trim())
            .env("XDG_CACHE_HOME", self.folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts")
    }

    async fn waiting(&self) -> i64 {
        self.asked("SELECT count(*) FROM koppel_event").await
    }

    /// How many calls ended up to now.
    async fn calls(&self) -> i64 {
        self.asked("SELECT count(*) FROM koppel_history").await
    }

    async fn asked(&self, number: &'static str) -> i64 {
        let readers = self.host.crm().store().readers();
        // Connections are being cut: the next one answers.
        for _ in 0..50 {
            let counted = sqlx::query_scalar(number);
            if let Ok(count) = counted.fetch_one(readers).await {
                return count;
            }
        }
        panic!("the queue cannot be read");
    }
}

/// Saves version after version of every contact; every tenth one opts out half-way.
/// A save whose connection was cut is made again. Answers the last versions.
async fn save_all(host: DemoHost, size: Size, done: Arc<AtomicU64>) -> u64 {
    let contacts = size.contacts_of_each();
    let rounds = size.saves / size.tenants / contacts;
    for version in 1..=rounds {
        for number in 0..contacts {
            for of in 0..size.tenants {
                let mut edit = person(&first_name(version), &email(of, number));
                if version == 1 {
                    edit = edit.permission(1, Consent::Given);
                }
                if number % 10 == 0 && version == rounds.div_ceil(2) {
                    edit = edit.mail(false);
                }
                save(&host.of_tenant(tenant(of)), &record(of, number), edit).await;
                done.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
    rounds
}

async fn save(host: &DemoHost, id: &str, edit: Edit) {
    let began = Instant::now();
    while let Err(error) = host.crm().save(&contact(id), edit.clone()).await {
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "a save was refused for a minute: {error}"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What is done to the processes and to the server.
#[derive(Clone, Copy)]
enum Kind {
    Kill,
    Cut,
    Crash,
}

/// How often it was done.
#[derive(Default)]
struct Harm {
    kills: u64,
    cuts: u64,
    crashes: u64,
    connections_cut: u64,
}

impl Harm {
    /// What lags behind most, so that each kind is spread over the whole; none when
    /// all is done.
    fn next(&self, size: Size) -> Option<Kind> {
        let kinds = [
            (Kind::Kill, self.kills, size.kills),
            (Kind::Cut, self.cuts, size.cuts),
            (Kind::Crash, self.crashes, size.crashes),
        ];
        let left = kinds.into_iter().filter(|(_, done, all)| done < all);
        let next = left.min_by_key(|(_, done, all)| (done + 1) * 1_000_000 / all);
        next.map(|(kind, ..)| kind)
    }

    /// Does the next, if there is one.
    async fn go_on(&mut self, size: Size, cluster: &mut Cluster, processes: &mut [Child]) {
        match self.next(size) {
            None => {}
            Some(Kind::Kill) => {
                let which = usize::try_from(self.kills).expect("a number") % processes.len();
                processes[which].kill().expect("killed");
                processes[which].wait().expect("gone");
                self.kills += 1;
            }
            Some(Kind::Cut) => {
                self.connections_cut += cluster.cut_connections().await;
                self.cuts += 1;
            }
            Some(Kind::Crash) => {
                tokio::task::block_in_place(|| cluster.crash());
                self.crashes += 1;
            }
        }
    }
}

/// C17: processes share one PostgreSQL; any of them may die, and the server may crash.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_out_of_order_while_processes_are_killed_and_cut_off() {
    let size = Size::asked();
    let mut site = Site::with_tenants(size).await;
    // The first one compiles the component for those after it, who live for seconds.
    let mut first = site.worker(&["work"]);
    let ended = tokio::task::spawn_blocking(move || first.wait()).await;
    assert!(ended.expect("no panic").expect("a process").success());
    let began = Instant::now();
    let saved = Arc::new(AtomicU64::new(0));
    let saving = tokio::spawn(save_all(site.host.clone(), size, saved.clone()));
    let mut processes: Vec<Child> = (0..2).map(|_| site.worker(&["work"])).collect();
    let mut harm = Harm::default();
    let calls_before = site.calls().await;
    let mut under_harm = None;
    let mut last_harm = Instant::now();
    loop {
        for process in &mut processes {
            if process.try_wait().expect("a process").is_some() {
                *process = site.worker(&["work"]);
            }
        }
        if last_harm.elapsed() >= size.pause {
            last_harm = Instant::now();
            harm.go_on(size, &mut site.cluster, &mut processes).await;
        }
        if under_harm.is_none() && harm.next(size).is_none() {
            under_harm = Some(site.calls().await - calls_before);
        }
        if under_harm.is_some() && saving.is_finished() && site.waiting().await == 0 {
            break;
        }
        assert!(
            began.elapsed() < size.deadline(),
            "waited for the queue to be empty: {} saved, {} wait, {} kills",
            saved.load(Ordering::Relaxed),
            site.waiting().await,
            harm.kills
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for process in &mut processes {
        process.kill().expect("killed");
        process.wait().expect("gone");
    }
    let rounds = saving.await.expect("all saved");
    let all = (0..size.tenants).flat_map(|of| (0..size.contacts_of_each()).map(move |it| (of, it)));
    let verdict = judge(&site.sim, all.map(|(of, it)| (email(of, it), rounds)));
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "FAULTS saves {} tenants {} kills {} cut connections {} crashes of PostgreSQL {} \
         calls meanwhile {} in all {} requests {} seconds {seconds:.1} lost {} out of order {} opt-out violations {}",
        saved.load(Ordering::Relaxed),
        size.tenants,
        harm.kills,
        harm.connections_cut,
        harm.crashes,
        under_harm.unwrap_or_default(),
        site.calls().await - calls_before,
        site.sim.request_count(),
        verdict.lost,
        verdict.out_of_order,
        verdict.breaches,
    );
    assert!(verdict.told > 0, "Spotler was told of nobody");
    let wrong = (verdict.lost, verdict.out_of_order, verdict.breaches);
    assert_eq!(wrong, (0, 0, 0));
}

/// A process that is told to stop ends what is under way, and another one need not
/// wait for a lease to end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_is_told_to_stop_ends_what_is_under_way_and_gives_its_tenants_back() {
    let size = Size {
        saves: 1,
        tenants: 1,
        kills: 0,
        cuts: 0,
        crashes: 0,
        pause: Duration::ZERO,
    };
    let site = Site::with_tenants(size).await;
    let of = site.host.of_tenant(tenant(0));
    save(&of, &record(0, 0), person("Bo", &email(0, 0))).await;
    site.sim.faults().add(spotler_sim::FaultRule {
        on: "*".into(),
        when: spotler_sim::When::After { skip: 0, times: 1 },
        fault: spotler_sim::Fault::HangBeforeWork,
    });
    let mut process = site.worker(&["serve", "--listen", "127.0.0.1:0", "--tick", "1000"]);
    let deadline = size.deadline();
    assert!(
        site.sim.faults().until_held(1, deadline).await,
        "waited for a request"
    );
    let told = Command::new("kill")
        .args(["-TERM", &process.id().to_string()])
        .status();
    assert!(told.expect("kill starts").success());
    site.sim.faults().release();
    let began = Instant::now();
    let status = loop {
        if let Some(status) = process.try_wait().expect("a process") {
            break status;
        }
        assert!(began.elapsed() < deadline, "waited for the process to end");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(status.success(), "{status}");
    let history = of.crm().history(&contact(&record(0, 0)), 10).await;
    let outcomes: Vec<(u32, String)> = history
        .expect("a history")
        .into_iter()
        .map(|it| (it.attempt, it.outcome))
        .collect();
    assert_eq!(outcomes, [(1, "synced".to_owned())]);
    let leased: i64 = sqlx::query_scalar("SELECT count(*) FROM koppel_lease WHERE owner <> ''")
        .fetch_one(site.host.crm().store().readers())
        .await
        .expect("the leases");
    assert_eq!(leased, 0);
}
