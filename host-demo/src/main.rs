//! The command line of the demo CRM.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    host_demo::cli::program().await
}
