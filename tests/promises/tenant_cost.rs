//! What a save costs where many tenants have something to do at once.
//!
//! `KOPPEL_TENANTS=1000` asks for another number of tenants, `KOPPEL_SAVES=4000` for
//! another number of saves of all of them together.

use std::collections::HashSet;
use std::time::Instant;

use host_demo::host::DemoHost;
use koppel_embedding::TenantId;
use koppel_tests::{ADMIN, World, contact, person};

use crate::support::asked;

/// Tenants that are connected with one Spotler.
async fn tenants(world: &World, count: usize) -> Vec<DemoHost> {
    let address = format!("{}/integrationservice", world.sim.base_url());
    let mut hosts = Vec::new();
    for number in 0..count {
        let name = TenantId::new(format!("t{number}")).expect("a name");
        let host = world.host.of_tenant(name).as_user(ADMIN);
        let user = host.crm().set_user(ADMIN, "Admin", &["spotler"]).await;
        user.expect("a user");
        host.activate("demo-key", "demo-secret", &address, "default")
            .await
            .expect("settings saved");
        hosts.push(host);
    }
    world.run().await;
    for host in &hosts {
        let rows = host.mapping().await.expect("a mapping");
        host.save_mapping(rows).await.expect("mapping saved");
    }
    world.run().await;
    hosts
}

/// However many tenants wait, each has its turn before any has its third, and all are
/// served.
#[tokio::test]
async fn every_tenant_has_its_turn_before_any_has_a_third() {
    let count = asked("KOPPEL_TENANTS", 20);
    let each = asked("KOPPEL_SAVES", 80_usize).div_ceil(count);
    let world = World::start().await;
    let hosts = tenants(&world, count).await;
    for number in 0..each {
        for (tenant, host) in hosts.iter().enumerate() {
            let edit = person("Bo", &format!("p{number}@t{tenant}.nl"));
            // All tenants have one account, which knows an id once.
            let id = format!("{tenant}-{number}");
            host.crm().save(&contact(&id), edit).await.expect("saved");
        }
    }
    world.sim.clear_requests();
    let began = Instant::now();
    world.run().await;
    let seconds = began.elapsed().as_secs_f64();
    let line = serde_json::json!({
        "tenants": count, "saves": count * each, "requests": world.sim.request_count(),
        "seconds": seconds,
    });
    println!("bench {line}");

    let created = world.sim.contacts();
    assert_eq!(created.len(), count * each, "{line}");
    let first: HashSet<&str> = created
        .iter()
        .take(count * 2)
        .filter_map(|it| it.email()?.split_once('@'))
        .map(|(_, tenant)| tenant)
        .collect();
    assert_eq!(first.len(), count, "{line}");
}
