//! Many tenants in one database: nothing of one is reachable from another, and
//! nothing that one does or suffers is felt by another.

use host_demo::contract::{MappingRow, RecordKind};
use host_demo::host::DemoHost;
use koppel_embedding::queue::{self, Of};
use koppel_embedding::{OwnLimits, QuestionError, Rate, TenantId};
use koppel_tests::{ADMIN, World, anna, contact, person, spotler};
use spotler_sim::{Fault, SpotlerSim};

use crate::pace::connected;

/// A tenant that is connected nowhere, in the same database.
fn stranger(world: &World) -> DemoHost {
    let name = TenantId::new("stranger").expect("a name");
    world.host.of_tenant(name).as_user(ADMIN)
}

/// Two tenants have records with the same ids, each with its own Spotler: memory,
/// history, status and permissions of one say nothing about the other.
#[tokio::test]
async fn two_tenants_with_the_same_ids_share_nothing() {
    let world = World::start().await;
    let sim = SpotlerSim::start(spotler()).await.expect("a simulator");
    let other = connected(&world, "other", &sim).await;
    world.save("1", anna()).await;
    world.run().await;
    let bo = person("Bo", "bo@voorbeeld.nl");
    other.crm().save(&contact("1"), bo).await.expect("saved");
    world.run().await;
    assert_eq!(world.sim.contact_count(), 1);
    assert_eq!(sim.contact_count(), 1, "created there as well, not updated");
    assert!(sim.contact_by_email("bo@voorbeeld.nl").is_some());
    assert!(world.sim.contact_by_email("bo@voorbeeld.nl").is_none());
    world.sim.ui_opt_out("contact-1").expect("opted out");
    for host in [&world.host, &other] {
        host.tick().await.expect("queued");
    }
    world.run().await;
    assert_eq!(world.reason_of_record("1").await, "inactive-in-spotler");
    let record = other.crm().record(&contact("1")).await.expect("read");
    let reason = record.expect("there").reason;
    assert_ne!(reason.as_deref(), Some("inactive-in-spotler"));
    let history = other.crm().history(&contact("1"), 10).await.expect("read");
    let codes: Vec<&str> = history.iter().map(|it| it.reason.code.as_str()).collect();
    assert_eq!(codes, ["created"]);
    let rows = changed(other.mapping().await.expect("a mapping"));
    other.save_mapping(rows.clone()).await.expect("saved");
    world.run().await;
    assert_eq!(other.mapping().await.expect("a mapping"), rows);
    assert_ne!(world.host.mapping().await.expect("a mapping"), rows);
}

fn changed(mut rows: Vec<MappingRow>) -> Vec<MappingRow> {
    let city = |it: &&mut MappingRow| it.field == "city" && it.kind == RecordKind::Contact;
    let row = rows.iter_mut().find(city).expect("a city");
    row.property = None;
    rows
}

