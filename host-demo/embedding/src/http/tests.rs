use super::*;
use crate::address::PlainHttp;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use std::pin::Pin;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Answers every request on every connection with the same bytes.
async fn server(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut bytes = [0; 4096];
                while socket.read(&mut bytes).await.is_ok_and(|it| it > 0) {
                    if socket.write_all(answer.as_bytes()).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    format!("http://{address}/api")
}

fn gate(address: &str, limits: Limits) -> Gate {
    let allowed = AllowedAddress::parse(address, PlainHttp::Loopback).expect("a good address");
    let client = HttpClient::new(limits.connect);
    Gate::new(
        Some(allowed),
        client,
        Arc::new(limits),
        FaultPoints::default(),
    )
}

async fn get(gate: &mut Gate, address: &str) -> Result<(u16, Result<Bytes, Error>), Error> {
    let body = Full::new(Bytes::new()).map_err(Error::from).boxed_unsync();
    let request = http::Request::get(address).body(body).expect("a request");
    let sent = gate.send_request(request, None, Box::new(async { Ok(()) }));
    let (response, _) = Pin::from(sent).await?;
    let status = response.status().as_u16();
    Ok((
        status,
        response.into_body().collect().await.map(|it| it.to_bytes()),
    ))
}

const REDIRECT: &str =
    "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 2\r\n\r\nok";

#[tokio::test]
async fn only_the_allowed_address_is_reached_and_no_redirect_is_followed() {
    let address = server(REDIRECT).await;
    let mut gate = gate(&address, Limits::default());
    let answered = get(&mut gate, &format!("{address}/contact/anna?x=secret")).await;
    let (status, body) = answered.expect("an answer");
    assert_eq!(
        (status, body.ok().as_deref()),
        (302, Some(b"ok".as_slice()))
    );
    for foreign in [
        "http://127.0.0.1:9/api/contact",
        &address.replace("/api", "/other"),
    ] {
        let denied = get(&mut gate, foreign).await;
        assert!(
            matches!(denied, Err(Error::HttpRequestDenied)),
            "{foreign}: {denied:?}"
        );
    }
    let counted: Vec<_> = gate.requests().iter().collect();
    assert_eq!(
        counted,
        [(&"GET /contact/{id}".to_owned(), &1)],
        "no id, no query, no refused ones"
    );
}

#[tokio::test]
async fn requests_and_bytes_are_bounded() {
    let address = server(REDIRECT).await;
    let limits = Limits {
        requests: 2,
        response_body_bytes: 1,
        ..Limits::default()
    };
    let mut gate = gate(&address, limits);
    let (_, body) = get(&mut gate, &address).await.expect("a head");
    assert!(
        matches!(body, Err(Error::HttpResponseBodySize(_))),
        "{body:?}"
    );
    assert!(get(&mut gate, &address).await.is_ok());
    let third = get(&mut gate, &address).await;
    assert!(matches!(third, Err(Error::HttpRequestDenied)), "{third:?}");
}

#[tokio::test]
async fn the_component_learns_whether_a_request_can_have_been_sent() {
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}/api", free.local_addr().expect("an address"));
    drop(free);
    let refused = get(&mut gate(&address, Limits::default()), &address).await;
    assert!(
        matches!(refused, Err(Error::ConnectionRefused)),
        "{refused:?}"
    );

    let address = server("HTTP/1.1 nonsense\r\n\r\n").await;
    let broken = get(&mut gate(&address, Limits::default()), &address).await;
    assert!(
        matches!(broken, Err(Error::ConnectionTerminated)),
        "{broken:?}"
    );
}
