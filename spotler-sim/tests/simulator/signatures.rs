//! Who is let in.

use crate::common::client::{Signing, Transport, send, status, status_of};
use crate::common::sim_with;
use spotler_sim::SpotlerSim;

const LIST: (&str, &str) = ("GET", "/integrationservice/contact/properties/list");
const SEARCH: (&str, &str) = (
    "GET",
    "/integrationservice/contact/search?MPSearchQuery=email%3Danna%40voorbeeld.nl&after=&pageSize=5",
);

async fn strict() -> SpotlerSim {
    sim_with(|it| it.switches.auth.required = true).await
}

#[tokio::test]
async fn every_way_that_clients_sign_is_accepted_query_included() {
    let sim = strict().await;
    for transport in [Transport::Header, Transport::SloppyHeader, Transport::Query] {
        for empty_token in [false, true] {
            let signing = Signing {
                transport,
                empty_token,
                ..Signing::of(&sim)
            };
            assert_eq!(status(&sim, &signing, LIST, "").await, 200, "{signing:?}");
            assert_eq!(status(&sim, &signing, SEARCH, "").await, 200, "{signing:?}");
        }
    }
}

#[tokio::test]
async fn a_wrong_key_secret_host_or_time_is_refused() {
    let sim = strict().await;
    let right = Signing::of(&sim);
    let wrong = [
        Signing {
            key: "nobody".to_owned(),
            ..right.clone()
        },
        Signing {
            secret: "guessed".to_owned(),
            ..right.clone()
        },
        Signing {
            base_url: "http://elsewhere.example".to_owned(),
            ..right.clone()
        },
        Signing {
            timestamp_s: right.timestamp_s - 301,
            ..right.clone()
        },
        Signing {
            timestamp_s: right.timestamp_s + 301,
            ..right.clone()
        },
    ];
    for signing in wrong {
        assert_eq!(status(&sim, &signing, LIST, "").await, 401, "{signing:?}");
    }
    let unsigned = "GET /integrationservice/contact/properties/list HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let answer = send(&sim, unsigned).await.expect("an answer");
    assert!(
        answer.contains(r#""errorType":"NOT_AUTHORIZED""#),
        "{answer}"
    );
}

#[tokio::test]
async fn a_used_nonce_is_refused_unless_the_switch_is_off() {
    let sim = strict().await;
    let signing = Signing {
        nonce: Some("same".to_owned()),
        ..Signing::of(&sim)
    };
    assert_eq!(status(&sim, &signing, LIST, "").await, 200);
    assert_eq!(status(&sim, &signing, LIST, "").await, 401);
    sim.set_switches(|it| it.auth.refuse_used_nonces = false);
    assert_eq!(status(&sim, &signing, LIST, "").await, 200);
}

#[tokio::test]
async fn refusals_are_403_or_without_body_as_the_switches_say() {
    let sim = strict().await;
    sim.set_switches(|it| {
        it.auth.refusal_status = 403;
        it.auth.refusal_has_body = false;
    });
    let signing = Signing {
        secret: "guessed".to_owned(),
        ..Signing::of(&sim)
    };
    let answer = send(&sim, &signing.request(&sim, LIST, ""))
        .await
        .expect("an answer");
    assert_eq!(status_of(&answer), 403);
    assert!(answer.contains("content-length: 0"), "{answer}");
}

#[tokio::test]
async fn signatures_cover_the_public_address_without_its_default_port() {
    for public in ["https://Rest.Example", "https://rest.example:443/"] {
        let sim = sim_with(|it| {
            it.switches.auth.required = true;
            it.public_base_url = Some(public.to_owned());
        })
        .await;
        let signing = Signing {
            base_url: "https://rest.example".to_owned(),
            ..Signing::of(&sim)
        };
        assert_eq!(status(&sim, &signing, LIST, "").await, 200, "{public}");
        assert_eq!(
            status(&sim, &Signing::of(&sim), LIST, "").await,
            401,
            "{public}"
        );
    }
}

#[tokio::test]
async fn keys_can_be_added_and_revoked() {
    let sim = strict().await;
    let signing = Signing {
        key: "second".to_owned(),
        secret: "s&cret/".to_owned(),
        ..Signing::of(&sim)
    };
    assert_eq!(status(&sim, &signing, LIST, "").await, 401);
    sim.add_credential("second", "s&cret/");
    assert_eq!(status(&sim, &signing, LIST, "").await, 200);
    sim.revoke_credential("second");
    assert_eq!(status(&sim, &signing, LIST, "").await, 401);
}
