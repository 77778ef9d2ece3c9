//! The CRM's command line as a process of its own.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The CRM's command line on one database.
#[derive(Debug)]
pub(crate) struct Crm {
    database: PathBuf,
    environment: Vec<(&'static str, String)>,
}

impl Crm {
    /// On a database in this folder.
    pub(crate) fn new(folder: &Path) -> Self {
        Self {
            database: folder.join("crm.sqlite"),
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

    /// Runs a command to its end; what it printed.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let output = self
            .command(arguments)
            .output()
            .expect("the program starts");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Starts a command, and does not wait for it.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).spawn().expect("the program starts")
    }

    /// Makes the connection, and saves the mapping.
    pub(crate) fn connect(&self, address: &str) {
        self.run(&["settings", "set", "--key", "demo-key", "--address", address]);
        self.run(&["settings", "activate"]);
        self.run(&["work"]);
        self.run(&["mapping", "save"]);
        self.run(&["work"]);
    }
}

/// Does what blocks, while the tasks of the test go on.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("no panic")
}
