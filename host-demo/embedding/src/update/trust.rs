//! Who vouches for a component: a hash that was written down, or a signature.

use crate::artefact::hex_sha256;
use minisign_verify::{PublicKey, Signature};
use std::fmt;

/// What makes a component trusted: its SHA-256 is one of those that are pinned, or
/// one of the keys has signed it. Trusts nothing by default.
///
/// Signatures are those of [minisign](https://jedisct1.github.io/minisign/):
/// `minisign -Sm koppel.wasm` writes `koppel.wasm.minisig`.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    hashes: Vec<String>,
    keys: Vec<(String, PublicKey)>,
}

/// A hash or a key that cannot be one.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TrustError {
    /// Not a hash.
    #[error("`{0}` is not a SHA-256, which has 64 hex digits")]
    NotAHash(String),
    /// Not a key.
    #[error("`{0}` is not a public key of minisign, which begins with `RW`")]
    NotAKey(String),
}

/// Nobody vouches for a component.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Untrusted {
    /// There is no hash and no key to go by.
    #[error(
        "nothing says that the component with SHA-256 {0} is to be trusted: pin its hash, or name a key and a signature"
    )]
    NobodyAsked(String),
    /// It is not one of those that are pinned.
    #[error("the component has SHA-256 {0}, which is not the one that is pinned")]
    OtherHash(String),
    /// There are keys, and no signature.
    #[error("there is no signature of the component with SHA-256 {0}")]
    NoSignature(String),
    /// The signature is none.
    #[error("the signature is not one of minisign's")]
    NotASignature,
    /// None of the keys has signed it.
    #[error("none of the keys has signed the component with SHA-256 {0}")]
    BadSignature(String),
}

/// Who vouched for a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrustedBy {
    /// Its hash was pinned.
    Hash,
    /// This key has signed it.
    Key(String),
    /// A process was started with it.
    Start,
    /// It was trusted before.
    Kept,
}

impl fmt::Display for TrustedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hash => f.write_str("hash"),
            Self::Key(key) => write!(f, "key {key}"),
            Self::Start => f.write_str("start"),
            Self::Kept => f.write_str("kept"),
        }
    }
}

impl Trust {
    /// Trusts the file with this SHA-256 as well.
    ///
    /// # Errors
    /// [`TrustError::NotAHash`].
    pub fn pin(mut self, sha256: &str) -> Result<Self, TrustError> {
        let hash = sha256.trim().to_ascii_lowercase();
        if hash.len() != 64 || !hash.bytes().all(|it| it.is_ascii_hexdigit()) {
            return Err(TrustError::NotAHash(sha256.to_owned()));
        }
        self.hashes.push(hash);
        Ok(self)
    }

    /// Trusts what this public key has signed as well: the line of 56 letters in
    /// minisign's `.pub` file, or the whole file.
    ///
    /// # Errors
    /// [`TrustError::NotAKey`].
    pub fn key(mut self, key: &str) -> Result<Self, TrustError> {
        let line = key.trim().lines().last().unwrap_or_default().trim();
        let read = PublicKey::from_base64(line);
        let public = read.map_err(|_| TrustError::NotAKey(line.to_owned()))?;
        self.keys.push((line.to_owned(), public));
        Ok(self)
    }

    /// Whether any key is known.
    #[must_use]
    pub fn has_keys(&self) -> bool {
        !self.keys.is_empty()
    }

    /// Who vouches for these bytes. A signature is the text of a `.minisig` file.
    ///
    /// # Errors
    /// [`Untrusted`]: nobody does.
    pub fn check(&self, bytes: &[u8], signature: Option<&str>) -> Result<TrustedBy, Untrusted> {
        let sha256 = hex_sha256(bytes);
        if self.hashes.contains(&sha256) {
            return Ok(TrustedBy::Hash);
        }
        let Some(signature) = signature else {
            return Err(match (self.keys.is_empty(), self.hashes.is_empty()) {
                (true, true) => Untrusted::NobodyAsked(sha256),
                (_, false) => Untrusted::OtherHash(sha256),
                (false, true) => Untrusted::NoSignature(sha256),
            });
        };
        let signature = Signature::decode(signature).map_err(|_| Untrusted::NotASignature)?;
        // Only the form that hashes first; the older one is refused.
        let signed = |key: &PublicKey| key.verify(bytes, &signature, false).is_ok();
        let signer = self.keys.iter().find(|(_, key)| signed(key));
        signer.map_or(Err(Untrusted::BadSignature(sha256)), |(name, _)| {
            Ok(TrustedBy::Key(name.clone()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_trusted_by_itself_and_a_pinned_hash_is() {
        let none = Trust::default().check(b"abc", None);
        assert!(matches!(none, Err(Untrusted::NobodyAsked(_))), "{none:?}");
        let pinned = Trust::default()
            .pin(&hex_sha256(b"abc").to_ascii_uppercase())
            .expect("a hash");
        assert_eq!(pinned.check(b"abc", None), Ok(TrustedBy::Hash));
        let other = pinned.check(b"abd", None);
        assert_eq!(other, Err(Untrusted::OtherHash(hex_sha256(b"abd"))));
    }

    #[test]
    fn what_is_no_hash_and_no_key_is_refused() {
        for bad in ["", "abc", &"g".repeat(64), &"a".repeat(63)] {
            assert!(Trust::default().pin(bad).is_err(), "{bad:?}");
            assert!(Trust::default().key(bad).is_err(), "{bad:?}");
        }
    }
}
