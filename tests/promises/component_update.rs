//! New versions of the component while the CRM works.

use std::time::{Duration, Instant};

use host_demo::crm::sales::Stage;
use host_demo::host::DemoHost;
use koppel_embedding::update::Untrusted;
use koppel_embedding::{ComponentError, Ran, Trust, UpdateError, WorkerError};
use koppel_tests::components::{marked, replaced, spelling, without};
use koppel_tests::pages::text_of;
use koppel_tests::{World, anna, contact, person};
use spotler_sim::{Fault, SpotlerSim};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::program::{Program, blocking, simulator};
use crate::signing::Signer;

/// How long anything here may take.
const DEADLINE: Duration = Duration::from_secs(120);

fn bundled() -> &'static [u8] {
    koppel_component::WASM
}

/// Trusts exactly these bytes, as somebody does who has compared the hash.
fn pinned(component: &[u8]) -> Trust {
    let hash = sha256(component);
    Trust::default().pin(&hash).expect("a hash")
}

fn sha256(bytes: &[u8]) -> String {
    // The refusal names the hash: nothing else here can compute it.
    match Trust::default().check(bytes, None) {
        Err(Untrusted::NobodyAsked(hash)) => hash,
        other => panic!("{other:?}"),
    }
}

async fn used(host: &DemoHost, component: &[u8]) {
    let trust = pinned(component);
    host.use_component(component.to_vec(), None, &trust, &[])
        .await
        .expect("it is trusted and fits");
}

async fn in_use(world: &World) -> String {
    world.host.component().await.expect("told").in_use.sha256
}

async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < DEADLINE, "waited for {what}");
        tokio::task::yield_now().await;
    }
}

/// A worker at work, and how to stop it.
struct Working {
    stop: oneshot::Sender<()>,
    ended: JoinHandle<Result<Ran, WorkerError>>,
}

impl Working {
    fn start(host: &DemoHost) -> Self {
        let worker = host.worker().expect("a worker");
        let (stop, stopped) = oneshot::channel::<()>();
        let ended = tokio::spawn(async move {
            let stopped = async {
                let _ = stopped.await;
            };
            worker.run(stopped).await
        });
        Self { stop, ended }
    }

    async fn stop(self) {
        self.stop.send(()).expect("it works");
        self.ended.await.expect("no panic").expect("it ends");
    }
}

/// A hundred saves arrive while the component is exchanged, put back and
/// exchanged again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_component_is_exchanged_during_a_stream_of_saves_and_none_is_lost_or_done_twice() {
    const SAVES: usize = 100;
    let world = World::start().await;
    let other = spelling();
    let working = Working::start(&world.host);
    for n in 0..SAVES {
        let id = n.to_string();
        let edit = person("Anna", &format!("anna{n}@voorbeeld.nl"));
        world.save(&id, edit).await;
        match n {
            30 | 75 => used(&world.host, &other).await,
            55 => {
                let back = world.host.use_kept(&sha256(bundled())[..12], &[]).await;
                assert!(!back.expect("kept").was_in_use);
            }
            _ => {}
        }
    }
    until("the queue to be empty", async || {
        let queue = world.host.crm().count_queue().await.expect("a queue");
        queue.waiting + queue.retrying == 0
    })
    .await;
    working.stop().await;
    let (mut by_the_first, mut by_the_other) = (0, 0);
    for n in 0..SAVES {
        let history = world.history(&n.to_string()).await;
        let done = history.iter().filter(|it| it.outcome == "synced");
        let codes: Vec<&str> = done.map(|it| it.reason.code.as_str()).collect();
        match codes.as_slice() {
            ["created"] => by_the_first += 1,
            ["crexted"] => by_the_other += 1,
            otherwise => panic!("save {n}: {otherwise:?}"),
        }
    }
    assert!(
        by_the_first > 0 && by_the_other > 0,
        "{by_the_first} {by_the_other}"
    );
    assert_eq!(world.sim.contact_count(), SAVES);
    assert_eq!(world.sim.requests_to("POST /contact").len(), SAVES);
    println!("{by_the_first} saves by the one component, {by_the_other} by the other");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_under_way_ends_with_the_component_that_it_began_with() {
    let world = World::start().await;
    // Compiled once before, so that nothing waits for that while a request hangs.
    used(&world.host, &spelling()).await;
    world.host.use_started_with().await.expect("no choice");
    let working = Working::start(&world.host);
    world.sim.faults().next(Fault::HangBeforeWork);
    world.save("old", person("Anna", "anna@voorbeeld.nl")).await;
    assert!(world.sim.faults().until_held(1, DEADLINE).await, "it hangs");
    used(&world.host, &spelling()).await;
    world.save("new", person("Bo", "bo@voorbeeld.nl")).await;
    until("the new save", async || {
        !world.reason("new").await.is_empty()
    })
    .await;
    assert_eq!(world.reason("new").await, "crexted");
    assert_eq!(world.reason("old").await, "", "still under way");
    world.sim.faults().release();
    until("the old save", async || {
        !world.reason("old").await.is_empty()
    })
    .await;
    assert_eq!(world.reason("old").await, "created");
    working.stop().await;
}

