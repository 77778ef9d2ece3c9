//! Where the repository is, and the text files in it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

/// A text file of the repository.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// Path from the root of the repository, with forward slashes.
    pub(crate) path: String,
    /// What the file says.
    pub(crate) text: String,
}

/// The root of the repository: the folder that holds this crate.
pub(crate) fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}

/// Cargo, at the root. It is not told what cargo tells this program about itself, for dependencies that look at that would
/// be compiled anew each time.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let about_this = [
        "CARGO_PKG_",
        "CARGO_MANIFEST_",
        "CARGO_BIN_",
        "CARGO_CRATE_",
    ];
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if about_this.iter().any(|it| text.starts_with(it)) {
            cargo.env_remove(&name);
        }
    }
    cargo.current_dir(root());
    cargo
}

/// Reads one file by its path from the root.
pub(crate) fn read(root: &Path, path: &str) -> Result<String> {
    fs::read_to_string(root.join(path)).with_context(|| format!("could not read `{path}`"))
}

/// Reads one file by its path from the root, if it is there.
pub(crate) fn read_if_present(root: &Path, path: &str) -> Result<Option<Source>> {
    if !root.join(path).is_file() {
        return Ok(None);
    }
    let text = read(root, path)?;
    Ok(Some(Source {
        path: path.to_owned(),
        text,
    }))
}

/// All files below `folder` whose name ends with `suffix`, by path; build output and hidden folders are left out.
pub(crate) fn files_below(root: &Path, folder: &str, suffix: &str) -> Result<Vec<Source>> {
    let mut found = Vec::new();
    for name in names_in(root, folder)? {
        let path = format!("{folder}/{name}");
        if root.join(&path).is_dir() {
            if name != "target" && !name.starts_with('.') {
                found.extend(files_below(root, &path, suffix)?);
            }
        } else if name.ends_with(suffix) {
            found.extend(read_if_present(root, &path)?);
        }
    }
    Ok(found)
}

/// The files directly in `folder` whose name ends with `suffix`, by path.
pub(crate) fn files_in(root: &Path, folder: &str, suffix: &str) -> Result<Vec<Source>> {
    let mut found = Vec::new();
    for name in names_in(root, folder)?
        .iter()
        .filter(|it| it.ends_with(suffix))
    {
        found.extend(read_if_present(root, &format!("{folder}/{name}"))?);
    }
    Ok(found)
}

/// The sorted names in a folder; none if there is no such folder.
fn names_in(root: &Path, folder: &str) -> Result<Vec<String>> {
    let place = root.join(folder);
    if !place.is_dir() {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(&place).with_context(|| format!("could not list `{folder}`"))? {
        let entry = entry.with_context(|| format!("could not list `{folder}`"))?;
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}
