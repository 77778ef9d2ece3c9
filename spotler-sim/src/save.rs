//! The file that the state survives a restart in.

use std::fs;
use std::io;
use std::path::Path;

use crate::error::SimError;
use crate::state::Saved;

/// Reads the state.
pub(crate) fn read(file: &Path) -> Result<Saved, SimError> {
    let read = fs::read(file).and_then(|it| serde_json::from_slice(&it).map_err(io::Error::from));
    read.map_err(|source| cannot(file, source))
}

/// Writes the state beside the file first, so that a crash leaves the old one.
pub(crate) fn write(file: &Path, saved: &Saved) -> Result<(), SimError> {
    let beside = file.with_extension("new");
    let written = serde_json::to_vec(saved)
        .map_err(io::Error::from)
        .and_then(|bytes| {
            fs::write(&beside, bytes)?;
            fs::rename(&beside, file)
        });
    written.map_err(|source| cannot(file, source))
}

fn cannot(file: &Path, source: io::Error) -> SimError {
    SimError::Save {
        file: file.display().to_string(),
        source,
    }
}
