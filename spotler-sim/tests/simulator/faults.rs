//! Faults, seen from the socket.

use std::time::Duration;

use crate::common::client::{Signing, send, status, status_of};
use crate::common::{contact, sim};
use serde_json::json;
use spotler_sim::{Fault, SpotlerSim};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const DEADLINE: Duration = Duration::from_secs(10);

/// Creates `bo` over the socket; answers the raw response, empty if there was none.
async fn create_bo(sim: &SpotlerSim) -> String {
    let body = json!({"contact": contact("bo", "bo@voorbeeld.nl")}).to_string();
    let line = ("POST", "/integrationservice/contact/");
    send(sim, &Signing::of(sim).request(sim, line, &body))
        .await
        .unwrap_or_default()
}

fn bo_exists(sim: &SpotlerSim) -> bool {
    sim.contact_by_external_id("bo").is_some()
}

#[tokio::test]
async fn each_fault_does_the_work_or_not_and_shows_what_it_says() {
    let table = [
        (Fault::status(500), 500, false),
        (Fault::status(401), 401, false),
        (Fault::too_many_requests(), 429, false),
        (Fault::ResetBeforeWork, 0, false),
        (Fault::ResetAfterWork, 0, true),
        (Fault::StatusAfterWork { status: 503 }, 503, true),
        (Fault::TruncatedBody, 200, true),
        (Fault::GarbageBody, 200, true),
        (Fault::AnsweredTwice, 204, true),
        (Fault::Slow { ms: 1 }, 204, true),
    ];
    for (fault, expected, worked) in table {
        let sim = sim().await;
        sim.faults().next(fault.clone());
        let answer = create_bo(&sim).await;
        assert_eq!(
            (status_of(&answer), bo_exists(&sim)),
            (expected, worked),
            "{fault:?}"
        );
        let log = sim.requests();
        assert_eq!(
            (log[0].worked, log[0].fault.as_ref()),
            (worked, Some(&fault))
        );
        let next = create_bo(&sim).await;
        assert_eq!(
            status_of(&next),
            if worked { 400 } else { 204 },
            "after {fault:?}"
        );
    }
}

#[tokio::test]
async fn too_many_requests_may_say_when_to_come_back() {
    let sim = sim().await;
    sim.faults().next(Fault::retry_after(30));
    let answer = create_bo(&sim).await;
    assert!(answer.contains("retry-after: 30\r\n"), "{answer}");
}

#[tokio::test]
async fn a_request_can_be_done_twice_and_answered_once() {
    let sim = sim().await;
    sim.faults().next(Fault::DoneTwice);
    let answer = create_bo(&sim).await;
    assert!(answer.contains("CONTACT_ALREADY_EXISTS"), "{answer}");
}

#[tokio::test]
async fn a_held_request_is_done_after_its_caller_has_gone() {
    let sim = sim().await;
    sim.faults()
        .next_on("POST /contact", 1, Fault::HangBeforeWork);
    let body = json!({"contact": contact("bo", "bo@voorbeeld.nl")}).to_string();
    let request = Signing::of(&sim).request(&sim, ("POST", "/integrationservice/contact"), &body);
    let mut stream = TcpStream::connect(sim.addr()).await.expect("a connection");
    stream
        .write_all(request.as_bytes())
        .await
        .expect("a connection");
    assert!(
        sim.faults().until_held(1, DEADLINE).await,
        "nothing was held"
    );
    assert!(!bo_exists(&sim));
    drop(stream);
    sim.faults().release();
    assert_eq!(sim.faults().held(), 0);
    let deadline = std::time::Instant::now() + DEADLINE;
    while sim.requests()[0].status.is_none() || sim.requests()[0].delivered {
        assert!(
            std::time::Instant::now() < deadline,
            "the late work was not done"
        );
        tokio::task::yield_now().await;
    }
    assert!(bo_exists(&sim));
}

#[tokio::test]
async fn a_held_answer_arrives_when_released() {
    let sim = sim().await;
    sim.faults().next(Fault::HangAfterWork);
    let (answer, held) = tokio::join!(create_bo(&sim), async {
        let held = sim.faults().until_held(1, DEADLINE).await;
        let done = bo_exists(&sim);
        sim.faults().release_one();
        held && done
    });
    assert!(held, "the answer was not held after the work");
    assert_eq!(status_of(&answer), 204);
}