/// Somebody at another tenant's desk asks by name for everything that the first
/// one has, and tries to end, retry and confirm what waits there.
#[tokio::test]
async fn whoever_sits_at_another_tenants_desk_reaches_nothing_by_its_name() {
    let world = World::start().await;
    world.save("1", anna()).await;
    world.run().await;
    world.save("3", person("Cas", "cas@@voorbeeld.nl")).await;
    world.run().await;
    assert_eq!(world.reason("3").await, "email-invalid");
    world.save("2", person("Bo", "bo@voorbeeld.nl")).await;
    let own = world.host.crm().queue(10).await.expect("a queue");
    let rejected = own.rejected.first().expect("a rejection").key.clone();
    let waiting = own.waiting.first().expect("a save").key.clone();
    let token = world
        .host
        .crm()
        .open_session(ADMIN)
        .await
        .expect("logged in");

    let other = stranger(&world);
    let crm = other.crm();
    assert!(crm.record(&contact("1")).await.expect("read").is_none());
    assert!(
        crm.history(&contact("1"), 10)
            .await
            .expect("read")
            .is_empty()
    );
    let everything = crm.history_of(&Of::default(), 10).await.expect("read");
    assert!(everything.is_empty());
    let queue = crm.queue(10).await.expect("a queue");
    assert!(queue.waiting.is_empty() && queue.retrying.is_empty() && queue.rejected.is_empty());
    assert!(!crm.retry(&rejected).await.expect("asked"));
    assert!(!crm.end_rejection(&rejected).await.expect("asked"));
    let tenant = crm.tenant().clone();
    let of = tenant.clone();
    let cancelled = crm
        .store()
        .write(&tenant, move |connection| {
            Box::pin(async move { queue::cancel(connection, &of, &waiting).await })
        })
        .await;
    assert!(!cancelled.expect("asked"));
    assert!(crm.settings().await.expect("read").is_none());
    assert!(crm.messages().await.expect("read").is_empty());
    assert!(crm.log(10).await.expect("read").is_empty());
    assert!(crm.tasks(false).await.expect("read").is_empty());
    assert!(crm.attributes().await.expect("read").is_empty());
    assert!(crm.users().await.expect("read").is_empty());
    assert!(crm.session(&token).await.expect("read").is_none());
    crm.close_session(&token).await.expect("asked");
    assert!(!other.connection().await.expect("a state").active);
    if let Ok(card) = other.card(&contact("1")).await {
        let state = format!("{:?}", card.state);
        assert_eq!(state, "BlockState::NotSynchronised");
    }
    let anna = contact("1");
    let live = other.embedding().read_live_card(crm.tenant(), &anna).await;
    assert!(matches!(live, Err(QuestionError::Refused(_))));

    let still = world.host.crm().queue(10).await.expect("a queue");
    assert_eq!((still.rejected.len(), still.waiting.len()), (1, 1));
    let session = world.host.crm().session(&token).await.expect("read");
    assert!(session.is_some(), "nobody else can end it");
}

/// C28: a secret that is copied to another tenant's row opens nothing there.
#[tokio::test]
async fn a_sealed_secret_that_is_copied_to_another_tenant_signs_nothing() {
    let world = World::start().await;
    let sim = SpotlerSim::start(spotler()).await.expect("a simulator");
    let other = connected(&world, "other", &sim).await;
    sim.clear_requests();
    sqlx::query(
        "UPDATE koppel_settings SET secret =
             (SELECT secret FROM koppel_settings WHERE tenant = 'demo') WHERE tenant = 'other'",
    )
    .execute(world.host.crm().store().readers())
    .await
    .expect("copied");
    other
        .crm()
        .save(&contact("1"), anna())
        .await
        .expect("saved");
    world.save("1", anna()).await;
    world.run().await;
    assert_eq!(world.reason("1").await, "created", "its own goes on");
    assert_eq!(sim.request_count(), 0, "not one request was signed");
    let queue = other.crm().queue(10).await.expect("a queue");
    let waits = queue.retrying.first().expect("it waits, and is told why");
    let reason = waits.reason.as_ref().expect("a reason");
    assert_eq!(reason.code, "store-unavailable");
}

