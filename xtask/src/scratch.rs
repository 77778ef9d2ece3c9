//! Where the databases of the tests live: in memory where the system offers enough
//! of it, because each commit waits for the disk otherwise.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Memory as a folder, as Linux offers it.
const MEMORY: &str = "/dev/shm";
/// The tests leave no more than this behind at any moment, in bytes.
const ENOUGH: u64 = 4 << 30;

/// The folder for what tests make and throw away.
pub(crate) fn folder() -> PathBuf {
    let memory = Path::new(MEMORY);
    if memory.is_dir() && free(memory).is_some_and(|it| it >= ENOUGH) {
        memory.to_owned()
    } else {
        std::env::temp_dir()
    }
}

/// How many bytes are free there; none where nothing says it.
fn free(folder: &Path) -> Option<u64> {
    let asked = Command::new("df")
        .args(["--output=avail", "--block-size=1"])
        .arg(folder)
        .output()
        .ok()?;
    let said = String::from_utf8(asked.stdout).ok()?;
    said.lines().nth(1)?.trim().parse().ok()
}
