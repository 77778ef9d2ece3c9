//! E-mail addresses: what is one, when two are the same, and how one is
//! remembered without keeping it.

use std::str::FromStr;

use email_address::{EmailAddress, Options};
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

/// An address that mail could be sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    local: String,
    domain: String,
}

/// What a record has for an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressState {
    /// The field is empty.
    Missing,
    /// There is text, but it is no address.
    Invalid,
    /// An address.
    Present(Address),
}

impl AddressState {
    /// Reads the text of a field. White space around it is no fault.
    pub fn of(text: Option<&str>) -> Self {
        match text.map(str::trim) {
            None | Some("") => Self::Missing,
            Some(text) => Address::parse(text).map_or(Self::Invalid, Self::Present),
        }
    }
}

impl Address {
    /// Reads an address; none if mail could not be sent to it. International
    /// domains are turned into their ASCII form.
    pub fn parse(text: &str) -> Option<Self> {
        let text: String = text.trim().nfc().collect();
        let options = Options::default()
            .with_minimum_sub_domains(2)
            .without_display_text()
            .without_domain_literal();
        EmailAddress::parse_with_options(&text, options).ok()?;
        let (local, domain) = text.rsplit_once('@')?;
        let domain = idna::domain_to_ascii_strict(&domain.to_lowercase()).ok()?;
        let sent = format!("{local}@{domain}");
        EmailAddress::from_str(&sent).ok()?;
        Some(Self {
            local: local.to_owned(),
            domain,
        })
    }

    /// The address as it is sent: the local part as it was written.
    pub fn as_sent(&self) -> String {
        format!("{}@{}", self.local, self.domain)
    }

    /// Whether the other text names the same mailbox: upper and lower case are
    /// the same, a plus sign and what follows it are not left out.
    pub fn is_same_as(&self, text: &str) -> bool {
        Self::parse(text).is_some_and(|other| other.identity() == self.identity())
    }

    fn identity(&self) -> String {
        format!("{}@{}", self.local.to_lowercase(), self.domain)
    }

    /// A salted hash of the mailbox: 32 hexadecimal digits. It answers whether
    /// an address was seen before and does not give the address away.
    pub fn hash(&self, salt: &[u8]) -> String {
        digest(salt, &self.identity())
    }
}

/// A salted hash of any text: 32 hexadecimal digits.
pub fn digest(salt: &[u8], text: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update(salt);
    hasher.update(text.as_bytes());
    hasher
        .finalize()
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Address {
        Address::parse(text).unwrap_or_else(|| panic!("not an address: {text}"))
    }

    #[test]
    fn an_address_with_a_plus_sign_is_another_mailbox() {
        let plain = parsed("jan@voorbeeld.example");
        assert!(!plain.is_same_as("jan+nieuws@voorbeeld.example"));
        assert_eq!(
            parsed("jan+nieuws@voorbeeld.example").as_sent(),
            "jan+nieuws@voorbeeld.example"
        );
    }

    #[test]
    fn case_and_white_space_make_no_other_mailbox() {
        assert!(parsed("Jan@Voorbeeld.example").is_same_as("  jan@voorbeeld.EXAMPLE "));
    }

    #[test]
    fn an_international_domain_is_sent_in_its_ascii_form() {
        let address = parsed("zoë@bücher-müller.example");
        assert_eq!(address.as_sent(), "zoë@xn--bcher-mller-thbg.example");
        assert!(address.is_same_as("ZOË@xn--bcher-mller-thbg.example"));
    }

    #[test]
    fn what_is_no_address_is_told_from_what_is_missing() {
        assert_eq!(AddressState::of(None), AddressState::Missing);
        assert_eq!(AddressState::of(Some("   ")), AddressState::Missing);
        for bad in [
            "jan",
            "jan@",
            "@voorbeeld.example",
            "jan@@voorbeeld.example",
            "jan de wit@v.nl",
            "jan@voorbeeld",
            "jan@voorbeeld.example.",
            "jan@voor beeld.nl",
            "jan..wit@voorbeeld.nl",
        ] {
            assert_eq!(AddressState::of(Some(bad)), AddressState::Invalid, "{bad}");
        }
    }

    #[test]
    fn a_hash_depends_on_the_salt_and_not_on_the_case() {
        let address = parsed("Jan@voorbeeld.example");
        assert_eq!(
            address.hash(b"a"),
            parsed("jan@VOORBEELD.example").hash(b"a")
        );
        assert_ne!(address.hash(b"a"), address.hash(b"b"));
    }
}
