//! `settings`: the connection with Spotler. The secret comes from a file, from
//! standard input or from the environment, never from an argument, and is
//! never shown again (YO-07, C28).

use std::{io::Read, path::PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand};
use koppel_embedding::{OwnLimits, Rate, Secret, contract::connection::Profile};
use serde_json::json;

use super::{output::table, session::Session};
use crate::host::{SettingsForm, SettingsView};

/// Where the secret is read from where nothing else is said.
const SECRET_VARIABLE: &str = "KOPPEL_API_SECRET";

#[derive(Debug, Subcommand)]
pub(crate) enum SettingsCommand {
    /// Show the settings; the secret only as present or not.
    Show,
    /// Change settings.
    Set(SetArgs),
    /// Switch the connection on: checks the credentials, reads the permissions.
    Activate,
    /// Switch the connection off.
    Deactivate,
    /// Choose a profile: default, perfectview, yoobi, dynamics365, or a JSON file.
    Profile { profile: String },
    /// Show or limit how many requests are made to Spotler.
    Rate(RateArgs),
    /// Show or change what one call of the component may use for this tenant.
    Limits(LimitsArgs),
}

#[derive(Debug, Args)]
pub(crate) struct LimitsArgs {
    /// Memory of the component, in MiB.
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u16).range(1..=4096))]
    memory: Option<u16>,
    /// Seconds that the component itself computes.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    compute: Option<u64>,
    /// Seconds that a whole call takes, waiting for Spotler included.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    call: Option<u64>,
    /// Requests to Spotler in one call.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    requests: Option<u32>,
    /// What the host gives everybody.
    #[arg(long, conflicts_with_all = ["memory", "compute", "call", "requests"])]
    none: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RateArgs {
    /// Requests in a second.
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    per_second: Option<u32>,
    /// How many may go out at once after a pause; as many as in a second, if
    /// nothing is said.
    #[arg(long, requires = "per_second", value_parser = clap::value_parser!(u32).range(1..))]
    burst: Option<u32>,
    /// As many as Spotler bears.
    #[arg(long, conflicts_with = "per_second")]
    none: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SetArgs {
    /// The Spotler API key; also from KOPPEL_API_KEY.
    #[arg(long, env = "KOPPEL_API_KEY", hide_env_values = true)]
    key: Option<String>,
    /// Read the Spotler API secret from this file; without it, from the
    /// environment variable KOPPEL_API_SECRET where that is set.
    #[arg(long, value_name = "FILE", conflicts_with = "secret_stdin")]
    secret_file: Option<PathBuf>,
    /// Read the Spotler API secret from standard input.
    #[arg(long)]
    secret_stdin: bool,
    /// Where Spotler is.
    #[arg(long)]
    address: Option<String>,
}

/// Carries the command out.
pub(crate) async fn run(command: SettingsCommand, session: &Session) -> anyhow::Result<()> {
    let crm = session.crm().await?;
    let event = match command {
        SettingsCommand::Show => return show(session).await,
        SettingsCommand::Rate(args) => return rate(&args, session).await,
        SettingsCommand::Limits(args) => return limits(&args, session).await,
        SettingsCommand::Set(args) => {
            let secret = read_secret(&args)?;
            crm.change_settings(move |form| set(form, args, secret))
                .await?
        }
        SettingsCommand::Activate => crm.change_settings(|form| form.active = true).await?,
        SettingsCommand::Deactivate => crm.change_settings(|form| form.active = false).await?,
        SettingsCommand::Profile { profile } => {
            let profile = read_profile(profile)?;
            crm.change_settings(move |form| form.profile = profile)
                .await?
        }
    };
    let json = json!({"event": event.to_string()});
    session.output.show(&json, || {
        "saved; `work` checks them with Spotler".to_owned()
    })
}

fn set(form: &mut SettingsForm, args: SetArgs, secret: Option<Secret>) {
    form.key = args.key.unwrap_or_else(|| std::mem::take(&mut form.key));
    form.address = args
        .address
        .unwrap_or_else(|| std::mem::take(&mut form.address));
    form.secret = secret;
}

fn read_secret(args: &SetArgs) -> anyhow::Result<Option<Secret>> {
    let text = if let Some(path) = &args.secret_file {
        let read = std::fs::read_to_string(path);
        Some(read.with_context(|| format!("cannot read the secret from {}", path.display()))?)
    } else if args.secret_stdin {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .context("cannot read the secret")?;
        Some(text)
    } else {
        std::env::var(SECRET_VARIABLE).ok()
    };
    let Some(text) = text else { return Ok(None) };
    let secret = text.trim();
    anyhow::ensure!(!secret.is_empty(), "the secret is empty; nothing was saved");
    Ok(Some(Secret::new(secret.to_owned())))
}

fn read_profile(profile: String) -> anyhow::Result<Profile> {
    if !profile.ends_with(".json") {
        return Ok(Profile::Named(profile));
    }
    let read = std::fs::read_to_string(&profile);
    Ok(Profile::Custom(read.with_context(|| {
        format!("cannot read the profile {profile}")
    })?))
}

async fn rate(args: &RateArgs, session: &Session) -> anyhow::Result<()> {
    let crm = session.crm().await?;
    if args.none {
        crm.save_rate(None).await?;
    } else if let Some(per_second) = args.per_second {
        let burst = args.burst.unwrap_or(per_second);
        crm.save_rate(Some(Rate { per_second, burst })).await?;
    }
    let rate = crm.rate().await?;
    session.output.show(&json!({"rate": rate}), || match rate {
        None => "as many requests as Spotler bears".to_owned(),
        Some(it) => format!(
            "{} requests a second, at most {} at once after a pause",
            it.per_second, it.burst
        ),
    })
}

async fn limits(args: &LimitsArgs, session: &Session) -> anyhow::Result<()> {
    let crm = session.crm().await?;
    let asked = OwnLimits {
        memory_bytes: args.memory.map(|it| usize::from(it) << 20),
        compute_ms: args.compute.map(|it| it * 1_000),
        call_ms: args.call.map(|it| it * 1_000),
        requests: args.requests,
    };
    if args.none {
        crm.save_limits(OwnLimits::default()).await?;
    } else if asked != OwnLimits::default() {
        let own = crm.limits().await?;
        let to = OwnLimits {
            memory_bytes: asked.memory_bytes.or(own.memory_bytes),
            compute_ms: asked.compute_ms.or(own.compute_ms),
            call_ms: asked.call_ms.or(own.call_ms),
            requests: asked.requests.or(own.requests),
        };
        crm.save_limits(to).await?;
    }
    let own = crm.limits().await?;
    session.output.show(&json!({"limits": own}), || {
        let says = |it: Option<u64>, of: u64, unit: &str| {
            it.map_or("as the host says".to_owned(), |it| {
                format!("{} {unit}", it / of).trim().to_owned()
            })
        };
        let rows = [
            (
                "memory of a call",
                says(own.memory_bytes.map(|it| it as u64), 1 << 20, "MiB"),
            ),
            ("computing time of a call", says(own.compute_ms, 1_000, "s")),
            ("time of a call", says(own.call_ms, 1_000, "s")),
            (
                "requests of a call",
                says(own.requests.map(u64::from), 1, ""),
            ),
        ];
        let rows = rows.map(|(name, value)| vec![name.to_owned(), value]);
        table(&["limit", "of this tenant"], rows.to_vec())
    })
}

async fn show(session: &Session) -> anyhow::Result<()> {
    let crm = session.crm().await?;
    let settings = crm.settings().await?;
    let attributes = crm.attributes().await?;
    let profile = |it: &SettingsView| match &it.profile {
        Profile::Named(name) => name.clone(),
        Profile::Custom(_) => "custom".to_owned(),
    };
    let fields = |it: &SettingsView| {
        json!({
            "active": it.active, "key": it.key, "secret_present": it.secret_present,
            "address": it.address, "profile": profile(it),
        })
    };
    let json = json!({
        "settings": settings.as_ref().map(fields),
        "permissions": attributes.iter()
            .map(|it| json!({"bit": it.bit, "name": it.name, "category": it.category, "retired": it.retired}))
            .collect::<Vec<_>>(),
    });
    session.output.show(&json, || {
        let Some(it) = &settings else {
            return "no settings yet; start with `settings set`".to_owned();
        };
        let yes_no = |it: bool| if it { "yes" } else { "no" }.to_owned();
        let mut rows = vec![
            vec!["active".to_owned(), yes_no(it.active)],
            vec!["Spotler API key".to_owned(), it.key.clone()],
            vec![
                "Spotler API secret".to_owned(),
                format!("present: {}", yes_no(it.secret_present)),
            ],
            vec!["address".to_owned(), it.address.clone()],
            vec!["profile".to_owned(), profile(it)],
        ];
        for it in attributes.iter().filter(|it| !it.retired) {
            rows.push(vec![format!("permission {}", it.bit), it.name.clone()]);
        }
        table(&["", ""], rows)
    })
}
