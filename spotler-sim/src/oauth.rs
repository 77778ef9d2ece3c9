//! OAuth 1.0a without a token: is this request signed by someone we know?

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha1::Sha1;

use crate::config::Credential;
use crate::http::{Request, form_pairs};

/// Why a signature is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is no signature, or a part of it is missing.
    Missing,
    /// Something other than HMAC-SHA1 and version 1.0.
    Unsupported,
    /// A parameter occurs twice.
    Twice,
    /// Nobody has this consumer key.
    UnknownKey,
    /// The signature is another one.
    WrongSignature,
}

/// A request that was signed by someone we know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signed {
    pub(crate) key: String,
    pub(crate) nonce: String,
    pub(crate) timestamp_s: i64,
}

/// Checks the signature of a request; `base_url` is scheme, host and port as the client sees them.
pub(crate) fn verify(
    request: &Request,
    base_url: &str,
    known: &[Credential],
) -> Result<Signed, Refusal> {
    let parameters = parameters(request);
    let one = |name: &str| {
        let mut named = parameters.iter().filter(|(it, _)| it == name);
        match (named.next(), named.next()) {
            (Some((_, value)), None) => Ok(value.as_str()),
            (None, _) => Err(Refusal::Missing),
            (Some(_), Some(_)) => Err(Refusal::Twice),
        }
    };
    let signature = one("oauth_signature")?;
    let (key, nonce) = (one("oauth_consumer_key")?, one("oauth_nonce")?);
    let timestamp_s = one("oauth_timestamp")?
        .parse()
        .map_err(|_| Refusal::Missing)?;
    if one("oauth_signature_method")? != "HMAC-SHA1" {
        return Err(Refusal::Unsupported);
    }
    if !matches!(one("oauth_version"), Ok("1.0") | Err(Refusal::Missing)) {
        return Err(Refusal::Unsupported);
    }
    let credential = known
        .iter()
        .find(|it| it.key == key)
        .ok_or(Refusal::UnknownKey)?;
    let base = base_string(
        &request.method,
        &base_uri(base_url, &request.path),
        &parameters,
    );
    let signing_key = format!("{}&", encode(&credential.secret));
    if !is_signature_of(signature, &base, &signing_key) {
        return Err(Refusal::WrongSignature);
    }
    Ok(Signed {
        key: key.to_owned(),
        nonce: nonce.to_owned(),
        timestamp_s,
    })
}

/// Every parameter that takes part: header, query, form body.
fn parameters(request: &Request) -> Vec<(String, String)> {
    let mut all = form_pairs(&request.query);
    if let Some(rest) = request.header("authorization").and_then(oauth_scheme) {
        all.extend(header_pairs(rest));
    }
    let media_type = request.header("content-type").unwrap_or_default();
    if media_type.starts_with("application/x-www-form-urlencoded") {
        all.extend(form_pairs(&String::from_utf8_lossy(&request.body)));
    }
    all
}

fn oauth_scheme(value: &str) -> Option<&str> {
    let (scheme, rest) = value.trim_start().split_at_checked(5)?;
    let is_oauth = scheme.eq_ignore_ascii_case("oauth") && rest.starts_with([' ', '\t']);
    is_oauth.then_some(rest)
}

/// `name="value"` pairs; a literal `+` stays one, and the realm takes no part.
fn header_pairs(text: &str) -> Vec<(String, String)> {
    let decode = |it: &str| percent_decode_str(it).decode_utf8_lossy().into_owned();
    let pairs = text.split(',').filter_map(|it| it.trim().split_once('='));
    let pairs =
        pairs.map(|(name, value)| (decode(name.trim()), decode(value.trim().trim_matches('"'))));
    pairs
        .filter(|(name, _)| !name.eq_ignore_ascii_case("realm"))
        .collect()
}

/// Scheme and host in lower case, no default port, the path as it was on the wire.
fn base_uri(base_url: &str, path: &str) -> String {
    let (scheme, rest) = base_url.split_once("://").unwrap_or(("http", base_url));
    let (host, prefix) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let (scheme, host) = (scheme.to_lowercase(), host.to_lowercase());
    let default_port = if scheme == "https" { ":443" } else { ":80" };
    let host = host.strip_suffix(default_port).unwrap_or(&host);
    format!("{scheme}://{host}{}{path}", prefix.trim_end_matches('/'))
}

