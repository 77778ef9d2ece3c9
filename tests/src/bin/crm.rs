//! The demo CRM's own command line, as a process of its own that a test can
//! kill.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match host_demo::cli::run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
