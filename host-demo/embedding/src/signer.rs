//! Signatures for the component, which never sees the secret (C28).

use crate::Secret;
use crate::address::AllowedAddress;
use crate::contract::generated::koppel::crm_sync::signer::{Host, Refusal};
use crate::state::CallState;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha1::Sha1;
use zeroize::Zeroizing;

/// What RFC 5849 section 3.6 leaves as it is; everything else is encoded.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

impl Host for CallState {
    async fn sign(&mut self, base_string: String) -> wasmtime::Result<Result<String, Refusal>> {
        self.faults.step().await?;
        let Some(secret) = self.secret.as_ref() else {
            return Ok(Err(Refusal::NoSecret));
        };
        let Some(allowed) = self.gate.allowed() else {
            return Ok(Err(Refusal::ForeignAddress));
        };
        Ok(check(&base_string, allowed).map(|()| sign(secret, &base_string)))
    }
}

/// Lets through a base string (RFC 5849 section 3.4.1) that names the allowed
/// address, and nothing else.
fn check(base_string: &str, allowed: &AllowedAddress) -> Result<(), Refusal> {
    let parts: Vec<&str> = base_string.split('&').collect();
    let [method, address, parameters] = parts.as_slice() else {
        return Err(Refusal::Malformed);
    };
    let known = matches!(
        *method,
        "GET" | "POST" | "PUT" | "DELETE" | "HEAD" | "PATCH"
    );
    if !known || !is_encoded(address) || !is_encoded(parameters) {
        return Err(Refusal::Malformed);
    }
    if !parameters.contains("oauth_consumer_key%3D") {
        return Err(Refusal::Malformed);
    }
    let address = percent_decode_str(address)
        .decode_utf8()
        .map_err(|_| Refusal::Malformed)?;
    if allowed.allows_text(&address) {
        Ok(())
    } else {
        Err(Refusal::ForeignAddress)
    }
}

/// Whether a part is what percent-encoding makes: unreserved characters and
/// `%XX` in capitals.
fn is_encoded(part: &str) -> bool {
    let mut bytes = part.bytes();
    let mut next = || bytes.next();
    while let Some(byte) = next() {
        let fits = match byte {
            b'%' => [next(), next()]
                .iter()
                .all(|it| matches!(it, Some(b'0'..=b'9' | b'A'..=b'F'))),
            b'-' | b'.' | b'_' | b'~' => true,
            other => other.is_ascii_alphanumeric(),
        };
        if !fits {
            return false;
        }
    }
    !part.is_empty()
}

/// One-legged: the encoded secret, `&`, and no token.
fn sign(secret: &Secret, base_string: &str) -> String {
    let mut key = Zeroizing::new(String::with_capacity(secret.expose().len() * 3 + 1));
    key.extend(utf8_percent_encode(secret.expose(), RESERVED));
    key.push('&');
    hmac_sha1(&key, base_string)
}

fn hmac_sha1(key: &str, text: &str) -> String {
    let mut mac =
        Hmac::<Sha1>::new_from_slice(key.as_bytes()).expect("a key of any length is good");
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::PlainHttp;

    const PHOTOS: &str = "GET&http%3A%2F%2Fphotos.example.net%2Fphotos&file%3Dvacation.jpg%26\
        oauth_consumer_key%3Ddpf43f3p2l4k3l03%26oauth_nonce%3DchapoH%26\
        oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131202%26\
        oauth_token%3Dnnch734d00sl2jdk%26size%3Doriginal";

    fn photos() -> AllowedAddress {
        AllowedAddress::parse("http://photos.example.net/photos", PlainHttp::Anywhere)
            .expect("a good address")
    }

    #[test]
    fn the_example_of_rfc_5849_section_1_2_is_signed_as_it_says() {
        let key = "kd94hf93k423kf44&pfkkdhi9sl3r4s00";
        assert_eq!(hmac_sha1(key, PHOTOS), "MdpQcU8iPSUjWoN/UDMsK2sui9I=");
    }

    #[test]
    fn a_secret_is_encoded_before_it_becomes_the_key() {
        let odd = Secret::new("a+b/c=é".into());
        assert_eq!(sign(&odd, "x"), hmac_sha1("a%2Bb%2Fc%3D%C3%A9&", "x"));
    }

    #[test]
    fn only_a_base_string_for_the_allowed_address_is_signed() {
        assert_eq!(check(PHOTOS, &photos()), Ok(()));
        let foreign = PHOTOS.replace("photos.example.net", "evil.example");
        assert_eq!(check(&foreign, &photos()), Err(Refusal::ForeignAddress));
        let outside = PHOTOS.replace("%2Fphotos&", "%2Fother&");
        assert_eq!(check(&outside, &photos()), Err(Refusal::ForeignAddress));
        for bad in [
            "",
            "anything at all",
            "GET&http%3A%2F%2Fphotos.example.net%2Fphotos",
            &PHOTOS.replace("GET", "get"),
            &PHOTOS.replace("%3A", "%3a"),
            &PHOTOS.replace("%3A%2F%2F", "://"),
            &PHOTOS.replace("oauth_consumer_key", "consumer"),
            &format!("{PHOTOS}&more"),
        ] {
            assert_eq!(check(bad, &photos()), Err(Refusal::Malformed), "{bad:?}");
        }
    }
}