/// C21: forty saves of a tenant whose key is refused are one alert and a handful of
/// requests, however long it lasts; the neighbour is served.
#[tokio::test]
async fn refused_credentials_of_one_tenant_are_one_alert_and_no_storm() {
    const SAVES: usize = 40;
    let world = World::start().await;
    let sim = SpotlerSim::start(spotler()).await.expect("a simulator");
    let other = connected(&world, "other", &sim).await;
    sim.clear_requests();
    sim.revoke_credential("demo-key");
    for n in 0..SAVES {
        let id = n.to_string();
        let edit = person("Bram", &format!("bram{n}@voorbeeld.nl"));
        other.crm().save(&contact(&id), edit).await.expect("saved");
    }
    world.save("1", anna()).await;
    world.run().await;
    assert_eq!(world.reason("1").await, "created");
    for _ in 0..24 {
        advance(&world, &sim, 3_600);
        other.tick().await.expect("queued");
        world.run().await;
    }
    let messages = other.crm().messages().await.expect("messages");
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(world.host.crm().messages().await.expect("read").is_empty());
    // What was under way when the first refusal came asks once more each, and
    // probes before the connection stops.
    let asked = sim.request_count();
    println!("{SAVES} saves and 24 hours of a refused key: {asked} requests");
    assert!(asked <= SAVES, "{asked} requests");
    let queue = other.crm().count_queue().await.expect("a queue");
    assert_eq!(queue.rejected, 0, "nothing is given up");

    sim.add_credential("demo-key", "demo-secret");
    let address = format!("{}/integrationservice", sim.base_url());
    other
        .activate("demo-key", "demo-secret", &address, "default")
        .await
        .expect("saved");
    for _ in 0..60 {
        advance(&world, &sim, 60);
        world.run().await;
    }
    assert_eq!(sim.contact_count(), SAVES);
}

/// Moves all clocks: that of the other Spotler as well.
fn advance(world: &World, sim: &SpotlerSim, seconds: u64) {
    world.advance_s(seconds);
    sim.clock().set_ms(world.sim.clock().now_ms());
}

/// A tenant that may make two requests a second makes no more over any longer
/// time; another is not held up, and nothing is lost.
#[tokio::test]
async fn a_tenant_keeps_to_its_own_rate_and_others_do_not_notice() {
    const SAVES: usize = 40;
    let world = World::start().await;
    let sim = SpotlerSim::start(spotler()).await.expect("a simulator");
    let slow = connected(&world, "slow", &sim).await;
    let rate = Rate {
        per_second: 2,
        burst: 4,
    };
    slow.crm().save_rate(Some(rate)).await.expect("saved");
    sim.clear_requests();
    for n in 0..SAVES {
        let id = n.to_string();
        let edit = person("Bram", &format!("bram{n}@voorbeeld.nl"));
        slow.crm().save(&contact(&id), edit).await.expect("saved");
        let edit = person("Bo", &format!("bo{n}@voorbeeld.nl"));
        world.save(&id, edit).await;
    }
    let began = world.host.crm().now();
    world.run().await;
    assert_eq!(
        world.sim.contact_count(),
        SAVES,
        "the other is done at once"
    );
    let at_once = sim.request_count();
    assert!(at_once > 0 && at_once < 2 * SAVES, "{at_once}");
    world.run_to_the_end().await;
    assert_eq!(sim.contact_count(), SAVES);
    let requests = sim.request_count();
    let took_s = (world.host.crm().now() - began) / 1000;
    println!("{requests} requests of a tenant with {rate:?} in {took_s} s, {at_once} at once");
    // What the last calls under way asked for is not paid any more.
    let owed = u64::try_from(requests - 2 * at_once).expect("a count") / 2;
    assert!(took_s >= owed, "{requests} requests in {took_s} s");
    let longest = u64::try_from(requests).expect("a count") / 2;
    assert!(took_s <= longest, "and it is not slower than it may be");
    slow.crm().save_rate(None).await.expect("saved");
    assert_eq!(slow.crm().rate().await.expect("read"), None);
}