#[tokio::test]
async fn what_nobody_vouches_for_is_refused_and_the_old_one_goes_on() {
    let world = World::start().await;
    let new = marked(bundled(), "new");
    let (vendor, stranger) = (Signer::number(1), Signer::number(2));
    let pretender = Signer::number(3).pretending(1);
    let keys = Trust::default().key(&vendor.public());
    let keys = keys.expect("a public key");
    let hash = sha256(&new);
    let attempts = [
        (Trust::default(), None, Untrusted::NobodyAsked(hash.clone())),
        (pinned(bundled()), None, Untrusted::OtherHash(hash.clone())),
        (keys.clone(), None, Untrusted::NoSignature(hash.clone())),
        (
            keys.clone(),
            Some("junk".to_owned()),
            Untrusted::NotASignature,
        ),
        (
            keys.clone(),
            Some(stranger.signed(&new)),
            Untrusted::BadSignature(hash.clone()),
        ),
        (
            keys.clone(),
            Some(pretender.signed(&new)),
            Untrusted::BadSignature(hash.clone()),
        ),
        (
            keys.clone(),
            Some(vendor.signed(bundled())),
            Untrusted::BadSignature(hash.clone()),
        ),
        (
            keys.clone(),
            Some(vendor.signed_as_of_old(&new)),
            Untrusted::BadSignature(hash.clone()),
        ),
        (
            Trust::default(),
            Some(vendor.signed(&new)),
            Untrusted::BadSignature(hash.clone()),
        ),
    ];
    for (trust, signature, expected) in attempts {
        let refused = world
            .host
            .use_component(new.clone(), signature.as_deref(), &trust, &[])
            .await;
        match refused {
            Err(UpdateError::Untrusted(why)) => assert_eq!(why, expected),
            other => panic!("{expected:?}: {other:?}"),
        }
        assert_eq!(in_use(&world).await, sha256(bundled()));
    }
    let component = world.host.component().await.expect("told");
    assert!(component.kept.is_empty() && component.uses.is_empty());
    world.save("1", anna()).await;
    world.run().await;
    assert_eq!(world.reason("1").await, "created");

    let signature = vendor.signed(&new);
    let changed = world
        .host
        .use_component(new, Some(&signature), &keys, &[])
        .await;
    assert_eq!(changed.expect("signed by the vendor").sha256, hash);
    let component = world.host.component().await.expect("told");
    let kept = component.kept.iter().find(|it| it.sha256 == hash);
    let trusted_by = format!("key {}", vendor.public());
    assert_eq!(kept.expect("kept").trusted_by, trusted_by);
    world.save("1", anna().text("city", "Utrecht")).await;
    world.run().await;
    assert_eq!(world.reason("1").await, "updated");
}

/// What cannot be used is refused with the reason, and nothing is changed.
#[tokio::test]
async fn what_cannot_be_used_is_refused_by_the_name_of_what_is_wrong() {
    let world = World::start().await;
    let refused = async |component: Vec<u8>| {
        let trust = pinned(&component);
        let used = world.host.use_component(component, None, &trust, &[]).await;
        assert_eq!(in_use(&world).await, sha256(bundled()));
        used.expect_err("it cannot be used")
    };
    let junk = refused(b"junk".to_vec()).await;
    assert!(
        matches!(
            &junk,
            UpdateError::Component(ComponentError::NotAComponent(_))
        ),
        "{junk:?}"
    );
    let greedy = wat::parse_str(
        r#"(component (import "wasi:filesystem/preopens@0.2.0" (instance
             (export "get-directories" (func)))))"#,
    );
    let greedy = refused(greedy.expect("well-formed")).await;
    let UpdateError::Component(ComponentError::ForeignImport(name)) = &greedy else {
        panic!("{greedy:?}");
    };
    assert_eq!(name, "wasi:filesystem/preopens@0.2.0");
    let mut later = bundled().to_vec();
    for interface in ["contacts", "about", "card", "signer"] {
        let name = |version: u8| format!("koppel:crm-sync/{interface}@{version}.1.0");
        later = replaced(&later, &name(1), &name(2));
    }
    let later = refused(later).await;
    let UpdateError::Component(ComponentError::OtherVersion(version)) = &later else {
        panic!("{later:?}");
    };
    assert_eq!(version, "2.1.0");
    let lacking = refused(without("schedule")).await;
    let UpdateError::Lacks(what) = &lacking else {
        panic!("{lacking:?}");
    };
    assert_eq!(what, &["schedule (on-tick)"]);
    assert!(lacking.to_string().contains("schedule (on-tick)"));
    let empty = refused(wat::parse_str("(component)").expect("well-formed")).await;
    assert!(
        matches!(&empty, UpdateError::Lacks(what) if what.len() == 6),
        "{empty:?}"
    );
}

