//! A vendor who signs with minisign, as its format is described, sharing no code
//! with the host that checks.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use blake2::{Blake2b512, Digest};
use ring::signature::{Ed25519KeyPair, KeyPair};

/// Somebody who signs.
pub(crate) struct Signer {
    pair: Ed25519KeyPair,
    id: [u8; 8],
}

impl Signer {
    /// One of 256 people.
    pub(crate) fn number(number: u8) -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[number; 32]).expect("a seed");
        Self {
            pair,
            id: [number; 8],
        }
    }

    /// The same key with somebody else's number in front of it.
    pub(crate) fn pretending(self, number: u8) -> Self {
        Self {
            id: [number; 8],
            ..self
        }
    }

    /// The line of the `.pub` file.
    pub(crate) fn public(&self) -> String {
        let key = self.pair.public_key().as_ref();
        STANDARD.encode([b"Ed", self.id.as_slice(), key].concat())
    }

    /// What `minisign -S` writes.
    pub(crate) fn signed(&self, bytes: &[u8]) -> String {
        let hash = Blake2b512::digest(bytes);
        self.written(*b"ED", &hash)
    }

    /// What `minisign -Sl` wrote, which does not hash first.
    pub(crate) fn signed_as_of_old(&self, bytes: &[u8]) -> String {
        self.written(*b"Ed", bytes)
    }

    fn written(&self, form: [u8; 2], signed: &[u8]) -> String {
        let signature = self.pair.sign(signed);
        let comment = "timestamp:1772442000";
        let both = [signature.as_ref(), comment.as_bytes()].concat();
        format!(
            "untrusted comment: a test\n{}\ntrusted comment: {comment}\n{}\n",
            STANDARD.encode([form.as_slice(), &self.id, signature.as_ref()].concat()),
            STANDARD.encode(self.pair.sign(&both))
        )
    }
}
