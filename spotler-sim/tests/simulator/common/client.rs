//! A client of our own: signs requests and speaks HTTP on a socket.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha1::Sha1;
use spotler_sim::SpotlerSim;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How a request is signed.
#[derive(Clone, Debug)]
pub(crate) struct Signing {
    pub(crate) key: String,
    pub(crate) secret: String,
    /// Scheme, host and port that the signature covers.
    pub(crate) base_url: String,
    pub(crate) timestamp_s: i64,
    pub(crate) nonce: Option<String>,
    /// Adds an empty `oauth_token`.
    pub(crate) empty_token: bool,
    pub(crate) transport: Transport,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Header,
    /// With the signature unescaped and a realm.
    SloppyHeader,
    Query,
}

impl Signing {
    pub(crate) fn of(sim: &SpotlerSim) -> Signing {
        Signing {
            key: "demo-key".to_owned(),
            secret: "demo-secret".to_owned(),
            base_url: sim.base_url(),
            timestamp_s: sim.clock().now_ms() / 1000,
            nonce: None,
            empty_token: false,
            transport: Transport::Header,
        }
    }

    /// The request as text; `target` holds path and query as they go on the wire.
    pub(crate) fn request(&self, sim: &SpotlerSim, line: (&str, &str), body: &str) -> String {
        let (method, target) = line;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let oauth = self.parameters();
        let mut signed: Vec<(String, String)> = query_pairs(query);
        signed.extend(oauth.iter().cloned());
        let signature = self.signature((method, path), &signed);
        let (target, header) = self.carried(target, &oauth, &signature);
        let host = sim.addr();
        let length = body.len();
        format!(
            "{method} {target} HTTP/1.1\r\nhost: {host}\r\n{header}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
        )
    }

    fn parameters(&self) -> Vec<(String, String)> {
        static NONCE: AtomicU64 = AtomicU64::new(1);
        let nonce = self.nonce.clone();
        let nonce = nonce.unwrap_or_else(|| format!("n{}", NONCE.fetch_add(1, Ordering::Relaxed)));
        let mut all = vec![
            ("oauth_consumer_key", self.key.clone()),
            ("oauth_nonce", nonce),
            ("oauth_signature_method", "HMAC-SHA1".to_owned()),
            ("oauth_timestamp", self.timestamp_s.to_string()),
            ("oauth_version", "1.0".to_owned()),
        ];
        if self.empty_token {
            all.push(("oauth_token", String::new()));
        }
        all.into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    fn signature(&self, line: (&str, &str), parameters: &[(String, String)]) -> String {
        let (method, path) = line;
        let pairs = parameters
            .iter()
            .map(|(name, value)| (encode(name), encode(value)));
        let mut pairs: Vec<(String, String)> = pairs.collect();
        pairs.sort();
        let pairs: Vec<String> = pairs
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let uri = format!("{}{path}", self.base_url);
        let base = format!("{method}&{}&{}", encode(&uri), encode(&pairs.join("&")));
        let key = format!("{}&", encode(&self.secret));
        let mut mac = Hmac::<Sha1>::new_from_slice(key.as_bytes()).expect("any key will do");
        mac.update(base.as_bytes());
        base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes())
    }

    fn carried(
        &self,
        target: &str,
        oauth: &[(String, String)],
        signature: &str,
    ) -> (String, String) {
        let mut all = oauth.to_vec();
        all.push(("oauth_signature".to_owned(), signature.to_owned()));
        match self.transport {
            Transport::Query => {
                let pairs: Vec<String> = all
                    .iter()
                    .map(|(name, value)| format!("{name}={}", encode(value)))
                    .collect();
                let mark = if target.contains('?') { '&' } else { '?' };
                (format!("{target}{mark}{}", pairs.join("&")), String::new())
            }
            Transport::Header => {
                let pairs: Vec<String> = all
                    .iter()
                    .map(|(name, value)| format!("{name}=\"{}\"", encode(value)))
                    .collect();
                (
                    target.to_owned(),
                    format!("authorization: OAuth {}\r\n", pairs.join(", ")),
                )
            }
            Transport::SloppyHeader => {
                let pairs: Vec<String> = all
                    .iter()
                    .map(|(name, value)| format!("{name}=\"{value}\""))
                    .collect();
                (
                    target.to_owned(),
                    format!("authorization: OAuth realm=\"\",{}\r\n", pairs.join(",")),
                )
            }
        }
    }
}

fn query_pairs(query: &str) -> Vec<(String, String)> {
    let decode = |it: &str| {
        percent_encoding::percent_decode_str(it)
            .decode_utf8_lossy()
            .into_owned()
    };
    let pairs = query.split('&').filter_map(|it| it.split_once('='));
    pairs
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

fn encode(text: &str) -> String {
    const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~');
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Sends raw text and reads until the server closes.
pub(crate) async fn send(sim: &SpotlerSim, request: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(sim.addr()).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// Sends a signed request and answers the status; 0 if the connection broke or said nothing.
pub(crate) async fn status(
    sim: &SpotlerSim,
    signing: &Signing,
    line: (&str, &str),
    body: &str,
) -> u16 {
    let answer = send(sim, &signing.request(sim, line, body))
        .await
        .unwrap_or_default();
    status_of(&answer)
}

pub(crate) fn status_of(answer: &str) -> u16 {
    answer
        .get(9..12)
        .and_then(|it| it.parse().ok())
        .unwrap_or(0)
}
