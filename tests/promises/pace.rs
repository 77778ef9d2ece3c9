//! One tenant's trouble stays its own.

use std::time::{Duration, Instant};

use host_demo::host::DemoHost;
use koppel_embedding::TenantId;
use koppel_tests::{ADMIN, World, anna, contact, person, spotler};
use spotler_sim::{Fault, FaultRule, SpotlerSim, When};

/// How long anything here may take.
const DEADLINE: Duration = Duration::from_secs(60);

/// Contacts that each tenant saves.
const SAVED: usize = 12;

/// A tenant of this world that is connected with this simulator.
pub(crate) async fn connected(world: &World, name: &str, sim: &SpotlerSim) -> DemoHost {
    let tenant = TenantId::new(name).expect("a name");
    let host = world.host.of_tenant(tenant).as_user(ADMIN);
    host.crm()
        .set_user(ADMIN, "Admin", &["spotler"])
        .await
        .expect("a user");
    let address = format!("{}/integrationservice", sim.base_url());
    host.activate("demo-key", "demo-secret", &address, "default")
        .await
        .expect("settings saved");
    world.run().await;
    let rows = host.mapping().await.expect("a mapping");
    host.save_mapping(rows).await.expect("mapping saved");
    world.run().await;
    host
}

async fn save_some(host: &DemoHost) {
    for n in 0..SAVED {
        let edit = person("Bram", &format!("bram{n}@voorbeeld.nl"));
        let id = n.to_string();
        host.crm().save(&contact(&id), edit).await.expect("saved");
    }
}

async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < DEADLINE, "waited for {what}");
        tokio::task::yield_now().await;
    }
}

/// Three tenants whose Spotler accepts requests and never answers have more
/// work than there are places; a fourth is served all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tenants_whose_spotler_hangs_do_not_slow_another() {
    let world = World::start().await;
    let stuck = SpotlerSim::start(spotler()).await.expect("a simulator");
    let mut hosts = Vec::new();
    for name in ["stuck-1", "stuck-2", "stuck-3"] {
        hosts.push(connected(&world, name, &stuck).await);
    }
    for host in &hosts {
        save_some(host).await;
    }
    stuck.faults().add(FaultRule {
        on: "*".into(),
        when: When::Always,
        fault: Fault::HangBeforeWork,
    });
    let worker = world.host.worker().expect("a worker");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let working = tokio::spawn(async move {
        worker
            .run(async {
                let _ = stopped.await;
            })
            .await
    });
    assert!(stuck.faults().until_held(20, DEADLINE).await, "they hang");
    save_some(&world.host).await;
    let began = Instant::now();
    until("the healthy tenant", async || {
        world.sim.contact_count() == SAVED
    })
    .await;
    println!(
        "{SAVED} saves of a healthy tenant beside three that hang: {:?}",
        began.elapsed()
    );
    assert_eq!(stuck.contact_count(), 0);
    stuck.faults().clear();
    stuck.faults().release();
    stop.send(()).expect("it works");
    working.await.expect("no panic").expect("it ends");
}

/// While Spotler asks for a pause, nothing of the tenant is sent, however
/// much is saved; another tenant goes on, and so does this one when it is over.
#[tokio::test]
async fn a_pause_that_spotler_asks_for_holds_for_everything_of_the_tenant() {
    let world = World::start().await;
    let quiet = SpotlerSim::start(spotler()).await.expect("a simulator");
    let other = connected(&world, "other", &quiet).await;
    world.sim.faults().next(Fault::retry_after(120));
    world.save("anna", anna()).await;
    world.run().await;
    world.requests();
    save_some(&world.host).await;
    save_some(&other).await;
    world.run().await;
    assert_eq!(world.requests(), Vec::<String>::new(), "not one request");
    assert_eq!(quiet.contact_count(), SAVED);
    let worker = world.host.worker().expect("a worker");
    let next = worker.next_due().await.expect("a queue");
    drop(worker);
    assert_eq!(next, Some(world.host.crm().now() + 120_000));
    world.run_to_the_end().await;
    assert_eq!(world.sim.contact_count(), SAVED + 1);
}
