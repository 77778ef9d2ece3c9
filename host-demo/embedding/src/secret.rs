//! Spotler's secret: never printed, wiped after use, sealed at rest (PV-04, C28).

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use zeroize::{Zeroize, Zeroizing};

/// A secret as an administrator typed it. Shows nothing of itself, and is wiped
/// when it is dropped.
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the secret over.
    #[must_use]
    pub fn new(secret: String) -> Self {
        Self(Zeroizing::new(secret))
    }

    /// Whether there is anything in it.
    #[must_use]
    pub fn is_present(&self) -> bool {
        !self.0.trim().is_empty()
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl Clone for Secret {
    fn clone(&self) -> Self {
        Self::new(self.0.as_str().to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Where the key that seals secrets comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum KeySource {
    /// `KOPPEL_KEY` (64 hex digits) where it is set, else `<database>.key`.
    #[default]
    EnvironmentOrFile,
    /// `<database>.key`, made with mode 0600 where it is missing.
    File,
    /// This file, likewise.
    At(PathBuf),
}

/// The key that seals secrets could not be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// It is not 64 hex digits.
    #[error("the key is not 64 hex digits")]
    Malformed,
    /// The key file could not be read or made.
    #[error("the key file could not be read or made")]
    File(#[from] std::io::Error),
    /// A database of PostgreSQL's has no file that a key could lie beside.
    #[error("with PostgreSQL, set KOPPEL_KEY to 64 hex digits, the same for all processes")]
    NoFile,
    /// The machine gives no random bytes.
    #[error("the machine gives no random bytes")]
    NoChance,
}

/// A sealed secret could not be opened: another key, or a row of another tenant.
#[derive(Debug, thiserror::Error)]
#[error("the secret was sealed with another key, or for another tenant")]
pub struct NotOurs;

/// Seals and opens secrets (ChaCha20-Poly1305).
pub(crate) struct SecretKey(Zeroizing<[u8; 32]>);

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

impl SecretKey {
    /// The key; `database` is the file that it may lie beside.
    pub(crate) fn from_source(
        source: &KeySource,
        database: Option<&Path>,
    ) -> Result<Self, KeyError> {
        let from_environment = match source {
            KeySource::EnvironmentOrFile => std::env::var("KOPPEL_KEY").ok(),
            KeySource::File | KeySource::At(_) => None,
        };
        let hex = match (from_environment, source) {
            (Some(hex), _) => Zeroizing::new(hex),
            (None, KeySource::At(path)) => key_file(path)?,
            (None, KeySource::EnvironmentOrFile | KeySource::File) => {
                let mut name = database.ok_or(KeyError::NoFile)?.as_os_str().to_owned();
                name.push(".key");
                key_file(Path::new(&name))?
            }
        };
        Self::from_hex(hex.trim())
    }

    fn from_hex(hex: &str) -> Result<Self, KeyError> {
        let mut key = Zeroizing::new([0; 32]);
        if hex.len() != 64 || !hex.is_ascii() {
            return Err(KeyError::Malformed);
        }
        for (at, byte) in key.iter_mut().enumerate() {
            let pair = hex.get(2 * at..2 * at + 2).ok_or(KeyError::Malformed)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| KeyError::Malformed)?;
        }
        Ok(Self(key))
    }

    /// Seals a secret for one tenant: a fresh nonce, then the sealed bytes.
    pub(crate) fn seal(&self, tenant: &str, secret: &Secret) -> Result<Vec<u8>, KeyError> {
        let nonce: [u8; 12] = random()?;
        let payload = Payload {
            msg: secret.expose().as_bytes(),
            aad: tenant.as_bytes(),
        };
        let sealed = self
            .cipher()
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|_| KeyError::Malformed)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    pub(crate) fn open(&self, tenant: &str, sealed: &[u8]) -> Result<Secret, NotOurs> {
        let (nonce, sealed) = sealed.split_first_chunk::<12>().ok_or(NotOurs)?;
        let payload = Payload {
            msg: sealed,
            aad: tenant.as_bytes(),
        };
        let clear = self
            .cipher()
            .decrypt(&Nonce::from(*nonce), payload)
            .map_err(|_| NotOurs)?;
        String::from_utf8(clear).map(Secret::new).map_err(|error| {
            error.into_bytes().zeroize();
            NotOurs
        })
    }

    fn cipher(&self) -> ChaCha20Poly1305 {
        ChaCha20Poly1305::new(self.0.as_slice().into())
    }
}

fn random<const N: usize>() -> Result<[u8; N], KeyError> {
    use rand::TryRngCore;
    let mut bytes = [0; N];
    rand::rngs::OsRng
        .try_fill_bytes(&mut bytes)
        .map_err(|_| KeyError::NoChance)?;
    Ok(bytes)
}

fn key_file(path: &Path) -> Result<Zeroizing<String>, KeyError> {
    match make_key_file(path) {
        Ok(()) => {}
        Err(KeyError::File(error)) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
    }
    Ok(Zeroizing::new(std::fs::read_to_string(path)?))
}

/// Written beside and linked into place, so that nobody reads half a key.
fn make_key_file(path: &Path) -> Result<(), KeyError> {
    if path.exists() {
        return Ok(());
    }
    let key = Zeroizing::new(random::<32>()?);
    let hex: Zeroizing<String> = Zeroizing::new(key.iter().map(|it| format!("{it:02x}")).collect());
    let beside = path.with_extension(format!("key-{}", uuid::Uuid::new_v4()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    file.write_all(hex.as_bytes())?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&beside, path);
    std::fs::remove_file(&beside)?;
    Ok(linked?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> SecretKey {
        SecretKey(Zeroizing::new([byte; 32]))
    }

    #[test]
    fn a_sealed_secret_opens_for_its_tenant_only() {
        let sealed = key(1)
            .seal("acme", &Secret::new("s3cret".into()))
            .unwrap_or_default();
        assert!(
            !sealed.windows(6).any(|it| it == b"s3cret"),
            "in clear text"
        );
        assert_eq!(
            key(1)
                .open("acme", &sealed)
                .ok()
                .map(|it| it.expose().to_owned()),
            Some("s3cret".into())
        );
        assert!(key(1).open("other", &sealed).is_err());
        assert!(key(2).open("acme", &sealed).is_err());
        assert!(key(1).open("acme", b"short").is_err());
    }

    #[test]
    fn a_secret_shows_nothing_of_itself() {
        assert_eq!(format!("{:?}", Secret::new("s3cret".into())), "Secret(…)");
    }

    #[test]
    fn a_key_is_64_hex_digits() {
        assert!(SecretKey::from_hex(&"0f".repeat(32)).is_ok());
        for bad in ["", "00", &"zz".repeat(32), &"é".repeat(32)] {
            assert!(SecretKey::from_hex(bad).is_err(), "{bad:?}");
        }
    }
}