/// Stages are not something that every component has to offer; so a component
/// without them may be used, but not by accident.
#[tokio::test]
async fn a_component_that_offers_less_is_used_only_if_somebody_says_so() {
    let world = World::start().await;
    let lesser = without("stages");
    let trust = pinned(&lesser);
    let host = &world.host;
    let refused = host.use_component(lesser.clone(), None, &trust, &[]).await;
    match refused {
        Err(UpdateError::Loses(what)) => assert_eq!(what, ["stages (on-stage-changed)"]),
        other => panic!("{other:?}"),
    }
    let named = ["stages".to_owned()];
    let changed = host.use_component(lesser, None, &trust, &named).await;
    let changed = changed.expect("said so");
    assert_eq!(changed.not_offered, ["stages (on-stage-changed)"]);
    assert!(!host.embedding().offers("stages"));
    world.save("1", anna()).await;
    let stage = Stage {
        scheme: "sales".to_owned(),
        name: "klant".to_owned(),
    };
    let crm = host.crm();
    crm.move_sale("s-1", Some(contact("1")), stage)
        .await
        .expect("moved");
    world.run().await;
    assert_eq!(world.sim.contact_count(), 1, "all else goes on");
    let queue = crm.queue(10).await.expect("a queue");
    let rejected = queue.rejected.first().expect("visible");
    assert_eq!(rejected.reason.code, "hook-not-offered");
    // Back to the first: nothing more is lost, so nothing need be named.
    host.use_kept(&sha256(bundled()), &[]).await.expect("kept");
    assert!(crm.retry(&rejected.key).await.expect("queued"));
    world.run().await;
    assert_eq!(
        world.last_reason_of("on-stage-changed").await,
        "no-action-for-spotler"
    );
}

#[tokio::test]
async fn a_choice_survives_a_restart_and_going_back_needs_no_file() {
    let mut world = World::start().await;
    let other = spelling();
    world.advance_s(60);
    used(&world.host, &other).await;
    let chosen_at = world.host.crm().now();
    world.advance_s(60);
    world.restart().await;
    let component = world.host.component().await.expect("told");
    assert_eq!(component.in_use.sha256, sha256(&other));
    assert_eq!(component.in_use.since, Some(chosen_at));
    world.save("1", anna()).await;
    world.run().await;
    assert_eq!(world.reason("1").await, "crexted");

    let unknown = world.host.use_kept("00000000", &[]).await;
    assert!(
        matches!(unknown, Err(UpdateError::NotKept(_))),
        "{unknown:?}"
    );
    let back = world.host.use_kept(&sha256(bundled())[..8], &[]).await;
    assert!(!back.expect("it was kept").was_in_use);
    let again = world.host.use_kept(&sha256(bundled()), &[]).await;
    assert!(again.expect("it was kept").was_in_use);
    world.restart().await;
    world.save("2", person("Bo", "bo@voorbeeld.nl")).await;
    world.run().await;
    assert_eq!(world.reason("2").await, "created");
    let uses = world.host.component().await.expect("told").uses;
    let uses: Vec<Option<String>> = uses.into_iter().map(|it| it.sha256).collect();
    assert_eq!(uses, [Some(sha256(bundled())), Some(sha256(&other))]);

    used(&world.host, &other).await;
    world.host.use_started_with().await.expect("no choice");
    let component = world.host.component().await.expect("told");
    assert_eq!(component.in_use.sha256, sha256(bundled()));
    assert_eq!(component.in_use.since, None);
}

