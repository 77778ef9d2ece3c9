//! Compiled components on disk, so that a start takes no compiler.

use sha2::{Digest, Sha256};
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use wasmtime::Engine;
use wasmtime::component::Component;

/// Loads the compiled form of a component from the cache, or compiles it and
/// puts it there. A cache that cannot be used costs time, never a start.
pub(crate) fn load(
    engine: &Engine,
    cache: Option<&Path>,
    bytes: &[u8],
    sha256: &str,
) -> wasmtime::Result<Component> {
    let Some(folder) = cache.filter(|it| prepare(it)) else {
        return Component::from_binary(engine, bytes);
    };
    let mut hasher = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    let name = format!("{sha256}-{:016x}.cwasm", hasher.finish());
    let path = folder.join(name);
    if let Some(component) = from_cache(engine, &path) {
        return Ok(component);
    }
    let component = Component::from_binary(engine, bytes)?;
    if let Err(error) = put(&path, &component.serialize()?) {
        tracing::warn!(%error, "the compiled component could not be cached");
    }
    Ok(component)
}

fn from_cache(engine: &Engine, path: &Path) -> Option<Component> {
    let compiled = std::fs::read(path).ok()?;
    let written = std::fs::read_to_string(checksum_path(path)).ok()?;
    if written != hex_sha256(&compiled) {
        tracing::warn!("a cached component is damaged and is compiled anew");
        return None;
    }
    unchecked::deserialize(engine, &compiled).ok()
}

/// The one place that trusts bytes without checking them.
mod unchecked {
    #![expect(unsafe_code, reason = "wasmtime cannot check compiled code")]

    /// Loads code that this host compiled. The folder is writable by the host's
    /// user only and the file matched its checksum, so it is what was put there.
    pub(super) fn deserialize(
        engine: &wasmtime::Engine,
        compiled: &[u8],
    ) -> wasmtime::Result<wasmtime::component::Component> {
        // SAFETY: the bytes come from `Component::serialize` of this very
        // version and configuration (both in the file's name), see above.
        unsafe { wasmtime::component::Component::deserialize(engine, compiled) }
    }
}

fn put(path: &Path, compiled: &[u8]) -> std::io::Result<()> {
    // The checksum last: without it the file counts as absent.
    write_whole(path, compiled)?;
    write_whole(&checksum_path(path), hex_sha256(compiled).as_bytes())
}

fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let beside = path.with_extension(format!("{}.part", uuid::Uuid::new_v4()));
    let mut file = std::fs::File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(beside, path)
}

fn checksum_path(path: &Path) -> PathBuf {
    path.with_extension("sha256")
}

/// Makes the folder; false where others could write into it.
fn prepare(folder: &Path) -> bool {
    if std::fs::create_dir_all(folder).is_err() {
        return false;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Narrows a folder of ours; one of somebody else stays as it is and fails.
        let _ = std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700));
        let mode = std::fs::metadata(folder).map(|it| it.permissions().mode());
        if mode.map_or(true, |it| it & 0o022 != 0) {
            tracing::warn!("the folder for compiled components is writable by others: not used");
            return false;
        }
    }
    true
}

/// The SHA-256 of some bytes, in hex digits.
pub(crate) fn hex_sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|it| format!("{it:02x}"))
        .collect()
}