/// A tenant whose calls may make one request cannot create anybody, for that takes a
/// look first; another has the host's limits, and nothing is lost.
#[tokio::test]
async fn a_tenant_has_limits_of_its_own_and_others_keep_theirs() {
    let world = World::start().await;
    let sim = SpotlerSim::start(spotler()).await.expect("a simulator");
    let narrow = connected(&world, "narrow", &sim).await;
    let one_request = OwnLimits {
        requests: Some(1),
        ..OwnLimits::default()
    };
    let crm = narrow.crm();
    crm.save_limits(one_request).await.expect("saved");
    assert_eq!(crm.limits().await.expect("read"), one_request);
    sim.clear_requests();
    crm.save(&contact("1"), anna()).await.expect("saved");
    world.save("1", anna()).await;
    world.run().await;
    assert_eq!(world.sim.contact_count(), 1, "another is not concerned");
    assert_eq!((sim.contact_count(), sim.request_count()), (0, 1));
    let queue = crm.queue(10).await.expect("a queue");
    assert_eq!((queue.rejected.len(), queue.retrying.len()), (0, 1));

    crm.save_limits(OwnLimits::default()).await.expect("saved");
    world.run_to_the_end().await;
    assert_eq!(sim.contact_count(), 1);
}

/// What failed together does not come back together: each pause is anything up to
/// its longest.
#[tokio::test]
async fn pauses_after_a_failure_are_spread_over_their_whole_length() {
    const SAVES: usize = 40;
    let world = World::start().await;
    world.sim.faults().always_on("*", Fault::status(503));
    for n in 0..SAVES {
        let edit = person("Bram", &format!("bram{n}@voorbeeld.nl"));
        world.save(&n.to_string(), edit).await;
    }
    world.run().await;
    let now = world.host.crm().now();
    let queue = world.host.crm().queue(100).await.expect("a queue");
    let mut pauses: Vec<u64> = queue
        .retrying
        .iter()
        .map(|it| it.not_before - now)
        .collect();
    pauses.sort_unstable();
    assert_eq!(pauses.len(), SAVES);
    let longest = 2_000;
    assert!(pauses.iter().all(|it| *it <= longest), "{pauses:?}");
    let in_each_quarter = (0..4).map(|quarter| {
        let of = |it: &&u64| *it * 4 / longest == quarter;
        pauses.iter().filter(of).count()
    });
    let in_each_quarter: Vec<usize> = in_each_quarter.collect();
    assert!(
        in_each_quarter.iter().all(|it| *it >= 2),
        "{in_each_quarter:?}"
    );
}

/// What is given up stays visible, with the reason, who has to act, what to do next
/// and how to try it again, on the command line and on the page.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_given_up_is_told_with_reason_next_step_and_the_command_to_retry() {
    use crate::program::{Program, blocking, simulator};
    let folder = tempfile::tempdir().expect("a folder");
    let sim = SpotlerSim::start(simulator()).await.expect("a simulator");
    let program = Program::on(folder.path().join("crm.sqlite"));
    let address = format!("{}/integrationservice", sim.base_url());
    blocking(move || {
        program.connect(&address);
        let anna = [
            "--set",
            "last_name=Bakker",
            "--set",
            "email=anna@@voorbeeld.nl",
        ];
        let add = ["contact", "add", "--id", "C-1", "--gate"];
        program.run(&[add.as_slice(), &anna].concat());
        program.run(&["work"]);
        let queue = program.json(&["queue"]);
        let rejected = &queue["rejected"][0];
        for told in ["event", "next_step", "who", "retry"] {
            let told_so = rejected[told].as_str().is_some_and(|it| !it.is_empty());
            assert!(told_so, "{told}: {queue}");
        }
        assert_eq!(rejected["reason"]["code"], "email-invalid", "{queue}");
        let event = rejected["event"].as_str().expect("a key");
        assert_eq!(rejected["retry"], format!("queue retry {event}"));
        let table = program.run(&["queue"]);
        assert!(table.contains("queue retry"), "{table}");
        let retried = program.run(&["queue", "retry", event]);
        assert!(retried.contains(event), "{retried}");
        let queue = program.json(&["queue"]);
        let count = |sort: &str| queue[sort].as_array().map(Vec::len);
        assert_eq!(count("retrying"), Some(1), "{queue}");
        assert_eq!(count("rejected"), Some(0), "{queue}");
    })
    .await;
}
