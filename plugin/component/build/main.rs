//! Builds the component, so that nobody has to do it by hand.
//!
//! target ─▶ nested cargo build ─▶ encode ─▶ check the imports ─▶ `koppel.wasm`

mod encode;
mod nested;
mod same_bytes;
mod target;

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result};

fn main() -> Result<()> {
    let workspace = workspace()?;
    let out = PathBuf::from(env::var_os("OUT_DIR").context("cargo sets `OUT_DIR`")?);
    for path in [
        "Cargo.toml",
        "Cargo.lock",
        "plugin/Cargo.toml",
        "plugin/component/build",
        "wit",
    ] {
        println!("cargo::rerun-if-changed={}", workspace.join(path).display());
    }
    target::make_sure()?;
    let module = nested::build(&workspace, &out.join("nested"))?;
    let module =
        fs::read(&module).with_context(|| format!("could not read `{}`", module.display()))?;
    let component = encode::component(&module)?;
    fs::write(out.join("koppel.wasm"), component).context("could not write `koppel.wasm`")
}

fn workspace() -> Result<PathBuf> {
    let here = env::var_os("CARGO_MANIFEST_DIR").context("cargo sets `CARGO_MANIFEST_DIR`")?;
    let workspace = Path::new(&here).ancestors().nth(2);
    Ok(workspace
        .context("this crate lies in `plugin/component`")?
        .to_owned())
}
