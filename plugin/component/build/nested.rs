//! The build inside the build: cargo again, for wasm, in its own directory, and
//! free of what was meant for the outer one.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, ensure};

use crate::same_bytes;
use crate::target::TARGET;

const PROFILE: &str = "component";

/// What of cargo's environment holds for the nested build too: where packages
/// come from, how many jobs may run. All else of it would change the bytes or
/// disturb, such as wrappers, flags and another target directory.
const KEPT: [&str; 10] = [
    "CARGO_BUILD_JOBS",
    "CARGO_HOME",
    "CARGO_HTTP_",
    "CARGO_MAKEFLAGS",
    "CARGO_NET_",
    "CARGO_REGISTRIES_",
    "CARGO_REGISTRY_",
    "CARGO_RESOLVER_",
    "CARGO_SOURCE_",
    "CARGO_TERM_",
];

/// Compiles the plugin and gives back where the core module lies.
///
/// `cargo rustc --crate-type` makes a library of wasm only here, so that the
/// native builds of the plugin need not link one, and link-time optimisation
/// sees one kind of output.
pub(crate) fn build(workspace: &Path, directory: &Path) -> Result<PathBuf> {
    let mut cargo = Command::new(env::var_os("CARGO").context("cargo sets `CARGO`")?);
    clean(&mut cargo);
    cargo
        .current_dir(workspace)
        .args([
            "rustc",
            "--package",
            "koppel-plugin",
            "--lib",
            "--crate-type",
            "cdylib",
        ])
        .args([
            "--profile",
            PROFILE,
            "--target",
            TARGET,
            "--locked",
            "--target-dir",
        ])
        .arg(directory)
        .env(
            "CARGO_ENCODED_RUSTFLAGS",
            same_bytes::flags(workspace)?.join("\u{1f}"),
        );
    let status = cargo
        .status()
        .context("could not run cargo for the plugin")?;
    ensure!(
        status.success(),
        "the plugin did not compile for `{TARGET}`, see above"
    );
    let built = directory.join(TARGET).join(PROFILE);
    rerun_if_changed(&built.join("koppel_plugin.d"))?;
    Ok(built.join("koppel_plugin.wasm"))
}

/// The compiler that cargo uses.
pub(crate) fn rustc() -> Command {
    Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
}

fn clean(cargo: &mut Command) {
    for (name, _) in env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        let ours = [
            "CARGO",
            "RUSTFLAGS",
            "RUSTDOCFLAGS",
            "RUSTC_",
            "CLIPPY_",
            "LLVM_PROFILE_",
        ];
        let kept = KEPT.iter().any(|it| text.starts_with(it));
        if !kept && ours.iter().any(|it| text.starts_with(it)) {
            cargo.env_remove(OsStr::new(&name));
        }
    }
}

/// Tells cargo every file that the module was made of, as the `.d` file beside
/// it lists them: `module: file file …`, spaces in a name written `\ `.
fn rerun_if_changed(list: &Path) -> Result<()> {
    let text = fs::read_to_string(list);
    let text = text.with_context(|| format!("could not read `{}`", list.display()))?;
    let files = text
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(_, files)| files);
    for file in files
        .collect::<Vec<_>>()
        .join(" ")
        .replace("\\ ", "\0")
        .split_whitespace()
    {
        println!("cargo::rerun-if-changed={}", file.replace('\0', " "));
    }
    Ok(())
}
