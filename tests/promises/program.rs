//! The CRM's command line as a process of its own.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use koppel_tests::spotler;
use spotler_sim::Config;

/// The CRM's command line on one database.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    database: PathBuf,
    environment: Vec<(&'static str, String)>,
}

impl Program {
    /// On this database; it is made if it is missing.
    pub(crate) fn on(database: PathBuf) -> Self {
        Self {
            database,
            environment: vec![("KOPPEL_API_SECRET", "demo-secret".to_owned())],
        }
    }

    /// With one more variable of the environment.
    pub(crate) fn with(mut self, name: &'static str, value: String) -> Self {
        self.environment.push((name, value));
        self
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crm"));
        command
            .arg("--database")
            .arg(&self.database)
            .args(arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// What a command prints when it has ended.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let output = self
            .command(arguments)
            .output()
            .expect("the program starts");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// What a command prints as JSON.
    pub(crate) fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let printed = self.run(&[arguments, &["--json"]].concat());
        serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: {printed}"))
    }

    /// What a command says that has to fail.
    pub(crate) fn refused(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().expect("it starts");
        assert!(!output.status.success(), "{arguments:?} was carried out");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// Starts a command.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).spawn().expect("the program starts")
    }

    /// Connects with a simulator, and saves the mapping.
    pub(crate) fn connect(&self, address: &str) {
        self.run(&["settings", "set", "--key", "demo-key", "--address", address]);
        self.run(&["settings", "activate"]);
        self.run(&["work"]);
        self.run(&["mapping", "save"]);
        self.run(&["work"]);
    }
}

/// A simulator with a running clock: the processes have no other.
pub(crate) fn simulator() -> Config {
    Config {
        clock: spotler_sim::ClockStart::RealTime,
        ..spotler()
    }
}

/// Runs what waits for a process.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("no panic")
}
