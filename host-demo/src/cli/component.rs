//! `component`: which version of the component is used, and using another one
//! while the host runs. Going back is the same command.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand};
use koppel_embedding::{Trust, UpdateError, update::Changed};
use serde_json::json;

use super::{
    output::{moment, or_dash, table},
    session::Session,
};
use crate::host::{ComponentView, DemoHost};

/// The word for no choice.
const BUNDLED: &str = "bundled";

/// A hash is named by at least so many of its digits.
const FEWEST_DIGITS: usize = 8;

#[derive(Debug, Subcommand)]
pub(crate) enum ComponentCommand {
    /// Show the component in use, and those that are kept.
    Show,
    /// Use another component from now on, in every process that works on this
    /// database. Calls under way end with the one that they began with.
    Use(UseArgs),
}

#[derive(Debug, Args)]
pub(crate) struct UseArgs {
    /// A file; or the first digits (at least 8) of the SHA-256 of one that is kept;
    /// or `bundled`, for the one that each process is started with.
    which: String,
    /// The file is trusted because it has this SHA-256, in hex digits.
    #[arg(long, value_name = "HEX")]
    sha256: Option<String>,
    /// The file is trusted because of this signature, made with `minisign -Sm
    /// FILE`; without it `FILE.minisig`, where there is a key.
    #[arg(long, value_name = "FILE", conflicts_with = "sha256")]
    signature: Option<PathBuf>,
    /// A public key of minisign that may sign components, or the `.pub` file that
    /// holds it. Several with commas.
    #[arg(
        long = "key",
        env = "KOPPEL_COMPONENT_KEYS",
        value_delimiter = ',',
        value_name = "KEY"
    )]
    keys: Vec<String>,
    /// An interface that the present component offers and the new one need not,
    /// such as `stages`.
    #[arg(long, value_name = "INTERFACE")]
    without: Vec<String>,
}

/// Carries the command out.
pub(crate) async fn run(command: ComponentCommand, session: &Session) -> anyhow::Result<()> {
    let host = session.host().await?;
    match command {
        ComponentCommand::Show => show(&host, session).await,
        ComponentCommand::Use(args) => use_another(args, &host, session).await,
    }
}

async fn use_another(args: UseArgs, host: &DemoHost, session: &Session) -> anyhow::Result<()> {
    let before = host.component().await?.in_use.sha256;
    let changed = if args.which == BUNDLED {
        host.use_started_with().await.map_err(explained)?;
        let now = host.component().await?;
        Changed {
            was_in_use: now.in_use.sha256 == before,
            sha256: now.in_use.sha256,
            version: now.version,
            not_offered: Vec::new(),
        }
    } else if Path::new(&args.which).is_file() {
        let path = PathBuf::from(&args.which);
        let bytes = std::fs::read(&path)
            .with_context(|| format!("cannot read the component {}", path.display()))?;
        let trust = trust(&args)?;
        let signature = signature(&args, &path, &trust)?;
        host.use_component(bytes, signature.as_deref(), &trust, &args.without)
            .await
            .map_err(explained)?
    } else {
        anyhow::ensure!(
            is_hash(&args.which),
            "`{}` is no file, and no hash of at least {FEWEST_DIGITS} digits; `component show` lists what is kept",
            args.which
        );
        let kept = host.use_kept(&args.which, &args.without).await;
        kept.map_err(explained)?
    };
    let json = json!({"before": before, "now": changed});
    session.output.show(&json, || told(&before, &changed))
}

fn told(before: &str, now: &Changed) -> String {
    let mut text = if now.was_in_use {
        format!("{} ({}) is in use already", now.sha256, now.version)
    } else {
        format!(
            "{} ({}) is in use from now on; back with `component use {}`",
            now.sha256,
            now.version,
            before.get(..12).unwrap_or(before)
        )
    };
    if !now.not_offered.is_empty() {
        text.push_str(&format!("\nnot offered: {}", now.not_offered.join(", ")));
    }
    text
}

