//! OAuth 1.0a without a token (“one-legged”), signed by the host (C28). Query
//! parameters are part of what is signed, a JSON body is not.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::crm::Timestamp;
use crate::ports::Refusal;
use crate::spotler::wire::Method;

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Percent-encodes everything but the unreserved characters of RFC 3986.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

/// What is to be signed, and what goes into the header besides the signature.
pub struct Unsigned<'a> {
    /// The method.
    pub method: Method,
    /// The address without the query, as it goes over the wire.
    pub url: &'a str,
    /// The query, not encoded.
    pub query: &'a [(String, String)],
    /// The authentication key.
    pub key: &'a str,
    /// Any text that was not used before.
    pub nonce: &'a str,
    /// The present moment.
    pub now: Timestamp,
}

impl Unsigned<'_> {
    fn oauth_parameters(&self) -> [(&'static str, String); 5] {
        [
            ("oauth_consumer_key", self.key.to_owned()),
            ("oauth_nonce", self.nonce.to_owned()),
            ("oauth_signature_method", "HMAC-SHA1".to_owned()),
            ("oauth_timestamp", (self.now / 1000).to_string()),
            ("oauth_version", "1.0".to_owned()),
        ]
    }

    /// The base string of RFC 5849, section 3.4.1.
    pub fn base_string(&self) -> String {
        let oauth = self.oauth_parameters();
        let mut parameters: Vec<(String, String)> = self
            .query
            .iter()
            .map(|(name, value)| (encode(name), encode(value)))
            .chain(
                oauth
                    .iter()
                    .map(|(name, value)| (encode(name), encode(value))),
            )
            .collect();
        parameters.sort();
        let parameters: Vec<String> = parameters
            .into_iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let url = base_uri(self.url);
        format!(
            "{}&{}&{}",
            self.method.name(),
            encode(&url),
            encode(&parameters.join("&"))
        )
    }

    /// The `Authorization` header, signed by `sign`.
    pub fn header(
        &self,
        sign: impl FnOnce(&str) -> Result<String, Refusal>,
    ) -> Result<String, Refusal> {
        let signature = sign(&self.base_string())?;
        let oauth = self.oauth_parameters();
        let mut parts: Vec<String> = oauth
            .iter()
            .map(|(name, value)| format!("{name}=\"{}\"", encode(value)))
            .collect();
        parts.push(format!("oauth_signature=\"{}\"", encode(&signature)));
        Ok(format!("OAuth {}", parts.join(", ")))
    }
}

/// Scheme and host in lower case, the default port left out.
fn base_uri(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let (host, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let scheme = scheme.to_ascii_lowercase();
    let host = host.to_ascii_lowercase();
    let default_port = if scheme == "https" { ":443" } else { ":80" };
    let host = host.strip_suffix(default_port).unwrap_or(&host);
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unsigned<'a>(url: &'a str, query: &'a [(String, String)]) -> Unsigned<'a> {
        Unsigned {
            method: Method::Get,
            url,
            query,
            key: "the key",
            nonce: "n1",
            now: 1_700_000_000_999,
        }
    }

    #[test]
    fn the_query_is_part_of_the_base_string_and_encoded_twice() {
        let query = [(
            "MPSearchQuery".to_owned(),
            "email=jan+nieuws@v.nl".to_owned(),
        )];
        let base = unsigned("https://Example.NL:443/a/contact/search", &query).base_string();
        assert_eq!(
            base,
            "GET&https%3A%2F%2Fexample.nl%2Fa%2Fcontact%2Fsearch&\
             MPSearchQuery%3Demail%253Djan%252Bnieuws%2540v.nl%26\
             oauth_consumer_key%3Dthe%2520key%26oauth_nonce%3Dn1%26\
             oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D1700000000%26\
             oauth_version%3D1.0"
        );
    }

    #[test]
    fn a_port_that_is_not_the_default_stays() {
        let base = unsigned("http://127.0.0.1:8080/a", &[]).base_string();
        assert!(
            base.starts_with("GET&http%3A%2F%2F127.0.0.1%3A8080%2Fa&"),
            "{base}"
        );
    }

    #[test]
    fn the_signature_is_encoded_in_the_header() {
        let header = unsigned("http://h/a", &[])
            .header(|_| Ok("a+b/c=".to_owned()))
            .expect("signed");
        assert!(
            header.ends_with("oauth_signature=\"a%2Bb%2Fc%3D\""),
            "{header}"
        );
        assert!(
            header.starts_with("OAuth oauth_consumer_key=\"the%20key\", "),
            "{header}"
        );
    }

    #[test]
    fn what_the_host_does_not_sign_is_not_sent() {
        let refused = unsigned("http://h/a", &[]).header(|_| Err(Refusal::NoSecret));
        assert_eq!(refused, Err(Refusal::NoSecret));
    }
}
