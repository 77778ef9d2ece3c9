//! The program: a simulator on an address, with its state in a file if wanted.

use std::error::Error;
use std::path::PathBuf;

use clap::Parser;
use serde_json::Value;
use spotler_sim::{ClockStart, Config, Credential, SeedContact, SpotlerSim};
use tokio::signal::unix::{SignalKind, signal};

/// Spotler on your own machine: API, virtual clock, faults.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long)]
    listen: Option<String>,
    /// Scheme, host and port as clients see them, if other than the address.
    #[arg(long)]
    public_base_url: Option<String>,
    /// Consumer key.
    #[arg(long, default_value = "demo-key")]
    key: String,
    /// Consumer secret.
    #[arg(
        long,
        env = "SPOTLER_SIM_SECRET",
        hide_env_values = true,
        default_value = "demo-secret"
    )]
    secret: String,
    /// Starts the clock at this time and leaves it standing, as `2026-01-05T09:00:00Z`.
    #[arg(long)]
    frozen_at: Option<String>,
    /// Sets a switch, as `signals.channels=left_out`; see `GET /_sim/switches` for all of them.
    #[arg(long = "set", value_name = "SWITCH=VALUE")]
    switches: Vec<String>,
    /// Starts with demo contacts and automations.
    #[arg(long)]
    demo: bool,
    /// A file with the configuration as JSON; flags overrule it.
    #[arg(long)]
    config: Option<PathBuf>,
    /// A file with contacts to start with as JSON: `[{external_id, properties, permissions}]`.
    #[arg(long)]
    data: Option<PathBuf>,
    /// A file that the state is read from at the start, if it exists, and written to at the end
    /// (SIGTERM, control-C), on SIGHUP and on `POST /_sim/save`.
    #[arg(long)]
    save: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let sim = SpotlerSim::start(configuration(&arguments)?).await?;
    println!("{}", sim.base_url());
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    loop {
        tokio::select! {
            _ = hang_up.recv() => sim.save()?,
            _ = terminate.recv() => break,
            _ = tokio::signal::ctrl_c() => break,
        }
    }
    Ok(sim.save()?)
}

fn configuration(arguments: &Arguments) -> Result<Config, Box<dyn Error>> {
    let mut config = match &arguments.config {
        Some(file) => serde_json::from_slice(&std::fs::read(file)?)?,
        None if arguments.demo => Config::demo(),
        None => Config::default(),
    };
    if arguments.config.is_none() {
        let (key, secret) = (arguments.key.clone(), arguments.secret.clone());
        config.credentials = vec![Credential { key, secret }];
    }
    if let Some(listen) = &arguments.listen {
        config.listen.clone_from(listen);
    }
    if arguments.public_base_url.is_some() {
        config
            .public_base_url
            .clone_from(&arguments.public_base_url);
    }
    if let Some(at) = &arguments.frozen_at {
        config.clock = ClockStart::FrozenAt(at.clone());
    }
    if arguments.save.is_some() {
        config.save.clone_from(&arguments.save);
    }
    for switch in &arguments.switches {
        let (name, value) = switch
            .split_once('=')
            .ok_or("a switch is set as `name=value`")?;
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
        config.switches.set(name, value)?;
    }
    if let Some(file) = &arguments.data {
        let contacts: Vec<SeedContact> = serde_json::from_slice(&std::fs::read(file)?)?;
        config.contacts.extend(contacts);
    }
    Ok(config)
}