fn is_hash(text: &str) -> bool {
    (FEWEST_DIGITS..=64).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_hexdigit())
}

fn trust(args: &UseArgs) -> anyhow::Result<Trust> {
    let mut trust = Trust::default();
    if let Some(sha256) = &args.sha256 {
        return Ok(trust.pin(sha256)?);
    }
    for key in args.keys.iter().filter(|it| !it.trim().is_empty()) {
        let text = if Path::new(key).is_file() {
            std::fs::read_to_string(key).with_context(|| format!("cannot read the key {key}"))?
        } else {
            key.clone()
        };
        trust = trust.key(&text)?;
    }
    Ok(trust)
}

/// The signature that is named, or the one that lies beside the file.
fn signature(args: &UseArgs, component: &Path, trust: &Trust) -> anyhow::Result<Option<String>> {
    let beside = || {
        let mut name = component.as_os_str().to_owned();
        name.push(".minisig");
        Some(PathBuf::from(name)).filter(|it| trust.has_keys() && it.is_file())
    };
    let Some(path) = args.signature.clone().or_else(beside) else {
        return Ok(None);
    };
    let read = std::fs::read_to_string(&path);
    Ok(Some(read.with_context(|| {
        format!("cannot read the signature {}", path.display())
    })?))
}

/// What went wrong, and what to do next.
fn explained(error: UpdateError) -> anyhow::Error {
    let next = match &error {
        UpdateError::Untrusted(_) => {
            "compare the hash with the one that the vendor published and name it with `--sha256`, or name the vendor's public key with `--key`"
        }
        UpdateError::Loses(_) => {
            "`--without INTERFACE` accepts that; what waits for it is then rejected, to be tried again later"
        }
        UpdateError::NotKept(_) | UpdateError::NotUnique(_) | UpdateError::Tampered(_) => {
            "`component show` lists what is kept; or name the file"
        }
        UpdateError::Component(_) => "`inspect FILE` shows what a component wants",
        UpdateError::Lacks(_) | UpdateError::Unfit(_) | UpdateError::Silent(_) => {
            "ask the vendor of the component"
        }
        UpdateError::Store(_) => "try again",
    };
    anyhow::Error::new(error).context(format!("the component was not changed; {next}"))
}

async fn show(host: &DemoHost, session: &Session) -> anyhow::Result<()> {
    let component = host.component().await?;
    let inspection = host.embedding().inspect().component;
    let json = json!({
        "in_use": component.in_use, "version": component.version,
        "contract": inspection.contract, "hooks": inspection.hooks,
        "kept": component.kept, "uses": component.uses,
    });
    session.output.show(&json, || describe(&component))
}

fn describe(component: &ComponentView) -> String {
    let in_use = &component.in_use;
    let since = match in_use.since {
        Some(since) => format!("since {} UTC", moment(since)),
        None => "since the process started".to_owned(),
    };
    let mut text = format!("{} ({}), {since}", in_use.sha256, component.version);
    if let Some(chosen) = &in_use.instead_of {
        text.push_str(&format!(
            "\nchosen is {chosen}, which cannot be loaded here; the log says why"
        ));
    }
    let kept = component.kept.iter().map(|it| {
        let last = component
            .uses
            .iter()
            .find(|one| one.sha256.as_ref() == Some(&it.sha256));
        vec![
            it.sha256.clone(),
            it.version.clone(),
            it.trusted_by.clone(),
            moment(it.kept_at),
            or_dash(last.map(|it| moment(it.since)).as_deref()),
        ]
    });
    let headers = ["kept", "version", "trusted by", "kept since", "last chosen"];
    format!("{text}\n{}", table(&headers, kept.collect()))
}

#[cfg(test)]
mod tests {
    use super::is_hash;

    #[test]
    fn a_hash_is_named_by_eight_digits_or_more() {
        assert!(is_hash("0123abcD") && is_hash(&"a".repeat(64)));
        for no in ["0123abc", "bundled", "0123abcg", &"a".repeat(65)] {
            assert!(!is_hash(no), "{no}");
        }
    }
}