/// Somebody who can write in the database, but has not the key of the secrets,
/// cannot put a component there.
#[tokio::test]
async fn a_component_that_was_put_into_the_database_by_somebody_else_is_not_loaded() {
    let mut world = World::start().await;
    let other = spelling();
    used(&world.host, &other).await;
    world.host.use_started_with().await.expect("no choice");
    let forged = marked(bundled(), "forged");
    let store = world.host.crm().store().clone();
    let (hash, bytes, real) = (sha256(&forged), forged.clone(), sha256(&other));
    let swapped = marked(&other, "swapped");
    for (statement, sha256, bytes) in [
        (
            "INSERT INTO koppel_component (sha256, bytes, seal, version, trusted_by, kept_at)
             SELECT $1, $2, seal, version, trusted_by, kept_at FROM koppel_component LIMIT 1",
            hash.clone(),
            bytes,
        ),
        (
            "UPDATE koppel_component SET bytes = $2 WHERE sha256 = $1",
            real.clone(),
            swapped,
        ),
    ] {
        sqlx::query(statement)
            .bind(sha256)
            .bind(bytes)
            .execute(store.readers())
            .await
            .expect("written");
    }
    for planted in [&hash, &real] {
        let refused = world.host.use_kept(planted, &[]).await;
        assert!(
            matches!(&refused, Err(UpdateError::Tampered(it)) if it == planted),
            "{refused:?}"
        );
    }
    sqlx::query("INSERT INTO koppel_component_use (sha256, since) VALUES ($1, 1)")
        .bind(&hash)
        .execute(store.readers())
        .await
        .expect("written");
    for restarted in [false, true] {
        if restarted {
            world.restart().await;
        }
        world.save("1", anna()).await;
        world.run().await;
        assert_eq!(world.reason("1").await, "created");
        let in_use = world.host.component().await.expect("told").in_use;
        assert_eq!(in_use.sha256, sha256(bundled()));
        assert_eq!(in_use.instead_of.as_ref(), Some(&hash), "and it is told");
    }
    let page = world.browser("admin").await.page("/health").await;
    assert!(
        text_of(&page).contains("Another version was chosen"),
        "{page}"
    );
}

/// A worker of one process, and the choice of another on the same database.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_notices_what_another_process_chose_before_its_next_call() {
    let mut world = World::start().await;
    let working = Working::start(&world.host);
    world.restart().await;
    used(&world.host, &spelling()).await;
    world.save("1", anna()).await;
    until("the save", async || !world.reason("1").await.is_empty()).await;
    assert_eq!(world.reason("1").await, "crexted");
    working.stop().await;
}

#[tokio::test]
async fn health_tells_which_version_is_in_use_and_since_when_in_both_languages() {
    let world = World::start().await;
    let browser = world.browser("admin").await;
    let page = text_of(&browser.page("/health").await);
    assert!(
        page.contains("in use since the program was started"),
        "{page}"
    );
    let other = spelling();
    used(&world.host, &other).await;
    let hash = &sha256(&other)[..12];
    for (browser, told) in [
        (browser.clone(), "in use since 2026-03-02 09:00"),
        (browser.in_dutch(), "in gebruik sinds 2026-03-02 09:00"),
    ] {
        let page = text_of(&browser.page("/health").await);
        assert!(page.contains(told) && page.contains(hash), "{told}: {page}");
    }
    // The texts of codes are those of the component in use.
    world.save("1", anna()).await;
    world.run().await;
    let page = text_of(&browser.page("/health").await);
    assert!(page.contains("Added to Spotler."), "{page}");
}

/// The command line, with a `serve` that runs meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn serve_goes_on_with_the_component_that_a_command_chose_and_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let sim = SpotlerSim::start(simulator()).await.expect("a simulator");
    let program = Program::on(folder.path().join("crm.sqlite"));
    let address = format!("{}/integrationservice", sim.base_url());
    let file = folder.path().join("other.wasm");
    let other = spelling();
    std::fs::write(&file, &other).expect("written");
    let told = blocking(move || {
        program.connect(&address);
        let mut serve = program.start(&["serve", "--listen", "127.0.0.1:0"]);
        let file = file.to_str().expect("a path");
        let refused = program.refused(&["component", "use", file]);
        assert!(refused.contains("--sha256"), "{refused}");
        let reason_of = |id: &str| {
            let mail = format!("{id}@voorbeeld.nl");
            let set = [format!("email={mail}"), "last_name=Bakker".to_owned()];
            program.run(&[
                "contact", "add", "--id", id, "--set", &set[0], "--set", &set[1], "--gate",
            ]);
            let began = Instant::now();
            loop {
                let history = program.json(&["history", id]);
                if let Some(reason) = history["history"][0]["reason"].as_str() {
                    return reason.to_owned();
                }
                assert!(began.elapsed() < DEADLINE, "waited for {id}: {history}");
            }
        };
        let first = reason_of("C-1");
        let hash = sha256(&other);
        program.run(&["component", "use", file, "--sha256", &hash]);
        let shown = program.json(&["component", "show"]);
        assert_eq!(shown["in_use"]["sha256"], hash.as_str(), "{shown}");
        let second = reason_of("C-2");
        let back = program.json(&["component", "use", &sha256(bundled())[..12]]);
        assert_eq!(back["before"], hash.as_str(), "{back}");
        let third = reason_of("C-3");
        serve.kill().expect("killed");
        serve.wait().expect("gone");
        [first, second, third]
    })
    .await;
    assert_eq!(told, ["created", "crexted", "created"]);
}
