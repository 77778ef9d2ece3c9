//! What a fresh machine lacks, made sure of before anything is built.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};

/// The target that the component is built for.
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";
/// The release of cargo-deny that `deny.toml` is written for.
const DENY_VERSION: &str = "0.20.2";

/// Makes sure that the component can be built.
pub(crate) fn wasm_target() -> Result<()> {
    if target_is_installed()? {
        return Ok(());
    }
    println!("installing the target {WASM_TARGET}");
    let added = Command::new("rustup")
        .args(["target", "add", WASM_TARGET])
        .status();
    match added {
        Ok(status) if status.success() => Ok(()),
        Ok(_) | Err(_) => bail!("install the target first: rustup target add {WASM_TARGET}"),
    }
}

fn target_is_installed() -> Result<bool> {
    let output = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", WASM_TARGET])
        .output()
        .context("could not run `rustc`; install Rust from rustup.rs first")?;
    let folder = String::from_utf8_lossy(&output.stdout);
    Ok(output.status.success() && Path::new(folder.trim()).is_dir())
}

/// Makes sure of cargo-deny, kept under `target/` for this checkout.
pub(crate) fn cargo_deny(root: &Path) -> Result<std::path::PathBuf> {
    let tools = root.join("target/tools");
    let program = tools.join("bin/cargo-deny");
    if version_of(&program).is_some_and(|it| it.contains(DENY_VERSION)) {
        return Ok(program);
    }
    if version_of(Path::new("cargo-deny")).is_some_and(|it| it.contains(DENY_VERSION)) {
        return Ok("cargo-deny".into());
    }
    println!("installing cargo-deny {DENY_VERSION}");
    let installed = Command::new("cargo")
        .args([
            "install",
            "cargo-deny",
            "--locked",
            "--debug",
            "--version",
            DENY_VERSION,
            "--root",
        ])
        .arg(&tools)
        .env_remove("CARGO_TARGET_DIR")
        .status()
        .context("could not run `cargo install`")?;
    if !installed.success() {
        bail!("install it first: cargo install cargo-deny --locked --version {DENY_VERSION}");
    }
    Ok(program)
}

/// The release of axe-core that every page is checked by, and what its file is.
const AXE_VERSION: &str = "4.14.1";
const AXE_SHA256: &str = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c";

/// Makes sure of what the stories in a real browser need: Chromium, its driver,
/// and the accessibility rules.
pub(crate) fn browser(root: &Path) -> Result<()> {
    if !(has("chromedriver") && (has("chromium") || has("google-chrome"))) {
        println!("installing Chromium");
        let packages = ["apt-get", "install", "-y", "--no-install-recommends"];
        let wanted = ["chromium", "chromium-driver"];
        let installed = ["", "sudo"].iter().any(|with| {
            let mut command = if with.is_empty() {
                Command::new(packages[0])
            } else {
                let mut command = Command::new(with);
                command.args(["-n", packages[0]]);
                command
            };
            let status = command.args(&packages[1..]).args(wanted).status();
            status.is_ok_and(|it| it.success())
        });
        ensure!(
            installed,
            "install Chromium and ChromeDriver first (Debian: apt-get install chromium chromium-driver)"
        );
    }
    axe(root)
}

/// Fetches the accessibility rules once, and believes them only by their hash.
fn axe(root: &Path) -> Result<()> {
    let folder = root.join("target/tools/axe-core");
    let file = folder.join("axe.min.js");
    if fs::read(&file).is_ok_and(|it| hex(&it) == AXE_SHA256) {
        return Ok(());
    }
    println!("fetching axe-core {AXE_VERSION}");
    fs::create_dir_all(&folder).context("could not make target/tools/axe-core")?;
    let run = |program: &str, arguments: &[&str]| {
        let status = Command::new(program)
            .args(arguments)
            .current_dir(&folder)
            .status();
        let done = status.is_ok_and(|it| it.success());
        ensure!(done, "could not run `{program}`; install npm and tar first");
        Ok(())
    };
    run("npm", &["pack", &format!("axe-core@{AXE_VERSION}")])?;
    let archive = format!("axe-core-{AXE_VERSION}.tgz");
    let inside = [
        "-xzf",
        &archive,
        "--strip-components=1",
        "package/axe.min.js",
    ];
    run("tar", &inside)?;
    let fetched = fs::read(&file).context("axe-core holds no axe.min.js")?;
    ensure!(
        hex(&fetched) == AXE_SHA256,
        "axe-core {AXE_VERSION} is not the file that it should be; do not use it"
    );
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let digest: &[u8] = digest.as_ref();
    digest.iter().map(|it| format!("{it:02x}")).collect()
}

fn has(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places = std::env::split_paths(&path).map(|it: PathBuf| it.join(program));
    places.any(|it| it.is_file())
}

fn version_of(program: &Path) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