#[tokio::test]
async fn a_signal_in_an_answer_that_never_arrived_was_not_shown() {
    let sim = sim().await;
    sim.ui_opt_out("anna-1").expect("anna");
    let line = ("GET", "/integrationservice/contact/anna-1");
    for fault in [
        Fault::ResetAfterWork,
        Fault::TruncatedBody,
        Fault::GarbageBody,
    ] {
        sim.faults().next(fault);
        status(&sim, &Signing::of(&sim), line, "").await;
    }
    assert_eq!(sim.signals_shown(), []);
    assert_eq!(status(&sim, &Signing::of(&sim), line, "").await, 200);
    assert_eq!(sim.signals_shown().len(), 1);
}

#[tokio::test]
async fn bodies_may_come_in_chunks_and_connections_are_kept() {
    let sim = sim().await;
    let body = json!({"contact": contact("bo", "bo@voorbeeld.nl")}).to_string();
    let (first, second) = body.split_at(10);
    let chunked = format!(
        "POST /integrationservice-1.1.0/contact HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{first}\r\n{:x};ext=1\r\n{second}\r\n0\r\n\r\n",
        first.len(),
        second.len()
    );
    let read =
        "GET /integrationservice/contact/bo HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let mut stream = TcpStream::connect(sim.addr()).await.expect("a connection");
    stream
        .write_all(format!("{chunked}{read}").as_bytes())
        .await
        .expect("a connection");
    let mut answers = String::new();
    stream
        .read_to_string(&mut answers)
        .await
        .expect("both answers");
    assert!(
        answers.starts_with("HTTP/1.1 204") && answers.contains("bo@voorbeeld.nl"),
        "{answers}"
    );
}

#[tokio::test]
async fn some_contacts_of_a_bulk_write_can_be_refused() {
    let sim = sim().await;
    sim.faults().next_on(
        "POST /contact/list",
        1,
        Fault::BulkItems {
            every_nth: 2,
            code: "ERROR".to_owned(),
        },
    );
    let contacts = json!([
        contact("a", "a@voorbeeld.nl"),
        contact("b", "b@voorbeeld.nl")
    ]);
    let (_, answers) =
        crate::common::call(&sim, "POST", "/contact/list", json!({"contacts": contacts}));
    assert_eq!(
        (&answers[0]["code"], &answers[1]["code"]),
        (&json!("OK"), &json!("ERROR"))
    );
    assert!(sim.contact_by_external_id("b").is_none());
}

#[tokio::test]
async fn the_log_hides_bodies_from_debug_output() {
    let sim = sim().await;
    create_bo(&sim).await;
    let log = sim.requests();
    assert_eq!(format!("{log:?}"), "[#1 POST /contact → 204]");
    assert_eq!(
        log[0].json().expect("the body")["contact"]["externalId"],
        "bo"
    );
}

#[tokio::test]
async fn a_signature_does_not_grow_old_while_its_request_is_held() {
    let sim = sim().await;
    sim.set_switches(|it| it.auth.required = true);
    sim.faults().next(Fault::HangBeforeWork);
    let (answer, held) = tokio::join!(create_bo(&sim), async {
        let held = sim.faults().until_held(1, DEADLINE).await;
        sim.clock().advance_s(3600);
        sim.faults().release();
        held
    });
    assert!(held, "nothing was held");
    assert_eq!(status_of(&answer), 204);
}

#[tokio::test]
async fn a_simulator_can_go_away_and_come_back_at_the_same_address() {
    let first = sim().await;
    let listen = first.addr().to_string();
    create_bo(&first).await;
    let saved = first.stop().await;
    assert!(TcpStream::connect(&listen).await.is_err(), "nobody listens");
    let config = spotler_sim::Config {
        listen: listen.clone(),
        ..spotler_sim::Config::default()
    };
    let second = SpotlerSim::start_from(config, saved)
        .await
        .expect("the address is free");
    assert_eq!(
        (second.addr().to_string(), bo_exists(&second)),
        (listen, true)
    );
}