fn base_string(method: &str, uri: &str, parameters: &[(String, String)]) -> String {
    let signed = parameters
        .iter()
        .filter(|(name, _)| name != "oauth_signature");
    let mut pairs: Vec<(String, String)> = signed
        .map(|(name, value)| (encode(name), encode(value)))
        .collect();
    pairs.sort();
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    format!(
        "{}&{}&{}",
        method.to_uppercase(),
        encode(uri),
        encode(&pairs.join("&"))
    )
}

fn is_signature_of(signature: &str, base: &str, signing_key: &str) -> bool {
    let Ok(claimed) = STANDARD.decode(signature.trim()) else {
        return false;
    };
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(signing_key.as_bytes()) else {
        return false;
    };
    mac.update(base.as_bytes());
    mac.verify_slice(&claimed).is_ok()
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

#[cfg(test)]
mod tests {
    use super::*;

    /// The request of RFC 5849, section 3.4.1.1, whose base string the RFC prints.
    #[test]
    fn the_base_string_is_the_one_that_the_rfc_prints() {
        let mut request = Request::new("POST", "/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b");
        request.headers = vec![
            (
                "content-type".to_owned(),
                "application/x-www-form-urlencoded".to_owned(),
            ),
            (
                "authorization".to_owned(),
                concat!(
                    r#"OAuth realm="Example", oauth_consumer_key="9djdj82h48djs9d2", "#,
                    r#"oauth_token="kkk9d7dh3k39sjv7", oauth_signature_method="HMAC-SHA1", "#,
                    r#"oauth_timestamp="137131201", oauth_nonce="7d8f3e4a", "#,
                    r#"oauth_signature="bYT5CMsGcbgUdFHObYMEfcx6bsw%3D""#,
                )
                .to_owned(),
            ),
        ];
        request.body = b"c2&a3=2+q".to_vec();
        let base = base_string(
            "POST",
            &base_uri("http://EXAMPLE.COM:80", "/request"),
            &parameters(&request),
        );
        assert_eq!(
            base,
            concat!(
                "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q",
                "%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_",
                "key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_m",
                "ethod%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk",
                "9d7dh3k39sjv7",
            )
        );
    }

    /// The request for a photo of RFC 5849, section 1.2, with the signature that the RFC prints.
    #[test]
    fn the_signature_is_the_one_that_the_rfc_prints() {
        let mut request = Request::new("GET", "/photos?file=vacation.jpg&size=original");
        let header = concat!(
            r#"OAuth realm="Photos", oauth_consumer_key="dpf43f3p2l4k3l03", "#,
            r#"oauth_token="nnch734d00sl2jdk", oauth_signature_method="HMAC-SHA1", "#,
            r#"oauth_timestamp="137131202", oauth_nonce="chapoH", "#,
            r#"oauth_signature="MdpQcU8iPSUjWoN%2FUDMsK2sui9I%3D""#,
        );
        request.headers = vec![("authorization".to_owned(), header.to_owned())];
        let uri = base_uri("http://photos.example.net", &request.path);
        let base = base_string("GET", &uri, &parameters(&request));
        let signature = "MdpQcU8iPSUjWoN/UDMsK2sui9I=";
        assert!(is_signature_of(
            signature,
            &base,
            "kd94hf93k423kf44&pfkkdhi9sl3r4s00"
        ));
        assert!(!is_signature_of(signature, &base, "kd94hf93k423kf44&"));
    }

    #[test]
    fn the_host_is_lower_case_without_its_default_port() {
        assert_eq!(
            base_uri("HTTPS://Rest.Example:443", "/a%2Fb"),
            "https://rest.example/a%2Fb"
        );
        assert_eq!(
            base_uri("http://rest.example:443/", "/a"),
            "http://rest.example:443/a"
        );
        assert_eq!(base_uri("http://127.0.0.1:80", "/a"), "http://127.0.0.1/a");
    }

    #[test]
    fn a_literal_plus_in_the_header_stays_a_plus() {
        let pairs = header_pairs(r#" realm="",oauth_token="",oauth_signature="a+b/c=""#);
        let expected = [("oauth_token", ""), ("oauth_signature", "a+b/c=")];
        assert_eq!(
            pairs,
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }
}
