//! Texts that come from elsewhere: addresses, headers, names with a meaning.

use koppel_plugin::address::Address;
use koppel_plugin::crm::RecordRef;
use koppel_plugin::journey::{TriggerRef, lint};
use koppel_plugin::spotler::{oauth, retry_after, time};
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// A moment, in milliseconds.
const NOW: u64 = 1_800_000_000_000;

/// The bytes are each of these texts.
pub(crate) fn check(bytes: &[u8]) {
    let header = retry_after::read(bytes, NOW);
    let is_number = !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit);
    assert!(
        !is_number || header.is_some_and(|it| it >= NOW),
        "{header:?}"
    );
    let text = String::from_utf8_lossy(bytes);
    let encoded = oauth::encode(&text);
    let unreserved = |it: char| it.is_ascii_alphanumeric() || "-._~%".contains(it);
    assert!(encoded.chars().all(unreserved), "{encoded}");
    assert_eq!(percent_decode_str(&encoded).decode_utf8_lossy(), text);
    if let Some(address) = Address::parse(&text) {
        let sent = address.as_sent();
        let again = Address::parse(&sent).expect("what is sent is an address");
        assert_eq!(again.as_sent(), sent, "what is sent stays as it is");
        assert!(address.is_same_as(&sent));
        assert_eq!(address.hash(b"salt"), again.hash(b"salt"));
    }
    if let Some(record) = RecordRef::from_key(&text) {
        assert_eq!(record.key(), text);
    }
    if let Some(trigger) = TriggerRef::from_key(&text) {
        assert_eq!(TriggerRef::from_key(&trigger.key()), Some(trigger));
    }
    let moment = time::read(&Value::from(text.as_ref()));
    let written = moment.map(time::write);
    let again = written.and_then(|it| time::read(&Value::from(it)));
    assert!(moment.is_none() || again.is_some(), "{moment:?}");
    lint::lint(&text, &[]);
}
