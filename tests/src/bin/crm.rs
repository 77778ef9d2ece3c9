//! The demo CRM's own command line, as a process of its own that a test can
//! kill.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    host_demo::cli::program().await
}
